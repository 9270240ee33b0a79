/* The walk through a script. Only walk.c walks the statements inside others. It calls the other
   files, which do the work before and after each part. They do not call it. */

#ifndef REEVE_MIGRATE_WALK_H
#define REEVE_MIGRATE_WALK_H

#include "migrate/facts/analysis.h"

/* ---- walk.c ---- */
extern void walk_script (struct analysis *a, struct statement *first, struct frame *behind) ; /* `behind`: what follows; 0: nothing */

/* ---- askswords.c ---- */
extern int asks_positional (struct analysis *a, struct statement *first) ; /* do the statements from `first` on, the whole script's, look at its arguments? */

/* ---- emptybodies.c ---- */
extern void fill_empty_bodies (struct analysis *a, struct statement *first) ; /* changes the source: then # nothing; with a mistake that says so */
extern void spell_out_fed_code (struct analysis *a, struct statement *first) ; /* fedcode.c: code that a shell reads from its input becomes that of -c, where it starts something */

/* ---- anew.c ---- */
extern void spell_out_own_name (struct analysis *a, struct statement *first) ; /* changes the source: "$0" serve becomes /start.sh serve */
extern int begins_anew (struct analysis *a, struct statement *statement, struct launch const *launch) ; /* exec "$0" serve, to which CMD leads: 1 if the script is to be read once more */
extern int ends_anew (struct analysis *a, struct statement *statement, struct frame const *frame) ; /* the same of "$0" serve; exit */
extern struct statement *read_anew (struct analysis *a, struct analysis const *was, struct plan const *was_planned, uint32_t nclaims, struct statement *first) ; /* what was known before the first reading; returns the script's first statement */

/* ---- namedcalls.c ---- */
extern void spell_out_calls (struct analysis *a, struct statement *first) ; /* changes the source: "start_$ROLE" becomes a case */

/* ---- endcalls.c ---- */
extern struct text const *spell_out_ends (struct analysis *a, struct statement *first) ; /* changes the source: shutdown, which ends all, becomes exit 1; returns the names of the functions */

/* ---- failbranch.c ---- */
extern void drop_ends_ahead_of_exits (struct analysis *a, struct statement *first) ; /* changes the source: || { kill $DB; wait; exit 3; } becomes the exit alone */

/* ---- interpreter.c ---- */
/* Sets plan->shell, or plan->refused if the input is no shell script. */
extern void interpreter_choose (struct plan *plan) ;
extern void interpreter_of_code (struct plan *plan, struct source const *code) ; /* bash, where what is ahead of the input needs that */
extern void interpreter_claim (struct analysis *a, struct statement *first) ; /* the line with #! */

/* ---- commands.c: single commands ---- */
/* trap, wait, exec, sleep, ...: returns 1 if the command was one of these, which have no statements inside. */
extern int walk_own_command (struct analysis *a, struct statement *statement, struct frame *frame) ;
extern void walk_fg (struct analysis *a, struct statement *statement, struct frame const *frame) ; /* fg.c. fg, fg %1: the last background process, or number 1, comes to the foreground */
extern int walk_context (struct analysis *a, struct statement *statement) ; /* add_context(); it ends the task before it */
extern void walk_function (struct analysis *a, struct statement *statement) ; /* a definition */

/* ---- secondstart.c ---- */
extern int starts_again (struct analysis *a, struct statement *statement, struct foreground const *foreground, char const *const *argv) ; /* service nginx restart, after its service was started; 1: it was that */
/* ---- askonce.c ---- */
/* The setup asks those conditions of an if whose answer the script's later work may change: branch->asked; what it cannot ask, as
   something was started ahead of it, is kept for settle_asked(). */
extern void ask_once (struct analysis *a, struct statement const *branching) ;
extern int may_make_any_file (struct analysis *a, struct statement *statement) ; /* a program in the foreground that is not known to leave others' files alone */
extern char const *ask_side_once (struct analysis *a, struct statement *left, int is_or) ; /* the same of left && right, left || right: the question for the answer; 0: the setup does not ask it */
extern void settle_asked (struct analysis *a) ; /* at the end: a TODO for the services and tasks that ask such a condition anew */

