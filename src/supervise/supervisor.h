/* The supervisor of one service: its state, and who does what with it.

   reeve-supervise.c  options
   begin.c            the start: here the program may still die
   loop.c             one turn: read the sources, decide, do, sleep

   decide, without I/O, clock or globals:
   life.c             phase x event -> next phase, deeds
   policy.c           was the end asked for, may ./run start again, and when?
   resume.c           where a successor goes on

   sources, which say what has happened:
   command.c          letters, orders, signals, readiness
   children.c         what has ended
   deadlines.c        what is due, and how long to sleep

   deeds, which return what came of them:
   run.c              starting ./run (child.c: what it shares with ./finish)
   finish.c           starting ./finish
   stop.c             the down-signal, until it was heard; SIGKILL
   signal.c           signals to what runs
   forked.c           flag-forks: which process is the service?
   strays.c           ending what ./run or ./finish has left behind
   ended.c            what follows when ./run has ended, and when nothing runs any more
   crash.c            what is said of an end that nobody asked for
   publish.c          status, events, reports, the saved state
   saved.c            which member of the saved state is which of ours
   restore.c          going on with a service that another supervisor has started
   upgrade.c          executing the program that is on disk now
   logger_input.c     the fifo between a service and its logger, or the collector
   health.c           checking the service's health (decided by health_policy.c)

   The settings, down-signal among them, are read by service/settings.c.

   loop.c calls all of them. None of them calls a file that calls it back.

   The process that is the service is one of three: a child; one that was adopted from a
   supervisor that was killed (the scanner reaps it, or nobody of ours); one that ./run has
   left behind (flag-forks). */

#ifndef REEVE_SUPERVISE_SUPERVISOR_H
#define REEVE_SUPERVISE_SUPERVISOR_H

#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"
#include "base/send.h"
#include "base/spawn.h"
#include "service/health.h"
#include "service/settings.h"
#include "supervise/health_policy.h"
#include "supervise/life.h"
#include "supervise/policy.h"
#include "wire/order.h"
#include "wire/state.h"
#include "wire/status.h"

/* The new program's trial, before an upgrade. */
struct trial
{
  pid_t pid ; /* 0: none is under way */
  uint64_t deadline_ms ; /* clock_ms(); 0: none */
  int wstat ; /* while `ended` */
  unsigned int ended : 1 ;
  unsigned int wanted : 1 ; /* an upgrade was ordered, and has to wait */
} ;

/* The checks of the service's health. */
struct checks
{
  struct health_settings settings ; /* of this ./run */
  enum health_phase phase ; /* health.c alone changes it */
  enum health health ;
  uint32_t failures ; /* in a row, which count */
  uint64_t deadline_ms ; /* the phase's; 0: none. While a check runs, that of a part of its time */
  uint64_t limit_ms ; /* when its whole time is over */
  struct process_birth process ; /* the one that runs, a child of ours and the leader of its group; pid 0: none */
  int output ; /* the reading end of what it writes; -1: none */
  int record ; /* where the beginning of that is kept; -1: nowhere */
  uint32_t written ; /* so far */
  unsigned int wstat ; /* while `ended` */
  unsigned int ended : 1 ; /* and nothing was done about it yet */
  unsigned int had_one : 1 ; /* a check of this ./run, or its health is known from an earlier supervisor */
  unsigned int has_slept : 1 ; /* with us: it had its time anew */
  unsigned int said_not_made : 1 ; /* that it could not be started */
  unsigned int said_record : 1 ; /* that its output could not be kept */
} ;

/* All moments are clock_ms() unless said otherwise; 0: never, or none. */
struct supervisor
{
  pid_t self ; /* the supervisor's own */
  char const *name ; /* DIR as it was given: the service's name under a scanner */

  enum phase phase ; /* after the start, loop.c alone changes it */
  uint64_t deadline_ms ; /* the phase's; ends with it */
  struct status status ; /* as published; its flags hold what is wanted */
  struct settings settings ; /* read at the last start; those of a stop at the last stop */

