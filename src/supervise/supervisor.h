/* The supervisor of one service: its state, and who does what with it.

   reeve-supervise.c  start, the loop
   life.c             what happens next (pure)
   act.c              doing it, and telling it
   run.c              starting ./run and ./finish
   reap.c             what has ended, and signals to what runs
   down.c             the down-signal, until it was heard
   forked.c           flag-forks: which process is the service
   strays.c           ending what ./run, or ./finish, has left behind
   command.c          commands, orders and signals -> events
   publish.c          status, events, reports, the saved state
   restore.c          going on from the saved state
   upgrade.c          executing the program that is on disk now
   logger_input.c     the fifo between a service and its logger

   The process that is the service is one of three, which look alike to all but
   reap.c: a child; one that was adopted from a supervisor that was killed, and of
   whose end the scanner tells; one that ./run has left behind. */

#ifndef REEVE_SUPERVISE_SUPERVISOR_H
#define REEVE_SUPERVISE_SUPERVISOR_H

#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"
#include "service/settings.h"
#include "supervise/life.h"
#include "wire/order.h"
#include "wire/state.h"
#include "wire/status.h"

struct supervisor
{
  char const *name ; /* DIR as it was given: the service's name under a scanner */
  enum phase phase ;
  struct status status ; /* as published; its flags hold what is wanted */
  struct settings settings ; /* read at the last start; the stopping ones at the last stop */
  struct life_delay delay ;
  struct process_birth process ; /* the service or its ./finish; pid 0: none runs */
  int process_fd ; /* pidfd of one that is not our child; -1: it is, or it has ended */
  struct process_birth candidate ; /* while `searching`: what ./run has left, as far as that is clear */
  uint64_t started_ms ; /* clock_ms(): when ./run was last started */
  uint64_t deadline_ms ; /* clock_ms(); its meaning is the phase's; 0: none */
  uint64_t told_ms ; /* clock_ms(): when ./run was sent the down-signal; 0: it was not */
  uint64_t group_told_ms ; /* process_clock_ms(): when its process group was (flag-down-group); 0: it was not */
  uint64_t down_again_ms ; /* clock_ms(): while `unheard` */
  uint64_t check_deadline_ms ; /* of the upgrade's trial; 0: none */
  uint64_t up_ms ; /* how long the last ./run was up */
  uint64_t listeners_ms ; /* clock_ms(): since when the next start waits for s6's listeners; 0: it does not */
  uint64_t unread_ms ; /* clock_ms(): when one of them had not read the end yet */
  uint64_t search_began_ms ; /* while `searching` */
  uint64_t forked_ms ; /* when the process was found */
  unsigned int wstat_before ; /* of the end before the one that was noted last */
  pid_t group ; /* the process group that the last ./run had when that was last looked at: finish's fourth argument */
  pid_t finish_group ; /* that of the last ./finish, while `leftovers` */
  pid_t checker ; /* the upgrade's trial; 0: none */
  uint32_t restarts ;
  uint32_t down_delay_ms ; /* after which the down-signal was sent again last; 0: it was not yet */
  uint32_t signals_tried ; /* to the process: how often one was sent, or could not be */
  uint32_t signals_failed ;
  unsigned int signal_errno ; /* of the last that failed */
  uint32_t failures ; /* in a row, for `restart` */
  uint32_t births ;
  uint32_t upgrades ;
  uint32_t failed_upgrades ;
  uint32_t drain_restarts ; /* of a logger that runs dry */
  uint64_t lost ; /* bytes of a logger's input that nobody has read */
  uint64_t look_ms ; /* clock_ms(): when to look at the fifo of the log again; 0: there is no need */
  unsigned int backlog ; /* bytes that were in it at the last look */
  unsigned int kills ; /* how often SIGKILL was sent to the process */
  enum state_reason reason ;
  char event_due ; /* still to be told, by us or by our successor; 0: none */
  int lock ; /* the descriptor */
  int control ;
  int orders ;
  int state ;
  int reports ; /* descriptor of the scanner's fifo; -1: no scanner */
  int notification ; /* the reading end; -1: none expected */
  int logger_input ; /* a logger's: what holds its input open; -1: no logger */
  int logger_output ; /* a producer's: what holds its logger's input open; -1: none */
  unsigned int end_heard : 1 ; /* one of s6's listeners was told of the last end */
  unsigned int leaving : 1 ;
  unsigned int asked : 1 ; /* somebody asked for the end of ./run, and did not take that back */
  unsigned int end_asked : 1 ; /* that was so when it ended */
  unsigned int started_once : 1 ;
  unsigned int has_ended : 1 ;
  unsigned int code_unknown : 1 ; /* nobody could learn how it has ended */
  unsigned int end_noted : 1 ; /* status.wstat is the process' end, which is to be acted on */
  unsigned int is_child : 1 ; /* the process is ours */
  unsigned int adopted : 1 ; /* a supervisor that was killed has started this ./run, or this ./finish */
  unsigned int end_unseen : 1 ; /* the adopted process has ended; its code is awaited */
  unsigned int searching : 1 ; /* ./run has ended, and the process that is the service is looked for */
  unsigned int forked : 1 ; /* the process is what ./run has left behind */
  unsigned int not_executed : 1 ; /* ./run cannot be executed: a failure */
  unsigned int forbidden : 1 ; /* ./finish has exited 125 */
  unsigned int stop_due : 1 ; /* taken note of, but not signalled yet */
  unsigned int running_dry : 1 ; /* a logger whose input is no longer held open */
  unsigned int abandoned : 1 ; /* what is left is killed at once, and ./finish is not run */
  unsigned int at_once : 1 ; /* the stop's budget is over: whatever ./run leaves behind is killed */
  unsigned int kill_due : 1 ; /* the scanner is still to be told that something had to be killed in a stop */
  unsigned int said_children : 1 ; /* that they could not be learnt */
  unsigned int unheard : 1 ; /* the down-signal is to be sent again, at down_again_ms */
  unsigned int said_ignored : 1 ; /* that ./run ignores it */
  unsigned int said_not_sent : 1 ; /* that this ./run could not be sent a signal */
  unsigned int quit : 1 ; /* leave at once, and the service as it is */
  unsigned int upgrade_wanted : 1 ;
  unsigned int status_pending : 1 ; /* could not be published yet */
  unsigned int state_pending : 1 ;
  unsigned int said_state : 1 ; /* that it could not be saved */
  unsigned int report_pending : 1 ;
} ;