/* ---- closing.c ---- */
extern int may_serve_at_end (struct analysis *a, struct statement const *statement) ; /* what may serve, where the script ends with it */
extern int waits_for_idle (struct statement const *one) ; /* sleep infinity & wait $!: does it keep the container alive? */
extern struct statement *closing_behind (struct analysis *a, struct frame const *frame) ; /* the wait, fg, tail -f or watching loop that comes next, and with which the script ends; 0: another statement comes */
extern int ends_with_it (struct analysis *a, struct statement *statement, struct frame const *frame) ; /* is it what the script ends with, by its place? */
extern int may_close (struct analysis *a, struct statement *statement, struct launch const *launch) ; /* an unknown program, which may serve, ahead of what the script ends with */
extern int serves_ahead_of_work (struct analysis *a, struct statement *statement, struct launch const *launch, struct frame const *frame) ; /* an unknown program, behind which the script only tidied up */
extern int walk_looked_for (struct analysis *a, struct statement *statement, struct frame *frame, int stays) ; /* a loop behind it looks for it: it serves, wherever the script has it; 0: none does */

/* ---- execs.c: exec, and eval or . at the end ---- */
extern void walk_exec (struct analysis *a, struct statement *statement) ;
extern int evaluates_exec (struct statement const *statement) ; /* eval exec server $ARGS, eval "exec server $ARGS" */
extern void walk_evaluated_exec (struct analysis *a, struct statement *statement) ; /* it becomes a program, whose words the shell reads a second time */
extern int walk_evaluated_end (struct analysis *a, struct statement *statement, struct frame *frame) ; /* eval "$COMMAND", . FILE, with which the script ends; 1: it was that */

/* ---- exits.c ---- */
extern void walk_exit (struct analysis *a, struct statement *statement) ;
extern void walk_exit_of_branch (struct analysis *a, struct statement *statement, struct frame *frame) ; /* behind starts that nothing waited for */

/* ---- foreground.c ---- */
extern void walk_program (struct analysis *a, struct statement *statement, struct frame *frame) ; /* a command in the foreground */
extern void start_last (struct analysis *a, struct statement *statement, struct frame const *frame) ; /* what the script ends with: it becomes main */
extern int walk_daemon_in_pipeline (struct analysis *a, struct statement *pipeline, struct frame *frame) ; /* nginx | tee LOG: it leaves by itself, and the script goes on; 1: it was that */

/* ---- mayserve.c ---- */
extern int may_be_server (struct analysis *a, struct frame const *frame, char const *name, int goes_on) ; /* server; CODE=$?; backup */
extern int stays_in_branch (struct analysis *a, struct frame const *frame, int serves) ; /* a known server in a branch: it never comes to what is started behind the branch */
extern int only_kept_alive (struct analysis *a, struct frame const *frame, int serves) ; /* node app; tail -f /dev/null: nothing is behind it but what kept the container alive */
extern int may_stay (struct analysis *a, struct statement *list) ; /* may its last statement go on running? */
extern char const *advice_if_it_serves (struct analysis *a, struct frame const *frame, int ran_nothing) ; /* what a TODO says of an unknown program, behind which nothing was started */
extern void mark_serving (struct analysis *a, struct statement *statement, struct claim *claim, char const *text) ; /* says it once of what may serve */
extern void add_with_branches (struct analysis *a, struct statement *statement, struct frame *frame) ; /* what starts nothing that is known, and may have branches */

/* ---- tried.c ---- */
extern struct statement *tried_daemon (struct analysis *a, struct statement *loop) ; /* until service mysql start; do sleep 1; done: the daemon's start; 0: another loop */
extern int walk_leaving (struct analysis *a, struct statement *statement, struct frame *frame) ; /* what only leaves a daemon, and is no command */

/* ---- wholeloops.c ---- */
extern int asks_until_answered (struct analysis *a, struct statement *statement) ; /* for i in 1 2 3; do ask && break; kill -0 $P || { wait $P; exit 1; }; done: its rounds are one question */
extern int runs_hooks (struct analysis *a, struct statement *statement) ; /* for f in hooks; do "$f"; done, behind services that have names */
extern void note_endless (struct analysis *a, struct statement *loop) ; /* while true; do job; sleep 9; done, which nothing leaves: what is behind it never runs */

/* ---- damaged.c ---- */
extern int makes_sense (struct analysis *a, struct statement *statement) ; /* by itself, as a part of such code */
extern void keep_damaged (struct analysis *a, struct statement *statement) ; /* keeps code that no shell can read as comments, a line each */
extern void keep_deep (struct analysis *a, struct statement *statement) ; /* the same of code that is nested too deep to be walked */

/* ---- talk.c: messages, statuses, and questions behind a start ---- */
/* Between and after starts: a statement that asks for the status of a start, or only prints.
   Returns 1 if it was that. */
extern int walk_talk (struct analysis *a, struct statement *statement) ;
extern int walk_remedy (struct analysis *a, struct statement *statement) ; /* a start that depends on how main ended; 1: it was that */

