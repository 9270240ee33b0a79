/* The saved state of a supervisor, which a successor needs: DIR/supervise/state. It is a binary
   file of two records. Each record has one writer, which rewrites it in place by one pwrite(). So a
   supervisor that is killed meanwhile leaves the old record or the new one: the kernel does not
   stop within so few bytes.

   At 0, 256 bytes, written by the supervisor whenever something has changed. A successor restores
   from it after an adoption (the supervisor was killed) and after an upgrade. A new scanner reads
   it when it takes over. `reeve` reads from it what the status does not tell. Numbers are
   big-endian:

         0   8  "reeve" and the version, 3 digits
         8   4  checksum (FNV-1a) of all that follows: by it a reader notices that it came in the
                middle of a write, and reads again
        12  35  status, as in DIR/supervise/status
        47   1  phase
        48   4  flags: enum state_flag
        52   4  restarts: starts of ./run after the first
        56   4  failures in a row, for `restart`
        60   4  births: how many ./run and ./finish were started, see below
        64   4  upgrades of the supervisor that have succeeded
        68   4  upgrades that have failed
        72   4  process group of the last ./run
        76   8  clock_ms() at the start of ./run
        84   8  how long the last ./run was up, ms
        92   8  clock_ms() of the deadline, if there is one
       100   4  the next restart delay, ms
       104   4  restarts of a logger that runs dry
       108   1  unused, 0
       109   1  enum state_reason
       110   2  wait status of the last ./undo since the last start of ./run; 0: none, or a success
       112  20  the process that is the service or its ./finish: pid, two ms
       132   8  the events that are still to be told, a string
       140   8  clock_ms() by which ./run must be ready (timeout-up); 0: never
       148   4  timeout-up of the last ./run that was ended by it, ms
       152   1  enum state_end, bits: what Reeve did so far to end this ./run
       153   1  enum state_end of the last end
       154   1  the last signal that a command has sent to this ./run; 0: none
       155   1  unused, 0
       156   4  crashes: ends that nobody asked for (an older program writes 0 here and at 160)
       160   4  crashes in a row
       164  36  the settings of this start (settings.h)
       200   8  clock_ms() at which the down-signal was first sent to this ./run; 0: not sent
       208   8  process_clock_ms() at which it was sent to the process group; 0: not sent
       216   8  bytes of a logger's input that nobody has read, and that are lost
       224  20  the process of the health check that runs: pid (0: none), two ms
       244   4  signals to the service's process that were tried; `reeve kill` waits for that
       248   4  signals that could not be sent
       252   4  errno of the last one that could not be sent

   At 256, the record of a birth (base/birth.h), written by a child between fork and execution. */

#ifndef REEVE_WIRE_STATE_H
#define REEVE_WIRE_STATE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/birth.h"
#include "base/process.h"
#include "wire/report.h"
#include "wire/settings.h"
#include "wire/status.h"

#define STATE_FILE "supervise/state"
#define STATE_VERSION "003"
#define STATE_SIZE 256
#define STATE_EVENTS_SIZE 8

enum state_flag
{
  STATE_LEAVING = 1 << 0, /* told to exit when the service has ended */
  STATE_ASKED = 1 << 1, /* somebody asked for the end of ./run */
  STATE_STARTED_ONCE = 1 << 2,
  STATE_HAS_ENDED = 1 << 3, /* the status's wait status is that of an end */
  STATE_CODE_UNKNOWN = 1 << 4, /* nobody could learn how ./run has ended */
  STATE_RUNNING_DRY = 1 << 5, /* a logger whose input the supervisor does not hold open any more */
  STATE_HAD_QUICK_DEATH = 1 << 6,
  STATE_HAS_DEADLINE = 1 << 7,
  STATE_AWAITS_READINESS = 1 << 8, /* ./run has notification-fd, and has not written to it yet */
  STATE_PACED = 1 << 9, /* ./run keeps a schedule, which replaces the restart delay */
  STATE_IS_CHILD = 1 << 10, /* the process is the supervisor's own child */
  STATE_ADOPTED = 1 << 11, /* an earlier supervisor, which was killed, has started this ./run */
  STATE_FORKED = 1 << 13, /* the process was put into the background by ./run */
  STATE_EVENT_HEARD = 1 << 14, /* an s6 listener was told of the last end */
  STATE_END_NOTED = 1 << 15, /* the process has ended with the status's wait status, and nothing was done about that yet */
  STATE_FORBIDDEN = 1 << 16, /* ./finish has exited 125 */
  STATE_HAS_LEFT = 1 << 17, /* the supervisor has ended in order: there is nothing to restore */
  STATE_END_ASKED = 1 << 18, /* the last end of ./run was asked for */
  STATE_STATUS_STALE = 1 << 19, /* the file `status` could not be written (disk full): the status here is the present one */
  STATE_AT_ONCE = 1 << 20, /* the stop's budget is over: strays are killed at once */
  STATE_ABANDONED = 1 << 21, /* the same, and ./finish does not run */
  STATE_KILL_DUE = 1 << 22, /* the scanner has to be told that something was killed in a stop */
  STATE_UNHEARD = 1 << 24, /* the down-signal has to be sent again */
  STATE_UNFIT = 1 << 25, /* ./run was told to end because it does not do its work: a failure (an older program takes that end for a restart) */
  STATE_CHECKS_PASS = 1 << 26, /* its last health checks passed (an older program knows neither this nor the next, and checks nothing) */
  STATE_CHECKS_FAIL = 1 << 27, /* its last health checks failed. Neither flag: not known yet, or no `health` */
  STATE_STOPPED = 1 << 28, /* a task was told to be down since its last start: it is undone if it is done, or gets done */
  STATE_UNDONE = 1 << 29 /* ./undo runs, or has run, since the last start of ./run (an older program takes it for ./finish) */
} ;