/* act.c: takes the step for `event`, and all that follow from it. */
extern void act (struct supervisor *s, enum life_event event) ;
/* `r`: the down-signal and timeout-kill, and the end counts as asked for (life_asked). */
extern void act_restart (struct supervisor *s) ;
/* The stop's budget is over: SIGKILL to all that is left of the service; ./finish goes on. */
extern void act_kill (struct supervisor *s) ;
/* Something was sent SIGKILL by us. */
extern void act_killed (struct supervisor *s) ;
extern void act_arm (struct supervisor *s, uint32_t ms) ;
/* s->deadline_ms has come. */
extern void act_deadline (struct supervisor *s) ;

/* run.c */
/* Starts ./run or ./finish, which becomes s->process. Returns 1, or 0: reported,
   with s->not_executed for a ./run that cannot be executed. */
extern int run_start (struct supervisor *s) ;
extern int run_start_finish (struct supervisor *s) ;
extern void run_report_setting (char const *file, char const *value, char const *allowed, int err) ;

/* reap.c */
/* Reaps what has ended, and acts on it. */
extern void reap (struct supervisor *s) ;
/* The scanner has reaped a process on our behalf. */
extern void reap_told (struct supervisor *s, pid_t pid, unsigned int wstat) ;
/* The pidfd says that the process has ended. */
extern void reap_seen (struct supervisor *s) ;
/* Its code was awaited in vain. */
extern void reap_unknown (struct supervisor *s) ;
/* Acts on an end that was noted. */
extern void reap_act (struct supervisor *s) ;
/* Sends a signal to the process, or to the group that it is in now. Returns 0 when it
   could not be sent; a process that has ended already counts as one that was sent it. */
extern int reap_send (struct supervisor *s, int sig, int group) ;
/* SIGKILL, CONT, ... to ./run if it runs; `group` to its process group. Returns 0 when
   it could not be sent, for a reason that can pass. */
extern int reap_signal (struct supervisor *s, int sig, int group) ;

/* Counts a signal that was sent (0), or could not be (errno), for who asked for it. */
extern void reap_count (struct supervisor *s, int err) ;

/* down.c */
/* Sends the down-signal, for the first time. Returns 0 when it could not be sent, for a
   reason that can pass. */
extern int down_send (struct supervisor *s) ;
/* It is time to send it again, or not any more. */
extern void down_again (struct supervisor *s) ;
extern void down_never_again (struct supervisor *s) ;
/* Goes on with that after an adoption or an upgrade. */
extern void down_go_on (struct supervisor *s) ;

/* forked.c */
/* ./run has ended with flag-forks: which process is the service?
   LIFE_FORKED: s->process; LIFE_RUN_ENDED: none; LIFE_DEADLINE: that is not clear yet,
   and is to be asked again when a child has ended, and at the deadline. */