/* ---- afterend.c: a statement after the waiting ---- */
extern struct service *stayed_in (struct analysis *a) ; /* the server in which the branch that is being walked stays; 0: none */
extern int never_comes_to (struct analysis *a) ; /* is what the walk comes to behind what the script became? */
extern void drop_never (struct analysis *a, struct statement *statement) ;
extern char const *work_ahead_of_exec (struct analysis *a, struct statement *statement) ; /* load && exec web: load; 0: it is something else, or only asks */
extern int keep_behind_loop (struct analysis *a, struct statement *statement) ; /* exit $rc, behind a loop that is main, and keeps that: 1 if it is such */
extern void walk_after (struct analysis *a, struct statement *statement) ;
extern void find_lost_failure (struct analysis *a, struct statement const *statement) ; /* RC=$? behind the waiting: a mistake where set -e ended the script ahead of it */
extern void settle_end (struct analysis *a) ; /* at the end: a finish without work is none */

/* ---- failedstart.c ---- */
/* if kill -0 $PID; then A; else B; fi, behind a start: A came next, B ended the script */
struct file ;
struct if_running
{
  struct statement *good ; /* what was done when it ran; 0: nothing */
  struct statement *bad ; /* what was done when it had failed; 0: nothing */
  char const *names ; /* of what it asked for */
} ;
extern int find_if_running (struct analysis *a, struct statement *statement, struct if_running *these) ; /* 0: another form */
extern void end_if_running (struct analysis *a, struct statement *statement, struct if_running const *these) ;

/* ---- samestart.c ---- */
struct same_starts /* if and case: each branch starts the same program */
{
  struct statement *start ; /* of the first branch */
  unsigned int first ; /* its program's word */
  unsigned int nwords ; /* that all of them have */
  int chooses ; /* some have more */
} ;
extern int find_same_starts (struct analysis *a, struct statement *statement, struct same_starts *these) ; /* 0: another form */
extern void end_same_starts (struct analysis *a, struct statement *statement, struct same_starts const *these) ; /* when that start is a service */

/* ---- waited.c ---- */
extern int drop_code_behind_wait (struct analysis *a, struct statement *statement) ; /* wait $PID && CODE=0, when that has been waited for */
extern int keep_wait_of_setup (struct analysis *a, struct statement *statement, struct frame const *frame) ; /* wait $PID || true, for what the setup has started, and stopped: it stays there; 0: it is none */
extern int walk_if_ended (struct analysis *a, struct statement *statement, struct frame *frame) ; /* if wait $PID; then ...; 1: it was that */

/* ---- kept.c ---- */
struct kept /* server || RC=$? */
{
  struct statement *work ; /* server */
  struct statement *kept ; /* RC=$?, and what follows in the script */
  struct frame behind ; /* for the work: these come next */
  int stays ; /* the work becomes a service */
} ;
extern int find_kept (struct analysis *a, struct statement *statement, struct frame const *frame, struct kept *these) ; /* 0: another form, or part of the setup */
extern void end_kept (struct analysis *a, struct statement *statement, struct frame const *frame, struct kept const *these) ; /* where the work has become a service */

extern struct statement *work_ahead_of_talk (struct analysis *a, struct statement *statement) ; /* server && echo stopped || { echo failed; exit 1; }: the server; 0: another form */
extern struct statement *work_asked_last (struct analysis *a, struct statement *statement) ; /* if ! work; then echo failed; exit 1; fi: the work; 0: another form */
extern int serves_where_asked (struct analysis *a, struct statement const *statement) ; /* [ -f x ] || { cd y; server; }: what the script ends with, on a condition */

/* ---- once.c ---- */
extern int compute_once (struct analysis *a, struct piece *piece) ; /* the setup hands it on; 0: it does more than set variables, so each service has to do it */
extern void settle_once (struct analysis *a) ; /* once.c: at the end, what the services do not compute again */

/* ---- removed.c ---- */
extern void settle_removed (struct analysis *a, struct statement *first) ; /* at the end, ahead of settle_once(): what was read from files that are removed then */

