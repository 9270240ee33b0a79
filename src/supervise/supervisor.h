/* The supervisor of one service: which file does what, and its state.

     reeve-supervise.c  options
     begin.c            the start: here the program may still die
     loop.c             one turn: read the sources, decide, do, sleep

   Decisions, without I/O, clock or globals:

     life.c             phase x event -> next phase, deeds
     policy.c           was the end asked for, may ./run start again, and when?
     health_policy.c    when to check the service's health, and what results mean
     resume.c           where a successor goes on

   Sources, which say what has happened:

     command.c          letters, orders, signals, readiness
     children.c         processes that have ended
     deadlines.c        what is due, and how long to sleep

   Deeds, which return their outcome:

     run.c              starting ./run (child.c: what it shares with ./finish)
     finish.c           starting ./finish or ./undo
     stop.c             sending the down-signal, until it has an effect; SIGKILL
     signal.c           sending signals to the service's process
     forked.c           flag-forks: finding the process that is the service
     strays.c           ending and killing the strays of ./run or ./finish (service/stray.h decides)
     ended.c            what follows the end of ./run, and what follows when nothing runs any more
     crash.c            messages about an end that nobody asked for
     publish.c          status, events, reports, the saved state
     saved.c            copying between the saved state and this one
     restore.c          going on with a service that another supervisor has started
     upgrade.c          executing the program that is on disk now
     logger_input.c     the fifo between a service and its logger, or the collector
     health.c           checking the service's health

   The settings, down-signal among them, are read by service/settings.c. When this supervisor is
   killed, the scanner handles that: scan/reap.c.

   loop.c calls all of these files. None of them calls a file that calls it back.

   The process that is the service is one of three: a child of this supervisor; a process that was
   adopted from a killed supervisor (its new parent is the scanner, which reaps it); a process that
   ./run has put into the background (flag-forks). */

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

/* The trial of the new program, before an upgrade. */
struct trial
{
  pid_t pid ; /* 0: no trial is under way */
  uint64_t deadline_ms ; /* clock_ms(); 0: none */
  int wstat ; /* while `ended` */
  unsigned int ended : 1 ;
  unsigned int wanted : 1 ; /* an upgrade was ordered, and has to wait */
} ;

/* The checks of the service's health. */
struct checks
{
  struct health_settings settings ; /* as read when this ./run started */
  enum health_phase phase ; /* health.c alone changes it */
  enum health health ;
  uint32_t failures ; /* failures in a row that count */
  uint64_t deadline_ms ; /* of the phase; 0: none. While a check runs, it ends a part of the check's timeout */
  uint64_t limit_ms ; /* when the check's whole timeout is over */
  struct process_birth process ; /* the check that runs: a child, and the leader of its group; pid 0: none */
  int output ; /* the reading end of the check's output; -1: none */
  int record ; /* the file that keeps the beginning of the output; -1: none */
  uint32_t written ; /* bytes of output so far */
  unsigned int wstat ; /* while `ended` */
  unsigned int ended : 1 ; /* the check has ended, and nothing was done about that yet */
  unsigned int had_one : 1 ; /* this ./run was checked, or its health is known from an earlier supervisor */
  unsigned int has_slept : 1 ; /* the check was suspended together with the supervisor, and got its timeout again */
  unsigned int said_not_made : 1 ; /* a message has said that it could not be started */
  unsigned int said_record : 1 ; /* a message has said that its output could not be kept */
} ;

/* All moments are clock_ms() unless said otherwise; 0: never, or none. */
struct supervisor
{
  pid_t self ; /* the supervisor's own pid */
  char const *name ; /* DIR as it was given: the service's name under a scanner */

  enum phase phase ; /* after the start, loop.c alone changes it */
  uint64_t deadline_ms ; /* of the phase; cancelled when the phase ends */
  struct status status ; /* as published; its flags say what is wanted */
  struct settings settings ; /* read at the last start; those that concern a stop, at the last stop */

