/* The limit of a waiting loop that is being read: what limits.c, numbers.c, counters.c and deadlines.c share. */

#ifndef REEVE_MIGRATE_LIMITING_H
#define REEVE_MIGRATE_LIMITING_H

#include "migrate/text/pool.h"

#define TRIES_MAX 100000

struct limit
{
  struct pool *pool ;
  char const *loop ; /* as it is written */
  char const *text ; /* the loop with the arguments of a call, perhaps with the lines before it */
  char const *before ; /* what the script has ahead of the loop */
  char const *script ;
  int is_unknown ; /* the loop has a limit, but its number is not in the script */
} ;

/* ---- numbers.c ---- */
extern unsigned long number_at (struct limit const *limit, char const *p) ; /* 30, "30", $TRIES, ${TRIES:-30}, $((TRIES * 2)); 0: not known */
extern unsigned long constant (struct limit const *limit, char const *name) ; /* what the script sets the variable to; 0: not known */
extern char const *next_value (char const *text, char const *p, char const *mark) ; /* behind the next NAME= from p on; 0: there is none. `mark` is NAME= */

/* ---- counters.c ---- */
/* How often the loop asks at most, by a counter; 0: no limit, or not known. *is_variable_step: the counter
   steps by a variable that nothing is known about: tries are steps of 1 then. */
extern unsigned long counted_tries (struct limit *limit, int *is_variable_step) ;
extern unsigned long compared (struct limit const *limit) ; /* the largest number that something is compared with */

/* ---- deadlines.c ---- */
extern int has_clock (char const *text) ; /* SECONDS, date +%s */
extern unsigned long clock_limit (struct limit *limit) ; /* the seconds until a loop that asks the clock ends; 0: no limit, or not known */

#endif
