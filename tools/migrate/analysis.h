/* From a script's statements to a plan. The analysis only reads its arguments, and executes
   nothing. Its own files share this header, waiting.h, branching.h and trapping.h; others include
   script.h.

   walk.c goes through the statements in order. The statements before the first start are
   the setup. The statements after it are tasks between services, or loops that wait for a
   service. A statement that applies to later ones (variables, cd, functions, ...) becomes a
   piece: each service that needs the piece repeats it.

   Only walk.c walks the statements inside others. It calls the other files. They do not
   call it. */

#ifndef REEVE_MIGRATE_ANALYSIS_H
#define REEVE_MIGRATE_ANALYSIS_H

#include "migrate/command.h"
#include "migrate/configured.h"
#include "migrate/known.h"
#include "migrate/plan.h"

struct function
{
  char const *name ;
  struct statement *statement ;
  struct piece *piece ;
  int starts[2] ; /* something; [1]: `wait` does not count */
  unsigned int asked ; /* the last question that looked into it, of a kind that looks into each function once */
  int repeatable ; /* by each service: 1 yes, -1 no, or just being asked; 0: not asked yet */
  int walked ; /* its body has been walked, because it starts something, or it is not needed any more */
  struct function *next ;
} ;

/* What holds the pid of a service: P=$!, an element of an array, a file. A name with
   several pids has an entry for each. */
struct pid_variable
{
  char const *name ;
  char const *key ; /* of the element; 0: the name is not an array */
  struct service *service ;
  struct pid_variable *next ;
} ;

/* A variable that the script has set, and its value if the image's CMD decides it. */
struct known
{
  char const *name ;
  char const *value ; /* 0: not known */
  struct known *next ;
} ;

/* The statements that are still to be walked, from the innermost list outwards. */
struct frame
{
  struct statement *statement ; /* the one that is being walked; 0: none of a list */
  struct statement *rest ;
  struct frame *up ;
} ;

/* A statement of a branch, or of a task. Its file is not decided yet. */
struct held
{
  struct statement *statement ;
  struct claim *claim ;
  unsigned int npieces ; /* how many of the plan's pieces came before it */
  struct held *next ;
} ;