  /* the process that is the service, or its ./finish */
  struct process_birth process ; /* pid 0: none runs */
  int process_fd ; /* a pidfd, if the process is not a child; -1: it is a child, or it has ended */
  struct process_birth candidate ; /* while the service is searched: the process that is probably the service */
  pid_t group ; /* the process group of the last ./run, as last looked at: the fourth argument of finish */
  pid_t finish_group ; /* the process group of the last ./finish, while its strays are ended */
  unsigned int is_child : 1 ; /* the process is a child of this supervisor */
  unsigned int adopted : 1 ; /* a killed supervisor has started the process: its strays become children of this supervisor's parent */
  unsigned int forked : 1 ; /* the process was put into the background by ./run */
  unsigned int end_noted : 1 ; /* status.wstat is the process's end: saved, and not acted on yet */

  /* the present ./run */
  uint64_t started_ms ;
  uint64_t up_ms ; /* how long it was up, in milliseconds; 0 if it never became ready */
  uint64_t lived_ms ; /* how long it was up, whether it became ready or not */
  uint64_t told_ms ; /* when the down-signal was sent */
  uint64_t slow_ms ; /* when to say that a service that does not do its work has not ended yet */
  uint64_t group_told_ms ; /* process_clock_ms(): when the down-signal was sent to its process group (flag-down-group) */
  uint64_t down_again_ms ; /* when to send the down-signal again, as ./run may not have had a handler for it */
  uint32_t down_delay_ms ; /* the last delay before the down-signal was sent again */
  uint64_t search_began_ms ; /* since when the service is searched among the processes that ./run has left */
  uint64_t forked_ms ; /* when the service was found there */
  uint64_t ready_by_ms ; /* the limit of timeout-up; 0: the service is ready, or there is no limit */
  unsigned int wstat_before ; /* the wait status before the last one */
  unsigned int ending ; /* enum state_end: what Reeve did to end it */
  unsigned int sent ; /* the last signal that a command has sent to it; 0: none */
  unsigned int kills ; /* how often SIGKILL was sent to the process */
  unsigned int asked : 1 ; /* somebody asked for its end, and did not take that back */
  unsigned int end_asked : 1 ; /* `asked` at its end; until then, that of the last ./run */
  unsigned int paced : 1 ; /* it keeps a schedule, which replaces the restart delay */
  unsigned int unfit : 1 ; /* it was told to end because it does not do its work (LIFE_UNFIT): its end is a failure, whatever its code */
  unsigned int code_unknown : 1 ; /* nobody could learn how it has ended */
  unsigned int not_executed : 1 ; /* it could not be executed, which is a failure */
  unsigned int forbidden : 1 ; /* ./finish has exited 125 */
  unsigned int crash_due : 1 ; /* its end was a crash; the message waits until it is known what follows */
  unsigned int stopped : 1 ; /* it was told to be down by `d`: a task is undone if it is done */
  unsigned int undone : 1 ; /* ./undo runs, or has run: the task is not done any more */
  unsigned int at_once : 1 ; /* the stop's budget is over: strays are killed at once */
  unsigned int down_blocked : 1 ; /* it had the down-signal blocked when that was sent last */
  unsigned int said_ignored : 1 ; /* a message has said that it ignores the down-signal */
  unsigned int said_not_sent : 1 ; /* a message has said that a signal could not be sent to it */
  unsigned int had_console : 1 ; /* an earlier ./run had flag-console */
  unsigned int said_console : 1 ; /* a message has said that it could not take the terminal */

  /* the next start */
  struct restart_delay delay ;
  uint64_t listeners_ms ; /* since when the start waits for s6's listeners; 0: it does not */
  uint64_t unread_ms ; /* when a listener last had an unread event */
  uint32_t failures ; /* failures in a row, for `restart` */
  uint32_t crash_row ; /* crashes in a row, until ./run was up for long, or a command came */
  unsigned int undo_wstat ; /* the wait status of ./undo since the last ./run; 0: none, or a success */
  enum state_reason reason ; /* why there is no next start */
  unsigned int end ; /* enum state_end: of the last ./run */
  uint32_t late_ms ; /* timeout-up of the last ./run that was ended by it */

  /* counts over the supervisor's life */
  uint32_t restarts ;
  uint32_t crashes ;
  uint32_t births ;
  uint32_t upgrades ;
  uint32_t failed_upgrades ;
  uint32_t signals_tried ; /* signals that were sent to the process, or could not be */
  uint32_t signals_failed ;
  unsigned int signal_errno ; /* errno of the last one that failed */
  unsigned int started_once : 1 ;
  unsigned int has_ended : 1 ;

