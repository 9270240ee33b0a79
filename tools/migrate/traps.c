/* Traps: the signals that services were sent, and what else was done at the end. */

#include <string.h>

#include "migrate/trapping.h"

void walk_trap (struct analysis *a, struct statement *statement)
{
  struct trap **end = &a->traps ;
  struct trap *trap ;
  char const *signals = " " ;
  unsigned int first = 1 ;
  drop_remarks(a, statement) ;
  if (!strcmp(statement_word(statement, 1), "--")) first++ ;
  if (first + 1 >= statement->nwords || !strcmp(statement->words[first].raw, "-"))
  {
    claim_statement(a, statement, "dropped", "the shell's signals: the supervisor has its own") ;
    return ;
  }
  for (unsigned int i = first + 1 ; i < statement->nwords ; i++)
    signals = pool_printf(a->pool, "%s%s ", signals, statement_word(statement, i)) ;
  trap = pool_alloc(a->pool, sizeof(*trap)) ;
  trap->statement = statement ;
  trap->code = unquoted(a->pool, statement->words[first].raw) ;
  trap->signals = signals ;
  trap->line = line_of(a, statement) ;
  while (*end) end = &(*end)->next ;
  *end = trap ;
}

/* Was it the end? Not a signal that means another thing, when others are there for the end. */
static int is_for_the_end (struct analysis *a, struct trap const *trap)
{
  static char const *const ends[] = { " TERM ", " SIGTERM ", " INT ", " SIGINT ", " QUIT ", " SIGQUIT ", " EXIT ", " 0 ", " 15 ", " 2 ", " 3 ", " PWR ", " SIGPWR " } ;
  for (size_t i = 0 ; i < sizeof(ends) / sizeof(*ends) ; i++)
    if (strstr(trap->signals, ends[i])) return 1 ;
  if (strstr(trap->signals, "HUP ") || strstr(trap->signals, " 1 ")) return 0 ;
  for (struct trap const *other = a->traps ; other ; other = other->next)
    if (other != trap && *other->code)
      for (size_t i = 0 ; i < sizeof(ends) / sizeof(*ends) ; i++)
        if (strstr(other->signals, ends[i])) return 0 ;
  return 1 ;
}

static int is_end (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "exit pkill killall") || (shell_one_of(statement_command(statement), "kill") && strcmp(statement_word(statement, 1), "-0") != 0) ;
}

/* trap 'kill $pids' CHLD: the end of one was the end of all. */
static int ends_all (struct analysis *a, struct trap const *trap)
{
  struct source code ;
  struct function *function = find_function(a, trap->code) ;
  if (function) function->walked = 1 ;
  for (struct statement *one = function ? function->statement->body : shell_parse_text(a->pool, &code, trap->code) ; one ; one = function ? 0 : one->next)
    if (statement_walk(one, &is_end, 0)) return 1 ;
  return 0 ;
}

static void all_are_main (struct analysis *a, struct claim *claim)
{
  struct texts names = { 0 } ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->is_background && !service->is_oneshot)
    {
      service->is_main = 1 ;
      texts_add(a->pool, &names, service->name) ;
    }
  if (names.first) claim->what = pool_printf(a->pool, "watched its children, and ended all when one had ended: main are %s", texts_join(a->pool, &names, ", ")) ;
}

void apply_traps (struct analysis *a)
{
  for (struct trap *trap = a->traps ; trap ; trap = trap->next)
  {
    struct source code ;
    struct trapping t = { .a = a, .trap = trap } ;
    struct function *function = find_function(a, trap->code) ;
    t.claim = claim_statement(a, trap->statement, "dropped", pool_printf(a->pool, "trap of%.*s: the supervisor signals each service",
      (int)strlen(trap->signals) - 1, trap->signals)) ;
    if (!*trap->code)
    {
      t.claim->what = pool_printf(a->pool, "ignores%.*s: a service has the default", (int)strlen(trap->signals) - 1, trap->signals) ;
      continue ;
    }
    if (shell_one_of("ERR", trap->signals + 1) || strstr(trap->signals, " ERR ") || strstr(trap->signals, " DEBUG "))
    {
      t.claim->what = "a trap for errors of the script" ;
      continue ;
    }
    if (strstr(trap->signals, "CHLD"))
    {
      t.claim->what = "watched its children: supervision replaces it" ;
      if (ends_all(a, trap)) all_are_main(a, t.claim) ;
      continue ;
    }
    t.reloads = !is_for_the_end(a, trap) ;
    if (function)
    {
      struct statement *body = function->statement->body ;
      function->walked = 1 ;
      if (body) apply_list(&t, body->kind == STATEMENT_GROUP ? body->body : body, a->source) ;
      source_claim(a->source, function->statement->range, t.claim->where, pool_printf(a->pool, "function %s, the trap of line %u: %s", function->name, trap->line, t.claim->what)) ;
    }
    else apply_list(&t, shell_parse_text(a->pool, &code, trap->code), &code) ;
    mark_early(&t) ;
  }
}