/* The last loop that waited: later statements may ask for its result. */
struct awaited
{
  struct service *service ; /* 0: there is none */
  struct claim *claim ;
  struct texts names ; /* variables that the loop sets */
  unsigned long limit_ms ; /* 0: no limit */
  int gives_up ; /* after the limit the script ended */
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

struct ending ;

struct analysis
{
  struct plan *plan ;
  struct source *source ;
  struct pool *pool ;
  struct function *functions ;
  struct pid_variable *pids ;
  struct trap *traps ;
  struct ending *endings ; /* where the script ended behind the waiting */
  int end_is_forgiven ; /* a failure of what is main did not end it: wait || true */
  struct texts ready ; /* services that later ones depend on */
  struct awaited awaited ;
  struct texts conditions ; /* of the branch that is being walked */
  struct texts otherwise ; /* what holds for all later statements: where it does not, the script became a program */
  int branch_replaced ; /* the branch that is being walked became a program */
  struct frame const *here ; /* of the list that is being walked */
  struct held *pending ; /* statements of that branch, for its next service */
  struct held *remarks ; /* comments, for the next statement */
  struct service *last ; /* the last service in the background */
  struct texts last_or ; /* $! may also be the pid of these, which other branches started */
  struct service *last_or_of ; /* `last_or` holds only while this is `last` */
  int last_is_idle ; /* a later process only keeps the container alive: $! is its pid */
  int has_idle ; /* there is such a process: `wait` never ends */
  struct service *task ; /* the task that further statements are added to; 0: none */
  struct held *task_statements ;
  struct placed const *positional ; /* sets $1, ... in the function that is being walked; 0: nothing does */
  struct texts user ; /* reeve-exec's options, if the script started itself again as another user */
  struct claim *again ; /* of that statement; 0: it did not */
  unsigned int again_nsetup ; /* how many items of the setup came before it */
  uint32_t waited_line ; /* where the script waits for the end; 0: not yet */
  uint32_t foreground_line ; /* `waited_line`, where that is a server in the foreground, and more statements follow; 0: it is not */
  int waited_in_branch ; /* it waits in a branch that may not be taken */
  uint32_t replaced_line ; /* of the `exec` after which nothing runs; 0: none */
  struct service *branch_last ; /* `last` at the beginning of the branch */
  char const *suffix ; /* for the names of services that a loop starts; "" outside of loops */
  char const *template ; /* how many instances of each service a loop starts; 0 outside of loops */
  int in_function ;
  int in_call ; /* run is being written from a function's body */
  struct texts status_names ; /* variables that hold $? of a start */
  unsigned int depth ;
  int sets_errexit ;
  int task_must_succeed ; /* the script ends if the task fails */
  struct known *known ; /* the latest first */
  char const *const *arguments ; /* "$@" here, ended by 0: CMD's words, or what `set --` made of them; 0: not known */
  int shifted ; /* `shift` or `set --` changed them to words that are not known */
  int dispatched ; /* CMD has decided a branch */
  int exports_all ; /* set -a */
  int without_waits ; /* 1: starts_something() ignores `wait` */
  int functions_known[2] ; /* is `starts` of all functions known? */
  unsigned int questions ; /* how many questions have looked into functions */
  int must_succeed ; /* if the statement fails, no later one runs */
} ;

/* ---- statements.c: what all parts ask about a statement ---- */
extern int starts_in_background (struct statement const *list) ;
extern struct statement *starting_part (struct statement *statement) ; /* a loop that starts programs, perhaps at the end of a pipeline; 0: another statement */
extern uint32_t line_of (struct analysis *a, struct statement const *statement) ;
extern struct claim *claim_statement (struct analysis *a, struct statement const *statement, char const *where, char const *what) ;
extern char const *statement_text (struct analysis *a, struct statement const *statement) ; /* without its `&` */
extern void add_setup (struct analysis *a, struct range range, int does_something) ; /* to the cont-init.d script */
extern struct function *find_function (struct analysis *a, char const *name) ;
extern int is_message (struct analysis *a, struct statement *statement) ; /* does the command only print? */
/* if ...; then echo ...; fi: only messages, and perhaps an exit */
extern int only_talks (struct statement *statement) ;
extern int keeps_alive (struct statement const *statement) ; /* tail -f, sleep infinity */
extern int sleeps_for_ever (struct statement const *statement) ;
extern int is_always_true (struct statement const *condition) ;
/* Does the function end with exec? */
extern int ends_with_exec (struct statement const *body) ;

/* exec >FILE, exec {log}> >(logger -t x): not a program: all later output goes there. */
extern int redirects_everything (struct statement const *statement) ;
extern void script_waits (struct analysis *a, uint32_t line) ; /* from this line on, the script waits for its services */

/* ---- outlinks.c ---- */
/* Is the file a link to /dev/stdout or the like, by a RUN of the image or by the script? */
extern int is_link_to_output (struct analysis *a, struct word const *word) ;

/* ---- starts.c ---- */
/* Does the statement start, wait for, or become a long-running process? */
extern int starts_something (struct analysis *a, struct statement *statement) ;
extern int code_leaves (struct analysis *a, struct statement const *statement, struct launch const *launch) ; /* does `su -c CODE`, or `sh -c CODE`, leave a process in the background? */
/* `app start`, if the script also has `app stop`: it leaves a process in the background */
extern int starts_by_word (struct analysis *a, struct statement const *statement, struct launch const *launch) ;
/* Do only messages and an exit follow? */
extern int is_last (struct analysis *a, struct frame const *frame) ;
extern int starts_later (struct analysis *a, struct frame const *frame) ;

/* ---- become.c ---- */
/* The command with CMD's words in the place of the script's own "$@", where they are known. */
extern char const *put_arguments (struct analysis *a, char const *command) ;

/* ---- stops.c: servers that are only started to be prepared ---- */
/* The last statement of a server that `first` starts, and that is stopped before another one
   starts; 0: it is not. */
extern struct statement *stopped_at (struct analysis *a, struct statement *first) ;
extern struct statement *temporary_end (struct analysis *a, struct statement *first) ;
/* All statements from `first` to `end` as one, with the same text */
extern struct statement *temporary_part (struct analysis *a, struct statement *first, struct statement *end) ;

/* ---- walk.c ---- */
extern void walk_script (struct analysis *a, struct statement *first, struct frame *behind) ; /* `behind`: what follows; 0: nothing */

/* ---- sides.c: what a command is for ---- */
extern int is_short (char const *program) ; /* one that ends by itself, and is no container's purpose */
extern int is_question (struct statement const *statement) ; /* the left side of [ -n "$X" ] && start & */
extern int is_plain_command (struct statement const *statement) ; /* a command that a script may end with */
extern int is_server (struct analysis *a, struct statement const *statement) ; /* the same, if the program does not end by itself */
extern int is_task_program (char const *program) ; /* one that ends by itself, also in the background */
extern int says_task (char const *name) ; /* configure-db.sh: by its name it prepares something, and ends */
extern int is_known_server (struct analysis *a, struct statement *statement) ; /* a program that is known to serve */
extern int surely_ends (struct analysis *a, struct statement *statement) ; /* whatever it is made of */
/* Does nothing tell that it goes on? `name`: of its service. */
extern int may_end_soon (struct analysis *a, struct statement *statement, unsigned int first, char const *name) ;
extern int says_serve (struct statement const *statement, unsigned int first) ; /* by its name, or a word behind it; `first`: its program's word */
extern char const *left_behind (struct analysis *a, struct statement *statement, int last_stays) ; /* what the code of sh -c leaves in the background, or, unless its last command has to stay, with that; "": nothing */
extern int only_checks (struct analysis *a, struct statement const *statement) ; /* nginx -t: a daemon's program, which ends */

/* ---- controllers.c ---- */
/* supervisorctl start X, where no supervisord is started here: a TODO, in the file of `service` (0: the setup's), or,
   if is_placed is 0, where the claim goes in the end. */
extern void mark_started_elsewhere (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim, int is_placed) ;
/* The text of that TODO; 0: it starts nothing by way of another program. */
extern char const *started_elsewhere (struct analysis *a, struct statement const *statement) ;

/* ---- commands.c: single commands ---- */
extern void walk_exec (struct analysis *a, struct statement *statement) ;
extern void walk_program (struct analysis *a, struct statement *statement, struct frame *frame) ; /* a command in the foreground */
extern void walk_fg (struct analysis *a, struct statement *statement) ; /* fg, fg %1 */
/* trap, wait, exec, sleep, ...: returns 1 if the command was one of these, which have no statements inside. */
extern int walk_own_command (struct analysis *a, struct statement *statement, struct frame *frame) ;
extern int walk_context (struct analysis *a, struct statement *statement) ; /* add_context(); it ends the task before it */
extern void walk_function (struct analysis *a, struct statement *statement) ; /* a definition */

/* ---- damaged.c ---- */
extern void keep_damaged (struct analysis *a, struct statement *statement) ; /* keeps code that no shell can read as comments, a line each */

/* ---- talk.c: messages, statuses, and the end ---- */
/* Between and after starts: a statement that asks for the status of a start, or only prints.
   Returns 1 if it was that. */
extern int walk_talk (struct analysis *a, struct statement *statement) ;
extern int walk_remedy (struct analysis *a, struct statement *statement) ; /* a start that depends on how main ended; 1: it was that */
/* A statement after the waiting */
extern void walk_after (struct analysis *a, struct statement *statement) ;
extern void settle_end (struct analysis *a) ; /* at the end: a finish without work is none */

/* ---- caseend.c ---- */
enum case_end { CASE_ENDS, CASE_FALLS, CASE_GOES_ON } ; /* ;; - ;& into the next branch - ;;& to the patterns of those after it */
extern enum case_end case_end (struct analysis *a, struct branch const *branch) ;
extern int case_falls (struct analysis *a, struct statement const *statement) ; /* does a branch end in ;& or ;;&? Then several may be taken */

/* ---- dispatch.c ---- */
/* Returns 1 if the image's CMD decides. *taken is the branch then, 0 for none. */
extern int decide_branch (struct analysis *a, struct statement const *statement, struct branch const **taken) ;
extern void drop_branch (struct analysis *a, struct branch const *branch) ; /* a branch that is not taken */
extern void note_arguments_set (struct analysis *a, struct statement const *statement) ; /* set --, shift */
extern void note_value (struct analysis *a, struct statement const *statement) ; /* an assignment */

/* ---- console.c: what a person talks to ---- */
/* The service of such a program has the terminal, and its end is the container's, as in the script. Returns 0
   if the statement starts none. */
extern int start_console (struct analysis *a, struct statement *statement) ;
extern void give_console (struct analysis *a, struct service *service, struct statement const *body) ; /* the same for a service that ends as the function does */

/* ---- start.c: a statement becomes a service ---- */
enum start_how { START_BACKGROUND, START_MAIN, START_DAEMON } ;
extern struct service *start_service (struct analysis *a, struct statement *statement, enum start_how how) ;
/* The image's CMD: "$@" alone, perhaps after programs that only start another one */
extern int is_image_command (struct analysis *a, struct statement const *statement) ;

/* ---- tasks.c: what starts nothing ---- */
/* Ends the open task, if there is one. */
extern void close_task (struct analysis *a) ;
extern char const *task_text (struct analysis *a) ; /* the statements of the open task */
extern void add_task (struct analysis *a, struct statement *statement) ;
/* A statement that starts nothing goes to the setup, the branch, or a task. */
extern void add_ordinary (struct analysis *a, struct statement *statement) ;
extern void take_pending (struct analysis *a, struct service *service) ;
/* Statements of a branch that no service has taken go to the setup or a task. */
extern void flush_pending (struct analysis *a) ;
extern int has_work (struct held const *held) ; /* does one do more than prepare, ask or print? */
extern void copy_conditions (struct analysis *a, struct service *service) ;
extern void add_ready (struct analysis *a, struct service *service) ;

/* Statements that only prepare something are a task, if they are not for the next start alone. */
extern void share_pending (struct analysis *a) ;

/* ---- preparing.c ---- */
extern int is_for_next (struct analysis *a) ; /* is what is pending only for what starts next? */

/* ---- remarks.c: comments, and statements that wait for where they go ---- */
extern struct held *hold_statement (struct analysis *a, struct held **list, struct statement *statement) ;
extern void hold_remark (struct analysis *a, struct statement *comment) ;
/* Drops the comments right above a statement that is dropped. */
extern void drop_remarks (struct analysis *a, struct statement const *statement) ;
extern void drop_statement (struct analysis *a, struct statement *statement, char const *why) ;
/* Other comments go to the file of the next statement. */
extern void remarks_to_service (struct analysis *a, struct service *service) ;
extern void remarks_to_setup (struct analysis *a) ;
extern void remarks_to_list (struct analysis *a, struct held **list) ;

/* ---- names.c ---- */
extern char const *name_of (struct analysis *a, struct statement *statement) ; /* of the service that the statement would become */
/* A TODO for a command whose program is not named: eval, or a variable; 0: it is. */
extern char const *told_at_start (struct analysis *a, struct statement *statement) ;
extern char const *distinct_name (struct analysis *a, char const *name, struct statement *statement) ;
extern char const *task_name (struct analysis *a, struct statement *statement) ;

/* ---- readable.c ---- */
/* svc-$s in a loop over known values, or $(which nginx): svc-orders, nginx. */
extern char const *readable_name (struct analysis *a, char const *name) ;

/* ---- again.c: a script that starts itself again as another user ---- */
extern int starts_itself (struct analysis *a, struct statement *statement, struct launch const *launch) ; /* 1: the statement did that */
extern void mark_again (struct analysis *a, struct statement *statement, struct claim *claim) ; /* a TODO where the setup does it without exec */
extern void settle_user (struct analysis *a) ; /* at the end: who runs as that user */

/* ---- sourced.c ---- */
extern char const *sourced_function (struct analysis *a, char const *name) ; /* FILE, line N, of a file that the script reads; 0: none that could be read has it */
extern char const *sourced_start (struct analysis *a, char const *name) ; /* the same, if the function starts something */
extern void settle_sourced (struct analysis *a) ; /* at the end: marks what such a file starts while it is read */

/* ---- runscript.c: the lines of run ---- */
extern void run_lines (struct analysis *a, struct service *service, struct statement *statement) ;

/* ---- context.c: what applies to everything behind it ---- */
extern int add_context (struct analysis *a, struct statement *statement) ; /* 1: it was that */
/* cd /app && migrate: notes `cd` for all later statements. Returns the rest; the statement
   itself if nothing is left to do; 0 if it has another form. */
extern struct statement *moved_work (struct analysis *a, struct statement *statement) ;

extern void settle_once (struct analysis *a) ; /* once.c: at the end, what the services do not compute again */

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
extern char const *names_called (struct analysis *a, struct statement *body) ; /* the same for a function's body, without its local names */
extern int is_exported (struct analysis *a, char const *name) ; /* although its own statement does not say so */
extern void exported_names (struct pool *pool, char const *text, struct texts *names) ; /* adds those that a script exports */

/* ---- repeatable.c ---- */
extern int writes_files (struct statement const *statement) ; /* by its redirections */
/* Does it only use builtins of the shell, so that each service can repeat it? */
extern int is_repeatable (struct analysis *a, struct statement *statement) ;

/* Does it change directory, umask or limits for later statements? A task before it was elsewhere. */
extern int changes_place (struct statement const *statement) ;
extern int moves_shell (struct statement *statement, void *data) ; /* cd, umask, ulimit by itself; for statement_walk() */
/* A TODO where a statement of the setup, or of a task, changes the directory or unsets a variable for others. */
extern void mark_move (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ;

/* A TODO where a statement of the setup, or of a task, sets a trap that the services would need. */
extern void mark_traps (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ;

/* ---- enable.c ---- */
/* At the end: conditions about the environment become enable-if. */
extern void settle_conditions (struct analysis *a) ;

/* ---- traps.c ---- */
extern void walk_trap (struct analysis *a, struct statement *statement) ;
extern int walk_trap_call (struct analysis *a, struct statement *statement) ; /* of a function that only sets traps; 1: it was that */
extern void apply_traps (struct analysis *a) ;

/* ---- childtrap.c ---- */
extern int ends_all (struct analysis *a, struct trap const *trap) ; /* a trap of CHLD: did the end of one child end all? */
extern int ends_with_child (struct analysis *a) ; /* does a trap of CHLD, set so far, end the script? */

/* ---- pids.c ---- */
extern int takes_pid (struct analysis *a, struct statement *statement) ; /* P=$!: notes and claims it */
/* Adds the names of all services that a word means: "$PID", "${pids[@]}", $!, %1. */
extern void services_of_pid (struct analysis *a, char const *raw, struct texts *names) ;
extern int is_idle_pid (struct analysis *a, char const *raw) ; /* of a process that only keeps the container alive */
/* From now on, `name` holds the pids of these services. */
extern void alias_pid (struct analysis *a, char const *name, struct texts const *services) ;
extern void main_is_none (struct analysis *a) ; /* a server in the foreground, and then `sleep infinity`: its end did not end the container */
extern void alias_loop (struct analysis *a, struct statement const *loop) ; /* for pid in "${pids[@]}" */
extern void settle_pids (struct analysis *a) ; /* marks statements that still ask for a pid, or for processes by name */
extern void walk_wait (struct analysis *a, struct statement *statement, struct frame *frame) ;
extern int walk_wait_again (struct analysis *a, struct statement *statement, struct frame *frame) ; /* while wait -n; do :; done; 0: it is no such thing */

/* ---- finish.c ---- */
extern void settle_finish (struct analysis *a) ; /* at the end: how long finish may run */

/* ---- lost.c ---- */
/* At the end, after plan_settle(): marks what the files ask for and do not have: variables of
   the script, commands that only a shell has, damaged code. */
extern void settle_lost (struct analysis *a, struct statement *first) ;

/* ---- mistakes.c ---- */
extern void find_mistakes (struct analysis *a, struct statement *first) ;
extern void find_dead_code (struct analysis *a, uint32_t line) ;
/* The service that runs the daemon of that name, or of another name of it; 0: none. */
extern struct service *same_daemon (struct analysis *a, char const *name) ;

#endif