  struct checks checks ;

  /* the supervisor's own end */
  struct trial trial ;
  unsigned int leaving : 1 ; /* it leaves when the service has ended */
  unsigned int abandoned : 1 ; /* all processes are killed at once, and ./finish does not run */
  unsigned int quit : 1 ; /* it leaves at once, and leaves the service running */

  /* a logger's input */
  uint64_t lost ; /* bytes of the input that nobody has read */
  uint64_t look_ms ; /* when to look at the fifo again */
  unsigned int backlog ; /* bytes that were in the fifo at the last look */
  uint32_t drain_restarts ; /* restarts of the logger while it runs dry */
  unsigned int running_dry : 1 ; /* the supervisor does not hold the input open any more: the logger reads to the end */

  /* what was not told yet */
  char events_due[STATE_EVENTS_SIZE] ; /* events, told by this supervisor or its successor */
  unsigned int end_heard : 1 ; /* an s6 listener was told of the last end */
  unsigned int status_pending : 1 ;
  unsigned int status_waits : 1 ; /* ... until the next sleep, of 100 ms at most, is over */
  unsigned int state_pending : 1 ;
  unsigned int report_pending : 1 ;
  unsigned int kill_due : 1 ; /* the scanner has to be told that something was killed in a stop */
  unsigned int said_state : 1 ; /* a message has said that the state could not be saved */
  unsigned int said_status : 1 ; /* a message has said that the status could not be written */
  unsigned int said_children : 1 ; /* a message has said that the strays could not be listed */

  /* descriptors; -1: none */
  int lock ;
  int control ;
  int orders ;
  int state ;
  int reports ; /* the scanner's fifo; -1: no scanner */
  int notification ; /* the reading end of notification-fd; -1: no readiness is expected */
  int logger_input ; /* a logger's: holds its input open */
  int logger_output ; /* a producer's: holds its logger's input open */
  int collected[2] ; /* hold the collector's input open: for stdout and stderr */
} ;

/* ---- begin.c ---- */

enum beginning { BEGIN_AFRESH, BEGIN_ADOPTING, BEGIN_UPGRADED, BEGIN_TRIAL } ;

/* Opens all channels, and takes over what an earlier supervisor has left. Dies if it cannot.
     numbers   the descriptors that an upgrade hands over
     *signals  a descriptor from signals_open()
   Returns the first event for the loop. */
extern enum life_event begin_supervising (struct supervisor *s, enum beginning how, char const *numbers, int *signals) ;

/* ---- loop.c ---- */

/* Applies `first`, and goes on until the supervisor leaves. `signals`: a descriptor from
   signals_open(). */
extern void loop (struct supervisor *s, int signals, enum life_event first) ;
/* The steps of a turn. */
extern void loop_apply (struct supervisor *s, enum life_event event) ;
extern void loop_take_letters (struct supervisor *s) ;
extern void loop_take_orders (struct supervisor *s) ;
extern void loop_take_readiness (struct supervisor *s) ;
extern void loop_take_deadlines (struct supervisor *s) ;
/* Has the supervisor to leave its loop? */
extern int loop_is_over (struct supervisor const *s) ;

/* ---- command.c ---- */

#define COMMAND_RELOAD (-1)
enum { COMMAND_DOWN_FILE = 1, COMMAND_NO_DOWN_FILE } ;

/* What a letter or a signal asks for, in this order. */
struct command
{
  int down_file ; /* 0: leave it */
  int run_dry ; /* let go of stdio; for a logger, of its input */
  enum life_event event ;
  enum life_event then ;
  int signal ; /* 0: none; COMMAND_RELOAD: reload-signal */
  int group ; /* the signal is for the process group */
  int quit ; /* leave at once */
  int paced ; /* this ./run keeps a schedule */
} ;

extern struct command const *command_of_letter (char letter) ;
extern struct command const *command_of_signal (int sig) ;
/* Reads letters from the control fifo; returns what read() does. */
extern ssize_t command_read_letters (struct supervisor const *s, char *buf, size_t size) ;
extern void command_read_orders (struct supervisor const *s) ;
/* Takes the next order that was read; 0: there is none. */
extern int command_next_order (struct order *order) ;
/* Has ./run told by notification-fd that it is ready? */
extern int command_notified (struct supervisor *s) ;
extern void command_change_down_file (int to) ;
extern void command_let_go_of_stdio (void) ;

