/* Waiting for services, and loops: what the files of the analysis that deal with them share. */

#ifndef REEVE_MIGRATE_WAITING_H
#define REEVE_MIGRATE_WAITING_H

#include "migrate/analysis.h"

/* ---- waiting.c: for a service that was started before ---- */
struct waiting
{
  struct service *service ; /* the service that is waited for */
  char const *check ; /* a shell command */
  char const *asks ; /* the check with the values of a call's arguments, which tell whom it asks */
  int certain ; /* 0: only the order says that it is this service */
  unsigned long limit_ms ; /* 0: no limit */
  int gives_up ; /* after the limit the script ends */
  int reads_log ; /* the check reads a log, which may have the line from an earlier run */
  struct statement *command ; /* the command after --, which has to be walked first; 0: none */
} ;
/* waitloop.c */
extern char const *loop_probe (struct analysis *a, struct statement *statement) ; /* the command that succeeds when the loop may end; 0: it asks nothing */
extern char const *end_probe (struct analysis *a, struct statement *statement) ; /* the same of a loop that waits until what it asks is gone */
/* Does the loop, or the function that is called, only wait until something has ended? */
extern int waits_for_end (struct analysis *a, struct statement *statement) ;
/* ( until pg_isready; do sleep 1; done; migrate ) & : a task that depends on it. */
extern int is_waiting_task (struct analysis *a, struct statement *statement) ;
/* The part of a condition that asks a service, in the form that succeeds when it is ready; 0: none. */
extern char const *extract_probe (struct analysis *a, struct statement *condition, int negate) ;
extern int walk_probe (struct analysis *a, struct statement *statement, char const *probe) ; /* 1: it asks a service of this script */
/* waiters.c: wait-for-it and the like, a function that waits, a log. 0: it does not wait, or not
   for a service of this script. */
extern int find_waiting (struct analysis *a, struct statement *statement, struct waiting *waiting) ;
/* if wait_for db; then web; fi; if ! wait_for db; then exit 1; fi */
struct if_waiting
{
  struct waiting waiting ;
  struct statement *condition ;
  struct branch *good ; /* 0: there is none */
  struct branch *bad ;
} ;
extern int find_if_waiting (struct analysis *a, struct statement *statement, struct if_waiting *these) ; /* 0: another form */
/* [ -S /run/x.sock ] || exit 1, after a start: returns 1 if it clearly asks a service of this script. */
extern int walk_asked_once (struct analysis *a, struct statement *statement) ;
extern void set_waiting (struct analysis *a, struct statement *statement, struct waiting const *waiting) ;
extern void walk_sleep (struct analysis *a, struct statement *statement) ;

/* ---- limits.c ---- */
/* The limit of a loop in ms; 0: none, or not known. `text`: of the loop, perhaps with the lines before it. */
extern unsigned long wait_limit (struct analysis *a, struct statement const *statement, char const *text) ;
extern unsigned long duration_ms (char const *text) ; /* 30, 0.5, 2m, as in sleep; 0: another form */
extern int may_end_script (struct statement *list) ; /* does one of them exit? */
extern int gives_up (struct analysis *a, struct statement *list) ; /* does one of them exit for another reason than that a process has died? */
extern int may_end (struct analysis *a, struct statement *statement) ; /* does it exit, or a function that it calls? */

/* ---- following.c ---- */
/* tail --pid=PID -f LOG, perhaps in the background (frame: 0); 1: it was that */
extern int walk_following (struct analysis *a, struct statement *statement, struct frame *frame) ;
/* The files that it shows, with a blank ahead of each; a note names them. *linked: what is said of those that are the container's output. */
extern char const *shown_logs (struct analysis *a, struct statement const *statement, char const **linked) ;

/* ---- logs.c ---- */
/* tail -F LOG | grep -q LINE : a command that succeeds if LOG has the line; 0: another form. */
extern char const *log_check (struct analysis *a, struct statement *statement, unsigned long *limit_ms) ;

