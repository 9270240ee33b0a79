/* Loops that start, watch or keep alive. */

#ifndef REEVE_MIGRATE_LOOPS_H
#define REEVE_MIGRATE_LOOPS_H

#include "migrate/facts/analysis.h"

/* ---- watching.c ---- */
extern int asks_own_status (struct analysis *a, struct statement const *statement) ; /* app.sh status, of what `app.sh start` has started */
extern int only_ends_processes (struct analysis *a, struct statement *statement) ; /* a call of a function that only ends processes */
/* for i in {1..30}; do if curl http://localhost; then break; elif ...: the question of a loop that tries until something
   answers, and may look for its process, or start it again, when that does not; 0: another loop. */
extern struct statement *reaching_question (struct analysis *a, struct statement *loop) ;
extern int is_variable (struct statement const *condition) ; /* while $running: the command is a variable alone */
extern int is_flag_of (struct statement const *loop, struct statement const *statement) ; /* is the statement that condition of the loop? */
extern int acts_on_change (struct analysis *a, struct statement *loop) ; /* while inotifywait ...; do kill $P; server & done: what it ends has not ended by itself */
extern int watches_processes (struct analysis *a, struct statement *statement) ;
/* What a loop, or a part of one, does. */
struct seen
{
  int watches ;
  int works ; /* it does more than watch, sleep, print and end */
  int starts ;
} ;
extern char const *look_for_watching_in (struct analysis *a, struct statement *statement, struct seen *seen) ; /* returns what it asks */
extern int asks_for_processes (struct analysis *a, struct statement *question) ; /* whether they run, perhaps by a function */
#define ASKED_HEALTH "it also asked whether something answers, and started that again when it did not, which nothing does now: write the question as `health` of that: %s"
extern int only_asks (struct analysis *a, struct statement *loop) ; /* does it do nothing but watch, end, start, and ask whether something answers? */

/* ---- inside.c ---- */
/* ( while true; do server; done ) &; start_server &, where that function is such a loop: the loop; 0: it is no such thing. */
extern struct statement *loop_inside (struct analysis *a, struct statement *statement, struct function **function) ;
extern void tell_of_loop (struct analysis *a, struct function *function, struct claim const *loop) ; /* the function was only that */

/* ---- whenends.c ---- */
struct loop_ends
{
  int is_all ; /* it ended the script only when all processes had ended */
  struct texts others ; /* what else it asked, and ended the script then */
} ;
extern int kills_script (struct statement *statement, void *data) ; /* kill $$; for statement_walk() */
extern int ends_by_flag (struct analysis *a, struct statement *loop, int *is_all) ; /* while [ $ok = 1 ]; do ... kill -0 $p || ok=0; done: *is_all: only when all have ended */
extern int ends_by_failure (struct analysis *a, struct statement const *loop) ; /* set -e: pgrep web, in the loop by itself: its failure ended the script */
extern struct loop_ends loop_ends (struct analysis *a, struct statement *loop) ;

/* ---- askednames.c ---- */
extern int is_watched (struct analysis *a, struct service const *service, char const *text) ; /* does the text name it, by its pid or its program? */
extern struct texts names_asked_for (struct analysis *a, struct statement *loop) ; /* ps aux | grep NAME, pgrep -f NAME */
extern int is_called_otherwise (struct analysis *a, struct service const *service, struct texts const *names) ; /* one of the names is part of its command, and is no service's own name */
extern struct texts unknown_pids (struct analysis *a, struct statement *loop) ; /* $PID that it asks for, and that is no service's here */
extern struct texts unknown_names (struct analysis *a, struct texts const *names) ; /* those that nothing here is called */

/* ---- told.c ---- */
/* The loop, as a copy, without questions whose answer it only prints: pgrep cron || echo "cron is gone" */
extern struct statement *without_told (struct analysis *a, struct statement *loop) ;

/* ---- watched.c ---- */
extern struct service *service_of_program (struct analysis *a, struct statement *program) ; /* that has started it already, not in another branch; 0: none */
extern char const *note_watched (struct analysis *a, struct statement *loop) ; /* the services with whose end the loop ended are main now; returns their names */
extern void mark_other_ends (struct analysis *a, struct statement *loop, struct service *service, struct claim *claim) ; /* what else it asked, and ended the script then */
extern int walk_starting_again (struct analysis *a, struct statement *statement) ; /* a loop with `wait`, which starts services again */
extern void drop_watching (struct analysis *a, struct statement *statement) ; /* the same for a loop that only watches */
extern void drop_watching_beside (struct analysis *a, struct statement *loop) ; /* the same in the background */