/* ---- children.c ---- */

/* Reaps a child that has ended. Returns 1 and the event that follows, or 0: there is none. */
extern int children_reap (struct supervisor *s, enum life_event *event) ;
/* The scanner has told the wait status of the adopted process, which it has reaped. */
extern enum life_event children_told (struct supervisor *s, pid_t pid, unsigned int wstat) ;
/* The pidfd says that the process has ended. */
extern enum life_event children_seen (struct supervisor *s) ;
/* The process has ended, and nobody has told its exit code. */
extern enum life_event children_code_unknown (struct supervisor *s) ;
extern void children_arm_code (struct supervisor *s) ;
/* Acts on an end that was noted and saved before. */
extern enum life_event children_act_on_end (struct supervisor *s) ;

/* ---- deadlines.c ---- */

extern void deadline_arm (struct supervisor *s, uint32_t ms) ;
extern int deadline_is_due (uint64_t deadline_ms, uint64_t now_ms) ;
/* clock_ms(), or 0 when nothing is armed. */
extern uint64_t deadlines_now (struct supervisor const *s) ;
/* The timeout for poll(), in milliseconds; -1: none. */
extern int deadlines_sleep_ms (struct supervisor const *s) ;

/* ---- child.c ---- */

/* Executes `request` as the service's process. The child itself saves its birth, as `what` ('r' or
   'f'). Returns 1, or 0 with errno; *executing as spawn() says. */
extern int child_start (struct supervisor *s, struct spawn *request, char what, int *executing) ;
extern void child_say_not_started (struct supervisor const *s, char const *path, int err, int executing, char const *next) ;
/* The script that runs, or has run last: "./run", "./finish" or "./undo". */
extern char const *child_script (struct supervisor const *s) ;
extern void child_pass (struct spawn *request, int from, int to) ;
extern void child_close (int fd) ;

/* ---- run.c, finish.c ---- */

/* Starts ./run. Returns LIFE_SPAWNED or LIFE_SPAWN_FAILED; s->not_executed: ./run cannot be
   executed. Returns LIFE_ABANDON when the live directory is gone. */
extern enum life_event run_start (struct supervisor *s) ;
/* The same; but returns LIFE_HELD if the service has dependencies and there is a scanner, which is
   told and knows when they are ready. */
extern enum life_event run_start_in_order (struct supervisor *s) ;
/* The same, when s6's listeners have taken the last end; until then returns LIFE_NOTHING. */
extern enum life_event run_start_when_heard (struct supervisor *s) ;
extern void run_report_setting (char const *file, char const *value, char const *allowed, int err) ;
extern void run_tell_up (struct supervisor *s) ;
/* timeout-up is over. Returns LIFE_UNFIT if ./run is not ready, else LIFE_NOTHING. */
extern enum life_event run_is_late (struct supervisor *s) ;
/* Starts ./finish, or ./undo. Returns LIFE_FINISH_SPAWNED or LIFE_NO_FINISH. */
extern enum life_event finish_start (struct supervisor *s) ;
extern void finish_tell (struct supervisor *s) ;

/* ---- stop.c ---- */

/* Sends the down-signal and SIGCONT. Returns LIFE_TOLD or LIFE_NOT_TOLD. */
extern enum life_event stop_tell (struct supervisor *s) ;
/* It is time to send the down-signal again. */
extern void stop_again (struct supervisor *s) ;
/* Returns LIFE_TAKEN_BACK if ./run is wanted up, ignores the down-signal, and has no timeout-kill;
   else LIFE_NOTHING. */
extern enum life_event stop_take_back (struct supervisor *s) ;
extern void stop_arm_kill (struct supervisor *s) ;
extern void stop_arm_again (struct supervisor *s) ;
/* Sends SIGKILL to the process, and to its group if that is set; sets a deadline to send it again. */
extern void stop_kill (struct supervisor *s) ;
extern void stop_kill_late (struct supervisor *s) ;
/* Sets the time after which a message says that a service that does not do its work has not ended. */
extern void stop_arm_slow (struct supervisor *s) ;
/* That time has come. */
extern void stop_say_slow (struct supervisor *s) ;
extern int stop_reload_signal (struct supervisor const *s) ;

