/* What came behind the waiting: exits, and messages. */

#ifndef REEVE_MIGRATE_ENDING_H
#define REEVE_MIGRATE_ENDING_H

#include "migrate/facts/analysis.h"

#define LOOKED_AND_ENDED "looked whether it still ran, and ended if not: the supervisor looks, and starts it again, unless it is main" /* in what a claim says */

/* What is known of the main service's code where a condition holds */
enum meaning { MEANS_UNKNOWN, MEANS_ZERO, MEANS_FAILED, MEANS_STOPPED /* or 0: docker stop ends the container with 0 */ } ;

/* ---- ending.c ---- */
extern void drop_exit (struct analysis *a, struct statement *statement, char const *what) ; /* exit; `what`: ahead of what is said of its code */
extern void drop_failed_exit (struct analysis *a, struct statement *statement) ; /* exit, where what was waited for had failed */
extern void drop_end_message (struct analysis *a, struct statement *statement) ;
extern statement_visit has_own_signal ; /* kill -INT $DB: the signal with which it was ended */
extern void drop_end_question (struct analysis *a, struct statement *statement, char const *what) ; /* if and the like, with perhaps an exit in it */
extern void mark_other_code (struct analysis *a, struct statement *statement, struct claim *claim) ; /* a TODO for such an exit, in what finish does */
extern int drop_last_wait (struct analysis *a, struct statement *statement) ; /* a last `wait`, behind another one: the script ended with 0. 0: it is none */
extern int is_between_signals (struct statement const *statement) ; /* a pause between the signals that it sent */
extern void drop_end_signal (struct analysis *a, struct statement *statement) ; /* kill $OTHER */
extern void drop_end_call (struct analysis *a, struct statement *statement) ; /* a function that ends processes, and perhaps the script */
/* A TODO for what was started in the place of `start`, if that is another program. */
extern void mark_other_start (struct analysis *a, struct statement *start, struct statement *other, struct claim *claim) ;
extern void start_must_succeed (struct analysis *a, int ends) ; /* it asked whether the daemon had started: did it end where that had failed? */
extern void drop_behind_start (struct analysis *a, struct statement *left, struct statement *right) ; /* what follows a start, or `wait`, behind || */
extern char const *with_failed_code (struct analysis *a, struct statement *other, char const *what) ; /* `what`, and the code with which the script ended in `other` */
extern void note_forgiven_wait (struct analysis *a, struct statement *statement, struct claim *claim) ; /* wait || true, as the last: the script ended with 0 */
extern void settle_endings (struct analysis *a) ; /* at the end: says what became of the exit codes */

/* ---- othercodes.c ---- */

/* With which codes a statement behind the waiting ended the script. */
struct other_codes
{
  char const *failed ; /* where main had failed; 0: with main's */
  char const *instead ; /* where main had ended with 0; 0: with that */
  int is_another ; /* it ended with another code than main's, or may have */
  int is_zero ; /* it ended with 0 where main had not failed */
  int ends_failed ; /* it ended, with whatever code, where main had failed */
} ;

extern int asks_status (struct analysis *a, char const *text) ; /* $? of a start, or a variable with it */
extern enum meaning meaning_of_text (char const *text) ; /* [ $? -ne 0 ], (( rc == 0 )), [ "$rc" = 143 ] */
extern enum meaning meaning_of (struct analysis *a, struct statement *condition) ; /* of a question for a status */
extern enum meaning opposite (enum meaning meaning) ;
extern struct other_codes other_codes (struct analysis *a, struct statement *statement) ;
extern int only_sets_code (struct analysis *a, struct statement *statement) ; /* [ $rc -eq 0 ] && rc=1, where exit $rc follows */
extern int looks_at_processes (struct statement *statement, void *data) ; /* for statement_walk() */

/* ---- endstatus.c ---- */
extern void tell_status (struct analysis *a, struct service *main, struct claim *claim, struct statement *statement) ; /* the variables that held how it has ended hold that in its finish */
extern char const *text_at_end (struct analysis *a, struct service *main, struct statement *statement) ; /* the statement's text for its finish, where $? is something else */
/* Work that asks for that, behind several of which the first that ended was the script's end: each finish does it, if its own service
   was that one. 0: this is another case. */
extern int end_each (struct analysis *a, struct service *main, struct claim *claim, struct statement *statement, char const *text) ;
extern void tell_stop (struct analysis *a, struct service const *main, struct claim *claim, struct statement *statement) ; /* now docker stop does such work, too */

/* ---- askedwait.c ---- */
extern struct statement *asked_wait (struct analysis *a, struct statement *waiting, struct statement **end) ; /* wait-for-it db:1; if [ $? -ne 0 ]: as if ! wait-for-it db:1; *end: the question. 0: another form */

#endif
