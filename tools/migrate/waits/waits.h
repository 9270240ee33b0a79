/* Waiting for a service that was started before: checks, limits, and what asks how it ended; and
   `wait`. */

#ifndef REEVE_MIGRATE_WAITS_H
#define REEVE_MIGRATE_WAITS_H

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* ---- waits.c ---- */
extern void note_ended_with (struct analysis *a, struct texts const *names, struct claim *claim) ; /* what is main by a statement: where the script keeps the container alive behind it, they are not */
/* wait $A; wait $B, wait -n; wait: a TODO, as the script went on when the first had ended. `names`: for whom it waits now, none: for all */
extern void mark_waited_on (struct analysis *a, struct statement const *wait, struct texts const *names, struct claim *claim) ;
extern int walk_wait_for_others (struct analysis *a, struct statement *statement) ; /* the same for processes that nobody knows here; 0: it has not waited for what is main */
extern void walk_wait (struct analysis *a, struct statement *statement, struct frame *frame) ;
extern int walk_wait_again (struct analysis *a, struct statement *statement, struct frame *frame) ; /* while wait -n; do :; done; 0: it is no such thing */

/* ---- goeson.c ---- */
extern void main_is_none (struct analysis *a) ; /* a server in the foreground, and then `sleep infinity`: its end did not end the container */
extern int fails_at_once (struct analysis *a, struct statement const *wait) ; /* wait -n, which dash does not know */
extern struct service *server_ahead (struct analysis *a) ; /* that stayed in the foreground, ahead of this; 0: there is none */
extern void wait_behind_server (struct analysis *a, struct statement *statement, struct frame const *frame, struct service *server) ; /* also with -n, or a pid */

/* ---- endedwhere.c ---- */
extern void note_one_of (struct analysis *a, char const *text) ; /* behind note_ended_with(): by a pid in the text that branches decide, the script waited for the one or the other */
extern void mark_none_started (struct analysis *a, struct statement const *wait, struct texts const *names) ; /* a mistake where what it ends with may not have been started */
extern void settle_ended_where (struct analysis *a) ; /* at the end: a TODO where only one of several branches waited for what is main */

/* ---- waiting.c: for a service that was started before ---- */
struct waiting
{
  struct service *service ; /* the service that is waited for */
  char const *check ; /* a shell command */
  char const *asks ; /* the check with the values of a call's arguments, which tell whom it asks */
  int certain ; /* 0: only the order says that it is this service */
  unsigned long limit_ms ; /* 0: no limit */
  char const *died ; /* what the script did where the service had died meanwhile: exit 1; 0: nothing */
  char const *died_returns ; /* the same of a function: return 1, with which the script ends where it gives up */
  int gives_up ; /* after the limit the script ends, or nothing says how long that is */
  int is_endless ; /* it comes to nothing but what it waits for */
  int reads_log ; /* the check reads a log, which may have the line from an earlier run */
  struct statement *command ; /* the command after --, which has to be walked first; 0: none */
} ;
extern int walk_probe (struct analysis *a, struct statement *statement, char const *probe) ; /* 1: it asks a service of this script */
/* The same, if it is certain which one. `asks`: the probe with the values of a call's arguments. */
extern int walk_sure_probe (struct analysis *a, struct statement *statement, char const *probe, char const *asks) ;
/* if wait_for db; then web; fi; if ! wait_for db; then exit 1; fi */
struct if_waiting
{
  struct waiting waiting ;
  struct statement *condition ;
  struct branch *good ; /* 0: there is none */
  struct branch *bad ;
} ;
/* [ -S /run/x.sock ] || exit 1, after a start: returns 1 if it clearly asks a service of this script. */
extern int walk_asked_once (struct analysis *a, struct statement *statement) ;
extern void set_waiting (struct analysis *a, struct statement *statement, struct waiting const *waiting) ;
extern void walk_sleep (struct analysis *a, struct statement *statement) ;

/* ---- waiters.c ---- */
/* waiters.c: wait-for-it and the like, a function that waits, a log. 0: it does not wait, or not
   for a service of this script. */
