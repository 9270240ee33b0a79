/* `reeve top`: services live, on the whole terminal.

   top.c          the command: the loop, and the keys
   top_look.c     reads the services and their processes
   top_draw.c     shows the list, or a text in its place
   top_command.c  runs the command of a key, such as `reeve stop NAME` */

#ifndef REEVE_CONTROL_TOP_H
#define REEVE_CONTROL_TOP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/control.h"
#include "control/processes.h"
#include "control/view.h"
#include "service/name.h"

#define TOP_OUTPUT_MAX 65536 /* bytes of a command's output; the rest is dropped */

enum top_sort { SORT_STATE, SORT_CPU, SORT_MEMORY, SORT_NAME } ;

/* One service. */
struct top_row
{
  char const *name ; /* in top.names */
  struct view view ;
  struct sum sum ; /* what its processes use */
  int permille ; /* of one processor, since the last look; -1: not known yet */
} ;

struct top
{
  struct request const *request ;

  /* top_look.c */
  char **names ; /* of the services, sorted; allocated */
  struct top_row *rows ; /* of each name; allocated */
  size_t count ;
  size_t *order ; /* the indices of the rows as they are shown; allocated */
  struct processes processes ;
  uint64_t looked_ms ; /* clock_ms() of the last look */
  int events ; /* an inotify descriptor: something has changed; -1: there is none */

  /* top_draw.c */
  enum top_sort sort ;
  char selected[SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX] ; /* the name of the selected service */
  int first ; /* the first line of the list, or of the text, that is shown */
  char *pane ; /* a text that is shown in place of the list; allocated; 0: none */
  char title[SERVICE_NAME_MAX + 64] ; /* of that text */
  char message[512] ; /* shown in the last line; "": the help */

  /* top_command.c */
  pid_t child ; /* a command that runs; 0: none */
  char const *command ; /* its name */
  unsigned int for_pane : 1 ; /* its output becomes the pane */
  int output ; /* its output, a pipe; -1: closed */
  char text[TOP_OUTPUT_MAX + 1] ; /* what was read from it */
  size_t len ;
} ;

/* Reads the services and their processes anew. Returns 0 with errno when there is nothing to look at
   any more. */
extern int top_look (struct top *top) ;

/* Draws what has changed. */
extern void top_draw (struct top *top) ;
/* Selects another service, `by` lines below. */
extern void top_move (struct top *top, int by) ;

/* Runs `reeve COMMAND` on the selected service. Its output becomes the pane, or its last line the
   message. */
extern void top_run (struct top *top, char const *command, int for_pane) ;
/* Reads what the command has written. */
extern void top_read_output (struct top *top) ;
/* Reads the rest, and closes the pipe. */
extern void top_close_output (struct top *top) ;
/* Shows the result of the command, if it has ended. */
extern void top_reap (struct top *top) ;

#endif
