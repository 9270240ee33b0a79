/* What binds more tightly. The grammar takes `a | b | c && d` for a | { b | c && d; }, and
   `! a | b` for { ! a; } | b. The shell takes the pipeline first. */

#include "migrate/shell/tree.h"

static int is_list (struct statement const *statement)
{
  return is_and_or(statement) && statement->body && statement->body->next ;
}

static struct statement *last_of (struct statement *list)
{
  while (list->next) list = list->next ;
  return list ;
}

static struct statement *new_statement (struct pool *pool, enum statement_kind kind, struct statement *body, uint32_t start, uint32_t end)
{
  struct statement *statement = pool_alloc(pool, sizeof(*statement)) ;
  statement->kind = kind ;
  statement->name = "" ;
  statement->source = body->source ;
  statement->body = body ;
  statement->range = statement->core = (struct range){ start, end } ;
  for (struct statement *one = body ; one ; one = one->next) statement->damaged |= one->damaged ;
  return statement ;
}

/* One pipeline of both, which may be pipelines themselves. `! a | b` is the opposite of all of it. */
static struct statement *join (struct pool *pool, struct statement *left, struct statement *right)
{
  struct statement *first = left ;
  uint32_t start = left->range.start ;
  int negates = left->kind == STATEMENT_NOT && left->body && !left->body->next && !is_list(left->body) ;
  if (negates) first = left->body ;
  if (first->kind == STATEMENT_PIPELINE) first = first->body ;
  last_of(first)->next = right->kind == STATEMENT_PIPELINE ? right->body : right ;
  first = new_statement(pool, STATEMENT_PIPELINE, first, first->range.start, right->range.end) ;
  return negates ? new_statement(pool, STATEMENT_NOT, first, start, right->range.end) : first ;
}

/* The first command of a list, to be changed for another. */
static struct statement **leftmost (struct statement **statement)
{
  while (is_list(*statement)) statement = &(*statement)->body ;
  return statement ;
}

static struct statement **rightmost (struct statement **statement)
{
  while (is_list(*statement)) statement = &(*statement)->body->next ;
  return statement ;
}

/* Sets the range from the first part to the last. */
static void stretch (struct statement *statement)
{
  struct statement *left = statement->body ;
  struct statement *right = left ? left->next : 0 ;
  if (!left || !right || !is_list(statement)) return ;
  stretch(left) ;
  stretch(right) ;
  statement->range.start = left->range.start ;
  statement->range.end = right->range.end ;
  statement->core = statement->range ;
}

/* The last command of `left`, into the first one of `right`. */
static struct statement *put_into (struct pool *pool, struct statement *left, struct statement *right)
{
  struct statement **end = rightmost(&left) ;
  struct statement **begin = leftmost(&right) ;
  struct statement *next = *begin == right ? 0 : (*begin)->next ;
  (*begin)->next = 0 ;
  *end = join(pool, *end, *begin) ;
  left->next = next ;
  *begin = left ;
  stretch(right) ;
  return right ;
}

void pipeline_binds (struct pool *pool, struct statement *statement)
{
  struct statement *whole ;
  int wrong = 0 ;
  for (struct statement *one = statement->body ; one ; one = one->next)
  {
    wrong |= is_list(one) ;
    if (one->kind == STATEMENT_COMMENT) return ;
  }
  if (!statement->body || !statement->body->next) return ;
  if (!wrong && statement->body->kind != STATEMENT_NOT) return ;
  whole = statement->body ;
  for (struct statement *one = whole->next, *next ; one ; one = next)
  {
    next = one->next ;
    one->next = 0 ;
    whole->next = 0 ;
    whole = put_into(pool, whole, one) ;
  }
  statement->kind = whole->kind ;
  statement->body = whole->body ;
}
