/* A loop in the setup that waits until something in this container answers: no service is up then, so a line above it has
   started that, and nothing here knows it. The same in a task, where each service ahead of it is known, and is not asked. */

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

/* /tmp/redis.sock: redis-server */
static int names_it (struct pool *pool, char const *probe, char const *program)
{
  size_t len = strcspn(program, "-_.") ;
  if (len > 4 && program[len - 1] == 'd') len-- ;
  return len > 2 && strcasestr(probe, pool_copy(pool, program, len)) ;
}

/* Is a service ahead of it asked, or may be, as nobody knows what it does? */
static int may_be_answered (struct analysis *a, char const *probe, uint32_t line)
{
  int certain = 1 ;
  struct service const *asked = probed_service(a, probe, &certain) ;
  if (asked && certain) return 1 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (!one->is_oneshot && one->line < line && (!one->serves || names_it(a->pool, probe, one->program))) return 1 ;
  return 0 ;
}

static int look_at_loop (struct statement *statement, void *data)
{
  struct waited *waited = data ;
  struct analysis *a = waited->a ;
  struct claim *claim = waited->call ? waited->call : claim_of(a, statement) ;
  struct function *function = waited->call ? 0 : called_function(a, statement) ;
  struct waited inner = { .a = a, .files = waited->files, .call = claim, .line = waited->call ? waited->line : line_of(a, statement) } ;
  char const *probe ;
  int in_setup ;
  if (statement->kind == STATEMENT_FUNCTION) waited->function_end = statement->range.end ;
  if (statement->range.start < waited->function_end) return 0 ;
  if (function && claim && function->statement->body) return walk_with_calls(a, function->statement->body, &look_at_loop, &inner) ;
  if ((statement->kind != STATEMENT_LOOP && statement->kind != STATEMENT_FOR) || !claim || claim->todo.first || !audited_ending(a, waited->files, claim)) return 0 ;
  probe = loop_probe(a, statement) ;
  in_setup = !audited_service(a, claim) ;
  if (!probe || !asks_here(probe) || (!in_setup && may_be_answered(a, probe, inner.line))) return 0 ;
  for (struct file const *file = waited->files ; file ; file = file->next)
    if (!strcmp(file->path, claim->where) && audit_stops(file->content)) return 0 ;
  audit_todo(a, claim, inner.line, in_setup ? "it waits until something in this container answers, and no service is up while the setup runs: a line above has to start that. Make it a service, "
    "and what follows here a task behind it" : "it waits until something in this container answers, and no service here is known to: if a line above leaves that in the background, make it a service, in the foreground") ;
  return 0 ;
}

void audit_waited (struct analysis *a, struct statement *first, struct file const *files)
{
  struct waited waited = { .a = a, .files = files } ;
  for (; first ; first = first->next) statement_walk(first, &look_at_loop, &waited) ;
}
