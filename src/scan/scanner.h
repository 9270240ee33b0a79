/* The scanner: its state, and who does what with it.

   reeve-scan.c   options, and the start: here the program may still die
   loop.c         one turn: read the sources, decide, do, sleep

   decide, without I/O, clock or globals:
   plan.c         what is to be done about a service
   stages.c       the stages of a stop, and when they come

   sources: they post events of units, which loop.c applies. For a stop, a scan or an upgrade
   that was asked for they set a flag:
   reap.c         what has ended, and what the supervisors report
   look.c         what there is: reading SCAN and LIVE
   leftovers.c    what an earlier scanner has left in LIVE
   changes.c      what inotify tells
   command.c      control letters and signals

   deeds; one that has an outcome returns it:
   start.c        making what a service needs in LIVE, and starting its supervisor
   takeover.c     a supervisor that lives already
   leave.c        telling a supervisor to leave; forgetting a service
   inherited.c    the process that a killed supervisor has left: its successor is told how it ended
   ending.c       ending that process where no successor can go on with it
   cmd.c          CMD, the container's command
   stop.c         the stop: what each stage does
   upgrade.c      executing the program that is on disk now
   end.c          the exit code, and the end

   what these use:
   units.c        the set of services; their deadlines; the queue of their events
   directory.c    where a service's directory is, what is in it, who supervises it
   stopping.c     what is true of the stop: asked for, how far, who was killed
   watch.c        what inotify watches
   found.c        processes that are no children: watching them by pidfds
   livetree.c     what is made and removed in LIVE for a service
   tree.c         copying and removing a directory of which others may own a part
   trusted.c      what others have put into LIVE, and whether it is to be believed
   default_logger.c  the logger of a service that has none
   child.c        what all children of the scanner have in common

   Calls go one way: no file calls another that calls it back. */


#ifndef REEVE_SCAN_SCANNER_H
#define REEVE_SCAN_SCANNER_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <skalibs/tai.h>

#include "base/process.h"
#include "base/spawn.h"
#include "scan/plan.h"
#include "scan/stages.h"
#include "service/name.h"
#include "wire/order.h"
#include "wire/state.h"
#include "wire/status.h"

/* NAME/log/... : names in LIVE, which is the working directory. */
#define UNIT_PATH_MAX (SERVICE_NAME_MAX + 64)
#define SCAN_PATH_MAX 4096
#define IDENTITY_MAX 64 /* "/DEVICE:INODE" */
#define UNIT_POSTED_MAX 8
#define FOUND_AT_ONCE 16
#define SUPERVISE_PROGRAM "reeve-supervise"

/* For .s6-svscan/finish: how many milliseconds the stop has taken so far. */
#define STOP_SPENT_VARIABLE "REEVE_STOP_SPENT"

enum deadline_kind /* Each kind has one delay: a queue to which is only appended stays sorted. */
{
  DEADLINE_SOON, /* 10 ms: the process that was waited for has ended */
  DEADLINE_QUIET, /* 100 ms */
  DEADLINE_RETURN, /* 1 s */
  DEADLINE_RETRY, /* 1 s */
  DEADLINE_KIND_COUNT,
  DEADLINE_NONE = DEADLINE_KIND_COUNT
} ;

/* What a supervisor that was killed has run: ./run or ./finish. */
struct inherited
{
  pid_t pid ; /* 0: nothing (any more) */
  pid_t group ; /* the process group of the last ./run */
  pid_t reported ; /* what the supervisor of now runs, as it has told: all that will be known should its directory be gone */
  int wstat ;
  unsigned int ended : 1 ; /* with wstat, and no supervisor has taken note of it yet */
  uint64_t told_ms ; /* clock_ms(): when the scanner told it to end; 0: it did not (ending.c) */
  uint64_t group_told_ms ; /* and what is left of its group */
} ;

