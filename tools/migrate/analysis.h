/* From a script's statements to a plan. The analysis reads nothing but its arguments and
   executes nothing. Its own files share this header; its users include script.h.

   The walk (walk.c) goes through the statements in order. The statements before the first
   start are the setup. Those behind it are tasks between services, or loops that wait for
   a service. A statement that applies to later ones (variables, cd, functions, ...)
   becomes a piece: each service that needs a piece repeats it.

   Only walk.c goes into the statements inside of others. It calls the other files; none
   of them calls it. */

#ifndef REEVE_MIGRATE_ANALYSIS_H
#define REEVE_MIGRATE_ANALYSIS_H

#include "migrate/command.h"
#include "migrate/plan.h"

struct function
{
  char const *name ;
  struct statement *statement ;
  struct piece *piece ;
  int walked ; /* its body has been gone through, as it starts something */
  struct function *next ;
} ;

/* What holds the pid of a service: P=$!, an element of an array, a file. A name that
   holds several is there as often. */
struct pid_variable
{
  char const *name ;
  char const *key ; /* of the element; 0: it is no array */
  struct service *service ;
  struct pid_variable *next ;
} ;

/* A variable that the script has set, and its value where the image's CMD gives it. */
struct known
{
  char const *name ;
  char const *value ; /* 0: not known */
  struct known *next ;
} ;

/* The statements that are still to come, from the innermost list outwards. */
struct frame
{
  struct statement *rest ;
  struct frame *up ;
} ;

/* A statement of a branch, or of a task, that waits for where it goes. */
struct held
{
  struct statement *statement ;
  struct claim *claim ;
  struct held *next ;
} ;

/* A loop that has waited: what is behind it may ask how that ended. */
struct awaited
{
  struct service *service ; /* 0: nothing was waited for */
  struct claim *claim ;
  struct texts names ; /* variables that the loop has set */
  unsigned long limit_ms ; /* 0: it waited for ever */
  int gives_up ; /* the script ended then */
} ;

struct trap
{
  struct statement *statement ;
  char const *code ; /* shell code, raw */
  char const *signals ; /* " TERM INT ": those that it still has at the script's end */
  char const *all ; /* those that it had first */
  uint32_t line ;
  struct claim *claim ; /* of the call of a function that sets it; 0: it is the statement's own */
  uint32_t replaced_line ; /* where another trap took the last of them; 0: it has some */
  struct trap *next ;
} ;

struct analysis
{
  struct plan *plan ;
  struct source *source ;
  struct pool *pool ;
  struct function *functions ;
  struct pid_variable *pids ;
  struct trap *traps ;
  struct texts ready ; /* services that what comes later depends on */
  struct awaited awaited ;
  struct texts conditions ; /* of the branch that is being walked */
  struct texts otherwise ; /* what holds for all that is to come, as the script became a program where it does not */
  int branch_replaced ; /* in the branch that is being walked it did */
  struct held *pending ; /* statements of that branch, for its next service */
  struct held *remarks ; /* comments, for the statement behind them */
  struct service *last ; /* the last one started in the background */
  struct texts last_or ; /* $! may be the pid of these as well, as branches started them */
  struct service *last_or_of ; /* as long as this is the last one */
  int last_is_idle ; /* since then, one that only keeps the container alive was: $! is its pid */
  int has_idle ; /* there is such a one: `wait` never ends */
  struct service *task ; /* the oneshot that further tasks are added to */
  struct held *task_statements ;
  struct placed const *positional ; /* what sets $1, ... in the function being walked; 0: nothing */
  char const *user ; /* what the script starts itself again as; 0: itself */
  uint32_t waited_line ; /* where the script waited for the end; 0: not yet */
  int waited_in_branch ; /* it did so in a branch that may not be taken */
  uint32_t replaced_line ; /* the `exec` behind which nothing runs; 0: none */
  struct service *branch_last ; /* `last` where the branch began */
  char const *suffix ; /* for the names of services that a loop starts; "" outside of one */
  char const *template ; /* how many of each service a loop starts; 0: outside of one */
  int in_function ;
  int in_call ; /* run is being made from a function's body */
  struct texts status_names ; /* variables that hold $? of a start */
  unsigned int depth ;
  int sets_errexit ;
  int task_must_succeed ; /* the script ends when the task fails */
  struct known *known ; /* the last one first */
  char const *const *arguments ; /* "$@" here, ended by 0: CMD's, or what the script made of it; 0: not known */
  int shifted ; /* shift, or set --, made others of them, which are not known */
  int dispatched ; /* CMD has decided which branch was taken */
  int exports_all ; /* set -a */
  int without_waits ; /* of what starts something: wait does not count */
  int must_succeed ; /* nothing behind the statement is done when it fails */
} ;

