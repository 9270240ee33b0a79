/* Values that are known before the script runs: of variables, arrays, and what comes from the image's CMD. */

#ifndef REEVE_MIGRATE_KNOWN_H
#define REEVE_MIGRATE_KNOWN_H

#include "migrate/shell/shell.h"
#include "migrate/text/pool.h"

struct analysis ;

/* ---- dispatch.c ---- */
/* Of "$1", "${@:-bash}" and of what was set to these; 0: not known. */
extern char const *value_by_cmd (struct analysis *a, char const *raw) ;

/* ---- origin.c: what a variable holds at a place ---- */
struct variable
{
  char const *name ; /* the environment's name for it, after variable_from_environment() */
  char const *fallback ; /* its value if it is not set; 0: none */
  char const *constant ; /* the value that the script has set; 0: the environment decides */
  char const *composed ; /* of http://localhost:$PORT, which the script has set and which is not known: that; 0: it is none */
  unsigned int composed_at ; /* it has what the pieces before this one set */
} ;
/* $A, "${A}", ${A:-no}. 0: another form. */
extern int variable_parse (struct pool *pool, char const *raw, struct variable *variable) ;
/* After that many of the plan's pieces, does it have the environment's value, or a known one?
   0: the script may have set it to something else. */
extern int variable_from_environment (struct analysis *a, struct variable *variable, unsigned int npieces) ;

/* $NAMES, "${NAMES[@]}": adds its words, if only the script has set it. 0: they are not known. */
extern int known_words (struct analysis *a, char const *raw, struct texts *values) ;

extern statement_visit sets_any_name ; /* . FILE, export $(cat FILE), export "$key=$value": does it set variables whose names are not known? */

/* The text with the values of the variables in it that the script alone has set, as far as they are known. */
extern char const *with_known_values (struct analysis *a, char const *text) ;

/* ---- arrays.c ---- */
struct element
{
  char const *key ;
  char const *value ; /* 0: not known */
  struct element *next ;
} ;
struct array
{
  struct element *first ;
  int has_names ; /* its keys are names: declare -A */
} ;
/* 0: the script does something with it that is not known here. An array that nobody sets has no elements. */
extern int array_known (struct analysis *a, char const *name, struct array *array) ;
/* "${COMMAND[@]}" of an array that is not known as a whole: COMMAND=(server --all), to which conditions add options. 0: it
   begins with no word. */
extern char const *array_begins (struct analysis *a, char const *raw) ;

#endif
