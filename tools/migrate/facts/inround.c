/* What is known of variables, and of $1 in one round of a loop or one call of a function. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

void add_known (struct analysis *a, char const *name, char const *value, char const *constant)
{
  struct known *known = pool_alloc(a->pool, sizeof(*known)) ;
  *known = (struct known){ .name = name, .value = value, .constant = constant, .next = a->known } ;
  a->known = known ;
}

void forget_values (struct analysis *a, char const *names)
{
  for (char const *p = names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    add_known(a, pool_copy(a->pool, p, strcspn(p, " ")), 0, 0) ;
}

void know_round (struct analysis *a, char const *name, char const *value)
{
  add_known(a, name, value, value) ;
  a->known->of_round = 1 ;
}

static char const *digit_name (struct analysis *a, unsigned int i)
{
  return pool_printf(a->pool, "%u", i) ;
}

static char const *known_value (struct known const *known, char const *name)
{
  while (known && strcmp(known->name, name) != 0) known = known->next ;
  return known ? known->value : 0 ;
}

/* How many words `shift` takes away; 0: not known. */
static unsigned int shifts_by (struct statement const *statement)
{
  if (strcmp(statement_command(statement), "shift") != 0) return 0 ;
  return statement->nwords == 1 ? 1 : shell_number(statement_word(statement, 1), 9, 0) ;
}

void know_words (struct analysis *a, struct statement const *call)
{
  int are_known = 1 ;
  for (unsigned int i = 1 ; i < call->nwords ; i++) are_known &= !!call->words[i].value ; /* one that is not may become several */
  for (unsigned int i = 1 ; i < 10 ; i++)
    know_round(a, digit_name(a, i), !are_known ? 0 : i < call->nwords ? call->words[i].value : "") ;
}

void shift_words (struct analysis *a, struct statement const *statement)
{
  struct known const *last = a->known ;
  unsigned int by = a->conditions.first ? 0 : shifts_by(statement) ;
  for (unsigned int i = 1 ; i < 10 ; i++) know_round(a, digit_name(a, i), by && i + by < 10 ? known_value(last, digit_name(a, i + by)) : 0) ;
}

void forget_words (struct analysis *a, struct known *ahead)
{
  struct known const *last = a->known ;
  for (unsigned int i = 1 ; i < 10 ; i++) know_round(a, digit_name(a, i), known_value(ahead, digit_name(a, i))) ;
  for (struct known const *one = last ; one != ahead ; one = one->next)
    if (one->of_round && one->name[0] > '9') forget_values(a, one->name) ;
}
