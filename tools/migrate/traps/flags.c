/* What a trap did to a working loop of the script's own shell stays with the loop, in its run: it sets what the loop
   asks, signals what the loop has started, and ends it. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/traps/trapping.h"

struct staying
{
  struct trapping *t ;
  struct source *source ; /* of the statements that are looked at */
  char const *loop ; /* the loop's text */
  struct texts lines ; /* of the trap that stays */
  int ends ; /* it exits */
} ;

/* until [ -f /run/stop ]; do job; sleep 3; done; wait $WEB */
static int is_task_with_loop (struct service const *service)
{
  int loops = 0 ;
  for (struct text const *one = service->run.first ; one ; one = one->next) loops |= shell_mentions(one->text, "while") || shell_mentions(one->text, "until") ;
  return service->is_oneshot && !service->is_job && loops ;
}

/* Only a loop that the script's own shell ran: others do not have its traps. */
static int has_loop (struct service const *service)
{
  return (!service->is_oneshot || is_task_with_loop(service)) && !service->is_background && !service->is_daemon && !service->command && service->run.first ;
}

/* Does the loop set one of the variables that the text asks for? */
static int asks_what_it_sets (struct analysis *a, char const *loop, char const *text)
{
  for (char const *p = text ; (p = strchr(p, '$')) ; p++)
  {
    char const *name = p + 1 + (p[1] == '{') ;
    size_t len = strspn(name, NAME_LETTERS) ;
    char const *sets = len ? pool_printf(a->pool, "%.*s=", (int)len, name) : 0 ;
    for (char const *at = loop ; sets && (at = strstr(at, sets)) ; at++)
      if (at == loop || !strchr(NAME_LETTERS, at[-1])) return 1 ;
  }
  return 0 ;
}

/* run=0, where the loop asks for $run */
static int sets_what_it_asks (struct analysis *a, char const *loop, struct statement const *statement, char const *text)
{
  size_t len = strspn(text, NAME_LETTERS) ;
  return statement->kind == STATEMENT_ASSIGNMENT && len && text[len] == '=' && !strpbrk(text, " \t\n$`") && shell_mentions(loop, pool_copy(a->pool, text, len)) ;
}

/* touch /tmp/stop, >/tmp/stop, rm /run/on, where the loop asks for that file */
static int makes_what_it_asks (char const *loop, struct statement const *statement)
{
  if (!shell_one_of(statement_command(statement), "touch rm : echo true") && statement->nwords) return 0 ;
  for (unsigned int i = 1 ; shell_one_of(statement_command(statement), "touch rm") && i < statement->nwords ; i++)
    if (strlen(statement->words[i].raw) > 3 && strstr(loop, statement->words[i].raw)) return 1 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (statement->redirects[i].is_output && strlen(statement->redirects[i].target) > 3 && strstr(loop, statement->redirects[i].target)) return 1 ;
  return 0 ;
}

static void look_at_list (struct staying *staying, struct statement *list)
{
  struct analysis *a = staying->t->a ;
  for (; list ; list = list->next)
  {
    struct function *function = called_function(a, list) ;
    char const *text = source_copy(staying->source, list->range) ;
    if (list->kind == STATEMENT_COMMENT || list->background) continue ;
    if (function && function->statement->body && function->asked != a->questions && list->nwords == 1)
    {
      struct source *source = staying->source ;
      function->asked = a->questions ;
      staying->source = a->source ;
      look_at_list(staying, function->statement->body) ;
      staying->source = source ;
    }
    else if (list->kind == STATEMENT_GROUP && !list->nredirects) look_at_list(staying, list->body) ;
    else if (!strcmp(statement_command(list), "exit")) staying->ends = 1 ;
    else if (sets_what_it_asks(a, staying->loop, list, text) || makes_what_it_asks(staying->loop, list) || asks_what_it_sets(a, staying->loop, text))
    {
      texts_add_once(a->pool, &staying->lines, text) ;
      texts_add_once(a->pool, &staying->t->stays, text) ;
    }
  }
}

struct napping
{
  unsigned long longest_ms ; /* of pauses that no trap interrupts */
  int naps ;
  int serves ; /* it runs a server, and stays in it */
} ;

static int find_nap (struct statement *statement, void *data)
{
  struct napping *napping = data ;
  unsigned long ms ;
  napping->serves |= !statement->background && statement->kind == STATEMENT_COMMAND && says_serve(statement, 0) ;
  if (calls_wait(statement, 0) || !strcmp(statement_command(statement), "sleep")) napping->naps = 1 ;
  if (strcmp(statement_command(statement), "sleep") != 0 || statement->is_interruptible) return 0 ;
  ms = duration_ms(statement_word(statement, 1)) ;
  if (!ms) ms = 3600000 ; /* not known */
  if (ms > napping->longest_ms) napping->longest_ms = ms ;
  return 0 ;
}

#define STOP_MS 10000 /* docker stop waits as long */

/* Would the loop still be in one of its commands when the container's runtime ends it? It would not where it pauses, for a time that
   is known: while inotifywait FILES; do ...; done may stay there for ever. */
static int stays_too_long (struct pool *pool, char const *loop)
{
  struct source code ;
  struct napping napping = { 0 } ;
  for (struct statement *one = shell_parse_text(pool, &code, loop) ; one ; one = one->next) statement_walk(one, &find_nap, &napping) ;
  return napping.longest_ms >= STOP_MS || napping.serves || !napping.naps ;
}

/* What stays with the loop of the service; none: nothing. */
static void keep_with (struct trapping *t, struct statement *first, struct source *code, struct service *service)
{
  struct analysis *a = t->a ;
  struct staying staying = { .t = t, .source = code, .loop = texts_join(a->pool, &service->run, "\n") } ;
  int is_late ;
  a->questions++ ;
  look_at_list(&staying, first) ;
  if (service->is_oneshot && !staying.lines.first) return ;
  is_late = stays_too_long(a->pool, staying.loop) ;
  if (staying.ends && !staying.lines.first && is_late)
    t->claim->what = pool_printf(a->pool, "%s; the signal ends %s at once, also amid its work", t->claim->what, service->name) ;
  else if (staying.ends) texts_add(a->pool, &staying.lines, "exit 0") ;
  if (!staying.lines.first) return ;
  if (is_late) plan_mistake(a->plan, service->line, "a trap runs only when the command has ended that the loop is in, and so long takes a stop: start that with & and wait for it (sleep N & wait $!)") ;
  service->trap = pool_printf(a->pool, "trap %s %s", shell_quote(a->pool, texts_join(a->pool, &staying.lines, "; ")), service->down_signal ? service->down_signal : "TERM") ;
  texts_add_once(a->pool, &service->before, service->trap) ;
  t->claim->where = service_where(a->plan, service, "run") ;
  t->claim->what = pool_printf(a->pool, "%s; %s keeps it, and ends behind its work, as before", t->claim->what, service->name) ;
}

void keep_with_loops (struct trapping *t, struct statement *first, struct source *code)
{
  for (struct service *service = t->reloads || t->trap->is_call ? 0 : t->a->plan->services ; service ; service = service->next)
    if (has_loop(service) && !are_exclusive(t->a, &t->trap->place, service)) keep_with(t, first, code, service) ;
}
