/* A server that is only started to be prepared, and stopped again before the rest starts: part of the setup, no service. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* pg_ctl start | indent: a daemon, whose messages are in a filter. */
static struct statement *daemon_of (struct statement *first)
{
  return first->kind == STATEMENT_PIPELINE && first->body && !first->background ? first->body : first ;
}

static int starts_one (struct analysis *a, struct statement *first)
{
  struct statement *daemon = daemon_of(first) ;
  if (shell_one_of(statement_command(first), "wait exec")) return 0 ;
  return first->background || (daemon->kind == STATEMENT_COMMAND && starts_something(a, daemon) && strcmp(statement_command(daemon), "exec") != 0) ;
}

/* The commands of a && b && c, one behind the other. */
static void add_side (struct analysis *a, struct statement *statement, struct statement **end)
{
  while (*end) end = &(*end)->next ;
  if (statement->kind == STATEMENT_AND)
  {
    add_side(a, statement->body, end) ;
    add_side(a, statement->body->next, end) ;
    return ;
  }
  *end = pool_alloc(a->pool, sizeof(**end)) ;
  **end = *statement ;
  (*end)->next = 0 ;
}

/* Is something started in the list, and all of that stopped again? */
static int all_stopped (struct analysis *a, struct statement *list)
{
  int any = 0 ;
  for (; list ; list = list->next)
  {
    struct statement *end = starts_one(a, list) ? stopped_at(a, list) : 0 ;
    if (end) any = 1 ;
    else if (starts_something(a, list)) return 0 ;
    if (end) list = end ;
  }
  return any ;
}

int code_stops_all (struct analysis *a, struct source *code, struct statement *list)
{
  struct source *outer = a->source ;
  struct statement *flat = 0 ;
  int r ;
  a->source = code ;
  if (list && !list->next && list->kind == STATEMENT_AND) add_side(a, list, &flat) ;
  r = all_stopped(a, flat ? flat : list) ;
  a->source = outer ;
  return r ;
}

/* Does the statement itself do both: start && seed && stop, su postgres -c "start; seed; stop"? */
static int stops_itself (struct analysis *a, struct statement *first)
{
  struct launch launch ;
  struct source code ;
  struct statement *list = 0 ;
  char const *raw ;
  int is_code = 0 ;
  unsigned int i ;
  if (first->background) return 0 ;
  if (first->kind == STATEMENT_AND)
  {
    add_side(a, first, &list) ;
    return all_stopped(a, list) ;
  }
  if (first->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, first, &launch) ;
  i = launch.code ? 0 : statement_of_shell(first, launch.first, &is_code) ;
  raw = launch.code ? launch.code : is_code ? first->words[i].raw : 0 ;
  return raw && strpbrk(raw, ";&\n") && code_stops_all(a, &code, shell_parse_text(a->pool, &code, shell_without_quotes(a->pool, raw))) ;
}

struct statement *temporary_end (struct analysis *a, struct statement *first)
{
  if (stops_itself(a, first)) return behind_stop(a, first) ;
  return starts_one(a, first) ? stopped_at(a, first) : 0 ;
}

struct statement *temporary_part (struct analysis *a, struct statement *first, struct statement *end)
{
  struct statement *part = pool_alloc(a->pool, sizeof(*part)) ;
  part->kind = STATEMENT_OTHER ;
  part->name = "" ;
  part->source = first->source ;
  part->range = part->core = (struct range){ first->range.start, end->range.end } ;
  for (struct statement **to = &part->body ; ; to = &(*to)->next, first = first->next)
  {
    *to = pool_alloc(a->pool, sizeof(**to)) ;
    **to = *first ;
    (*to)->next = 0 ;
    if (first == end) return part ;
  }
}
