/* Daemons that leave, in a loop, a pipeline or behind !: the script goes on behind these. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/become.h"
#include "migrate/services/services.h"

/* Also what su starts: echo PASSWORD | su -c sshd */
static int leaves (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  struct foreground inside ;
  if (statement->kind != STATEMENT_COMMAND || statement->background) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  if (!launch.code) return leaves_by_itself(a, statement, 1) ;
  return leaves_inside(a, statement, &inside) && !inside.by_configuration ;
}

static int only_pauses (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (strcmp(statement_command(list), "sleep") != 0 && !is_message(a, list) && list->kind != STATEMENT_COMMENT) return 0 ;
  return 1 ;
}

/* until service mysql start; do sleep 1; done; for i in 1 2 3; do service mysql start && break; sleep 1; done: 0: another loop */
struct statement *tried_daemon (struct analysis *a, struct statement *loop)
{
  struct statement *condition = loop->branches ? loop->branches->condition : 0 ;
  struct statement *first = loop->branches ? loop->branches->body : 0 ;
  struct statement *program = 0 ;
  if (loop->background || !loop->branches) return 0 ;
  if (loop->kind == STATEMENT_LOOP && condition && !condition->next && only_pauses(a, first)) program = loop->until ? condition : condition->kind == STATEMENT_NOT ? condition->body : 0 ;
  if (loop->kind == STATEMENT_FOR && first && first->kind == STATEMENT_AND && shell_one_of(statement_command(first->body->next), "break") && only_pauses(a, first->next)
   && !(*loop->name && shell_mentions(statement_text(a, first->body), loop->name))) program = first->body ;
  return program && leaves(a, program) ? program : 0 ;
}

struct starting
{
  struct analysis *a ;
  char const *name ; /* of the last daemon that leaves */
  int others ; /* something stays, or is in the background, or waits */
} ;

static int look_at_start (struct statement *statement, void *data)
{
  struct starting *starting = data ;
  if (leaves(starting->a, statement)) starting->name = name_of(starting->a, statement) ;
  else starting->others |= statement->background || (statement->kind == STATEMENT_COMMAND && starts_something(starting->a, statement)) ;
  return starting->others ;
}

/* cat list | while read s; do service $s start; done, ! service cron start: it starts nothing else. Returns 0 if it is not that. */
int walk_leaving (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct starting starting = { .a = a } ;
  struct service *service ;
  if (a->waited_line || is_last(a, frame) || statement->kind == STATEMENT_COMMAND || statement_walk(statement, &look_at_start, &starting) || !starting.name) return 0 ;
  service = start_service(a, statement, START_DAEMON) ;
  service->is_leaving = 1 ;
  service_set(a->plan, service, "flag-forks", "") ;
  plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "it leaves %s in the background, and the script went on: make a service of each daemon, in the foreground; "
    "until then flag-forks follows it (with a pidfile, if it leaves several processes)", strpbrk(starting.name, "$\"") ? "what a variable says" : starting.name)) ;
  return 1 ;
}
