/* What the statements of a script say: pure questions about them, and what is noted while they are
   walked. Nothing here makes a service. */

#ifndef REEVE_MIGRATE_FACTS_H
#define REEVE_MIGRATE_FACTS_H

#include "migrate/facts/analysis.h"

/* ---- statements.c: what all parts ask about a statement ---- */
extern int starts_in_background (struct statement const *list) ;
extern struct statement *starting_part (struct statement *statement) ; /* a loop that starts programs, perhaps at the end of a pipeline; 0: another statement */
extern struct statement *event_loop (struct statement *statement) ; /* the loop of inotifywait -m DIR | while read f; do ...; done; 0: another statement */
extern struct source *source_of (struct analysis *a, struct statement const *statement) ; /* that its ranges are of: the script, or a text of its own */
extern uint32_t line_of (struct analysis *a, struct statement const *statement) ;
extern struct claim *claim_statement (struct analysis *a, struct statement const *statement, char const *where, char const *what) ;
extern struct claim *claim_of (struct analysis *a, struct statement const *statement) ; /* of the statement's first byte; 0: nobody has claimed it */
extern int is_started_in (struct service const *service, struct statement const *statement) ; /* did the statement, or one inside it, start the service? */
extern int runs_beside (struct service const *service) ; /* in the background, and no task */
extern int has_main (struct analysis const *a) ; /* is a service main? */
extern char const *statement_text (struct analysis *a, struct statement const *statement) ; /* without its `&` */
extern char const *condition_text (struct analysis *a, struct branch const *branch) ; /* "": it has none */
extern void add_setup (struct analysis *a, struct range range, int does_something) ; /* to the cont-init.d script */
extern void add_setup_text (struct analysis *a, char const *text, int does_something) ; /* the same of code that is not in the script like this */
extern struct function *find_function (struct analysis *a, char const *name) ;
extern struct function *called_function (struct analysis *a, struct statement const *statement) ; /* 0: it calls none */
/* statement_walk(), also through the functions that are called there: each once, as those that call each other would
   double the work with each. visit() asks no such question itself. */
extern int walk_with_calls (struct analysis *a, struct statement *statement, statement_visit *visit, void *data) ;
extern statement_visit calls_wait ;
extern int goes_to_file (struct statement const *statement) ; /* does a redirection of it name a file? */
extern int words_work (struct analysis *a, struct statement *statement) ; /* echo "key: $(make-key)": does a substitution in its words not only answer? */
extern int is_message (struct analysis *a, struct statement *statement) ; /* does the command only print? */
extern int only_prints (struct analysis *a, struct statement *statement) ; /* the same, and no program's answer: echo "$(migrate)" works */
/* if ...; then echo ...; fi: only messages, and perhaps an exit */
extern int only_talks (struct analysis *a, struct statement *statement) ;
extern int keeps_alive (struct statement const *statement) ; /* tail -f, sleep infinity */
extern int is_always_true (struct statement const *condition) ;
/* Does the function end with exec? */
extern int ends_with_exec (struct statement const *body) ;
/* exec >FILE, exec {log}> >(logger -t x): not a program: all later output goes there. */
extern int redirects_everything (struct statement const *statement) ;
extern void script_waits (struct analysis *a, uint32_t line) ; /* from this line on, the script waits for its services */
extern void waits_for_success (struct analysis *a, uint32_t line) ; /* the same of a command whose failure ends the script where set -e is in force */
extern void note_errexit (struct analysis *a, int sets) ; /* as statement_sets_errexit() says; in a branch that may not be taken, set +e takes nothing back */

/* ---- cmdcall.c ---- */
/* "$@", "cmd_$1": if CMD makes a function's name of it, the statement gets the words of that call. Its text stays. */
extern void take_function_by_cmd (struct analysis *a, struct statement *statement) ;
extern void take_executed (struct analysis *a, struct statement *statement) ; /* if [ "${BASH_SOURCE[0]}" = "$0" ], without an else: only its body counts */

/* ---- kill.c ---- */
/* Its signal without SIG, TERM if none is named; "": not known. *first: the word of the first pid. */
extern char const *kill_signal (struct statement const *kill, unsigned int *first) ;
extern int kill_only_tells (struct statement const *statement) ; /* kill -HUP $WEB, pkill -USR1 web: a signal at which a server goes on, as a rule */
extern int is_ending_signal (char const *signal) ; /* others, as HUP, may only tell something */
extern statement_visit asks_whether_alive ; /* kill -0 $PID */
extern statement_visit sends_signal ; /* kill, pkill, killall, but not that */

/* ---- parameter.c ---- */
struct parts /* task_${1}_now */
{
  char const *before ;
  char const *parameter ; /* with its $ */
  char const *after ;
} ;
extern int split_parameter (struct pool *pool, char const *raw, struct parts *parts) ; /* 0: another form, or only the parameter */
extern char const *asked_function (struct statement const *statement) ; /* declare -f "$1": the word; 0: it asks something else */
extern char const *asked_type (struct pool *pool, char const *raw) ; /* "$(type -t "$1")": the word; 0: it asks something else */
/* Of a test. right is 0 if its value is not known, for example a pattern. Returns -1 if the result is not known. */
extern int compare_words (struct pool *pool, char const *left, char const *operator, char const *right, char const *raw) ;