struct unit
{
  char *identity ; /* a name in SCAN, or "/DEVICE:INODE" of what others put into LIVE */
  char *name ; /* NAME or NAME/log, a path in LIVE */
  enum unit_phase phase ;
  struct unit *logger ; /* 0: none */
  struct unit *producer ; /* of a logger; 0 if this is none */
  struct unit *previous ; /* in the list of all */
  struct unit *next ;
  struct unit *sooner ; /* in the queue of its deadline */
  struct unit *later ;
  tain deadline ; /* monotonic */
  tain started ; /* monotonic: when its supervisor was */
  pid_t supervisor ; /* 0: none */
  int supervisor_fd ; /* pidfd of one that is no child; -1: it is, or there is no pidfd */
  int wstat ; /* with which it has ended, while `dead` */
  struct unit *next_dead ; /* in the list of those that reap.c has found */
  struct inherited inherited ; /* its process, which the supervisor of now has not started itself */
  char *called ; /* the name that its supervisor has, where that is another one than the unit's; 0: none */
  int watch[2] ; /* inotify's, of the directory and its log/; -1: none */
  unsigned int seen ; /* the scan that saw it last */
  enum deadline_kind waiting ;
  struct unit *next_posted ; /* in the list of those with events */
  uint8_t posted[UNIT_POSTED_MAX] ; /* its events, the oldest first */
  uint8_t posted_count ;
  uint8_t tries ; /* in a stop: how often it could not be given a supervisor, or that could not be told, since its last report */
  unsigned int foreign : 1 ; /* put into LIVE by others: nothing is made for it */
  unsigned int child : 1 ; /* its supervisor is a child of ours, not one that was found */
  unsigned int warned : 1 ; /* has said that it cannot be started, or is incomplete */
  unsigned int dead : 1 ; /* its supervisor has ended, and that was not acted on yet */
  unsigned int left : 1 ; /* in order, while `dead`: it has left nothing behind */
  unsigned int adopt : 1 ; /* the next supervisor goes on from what the last one has left */
  unsigned int has_reported : 1 ; /* its supervisor has */
  unsigned int made : 1 ; /* LIVE/NAME was, by this scanner */
  unsigned int any_name : 1 ; /* its supervisor was found: how it was called is not known */
  unsigned int upgrade_due : 1 ; /* its supervisor could not be told yet */
  unsigned int killed : 1 ; /* by the stop, and named */
  unsigned int end_due : 1 ; /* the order KILL or ABANDON could not be sent to its supervisor yet */
  unsigned int terminate : 1 ; /* a logger that is not to wait for the end of its input */
  unsigned int told_to_leave : 1 ; /* its supervisor was */
  unsigned int finishes : 1 ; /* its supervisor has said that ./finish runs */
} ;

struct unit_queue
{
  struct unit *first ;
  struct unit *last ;
} ;

struct units
{
  struct unit *all ;
  size_t count ;
  void *by_identity ; /* tsearch trees */
  void *by_supervisor ;
  void *by_process ;
  void *by_watch ;
  int found ; /* epoll: the pidfds of what is no child of ours; -1: none yet */
  struct unit *first_posted ; /* those with events that were not applied yet */
  struct unit *last_posted ;
  struct unit *released ; /* to be swept, linked by `later` */
  struct unit_queue queue[DEADLINE_KIND_COUNT] ;
} ;

struct look /* a scan under way, in portions, so that commands are answered meanwhile */
{
  DIR *dir ; /* 0: none under way */
  unsigned int generation ;
  tain moment ; /* monotonic: of `again` */
  unsigned int in_live : 1 ; /* what is being read: SCAN first, then LIVE */
  unsigned int wanted : 1 ; /* another one was ordered meanwhile */
  unsigned int wanted_prune : 1 ;
  unsigned int prune : 1 ; /* and let go of what it misses */
  unsigned int prune_loggers : 1 ; /* without waiting for their loggers */
  unsigned int prune_due : 1 ; /* the scan has ended, and that is to be done now */
  unsigned int scan_read : 1 ; /* SCAN was read to its end: what it misses is gone */
  unsigned int live_read : 1 ;
  unsigned int doubtful : 1 ; /* not all could be examined: nothing counts as gone */
  unsigned int ended_once : 1 ; /* the first one has ended */
  unsigned int acted_on : 1 ; /* and CMD was started */
  unsigned int live_known : 1 ; /* one has come to all that is in LIVE: a stop need not look any more */
  unsigned int quiet : 1 ; /* the timer has ordered it: warnings about names are not repeated */
  unsigned int said_waiting : 1 ; /* that there is no SCAN */
  unsigned int again : 1 ; /* by the timer, or after a failure: at `moment` */
} ;

