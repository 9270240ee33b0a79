/* finish: work that was done once, the code with which the script failed also behind an end with 0,
   and how long finish may run: Reeve kills it after 5 s unless told otherwise, and in the script it had no limit. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

/* At once, or not longer than Reeve waits. */
#define QUICK "rm rmdir mv touch mkdir chmod chown ln echo printf cat sed grep date logger kill pkill killall : true false test [ exit return " \
  "break set export unset local cd read trap shift reeve"

static int may_take_long (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  char const *command = statement_command(statement) ;
  struct function *function ;
  if (!strcmp(command, "exec") && statement->nwords > 1) command = shell_basename(statement_word(statement, 1)) ;
  function = find_function(a, command) ;
  if (statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_DAMAGED || statement->kind == STATEMENT_OTHER) return 1 ;
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
    if (!shell_one_of(one->text, QUICK)) return 1 ; /* X=$(ask) */
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  if (!function) return !shell_one_of(command, QUICK) ;
  if (!function->statement->body || function->asked == a->questions) return 0 ;
  function->asked = a->questions ;
  return statement_walk(function->statement->body, &may_take_long, a) ;
}

int needs_services (struct statement *statement, void *data)
{
  (void)data ;
  return statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_utility(statement), "rm rmdir mv cp touch sync mkdir chmod chown ln echo printf true : test [ date logger sleep") ;
}

/* wg-quick down wg0: what it undoes was done once, ahead of all. */
void mark_repeated (struct analysis *a, struct service const *service, struct statement *work, char const *text, struct claim *claim)
{
  if (service->is_main || !walk_with_calls(a, work, &needs_services, 0)) return ;
  texts_add_once(a->pool, &claim->todo, pool_printf(a->pool,
    "it was done once, at the end, and is done each time that %s has ended, which is started again: %s; if it undoes what was done once, make that a task (flag-oneshot) with this as its undo",
    service->name, text)) ;
}

/* Ahead of all other work, which may end finish. In a stop the service is wanted down. */
void keep_failure (struct analysis *a, struct service *service, char const *code)
{
  struct texts lines = { 0 } ;
  char const *why = pool_printf(a->pool, "# The script ended with %s also if this had ended with 0 by itself.", code) ;
  if (texts_has(&service->finish, why)) return ; /* by another `exit` */
  texts_add(a->pool, &lines, why) ;
  texts_add(a->pool, &lines, pool_printf(a->pool,
    "case \"" FINISH_CODE " $(reeve status --json \"$REEVE_SERVICE\")\" in '0 '*'\"wanted\":\"up\"'*) reeve shutdown %s ;; esac", code)) ;
  texts_add_all(a->pool, &lines, &service->finish) ;
  service->finish = lines ;
}

void settle_finish (struct analysis *a)
{
  struct texts names = { 0 } ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    struct source code ;
    int is_long = 0 ;
    if (!service->finish.first || service_has(service, "timeout-finish")) continue ;
    a->questions++ ;
    for (struct statement *one = shell_parse_text(a->pool, &code, texts_join(a->pool, &service->finish, "\n")) ; one && !is_long ; one = one->next)
      is_long = statement_walk(one, &may_take_long, a) ;
    if (!is_long) continue ;
    service_set(a->plan, service, "timeout-finish", "0") ;
    texts_add(a->pool, &names, service->name) ;
  }
  if (names.first)
    texts_add(a->pool, &a->plan->notes, pool_printf(a->pool, "finish of %s may run as long as it needs (timeout-finish 0), as the script did: "
      "in docker stop the container's runtime has to wait for it as well (docker run --stop-timeout, 10 s by default)", texts_join(a->pool, &names, ", "))) ;
}