/* ---- vain.c ---- */
extern int tell_vain_questions (struct analysis *a, struct statement *loop) ; /* [ $P -ne 0 ] of an empty value, ...; 1: it never ended the script, as each of its questions is such a mistake */

/* ---- endcodes.c ---- */
extern int is_script_end (struct analysis *a, struct statement const *statement) ; /* does nothing follow in the whole script? */
extern void tell_end_code (struct analysis *a, struct statement *loop, struct texts const *mains, struct claim *claim) ; /* with which code it ended the script when one of these had ended: finish, or what the claim says */

/* ---- running.c ---- */
/* while ! pidof x; do sleep 1; done: a service's readiness check, or a wait for what this script has not started */
enum until_running { ANOTHER_LOOP, IS_READINESS, WAITS_FOR_ANOTHER } ;
extern enum until_running walk_until_running (struct analysis *a, struct statement *statement) ;

/* ---- watchwork.c ---- */
extern int walk_watching_work (struct analysis *a, struct statement *statement) ; /* a loop that watches and works; 1: it was that */
extern int walk_waiting_work (struct analysis *a, struct statement *statement) ; /* a loop that works and then waits for a service's end; 1: it was that */

extern char const *lines_above (struct analysis *a, struct statement const *loop) ; /* as many line ends, for code whose lines are the loop's */

/* ---- keeping.c ---- */
/* A loop that starts a program when it does not run, and nothing else; 1: it was that. */
extern int walk_start_if_down (struct analysis *a, struct statement *loop) ;

/* ---- loops.c ---- */
extern int walk_loop (struct analysis *a, struct statement *statement, struct frame *frame) ; /* 1: it was one of the known kinds */
/* A statement in the background that has no others inside to be walked; 1: it was that. */
extern int walk_own_background (struct analysis *a, struct statement *statement) ;
/* ---- endsall.c ---- */
extern int walk_ending_all (struct analysis *a, struct statement *statement) ; /* (worker; kill $$) &: 1: it was that */
/* while read host; do tunnel "$host" & done <LIST: the loop ends, its processes go on. */
extern int is_starting_loop (struct analysis *a, struct statement *statement, struct frame const *frame) ; /* a loop that starts programs, and is not what the script ends with */
extern void keep_starting_loop (struct analysis *a, struct statement *statement) ;
extern void drop_keeping_alive (struct analysis *a, struct statement *statement) ;

/* ---- restarts.c ---- */
/* A loop that starts a program again and again. frame: where it stands; 0: in the background. 1: it was that. */
extern int walk_restarting (struct analysis *a, struct statement *statement, struct frame *frame) ;
extern char const *set_pause (struct analysis *a, struct service *service, struct statement *loop, struct claim *claim) ; /* becomes restart-delay; returns what the report says of it */

/* ---- stopping.c ---- */
/* [ "$stopping" -eq 1 ]: what it is once a trap has run that sets the variable, 1 or 0; -1: it asks something else, or more. */
extern int when_stopping (struct analysis *a, struct statement const *condition) ;
/* Does the statement of a loop leave it only when the container is to end? `only_then`: it stands where that is asked. 0 also if it asks more. */
extern int leaves_only_stopping (struct analysis *a, struct statement *statement, int only_then) ;

/* ---- startagain.c ---- */
extern int starts_again_always (struct analysis *a, struct statement *loop) ; /* a loop that waits, and starts it again however it ended */
extern char const *set_again (struct analysis *a, struct statement *loop, struct texts const *names, struct claim *claim) ; /* these services get its pause; returns what the report says of it */

/* ---- rounds.c ---- */
struct looping /* a loop over the words of `for`: a round for each word, or one round if they are not known */
{
  struct statement const *statement ;
  int known ;
  char const *count ; /* how many instances of a template each service becomes; 0: they become no templates */
  struct text const *value ; /* of this round */
  unsigned int round ;
  struct placed const *positional ; /* as before the statement */
  char const *suffix ;
  struct service *before ; /* the last service before it; 0: there was none */
  unsigned int nsetup ;
} ;
/* for NAME in web worker: over known words, none of which is a number. */
extern int has_named_rounds (struct analysis *a, struct statement const *loop) ;
extern void begin_loop (struct analysis *a, struct statement const *statement, struct looping *loop) ;
extern int next_round (struct analysis *a, struct looping *loop) ; /* 0: there is none */
extern void end_loop (struct analysis *a, struct looping const *loop) ;

#endif