  /* the process that is the service, or its ./finish */
  struct process_birth process ; /* pid 0: none runs */
  int process_fd ; /* pidfd of one that is not our child; -1: it is, or it has ended */
  struct process_birth candidate ; /* while it is searched: what ./run has left, as far as that is clear */
  pid_t group ; /* the process group that the last ./run had when that was last looked at: finish's fourth argument */
  pid_t finish_group ; /* that of the last ./finish, while its leftovers are ended */
  unsigned int is_child : 1 ; /* the process is ours */
  unsigned int adopted : 1 ; /* a supervisor that was killed has started it: what it leaves behind falls to our parent */
  unsigned int forked : 1 ; /* the process is what ./run has left behind */
  unsigned int end_noted : 1 ; /* status.wstat is the process' end; it is saved, and not acted on yet */

  /* this ./run */
  uint64_t started_ms ;
  uint64_t up_ms ; /* how long it was up, in milliseconds; of one that never got ready: 0 */
  uint64_t lived_ms ; /* the same, whether it got ready or not */
  uint64_t told_ms ; /* when it was sent the down-signal */
  uint64_t slow_ms ; /* when it is said that one that is unfit has not ended yet */
  uint64_t group_told_ms ; /* process_clock_ms(): when its process group was (flag-down-group) */
  uint64_t down_again_ms ; /* when the down-signal is sent again, as ./run may not have had a handler for it */
  uint32_t down_delay_ms ; /* after which it was sent again last */
  uint64_t search_began_ms ; /* while what it has left behind is searched for the service */
  uint64_t forked_ms ; /* when that was found */
  uint64_t ready_by_ms ; /* timeout-up; 0: it is ready, or is not waited for */
  unsigned int wstat_before ; /* of the end before the one that was noted last */
  unsigned int ending ; /* enum state_end: what we did to it */
  unsigned int sent ; /* the last signal that a command had it sent; 0: none */
  unsigned int kills ; /* how often SIGKILL was sent to the process */
  unsigned int asked : 1 ; /* somebody asked for its end, and did not take that back */
  unsigned int end_asked : 1 ; /* that was so when it ended; until then, when the one before did */
  unsigned int paced : 1 ; /* it keeps a schedule, which is its restart delay */
  unsigned int unfit : 1 ; /* it was told to end because it does not do its work (LIFE_UNFIT): its end is a failure, however it ends */
  unsigned int code_unknown : 1 ; /* nobody could learn how it has ended */
  unsigned int not_executed : 1 ; /* it cannot be executed: a failure */
  unsigned int forbidden : 1 ; /* ./finish has exited 125 */
  unsigned int crash_due : 1 ; /* its end was a crash, which is to be spoken of when it is known what follows */
  unsigned int stopped : 1 ; /* it was told to be down by `d`: a task is undone when it is done */
  unsigned int undone : 1 ; /* ./undo runs, or has run: the task is not done any more */
  unsigned int at_once : 1 ; /* the stop's budget is over: whatever it leaves behind is killed */
  unsigned int said_ignored : 1 ; /* that it ignores the down-signal */
  unsigned int said_not_sent : 1 ; /* that it could not be sent a signal */
  unsigned int had_console : 1 ; /* an earlier ./run had flag-console */
  unsigned int said_console : 1 ; /* that it could not take the terminal */

  /* the next start */
  struct restart_delay delay ;
  uint64_t listeners_ms ; /* since when it waits for s6's listeners, if there are any */
  uint64_t unread_ms ; /* when one of them last had something unread */
  uint32_t failures ; /* in a row, for `restart` */
  uint32_t crash_row ; /* crashes in a row: until one was up for long, or a command */
  unsigned int undo_wstat ; /* of ./undo, since the last ./run; 0: none, or a success */
  enum state_reason reason ; /* why there is none */
  unsigned int end ; /* enum state_end: of the last one */
  uint32_t late_ms ; /* timeout-up of the ./run that was last told to end by it */

