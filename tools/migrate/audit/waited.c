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
} ;

static int look_at_loop (struct statement *statement, void *data)
{
  struct waited *waited = data ;
  struct analysis *a = waited->a ;
  struct claim *claim = claim_of(a, statement) ;
  char const *probe ;
  if ((statement->kind != STATEMENT_LOOP && statement->kind != STATEMENT_FOR) || !claim || claim->todo.first || strcmp(claim->where, plan_setup_where(a->plan)) != 0) return 0 ;
  probe = loop_probe(a, statement) ;
  if (!probe || !asks_here(probe)) return 0 ;
  for (struct file const *file = waited->files ; file ; file = file->next)
    if (!strcmp(file->path, claim->where) && audit_stops(file->content)) return 0 ;
  audit_todo(a, claim, line_of(a, statement), "it waits until something in this container answers, and no service is up while the setup runs: a line above has to start that. Make it a service, "
    "and what follows here a task behind it") ;
  return 0 ;
}

void audit_waited (struct analysis *a, struct statement *first, struct file const *files)
{
  struct waited waited = { .a = a, .files = files } ;
  for (; first ; first = first->next) statement_walk(first, &look_at_loop, &waited) ;
}