/* ---- deeds.c ---- */
/* if ! ./migrate; then sleep infinity; fi: it stays whole, as part of the setup or a task. Returns 0 if the statement is none. */
extern int keep_staying (struct analysis *a, struct statement *statement, struct frame const *frame) ;
extern int stays_among (struct statement const *list) ; /* does one of them wait, or only keep the container alive? */
struct deed_ahead /* if seed; then tail -f /dev/null; fi: the work comes first, and decides only whether the script stays */
{
  struct statement *deed ;
  struct statement *both ; /* deed && good; 0: the script also stayed where the deed had failed */
  struct statement *good ; /* what was done then; 0: nothing */
  struct statement *bad ; /* what was done when it had failed; 0: nothing */
} ;
extern int find_deed_ahead (struct analysis *a, struct statement *statement, struct deed_ahead *these) ; /* 0: another form */
extern void end_deed_ahead (struct analysis *a, struct statement *statement, struct deed_ahead const *these) ;
/* At the end: starts on a condition that does something. */
extern void mark_deeds (struct analysis *a, struct statement *script) ;

/* ---- enable.c ---- */
/* At the end: conditions about the environment become enable-if. */
extern void settle_conditions (struct analysis *a, struct statement *script) ;

/* ---- lastchoice.c ---- */
/* Did the script end with the service? Then it also ended where a condition of the service fails: run does the same
   (service->ends), unless the conditions are enable-if, or the code of that end is not known. */
extern int settle_last_choice (struct analysis *a, struct service *service, struct statement *script) ;

/* ---- lost.c ---- */
/* At the end, after plan_settle(): marks what the files ask for and do not have: variables of
   the script, commands that only a shell has, damaged code. */
extern void settle_lost (struct analysis *a, struct statement *first, struct file const *files) ;

/* ---- branches.c ---- */
/* The state before a branch, which its end restores */
struct branch_state
{
  struct texts conditions ;
  struct service *last ; /* `branch_last` of the branch around it */
  struct service *started ; /* `last` before it */
  struct service *before ; /* the plan's last service before it */
  struct texts ready ;
  uint32_t waited_line ;
} ;
extern void enter_branch (struct analysis *a, struct branch_state *state, char const *condition) ;
extern void leave_branch (struct analysis *a, struct branch_state const *state, struct statement const *body) ; /* `body`: of the branch; 0: it cannot end the script behind a wait */
extern int ends_what_it_waited_for (struct analysis *a, struct statement const *statement) ; /* if X; then wait; exit 1; fi: is it that exit? */
extern char const *negated (struct pool *pool, char const *condition) ;
extern struct claim *claim_branch (struct analysis *a, struct statement const *statement) ; /* the bytes that no part of it has claimed */
struct branching /* through if or case */
{
  struct statement const *statement ;
  struct branch_state state ;
  struct texts conditions ; /* of the branches before */
  char const *patterns ; /* of the branches before */
  struct texts otherwise ; /* as before all branches */
  struct texts excluded ; /* what the branches have added to it, for the statements after all branches */
  struct service *last ; /* `last` before all branches */
  struct texts lasts ; /* `last` of each branch */
  struct texts ready ; /* `ready` before all branches */
  struct texts waited_for ; /* what each branch has added to it */
  struct texts places ; /* of the statement */
  char const *id ; /* of its branches: their question */
  unsigned int nbranches ; /* that have begun */
  int all_replaced ; /* so far, each branch became a program */
  int any_stays ; /* one of them is a server that the script stays in */
  uint32_t outer ; /* `waited_line` before all branches */
  uint32_t waited ; /* `waited_line` of one of them */
  struct texts ended ; /* `ended_with` before all branches */
  struct texts ended_in ; /* of each branch */
  int goes_on ; /* one of them neither waits nor ends the script */
} ;
extern void begin_branches (struct analysis *a, struct statement const *statement, struct branching *branching) ;
extern void begin_branch (struct analysis *a, struct branching *branching, struct branch const *branch) ;
extern void end_branch (struct analysis *a, struct branching *branching, struct branch const *branch) ;
extern void end_branches (struct analysis *a, struct branching const *branching) ;

/* ---- groups.c: a shell in the background with several statements ---- */
struct starts
{
  struct service *before ;
  struct texts ready ; /* `ready` before it */
  int waits_for_all ; /* the shell around them ended when all had */
} ;
extern int begin_starts (struct analysis *a, struct statement *statement, struct starts *starts) ; /* 1: it only starts several, and may as well do that in front */
extern int put_right_beside (struct analysis *a, struct statement *statement) ; /* [ -n "$X" ] && start &: the right side is in the background; 0: another form */
extern void end_starts (struct analysis *a, struct starts const *starts) ;
extern void begin_waiting_task (struct analysis *a, struct statement *statement, struct texts *ready) ; /* is_waiting_task() */
extern void end_waiting_task (struct analysis *a, struct statement *statement, struct texts const *ready) ;

