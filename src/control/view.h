/* What is known of a service: its state in one word, and the facts behind that word.

   view.c        reading what the supervisor of one service has written
   view_words.c  the state, and the last end, in words
   view_many.c   reading many services, and their order */

#ifndef REEVE_CONTROL_VIEW_H
#define REEVE_CONTROL_VIEW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <skalibs/tai.h>

#include "control/control.h"
#include "wire/disabled.h"
#include "wire/state.h"

enum view_state
{
  STATE_UNKNOWN, /* this user may not read it */
  STATE_UNSUPERVISED, /* the service has no supervisor (yet, or any more) */
  STATE_DISABLED, /* the service has no supervisor, as its enable-if does not hold */
  STATE_FAILED, /* down for good: only a command starts it again */
  STATE_DOWN,
  STATE_DONE, /* a task that has succeeded */
  STATE_FINISHING, /* ./run has ended; ./finish or ./undo runs, or is about to */
  STATE_WAITING, /* wanted up; starts when the restart delay is over */
  STATE_HELD, /* wanted up; starts when what it needs is ready */
  STATE_STARTING, /* up, not ready */
  STATE_PAUSED,
  STATE_UNHEALTHY, /* up and ready, but its health checks fail */
  STATE_UP /* and ready; a task never is */
} ;

struct view
{
  enum view_state state ;
  tain since ; /* wall clock: the beginning of this state */
  tain ready_since ; /* wall clock: when it told that it is ready; else as `since` */
  pid_t pid ; /* of ./run; 0: it does not run */
  pid_t process ; /* of ./run or ./finish; 0: neither runs */
  pid_t check ; /* of the health check that runs; 0: none */
  pid_t supervisor ; /* written by await_send(): who was there to read the command; 0: not known */
  uint64_t unsure_ms ; /* written by await_send(), clock_ms(): until then another supervisor may turn out to have read the command; 0: none can have */
  pid_t logger ; /* of ./run of its logger; 0: none, or not known */
  int blocked ; /* an errno: why its logger cannot write; 0: it can. Only `status` and `why` write this */
  unsigned int wstat ; /* of the last end, as waitpid() gives it; see has_ended */
  unsigned int restarts ;
  unsigned int crashes ; /* ends that nobody asked for */
  unsigned int crash_row ; /* crashes in a row */
  unsigned int births ; /* executions of ./run and ./finish, also failed ones */
  unsigned int unread ; /* bytes of its output that its logger does not take. Only `status` writes this */
  uint64_t lost ; /* bytes of its output that nobody has read */
  enum state_reason reason ; /* why it is not started again */
  unsigned int end ; /* enum state_end: how the last end came about */
  uint32_t late_ms ; /* timeout-up, if that caused the last end */
  unsigned int undo_wstat ; /* of the last ./undo; 0: none since the task was done, or a success */
  unsigned int code_unknown : 1 ; /* nobody saw the code of the last end */
  unsigned int up : 1 ;
  unsigned int ready : 1 ; /* without notification-fd: up. Of a task: done */
  unsigned int task : 1 ;
  unsigned int done : 1 ; /* a task that has succeeded */
  unsigned int is_checked : 1 ; /* it has a health check */
  unsigned int healthy : 1 ; /* ready, and its health checks pass, if it has any */
  unsigned int unhealthy : 1 ; /* its health checks fail. Neither of both: not known yet, or not ready */
  unsigned int finished : 1 ; /* down, and ./finish has ended */
  unsigned int ending : 1 ; /* down, and what ./run left behind is being ended, perhaps the service itself */
  unsigned int after_finish : 1 ; /* down, and what ./finish left behind is being ended */
  unsigned int undoing : 1 ; /* down, and ./undo runs, or what it left behind is being ended */
  unsigned int wanted_up : 1 ;
  unsigned int has_ended : 1 ; /* ./run has ended at least once */
  unsigned int has_left : 1 ; /* its last supervisor has exited in order */
  unsigned int edited : 1 ; /* enable-if was edited after the scanner read it */
  char disabled[DISABLED_WHY_MAX] ; /* why it is disabled */
} ;

/* ---- view.c ---- */

/* Reads what is known of the service `name`. Returns 1, or 0 with errno when that cannot be read
   (EACCES: another user's). A service without a supervisor is a state, not an error. */
extern int view_read (struct view *view, char const *name) ;
/* Reads what is known of CMD. `after` gets the services that CMD waits for (STATE_HELD) or has waited
   for, as REEVE_CMD_AFTER names them. Returns 1, or 0 when there is no CMD (any more). */
extern int view_read_command (struct view *view, char *after, size_t size) ;
/* Why can the logger not write? `name` is the service's name, or the logger's own. Returns an errno;
   0: the logger can write, or that is not known. */
extern int view_blocked (struct view const *view, char const *name) ;
/* The pid of the service's supervisor; 0: none, or not known. */
extern pid_t view_supervisor (char const *name) ;
/* When the service ended last, from its death tally. Returns 0 when that is not known. */
extern int view_last_end (char const *name, tain *when) ;

/* ---- view_words.c ---- */

extern char const *view_state_name (enum view_state state) ;
/* "exit 3", "SIGTERM", "exit code unknown". */
extern void view_describe_end (unsigned int wstat, int code_unknown, char *out, size_t size) ;
/* How the service has failed: the same, or "not ready in time". */
extern void view_describe_failure (struct view const *view, char *out, size_t size) ;
/* Why the service is not started again. Valid until the next call; 0: it is started again, or somebody
   stopped it. */
extern char const *view_reason (struct view const *view) ;

/* ---- view_many.c ---- */

/* Services that have been read. */
struct seen
{
  char *const *names ;
  struct view *views ; /* of each name */
  size_t count ;
  size_t closed ; /* how many are loggers that this user may not read (STATE_UNKNOWN) */
} ;

/* Reads all services of the request, each once. The caller frees seen->views. Returns 0 after a
   message. */
extern int view_read_all (struct request const *request, struct seen *seen) ;
/* Says that there are loggers which this user may not read, if there are. */
extern void view_say_closed (struct seen const *seen) ;
/* Removes the disabled services from the list of names, and frees their names. */
extern void view_leave_out_disabled (char **names, size_t *count) ;

/* How much a person should care. */
enum view_concern { CONCERN_BAD, CONCERN_SOME, CONCERN_GOOD, CONCERN_NONE } ;
extern enum view_concern view_concern (struct view const *view) ;
/* Writes the indices of the services in the order in which a person reads them: bad ones first,
   instances by number, each logger right behind its service. Without memory, the order stays as it
   is.
     order  room for seen->count indices */
extern void view_order (struct seen const *seen, size_t *order) ;

#endif