/* ---- verdict.c ---- */
extern void note_waited (struct analysis *a, struct statement const *statement, struct waiting const *waiting, struct claim *claim) ;
extern void settle_waits (struct analysis *a) ; /* at the end: marks what is not certain */
extern int asks_verdict (struct analysis *a, char const *condition) ; /* does it ask for the result of the last waiting? */
/* 0: it does not ask for that, or it does more. */
extern int walk_verdict (struct analysis *a, struct statement *statement) ;
/* 1: it asks for that, or waits itself. *taken is the branch for success, 0 for none. */
extern int decide_verdict (struct analysis *a, struct statement const *statement, struct branch const **taken) ;
/* [ $n -lt 30 ] && load: the work after success; 0: another form */
extern struct statement *verdict_work (struct analysis *a, struct statement *statement) ;
/* wait_for db || exit 1; [ "$ready" = 1 ] && load */
extern int asks_awaited (struct analysis *a, struct statement *statement) ;
extern void drop_verdict (struct analysis *a, struct statement const *list) ; /* the statements for a failure */

/* ---- watching.c ---- */
extern int only_ends_processes (struct analysis *a, struct statement *statement) ; /* a call of a function that only ends processes */
extern int watches_processes (struct analysis *a, struct statement *statement) ;
/* What a loop, or a part of one, does. */
struct seen
{
  int watches ;
  int works ; /* it does more than watch, sleep, print and end */
  int starts ;
} ;
extern void look_for_watching_in (struct analysis *a, struct statement *statement, struct seen *seen) ;
extern char const *note_watched (struct analysis *a, struct statement *loop) ; /* the services with whose end the loop ended are main now; returns their names */
extern int walk_starting_again (struct analysis *a, struct statement *statement) ; /* a loop with `wait`, which starts services again */
extern void drop_watching (struct analysis *a, struct statement *statement) ; /* the same for a loop that only watches */

/* ---- watchwork.c ---- */
extern int walk_watching_work (struct analysis *a, struct statement *statement) ; /* a loop that watches and works; 1: it was that */
extern int walk_waiting_work (struct analysis *a, struct statement *statement) ; /* a loop that works and then waits for a service's end; 1: it was that */

/* ---- loops.c ---- */
extern int walk_loop (struct analysis *a, struct statement *statement, struct frame *frame) ; /* 1: it was one of the known kinds */
/* A statement in the background that has no others inside to be walked; 1: it was that. */
extern int walk_own_background (struct analysis *a, struct statement *statement) ;
/* while read host; do tunnel "$host" & done <LIST: the loop ends, its processes go on. */
extern void keep_starting_loop (struct analysis *a, struct statement *statement) ;
extern void drop_keeping_alive (struct analysis *a, struct statement *statement) ;

/* ---- restarts.c ---- */
/* A loop that starts a program again and again. frame: where it stands; 0: in the background. 1: it was that. */
extern int walk_restarting (struct analysis *a, struct statement *statement, struct frame *frame) ;

/* ---- loopend.c ---- */
/* How a loop in the background, which stays a loop, can end for good, raw; 0: it does not, as far as is known. */
extern char const *loop_end (struct analysis *a, struct statement *statement) ;
extern int loop_ends_badly (struct statement *statement) ; /* does it end with a code other than 0? */

/* ---- isprobe.c ---- */
extern int is_probe (char const *condition) ;

/* ---- probe.c: whom does a condition ask? ---- */
/* 0: no service of this script. *certain becomes 0 if only the order says which one. */
extern struct service *probed_service (struct analysis *a, char const *condition, int *certain) ;

/* Does the text run a program that talks to the service? */
extern int is_client_of (struct service const *service, char const *text) ;

/* ---- elsewhere.c ---- */
/* The same; also 0 if the condition asks another host (without certainty also one in a variable), or the service reads a FIFO
   that nobody writes to yet. */
extern struct service *asked_service (struct analysis *a, char const *condition, int *certain) ;

/* ---- ready.c: at the end, readiness checks of known daemons ---- */
extern void settle_ready (struct analysis *a) ;

/* ---- builtin.c ---- */
extern char const *builtin_check (struct pool *pool, char const *command) ; /* tcp:PORT, unix:PATH, http://...; 0: none means the same */

#endif
