/* The client: `reeve [-l LIVE] COMMAND ...`. One file per command; beside them

   reeve.c     options, the table of commands
   enter.c     which LIVE, and whether somebody is there
   owner.c     whose tree it is, for root
   caller.c    whether what is waited for waits for us
   services.c  which services there are
   try_lock.c  who has a service in the foreground
   match.c     which of them are meant
   view.c      what is known of one
   help.c      what there is, and completion
   page.c      printing within 80 columns
   why_end.c   how an end came about, in words
   processes.c the processes of /proc, and whose they are
   terminal.c  a terminal for one program alone
   log_reader.h  what services have logged
   dependencies.c  which of them need which
   timeline.c  when each was ready, and whom it waited for
   processes.c  what /proc says of processes
   likeness.c  as what a process runs
    await.c     sending commands, waiting for what they bring about
   signal.c    having a signal sent
 
   Every command but `check`, which executes reeve-check, works in LIVE, its working directory. Each returns the
   program's exit code. */

#ifndef REEVE_CONTROL_CONTROL_H
#define REEVE_CONTROL_CONTROL_H

#include <stddef.h>

#include <skalibs/tai.h>

#include "base/exit.h"
#include "service/graph.h"
#include "wire/disabled.h"
#include "wire/state.h"

struct request
{
  char const *live ; /* for messages */
  char const *word ; /* what comes before the names: a signal, a state, a code; 0: none */
  char **names ; /* of services: all that are meant; for `check` directories */
  char **command ; /* of `exec`, and of `new` */
  size_t count ;
  tain deadline ; /* monotonic */
  unsigned int has_deadline : 1 ;
  unsigned int no_wait : 1 ;
  unsigned int json : 1 ;
  unsigned int dot : 1 ;
  unsigned int mermaid : 1 ;
  unsigned int follow : 1 ; /* `logs`: these four */
  unsigned int stamps : 1 ;
  unsigned int has_tail : 1 ;
  uint64_t tail ; /* lines */
  uint64_t since_ms ; /* 0: no limit */
  unsigned int all : 1 ;
  unsigned int only : 1 ; /* what depends on them, or they on, is left alone */
  unsigned int listed : 1 ; /* names are all that services_list() gives */
  unsigned int acts : 1 ; /* it is not about what is disabled, unless that is named */
  unsigned int owned : 1 ; /* names are to be freed by services_free() */
  unsigned int of_scanner : 1 ; /* it is the scanner that was told, not the service; another command may take that back without an event */
  char *const *leaving ; /* for `scale`: instances that are to go */
  size_t leaving_count ;
} ;

/* ---- help.c ---- */

enum option_bit { OPTION_NO_WAIT = 1, OPTION_TIMEOUT = 2, OPTION_JSON = 4, OPTION_ALL = 8, OPTION_ONLY = 16, OPTION_DOT = 64, OPTION_MERMAID = 128,
  OPTION_FOLLOW = 256, OPTION_TAIL = 512, OPTION_SINCE = 1024, OPTION_TIMESTAMPS = 2048 } ;

enum word { WORD_NONE, WORD_OPTIONAL, WORD_REQUIRED, WORD_OF_SCALE } ;

enum names
{
  NAMES_NONE,
  NAMES_REQUIRED, /* or --all */
  NAMES_ELSE_ALL, /* and the loggers */
  NAMES_ONE_ELSE_ALL,
  NAMES_TEMPLATES,
  NAMES_ONE, /* service, and the rest is a command */
  NAMES_HELP,
  NAMES_FREE /* directories, or whatever: no scanner is needed */
} ;

struct command
{
  char const *name ;
  char const *arguments ;
  char const *purpose ;
  int (*run) (struct request const *) ;
  unsigned int options ;
  enum word word ;
  enum names names ;
  char const *words ; /* what the first argument may be, separated by spaces; 0: that depends */
} ;

#define LOOKS 32 /* no option: it does not wait until /init has become the scanner */

/* Prints all commands. */
extern void help_usage (struct command const *commands, size_t count) ;
/* What one does. Returns an exit code. */
extern int help_command (struct command const *command) ;
/* The name of an option. */
extern char const *help_option (unsigned int bits) ;
/* What has a shell complete the words of a line. Returns an exit code. */
extern int help_completion (char const *shell) ;
/* What the last of the words in request->names may be, a line each. Returns an exit code. */
extern int help_words (struct command const *commands, size_t count, struct request *request) ;

