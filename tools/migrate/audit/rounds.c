/* for i in $(seq $N); do worker --port $PORT & PORT=$((PORT + 1)); done: each round went on from what the one ahead of it
   had made. An instance of a template is started without the others' rounds. Nor has what is no instance a round. */

#include <string.h>

#include "migrate/audit/audit.h"

/* In the loop over a count? The pieces' and the service's line that sets the loop's variable is the same one. */
static int is_in_loop (struct piece const *piece, struct service const *service)
{
  return piece->placed && strstr(piece->placed->text, "REEVE_INSTANCE") && !piece_is_elsewhere(piece, service->positional) ;
}

/* By more than the piece itself? */
static int needs (struct analysis *a, char const *run, struct piece const *piece)
{
  char const *own = strstr(run, piece->text) ;
  if (!own) return piece_mentioned(piece, run) ;
  return piece_mentioned(piece, own + strlen(piece->text)) || piece_mentioned(piece, pool_copy(a->pool, run, (size_t)(own - run))) ;
}

/* UP="$UP host:$((9000 + i))", and then proxy $UP: nothing knows all rounds, and only an instance knows its own. */
static int is_of_all_rounds (struct analysis *a, char const *text, struct piece const *piece)
{
  if (!piece->claim || !piece->placed || !strstr(piece->placed->text, "REEVE_INSTANCE") || !strstr(text, piece->text)) return 0 ;
  return (piece_adds(piece) || placed_mentioned(piece->placed, piece->text)) && needs(a, text, piece) ;
}

static int is_inside (struct statement const *outer, struct claim const *claim)
{
  return claim && outer->range.start <= claim->range.start && claim->range.end <= outer->range.end ;
}

struct several
{
  struct plan const *plan ;
  struct claim const *claim ;
} ;

/* A loop over values that are not known, which started something and has the claim? */
static int is_several_loop (struct statement *statement, void *data)
{
  struct several const *several = data ;
  if (statement->kind != STATEMENT_FOR || !is_inside(statement, several->claim)) return 0 ;
  for (struct service const *one = several->plan->services ; one ; one = one->next)
    if (one->is_several && is_inside(statement, one->claim)) return 1 ;
  return 0 ;
}

/* N=$((N + 1)) in such a loop */
static int adds_in_several (struct analysis *a, struct statement *first, char const *text, struct piece const *piece)
{
  struct several several = { a->plan, piece->claim } ;
  if (!piece->claim || !piece_adds(piece) || !strstr(text, piece->text) || !needs(a, text, piece)) return 0 ;
  for (; first ; first = first->next)
    if (statement_walk(first, &is_several_loop, &several)) return 1 ;
  return 0 ;
}

void audit_rounds (struct analysis *a, struct statement *first, struct file const *files)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
    for (unsigned int i = 0 ; service_has(service, "count") && i < a->plan->npieces ; i++)
    {
      struct piece const *piece = a->plan->pieces + i ;
      if (!piece->claim || !piece_adds(piece) || !is_in_loop(piece, service) || !needs(a, audited_text(a, files, service, "run"), piece)) continue ;
      plan_todo(a->plan, service, piece->claim, source_line(a->source, piece->claim->range.start), pool_printf(a->pool,
        "each round of the loop did this once more: %s; here each instance begins anew: compute what it needs from REEVE_INSTANCE, which is 1, 2, ...", piece->text)) ;
    }
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    struct texts names = { 0 } ;
    struct service *marked = 0 ;
    for (struct service *service = a->plan->services ; service ; service = service->next)
    {
      char const *run = audited_text(a, files, service, "run") ;
      if (!service_has(service, "count") && !service->is_several && (is_of_all_rounds(a, run, piece) || adds_in_several(a, first, run, piece)))
      {
        if (!marked) marked = service ;
        texts_add(a->pool, &names, service->name) ;
      }
    }
    if (marked) plan_todo(a->plan, marked, piece->claim, source_line(a->source, piece->claim->range.start), pool_printf(a->pool,
      "each round of the loop did this, ahead of %s: %s; there it is done once, and outside of the rounds: let it have a loop of its own", texts_join(a->pool, &names, ", "), piece->text)) ;
  }
}