struct stop
{
  uint64_t began_ms ; /* clock_ms() */
  struct stage_limits limits ;
  uint64_t order_again_ms ; /* clock_ms(): when to tell those that could not be told; 0: none */
  unsigned int done ; /* the stages that have come, as bits 1 << stage */
  unsigned int asked : 1 ; /* loop.c begins it */
  unsigned int asked_loggers : 1 ;
  unsigned int on : 1 ;
  unsigned int had_to_kill : 1 ;
  unsigned int at_once : 1 ; /* without waiting for anybody */
  unsigned int loggers_too : 1 ;
} ;

struct upgrade
{
  uint64_t deadline_ms ; /* clock_ms(): of the trial; 0: none, or it is over */
  uint64_t pass_on_again_ms ; /* clock_ms(): when to tell those supervisors that could not be told; 0: there are none */
  uint64_t write_again_ms ; /* clock_ms(): when to try again to write the state; 0: it is written */
  pid_t checker ; /* the new program's trial; 0: none is under way */
  uint32_t count ;
  uint32_t failed ;
  int wstat ; /* of the trial, while `tried` */
  unsigned int wanted : 1 ;
  unsigned int tried : 1 ; /* the trial has ended */
  unsigned int done : 1 ; /* this program was executed by one: its supervisors are to do the same */
} ;

struct scanner
{
  char scan[SCAN_PATH_MAX] ; /* absolute, no slash at its end */
  char live[SCAN_PATH_MAX] ; /* as it was given, for messages */
  char origin[SCAN_PATH_MAX] ; /* the working directory at the start: CMD's */
  char finish[SCAN_PATH_MAX] ; /* where LIVE/.s6-svscan/finish leads, should LIVE be removed; "": it is no link */
  char supervise[SCAN_PATH_MAX] ; /* the program; empty: not found yet */
  char logger[SCAN_PATH_MAX] ; /* the program that is the logger of who has none; "": none is */
  char const *const *command ; /* CMD; 0: none */
  char const *const *arguments ; /* the program's own, from argv[1] on */
  pid_t command_pid ;
  pid_t command_group ; /* the process group of a CMD that has ended, while something is left in it; 0: nothing is */
  unsigned int command_outside : 1 ; /* something of it is left outside that group */
  uint64_t command_left_ms ; /* clock_ms(): when to look at that again; 0: when something of it has ended */
  struct process_birth command_birth ; /* of a CMD that is no child */
  uint64_t command_again_ms ; /* clock_ms(): when it is tried again to start it, or, if it runs, looked at; 0: not */
  uint64_t command_write_again_ms ; /* clock_ms(): when to try again to write its status; 0: it is written */
  char command_status[STATUS_SIZE + BIRTH_SIZE] ; /* as it is to be written */
  int command_fd ; /* pidfd of a CMD that is no child; -1: it is, or there is no pidfd */
  int own_code ; /* with which CMD or a main service ended by itself; -1: none has */
  struct units units ;
  struct look look ;
  struct stop stop ;
  struct upgrade upgrade ;
  uint32_t rescan_ms ; /* 0: no timer */
  int lock ; /* descriptors */
  int control ;
  int reports ;
  int inotify ; /* -1: none */
  int scan_watch ; /* inotify's, of SCAN; -1: none */
  int nothing ; /* stdin of what the scanner starts, see act_stdin; -1: not open (yet) */
  int ancestor_watch ; /* of the deepest directory there is while SCAN is missing */
  unsigned int container_signals : 1 ; /* they mean what a container's stop signal means */
  unsigned int command_signals : 1 ; /* CMD gets the signals that the scanner is sent */
  unsigned int in_place : 1 ; /* SCAN and LIVE are the same directory */
  unsigned int same_life : 1 ; /* pids in LIVE are of this life of the PID namespace */
  unsigned int said_no_inotify : 1 ;
} ;

/* units.c. Names are copied. */
extern struct unit *units_add (struct units *units, char const *identity, char const *name, struct unit *producer) ; /* 0: no memory */
/* Takes a unit out of the set; it stays in memory, and in the list of all, until
   units_sweep, which only the loop calls: whoever walks the list is safe. */
