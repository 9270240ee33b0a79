/* What the setup has computed once is not computed again in run. A later statement of the setup
   that changes such a value (OPTS="$OPTS -v", ARGS+=(-v)), or that has used it ahead of that, goes
   with it: the services get the last value. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

static int shares_name (struct piece const *piece, struct piece const *other)
{
  for (char const *p = piece->names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    if (memmem(other->names, strlen(other->names), p - 1, strcspn(p, " ") + 2)) return 1 ;
  return 0 ;
}

/* Does a piece among those from `from` to `to` that is computed once set a name of this one? */
static int is_computed (struct plan const *plan, struct piece const *piece, unsigned int from, unsigned int to)
{
  for (unsigned int i = from ; i < to ; i++)
    if (plan->pieces[i].shared && shares_name(piece, plan->pieces + i)) return 1 ;
  return 0 ;
}

/* Has it used what was computed ahead of it, and changed behind it? */
static int has_used (struct plan const *plan, unsigned int i)
{
  for (unsigned int j = 0 ; j < i ; j++)
    if (plan->pieces[j].shared && piece_mentioned(plan->pieces + j, plan->pieces[i].text) && is_computed(plan, plan->pieces + j, i + 1, plan->npieces)) return 1 ;
  return 0 ;
}

static int does_more (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct function *function = called_function(a, statement) ;
  if (moves_shell(statement, 0) || shell_one_of(statement_command(statement), "set shopt trap source . eval unset") || redirects_everything(statement)) return 1 ;
  return function && function->statement->body && statement_walk(function->statement->body, &moves_shell, 0) ;
}

/* Does it only set variables? Else run has to do it, too. */
static int only_sets (struct analysis *a, struct piece const *piece)
{
  struct source code ;
  struct statement *statement = shell_parse_text(a->pool, &code, piece->text) ;
  return statement && !statement_walk(statement, &does_more, a) ;
}

int compute_once (struct analysis *a, struct piece *piece)
{
  if (!only_sets(a, piece)) return 0 ;
  piece->shared = 1 ;
  return 1 ;
}

static void compute_or_mark (struct analysis *a, struct piece *piece)
{
  uint32_t line = piece->claim ? source_line(a->source, piece->claim->range.start) : 0 ;
  if (!compute_once(a, piece) && piece->claim) plan_todo(a->plan, 0, piece->claim, line, pool_printf(a->pool,
    "the setup computes%sonce, with this line; a service that reads that does this line again: see that it does no harm twice", piece->names)) ;
}

/* ---- names that only the setup needs: a loop's variable ---- */

static int service_mentions (struct piece const *name, struct service const *service)
{
  return piece_mentioned_by(name, service) || piece_mentioned_in(name, &service->finish) || piece_mentioned_in(name, &service->logger)
   || (service->check && piece_mentioned(name, service->check)) ;
}

static int is_needed (struct analysis *a, char const *word)
{
  struct piece const name = { .names = pool_printf(a->pool, " %s ", word) } ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (service_mentions(&name, one)) return 1 ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (!a->plan->pieces[i].shared && !strstr(a->plan->pieces[i].names, name.names) && piece_mentioned(&name, a->plan->pieces[i].text)) return 1 ;
  return is_exported(a, word) ;
}

static void drop_names (struct analysis *a, struct piece *piece)
{
  char const *names = " " ;
  for (char const *p = piece->names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *word = pool_copy(a->pool, p, strcspn(p, " ")) ;
    if (is_needed(a, word)) names = pool_printf(a->pool, "%s%s ", names, word) ;
  }
  piece->names = names ;
}

void settle_once (struct analysis *a)
{
  struct plan *plan = a->plan ;
  char *asked = pool_alloc(a->pool, plan->npieces + 1) ;
  for (int again = 1 ; again ; )
  {
    again = 0 ;
    for (unsigned int i = 0 ; i < plan->npieces ; i++)
    {
      struct piece *piece = plan->pieces + i ;
      if (piece->shared || !piece->in_setup || piece->is_function || asked[i]) continue ;
      if (!is_computed(plan, piece, 0, i) && !has_used(plan, i)) continue ;
      compute_or_mark(a, piece) ;
      asked[i] = again = 1 ;
    }
  }
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
    if (plan->pieces[i].shared) drop_names(a, plan->pieces + i) ;
}
