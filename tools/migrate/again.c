/* exec gosu USER "$0" "$@": the script starts itself again as another user. So do the services. */

#include <string.h>

#include "migrate/analysis.h"

int starts_itself (struct analysis *a, struct statement *statement, struct launch const *launch)
{
  if (launch->first >= statement->nwords || !strpbrk(statement->words[launch->first].raw, "0B")) return 0 ;
  if (!shell_one_of(statement->words[launch->first].raw, "\"$0\" $0 \"${0}\" \"$BASH_SOURCE\" \"${BASH_SOURCE[0]}\" \"${BASH_SOURCE}\"")) return 0 ;
  if (texts_has(&launch->options, "--user")) a->user = launch->options ;
  a->again = claim_statement(a, statement, "dropped", "the script started itself again") ;
  for (struct text const *one = a->user.first ; one ; one = one->next)
    if (!strcmp(one->text, "--user")) a->again->what = pool_printf(a->pool, "the script started itself again as %s: so do the services", one->next->text) ;
  a->again_nsetup = a->plan->nsetup + !!a->pending ; /* what is in its branch came before it, too */
  return 1 ;
}

/* Does run do more than to set something, and to become its program? */
static int works_ahead (struct service const *service)
{
  if (!service->command) return 1 ;
  for (struct text const *one = service->run.first ; one ; one = one->next)
    if (strncmp(one->text, "cd ", 3) != 0 && *one->text != '#') return 1 ;
  return 0 ;
}

/* The same options without those of `user`. */
static struct texts options_without (struct pool *pool, struct texts const *options, struct texts const *user)
{
  struct texts others = { 0 } ;
  for (struct text const *one = options->first ; one ; one = one->next)
    if (!texts_has(user, one->text)) texts_add(pool, &others, one->text) ;
  return others ;
}

/* Lines of the script that make the user's name. */
static void define_user (struct analysis *a, struct service *service)
{
  struct plan *plan = a->plan ;
  char const *text = texts_join(a->pool, &service->user, " ") ;
  struct texts lines = { 0 } ;
  for (unsigned int i = service->npieces ; i-- ; )
  {
    struct piece const *piece = plan->pieces + i ;
    if (piece->is_function || piece->under || !piece_mentioned(piece, text)) continue ;
    if (piece->shared)
    {
      plan_todo(plan, service, service->claim, service->line, pool_printf(a->pool, "it ran as the user %s, whom only the setup knows: write who that is into run", texts_join(a->pool, &service->user, " "))) ;
      continue ;
    }
    text = pool_printf(a->pool, "%s %s", text, piece->text) ;
    texts_add(a->pool, &lines, piece->text) ;
  }
  for (struct text const *one = lines.first ; one ; one = one->next) /* the last that was found is the first */
  {
    struct texts rest = service->again ;
    service->again = (struct texts){ 0 } ;
    texts_add(a->pool, &service->again, one->text) ;
    texts_add_all(a->pool, &service->again, &rest) ;
  }
}

/* The setup behind it goes on as root. */
static void mark_setup (struct analysis *a)
{
  struct plan const *plan = a->plan ;
  for (unsigned int i = a->again_nsetup ; i < plan->nsetup ; i++)
    if (plan->setup[i].does_something)
    {
      plan_todo(a->plan, 0, a->again, source_line(a->source, a->again->range.start), "what is behind this in the setup ran as that user, and runs as root now: look at who owns what it makes") ;
      return ;
    }
}

void settle_user (struct analysis *a)
{
  if (!a->again || !a->user.first) return ;
  mark_setup(a) ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (!one->user.first) continue ;
    one->runs_again = works_ahead(one) && (!one->command || texts_has(&one->options, "--user")) ;
    if (one->runs_again) one->options = options_without(a->pool, &one->options, &one->user) ;
    if (one->runs_again || one->logger.first) define_user(a, one) ;
  }
}