extern void units_release (struct units *units, struct unit *unit) ;
extern void units_sweep (struct units *units) ;
extern struct unit *units_by_identity (struct units *units, char const *identity) ;
extern struct unit *units_by_supervisor (struct units *units, pid_t pid) ;
extern struct unit *units_by_watch (struct units *units, int watch) ;
extern int units_set_supervisor (struct units *units, struct unit *unit, pid_t pid) ; /* 0: none; returns 0: no memory */
/* Of the process that its killed supervisor has left. Where there is no memory, nobody
   learns how that ends. */
extern void units_set_process (struct units *units, struct unit *unit, pid_t pid) ; /* 0: none */
extern struct unit *units_by_process (struct units *units, pid_t pid) ;
extern int units_set_watch (struct units *units, struct unit *unit, unsigned int which, int watch) ; /* alike */
extern void units_rename (struct unit *unit, char const *name) ; /* and its logger */
/* Is that how its supervisor calls it, which may not know of a new name? */
extern int units_is_called (struct unit const *unit, char const *name) ;
extern void units_arm (struct units *units, struct unit *unit, enum deadline_kind kind) ;
extern void units_disarm (struct units *units, struct unit *unit) ;
/* The unit whose deadline comes first, or 0. */
extern struct unit *units_first_deadline (struct units const *units) ;

/* What has happened to a unit waits in a queue for loop.c, in order. Of sights of its directory
   that come one after the other the last one counts. */
extern void units_post (struct units *units, struct unit *unit, enum unit_event event) ;
/* The next one; 0: there is none. */
extern struct unit *units_take (struct units *units, enum unit_event *event) ;
/* In so many milliseconds. */
extern void units_moment (tain *moment, uint32_t ms) ;
/* Told to leave, or about to be? */
extern int units_is_leaving (struct unit const *unit) ;
/* Has it a supervisor of whose end nobody tells? */
extern int units_is_unwatched (struct unit const *unit) ;

/* loop.c */
extern void loop (struct scanner *s, int signals) ;
/* Applies what was posted, and begins a stop that was asked for. */
extern void loop_settle (struct scanner *s) ;
/* A turn's last two steps. */
extern void loop_deadlines (struct scanner *s) ;
extern void loop_look (struct scanner *s) ;

/* child.c */
/* What a supervisor or a signal's script is to have as its stdin: with a LIVE nothing,
   as the container's belongs to CMD; in place the scanner's own, as with s6-svscan.
   Returns 1, or 0 with errno. */
extern int child_stdin (struct scanner *s, struct spawn *request) ;
/* Where reeve-supervise is: beside this program, or where it was installed.
   Returns 1, or 0: not found (yet). */
extern int child_find_supervise (struct scanner *s) ;

/* start.c */
extern enum unit_event start_unit (struct scanner *s, struct unit *unit) ;
/* The links of one that runs, and its logger: they may have changed. */
extern enum unit_event start_refresh (struct scanner *s, struct unit *unit) ;
extern enum unit_event start_examine (struct scanner *s, struct unit *unit) ;
extern void start_say_incomplete (struct scanner *s, struct unit *unit) ;

/* takeover.c */
/* A supervisor that lives in LIVE/NAME from before: watched, never doubled. */
extern enum unit_event takeover (struct scanner *s, struct unit *unit, pid_t supervisor) ;
extern enum unit_event takeover_in_doubt (struct unit *unit) ;
extern enum unit_event takeover_refuse (struct unit *unit) ;
/* Says why a unit cannot be started, once until it can. */
extern void takeover_cannot (struct unit *unit, char const *what, char const *why) ;

/* leave.c */
extern enum unit_event leave_tell (struct scanner *s, struct unit *unit) ;
extern enum unit_event leave_end_logger (struct scanner *s, struct unit *unit) ;
extern void leave_clean (struct scanner *s, struct unit *unit) ;
extern void leave_release (struct scanner *s, struct unit *unit) ;

/* reap.c */
/* Reaps every dead child. */
extern void reap (struct scanner *s) ;
/* What the supervisors say. Returns whether there was anything. */
extern int reap_reports (struct scanner *s) ;
/* A supervisor that is no child of ours has ended. */
extern void reap_found (struct scanner *s, struct unit *unit) ;
extern void reap_what_was_found (struct scanner *s) ;

/* inherited.c: a killed supervisor's process falls to the scanner, which alone learns how it
   ends. The successor proves which one it is, and is told its wait status, until it has
   reported that it has taken note of it. */
