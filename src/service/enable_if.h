/* `enable-if`: is the service wanted in this container? Pure.

   Each line of the file is one condition about an environment variable:

     NAME          it is set, and not empty
     NAME=V1|V2    it is one of these
     !NAME         it is not set, or empty
     !NAME=V1|V2   it is none of these, or not set

   All conditions must hold. White space at both ends and around `!`, `=` and `|` means nothing.
   Blank lines, and lines that begin with #, are skipped. A NAME consists of letters, digits, `_`,
   `.` and `-`, and begins with a letter or `_`. A value is not empty, and does not begin with any
   of = " ' $: there are no quotes, and nothing is expanded. */

#ifndef REEVE_SERVICE_ENABLE_IF_H
#define REEVE_SERVICE_ENABLE_IF_H

#include <stddef.h>

#include "wire/disabled.h"

#define ENABLE_IF_FILE "enable-if"
#define ENABLE_IF_TEXT_MAX 4095 /* also written out in a message */
#define ENABLE_IF_WHY_MAX DISABLED_WHY_MAX
#define ENABLE_IF_ALLOWED "NAME or NAME=VALUE|VALUE on each line, also with ! in front; default: enabled"

struct enable_if_line /* borrowed from the text */
{
  char const *name ;
  size_t name_len ;
  char const *values ; /* the first value and all after it; 0: the line has none */
  size_t values_len ;
  unsigned int number ; /* the line's number, from 1 */
  unsigned int negated : 1 ;
} ;

/* Reads the next condition from *text on; `line` is all 0 at first. Returns 1; 0 at the end; or -1
   if a line is invalid: *line then has its number, and its text as name. */
extern int enable_if_next (char const **text, struct enable_if_line *line) ;

/* The next value of a line, from *at on, which is 0 at first. Returns its length; 0: no more. */
extern size_t enable_if_value (struct enable_if_line const *line, char const **at) ;

/* Does the condition hold? `value`: the variable's; 0: it is not set. */
extern int enable_if_holds (struct enable_if_line const *line, char const *value) ;

/* Returns the value of a variable; 0: it is not set. */
typedef char const *enable_if_lookup_func (char const *name, void *data) ;

/* Decides by all lines of `text`.
     why  printable; a sentence about the first condition that does not hold ("ROLE is web, not
          worker or all"), or the invalid line
   Returns 1: enabled; 0: disabled; -1: invalid. */
extern int enable_if (char const *text, enable_if_lookup_func *lookup, void *data, char why[ENABLE_IF_WHY_MAX]) ;

#endif