/* ---- exclude.c ---- */
/* A branch that the script may take: a question, and which of its answers. Of two branches of one question it takes only one. */
extern char const *place_of (struct pool *pool, char const *question, unsigned int answer) ;
/* Does a container only ever run one of the two? */
extern int are_exclusive (struct analysis *a, struct service const *one, struct service const *other) ;
extern void place_piece (struct analysis *a, struct piece *piece) ; /* it is where the walk is */
extern struct service place_here (struct analysis *a) ; /* the branches that are being walked, for are_exclusive() */
extern int is_excluded_here (struct analysis *a, struct service const *service) ; /* may it not run where the walk is? */
extern int is_beside_here (struct analysis *a, struct service const *service) ; /* is it in the background where the walk is? Another branch may have started it */
extern void settle_exclusive (struct analysis *a) ; /* none depends on one that excludes it */

/* ---- outlinks.c ---- */
/* Is the file a link to /dev/stdout or the like, by a RUN of the image or by the script? */
extern int is_link_to_output (struct analysis *a, struct word const *word) ;

/* ---- starts.c ---- */
/* Does the statement start, wait for, or become a long-running process? */
extern int starts_something (struct analysis *a, struct statement *statement) ;
extern int any_starts (struct analysis *a, struct statement *list) ; /* does one of them? */
extern int any_starts_but_waits (struct analysis *a, struct statement *list) ; /* the same, where `wait` is no start */
extern int code_leaves (struct analysis *a, struct statement const *statement, struct launch const *launch) ; /* does `su -c CODE`, or `sh -c CODE`, leave a process in the background? */
extern int code_may_leave (struct analysis *a, struct statement const *statement, struct launch const *launch) ; /* the same, or it may: a variable or its configuration says so */
/* `app start`, if the script also has `app stop`: it leaves a process in the background */
extern int starts_by_word (struct analysis *a, struct statement const *statement, struct launch const *launch) ;
extern int waits_for_none (struct analysis *a, struct statement const *statement) ; /* server; wait: nothing is in the background where the walk is */
/* server; RC=$?; upload; exit $RC: does the script keep how the statement ahead has ended, and end with that? */
extern int ends_with_kept_status (struct analysis *a, struct frame const *frame) ;
extern int ends_with_round (struct analysis *a, struct statement *loop, struct frame const *frame) ; /* while ...; do work; rc=$?; done; exit $rc: is that all that is behind the loop? */
/* Does it only end what runs, or ask, or print? *ends: it sends a signal, and has not waited ahead of that; *waits: it waits. Neither becomes 0. */
extern int only_ends_running (struct analysis *a, struct statement *statement, int *ends, int *waits) ;
/* Do only messages and an exit follow? */
extern int is_last (struct analysis *a, struct frame const *frame) ;
extern int serves_ahead_of_nothing (struct analysis *a, struct statement *statement, struct frame const *frame) ; /* if or case, with a server in it by its words */
extern int ran_nothing_behind (struct analysis *a, struct frame const *frame) ; /* only a last exec "$@" follows, and CMD gives it no words */
extern int starts_later (struct analysis *a, struct frame const *frame) ;
extern int ends_in_program (struct analysis *a, struct frame const *behind) ; /* kill $DB; wait $DB; ./web: what was started until there only prepared that */
extern struct statement *temporary_end (struct analysis *a, struct statement *first) ;
extern int code_stops_all (struct analysis *a, struct source *code, struct statement *list) ; /* sh -c "start; seed; stop": is all that it starts stopped in it? */
/* All statements from `first` to `end` as one, with the same text */
extern struct statement *temporary_part (struct analysis *a, struct statement *first, struct statement *end) ;

/* ---- families.c ---- */
extern char const *family_of (char const *name) ; /* all names of the daemon; 0: it is not known. The same pointer for each of them */
extern int is_family_client (char const *name) ; /* a name of a daemon that is a client of it as well: docker compose up, mysql -e */
extern int mentions_family (struct pool *pool, char const *text, char const *name) ; /* is one of the words in the text such a name? */

/* ---- stops.c: servers that are only started to be prepared ---- */
/* The last statement of a server that `first` starts, and that is stopped before another one
   starts; 0: it is not. */
extern struct statement *stopped_at (struct analysis *a, struct statement *first) ;
extern struct statement *behind_stop (struct analysis *a, struct statement *stop) ; /* the last of what waits there until that has ended; the stop itself: nothing does */
extern int trap_taken_off (struct statement const *trap) ; /* by a trap - EXIT behind it in its list */
extern void add_stopped (struct analysis *a, struct statement *statement, char const *text, struct texts *names) ; /* the services that the command stops; `text`: its own */
/* mongod --shutdown, redis-cli shutdown || true, service cron stop: does it nothing but stop services of this script? */
extern int only_stops_services (struct analysis *a, struct statement *statement) ;