/* The supervisor has ended without order, or is none of this program's: what does it run?
   Its end is waited for. */
extern void inherited_take (struct scanner *s, struct unit *unit, struct state const *state) ; /* 0: that is gone */
extern void inherited_learn (struct scanner *s, struct unit *unit) ;
extern void inherited_ended (struct scanner *s, struct unit *unit, int wstat) ;
/* The unit's supervisor says that its process is this one. */
extern void inherited_reported (struct scanner *s, struct unit *unit, pid_t process) ;
/* Is there an end that no supervisor has taken note of? */
extern int inherited_in_the_air (struct scanner const *s) ;
/* What the last supervisor has run last, be it only born when it was killed: state->process.
   Returns what state_recover does. */
extern int inherited_last_run (struct unit const *unit, struct state *state) ;
/* Is what a successor would need certainly gone? */
extern int inherited_state_is_lost (struct unit const *unit) ;

/* ending.c: what a killed supervisor has left, and no successor can go on with: without pidfds
   or /proc nobody could prove which process it is; without its directory in LIVE nobody knows
   what to do with it; in a stop, where no successor can be started. The scanner, whose
   unreaped child it is, tells it to end, kills it by its own limits or the stop's, does the
   same with what is left in its process group, and waits. */
enum ending { ENDING_DONE, ENDING_UNDER_WAY, ENDING_NOT_OURS /* it is no child: left alone, with a message */ } ;
/* To be called again every second, until it is done. */
extern enum ending ending_go_on (struct scanner *s, struct unit *unit) ;
/* SIGKILL to all of it. */
extern void ending_kill (struct scanner *s, struct unit const *unit) ;

/* found.c */
/* Is told when the unit's supervisor, or CMD, ends, which is no child of ours.
   Fails softly, with one message; returns 0 when it has ended already. */
extern int found_watch (struct scanner *s, struct unit *unit) ;
extern int found_watch_command (struct scanner *s) ;
/* Which of them have ended: units, or the scanner itself for CMD. Returns how many. */
extern unsigned int found_ended (struct scanner *s, void *whose[FOUND_AT_ONCE]) ;

/* upgrade.c */
extern void upgrade_order (struct scanner *s) ;
/* Goes on with it when nothing is in the air; does not return when it is done. */
extern void upgrade_progress (struct scanner *s) ;
extern void upgrade_tried (struct scanner *s, int wstat) ;
/* Orders the unit's supervisor to do the same; again every second until it could be told. */
extern void upgrade_pass_on (struct scanner *s, struct unit *unit) ;
/* Writes LIVE/.s6-svscan/state. Returns 1, or 0 with errno. */
extern int upgrade_write_state (struct scanner const *s) ;
/* What the trial does, in LIVE. Returns the exit code. */
extern int upgrade_check (char const *live) ;
/* In the new program: takes over what the old one has handed over. Returns 0 when these are no descriptors. */
extern int upgrade_take (struct scanner *s, char const *numbers) ;

/* look.c */
/* Orders a scan; `prune`: and let go of what it misses; `quiet`: by the timer. In a stop,
   one of LIVE alone for what no scan has come to yet and runs there: it ends too. */
extern void look_order (struct scanner *s, int prune, int quiet) ;
extern int look_under_way (struct scanner const *s) ;
/* Does a portion of it. */
extern void look_continue (struct scanner *s) ;
extern void look_cancel (struct scanner *s) ;
/* Lets go of what the last scan missed; `loggers_too`: without waiting for them. */
extern void look_prune (struct scanner *s, int loggers_too) ;
/* The same after a scan that was to do that: what it has posted was applied. */
extern void look_prune_after (struct scanner *s) ;
/* A name has appeared in SCAN; `at_once`: moved in, so complete. */
extern void look_name (struct scanner *s, char const *name, int at_once) ;

/* leftovers.c: what an earlier scanner has left, or could not be removed */
/* Takes over LIVE/NAME, where supervisors live in it, or what they have left; else it is
   removed. Returns 0 when it is in doubt. */
extern int leftovers_take (struct scanner *s, char const *name) ;
/* In a stop: the same for what others have put into LIVE, which then is let go of. */
extern void leftovers_take_foreign (struct scanner *s, char const *identity, char const *name) ;
/* All that is left in LIVE by a scanner that was killed, or executed anew.
   Returns 1, or 0 with errno when LIVE cannot be read. */