  /* counted over the supervisor's life */
  uint32_t restarts ;
  uint32_t crashes ;
  uint32_t births ;
  uint32_t upgrades ;
  uint32_t failed_upgrades ;
  uint32_t signals_tried ; /* to the process: how often one was sent, or could not be */
  uint32_t signals_failed ;
  unsigned int signal_errno ; /* of the last that failed */
  unsigned int started_once : 1 ;
  unsigned int has_ended : 1 ;

  struct checks checks ;

  /* the supervisor's own end */
  struct trial trial ;
  unsigned int leaving : 1 ; /* it leaves when the service has ended */
  unsigned int abandoned : 1 ; /* what is left is killed at once, and ./finish is not run */
  unsigned int quit : 1 ; /* it leaves at once, and the service as it is */

  /* a logger's input */
  uint64_t lost ; /* bytes of it that nobody has read */
  uint64_t look_ms ; /* when to look at the fifo again */
  unsigned int backlog ; /* bytes that were in it at the last look */
  uint32_t drain_restarts ; /* while it runs dry */
  unsigned int running_dry : 1 ; /* it is no longer held open */

  /* what could not be told yet */
  char events_due[STATE_EVENTS_SIZE] ; /* told by us or by our successor */
  unsigned int end_heard : 1 ; /* one of s6's listeners was told of the last end */
  unsigned int status_pending : 1 ;
  unsigned int state_pending : 1 ;
  unsigned int report_pending : 1 ;
  unsigned int kill_due : 1 ; /* the scanner is to be told that something had to be killed in a stop */
  unsigned int said_state : 1 ; /* that it could not be saved */
  unsigned int said_status : 1 ; /* that it could not be written */
  unsigned int said_children : 1 ; /* that they could not be learnt */

  /* descriptors; -1: none */
  int lock ;
  int control ;
  int orders ;
  int state ;
  int reports ; /* the scanner's fifo; -1: no scanner */
  int notification ; /* the reading end; -1: no readiness is expected */
  int logger_input ; /* a logger's: what holds its input open */
  int logger_output ; /* a producer's: what holds its logger's input open */
  int collected[2] ; /* the collector's input: stdout's and stderr's */
} ;

/* ---- begin.c ---- */

enum beginning { BEGIN_AFRESH, BEGIN_ADOPTING, BEGIN_UPGRADED, BEGIN_TRIAL } ;

/* Opens all channels, and takes over what a predecessor has left. Dies where it cannot.
     numbers   the descriptors that an upgrade hands over
     *signals  signals_open()'s
   Returns how the life goes on. */
extern enum life_event begin_supervising (struct supervisor *s, enum beginning how, char const *numbers, int *signals) ;

/* ---- loop.c ---- */

/* Applies `first`, and goes on until the supervisor leaves. `signals`: signals_open()'s. */
extern void loop (struct supervisor *s, int signals, enum life_event first) ;
/* The steps of a turn. */
extern void loop_apply (struct supervisor *s, enum life_event event) ;
extern void loop_take_letters (struct supervisor *s) ;
extern void loop_take_orders (struct supervisor *s) ;
extern void loop_take_readiness (struct supervisor *s) ;
extern void loop_take_deadlines (struct supervisor *s) ;
/* Is there nothing more to be done: left, or to be left at once? */
extern int loop_is_over (struct supervisor const *s) ;

/* ---- command.c ---- */

#define COMMAND_RELOAD (-1)
enum { COMMAND_DOWN_FILE = 1, COMMAND_NO_DOWN_FILE } ;

/* What a letter or a signal asks for, in this order. */
struct command
{
  int down_file ; /* 0: leave it */
  int run_dry ; /* let go of stdio; a logger, of its input */
  enum life_event event ;
  enum life_event then ;
  int signal ; /* 0: none; COMMAND_RELOAD: reload-signal */
  int group ; /* the signal is for the process group */
  int quit ; /* leave at once */
  int paced ; /* this ./run keeps a schedule */
} ;

