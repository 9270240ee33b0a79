/* Facts about the directory of a unit: what is in it, who supervises it, where it is. */

#ifndef REEVE_SCAN_DIRECTORY_H
#define REEVE_SCAN_DIRECTORY_H

#include <sys/stat.h>

#include "scan/scanner.h"
#include "wire/order.h"

#define IDENTITY_MAX 64 /* "/DEVICE:INODE" */

/* ---- what is in it: SCAN's, or LIVE's if others have put it there ---- */

/* PLAN_EXAMINE: looks at the directory. Returns the SEEN event that follows, or UNIT_UNSEEN. */
extern enum unit_event directory_examine (struct scanner *s, struct unit *unit) ;
/* Why an incomplete unit is incomplete, in words. Returns `out`. */
extern char const *directory_why_incomplete (struct scanner const *s, struct unit const *unit, char *out, size_t size) ;
/* Does the directory have that file? Returns 1 also when it cannot be told. */
extern int directory_has (struct scanner const *s, struct unit const *unit, char const *file) ;
/* Does the unit's own directory have that file? (An instance has its template's files, too.)
   Returns 1 also when it cannot be told. */
extern int directory_has_own (struct scanner const *s, struct unit const *unit, char const *file) ;
/* Does the directory have a log/run? Returns 1 also when it cannot be told: the start of the logger
   then fails, and is tried again. */
extern int directory_has_logger (struct scanner const *s, struct unit const *unit) ;
/* Does errno say that `path` does not exist? If not, warns, and orders a scan in a second; but no
   scan for EACCES, which does not pass by itself. */
extern int directory_absent (struct scanner *s, char const *path) ;

/* ---- who supervises LIVE/NAME ---- */

/* The pid of the supervisor, which holds the lock; 0: there is none; -1 with errno: it cannot be
   told. */
extern pid_t directory_supervisor (char const *name) ;
/* Was the last supervisor killed, so that a new one must go on from the recorded state? -1: it
   cannot be told. */
extern int directory_is_unfinished (struct scanner const *s, char const *name) ;
/* Does a supervisor live in the directory, or is the directory certainly unfinished? */
extern int directory_runs (struct scanner const *s, char const *name) ;

/* ---- where it is: others may rename or remove the directories that they have put into LIVE ---- */

/* Writes the identity of a foreign directory. */
extern void directory_identify (struct stat const *st, char identity[IDENTITY_MAX]) ;
/* Returns the unit with that identity, and adds it if there is none. Returns 0 when there is no
   memory; a scan is ordered in a second. */
extern struct unit *directory_know (struct scanner *s, char const *identity, char const *name) ;
/* Is the unit's directory foreign, and certainly not where it was any more? */
extern int directory_is_lost (struct unit const *unit) ;
/* Looks where the directory of any unit is now; if the directory was renamed, the unit is renamed.
   Returns 1: it is LIVE/NAME; 0: it is nowhere; -1 with errno: it cannot be told. */
extern int directory_find (struct unit *unit) ;
/* Sends an order to the unit's supervisor, wherever its directory is now. Returns 1, or 0
   with errno: ENOENT also when it is nowhere. */
extern int directory_order (struct unit *unit, struct order const *order) ;

#endif