extern int leftovers_take_all (struct scanner *s) ;

/* watch.c: inotify; all fail softly, with one message for all. */
extern void watch_start (struct scanner *s) ;
extern void watch_scan (struct scanner *s) ; /* SCAN, or the deepest ancestor there is */
extern void watch_unit (struct scanner *s, struct unit *unit) ;
extern void watch_no_unit (struct scanner *s, struct unit *unit) ;
/* That watch of the unit has ended. */
extern void watch_ended (struct scanner *s, struct unit *unit, int watch) ;
extern void watch_end (struct scanner *s) ;

/* changes.c */
extern void changes_read (struct scanner *s) ;

/* directory.c: facts about the directory of a unit */
/* What PLAN_EXAMINE asks for. */
extern enum unit_event directory_examine (struct scanner *s, struct unit const *unit) ;
/* Why an incomplete unit is, in words. */
extern char const *directory_why_incomplete (struct scanner const *s, struct unit const *unit, char *out, size_t size) ;
/* Has the directory of a unit a log/ with a ./run, or gets it one? Yes, if it cannot
   be told: what then fails is tried again. */
extern int directory_has_logger (struct scanner const *s, struct unit const *unit) ;
/* Is the directory of a unit that others put into LIVE certainly no longer where it was seen? */
extern int directory_is_lost (struct unit const *unit) ;
/* The same of any unit. What others have put into LIVE may have got another name since: then
   the unit gets it, too. Returns 1: LIVE/NAME is its directory; 0: it has none; -1 with
   errno: that cannot be told. */
extern int directory_find (struct unit *unit) ;
/* Sends an order to the unit's supervisor, wherever its directory is now. Returns 1, or 0
   with errno: ENOENT also when it is nowhere. */
extern int directory_order (struct unit *unit, struct order const *order) ;
/* Does errno say that `path` does not exist? If not, warns, and orders a scan in a second,
   but for EACCES, which time does not mend. */
extern int directory_absent (struct scanner *s, char const *path) ;
/* Has it that file? Yes, if it cannot be told. */
extern int directory_has (struct scanner const *s, struct unit const *unit, char const *file) ;
extern void directory_identify (struct stat const *st, char identity[IDENTITY_MAX]) ;
/* Who supervises LIVE/NAME: 0: nobody; -1 with errno: it cannot be told. */
extern pid_t directory_supervisor (char const *name) ;
/* Is there something in a live directory that a new supervisor must go on with? -1: it
   cannot be told. */
extern int directory_has_left (struct scanner const *s, char const *name) ;
/* Does a supervisor live in it, or is there certainly such a thing? */
extern int directory_runs (struct scanner const *s, char const *name) ;
/* The unit of that identity, added if need be; 0: no memory, looked at again. */
extern struct unit *directory_know (struct scanner *s, char const *identity, char const *name) ;
/* Orders a scan in a second. */
extern void rescan_later (struct scanner *s) ;

/* livetree.c: all names are relative to LIVE. */
enum livetree_result { LIVETREE_DONE, LIVETREE_TAKEN, LIVETREE_FAILED /* errno */ } ;
/* Makes or refreshes LIVE/NAME: the links into SCAN/NAME and what is real. */
extern enum livetree_result livetree_make (char const *scan, char const *name) ;
/* What a logger needs, in a directory of anybody's: supervise/ and the fifo. */
extern int livetree_make_pipe (char const *logger_name) ;
/* LIVE/NAME/log with nothing but a link to the program: for a service without one. */
extern enum livetree_result livetree_make_logger (char const *logger_name, char const *program) ;
/* Returns 1, or 0 with errno: ENOENT if it certainly is not. */
extern int livetree_is_ours (char const *name) ;
extern int livetree_remove (char const *name) ;
/* Marks LIVE/NAME again, which was ours and has lost its mark: its ./run is the link that it
   was given. Returns 1, or 0: it is another's now. */
extern int livetree_mark_again (char const *scan, char const *name) ;

/* trusted.c */
/* Is the service directory LIVE/NAME, which others have put there, root's or ours, with
   its log/, and with all that is executed and believed in it? `say`: else it is said. */
extern int trusted_directory (struct scanner const *s, char const *name, int say) ;
/* The same of a file in LIVE/.s6-svscan. Returns 0 with ENOENT when it is missing, or
   not to be trusted, which is said. */