/* Why a service that nobody stopped is not started again. */
enum state_reason
{
  REASON_NONE,
  REASON_FINISH_FORBIDS, /* ./finish has exited 125 */
  REASON_FAILED, /* a failure, and restart is `no` */
  REASON_FAILED_TOO_OFTEN, /* restart is on-failure:N */
  REASON_DONE, /* no failure: it has exited 0, or as success-codes allows, and restart is not `always`; or it is a task, which is done */
  REASON_COUNT
} ;

/* How an end of ./run came about, as far as Reeve knows. */
enum state_end
{
  END_ASKED = 1 << 0, /* by a command, or by the stop of the tree */
  END_LEAVING = 1 << 1, /* by the stop of the tree, or because the service was removed */
  END_LATE = 1 << 2, /* it was not ready within timeout-up, or a task not done */
  END_UNHEALTHY = 1 << 3, /* its health checks failed */
  END_KILLED = 1 << 4, /* it got SIGKILL after timeout-kill */
  END_OUT_OF_TIME = 1 << 5, /* it got SIGKILL because the time for the tree's stop was over */
  END_SIGNALLED = 1 << 6, /* it ended by a signal that a command has sent */
  END_NOT_EXECUTED = 1 << 7 /* ./run could not be executed */
} ;

struct state
{
  enum phase phase ;
  struct status status ;
  struct settings settings ; /* without those that matter only at a start: lock-fd, flag-newpidns, timeout-up */
  unsigned int flags ;
  uint32_t restarts ;
  uint32_t crashes ;
  uint32_t crash_row ;
  uint32_t signals_tried ;
  uint32_t signals_failed ;
  unsigned int signal_errno ;
  unsigned int undo_wstat ;
  uint32_t failures ;
  uint32_t births ;
  uint32_t upgrades ;
  uint32_t failed_upgrades ;
  pid_t group ;
  uint64_t started_ms ;
  uint64_t up_ms ;
  uint64_t deadline_ms ;
  uint64_t ready_by_ms ;
  uint32_t next_delay_ms ;
  uint32_t drain_restarts ;
  uint32_t late_ms ;
  unsigned int ending ; /* enum state_end */
  unsigned int end ;
  unsigned int sent ;
  uint64_t lost ;
  uint64_t told_ms ;
  uint64_t group_told_ms ;
  enum state_reason reason ;
  char events_due[STATE_EVENTS_SIZE] ;
  struct process_birth process ;
  struct process_birth check ; /* the health check that runs */
} ;

/* Is the service a task that is done? */
extern int state_is_done (struct state const *state) ;

extern void state_pack (char out[STATE_SIZE], struct state const *state) ;
/* Returns 1, or 0 for anything that state_pack() could not have written; *version_differs (if not
   null) then tells whether it is another version's. */
extern int state_unpack (char const in[STATE_SIZE], struct state *state, int *version_differs) ;

/* Reads DIR/supervise/state. `birth` may be null; its pid is 0 when no birth was written. Returns
   1, or 0 with errno: ENOENT when there is none, EPROTO for garbage, EPROTONOSUPPORT for another
   version's. Allocates nothing, and never sleeps: if a writer may be in the middle of a write, it
   reads again a few times at once. */
extern int state_read (char const *dir, struct state *state, struct birth *birth) ;

/* The same; but if the state cannot be understood (EPROTO, EPROTONOSUPPORT), takes what the status
   tells, which every version understands: what runs, and what is wanted. The settings are then the
   defaults. Returns 1; 2 in that case; or 0 with errno. */
extern int state_recover (char const *dir, struct state *state, struct birth *birth) ;

/* For the supervisor: opens the file in the current directory. Returns a descriptor, or -1 with
   errno. */
extern int state_open (void) ;
/* Writes the state, and an empty record of a birth: so both have their place on the disk. Returns
   1, or 0 with errno. */
extern int state_write_first (int fd, struct state const *state) ;
/* Returns 1, or 0 with errno. */
extern int state_write (int fd, struct state const *state) ;

#endif
