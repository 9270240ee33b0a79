/* cd /app && migrate, . ./env.sh && migrate: later statements are in that directory, with these variables. */

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

static int moves_or_reads (struct statement *statement, void *data)
{
  return moves_shell(statement, data) || reads_file(statement, data) ;
}

/* The longest part ahead of A && B && C that each service can repeat, and has to; 0: there is none. */
static struct statement *context_ahead (struct analysis *a, struct statement *statement)
{
  struct statement *one = statement->body ;
  while (one && one->kind == STATEMENT_AND && !is_repeatable(a, one)) one = one->body ;
  return one && (moves_shell(one, 0) || (is_repeatable(a, one) && statement_walk(one, &moves_or_reads, 0))) ? one : 0 ;
}

struct statement *without_first (struct analysis *a, struct statement const *statement, struct statement *first)
{
  struct statement *rest ;
  struct statement *left ;
  if (statement->body == first) return first->next ;
  rest = pool_alloc(a->pool, 2 * sizeof(*rest)) ;
  left = rest + 1 ;
  *rest = *statement ;
  *left = *without_first(a, statement->body, first) ;
  left->next = statement->body->next ;
  rest->body = left ;
  rest->range.start = rest->core.start = left->range.start ;
  rest->is_start = 0 ;
  return rest ;
}

/* mkdir -p /data && cd /data: may all of it be done again? */
static int prepares (struct statement const *statement)
{
  if (statement->kind == STATEMENT_AND) return prepares(statement->body) && prepares(statement->body->next) ;
  return statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "mkdir chown chmod test [ cd pushd umask") ;
}

/* cd a && x && cd ../b && y: what of it moves the shell, cd a && cd ../b */
static char const *all_moves (struct analysis *a, struct statement *first, struct statement *statement)
{
  char const *before = statement == first ? statement_text(a, first) : all_moves(a, first, statement->body) ;
  return statement != first && shell_one_of(statement_command(statement->body->next), "cd pushd popd")
    ? pool_printf(a->pool, "%s && %s", before, statement_text(a, statement->body->next)) : before ;
}

struct statement *moved_work (struct analysis *a, struct statement *statement)
{
  struct statement *first ;
  struct statement *rest ;
  if (statement->kind != STATEMENT_AND || comes_back(statement) || statement->nredirects || is_repeatable(a, statement)) return 0 ;
  first = context_ahead(a, statement) ;
  if (!first)
  {
    if (!changes_place(statement) || !prepares(statement)) return 0 ;
    first = statement ;
  }
  rest = first == statement ? statement : without_first(a, statement, first) ;
  if (first != statement && (a->last || a->plan->services || a->conditions.first))
  {
    a->must_succeed++ ;
    add_context(a, first) ;
    a->must_succeed-- ;
    return rest ;
  }
  {
    int before_all = !a->plan->services && !a->conditions.first ;
    struct claim *claim = claim_statement(a, statement, before_all ? plan_setup_where(a->plan) : "",
      !before_all ? "working directory" : statement_walk(first, &reads_file, 0) ? "setup, as it was; the variables of the file that it reads are those of what comes later, too"
      : "setup, as it was; its directory is that of what comes later, too") ;
    struct piece *piece = plan_piece(a->plan, all_moves(a, first, statement), names_defined(a, first)) ;
    piece->always = 1 ;
    piece->in_setup = before_all ;
    if (!before_all) remarks_to_piece(a, piece, statement) ;
    place_piece(a, piece) ;
    piece->claim = claim ;
    if (before_all && a->must_succeed) add_setup_text(a, pool_printf(a->pool, "%s || exit", statement_text(a, statement)), 1) ;
    else if (before_all) add_setup(a, statement->range, 1) ; /* it stays there as it was */
  }
  return statement ;
}