extern enum life_event forked_find (struct supervisor *s) ;
/* Can it have gone into the background? Also in two steps, each of which ends with 0. */
extern int forked_may_be (struct supervisor const *s) ;

/* strays.c: LIFE_STRAYS_GONE follows, perhaps at once. */
/* ./run is about to be sent the down-signal, for the first time: remembers what it has left
   behind so far. What it leaves from now on is the service, if that end is asked for. */
extern void strays_note_earlier (struct supervisor *s) ;
/* A child was reaped. */
extern void strays_reaped (pid_t pid) ;
/* In the phases in which every child is one that is to end. */
extern int strays_under_way (struct supervisor const *s) ;
/* Begins, or goes on at a deadline. */
extern void strays_end (struct supervisor *s) ;
/* A child has ended, or the limits have changed. */
extern void strays_look (struct supervisor *s) ;
/* By command: a signal to what is left in the process group of ./run; `at_once`: to all of it
   in one go, those that are no children of ours, too. */
extern void strays_signal (struct supervisor *s, int sig, int at_once) ;

/* command.c */
/* Reads from the control fifo, from that of the orders, and does what they ask for. */
extern void command_letters (struct supervisor *s) ;
extern void command_orders (struct supervisor *s) ;
extern void command_signal (struct supervisor *s, int sig) ;
/* What ./run wrote to notification-fd. */
extern void command_notified (struct supervisor *s) ;
/* Is there nothing more to be done: left, or to be left at once? */
extern int command_over (struct supervisor const *s) ;

/* publish.c */
extern void publish_status (struct supervisor *s) ;
/* To every listener. */
extern void publish_event (struct supervisor *s, char event) ;
/* The status has changed, and that is an event. What a successor needs is saved first;
   so a client that reads the status knows why, too. */
extern void publish_change (struct supervisor *s, char event) ;
/* Saves the state at once: what comes next must be known to a successor. */
extern void publish_state (struct supervisor *s) ;
/* Retries what could not be written, and sends the report that is due.
   The caller's loop calls it once before each sleep. */
extern void publish_pending (struct supervisor *s) ;

/* restore.c */
enum restored { RESTORED_ADOPTED /* from one that was killed */, RESTORED_UPGRADED /* by execution */ } ;
/* The state, for publish.c. */
extern void restore_save (struct supervisor const *s, struct state *state) ;
/* Goes on from `state`; `birth`: the last child's own record. Nothing was acted on
   yet when it returns: restore_go_on does that, when all channels are open. */
extern void restore (struct supervisor *s, struct state const *state, struct birth const *birth, enum restored how) ;
extern void restore_go_on (struct supervisor *s, enum restored how) ;

/* upgrade.c */
extern void upgrade_order (struct supervisor *s) ;
/* The trial has ended, or its time is over. */
extern void upgrade_tried (struct supervisor *s, int wstat) ;
extern void upgrade_timed_out (struct supervisor *s) ;
/* Puts it off, as strays are about to be ended. */
extern void upgrade_defer (struct supervisor *s) ;
/* What the trial does: can this program go on from the state in `dir`? Returns the exit code. */
extern int upgrade_check (char const *dir) ;
/* In the new program: takes over the descriptors. Returns 0 when these are none. */
extern int upgrade_take (struct supervisor *s, char const *numbers) ;

/* logger_input.c */
/* A logger's supervisor: holds its input open; a producer's: its logger's. Done
   before each start, which must not come otherwise. Returns 1, or 0 with errno. */
extern int logger_input_hold (struct supervisor *s) ;
/* Lets go of it: the logger gets end of file when the last writer has gone. */
extern void logger_input_run_dry (struct supervisor *s) ;
/* One that runs dry: is there anything that it has not read? */
extern int logger_input_left (struct supervisor const *s) ;
/* Looks at the fifo, when that is due, as what does not move there would hang a stop. One
   that a service which is told to end, or its ./finish, finds full gets more room, so that
   nothing is lost. A logger that runs dry but has taken nothing for some seconds is told
   to end. */
extern void logger_input_look (struct supervisor *s) ;
/* For good: says how much of it is lost. */
extern void logger_input_leave (struct supervisor *s) ;
/* Descriptors for the start of ./run or ./finish, the caller's to close; -1: none.
   Each returns 1, or 0 with errno when there is one, but it cannot be opened. */
extern int logger_input_for_stdin (struct supervisor const *s, int *fd) ;
extern int logger_input_for_stdout (struct supervisor const *s, int *fd) ;

#endif