/* ---- statements.c: what all parts ask about a statement ---- */
extern uint32_t line_of (struct analysis *a, struct statement const *statement) ;
extern struct claim *claim_statement (struct analysis *a, struct statement const *statement, char const *where, char const *what) ;
extern char const *statement_text (struct analysis *a, struct statement const *statement) ; /* with its `&` left out */
extern void add_setup (struct analysis *a, struct range range, int does_something) ; /* to the cont-init.d script */
extern struct function *find_function (struct analysis *a, char const *name) ;
extern int is_message (struct analysis *a, struct statement *statement) ; /* does the command only say something? */
/* if ...; then echo ...; fi : messages, and perhaps an end. */
extern int only_talks (struct statement *statement) ;
extern int keeps_alive (struct statement const *statement) ; /* tail -f, sleep infinity */
extern int sleeps_for_ever (struct statement const *statement) ;
extern int is_always_true (struct statement const *condition) ;
/* Is the last thing that a function does, to become a program? */
extern int ends_with_exec (struct statement const *body) ;

/* exec >FILE, exec {log}> >(logger -t x): no program, all that comes later writes there. */
extern int redirects_everything (struct statement const *statement) ;
extern void script_waits (struct analysis *a, uint32_t line) ; /* from that line on, for any of what was started */

/* ---- starts.c ---- */
/* Does it start, wait for, or become a long-running process? */
extern int starts_something (struct analysis *a, struct statement *statement) ;
extern int code_leaves (struct analysis *a, struct launch const *launch) ; /* does `su -c CODE` leave a process behind? */
/* app start, where the script also has app stop: it leaves something behind. */
extern int starts_by_word (struct analysis *a, struct statement const *statement, struct launch const *launch) ;
/* Does nothing but messages and an exit come behind it? */
extern int is_last (struct analysis *a, struct frame const *frame) ;
extern int starts_later (struct analysis *a, struct frame const *frame) ;
/* A server that is only started to be prepared: the statement that ends it; 0: it is none. */
extern struct statement *temporary_end (struct analysis *a, struct statement *first) ;
/* From the first to the end as one statement, whose text stays as it is. */
extern struct statement *temporary_part (struct analysis *a, struct statement *first, struct statement *end) ;

/* ---- walk.c ---- */
extern void walk_script (struct analysis *a, struct statement *first) ;
extern void walk_ahead (struct analysis *a, struct statement *first) ; /* something is to come behind it */

/* ---- sides.c: what a command is for ---- */
extern int is_short (char const *program) ; /* one that ends by itself: none of these is what a container is for */
extern int is_question (struct statement const *statement) ; /* [ -n "$X" ] && start & : asks before it starts */
extern int is_plain_command (struct statement const *statement) ; /* what the script may end with */
extern int is_server (struct analysis *a, struct statement const *statement) ; /* the same, and no program that ends by itself */
extern int only_checks (struct analysis *a, struct statement const *statement) ; /* nginx -t: a daemon's program that ends */

/* ---- controllers.c ---- */
/* supervisorctl start X, where no supervisord is started here: a TODO, in the file of `service` (0: the setup's), or,
   if is_placed is 0, where the claim goes in the end. */