extern struct command const *command_of_letter (char letter) ;
extern struct command const *command_of_signal (int sig) ;
/* As read(). */
extern ssize_t command_read_letters (struct supervisor const *s, char *buf, size_t size) ;
extern void command_read_orders (struct supervisor const *s) ;
/* Takes the next order that was read; 0: there is none. */
extern int command_next_order (struct order *order) ;
/* Has ./run told by notification-fd that it is ready? */
extern int command_notified (struct supervisor *s) ;
extern void command_change_down_file (int to) ;
extern void command_let_go_of_stdio (void) ;

/* ---- children.c ---- */

/* Reaps a child that has ended. Returns 1 and what that means, or 0: there is none. */
extern int children_reap (struct supervisor *s, enum life_event *event) ;
/* The scanner has reaped a process that we have adopted. */
extern enum life_event children_told (struct supervisor *s, pid_t pid, unsigned int wstat) ;
/* The pidfd says that the process has ended. */
extern enum life_event children_seen (struct supervisor *s) ;
/* Nobody has told the exit code of the process, which has ended. */
extern enum life_event children_code_unknown (struct supervisor *s) ;
extern void children_arm_code (struct supervisor *s) ;
/* An end that our predecessor has noted. */
extern enum life_event children_act_on_end (struct supervisor *s) ;

/* ---- deadlines.c ---- */

extern void deadline_arm (struct supervisor *s, uint32_t ms) ;
extern int deadline_is_due (uint64_t deadline_ms, uint64_t now_ms) ;
/* clock_ms(); 0 when nothing is armed. */
extern uint64_t deadlines_now (struct supervisor const *s) ;
/* For poll(): -1: until something happens. */
extern int deadlines_sleep_ms (struct supervisor const *s) ;

/* ---- child.c ---- */

/* Executes `request` as the process; the child itself saves its birth, as `what` ('r' or
   'f'). Returns 1, or 0 with errno; *executing as spawn() says. */
extern int child_start (struct supervisor *s, struct spawn *request, char what, int *executing) ;
extern void child_say_not_started (struct supervisor const *s, char const *path, int err, int executing, char const *next) ;
/* What runs, or has run last: "./run", "./finish" or "./undo". */
extern char const *child_script (struct supervisor const *s) ;
extern void child_pass (struct spawn *request, int from, int to) ;
extern void child_close (int fd) ;

/* ---- run.c, finish.c ---- */

/* LIFE_SPAWNED or LIFE_SPAWN_FAILED, with s->not_executed where ./run cannot be executed;
   LIFE_ABANDON: the live directory is gone. */
extern enum life_event run_start (struct supervisor *s) ;
/* The same; LIFE_HELD where the service has dependencies, and a scanner that knows when they
   are ready: the scanner is told. */
extern enum life_event run_start_in_order (struct supervisor *s) ;
/* That, when s6's listeners have taken the last end; until then LIFE_NOTHING. */
extern enum life_event run_start_when_heard (struct supervisor *s) ;
extern void run_report_setting (char const *file, char const *value, char const *allowed, int err) ;
extern void run_tell_up (struct supervisor *s) ;
/* timeout-up is over: LIFE_UNFIT where ./run is not ready, else LIFE_NOTHING. */
extern enum life_event run_is_late (struct supervisor *s) ;
/* LIFE_FINISH_SPAWNED or LIFE_NO_FINISH. */
extern enum life_event finish_start (struct supervisor *s) ;
extern void finish_tell (struct supervisor *s) ;

/* ---- stop.c ---- */

/* Sends the down-signal and CONT: LIFE_TOLD or LIFE_NOT_TOLD. */
extern enum life_event stop_tell (struct supervisor *s) ;
/* Sends it again: it is time. */
extern void stop_again (struct supervisor *s) ;
/* LIFE_TAKEN_BACK where ./run is wanted up, ignores the down-signal, and has no timeout-kill. */
extern enum life_event stop_take_back (struct supervisor *s) ;
extern void stop_arm_kill (struct supervisor *s) ;
extern void stop_arm_again (struct supervisor *s) ;
/* SIGKILL to the process, with its group where that is set; armed to be sent again. */
extern void stop_kill (struct supervisor *s) ;
extern void stop_kill_late (struct supervisor *s) ;
/* Of one that is unfit, it is said after a while that it has not ended. */
extern void stop_arm_slow (struct supervisor *s) ;
/* That while is over. */
extern void stop_say_slow (struct supervisor *s) ;
extern int stop_reload_signal (struct supervisor const *s) ;

