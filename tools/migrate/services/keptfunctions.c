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

void settle_kept_functions (struct analysis *a)
{
  struct plan *plan = a->plan ;
  for (unsigned int i = 0 ; i < plan->nsetup ; )
  {
    char const *text = shell_uncommented(a->pool, plan->setup[i].text ? plan->setup[i].text : source_copy(plan->source, plan->setup[i].range)) ;
    unsigned int before = plan->nsetup ;
    for (struct function *one = a->functions ; one && before == plan->nsetup ; one = one->next)
    {
      struct piece *piece = piece_of(a, one) ;
      if (!piece || piece->in_setup || !piece_mentioned(piece, text)) continue ;
      piece->in_setup = 1 ;
      if (!piece->claim) piece->claim = claim_statement(a, one->statement, "", pool_printf(a->pool, "function %s", one->name)) ;
      put_ahead(a, one->statement, i) ;
    }
    if (before == plan->nsetup) i++ ;
  }
}
