/* What is known of a service: its state in one word, and the facts behind it. */

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
  STATE_UNKNOWN, /* it may not be read */
  STATE_UNSUPERVISED, /* no supervisor (yet, or any more) */
  STATE_DISABLED, /* none, as its enable-if does not hold */
  STATE_FAILED, /* for good: down, and not started again but by command */
  STATE_DOWN,
  STATE_DONE, /* a task */
  STATE_FINISHING, /* ./finish or ./undo runs, or ./run has ended and ./finish will */
  STATE_WAITING, /* wanted up; started when the restart delay is over */
  STATE_HELD, /* wanted up; started when what it needs is ready */
  STATE_STARTING, /* up, not ready */
  STATE_PAUSED,
  STATE_UNHEALTHY, /* up and ready, and its health checks fail */
  STATE_UP /* and ready; a task never is */
} ;

struct view
{
  enum view_state state ;
  tain since ; /* wall clock */
  tain ready_since ; /* of one that is ready, when that was told; else as `since` */
  pid_t pid ; /* of ./run; 0: none */
  pid_t process ; /* of ./run or ./finish; 0: neither runs */
  pid_t check ; /* of its health that runs; 0: none */
  pid_t supervisor ; /* await_send's: who was there to read; 0: that is not known */
  uint64_t unsure_ms ; /* await_send's, clock_ms(): before then it may yet show that another one has read it; 0: nobody else has */
  pid_t logger ; /* of the ./run of its logger; 0: there is none, or that is not known */
  int blocked ; /* why its logger, or it, as one, cannot write: errno; `status` and `why` alone look for that */
  unsigned int wstat ; /* of the last end */
  unsigned int restarts ;
  unsigned int crashes ; /* ends that nobody asked for */
  unsigned int crash_row ; /* those in a row */
  unsigned int births ; /* of ./run and ./finish, also such as could not be executed */
  unsigned int unread ; /* bytes of its output of which its logger takes nothing; `status` alone looks for them */
  uint64_t lost ; /* bytes of its output, or of a logger's input, that nobody has read */
  enum state_reason reason ; /* why it is not started again */
  unsigned int end ; /* enum state_end: of the last end */
  uint32_t late_ms ; /* timeout-up, if that has ended it */
  unsigned int undo_wstat ; /* of the ./undo of a task since it was done last; 0: none, or a success */
  unsigned int code_unknown : 1 ; /* nobody could learn how it has ended */
  unsigned int up : 1 ;
  unsigned int ready : 1 ; /* one without notification-fd is when it is up, a task when it is done */
  unsigned int task : 1 ;
  unsigned int done : 1 ; /* a task */
  unsigned int is_checked : 1 ; /* it has `health` */
  unsigned int healthy : 1 ; /* ready, and its health checks pass, if it has any */
  unsigned int unhealthy : 1 ; /* they do not; neither: that is not known yet, or it is not ready */
  unsigned int finished : 1 ; /* down, and ./finish has ended */
  unsigned int ending : 1 ; /* down, and what ./run has left behind is being ended: perhaps the service itself */
  unsigned int after_finish : 1 ; /* down, and what ./finish has left behind is being ended */
  unsigned int undoing : 1 ; /* down, and ./undo runs, or what it has left behind is being ended */
  unsigned int wanted_up : 1 ;
  unsigned int has_ended : 1 ; /* wstat holds */
  unsigned int has_left : 1 ; /* its last supervisor has, in order */
  unsigned int edited : 1 ; /* its enable-if was, after it was found to be disabled */
  char disabled[DISABLED_WHY_MAX] ; /* why it is */
} ;

/* What is known of the service `name`. Returns 1, or 0 with errno when it cannot
   be read (EACCES: another user's). No supervisor is a state, not an error. */
extern int view_read (struct view *view, char const *name) ;
/* Why the logger of the service `name`, or that logger itself, cannot write: errno; 0: it can, or that is not known. */
extern int view_blocked (struct view const *view, char const *name) ;
/* What is known of CMD. `after` gets the services that it waits for (STATE_HELD) or has waited for, as
   REEVE_CMD_AFTER names them. Returns 1, or 0 when there is no CMD (any more). */
extern int view_read_command (struct view *view, char *after, size_t size) ;
/* The pid of its supervisor; 0: none, or that cannot be told. */
extern pid_t view_supervisor (char const *name) ;
/* When the service ended last, as its tally of deaths has it. Returns 0 when that is not known. */
extern int view_last_end (char const *name, tain *when) ;
extern char const *view_state_name (enum view_state state) ;
/* Takes the disabled ones out of the names, which it frees. */
extern void view_leave_out_disabled (char **names, size_t *count) ;

/* What has been read already. */
struct seen
{
  char *const *names ;
  struct view *views ;
  size_t count ;
  size_t closed ; /* so many may not be read: loggers, of whom nothing else is known then */
} ;

/* Reads what is known of all that the request means, once. The caller frees seen->views. Returns 0
   after a message. */
extern int view_read_all (struct request const *request, struct seen *seen) ;

/* Says so. */
extern void view_say_closed (struct seen const *seen) ;

enum view_concern { CONCERN_BAD, CONCERN_SOME, CONCERN_GOOD, CONCERN_NONE } ;
extern enum view_concern view_concern (struct view const *view) ;
/* Their indices as a person reads them: what is bad first, instances by their numbers, a logger right
   behind its service. Without memory as they are. */
extern void view_order (struct seen const *seen, size_t *order) ;

/* "exit 3", "SIGTERM", "exit code unknown". */
extern void view_describe_end (unsigned int wstat, int code_unknown, char *out, size_t size) ;
/* How one has failed: that, or "not ready in time". */
extern void view_describe_failure (struct view const *view, char *out, size_t size) ;
/* In words, until the next call; 0 when it is started again, or was stopped. */
extern char const *view_reason (struct view const *view) ;

#endif