/* ---- a file each ---- */

extern int command_status (struct request const *request) ;
extern int command_start (struct request const *request) ;
extern int command_stop (struct request const *request) ;
extern int command_restart (struct request const *request) ;
extern int command_reload (struct request const *request) ;
extern int command_kill (struct request const *request) ;
extern int command_wait (struct request const *request) ;
extern int command_scale (struct request const *request) ; /* word: how many; names: of templates */
extern int command_rescan (struct request const *request) ;
extern int command_upgrade (struct request const *request) ;
extern int command_shutdown (struct request const *request) ;
extern int command_graph (struct request const *request) ;
extern int command_exec (struct request const *request) ;
extern int command_env (struct request const *request) ;
extern int command_try (struct request const *request) ;
extern int command_disable (struct request const *request) ;
extern int command_enable (struct request const *request) ;
extern int command_new (struct request const *request) ; /* word: a path; names: a command; not in LIVE */
extern int command_tree (struct request const *request) ;
extern int command_logs (struct request const *request) ;
extern int command_blame (struct request const *request) ;
extern int command_critical_chain (struct request const *request) ;
extern int command_plot (struct request const *request) ;
extern int command_top (struct request const *request) ;
extern int command_events (struct request const *request) ;
extern int command_metrics (struct request const *request) ;
extern int command_why (struct request const *request) ;
extern int command_check (struct request const *request) ; /* names: directories; not in LIVE */

/* ---- enter.c ---- */

enum patience
{
  PATIENCE_LOOK, /* until a scanner that is there knows of its services */
  PATIENCE_LEFT, /* the same, and where none is, what one has left will do */
  PATIENCE_ALL /* and until /init has become the scanner */
} ;

/* Finds LIVE unless request->live names it, and makes it the working directory. Waits
   until its scanner knows of its services, if somebody is there to become it; where there
   is nobody, the command itself says so. But with PATIENCE_ALL root goes on as the tree's user (owner.c).
   Returns EXIT_YES, or an exit code: it has been said why. */
extern int enter_live (struct request *request, enum patience patience) ;

/* ---- owner.c ---- */

/* The user whose tree LIVE, the working directory, is: root (0) or another one. */
extern uid_t owner_of_tree (void) ;
/* Root goes on as that user, for all that the kernel asks of the effective user and groups: what that
   user has put in the way then leads nowhere where that user could not go. Without the right to
   become somebody else, nothing changes. */
extern void owner_become (void) ;
/* Root again; its groups do not come back. */
extern void owner_return (void) ;

/* ---- caller.c ---- */

/* Does this process descend from `pid`? 0 also when that cannot be told. */
extern int caller_descends_from (pid_t pid) ;
/* That, or is it in the session that `pid` leads? */
extern int caller_is_within (pid_t pid) ;
/* Does it belong to a script that `pid` has started, and that still runs? */
extern int caller_is_script_of (pid_t pid) ;

/* ---- scale.c ---- */

/* Takes the arguments of `scale`: the last one is request->word, how many. Returns EXIT_YES, or
   EXIT_USAGE: that has been said. */
extern int scale_take (struct request *request, char **arguments) ;

/* ---- services.c ---- */

/* The names of all services, sorted, and their loggers' if asked for: those in
   LIVE, and those in SCAN which the scanner has not come to yet.
   Returns an allocated array of allocated names, or 0 with errno. */
extern char **services_list (int with_loggers, size_t *count) ;
extern void services_free (char **names, size_t count) ;

/* Has the service `name`, one of those that the request means, a logger? In doubt, yes. */
extern int services_has_logger (struct request const *request, char const *name) ;

/* Is there a service `name`? One whose directory is in SCAN, but which the
   scanner has not come to yet, counts. */
extern int services_has (char const *name) ;
extern int services_collector (void) ; /* is there a collector's directory: LIVE/.log? */

/* Is `name` a template in SCAN (service/instance.h)? */
extern int services_has_template (char const *name) ;
/* Is `name` an instance of one, by its name, and as it has no `run` of its own? */
extern int services_is_instance (char const *name) ;
/* Is it one that is a link, so that its directory in SCAN is not its own? */
extern int services_is_link (char const *name) ;
/* All templates, sorted, as services_list() does; also 0 when it is not known where SCAN is. */
extern char **services_list_templates (size_t *count) ;
/* Is there a directory of that name in SCAN? Of an instance: it is not there because of its template's count alone. */
extern int services_has_directory (char const *name) ;