/* ---- deednames.c: what names say ---- */
extern int says_task (char const *name) ; /* configure-db.sh: by its name it prepares something, and ends */
extern int may_be_task (char const *name) ; /* db-update.sh: the same, by less certain words */
extern int names_deed (char const *program) ; /* configure-server, wait-for-server: a verb, and what it is done to */
extern int names_going_on (char const *program) ; /* does one of its words say so: import-worker, sync_loop? */
extern int names_what_stays (char const *program, int is_own) ; /* queue-worker, or, if it is a program of the project, broker: what serves or works for ever, and no work that ends */
extern int names_daemon (char const *program) ; /* lldpd: called like a daemon, and no work */
extern int names_nothing (char const *program) ; /* app.py, x: what it does is not in its name */

/* ---- pipelines.c ---- */
extern int ends_in_client (struct analysis *a, struct statement *statement) ; /* gunzip -c F | psql: a pipeline that ends with its input; of one that starts nothing */
extern int ends_with_input (struct analysis *a, struct statement *statement) ; /* ls | xargs chown app, echo X | mysql: also in the background */

/* ---- sides.c: what a command is for ---- */
extern int says_stop (struct statement const *statement) ; /* by a word: apachectl stop, nginx -s quit */
extern int is_called_stop (char const *command) ; /* stop-all.sh, mysql_stop */
extern int is_short (char const *program) ; /* one that ends by itself, and is no container's purpose */
extern int is_plain_command (struct statement const *statement) ; /* a command that a script may end with */
extern int is_server (struct analysis *a, struct statement const *statement) ; /* the same, if the program does not end by itself */
extern int sends_input (char const *name, char const *const *argv) ; /* nc HOST PORT, telnet HOST PORT: it ends with its input, or with the connection */
extern int is_task_program (char const *program) ; /* one that ends by itself, also in the background */
extern int says_server (struct statement const *statement) ; /* do the words of an unknown program say it: --port 80, start? */
extern int says_listen (struct statement const *statement) ; /* those that no client has: --listen :80, --bind 0.0.0.0 */
extern int names_server (struct statement const *statement, unsigned int first) ; /* my-server, node server.js, app serve: the program says it, or the word behind it */
extern int is_known_server (struct analysis *a, struct statement *statement) ; /* a program that is known to serve */
extern int leaves_by_itself (struct analysis *a, struct statement const *statement, int surely) ; /* a command in the foreground, which puts itself into the background: redis-server --daemonize yes; surely: whatever its configuration says */
extern int serves_surely (struct analysis *a, struct statement *statement) ; /* the same, or a command that says so by its words */
/* The first command of A && B || C, { A; B; } that is known to serve, and stays in the foreground; 0: none is. */
extern struct statement *staying_part (struct analysis *a, struct statement *statement) ;
extern int surely_ends (struct analysis *a, struct statement *statement) ; /* whatever it is made of */
/* Does nothing tell that it goes on? `name`: of its service. */
extern int may_end_soon (struct analysis *a, struct statement *statement, unsigned int first, char const *name) ;
/* bin/server.sh start, ctl -v start, app gateway start --port 80, app gateway restart: what nobody knows is told to start
   something. Not npm start, monitor start.py, notify start. */
extern int says_start (struct analysis *a, struct statement const *statement) ;
extern int says_serve (struct statement const *statement, unsigned int first) ; /* by its name, or a word behind it; `first`: its program's word */
extern char const *left_behind (struct analysis *a, struct statement *statement, int last_stays) ; /* what the code of sh -c leaves in the background, or, unless its last command has to stay, with that; "": nothing */
extern char const *left_in (struct analysis *a, struct source *code, struct statement *list) ; /* what these statements of `code` leave in the background; "": nothing */
extern int only_checks (struct analysis *a, struct statement const *statement) ; /* nginx -t: a daemon's program, which ends */

/* ---- inside.c ---- */
extern struct statement *last_command (struct statement *list) ; /* with which the list ends, in the foreground; 0: it ends with another statement */
/* The command with which su -c CODE, sh -c CODE or docker-entrypoint.sh COMMAND end, or the call of a function that executes its words; the statement itself if it is none of these. Its ranges are
   not those of a->source. */
extern struct statement *command_inside (struct analysis *a, struct statement *statement) ;

/* ---- answers.c ---- */
extern int only_answers (char const *program) ; /* beside those that is_question() knows */
extern int says_that_it_asks (char const *text) ; /* by a word in it */
extern int runs_code (struct statement const *statement, unsigned int first) ; /* python -c CODE */
extern int is_question (struct statement const *statement) ; /* the left side of [ -n "$X" ] && start & */
extern void add_work_in_words (struct pool *pool, char const *text, struct texts *programs) ; /* those in $( ), ` ` and <( ) that do more than answer */

/* ---- lostwork.c ---- */
extern int does_something (struct statement *statement, void *data) ; /* a command that not only answers; data: the analysis; for statement_walk() */
extern int does_lasting_work (struct analysis *a, struct statement *statement) ; /* for more than itself, or the container that ends */
/* A TODO for work that was done `when` something had failed, and is not any more. */
extern void mark_lost_when (struct analysis *a, char const *when, struct statement *other, struct claim *claim) ;
extern void mark_lost_work (struct analysis *a, struct statement *start, struct statement *other, struct claim *claim) ; /* when `start` had failed */

