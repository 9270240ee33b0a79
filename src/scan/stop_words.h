/* Messages of a stop about units that do not end. Nothing is changed here. */

#ifndef REEVE_SCAN_STOP_WORDS_H
#define REEVE_SCAN_STOP_WORDS_H

#include <stddef.h>

#include "scan/scanner.h"

#define STOP_NAMES_SIZE 1000

/* Names of units, and of the command, separated by commas. */
struct stop_names
{
  char text[STOP_NAMES_SIZE] ;
  size_t len ;
  unsigned int left_out ; /* names for which there was no room */
} ;

/* Says that something is killed, by -K or by the stop's budget.
     what  what kind of thing it is, with a space behind it */
extern void stop_words_killed (struct scanner const *s, char const *what, char const *name, int by_k) ;

/* Lists the units that were told to end, and those that wait for them. */
extern void stop_words_collect (struct scanner const *s, struct stop_names *told, struct stop_names *waiting) ;
/* Says that the units in `waiting` are told now, although they still had to wait for those in
   `told`. If none had to wait, says nothing. */
extern void stop_words_order_given_up (struct scanner const *s, struct stop_names const *told, struct stop_names const *waiting) ;

/* Names the units that still run, and says why that may be. */
extern void stop_words_still_running (struct scanner const *s) ;

#endif