/* Says that there is no service `name`, or none that matches it, and which there are. */
extern void services_say_unknown (struct request const *request, char const *name, int is_pattern) ;

/* The path of SCAN, which somebody else may have written, for a message. `out` has 4096 bytes. */
extern char const *services_printable (char *out, char const *path) ;

/* Says that nothing at all is supervised, and where services were looked for. */
extern void services_say_none (struct request const *request) ;

/* Does a scanner live on LIVE? -1 with errno: that cannot be told. */
extern int services_scanner_lives (void) ;

/* Its pid; 0: none, or that cannot be told. */
extern pid_t services_scanner (void) ;

/* Does it stop everything? Nobody gets a supervisor any more then. */
extern int services_scanner_stops (void) ;

/* /init's, which has not become the scanner yet; 0: there is none here. */
extern pid_t services_preparing (void) ;

/* Returns EXIT_YES when one does; else an exit code, and has said why. */
extern int services_need_scanner (struct request const *request) ;

/* For the end of a message: who may, when errno says that the caller may not. */
extern char const *services_who_may (void) ;

/* ---- match.c ---- */

/* Takes the names as a user gives them: with slashes at their ends, and with patterns for several
   (as fnmatch()'s; `*` matches no slash, so that a pattern is a logger's only if it has one). A name
   that is there as it is counts as such. Each is taken once.
   Returns EXIT_YES; or EXIT_NO: a pattern matches nothing, EXIT_USAGE, EXIT_SYSTEM: that has been
   said. */
extern int match_names (struct request *request) ;
/* The same for templates' names. */
extern int match_templates (struct request *request) ;

/* ---- view.c ---- */

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
/* What is known of CMD. `after` gets what it waits for (STATE_HELD), as REEVE_CMD_AFTER has it.
   Returns 1, or 0 when there is none (any more). */
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

/* ---- status.c ---- */

/* Since when it is so: the time; of another day the day, of another year the year. */
extern void status_since (struct view const *view, char *out, size_t size) ;

/* ---- try_lock.c: one `reeve try` of a service at a time, and nobody else starts it meanwhile ---- */

/* Returns a descriptor that holds the lock until it is closed; -1: another one has it; -2 with errno: there is none. */
extern int try_lock (char const *name) ;
/* Does a `reeve try` run the service `name` now, as far as the caller may know? */
extern int try_is_under_way (char const *name) ;

/* ---- page.c: what is shown has lines of at most 80 columns, as far as its words allow ---- */

#define PAGE_WIDTH 80

/* Prints `text`, which comes behind what has `at` columns: there, after two spaces, or, where it has no
   room, in lines of its own below, indented by 4. No newline at its end. */
extern void page_print_after (size_t at, char const *text) ;
/* Prints `text` from column `at` on, further lines from column `indent` on. A newline at its end. */
extern void page_print (size_t at, size_t indent, char const *text) ;

/* Of the terminal that stdout is; PAGE_WIDTH of anything else. */
extern int page_columns (void) ;

/* Is stdout a terminal, and are colours wanted (NO_COLOR, TERM=dumb)? */
extern int page_has_colours (void) ;

/* All is printed: EXIT_YES, or EXIT_SYSTEM when it could not be, which is said. */
extern int page_end (void) ;

#define PAGE_DURATION_MAX 32
/* "340 ms", "12 s", "5 min 3 s", "3 d 4 h". Returns `out`. */
extern char const *page_duration (char out[PAGE_DURATION_MAX], uint64_t ms) ;
/* The same, with "12.345 s" below a minute. */
extern char const *page_precise (char out[PAGE_DURATION_MAX], uint64_t ms) ;

/* ---- why.c ---- */

/* Prints all that is known of why the service is as it is: sentences, and the last lines of its log. */
extern void why_print (char const *name) ;

/* ---- why_end.c: pure ---- */

struct end_facts
{
  unsigned int wstat ;
  unsigned int end ; /* enum state_end */
  uint32_t late_ms ; /* timeout-up, with END_LATE */
  uint32_t kill_ms ; /* timeout-kill, with END_KILLED */
  unsigned int oom_kills ; /* that the cgroup has counted */
  unsigned int code_unknown : 1 ;
  unsigned int task : 1 ;
  unsigned int allowed : 1 ; /* success-codes has it */
} ;

