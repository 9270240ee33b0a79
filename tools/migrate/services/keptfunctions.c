/* Functions that start something, and that the setup calls all the same: what they start is only there for a while. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

static struct piece *piece_of (struct analysis *a, struct function const *function)
{
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (a->plan->pieces[i].is_function && !strcmp(a->plan->pieces[i].names, pool_printf(a->pool, " %s ", function->name))) return a->plan->pieces + i ;
  return 0 ;
}

/* The function comes where it stood in the script, and ahead of what calls it, which may be another function. */
static void put_ahead (struct analysis *a, struct statement *definition, unsigned int place)
{
  struct plan *plan = a->plan ;
  struct setup_item own ;
  add_setup(a, definition->range, 0) ;
  own = plan->setup[plan->nsetup - 1] ;
  while (place && !plan->setup[place - 1].text && plan->setup[place - 1].range.start > definition->range.start) place-- ;
  memmove(plan->setup + place + 1, plan->setup + place, (plan->nsetup - 1 - place) * sizeof(own)) ;
  plan->setup[place] = own ;
}

/* `place`: of the item of the setup that has come to this text. */
static void keep_called (struct analysis *a, char const *text, unsigned int *place)
{
  for (struct function *one = a->functions ; one ; one = one->next)
  {
    struct piece *piece = one->asked == a->questions ? 0 : piece_of(a, one) ;
    if (!piece || !piece_mentioned(piece, text)) continue ;
    one->asked = a->questions ;
    if (!piece->in_setup)
    {
      piece->in_setup = 1 ;
      if (!piece->claim) piece->claim = claim_statement(a, one->statement, "", pool_printf(a->pool, "function %s", one->name)) ;
      put_ahead(a, one->statement, (*place)++) ;
    }
    keep_called(a, shell_uncommented(a->pool, piece->text), place) ;
  }
}

static int is_definition (struct analysis *a, struct setup_item const *item)
{
  struct function const *one = item->text ? 0 : a->functions ;
  while (one && one->statement->range.start != item->range.start) one = one->next ;
  return !!one ;
}

/* A definition that nothing there calls needs nothing. */
void settle_kept_functions (struct analysis *a)
{
  struct plan *plan = a->plan ;
  a->questions++ ;
  for (unsigned int i = 0 ; i < plan->nsetup ; i++)
    if (!is_definition(a, plan->setup + i))
      keep_called(a, shell_uncommented(a->pool, plan->setup[i].text ? plan->setup[i].text : source_copy(plan->source, plan->setup[i].range)), &i) ;
}