extern void mark_started_elsewhere (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim, int is_placed) ;
/* The text of that TODO; 0: it starts nothing by way of another program. */
extern char const *started_elsewhere (struct analysis *a, struct statement const *statement) ;

/* ---- commands.c: single commands ---- */
extern void walk_exec (struct analysis *a, struct statement *statement) ;
extern void walk_program (struct analysis *a, struct statement *statement, struct frame *frame) ; /* that the script waits for by itself */
extern void walk_fg (struct analysis *a, struct statement *statement) ; /* fg, fg %1 */
/* trap, wait, exec, sleep, ...: 1: it was one of those in which nothing is to be walked. */
extern int walk_own_command (struct analysis *a, struct statement *statement, struct frame *frame) ;
extern int walk_context (struct analysis *a, struct statement *statement) ; /* add_context(), behind the task that came before it */
extern void walk_function (struct analysis *a, struct statement *statement) ; /* a definition */

/* ---- damaged.c ---- */
extern void keep_damaged (struct analysis *a, struct statement *statement) ; /* what no shell could execute either: as comments, a line each */

/* ---- talk.c: messages, statuses, and the end ---- */
/* Between and behind starts: what looks at the status of a start, or only says
   something. 1: it was that. */
extern int walk_talk (struct analysis *a, struct statement *statement) ;
extern int asks_status (struct analysis *a, char const *text) ; /* $? of a start, or what holds it */
extern int walk_remedy (struct analysis *a, struct statement *statement) ; /* 1: it starts something, depending on how main ended */
/* What comes behind the waiting. */
extern void walk_after (struct analysis *a, struct statement *statement) ;

/* ---- dispatch.c ---- */
/* 1: the image's CMD decides, and *taken is the branch, 0 for none. 0: it does not. */
extern int decide_branch (struct analysis *a, struct statement const *statement, struct branch const **taken) ;
extern void drop_branch (struct analysis *a, struct branch const *branch) ; /* that is not taken */
extern void note_arguments_set (struct analysis *a, struct statement const *statement) ; /* set --, shift */
extern void note_value (struct analysis *a, struct statement const *statement) ; /* an assignment */

/* ---- start.c: a statement becomes a service ---- */
enum start_how { START_BACKGROUND, START_MAIN, START_DAEMON } ;
extern struct service *start_service (struct analysis *a, struct statement *statement, enum start_how how) ;
/* The image's CMD: "$@" alone, behind what only starts another program. */
extern int is_image_command (struct analysis *a, struct statement const *statement) ;

/* ---- tasks.c: what starts nothing ---- */
/* Ends the task that is being put together, if there is one. */
extern void close_task (struct analysis *a) ;
extern char const *task_text (struct analysis *a) ; /* what that one has so far */
extern void add_task (struct analysis *a, struct statement *statement) ;
/* A statement that starts nothing: part of the setup, of the branch, or of a task. */
extern void add_ordinary (struct analysis *a, struct statement *statement) ;
extern void take_pending (struct analysis *a, struct service *service) ;
/* What a branch, or the script, has left for no service. */
extern void flush_pending (struct analysis *a) ;
extern int has_work (struct held const *held) ; /* more than preparations, questions and words? */
extern void copy_conditions (struct analysis *a, struct service *service) ;
extern void add_ready (struct analysis *a, struct service *service) ;

/* ---- remarks.c: comments, and statements that wait for where they go ---- */
extern struct held *hold_statement (struct analysis *a, struct held **list, struct statement *statement) ;
extern void hold_remark (struct analysis *a, struct statement *comment) ;
/* The comments right above a statement that is left out are left out as well. */
extern void drop_remarks (struct analysis *a, struct statement const *statement) ;
extern void drop_statement (struct analysis *a, struct statement *statement, char const *why) ;
/* The others go where what they are about goes. */
extern void remarks_to_service (struct analysis *a, struct service *service) ;
extern void remarks_to_setup (struct analysis *a) ;
extern void remarks_to_list (struct analysis *a, struct held **list) ;

