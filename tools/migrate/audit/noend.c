/* Where no service is main: what was the container's end, and what is it now? */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

/* What is said of it elsewhere. */
static int speaks_of_end (char const *text)
{
  static char const *const marks[] = { "kept the container alive", "none is main", "no service is main", "not main", "now it goes on", "the container goes on", "flag-main" } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(text, marks[i])) return 1 ;
  return 0 ;
}

static int is_told (struct analysis *a)
{
  for (uint32_t i = 0 ; i < a->source->nclaims ; i++)
  {
    if (speaks_of_end(a->source->claims[i]->what)) return 1 ;
    for (struct text const *one = a->source->claims[i]->todo.first ; one ; one = one->next)
      if (speaks_of_end(one->text)) return 1 ;
  }
  for (struct mistake const *one = a->plan->mistakes ; one ; one = one->next)
    if (speaks_of_end(one->text)) return 1 ;
  for (struct text const *one = a->plan->notes.first ; one ; one = one->next)
    if (speaks_of_end(one->text)) return 1 ;
  return 0 ;
}

/* Did the script stay in its last statement, or is that not known? */
static int stays (struct analysis *a, struct statement const *list)
{
  struct statement const *last = 0 ;
  for (; list ; list = list->next)
    if (list->kind != STATEMENT_COMMENT) last = list ;
  return a->waited_line || a->has_idle || (last && (last->damaged || last->kind == STATEMENT_LOOP || last->kind == STATEMENT_FOR || last->kind == STATEMENT_SUBSHELL)) ;
}

void audit_noend (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)files ;
  if (!a->plan->services || has_main(a) || a->plan->goes_on || a->plan->lost_cmd || stays(a, first) || is_told(a)) return ;
  texts_add(a->pool, &a->plan->notes, "TODO: no service is main: the script ended, and the container with it; now it goes on until it is stopped. Give flag-main to the one with whose end it shall end") ;
}