/* ---- controllers.c ---- */
/* supervisorctl start X, where no supervisord is started here: a TODO, in the file of `service` (0: the setup's), or,
   if is_placed is 0, where the claim goes in the end. */
extern void mark_started_elsewhere (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim, int is_placed) ;

/* ---- caseend.c ---- */
enum case_end { CASE_ENDS, CASE_FALLS, CASE_GOES_ON } ; /* ;; - ;& into the next branch - ;;& to the patterns of those after it */
extern enum case_end case_end (struct analysis *a, struct branch const *branch) ;
extern int case_falls (struct analysis *a, struct statement const *statement) ; /* does a branch end in ;& or ;;&? Then several may be taken */

/* ---- inround.c ---- */
extern void add_known (struct analysis *a, char const *name, char const *value, char const *constant) ; /* 0: not known */
extern void forget_values (struct analysis *a, char const *names) ; /* something else gives them others */
extern void know_round (struct analysis *a, char const *name, char const *value) ; /* of a loop's variable */
extern void know_words (struct analysis *a, struct statement const *call) ; /* $1, $2, ... of the function, if the call's words are known */
extern void shift_words (struct analysis *a, struct statement const *statement) ; /* shift, or what else changes them, in the function */
extern void forget_words (struct analysis *a, struct known *ahead) ; /* behind the call: what was known ahead of it, but for the values that its words gave */

/* ---- dispatch.c ---- */
/* Who decides which branch is taken: the image's CMD, or the value that a loop's variable has in this round? *taken is the
   branch then, 0 for none. */
enum decided { NOT_DECIDED, BY_CMD, BY_ROUND } ;
extern enum decided decide_branch (struct analysis *a, struct statement const *statement, struct branch const **taken) ;
extern int decide_by_cmd (struct analysis *a, struct statement const *condition) ; /* the same of CMD */
extern int decide_in_round (struct analysis *a, struct statement const *condition) ; /* does the round of a loop, or a call, decide it? 1, 0, or -1: it does not */
extern int decide_where (struct analysis *a, char const *test, char const *name, char const *value) ; /* the text of a test, where a variable has that value: 1, 0; -1: not known */
extern void drop_branch (struct analysis *a, struct branch const *branch) ; /* a branch that is not taken */
extern int replaces_arguments (struct analysis *a, struct statement const *statement) ; /* set -- WORDS, without "$@" in them */
extern void note_arguments_set (struct analysis *a, struct statement const *statement) ; /* set --, shift */
extern char const *const *arguments_of (struct analysis *a, struct statement const *statement, unsigned int first) ; /* the words from `first` on, ended by 0, as the script's arguments; 0: not known */
extern int holds_for_root (struct analysis *a, char const *text) ; /* does the condition hold by CMD, where the script runs as root? */
extern int is_image_command (struct analysis *a, struct statement const *statement) ; /* exec "$@" */
extern int runs_nothing (struct analysis *a, struct statement const *statement) ; /* exec "$@", and nothing is left of the arguments */
extern void note_value (struct analysis *a, struct statement const *statement) ; /* an assignment */