/* ---- names.c ---- */
extern char const *name_of (struct analysis *a, struct statement *statement) ; /* of a service that it would be */
extern char const *distinct_name (struct analysis *a, char const *name, struct statement *statement) ;
extern char const *task_name (struct analysis *a, struct statement *statement) ;

/* ---- runscript.c: the lines of run ---- */
extern void run_lines (struct analysis *a, struct service *service, struct statement *statement) ;

/* ---- context.c: what applies to everything behind it ---- */
extern int add_context (struct analysis *a, struct statement *statement) ; /* 1: it was that */
/* cd /app && migrate: notes the former for all that is behind it. Returns what is still to be
   done, the statement itself when nothing is, 0 when it is no such thing. */
extern struct statement *moved_work (struct analysis *a, struct statement *statement) ;

/* ---- redirections.c ---- */
extern int leaves_redirections (struct statement const *statement) ; /* does what comes later write elsewhere? */
/* mkdir /log; exec >/log/all, in a function or a branch that is setup or a task (`service`; 0: setup):
   what it redirects is each later service's, too, or a TODO. */
extern void keep_redirections (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ;
/* The statement's text for each service: what emptied a file appends to it. Adds the files that it
   emptied, and the programs that receive the output. */
extern char const *appending_text (struct analysis *a, struct statement *statement, struct texts *files, struct texts *loggers) ;

/* ---- defines.c ---- */
extern char const *names_defined (struct analysis *a, struct statement *statement) ; /* " A B " */
extern char const *names_called (struct analysis *a, struct statement *body) ; /* the same of a function's body, without its own */

/* ---- repeatable.c ---- */
extern int writes_files (struct statement const *statement) ; /* by its redirections */
/* Does it do nothing but what the shell does by itself, so that it can be repeated? */
extern int is_repeatable (struct analysis *a, struct statement *statement) ;

/* Does it change directory, umask or limits for what is behind it? A task that came before it was elsewhere. */
extern int changes_place (struct statement const *statement) ;
extern int moves_shell (struct statement *statement, void *data) ; /* cd, umask, ulimit by itself; for statement_walk() */
/* A TODO where a statement of the setup, or of a task, changes the directory for others. */
extern void mark_move (struct analysis *a, struct service *service, struct statement const *statement, struct claim *claim) ;

/* A TODO where a statement of the setup, or of a task, sets a trap that the services would need. */
extern void mark_traps (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ;

/* ---- origin.c: what a variable holds at a place ---- */
struct variable
{
  char const *name ; /* in the environment, once it has been looked for there */
  char const *fallback ; /* what counts when it is not set; 0: nothing does */
  char const *constant ; /* what the script has set it to; 0: the environment says it */
} ;
/* $A, "${A}", ${A:-no}. 0: it is no such thing. */
extern int variable_parse (struct pool *pool, char const *raw, struct variable *variable) ;
/* Behind that many of the plan's pieces, does it hold what the environment says, or what is known?
   0: the script may have set it to something else. */
extern int variable_from_environment (struct analysis *a, struct variable *variable, unsigned int npieces) ;

/* $NAMES, "${NAMES[@]}": adds the words that it is here, when the script alone has set it. 0: they are not known. */
extern int known_words (struct analysis *a, char const *raw, struct texts *values) ;

/* ---- arrays.c ---- */
struct element
{
  char const *key ;
  char const *value ; /* 0: not known */
  struct element *next ;
} ;
struct array
{
  struct element *first ;
  int has_names ; /* its keys are names: declare -A */
} ;
/* 0: the script does something with it that is not known here. An array that nobody sets has no elements. */
extern int array_known (struct analysis *a, char const *name, struct array *array) ;

/* ---- enable.c ---- */
/* At the end: conditions about the environment become enable-if. */
extern void settle_conditions (struct analysis *a) ;

/* ---- waiting.c: for a service that was started before ---- */
struct waiting
{
  struct service *service ; /* that is waited for */
  char const *check ; /* a shell command */
  char const *asks ; /* the same with the values of a call's arguments, to see whom it asks */
  int certain ; /* nothing but the order speaks for it, if 0 */
  unsigned long limit_ms ; /* 0: for ever */
  int gives_up ; /* the script ends then */
  int reads_log ; /* which may have the line from before */
  struct statement *command ; /* behind --, to be walked in between; 0: none */
} ;
/* waitloop.c */
extern char const *loop_probe (struct analysis *a, struct statement *statement) ; /* what succeeds when the loop may end; 0: nothing is asked */
/* ( until pg_isready; do sleep 1; done; migrate ) & : a task that depends on it. */
extern int is_waiting_task (struct analysis *a, struct statement *statement) ;
/* What of a condition asks somebody, such that it succeeds when he is ready; 0: nothing does. */
extern char const *extract_probe (struct analysis *a, struct statement *condition, int negate) ;
extern int walk_probe (struct analysis *a, struct statement *statement, char const *probe) ; /* 1: it asks a service that was started here */
/* waiters.c: wait-for-it and its like, a function that waits, a log that is read. 0: it is none, or asks
   nobody who was started here. */
extern int find_waiting (struct analysis *a, struct statement *statement, struct waiting *waiting) ;
/* if wait_for db; then web; fi; if ! wait_for db; then exit 1; fi */
struct if_waiting
{
  struct waiting waiting ;
  struct statement *condition ;
  struct branch *good ; /* 0: there is none */
  struct branch *bad ;
} ;
extern int find_if_waiting (struct analysis *a, struct statement *statement, struct if_waiting *these) ; /* 0: it is no such thing */
/* [ -S /run/x.sock ] || exit 1, behind a start: 1 when it clearly asks a service that was started here. */
extern int walk_asked_once (struct analysis *a, struct statement *statement) ;
extern void set_waiting (struct analysis *a, struct statement *statement, struct waiting const *waiting) ;
extern void walk_sleep (struct analysis *a, struct statement *statement) ;

/* ---- limits.c ---- */
/* Of a loop, whose text is `text`, perhaps with what goes before it, in ms; 0: none, or not known. */
extern unsigned long wait_limit (struct analysis *a, struct statement const *statement, char const *text) ;
extern unsigned long duration_ms (char const *text) ; /* 30, 0.5, 2m, as sleep has it; 0: it is none */
extern int may_end_script (struct statement *list) ; /* does one of them exit? */
extern int may_end (struct analysis *a, struct statement *statement) ; /* does it exit, or a function that it calls? */

/* ---- logs.c ---- */
/* tail -F LOG | grep -q LINE : a command that succeeds when LOG has it; 0: it is no such thing. */
extern char const *log_check (struct analysis *a, struct statement *statement, unsigned long *limit_ms) ;

/* ---- verdict.c ---- */
extern void note_waited (struct analysis *a, struct statement const *statement, struct waiting const *waiting, struct claim *claim) ;
extern void settle_waits (struct analysis *a) ; /* at the end: marks what is in doubt */
extern int asks_verdict (struct analysis *a, char const *condition) ; /* how the last waiting ended? */
/* 0: it does not ask that, or it does more. */
extern int walk_verdict (struct analysis *a, struct statement *statement) ;
/* 1: it asks that, or waits itself; *taken is the branch for the good end, 0 for none. */
extern int decide_verdict (struct analysis *a, struct statement const *statement, struct branch const **taken) ;
/* [ $n -lt 30 ] && load : what is done at the good end; 0: it is none */
extern struct statement *verdict_work (struct analysis *a, struct statement *statement) ;
/* wait_for db || exit 1; [ "$ready" = 1 ] && load */
extern int asks_awaited (struct analysis *a, struct statement *statement) ;
extern void drop_verdict (struct analysis *a, struct statement const *list) ; /* what was done at the bad end */

/* ---- watching.c ---- */
extern int only_ends_processes (struct analysis *a, struct statement *statement) ; /* a call of a function that does just that */
extern int watches_processes (struct analysis *a, struct statement *statement) ;
/* What a loop, or a part of one, does. */
struct seen
{
  int watches ;
  int works ; /* something else than watching, sleeping, talking and ending */
  int starts ;
} ;
extern void look_for_watching_in (struct analysis *a, struct statement *statement, struct seen *seen) ;
extern char const *note_watched (struct analysis *a, struct statement *loop) ; /* whom it watched, and ended with, is main: their names */
extern void drop_watching (struct analysis *a, struct statement *statement) ; /* a loop that does; whom it watched is main */

/* ---- watchwork.c ---- */
extern int walk_watching_work (struct analysis *a, struct statement *statement) ; /* a loop that watches and works; 1: it was that */

/* ---- loops.c ---- */
extern int walk_loop (struct analysis *a, struct statement *statement) ; /* 1: it was one of the known kinds */
/* What of the background has nothing in it to be walked; 1: it was that. */
extern int walk_own_background (struct analysis *a, struct statement *statement) ;
extern int starts_in_background (struct statement const *list) ;
/* while read host; do tunnel "$host" & done <LIST: how many is not known; the loop ends, they go on. */
extern void keep_starting_loop (struct analysis *a, struct statement *statement) ;
extern void drop_keeping_alive (struct analysis *a, struct statement *statement) ;

/* ---- probe.c: whom does a condition ask? ---- */
extern int is_probe (char const *condition) ;
/* 0: none that was started here. *certain becomes 0 when nothing but the order speaks for it. */
extern struct service *probed_service (struct analysis *a, char const *condition, int *certain) ;
extern int probes_elsewhere (char const *condition) ; /* another host than this one */
extern int may_probe_elsewhere (char const *condition) ; /* the same, where a variable's host may be elsewhere, too */

/* Does the text run a program that talks to the service? */
extern int is_client_of (struct service const *service, char const *text) ;

/* ---- ready.c: at the end, what the order does not say by itself ---- */
extern void settle_ready (struct analysis *a) ;

/* ---- builtin.c ---- */
extern char const *builtin_check (struct pool *pool, char const *command) ; /* tcp:PORT, unix:PATH, http://...; 0: none means the same */

/* ---- traps.c ---- */
extern void walk_trap (struct analysis *a, struct statement *statement) ;
extern int walk_trap_call (struct analysis *a, struct statement *statement) ; /* of a function that only sets traps; 1: it was that */
extern void apply_traps (struct analysis *a) ;

/* ---- pids.c ---- */
extern int takes_pid (struct analysis *a, struct statement *statement) ; /* P=$! : noted and claimed */
/* Adds the names of all services that a word means: "$PID", "${pids[@]}", $!, %1. */
extern void services_of_pid (struct analysis *a, char const *raw, struct texts *names) ;
extern int is_idle_pid (struct analysis *a, char const *raw) ; /* of what only keeps the container alive */
/* From now on, `name` holds the pids of these. */
extern void alias_pid (struct analysis *a, char const *name, struct texts const *services) ;
extern void settle_pids (struct analysis *a) ; /* marks what still asks for one, or for processes by name */
extern void walk_wait (struct analysis *a, struct statement *statement, struct frame *frame) ;
extern int walk_wait_again (struct analysis *a, struct statement *statement, struct frame *frame) ; /* while wait -n; do :; done; 0: it is no such thing */

/* ---- lost.c ---- */
/* Marks what the files that will be written ask for and do not have: variables of the script, commands
   that only a shell has, code that is damaged. At the end, behind plan_settle(). */
extern void settle_lost (struct analysis *a, struct statement *first) ;

/* ---- mistakes.c ---- */
extern void find_mistakes (struct analysis *a, struct statement *first) ;
extern void find_dead_code (struct analysis *a, uint32_t line) ;
/* A service that runs the daemon of that name, or of another of its names; 0: none. */
extern struct service *same_daemon (struct analysis *a, char const *name) ;

#endif
