/* A trap that sets a variable which a loop asks, so that the loop ends behind its work: it stays with the loop. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/traps/trapping.h"

struct setting_flags
{
  struct analysis *a ;
  struct source *source ; /* of the statements that are looked at */
  char const *asks ; /* the loop's text */
  struct texts sets ;
} ;

static int add_flag (struct statement *statement, void *data)
{
  struct setting_flags *flags = data ;
  char const *text = source_copy(flags->source, statement->range) ;
  size_t len = strspn(text, NAME_LETTERS) ;
  struct function *function = called_function(flags->a, statement) ;
  if (statement->kind == STATEMENT_ASSIGNMENT && len && text[len] == '=' && !strpbrk(text, " \t\n$`")
   && shell_mentions(flags->asks, pool_copy(flags->a->pool, text, len))) texts_add_once(flags->a->pool, &flags->sets, text) ;
  if (function && function->statement->body && function->asked != flags->a->questions)
  {
    struct source *source = flags->source ;
    function->asked = flags->a->questions ;
    flags->source = flags->a->source ;
    statement_walk(function->statement->body, &add_flag, flags) ;
    flags->source = source ;
  }
  return 0 ;
}

/* Only a loop that the script's own shell ran: others do not have its traps. */
static int has_loop (struct service const *service)
{
  return !service->is_oneshot && !service->is_background && !service->is_daemon && !service->command && service->run.first ;
}

void keep_flags (struct trapping *t)
{
  struct analysis *a = t->a ;
  struct source code ;
  struct statement *first = shell_parse_text(a->pool, &code, t->trap->code) ;
  for (struct service *service = t->reloads ? 0 : a->plan->services ; service ; service = service->next)
  {
    struct setting_flags flags = { .a = a, .source = &code, .asks = texts_join(a->pool, &service->run, "\n") } ;
    char const *line ;
    if (!has_loop(service) || are_exclusive(a, &t->trap->place, service)) continue ;
    a->questions++ ;
    for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_flag, &flags) ;
    if (!flags.sets.first) continue ;
    line = pool_printf(a->pool, "trap %s %s", shell_quote(a->pool, texts_join(a->pool, &flags.sets, "; ")), service->down_signal ? service->down_signal : "TERM") ;
    texts_add_once(a->pool, &service->before, line) ;
    service->trap = line ;
    t->claim->where = service_where(a->plan, service, "run") ;
    t->claim->what = pool_printf(a->pool, "%s; %s asks what it sets, and ends behind its work, as before", t->claim->what, service->name) ;
  }
}