#define END_WORDS_MAX 1024
/* "exit 127: ...". Returns `out`. */
extern char const *why_end_describe (struct end_facts const *facts, char out[END_WORDS_MAX]) ;

/* How many processes were killed for lack of memory, from the text of memory.events or
   memory.oom_control. */
extern unsigned int why_end_oom_kills (char const *text) ;

/* ---- log_tail.c ---- */

/* The last lines, `count` at most, of what the service has logged (log_reader.h), without stamps; the
   beginning of a long one. Text for a terminal, a newline behind each line. Returns an allocated text;
   0: there is nothing, or it may not be read. */
extern char *log_tail_read (char const *name, unsigned int count) ;

/* ---- dependencies.c ---- */

/* What all services need, with their present states; each that exists has an owner, and so has a
   template. Who needs a template needs its instances, without those that are leaving. The caller
   frees it. Returns 0 when that cannot be learnt, which has been said. */
extern int dependencies_learn (struct graph *graph) ;
/* The same; what is in `seen`, whose names are sorted, and which must stay, is not read again, here and below. */
extern int dependencies_learn_from (struct graph *graph, struct seen const *seen) ;
extern int dependencies_learn_without (struct graph *graph, char *const *leaving, size_t count) ;

/* Adds CMD, which waits for what REEVE_CMD_AFTER says, as a service of this name. `after` is cut into
   words. Returns 0 when there is no memory. */
#define DEPENDENCIES_COMMAND ""
extern int dependencies_add_command (struct graph *graph, char *after) ;

/* A word, or "failed, exit 3"; "missing": there is no such service. */
extern void dependencies_state (struct graph_node const *node, char *out, size_t size) ;

/* What a service waits for, or would have to. */
struct waits_for
{
  char const *name ;
  char state[32] ; /* a word, or "failed, exit 3"; "missing": there is no such service */
} ;
/* The next one, from *i, which is 0 at first. Returns 0 after the last. */
extern int dependencies_next (struct graph const *graph, char const *name, size_t *i, struct waits_for *out) ;
/* All of them: "db (starting), cache (missing)". */
extern void dependencies_describe (struct graph const *graph, char const *name, char *out, size_t size) ;

/* ---- timeline.c: when what was ready, and who waited for whom ---- */

/* The last start of a service. Times are the wall clock's, in milliseconds; 0: none, or it is not known. */
struct timing
{
  char const *name ;
  struct graph_node const *node ;
  enum view_state state ;
  uint64_t begin_ms ; /* it would have started, but for what it needs */
  uint64_t start_ms ; /* ./run was executed; of one that runs, or of a task that is done */
  uint64_t ready_ms ;
  uint64_t held_ms ; /* how long; so far, in STATE_HELD */
  uint64_t took_ms ; /* from execution to ready; so far, if it is not */
  struct timing const *by ; /* of those that it needs, the last to be ready before it started; 0: none, or they have been started again since */
  unsigned int runs : 1 ; /* or is done: the times from execution on hold */
  unsigned int told : 1 ; /* it tells when it is ready, or is a task; else it counts as ready when it is executed */
  unsigned int again : 1 ; /* it is not its first start */
  unsigned int later : 1 ; /* that, or it was no part of the tree's start: more than a minute after it could have been, or after the others */
  unsigned int lost : 1 ; /* something that it needs was started again since: whom it waited for is not known for certain */
} ;

struct timeline
{
  struct graph graph ;
  struct timing *all ; /* of all services but loggers */
  size_t count ;
  uint64_t begin_ms ; /* of the scanner, or of the first service, if that was before */
  uint64_t now_ms ;
} ;

/* The caller frees it. Returns 0 when that cannot be learnt, which has been said. */
extern int timeline_learn (struct timeline *line) ;
extern void timeline_free (struct timeline *line) ;

/* ---- backlog.c ---- */

/* For each name that the request has: how many bytes wait for its logger (or, of a logger,
   for itself) while nothing is taken of them for a second; 0: none, or that cannot be told.
   Where no byte waits it takes no time. Returns 1, or 0 with errno. */
extern int backlog_find (struct request const *request, unsigned int *bytes) ;

