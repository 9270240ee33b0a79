/* Templates and instances: several services with the same files.

   A directory NAME@ with a `run` is a template, not a service. NAME@x is an instance of it: a link
   to it, or a directory without a `run`; or it exists because of the template's file `count`. An
   instance has the template's files, except those that its own directory replaces. The part after
   the first @ distinguishes the instances. Pure: no I/O. */

#ifndef REEVE_SERVICE_INSTANCE_H
#define REEVE_SERVICE_INSTANCE_H

#include <stdint.h>

#include "service/name.h"

#define INSTANCE_VARIABLE "REEVE_INSTANCE" /* `x`, in the environment of all that an instance executes */
#define COUNT_FILE "count"
#define COUNT_MAX 10000
#define COUNT_ALLOWED "0 to 10000, or $VARIABLE, or $VARIABLE:DEFAULT"
#define COUNT_DEFAULT 1 /* for an invalid `count`: a mistake never keeps a service down */
#define COUNT_TEXT_MAX 256

/* Is it a template's name: NAME@, with no other @ in it? */
extern int instance_is_template (char const *name) ;
/* `x` of NAME@x, borrowed; 0: it is not an instance's name. */
extern char const *instance_of (char const *name) ;
/* Writes the name of the template of `name`: NAME@. Returns 1, or 0: `name` is not an instance's.
   `name` may go on after a slash (NAME@x/log); `rest`, if not 0, is set to that part, or to "". */
extern int instance_template (char const *name, char template[SERVICE_NAME_MAX + 1], char const **rest) ;
/* Is `name` the name of an instance of that template? */
extern int instance_is_of (char const *name, char const *template) ;
/* Writes the name of the template's instance with that number. Returns 1, or 0: the name would be
   too long for a service. */
extern int instance_name (char out[SERVICE_NAME_MAX + 1], char const *template, uint32_t number) ;
/* The number in a name that instance_name() writes; 0: it is not such a name. */
extern uint32_t instance_number (char const *name) ;

/* The content of `count`. */
struct instance_count
{
  char variable[COUNT_TEXT_MAX] ; /* the variable's name; "": none */
  uint32_t number ; /* the number itself, or the variable's default */
  int has_default ;
} ;

/* Parses the content of `count`: a number, or $VARIABLE, or $VARIABLE:DEFAULT. White space at the
   end is allowed. Returns 1, or 0 and writes nothing. */
extern int instance_count_parse (struct instance_count *count, char const *text) ;

/* How many instances are meant.
     value   the variable's; 0: it is not set; an empty value counts as not set
     number  always written; the default if the value is not a number from 0 to COUNT_MAX
   Returns 1, or 0: the value is no such number, or there is neither a value nor a default. */
extern int instance_count_resolve (struct instance_count const *count, char const *value, uint32_t *number) ;

#endif
