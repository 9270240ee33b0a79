/* Which services, templates and scanner there are. All of these work in LIVE. */

#ifndef REEVE_CONTROL_SERVICES_H
#define REEVE_CONTROL_SERVICES_H

#include <stddef.h>
#include <sys/types.h>

#include "control/control.h"

/* The names of all services, sorted, and their loggers' if asked for: those in
   LIVE, and those in SCAN which the scanner has not come to yet.
   Returns an allocated array of allocated names, or 0 with errno. */
extern char **services_list (int with_loggers, size_t *count) ;
extern void services_free (char **names, size_t count) ;

/* Has the service `name`, one of those that the request means, a logger? In doubt, yes. */
extern int services_has_logger (struct request const *request, char const *name) ;

/* Is there a service `name`? One whose directory is in SCAN, but which the
   scanner has not come to yet, counts. */
extern int services_has (char const *name) ;
extern int services_collector (void) ; /* is there a collector's directory: LIVE/.log? */

/* Is `name` a template in SCAN (service/instance.h)? */
extern int services_has_template (char const *name) ;
/* Is `name` an instance of one, by its name, and as it has no `run` of its own? */
extern int services_is_instance (char const *name) ;
/* Is it one that is a link, so that its directory in SCAN is not its own? */
extern int services_is_link (char const *name) ;
/* All templates, sorted, as services_list() does; also 0 when it is not known where SCAN is. */
extern char **services_list_templates (size_t *count) ;
/* Is there a directory of that name in SCAN? Of an instance: it is not there because of its template's count alone. */
extern int services_has_directory (char const *name) ;

/* Says that there is no service `name`, or none that matches it, and which there are; where nothing
   is, and no scanner either, says that. Returns the exit code. */
extern int services_say_unknown (struct request const *request, char const *name, int is_pattern) ;

/* The path of SCAN, which somebody else may have written, for a message. `out` has 4096 bytes. */
extern char const *services_printable (char *out, char const *path) ;

/* Says that nothing at all is supervised, and where services were looked for. */
extern void services_say_none (struct request const *request) ;

/* Does a scanner live on LIVE? -1 with errno: that cannot be told. */
extern int services_scanner_lives (void) ;

/* Its pid; 0: none, or that cannot be told. */
extern pid_t services_scanner (void) ;

/* Does it stop everything? Nobody gets a supervisor any more then. */
extern int services_scanner_stops (void) ;

/* /init's, which has not become the scanner yet; 0: there is none here. */
extern pid_t services_preparing (void) ;

/* Returns EXIT_YES when one does; else an exit code, and has said why. */
extern int services_need_scanner (struct request const *request) ;

/* For the end of a message: who may, when errno says that the caller may not. */
extern char const *services_who_may (void) ;

#endif