/* ---- calls.c ---- */
struct calling /* a function that starts something */
{
  struct statement *statement ;
  struct function *function ;
  struct statement *body ; /* to be walked; 0: the call itself has become a service */
  struct expanded *expanded ; /* statements that have its words for now */
  struct placed const *positional ; /* as before the statement */
  struct known *known ; /* as before it */
  struct service *before ;
} ;
extern int begin_call (struct analysis *a, struct statement *statement, struct calling *call) ; /* 0: the function starts nothing */
extern void end_call (struct analysis *a, struct calling const *call) ;

/* ---- guards.c ---- */
extern int drop_failure_behind (struct analysis *a, struct statement *loop) ; /* what a function does where the loop that waits in it has not returned; 1: it was that */
extern void guard_rest (struct analysis *a, struct statement *list) ; /* of a function's body, which is going to be walked */

/* ---- and_or.c: what follows `start A &&` ---- */
struct behind
{
  struct branch_state state ;
  int in_branch ;
  struct service *last ; /* before A */
  struct texts outer ; /* `ready` before A */
  struct texts ready ; /* `ready` for what follows */
  struct texts names ; /* of the services that A has started */
  char const *on_success ; /* before it */
} ;
extern void begin_behind (struct analysis *a, struct statement *statement, struct service *before, struct behind *behind) ; /* `before`: the last service before A */
extern void end_behind (struct analysis *a, struct statement const *statement, struct behind const *behind) ;
extern int follows_work (struct analysis *a, struct statement *statement, struct frame *frame) ; /* A && B: is B started, or waited for, behind such work? */
/* A of `work && start`: if more follows, the script went on without the start when the work had failed. */
struct work_ahead
{
  int goes_on ; /* more follows */
  int may_fail ;
  unsigned int nsetup ;
  struct service *before ; /* the last service before it */
  int is_start ; /* it has become tasks: `behind` has begun */
  int is_setup ; /* it is in the setup */
  struct behind behind ;
} ;
extern void begin_work_ahead (struct analysis *a, struct statement *statement, struct frame const *frame, struct work_ahead *work) ;
extern void end_work_ahead (struct analysis *a, struct statement *statement, struct work_ahead *work) ;
extern void end_behind_work (struct analysis *a, struct statement *statement, struct work_ahead const *work) ;
/* if ! server --daemon; then exit 1; fi: the condition is a start */
struct if_starting
{
  struct statement *start ;
  struct statement *good ; /* what follows it; 0: nothing */
  struct statement *bad ; /* what was done when it had failed */
} ;
extern int find_if_starting (struct analysis *a, struct statement *statement, struct frame const *frame, struct if_starting *these) ; /* 0: another form */
extern void end_if_starting (struct analysis *a, struct statement *statement, struct if_starting const *these) ;
/* [ -f x ] && sh x, and perhaps || /bin/bash */
struct alternatives
{
  char const *condition ;
  struct statement *program ;
  struct statement *other ; /* 0: there is none */
} ;
extern int find_alternatives (struct analysis *a, struct statement *statement, struct frame const *frame, struct alternatives *these) ; /* as the last thing; 0: another form */
extern void end_alternatives (struct analysis *a, struct statement *statement, struct alternatives const *these, struct service const *before) ; /* `before`: the last service before them */
extern struct statement *alone (struct analysis *a, struct statement const *statement) ; /* a copy, behind which nothing follows */
/* QUESTION && exec A || exec B: the same as an if; 0: another form */
extern struct statement *choice_of_two (struct analysis *a, struct statement *statement) ;
extern void tell_other_ran (struct analysis *a, struct alternatives const *these, struct service const *before) ; /* A && program || other; before: the last service ahead of these */
/* server || { echo failed; exit 1; }, as the last thing, where the right side starts nothing: the work on the left; 0: another form */
extern struct statement *ending_work (struct analysis *a, struct statement *statement, struct frame *frame) ;
extern void end_ending_work (struct analysis *a, struct statement *statement) ; /* behind that work */
extern char const *condition_of_right (struct analysis *a, struct statement const *statement) ; /* on which the right side runs */

/* ---- scopes.c ---- */
struct scope
{
  unsigned int first ; /* the first piece in it */
  unsigned int nsetup ;
  struct claim *claim ; /* of its redirections; 0: it has none */
  int errexit ; /* before it */
} ;
extern void begin_scope (struct analysis *a, struct statement const *statement, struct scope *scope) ;
extern void end_scope (struct analysis *a, struct statement const *statement, struct scope const *scope) ;

#endif
