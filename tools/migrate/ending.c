/* What came behind the waiting, and with which code the script ended: the container's code is now
   that of a main service, which is known only when everything has been walked. */

#include <string.h>

#include "migrate/analysis.h"

struct ending
{
  struct claim *claim ;
  char const *what ; /* ahead of what is said of the code */
  char const *code ; /* with which the script always ended here; 0: none */
  int always_told ; /* also if the code is no other one */
  struct ending *next ;
} ;

static void add_ending (struct analysis *a, struct ending const *ending)
{
  struct ending *one = pool_alloc(a->pool, sizeof(*one)) ;
  *one = *ending ;
  one->next = a->endings ;
  a->endings = one ;
}

static int is_code (char const *word)
{
  char const *end ;
  shell_number(word, 256, &end) ;
  return end > word && !*end ;
}

void drop_exit (struct analysis *a, struct statement *statement, char const *what)
{
  char const *code = statement_word(statement, 1) ;
  int is_constant = !strcmp(statement_command(statement), "exit") && is_code(code) ;
  add_ending(a, &(struct ending){ .claim = claim_statement(a, statement, "dropped", what), .what = what, .code = is_constant ? code : 0, .always_told = 1 }) ;
}

/* Does nothing follow in the whole script? */
static int is_script_end (struct analysis *a, struct statement const *statement)
{
  struct statement const *next = statement->next ;
  while (next && next->kind == STATEMENT_COMMENT) next = next->next ;
  return !next && a->depth == 1 ;
}

void drop_end_message (struct analysis *a, struct statement *statement)
{
  struct claim *claim = claim_statement(a, statement, "dropped", "a message about the end") ;
  if (is_script_end(a, statement)) add_ending(a, &(struct ending){ .claim = claim, .what = "a message about the end: ", .code = "0" }) ;
}

static int find_exit (struct statement *statement, void *data)
{
  char const **code = data ;
  if (strcmp(statement_command(statement), "exit") != 0 || !is_code(statement_word(statement, 1))) return 0 ;
  *code = statement_word(statement, 1) ;
  return 1 ;
}

void drop_end_call (struct analysis *a, struct statement *statement)
{
  struct function *function = find_function(a, statement_command(statement)) ;
  struct claim *claim = claim_statement(a, statement, "dropped", "the scanner ends the other services") ;
  char const *code = 0 ;
  if (function && statement_walk(function->statement->body, &find_exit, &code))
    add_ending(a, &(struct ending){ .claim = claim, .what = "the scanner ends the other services; ", .code = code }) ;
}

char const *why_dropped_behind (struct analysis *a, struct statement const *left, struct statement const *right)
{
  int waits = keeps_alive(left) || shell_one_of(statement_command(left), "wait") ;
  a->end_is_forgiven |= waits ;
  if (shell_one_of(statement_command(right), "true :")) return "a failure did not end the script" ;
  return waits ? "what was done when the waiting ended with a failure: now the container ends with the code of what is main"
    : "what was done when the start failed: the service is restarted instead" ;
}

/* With set -e a failure of what is main was the script's end, before it came to its own code. */
static int was_another_code (struct analysis *a, struct ending const *ending)
{
  return ending->code && (!a->sets_errexit || a->end_is_forgiven || strcmp(ending->code, "0") != 0) ;
}

void settle_endings (struct analysis *a)
{
  struct service *main = a->plan->services ;
  while (main && !main->is_main) main = main->next ;
  for (struct ending *ending = a->endings ; ending ; ending = ending->next)
  {
    if (!ending->always_told && (!main || !was_another_code(a, ending))) continue ;
    if (!main) ending->claim->what = pool_printf(a->pool, "%sno service is main: the container ends when it is stopped", ending->what) ;
    else if (!was_another_code(a, ending)) ending->claim->what = pool_printf(a->pool, "%sthe container's exit code is the main service's", ending->what) ;
    else ending->claim->what = pool_printf(a->pool,
      "%sthe container's exit code is the main service's, and no more always %s: if that is wanted, let finish of %s run `reeve shutdown %s`",
      ending->what, ending->code, main->name, ending->code) ;
  }
}
