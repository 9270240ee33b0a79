/* A loop in the setup that waits until something in this container answers: no service is up then, so a line above it has
   started that, and nothing here knows it. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

static int asks_here (char const *probe)
{
  static char const *const marks[] = { "localhost", "127.0.0.1", "[ -S ", "test -S ", "[[ -S " } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(probe, marks[i])) return 1 ;
  return 0 ;
}

struct waited
{
  struct analysis *a ;
  struct file const *files ;
  struct claim *call ; /* of the call that has come to what is looked at; 0: it stands in the script */
  uint32_t line ; /* the call's */
  uint32_t function_end ; /* of one that is only defined */
} ;

static int look_at_loop (struct statement *statement, void *data)
{
  struct waited *waited = data ;
  struct analysis *a = waited->a ;
  struct claim *claim = waited->call ? waited->call : claim_of(a, statement) ;
  struct function *function = waited->call ? 0 : called_function(a, statement) ;
  struct waited inner = { .a = a, .files = waited->files, .call = claim, .line = waited->call ? waited->line : line_of(a, statement) } ;
  char const *probe ;
  if (statement->kind == STATEMENT_FUNCTION) waited->function_end = statement->range.end ;
  if (statement->range.start < waited->function_end) return 0 ;
  if (function && claim && function->statement->body) return walk_with_calls(a, function->statement->body, &look_at_loop, &inner) ;
  if ((statement->kind != STATEMENT_LOOP && statement->kind != STATEMENT_FOR) || !claim || claim->todo.first || strcmp(claim->where, plan_setup_where(a->plan)) != 0) return 0 ;
  probe = loop_probe(a, statement) ;
  if (!probe || !asks_here(probe)) return 0 ;
  for (struct file const *file = waited->files ; file ; file = file->next)
    if (!strcmp(file->path, claim->where) && audit_stops(file->content)) return 0 ;
  audit_todo(a, claim, inner.line, "it waits until something in this container answers, and no service is up while the setup runs: a line above has to start that. Make it a service, "
    "and what follows here a task behind it") ;
  return 0 ;
}

void audit_waited (struct analysis *a, struct statement *first, struct file const *files)
{
  struct waited waited = { .a = a, .files = files } ;
  for (; first ; first = first->next) statement_walk(first, &look_at_loop, &waited) ;
}