extern int find_waiting (struct analysis *a, struct statement *statement, struct waiting *waiting) ;
extern int find_if_waiting (struct analysis *a, struct statement *statement, struct if_waiting *these) ; /* 0: another form */

/* ---- following.c ---- */
/* tail --pid=PID -f LOG, perhaps in the background (frame: 0); 1: it was that */
extern int walk_following (struct analysis *a, struct statement *statement, struct frame *frame) ;
/* The files that it shows, with a blank ahead of each; a note names them. *linked: what is said of those that are the container's output. */
extern char const *logs_followed (struct analysis *a, struct statement const *statement, char const **linked) ; /* the files; "": none. linked may be 0 */
extern char const *shown_logs (struct analysis *a, struct statement const *statement, char const **linked) ;

/* ---- logs.c ---- */
/* tail -F LOG | grep -q LINE : a command that succeeds if LOG has the line; 0: another form. */
extern char const *log_check (struct analysis *a, struct statement *statement, unsigned long *limit_ms) ;

/* ---- verdict.c ---- */
extern void note_waited (struct analysis *a, struct statement const *statement, struct waiting const *waiting, struct claim *claim) ;
extern void settle_waits (struct analysis *a) ; /* at the end: marks what is not certain */
/* 0: it does not ask for that, or it does more. */
extern int walk_verdict (struct analysis *a, struct statement *statement) ;
/* 1: it asks for that, or waits itself. *taken is the branch for success, 0 for none. */
extern int decide_verdict (struct analysis *a, struct statement const *statement, struct branch const **taken) ;
/* [ $n -lt 30 ] && load: the work after success; 0: another form */
extern struct statement *verdict_work (struct analysis *a, struct statement *statement) ;
/* wait_for db || exit 1; [ "$ready" = 1 ] && load */
extern int asks_awaited (struct analysis *a, struct statement *statement) ;
extern int only_gives_up (struct analysis *a, struct statement *list) ; /* the script ends with a failure, and starts nothing ahead of that */
extern void mark_lost_verdict (struct analysis *a, struct statement *list, struct claim *claim) ; /* a TODO for work that was done when the service was not ready in time */
extern void drop_verdict (struct analysis *a, struct statement const *list) ; /* the statements for a failure */

/* ---- ready.c: at the end, readiness checks of known daemons ---- */
extern int set_known_check (struct analysis *a, struct service *service) ; /* its readiness check, if that is known; 0: none is, or it has another */
extern void check_daemon (struct analysis *a, struct service *service) ; /* of one that left when it was ready */
extern int is_needed (struct service const *daemon) ; /* does something depend on it already? */

/* ---- workswith.c ---- */
extern int may_work_with (struct analysis *a, struct service const *daemon, struct service const *task) ; /* nothing says what the task does, and others may need the daemon */
extern int works_with (struct analysis *a, struct service const *daemon, struct service const *task) ; /* does a task ask it, or read what it makes? */

/* ---- slept.c ---- */
extern void settle_slept (struct analysis *a, struct service *service) ; /* what the sleep behind its start was for */

/* ---- settled.c ---- */
extern void settle_ready (struct analysis *a) ; /* at the end: what the order of all services said */

/* ---- inorder.c ---- */
extern void settle_in_order (struct analysis *a) ; /* behind settle_ready(): each task comes behind what was started ahead of it */

/* ---- display.c ---- */
extern char const *display_of (struct analysis *a, char const *words) ; /* the readiness check of Xvfb WORDS, vncserver WORDS; "": its display is not known; 0: it is no such server */

/* ---- bywords.c: the readiness check that the words tell; 0: none ---- */
extern char const *entrypoint_check (struct analysis *a, char const *command) ; /* of docker-entrypoint.sh postgres */
extern char const *redis_socket (struct analysis *a, char const *command) ; /* not a check: the PATH of redis-server --unixsocket PATH */

/* ---- builtin.c ---- */
extern char const *builtin_check (struct pool *pool, char const *command) ; /* tcp:PORT, unix:PATH, http://...; 0: none means the same */

#endif
