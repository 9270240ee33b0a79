/* `reeve status`: the table and the JSON objects.

   status.c        the command: reads the services, and shows each
   status_words.c  the fields of the table in words
   status_table.c  a row of the table
   status_json.c   an object of --json */

#ifndef REEVE_CONTROL_STATUS_H
#define REEVE_CONTROL_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include "control/view.h"
#include "service/graph.h"
#include "wire/health.h"

/* What is shown of a service, or of CMD. */
struct shown
{
  char const *name ;
  struct view view ;
  struct graph const *graph ; /* of a service that waits for others: what all services need; else 0 */
  char const *node ; /* its name in the graph */
  char *message ; /* of a failed service: the last line of its log; 0: not known */
  struct health_record check ; /* its last health check; see has_check */
  int has_check ;
  uint64_t due ; /* when it is due, if it waits for its time (reeve-exec --cron): seconds since 1970; else 0 */
} ;

/* ---- status_words.c: each writes a text to `out` ---- */

/* Since when it is in its state: the time; if that was on another day, the day; in another year, the
   year. */
extern void status_since (struct view const *view, char *out, size_t size) ;
/* When it is due, with the time in any case. "": it does not wait for its time. */
extern void status_due (struct shown const *shown, char *out, size_t size) ;
/* Its last exit code or signal. "-": it has not ended; "?": nobody knows. */
extern void status_end (struct view const *view, char *out, size_t size) ;
/* Its state. A failed task shows its exit code as well: a task is run for that. */
extern void status_state (struct view const *view, char *out, size_t size) ;
#define STATUS_REMARKS_MAX 1024
/* Why it is in its state (of a service that waits for others: for which), and what is wrong with its log; "":
   nothing. Returns `out`. */
extern char const *status_remarks (struct shown const *shown, char out[STATUS_REMARKS_MAX]) ;
/* Why its logger cannot write; only if view.blocked. Returns `out`. */
extern char const *status_blocked (struct shown const *shown, char out[STATUS_REMARKS_MAX]) ;

/* ---- status_table.c ---- */

#define STATUS_PLAIN "\033[0m" /* the end of a colour */
/* The escape sequence of the colour of its state. "": it has none. */
extern char const *status_colour (struct view const *view) ;
/* The width of the column of names. */
extern int status_name_width (char *const *names, size_t count) ;
extern void status_print_header (int name_width) ;
extern void status_print_row (struct shown const *shown, int name_width, int colour) ;
/* Prints its last health check, below the row: its output may have several lines. */
extern void status_print_check (struct shown const *shown) ;

/* ---- status_json.c ---- */

extern void status_print_object (struct shown const *shown) ;

#endif
