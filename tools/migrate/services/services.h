/* A statement becomes a service, a task, or a part of the setup. */

#ifndef REEVE_MIGRATE_SERVICES_H
#define REEVE_MIGRATE_SERVICES_H

#include "migrate/facts/analysis.h"

/* ---- become.c ---- */
/* TODOs for services that may put themselves into the background, where the script would have gone on. */
extern void settle_leaving (struct analysis *a) ;

/* ---- lostwords.c ---- */
extern void find_lost_words (struct analysis *a, struct statement *first) ; /* sh -c WORD WORD: a mistake */

/* ---- pidwritten.c ---- */
/* The file to which the daemon writes its pid only in the background; 0: there is none. */
extern char const *pid_not_written (struct pool *pool, struct statement const *statement, unsigned int first, struct foreground const *foreground) ;
/* In the foreground the daemon does not write its pid to the file that its words name: run does. */
extern void write_own_pid (struct analysis *a, struct service *service, struct statement const *statement, unsigned int first, struct foreground const *foreground) ;

/* ---- console.c: what a person talks to ---- */
/* The service of such a program has the terminal, and its end is the container's, as in the script. Returns 0
   if the statement starts none. */
extern int start_console (struct analysis *a, struct statement *statement) ;
extern int is_shell_for_person (struct statement const *statement) ; /* just bash: somebody works in it */
extern int is_session (struct pool *pool, struct statement const *statement) ; /* the same of a database's client */
extern void give_console (struct analysis *a, struct service *service, struct statement const *body) ; /* the same for a service that ends as the function does */
/* A game server in the foreground has the container's stdin, at the end of the migration. A note asks where only a text speaks of a console. */
extern void give_server_consoles (struct analysis *a) ;
extern char const *speaks_of_console (struct pool *pool, char const *text) ; /* the line that speaks of a server's; 0: none */

#define GOES_ON_FAILED "what comes later is started all the same, as the script went on" /* of a task that may fail */

/* ---- startname.c ---- */
extern char const *name_of_start (struct analysis *a, struct statement *statement, int by_cmd) ; /* `by_cmd`: it is just exec "$@" */
extern char const *program_of_cmd (struct analysis *a) ; /* the program that CMD starts; "": not known */

/* ---- start.c: a statement becomes a service ---- */
enum start_how { START_BACKGROUND, START_MAIN, START_RESTARTED, START_DAEMON } ; /* RESTARTED: the script ended with it, but a loop started it again: not main */
extern struct service *start_service (struct analysis *a, struct statement *statement, enum start_how how) ;
/* The image's CMD: "$@" alone, perhaps after programs that only start another one */

