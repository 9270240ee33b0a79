/* The values of a loop's variable, or of a function's $1, in the statements that are walked. */

#include <string.h>

#include "migrate/facts/facts.h"

struct naming
{
  struct analysis *a ;
  char const *name ; /* of the variable */
  char const *value ; /* 0: not known any more */
} ;

/* A word that is just $name gets its value, for names and tables. The text is not changed. */
static int set_value (struct statement *statement, void *data)
{
  struct naming *naming = data ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    size_t len = strlen(naming->name) ;
    if (*raw == '"') raw++ ;
    if (*raw++ != '$') continue ;
    if (*raw == '{') raw++ ;
    if (strncmp(raw, naming->name, len) != 0 || strspn(raw + len, "}\"") != strlen(raw + len)) continue ;
    statement->words[i].value = naming->value ;
  }
  return 0 ;
}

void set_values (struct analysis *a, struct statement *list, char const *name, char const *value)
{
  struct naming naming = { .a = a, .name = name, .value = value } ;
  for (struct statement *one = list ; one ; one = one->next) statement_walk(one, &set_value, &naming) ;
}

void place_values (struct analysis *a, struct placed const *outer, char const *text)
{
  struct placed *placed = pool_alloc(a->pool, sizeof(*placed)) ;
  placed->text = text ;
  placed->npieces = a->plan->npieces ;
  placed->outer = outer ;
  a->positional = placed ;
}