extern int trusted_file (char const *path) ;

/* default_logger.c: -L */
/* Services without a log/ get a reeve-log that writes to the scanner's stdout, in
   `format`: prefix, json. Exits when it cannot. */
extern void default_logger_use (struct scanner *s, char const *format) ;
/* Is the service one of those? */
extern int default_logger_wanted (struct scanner const *s, struct unit const *unit) ;

/* command.c */
extern void command_letters (struct scanner *s) ;
/* `by_kernel`: it was not sent by a process. */
extern void command_signal (struct scanner *s, int sig, int by_kernel) ;

/* cmd.c: the container's command, beside the services */
/* A CMD that a scanner before us has started, and that still runs, is ours. */
extern void cmd_find (struct scanner *s) ;
/* If there is one, and it does not run. */
extern void cmd_start (struct scanner *s) ;
/* What of its is due: another try, or look. */
extern void cmd_deadlines (struct scanner *s) ;
/* Tells CMD to end, if it runs. */
extern void cmd_stop (struct scanner const *s) ;
/* Sends CMD a signal, if it is certainly CMD. */
extern void cmd_signal (struct scanner const *s, int sig) ;
/* Its end is the end of everything. */
extern void cmd_ended (struct scanner *s, int wstat) ;
/* What it has left in its process group (`sh -c 'server; true'`), and whatever descended from
   it when it was told to end (su, timeout), counts as CMD: it is told to end, and only the
   stop's budget kills it. Is there anything left? */
extern int cmd_left (struct scanner *s) ;
/* Does CMD run, or what counts as it? As cmd_left() has seen it last. */
extern int cmd_runs (struct scanner const *s) ;
/* Something that may be of it has ended, or the budget is over. */
extern void cmd_left_changed (struct scanner *s) ;
/* A child of ours that may have been of it was reaped. */
extern void cmd_left_ended (struct scanner *s, pid_t pid) ;

/* stop.c */
/* When it is too short for anything to end by itself. */
extern void stop_warn_of_budget (struct scanner const *s) ;
/* Begins what was asked for by stopping_ask(). */
extern void stop_begin (struct scanner *s) ;
/* The unit has got a supervisor in the stop: it is to do what others were ordered before. */
extern void stop_too_late (struct scanner *s, struct unit *unit) ;
/* The unit's supervisor has reported: it reads its orders. */
extern void stop_reported (struct scanner *s, struct unit *unit) ;
/* The unit is about to get a supervisor, or its supervisor to be told again, in a stop: has that been
   tried too often? Then its process is told to end, if it is a child of ours, and waited for;
   else it is named, and to be let go: returns 1, and UNIT_GIVEN_UP is to follow. */
extern int stop_gives_up (struct scanner *s, struct unit *unit) ;
/* Does what the stages ask for that have come; has the tree ended? */
extern int stop_progress (struct scanner *s) ;
/* clock_ms(): when the next stage comes; 0: none does. */
extern uint64_t stop_deadline (struct scanner const *s) ;

/* stopping.c: what is true of the stop */
/* Asks for it: loop.c begins it next. */
extern void stopping_ask (struct scanner *s, int loggers_too) ;
/* The same, as a main service has ended by itself. */
extern void stopping_main_ended (struct scanner *s, struct unit const *unit, unsigned int wstat) ;
/* Something was sent SIGKILL, which counts in a stop that was asked for. */
extern void stopping_killed (struct scanner *s) ;
extern int stopping_has_come (struct scanner const *s, enum stage stage) ;
/* Has the stage come that kills what still runs? */
extern int stopping_kills (struct scanner const *s) ;
/* The exit code that a wait status becomes: 128 and the signal, as a shell has it. */
extern int stopping_code_of (int wstat) ;
/* Lets go of a unit, if it is none's logger. */
extern void stopping_let_go (struct scanner *s, struct unit *unit) ;
extern void stopping_let_loggers_go (struct scanner *s) ;

/* end.c */
/* What is to be executed at the end, though LIVE be gone by then. */
extern void stop_know_finish (struct scanner *s) ;
extern void stop_end (struct scanner *s) __attribute__((noreturn)) ;
extern void stop_crash (struct scanner *s) __attribute__((noreturn)) ;

#endif