/* ---- taskmarks.c: service 0 means the setup ---- */
extern void mark_starting (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ; /* what may start something */
extern void mark_starter (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ; /* the same, and what keeps the script's pid, sets traps, ... */
extern statement_visit names_starter ; /* start-dfs.sh: does a name say that it starts something? data: the analysis */
extern void mark_start_word (struct analysis *a, struct service *service, struct statement *statement) ; /* ./ctl start: it may leave */
extern void mark_ending_well (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim) ; /* an exit with which the whole script ended, without a failure */

/* ---- tasks.c: what starts nothing ---- */
/* Ends the open task, if there is one. */
extern void close_task (struct analysis *a) ;
extern void settle_kept_functions (struct analysis *a) ; /* keptfunctions.c, at the end: the setup has the functions that it calls */
extern struct claim *task_claim (struct analysis *a) ; /* of the last statement of the task that is being collected */
extern int task_has_more (struct analysis *a) ; /* is another statement, no comment, ahead of that? */
extern void add_task (struct analysis *a, struct statement *statement) ;
/* A statement that starts nothing goes to the setup, the branch, or a task. */
extern struct claim *add_ordinary (struct analysis *a, struct statement *statement) ; /* returns what the report says of it */
extern void take_pending (struct analysis *a, struct service *service) ;
/* Statements of a branch that no service has taken go to the setup or a task. */
extern void pending_is_task (struct analysis *a) ; /* what is held for the next service becomes a task of its own */
extern void flush_pending (struct analysis *a) ;
extern int has_work (struct held const *held) ; /* does one do more than prepare, ask or print? */
extern void copy_conditions (struct analysis *a, struct service *service) ;
extern void add_ready (struct analysis *a, struct service *service) ;
/* Statements that only prepare something are a task, if they are not for the next start alone. */
extern void share_pending (struct analysis *a) ;

extern void add_look (struct analysis *a, struct statement *statement) ; /* the same of what asks for the status of the work ahead of it */

/* ---- looks.c ---- */
extern char const *condition_of (struct analysis *a, struct statement const *statement) ; /* what it asks before it does something */
extern void drop_last_looks (struct analysis *a, struct service *task, struct held *first) ; /* those at the task's end: whether it failed, the supervisor sees */

/* ---- exports.c: variables that are exported by work ---- */
extern void mark_exports (struct analysis *a, struct service *task, struct statement *statement, struct claim *claim) ; /* a TODO where a function that a loop, a condition or an && in it calls exports computed names; task 0: the setup */
extern void note_exporting (struct analysis *a, struct service *task, struct statement *statement, struct claim *claim) ; /* task 0: the setup */
extern void settle_exporting (struct analysis *a) ; /* at the end: a TODO for those that may be asked for later */

/* ---- runscript.c: the lines of run ---- */
extern void run_lines (struct analysis *a, struct service *service, struct statement *statement) ;

/* ---- finish.c ---- */
extern statement_visit needs_services ; /* may it need more than files? for statement_walk() */
/* A TODO where the service, whose finish does the work now, is started again. */
extern void mark_repeated (struct analysis *a, struct service const *service, struct statement *work, char const *text, struct claim *claim) ;
extern void keep_failure (struct analysis *a, struct service *service, char const *code) ; /* its end with 0 also ends the container with `code` */
extern void settle_finish (struct analysis *a) ; /* at the end: how long finish may run */

/* ---- mistakes.c ---- */
extern void find_late_start (struct analysis *a, struct service const *main, struct statement const *statement) ; /* a server behind one that stays */
extern void find_unknown_to_dash (struct analysis *a, struct statement *first) ; /* what Bash alone knows, in a script that dash may execute */
extern void find_mistakes (struct analysis *a, struct statement *first) ;
extern uint32_t find_dead_code (struct analysis *a, uint32_t line) ; /* returns the line behind which it is dead */
/* The service that runs the daemon of that name, or of another name of it; 0: none. */
extern struct service *same_daemon (struct analysis *a, char const *name) ;

/* ---- apart.c ---- */
extern int are_apart (struct statement *first, struct range one, struct range other) ; /* in branches of which only one is taken */

/* ---- latetraps.c ---- */
extern int traps_term (struct trap const *trap) ;
extern int shell_becomes (struct analysis *a, struct service const *service) ; /* sh -c 'migrate && web': busybox's shell, and bash, execute the last command without a fork: it is PID 1 */
extern void find_late_trap (struct analysis *a, struct statement *list, struct service *service) ; /* a trap that comes too late while the script stays in the service */

/* ---- supervisors.c ---- */
/* If it starts and watches others, a note says what to do about it. `program`: of the service; `is_last`: the script ended with it. */
extern char const *text_handles (char const *text, char const *path) ; /* become.c: where code does more with a file than read it; 0: nowhere */
extern void tell_supervisor (struct analysis *a, struct service const *service, char const *program, int is_last) ;
/* A TODO if it executes the image's own PID 1: s6-overlay's /init, my_init. Returns 1 then. */
extern int tell_own_init (struct analysis *a, struct service *service) ;
extern void tell_supervisors (struct plan *plan) ; /* the same of all services, of a supervisord.conf or a Procfile */

#endif