/* ---- signal.c ---- */

/* Sends a signal to the process, or to the group that it is in now. Returns 0 when it could not be
   sent. A process that has ended already counts as one that got the signal. */
extern int signal_process (struct supervisor *s, int sig, int group) ;
/* The same for ./run, if it runs; SIGSTOP and SIGCONT show in the status. */
extern int signal_run (struct supervisor *s, int sig, int group) ;
/* The process group that the process is in now; 0 with errno. */
extern pid_t signal_present_group (struct supervisor *s) ;
/* Counts a signal that was sent (`err` 0) or could not be sent (errno), for the client that asked
   for it. */
extern void signal_count (struct supervisor *s, int err) ;
/* A child that was to send a signal has ended. */
extern void signal_sender_ended (struct supervisor *s, struct send const *what, int err) ;
/* Something was killed: in a stop, the scanner is told so. */
extern void signal_killed (struct supervisor *s) ;

/* ---- forked.c ---- */

/* ./run has ended with flag-forks: looks which process is the service. Returns LIFE_FORKED: it is
   s->process; LIFE_ENDED: none is; LIFE_NOTHING: not clear yet, and a deadline is set. */
extern enum life_event forked_find (struct supervisor *s) ;
extern void forked_tell (struct supervisor *s) ;

/* ---- strays.c ---- */

/* ./run is about to get the down-signal for the first time: notes the strays that it has left so
   far. Processes that it leaves later count as the service, if that end is asked for. */
extern void strays_note_earlier (struct supervisor *s) ;
/* The same when ./run has ended already (flag-forks), and the service is still searched. */
extern void strays_count_as_told (struct supervisor *s) ;
/* A child was reaped. */
extern void strays_reaped (pid_t pid) ;
/* Begins to end the strays, or goes on. Returns LIFE_STRAYS_GONE, or LIFE_NOTHING: it takes time. */
extern enum life_event strays_end (struct supervisor *s) ;
/* By command: sends a signal to the strays in the process group of ./run. `at_once`: to the whole
   group in one system call, which also reaches processes that are not children. */
extern void strays_signal (struct supervisor *s, int sig, int at_once) ;

/* ---- crash.c ---- */

#define CRASH_WORDS_MAX 128

/* Describes how ./run has ended last, after how long, and how many times in a row. */
extern char const *crash_describe (struct supervisor const *s, char out[CRASH_WORDS_MAX]) ;
/* Writes a message about a crash, and when the next start comes. In a row of crashes: for the
   first, second, fourth, eighth and so on. */
extern void crash_tell (struct supervisor *s, uint32_t delay_ms) ;

/* ---- ended.c ---- */

extern void ended_tell_down (struct supervisor *s) ;
extern void ended_tell_finished (struct supervisor *s) ;
extern void ended_tell_not_started (struct supervisor *s) ;
extern enum life_event ended_settle (struct supervisor *s) ;
extern void ended_arm_delay (struct supervisor *s) ;
/* Has an s6 listener not taken the end yet? Then a deadline is set. */
extern int ended_is_unheard (struct supervisor *s) ;

/* ---- publish.c ---- */

/* Changes are noted first, and told in one go by publish_now() before anybody can see what follows
   from them: before a start, a signal, a sleep. */

/* The status has changed. */
extern void publish_status (struct supervisor *s) ;
/* The same, but it waits for one sleep: if the status changes again then, one file tells both. The
   saved state has it at once. */
extern void publish_status_soon (struct supervisor *s) ;
/* Tells an event to every listener. */
extern void publish_event (struct supervisor *s, char event) ;
/* The status has changed, and that is an event. */
extern void publish_change (struct supervisor *s, char event) ;
/* ./run has told that it is ready. */
extern void publish_ready (struct supervisor *s) ;
/* Is the service a task that is done? */
extern int publish_is_done (struct supervisor const *s) ;
/* Has this ./run become ready, in Reeve's own sense? */
extern int publish_has_got_ready (struct supervisor const *s) ;
/* Saves the state at once: a successor must know what comes next. */
extern void publish_state (struct supervisor *s) ;
/* Tells all that was noted. The state is saved first. So a client that reads the status can also
   read the reason. */