/* ---- signal.c ---- */

/* Sends a signal to the process, or to the group that it is in now. Returns 0 when it
   could not be sent; a process that has ended already counts as one that was sent it. */
extern int signal_process (struct supervisor *s, int sig, int group) ;
/* The same to ./run, if it runs; STOP and CONT show in the status. */
extern int signal_run (struct supervisor *s, int sig, int group) ;
/* The process' group; 0 with errno. */
extern pid_t signal_present_group (struct supervisor *s) ;
/* Counts a signal that was sent (0), or could not be (errno), for who asked for it. */
extern void signal_count (struct supervisor *s, int err) ;
/* A child that was to send a signal has ended. */
extern void signal_sender_ended (struct supervisor *s, struct send const *what, int err) ;
/* Something was sent SIGKILL, which the scanner is told in a stop. */
extern void signal_killed (struct supervisor *s) ;

/* ---- forked.c ---- */

/* ./run has ended with flag-forks: which process is the service? LIFE_FORKED: s->process;
   LIFE_ENDED: none; LIFE_NOTHING: that is not clear yet, and a deadline is armed. */
extern enum life_event forked_find (struct supervisor *s) ;
extern void forked_tell (struct supervisor *s) ;

/* ---- strays.c ---- */

/* ./run is about to be sent the down-signal, for the first time: remembers what it has left
   behind so far. What it leaves from now on is the service, if that end is asked for. */
extern void strays_note_earlier (struct supervisor *s) ;
/* The same where ./run has ended already (flag-forks), and what it has left is searched. */
extern void strays_count_as_told (struct supervisor *s) ;
/* A child was reaped. */
extern void strays_reaped (pid_t pid) ;
/* Begins, or goes on with it. LIFE_STRAYS_GONE, or LIFE_NOTHING: it takes time. */
extern enum life_event strays_end (struct supervisor *s) ;
/* By command: a signal to what is left in the process group of ./run. `at_once`: to the whole
   group in one system call, also to processes that are not our children. */
extern void strays_signal (struct supervisor *s, int sig, int at_once) ;

/* ---- crash.c ---- */

#define CRASH_WORDS_MAX 128

/* How ./run has ended last, when, and the how manieth time in a row. */
extern char const *crash_describe (struct supervisor const *s, char out[CRASH_WORDS_MAX]) ;
/* Says that of a crash, and when the next start comes: of the first one in a row, and at
   doubling counts. */
extern void crash_tell (struct supervisor *s, uint32_t delay_ms) ;

/* ---- ended.c ---- */

extern void ended_tell_down (struct supervisor *s) ;
extern void ended_tell_finished (struct supervisor *s) ;
extern void ended_tell_not_started (struct supervisor *s) ;
extern enum life_event ended_settle (struct supervisor *s) ;
extern void ended_arm_delay (struct supervisor *s) ;
/* Has one of s6's listeners not taken the end yet? Then the deadline is armed. */
extern int ended_is_unheard (struct supervisor *s) ;

/* ---- publish.c ---- */

/* What has changed is noted first, and told in one go by publish_now(), before anybody can
   see what follows from it: before a start, a signal, a sleep. */

/* The status has changed. */
extern void publish_status (struct supervisor *s) ;
/* To every listener. */
extern void publish_event (struct supervisor *s, char event) ;
/* The status has changed, and that is an event. */
extern void publish_change (struct supervisor *s, char event) ;
/* ./run has told that it is ready. */
extern void publish_ready (struct supervisor *s) ;
/* Is it a task that is done? */
extern int publish_is_done (struct supervisor const *s) ;
/* Has this ./run become ready, in Reeve's own sense? */
extern int publish_has_got_ready (struct supervisor const *s) ;
/* Saves the state at once: what comes next must be known to a successor. */
extern void publish_state (struct supervisor *s) ;
/* Tells what was noted. What a successor needs is saved first; so a client that reads the
   status knows why, too. */
