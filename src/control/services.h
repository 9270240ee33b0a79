/* Which services and templates there are, and whether a scanner runs. All functions work in LIVE, the
   working directory. */

#ifndef REEVE_CONTROL_SERVICES_H
#define REEVE_CONTROL_SERVICES_H

#include <stddef.h>
#include <sys/types.h>

#include "control/control.h"

/* ---- services ---- */

/* Lists the names of all services, sorted; with_loggers: and of their loggers. A service that is in SCAN
   counts even if the scanner has not come to it yet. Returns an allocated array of allocated names,
   for services_free(), or 0 with errno. */
extern char **services_list (int with_loggers, size_t *count) ;
extern void services_free (char **names, size_t count) ;

/* Is there a service `name`? One that is in SCAN counts even if the scanner has not come to it yet. */
extern int services_has (char const *name) ;
/* Has the service `name`, one of those in request->names, a logger? In doubt, yes. */
extern int services_has_logger (struct request const *request, char const *name) ;
/* Is there a directory for the collector, LIVE/.log? */
extern int services_collector (void) ;

/* ---- templates (service/instance.h) ---- */

/* Lists the names of all templates, sorted, as services_list() does. Returns 0 also when it is not
   known where SCAN is. */
extern char **services_list_templates (size_t *count) ;
/* Is `name` a template in SCAN? */
extern int services_has_template (char const *name) ;
/* Is `name` an instance of a template? It is if its name says so, and it has no `run` of its own. */
extern int services_is_instance (char const *name) ;
/* Is `name` an instance whose name in SCAN is a link? Then it has no directory of its own. */
extern int services_is_link (char const *name) ;
/* Has `name` a directory in SCAN? An instance that only its template's `count` makes has none. */
extern int services_has_directory (char const *name) ;

/* ---- the scanner ---- */

/* Does a scanner run on LIVE? Returns -1 with errno when that is not known. */
extern int services_scanner_lives (void) ;
/* The pid of the scanner; 0: none, or not known. */
extern pid_t services_scanner (void) ;
/* Is the scanner stopping everything? Then no service gets a supervisor any more. */
extern int services_scanner_stops (void) ;
/* The pid of an /init that has not become the scanner yet; 0: none. */
extern pid_t services_preparing (void) ;
/* Says that none runs, and what to do. Returns EXIT_NO. */
extern int services_say_no_scanner (struct request const *request) ;
/* Returns EXIT_YES when a scanner runs; else another exit code, after a message. */
extern int services_need_scanner (struct request const *request) ;

/* ---- messages ---- */

/* Says that there is no service `name`, or none that matches the pattern `name`, and which services
   there are. If there is no service and no scanner at all, says that. Returns an exit code. */
extern int services_say_unknown (struct request const *request, char const *name, int is_pattern) ;
/* Says that nothing at all is supervised, and where services were looked for. */
extern void services_say_none (struct request const *request) ;
/* Copies the path of SCAN to `out`, which has 4096 bytes, so that a message can show it: somebody else
   may have written it. Returns `out`. */
extern char const *services_printable (char *out, char const *path) ;
/* The end of a message about a failed call: who may do this, if errno is EACCES; else "". */
extern char const *services_who_may (void) ;

#endif
