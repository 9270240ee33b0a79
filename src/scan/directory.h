/* Facts about the directory of a unit: what is in it, who supervises it, where it is. */

#ifndef REEVE_SCAN_DIRECTORY_H
#define REEVE_SCAN_DIRECTORY_H

#include <sys/stat.h>

#include "scan/scanner.h"
#include "wire/order.h"

#define IDENTITY_MAX 64 /* "/DEVICE:INODE" */

/* ---- what is in it: SCAN's, or LIVE's if others have put it there ---- */

/* PLAN_EXAMINE: returns the sight that follows. */
extern enum unit_event directory_examine (struct scanner *s, struct unit *unit) ;
/* Why an incomplete unit is incomplete, in words. Returns `out`. */
extern char const *directory_why_incomplete (struct scanner const *s, struct unit const *unit, char *out, size_t size) ;
/* Is there that file in it? Yes, if it cannot be told. */
extern int directory_has (struct scanner const *s, struct unit const *unit, char const *file) ;
/* Is it in the unit's own directory, though the unit is an instance? Yes, if it cannot be told. */
extern int directory_has_own (struct scanner const *s, struct unit const *unit, char const *file) ;
/* Is there a log/run in it? Yes, if it cannot be told:
   what then fails is tried again. */
extern int directory_has_logger (struct scanner const *s, struct unit const *unit) ;
/* Does errno say that `path` does not exist? If not, warns, and orders a scan in a second,
   but for EACCES, which time does not mend. */
extern int directory_absent (struct scanner *s, char const *path) ;

/* ---- who supervises LIVE/NAME ---- */

/* Who holds the lock: 0: nobody; -1 with errno: it cannot be told. */
extern pid_t directory_supervisor (char const *name) ;
/* Was its last supervisor killed, so that a new one must go on from what is recorded there?
   -1: it cannot be told. */
extern int directory_is_unfinished (struct scanner const *s, char const *name) ;
/* Does a supervisor live in it, or is it certainly unfinished? */
extern int directory_runs (struct scanner const *s, char const *name) ;

/* ---- where it is: others may rename what they have put into LIVE, or remove it ---- */

/* The identity of such a directory. */
extern void directory_identify (struct stat const *st, char identity[IDENTITY_MAX]) ;
/* The unit of that identity, added if need be; 0: no memory, a scan is ordered in a second. */
extern struct unit *directory_know (struct scanner *s, char const *identity, char const *name) ;
/* Is such a directory certainly no longer where it was seen? */
extern int directory_is_lost (struct unit const *unit) ;
/* Looks where the directory of any unit is now; a unit whose directory was renamed is renamed.
   Returns 1: it is LIVE/NAME; 0: it is nowhere; -1 with errno: that cannot be told. */
extern int directory_find (struct unit *unit) ;
/* Sends an order to the unit's supervisor, wherever its directory is now. Returns 1, or 0
   with errno: ENOENT also when it is nowhere. */
extern int directory_order (struct unit *unit, struct order const *order) ;

#endif