/* ---- await.c ---- */

#define COMMAND_UP_IN_ORDER "w" /* Reeve's own: wanted up, and started when what it needs is ready */
#define COMMAND_ANOTHER "n" /* likewise: another ./run than the one that runs, once, whether that ends by itself or by this */

/* What a service is waited for; `before` is what await_send saw, 0 if nothing was sent.
   1: reached; 0: not yet; -1: never, and it has been said why. */
typedef int await_condition (struct view const *view, char const *name, struct view const *before) ;

/* Waits until `condition` holds for the service. `letters` were sent, `u`, `w`, `d` or `O` the
   first (0: nothing was); until the supervisor has taken that, which no event tells,
   it is asked for. It has when the service is wanted so, or is no more what it was
   before: one that fails at once may not be wanted any more. A successor of the
   supervisor is sent them again.
   What cannot come about while this process lives, since the service's ./finish or ./run
   waits for it, is not waited for, and that is said: EXIT_YES if letters were sent, else
   EXIT_NO.
   Returns an exit code; what is not EXIT_YES has been reported. */
extern int await (struct request const *request, char const *name, char const *letters, struct view const *before, await_condition *condition) ;

/* Sends s6's letters to the supervisor of `name`; waits for it where the scanner
   has not come to the service yet.
     before  the caller's: what was known of the service just before
   Returns an exit code, as await does. */
extern int await_send (struct request const *request, char const *name, char const *letters, struct view *before) ;

/* Sends a letter that has the supervisor of `name` send a signal to the service's process,
   and waits until it has, or could not; that it took effect is nothing that anybody could
   know. Returns an exit code; what is not EXIT_YES has been reported. */
extern int signal_send (struct request const *request, char const *name, char const *letter) ;

/* The request without the tasks that are done: --all does not mean them. The caller frees its
   names, but not what they point to; 0 when there is no memory, which has been said. */
extern int await_without_done (struct request const *request, struct request *out) ;

/* Sends letters to all that the request names, then waits for each.
   Returns the exit code of the first that failed. */
extern int await_all (struct request const *request, char const *letters, await_condition *condition) ;

/* Is it a task that ran, or was finishing, when it was told to run again (COMMAND_ANOTHER), and has
   been done since, before its supervisor has read that? */
extern int await_has_ended_by_itself (struct view const *view, struct view const *before) ;

/* Has it failed for good, or done what it had to do? Then says so. */
extern int await_never (struct view const *view, char const *name) ;

extern await_condition await_ready ; /* or has done what it had to do */
/* That, after it was told to start: one that was stopped before it got ready never is. */
extern await_condition await_ready_again ;
/* Ready, or down and meant to be, but not for good: for --all. */
extern await_condition await_ready_if_wanted ;
extern await_condition await_up ;
extern await_condition await_up_if_wanted ; /* or has done what it had to do */
extern await_condition await_done ;
extern await_condition await_done_if_task ; /* for --all: or is none, or is not to run */
extern await_condition await_healthy ; /* or has done what it had to do */
extern await_condition await_healthy_if_wanted ;
extern await_condition await_down ;
/* Down with its ./finish, and not to be started again; or never started, nor wanted. A task must
   have ended. */
extern await_condition await_finished ;
/* Down with its ./finish, whatever comes then, and not done: for `stop`. Never, if the ./undo that
   this takes has failed. */
extern await_condition await_stopped ;

/* ---- told.c ---- */

/* One of several that are told to start. */
struct told
{
  char const *name ;
  struct graph_node *node ; /* 0: a logger */
  struct view before ;
  char const *letters ; /* that it was sent; 0: none yet */
  unsigned int awaited : 1 ;
} ;

/* The tasks among these run again, and are not done from now on. To be called before they are listed. */
extern void told_mark_tasks (struct graph *graph, char **names, size_t count) ;
/* From here on the owner of a node is what is told; 0: nothing. */
extern void told_begin (struct graph *graph, struct told *told, size_t count) ;
/* What is needed comes before what needs it. Tells it; before that, waits for each task that it
   needs, and that was told to run again: that is done until it begins. Returns an exit code, as await does. */
extern int told_send (struct request const *request, struct told *told, char const *letters, await_condition *condition) ;
/* Waits for it, once. */
extern int told_await (struct request const *request, struct told *told, await_condition *condition) ;

#endif
