/* Templates and instances: several services of the same files.

   A directory NAME@ with a `run` is a template, no service. NAME@x is one of its instances: a
   link to it, or a directory without a `run`, or there because of the template's file `count`.
   An instance has the template's files, with its own in their places; what stands behind the
   first @ tells instances apart. Pure: no I/O. */

#ifndef REEVE_SERVICE_INSTANCE_H
#define REEVE_SERVICE_INSTANCE_H

#include <stdint.h>

#include "service/name.h"

#define INSTANCE_VARIABLE "REEVE_INSTANCE" /* `x`, in the environment of all that an instance executes */
#define COUNT_FILE "count"
#define COUNT_MAX 10000
#define COUNT_ALLOWED "0 to 10000, or $VARIABLE, or $VARIABLE:DEFAULT"
#define COUNT_DEFAULT 1 /* where `count` is invalid: what is wrong never keeps a service down */
#define COUNT_TEXT_MAX 256

/* Is it a template's name: NAME@, with no other @ in it? */
extern int instance_is_template (char const *name) ;
/* `x` of NAME@x, borrowed; 0: it is no instance's name. */
extern char const *instance_of (char const *name) ;
/* Writes the name of the template of `name`: NAME@. Returns 1, or 0: it is no instance's name.
   `name` may go on behind a slash (NAME@x/log): `rest`, if not 0, is that, or "". */
extern int instance_template (char const *name, char template[SERVICE_NAME_MAX + 1], char const **rest) ;
/* Is `name` an instance's of that template? */
extern int instance_is_of (char const *name, char const *template) ;
/* Writes the name of the template's instance of that number. Returns 1, or 0: no service can
   have it, as it is too long. */
extern int instance_name (char out[SERVICE_NAME_MAX + 1], char const *template, uint32_t number) ;
/* The number of an instance whose name instance_name() writes; 0: it is none. */
extern uint32_t instance_number (char const *name) ;

/* What `count` says. */
struct instance_count
{
  char variable[COUNT_TEXT_MAX] ; /* "": none */
  uint32_t number ; /* itself, or the variable's default */
  int has_default ;
} ;

/* Parses the content of `count`: a number; or $VARIABLE, perhaps with :DEFAULT behind it. White
   space at the end is allowed. Returns 1, or 0 and writes nothing. */
extern int instance_count_parse (struct instance_count *count, char const *text) ;

/* How many instances are meant.
     value   the variable's, 0: it is not set. Empty counts as that
     number  always written; the default where the value is no number from 0 to COUNT_MAX
   Returns 1, or 0: the value is no such number, or there is neither it nor a default. */
extern int instance_count_resolve (struct instance_count const *count, char const *value, uint32_t *number) ;

#endif
