/* `reeve events`: a line for each change of a service.

   events.c       the command, and -f: following the events of the supervisors
   events_line.c  a line, and the last change of each service */

#ifndef REEVE_CONTROL_EVENTS_H
#define REEVE_CONTROL_EVENTS_H

#include <skalibs/tai.h>

#include "control/control.h"
#include "control/view.h"

#define EVENT_REMARK_MAX 2048

struct event_line
{
  tain when ; /* wall clock */
  char const *name ; /* of the service */
  char const *what ; /* "up", "ready", ... */
  unsigned int wstat ; /* of the end, if has_end */
  unsigned int has_end : 1 ;
  char remark[EVENT_REMARK_MAX] ; /* what the service waits for, or why it has failed; "": nothing */
} ;

/* Prints the line: as text, or as a JSON object. */
extern void event_print (struct request const *request, struct event_line const *line) ;
/* Writes what a held service waits for. */
extern void event_describe_held (char const *name, char remark[EVENT_REMARK_MAX]) ;
/* Sets the remark of the line: why the service is not started again. */
extern void event_describe_reason (struct view const *view, struct event_line *line) ;
/* Makes the line of the last change of a service: the change to its present state. */
extern void event_of_state (struct event_line *line, char const *name, struct view const *view) ;
/* Prints the last change of each service of the request, in the order of time. Returns an exit code. */
extern int event_print_last (struct request const *request) ;

#endif