extern void publish_now (struct supervisor *s) ;
/* The same, and sends the report that is due. Called before each sleep. The scanner hears of a change
   before clients do: one that sees a service down may start what needs it, and the scanner has to
   hold that. Of the supervisor's end it hears last, as it may remove the directory then. */
extern void publish_pending (struct supervisor *s) ;

/* ---- saved.c ---- */

extern void saved_pack (struct supervisor const *s, struct state *state) ;
extern void saved_unpack (struct supervisor *s, struct state const *state) ;

/* ---- restore.c ---- */

enum restored { RESTORED_ADOPTED /* from a killed supervisor */, RESTORED_UPGRADED /* by an upgrade */ } ;
/* Takes over `state` and `birth`, the record of the last child. Nothing is acted on yet. */
extern void restore (struct supervisor *s, struct state const *state, struct birth const *birth, enum restored how) ;
/* When all channels are open: tells what was due, and returns the first event for the loop. */
extern enum life_event restore_go_on (struct supervisor *s, enum restored how) ;

/* ---- health.c ---- */

/* ./run is about to be started: reads the settings of its checks. An invalid `health` is reported,
   and counts as none. */
extern void health_begin_anew (struct supervisor *s, settings_report_func *report) ;
/* Does what is due. Returns LIFE_UNFIT when the service is unhealthy and has to be stopped. Makes
   no system call if there is no `health`. */
extern enum life_event health_follow (struct supervisor *s) ;
/* The check has written something: reads it. */
extern void health_read_output (struct supervisor *s) ;
/* Is this child a check? */
extern int health_is_check (struct supervisor const *s, pid_t pid) ;
/* The check has ended, and is about to be reaped. */
extern void health_note_end (struct supervisor *s, unsigned int wstat) ;
/* Kills a check that runs; no other one follows. */
extern void health_drop (struct supervisor *s) ;
/* Takes over what a predecessor knew; `earlier`, its check, is killed. */
extern void health_restore (struct supervisor *s, struct process_birth const *earlier, int healthy, int unhealthy) ;

/* ---- upgrade.c ---- */

/* Orders an upgrade. First the new program shows, as a child, that it can go on from this state. */
extern void upgrade_order (struct supervisor *s) ;
extern void upgrade_note_trial (struct supervisor *s, int wstat) ;
/* Does what is due; if the trial has succeeded, it does not return. */
extern void upgrade_progress (struct supervisor *s) ;
/* The trial: can this program go on from the state in `dir`? Returns the exit code. */
extern int upgrade_check (char const *dir) ;
/* In the new program: takes over the descriptors. Returns 0 when `numbers` names none. */
extern int upgrade_take (struct supervisor *s, char const *numbers) ;

/* ---- logger_input.c ---- */

/* Holds fifos open, which the scanner has made before: a logger's own input; for a producer, its
   logger's input. Returns 1, or 0 with errno. */
extern int logger_input_hold (struct supervisor *s) ;
/* The same before each start of a producer, which may have got a logger meanwhile; and the fifos to
   the collector, if that reads its output. If it fails, ./run must not be started. */
extern int logger_input_hold_loggers (struct supervisor *s) ;
/* Lets go of a logger's input: the logger gets end of file when the last writer has gone. */
extern void logger_input_run_dry (struct supervisor *s) ;
/* For a logger that runs dry: is there input that it has not read? */
extern int logger_input_left (struct supervisor const *s) ;
/* Looks at the fifo when that is due, because a full fifo that nobody reads would hang a stop. A
   fifo that is full while its service is told to end, or ./finish runs, is enlarged, so that
   nothing is lost. Returns 1 when a logger that runs dry has read nothing for some seconds: it has
   to be told to end. */
extern int logger_input_look (struct supervisor *s) ;
/* Lets go of all fifos for good. A message says how many bytes are lost. */
extern void logger_input_leave (struct supervisor *s) ;
/* Open descriptors for the start of ./run or ./finish, which the caller closes; -1: none. Each
   returns 1, or 0 with errno when a fifo exists but cannot be opened. */
extern int logger_input_for_stdin (struct supervisor const *s, int *fd) ;
extern int logger_input_for_output (struct supervisor const *s, int fd[2]) ; /* stdout and stderr; on failure one may be open */

#endif
