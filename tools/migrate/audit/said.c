/* Where a piece of the script went: all that the files have, and what the report says. */

#include <string.h>

#include "migrate/audit/audit.h"

/* Lines may be joined, and stand further to the right. */
static char const *without_blanks (struct pool *pool, char const *text)
{
  return pool_without(pool, text, " \t\n\\;") ;
}

char const *audit_said (struct analysis *a, struct file const *files)
{
  struct texts all = { 0 } ;
  for (; files ; files = files->next) texts_add(a->pool, &all, files->content) ;
  for (uint32_t i = 0 ; i < a->source->nclaims ; i++)
  {
    texts_add(a->pool, &all, a->source->claims[i]->what) ;
    texts_add_all(a->pool, &all, &a->source->claims[i]->todo) ;
  }
  texts_add_all(a->pool, &all, &a->plan->notes) ;
  return without_blanks(a->pool, texts_join(a->pool, &all, "\n")) ;
}

int audit_says (struct analysis *a, char const *said, char const *text)
{
  return !!strstr(said, without_blanks(a->pool, text)) ;
}

void audit_lost (struct analysis *a, struct claim *claim, uint32_t line, char const *text)
{
  struct service *service = a->plan->services ;
  while (service && !service->is_main) service = service->next ;
  plan_todo(a->plan, service ? service : plan_last(a->plan), claim, line, text) ;
}