/* ---- arguments.c: what changes the script's arguments, among others ---- */
/* if numactl true; then set -- numactl "$@"; fi: may each run repeat it, though its conditions execute programs? *only_asks: they do nothing but ask. */
extern int asks_ahead_of_arguments (struct analysis *a, struct statement *statement, int *only_asks) ;
/* A TODO where a statement of the setup, or of a task, changes the arguments for others. */
extern void mark_arguments (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ;

/* ---- preparing.c ---- */
extern int is_for_next (struct analysis *a) ; /* is what is pending only for what starts next? */

/* ---- remarks.c: comments, and statements that wait for where they go ---- */
extern struct held *hold_statement (struct analysis *a, struct held **list, struct statement *statement) ;
extern void hold_remark (struct analysis *a, struct statement *comment) ;
extern void hold_remarks (struct analysis *a, struct statement *comments) ;
/* Drops the comments right above a statement that is dropped. */
extern void drop_start_message (struct analysis *a, struct statement *statement) ; /* echo Starting */
extern void drop_remarks (struct analysis *a, struct statement const *statement) ;
extern struct claim *drop_statement (struct analysis *a, struct statement *statement, char const *why) ;
/* Other comments go to the file of the next statement. */
extern void remarks_to_piece (struct analysis *a, struct piece *piece, struct statement const *statement) ; /* those right above the statement */
extern void remarks_to_service (struct analysis *a, struct service *service) ;
extern void remarks_to_setup (struct analysis *a) ;
extern void remarks_to_list (struct analysis *a, struct held **list) ;
extern void remarks_under_next (struct held *first) ; /* in a list: they are in the branch of what comes next */

/* ---- names.c ---- */
extern char const *name_of (struct analysis *a, struct statement *statement) ; /* of the service that the statement would become */
/* A TODO for a command whose program is not named: eval, or a variable; 0: it is. */
#define OF_CMD "is the image's CMD, which is not known: give --dockerfile; or write it here, and take it out of the Dockerfile"
extern char const *told_at_start (struct analysis *a, struct statement *statement) ;
extern char const *distinct_name (struct analysis *a, char const *name, struct statement *statement) ;
extern int is_main_command (struct analysis *a, struct statement *statement) ; /* a command that can name what it is a part of */

/* ---- held.c ---- */
extern char const *code_substituted (struct pool *pool, char const *raw) ; /* of $(...), `...`; 0: another form */
extern int walk_substituted (struct analysis *a, char const *text, statement_visit *visit, void *data) ; /* the statements of each $(...) and `...` in the text; as statement_walk() */
extern char const *held_by (struct analysis *a, char const *raw) ; /* what the word holds, if the script, or its default, says so; 0: only the start tells */
extern int held_is_told (struct analysis *a, char const *raw, int *by_arguments) ; /* does a value that the script sets say the program? Then run has that, too. *by_arguments: it is one of the script's arguments */

/* ---- around.c ---- */
extern char const *folder_of_start (struct analysis *a, struct statement *statement) ; /* the telling folder of the directory in which it starts; 0: nobody knows one */
extern char const *name_of_pid (struct analysis *a, struct statement const *next) ; /* WEB_PID=$!, behind the start: web; 0: nothing is behind it that tells */

/* ---- tasknames.c ---- */
extern char const *name_of_code (struct analysis *a, char const *code) ; /* of what shell code starts; service: nobody knows */
extern char const *task_name (struct analysis *a, struct statement *statement) ;
extern char const *open_task_name (struct analysis *a, struct statement *first) ; /* of a task that begins with it: echo and chmod give way to a verb of the project behind them */

/* ---- readable.c ---- */
/* svc-$s in a loop over known values, or $(which nginx): svc-orders, nginx. */
extern char const *readable_name (struct analysis *a, char const *name) ;

/* ---- again.c: a script that starts itself again as another user ---- */
extern unsigned int other_words (struct analysis *a, struct statement const *statement, struct launch const *launch) ; /* exec "$0" serve: the word behind the script's name; 0: it has only the script's own arguments, or is another program */
extern char const *other_words_in_code (struct analysis *a, struct launch const *launch) ; /* su USER -c "$0 serve": the same, where the script's name stands in that word; 0: it does not */
extern void note_again (struct analysis *a, struct statement *statement, struct launch const *launch) ; /* the statement did that, which is dropped */
extern int starts_itself (struct analysis *a, struct statement *statement, struct launch const *launch) ; /* 1: the statement did that */
extern void mark_again (struct analysis *a, struct statement *statement, struct claim *claim) ; /* a TODO where the setup does it without exec */
extern void settle_user (struct analysis *a) ; /* at the end: who runs as that user */

/* ---- asroot.c ---- */
extern int asks_for_root (struct analysis *a, char const *text) ; /* [ "$(id -u)" = 0 ], or a function or a variable that has that */
/* What the branch that is being walked asks beside that, and beside the arguments and the number of `user`; 0: nothing. */
extern char const *asked_beside_root (struct analysis *a, char const *user) ;

/* ---- sourced.c ---- */
extern char const *sourced_function (struct analysis *a, char const *name) ; /* FILE, line N, of a file that the script reads; 0: none that could be read has it */
extern char const *sourced_start (struct analysis *a, char const *name) ; /* the same, if the function starts something */
extern int is_script_here (struct analysis *a, struct statement const *statement) ; /* does it execute a script of the build context? */
extern char const *left_by_script (struct analysis *a, struct statement const *statement) ; /* what a script of the build context that it executes leaves in the background; "": nothing, or not known */
extern int script_ends (struct analysis *a, struct statement const *statement) ; /* does it execute a script of the build context that surely ends? */
extern char const *sourced_text (struct analysis *a, struct statement const *statement) ; /* . FILE: what is in the file; 0: it is not known */
extern int add_sourced_function (struct statement *statement, void *data) ; /* to the analysis in `data`; for statement_walk() */
extern int sourced_sets_nothing (struct analysis *a, struct statement const *statement) ; /* . FILE: is it known that nothing behind it needs what the file sets? */
extern int sourced_only_works (struct analysis *a, struct statement const *statement) ; /* the same, and it does something that no service may repeat */
extern char const *sourced_work (struct analysis *a, struct statement *statement) ; /* the TODO where several read a file that does more than set variables; 0: none is known to */
extern int sourced_may_work (struct analysis *a, struct statement const *statement, char const *text) ; /* . FILE: does the file do more than set variables, or define functions? By its text, else by the names in `text` */
extern void settle_sourced (struct analysis *a) ; /* at the end: marks what such a file starts while it is read */

/* ---- context.c: what applies to everything behind it ---- */
extern int exports_computed (struct statement *statement, void *data) ; /* export "$name=$value" */
extern int exports_in_calls (struct analysis *a, struct statement *statement) ; /* the same, or eval "export $name", in a function that a loop, a condition or an && calls */
extern int add_context (struct analysis *a, struct statement *statement) ; /* 1: it was that */
extern int executes_variable (struct statement *statement, void *data) ; /* eval "$HOOK"; for statement_walk() */
/* cd /app && migrate: notes `cd` for all later statements. Returns the rest; the statement
   itself if nothing is left to do; 0 if it has another form. */
extern struct statement *moved_work (struct analysis *a, struct statement *statement) ;
extern struct statement *without_first (struct analysis *a, struct statement const *statement, struct statement *first) ; /* A && B && C without A; first: A */

/* ---- redirections.c ---- */
extern int is_made_fifo (struct analysis const *a, char const *path) ; /* by mkfifo in the script */
extern int leaves_redirections (struct statement const *statement) ; /* does what comes later write elsewhere? */
/* mkdir /log; exec >/log/all, in a function or a branch that is setup or a task (`service`; 0: setup):
   what it redirects is each later service's, too, or a TODO. */
extern void keep_redirections (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ;
/* The statement's text for each service: what emptied a file appends to it. Adds the files that it
   emptied, and the programs that receive the output. */
extern char const *appending_text (struct analysis *a, struct statement *statement, struct texts *files, struct texts *loggers) ;

/* ---- defines.c ---- */
extern statement_visit add_declared ; /* a function, or the pid of an interruptible pause, is noted */
extern int has_own_shell (struct analysis *a, struct statement const *statement) ; /* ( ), &, |: what it sets reaches nobody else */
extern char const *names_defined (struct analysis *a, struct statement *statement) ; /* " A B " */
extern char const *names_called (struct analysis *a, struct statement *body) ; /* the same for a function's body, without its local names */
extern int is_exported (struct analysis *a, char const *name) ; /* although its own statement does not say so */
extern void exported_names (struct pool *pool, char const *text, struct texts *names) ; /* adds those that a script exports */

/* ---- repeatable.c ---- */
extern int writes_files (struct statement const *statement) ; /* by its redirections */
extern int evaluates_nothing (struct statement const *statement) ; /* of eval: what it evaluates goes to a file */
/* Does it only use builtins of the shell, so that each service can repeat it? */
extern int is_repeatable (struct analysis *a, struct statement *statement) ;
extern int asks_variable (char const *text, char const *name) ; /* $NAME, ${NAME...}, ((NAME + 1)) */
extern char const *evaluated_names (struct statement const *statement) ; /* eval "$(ssh-agent)", export $(dbus-launch): what these set, and leave a daemon for; "": another statement */
extern int may_be_dash (struct analysis *a) ; /* the shell of the script: it knows no `wait -n`, and reads X &>FILE as X & >FILE */
extern int fails_in_dash (struct analysis *a, char const *text) ; /* [ "$A" == x ], where sh may be dash: the test fails always */
extern char const *plain_redirect (struct analysis *a, struct redirect const *redirect) ; /* &>FILE, >&FILE as each shell reads it; another one as it is */
extern char const *plain_command (struct analysis *a, char const *command) ; /* a command with such redirections in code for sh: sh -c 'worker &>FILE' */
extern int does_what_it_reads (struct statement *statement, void *data) ; /* influx <SCRIPT, psql -f FILE, mysql -e 'CREATE ...': does a client something when it succeeds? data: the analysis */
extern int has_own_answer (char const *text) ; /* the same, as several may compute it: date and the like, too */
extern int is_another_each_time (char const *text) ; /* does its value hang on chance, the time, or the shell's own pid? */
extern int is_harmless_again (char const *command) ; /* a builtin or a program that such a statement may use */
extern int is_harmless_builtin (char const *command) ; /* a builtin of these */
/* Does it change directory, umask or limits for later statements? A task before it was elsewhere. */
extern int comes_back (struct statement const *statement) ; /* cd X && work && cd .. */
extern int changes_place (struct statement const *statement) ;
extern int moves_shell (struct statement *statement, void *data) ; /* cd, umask, ulimit by itself; for statement_walk() */
extern int reads_file (struct statement *statement, void *data) ; /* . FILE, source FILE; for statement_walk() */
/* A TODO where a statement of the setup, or of a task, changes the directory, unsets a variable or reads a file with variables for others. */
extern void mark_move (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ;
/* A TODO where a statement of the setup, or of a task, sets a trap that the services would need. */
extern void mark_traps (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ;

/* ---- blocks.c ---- */
extern int block_works (struct analysis *a, struct statement *statement) ; /* if, for, &&: does a command in it do what may not be done twice? */

/* ---- environment.c ---- */
extern int sets_up_shell (struct statement const *statement) ; /* conda activate ml: for all that comes later */
extern int evaluates_hook (struct statement const *statement, char const *text) ; /* eval "$(conda shell.bash hook)" */

/* ---- inwords.c ---- */
extern void mark_started_in_words (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ; /* a TODO for a daemon that they start */

/* ---- keptstatus.c ---- */
/* The variable that keeps how what is ahead has ended: RC=$?, RC=${PIPESTATUS[0]}; 0: another statement. */
extern char const *status_kept (struct analysis *a, struct statement const *statement) ;
extern int asks_status_of_round (struct analysis *a, struct statement *loop, char const *text) ; /* does the text ask for what a round of the loop keeps of that? */

/* ---- neededlater.c ---- */
/* Does what is started behind it read the variable, or another variable that is set there? */
extern int is_needed_later (struct analysis *a, struct frame const *frame, char const *name) ;

/* ---- unknown.c ---- */
/* A TODO for eval "$HOOK", export $(agent), load_settings of a sourced file. service 0: the setup */
extern void mark_unknown (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ;
extern void note_unknown_code (struct analysis *a, struct statement *statement, struct claim *claim) ; /* the same where the file is not decided yet */

/* ---- childtrap.c ---- */
struct child_trap /* what it did when a child had ended */
{
  int ends ; /* it ended all */
  int asks ; /* it asked whether some run */
  int starts ; /* it started something, perhaps again */
  int works ;
} ;
extern int has_signal (struct pool *pool, char const *signals, char const *name) ; /* " SIGTERM INT ", by name or number? */
/* Is the trap for the end? HUP and USR1 are not, nor are other signals if there is a trap for TERM and the like. */
extern int is_for_the_end (struct analysis *a, struct trap const *trap) ;
extern int ends_with_script (struct trap const *trap) ; /* of EXIT, perhaps among others */
extern int is_child_trap (struct trap const *trap) ; /* of CHLD, perhaps among others */
extern struct child_trap child_trap (struct analysis *a, struct trap const *trap) ;
extern uint32_t no_trap_until (struct analysis *a) ; /* the line of a command in the foreground in which the script stays: a trap runs only when that has ended; 0: it stays in none */
extern int ends_with_child (struct analysis *a, int *asks) ; /* does a trap of CHLD, set so far, end the script? asks: perhaps only for some */

/* ---- pids.c ---- */
extern char const *written_file (struct statement const *statement) ; /* echo $! 2>/dev/null >FILE: where its output goes, raw; "": to no file */
extern int takes_pid (struct analysis *a, struct statement *statement) ; /* P=$!: notes and claims it */
extern unsigned int pid_taken_at (struct analysis *a, char const *name, unsigned int npieces) ; /* behind how many of the first pieces the variable got the pid that it holds, and one more; 0: it holds none */
/* Adds the names of all services that a word means: "$PID", "${pids[@]}", $!, %1. */
extern void services_of_pid (struct analysis *a, char const *raw, struct texts *names) ;
/* jobs.c. %1: the first that was started in the background; %% %+ %: the last; %-: the one before that;
   %name: the one whose command begins so; %?text: has that in it. Several where branches decide. */
extern void services_of_job (struct analysis *a, char const *job, struct texts *names) ;
extern int has_job_control (struct analysis *a) ; /* set -m: else fg fails */
extern unsigned int followed_pid (struct statement const *statement) ; /* tail --pid=PID -f LOG, which waits for it: the index of the word that is, or ends with, the pid; 0: another command */
extern void one_of_pids (struct analysis *a, char const *text, struct texts *names) ; /* if X; then worker & P=$!; fi: adds those of which the text means one, as a branch decided */
extern int is_idle_pid (struct analysis *a, char const *raw) ; /* of a process that only keeps the container alive */
/* From now on, `name` holds the pids of these services. */
extern int empties_pid (struct analysis *a, struct statement const *statement) ; /* PID="" */
extern void alias_pid (struct analysis *a, char const *name, struct texts const *services) ;
extern void alias_loop (struct analysis *a, struct statement const *loop) ; /* for pid in "${pids[@]}" */
extern void settle_pids (struct analysis *a) ; /* marks statements that still ask for a pid, or for processes by name */
extern char const *lost_pid (struct analysis *a, char const *name, char const *text) ; /* a TODO for a text that asks for the variable: whose pid it was; 0: of none */

/* ---- pidfiles.c ---- */
extern char const *pidfile_read (struct analysis *a, char const *text) ; /* the file, if the text begins with $(cat FILE) or the like; 0: it does not */
extern int reads_pid_of (struct analysis *a, struct service const *service, char const *text) ; /* somewhere $(cat FILE), which is among the service's words? */

/* ---- foundpids.c ---- */
extern int takes_found_pid (struct analysis *a, struct statement *statement) ; /* P=$(pgrep web), P=$(cat /run/web.pid), perhaps in branches: notes and claims it */
extern void note_found_pids (struct analysis *a, struct statement *loop) ; /* those that a loop looks up */
extern void alias_found (struct analysis *a, struct statement const *set) ; /* alias_pid() for pid=$(pidof web) */

/* ---- lookedfor.c ---- */
#define GREPS "grep egrep fgrep"
extern int is_grep (struct statement const *statement) ;
extern int selects_others (struct pool *pool, struct statement const *grep) ; /* grep -v */
extern struct texts looked_for (struct pool *pool, struct statement const *statement) ; /* by grep (also by grep -v), pgrep or pidof; a word that is not known is raw */

/* The names of the processes that statements ask for: ps aux | grep [N]AME, pgrep -f NAME; values are set if they are known. */
struct process_names
{
  struct analysis *a ;
  struct texts names ;
} ;
extern statement_visit add_process_names ;

/* ---- counted.c ---- */
/* [ $(pgrep -c web) -ge 2 ], [ -n "$(pidof web)" ]: 1: the test holds as soon as enough processes run; 0: it holds
   while they do not; -1: it asks for something else. */
extern int asks_for_enough (struct pool *pool, char const *test) ;
extern int asks_for_answer (struct pool *pool, char const *test) ; /* the same of [ "$(service db status)" = started ], [ $(curl ...) != 200 ] */

/* ---- waitloop.c ---- */
extern char const *loop_probe (struct analysis *a, struct statement *statement) ; /* the command that succeeds when the loop may end; 0: it asks nothing */
extern char const *end_probe (struct analysis *a, struct statement *statement) ; /* the same of a loop that waits until what it asks is gone */
extern int asks_whether_gone (struct analysis *a, char const *question) ; /* ! kill -0 $P, [ -z "$(pidof x)" ]: does it hold when that has ended? */
/* Does the loop, or the function that is called, only wait until something has ended? */
extern int waits_for_end (struct analysis *a, struct statement *statement) ;
/* ( until pg_isready; do sleep 1; done; migrate ) & : a task that depends on it. */
extern int is_waiting_task (struct analysis *a, struct statement *statement) ;
/* The part of a condition that asks a service, in the form that succeeds when it is ready; 0: none. */
extern char const *extract_probe (struct analysis *a, struct statement *condition, int negate) ;

/* ---- numbers.c ---- */
extern unsigned long duration_ms (char const *text) ; /* 30, 0.5, 2m, as in sleep; 0: another form */

/* ---- limits.c ---- */
/* The limit of a loop in ms; 0: none, or not known. `text`: of the loop, perhaps with the lines before it.
   *is_unknown: it has a limit, but nothing says how long that is. */
extern unsigned long wait_limit (struct analysis *a, struct statement const *statement, char const *text, int *is_unknown) ;
extern int gives_up (struct analysis *a, struct statement *list) ; /* does one of them exit for another reason than that a process has died? */
extern int gives_up_by (struct analysis *a, struct statement *list, statement_visit *visit) ; /* the same, where visit() finds that end */
extern char const *end_if_dead (struct analysis *a, struct statement *list, char const *end) ; /* its exit (or return: `end`), raw, where one of them looks whether a process has died; 0: none does */
extern int asks_process (struct statement *statement, void *data) ; /* kill -0 $PID, ps -p $PID, pgrep nginx, [ -d /proc/$PID ]; for statement_walk() */
extern int may_end (struct analysis *a, struct statement *statement) ; /* does it exit, or a function that it calls? */
extern int may_end_script (struct analysis *a, struct statement *list) ; /* does one of them? */
extern int only_ends (struct analysis *a, struct statement *list, int with_values) ; /* echo ended; kill "$A"; wait "$A"; exit 1; with_values: also code=$? */

/* ---- failing.c ---- */
extern int has_pipefail (struct analysis const *a) ; /* else the status of a pipeline is that of its last program */
extern int failing_ends_script (struct analysis *a, struct statement *statement, int errexit) ; /* perhaps by an exit in it */

/* ---- loopend.c ---- */
extern int breaks_out (struct statement const *statement, unsigned int inside) ; /* does it leave the loop around it by break? `inside`: from so many further loops, each of which a break leaves first */
extern int loop_breaks (struct statement const *loop) ; /* is it left by break? That of a loop inside leaves only that */
/* How a loop in the background, which stays a loop, can end for good, raw; 0: it does not, as far as is known. */
extern char const *loop_end (struct analysis *a, struct statement *statement) ;
extern int loop_ends_badly (struct statement *statement) ; /* does it end with a code other than 0? */

/* ---- isprobe.c ---- */
#define EVENT_PROGRAMS "inotifywait inotifywatch fswatch entr watchmedo"
extern int waits_for_event (char const *text) ; /* inotifywait and the like */
extern int is_probe (char const *condition) ;
extern int asks_for_life (struct statement const *statement) ; /* pg_isready, mysqladmin ping: it only asks */
extern int asks_status_of_service (struct statement const *statement) ; /* service nginx status, supervisorctl status db */

/* ---- probe.c: whom does a condition ask? ---- */
/* 0: no service of this script. *certain becomes 0 if only the order says which one. */
extern struct service *probed_service (struct analysis *a, char const *condition, int *certain) ;
/* Does the text run a program that talks to the service? */
extern int is_client_of (struct service const *service, char const *text) ;
extern int has_known_clients (struct service const *service) ; /* is it a program whose own clients are known? */
extern int has_been_used (struct service const *service) ; /* a task came between its start and what comes now */

/* ---- elsewhere.c ---- */
/* The same; also 0 if the condition asks another host (without certainty also one in a variable), or the service reads a FIFO
   that nobody writes to yet. */
extern struct service *asked_service (struct analysis *a, char const *condition, int *certain) ;

/* ---- values.c ---- */
/* From here on, `text` sets $1, ... or a loop's variable, inside of `outer`. */
extern void place_values (struct analysis *a, struct placed const *outer, char const *text) ;
/* A word of the list that is just $name has this value, for names and tables; 0: it is not known any
   more. The text is not changed. */
extern void set_values (struct analysis *a, struct statement *list, char const *name, char const *value) ;
/* The same of several plain words: an unquoted $name becomes these, or, of an array, "${name[@]}". */
extern void spread_values (struct analysis *a, struct statement *list, char const *name, char const *values, int is_array) ;

#endif