extern void publish_now (struct supervisor *s) ;
/* The same, and sends the report that is due: before each sleep. */
extern void publish_pending (struct supervisor *s) ;

/* ---- saved.c ---- */

extern void saved_pack (struct supervisor const *s, struct state *state) ;
extern void saved_unpack (struct supervisor *s, struct state const *state) ;

/* ---- restore.c ---- */

enum restored { RESTORED_ADOPTED /* from one that was killed */, RESTORED_UPGRADED /* by execution */ } ;
/* Takes over `state`; `birth`: the last child's own record. Nothing is acted on. */
extern void restore (struct supervisor *s, struct state const *state, struct birth const *birth, enum restored how) ;
/* When all channels are open: tells what was due, and returns how the life goes on. */
extern enum life_event restore_go_on (struct supervisor *s, enum restored how) ;

/* ---- health.c ---- */

/* ./run is about to be started: reads the settings. A `health` that is no check is reported,
   and there is none. */
extern void health_begin_anew (struct supervisor *s, settings_report_func *report) ;
/* Does what is due. LIFE_UNFIT: the service is unhealthy, and is to be stopped. No system
   call where there is no `health`. */
extern enum life_event health_follow (struct supervisor *s) ;
/* There is something to read. */
extern void health_read_output (struct supervisor *s) ;
/* Is this child a check? */
extern int health_is_check (struct supervisor const *s, pid_t pid) ;
/* It has ended, and is about to be reaped. */
extern void health_note_end (struct supervisor *s, unsigned int wstat) ;
/* Ends the check that runs, for good. */
extern void health_drop (struct supervisor *s) ;
/* What a predecessor knew; `earlier`, its check, is ended. */
extern void health_restore (struct supervisor *s, struct process_birth const *earlier, int healthy, int unhealthy) ;

/* ---- upgrade.c ---- */

/* First the new program shows, as a child, that it can go on from our state. */
extern void upgrade_order (struct supervisor *s) ;
extern void upgrade_note_trial (struct supervisor *s, int wstat) ;
/* Does what has become due; when the trial has succeeded it does not return. */
extern void upgrade_progress (struct supervisor *s) ;
/* What the trial does: can this program go on from the state in `dir`? Returns the exit code. */
extern int upgrade_check (char const *dir) ;
/* In the new program: takes over the descriptors. Returns 0 when these are none. */
extern int upgrade_take (struct supervisor *s, char const *numbers) ;

/* ---- logger_input.c ---- */

/* A logger's supervisor: holds its input open, which the scanner has made before; a
   producer's: its logger's. Returns 1, or 0 with errno. */
extern int logger_input_hold (struct supervisor *s) ;
/* A producer's: again, before each start, which must not come otherwise: it may have a
   logger by now. Where the collector reads its output, the fifos to that. */
extern int logger_input_hold_loggers (struct supervisor *s) ;
/* Lets go of it: the logger gets end of file when the last writer has gone. */
extern void logger_input_run_dry (struct supervisor *s) ;
/* One that runs dry: is there anything that it has not read? */
extern int logger_input_left (struct supervisor const *s) ;
/* Looks at the fifo, when that is due, as what does not move there would hang a stop. One
   that a service which is told to end, or its ./finish, finds full gets more room, so that
   nothing is lost. Returns 1 when a logger that runs dry has taken nothing for some
   seconds: it is to be told to end. */
extern int logger_input_look (struct supervisor *s) ;
/* For good: says how much of it is lost. */
extern void logger_input_leave (struct supervisor *s) ;
/* Descriptors for the start of ./run or ./finish, the caller's to close; -1: none.
   Each returns 1, or 0 with errno when there is one, but it cannot be opened. */
extern int logger_input_for_stdin (struct supervisor const *s, int *fd) ;
extern int logger_input_for_output (struct supervisor const *s, int fd[2]) ; /* stdout and stderr; on failure one may be open */

#endif
