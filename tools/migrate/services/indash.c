/* What Bash knows and dash does not, in a script for sh, which may be dash: a mistake for the first of each kind. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

struct indash
{
  struct analysis *a ;
  struct texts told ;
} ;

#define NOT_FOUND "it fails with 127"
#define NOT_READ "it cannot read that, and ends the script with 2"

static void tell (struct indash *in, struct statement const *statement, char const *what, char const *effect)
{
  if (texts_has(&in->told, what)) return ;
  texts_add(in->a->pool, &in->told, what) ;
  plan_mistake(in->a->plan, line_of(in->a, statement), pool_printf(in->a->pool, "dash, which sh may be, has no %s: %s: write #!/bin/bash, if the script is meant for that", what, effect)) ;
}

static void look_at_trap (struct indash *in, struct statement const *trap)
{
  for (unsigned int i = 2 ; i < trap->nwords ; i++)
  {
    char const *signal = statement_word(trap, i) ;
    if (!strncmp(signal, "SIG", 3)) tell(in, trap, "signals by a name with SIG", "this trap is not set") ;
    else if (shell_one_of(signal, "ERR DEBUG RETURN")) tell(in, trap, pool_printf(in->a->pool, "trap of %s", signal), "this trap is not set") ;
  }
}

static void look_at_command (struct indash *in, struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  char const *option = statement_word(statement, 1) ;
  if (!strcmp(command, "source")) tell(in, statement, "source (but .)", NOT_FOUND ", and reads nothing") ;
  else if (shell_one_of(command, "declare typeset let shopt disown")) tell(in, statement, command, NOT_FOUND) ;
  else if (!strcmp(command, "trap")) look_at_trap(in, statement) ;
  else if (!strcmp(command, "export") && !strcmp(option, "-f")) tell(in, statement, "export -f", "it ends the script with 2") ;
  else if (!strcmp(command, "set"))
    for (unsigned int i = 2 ; i < statement->nwords ; i++)
      if (!strcmp(statement_word(statement, i), "pipefail") && strcmp(statement_word(statement, 1), "--") != 0) tell(in, statement, "pipefail", "it ends the script with 2") ;
}

static void look_at_redirects (struct indash *in, struct statement const *statement)
{
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    char const *raw = statement->redirects[i].raw ;
    if (!strncmp(raw, "<<<", 3)) tell(in, statement, "<<<", NOT_READ) ;
    else if (!strncmp(raw, ">&", 2) && !strchr("0123456789-$\"", raw[2 + strspn(raw + 2, " ")])) tell(in, statement, ">&FILE", NOT_READ) ;
    else if (!strncmp(raw + strcspn(raw, " "), " >(", 3) || !strncmp(raw + strcspn(raw, " "), " <(", 3)) tell(in, statement, "<( ) and >( )", NOT_READ) ;
  }
}

static int look (struct statement *statement, void *data)
{
  struct indash *in = data ;
  int is_text = statement->kind == STATEMENT_TEST || statement->kind == STATEMENT_ASSIGNMENT ;
  char const *text = is_text ? statement_text(in->a, statement) : in->a->source->text + statement->range.start ;
  look_at_redirects(in, statement) ;
  if (statement->kind == STATEMENT_TEST && !strncmp(text, "[[", 2)) tell(in, statement, "[[", NOT_FOUND ", and this never holds") ;
  else if (statement->kind == STATEMENT_TEST && !strncmp(text, "((", 2)) tell(in, statement, "(( ))", NOT_FOUND ", and computes nothing") ;
  else if (statement->kind == STATEMENT_FUNCTION && !strncmp(text, "function ", 9)) tell(in, statement, "word function", NOT_READ) ;
  else if (statement->kind == STATEMENT_FOR && !*statement->name) tell(in, statement, "for (( ))", NOT_READ) ;
  else if (statement->kind == STATEMENT_ASSIGNMENT && !strncmp(text + strspn(text, NAME_LETTERS "+"), "=(", 2)) tell(in, statement, "arrays", NOT_READ) ;
  else if (statement->kind == STATEMENT_COMMAND || statement->kind == STATEMENT_DECLARATION) look_at_command(in, statement) ;
  return 0 ;
}

void find_unknown_to_dash (struct analysis *a, struct statement *first)
{
  struct indash in = { .a = a } ;
  for (; may_be_dash(a) && first ; first = first->next) statement_walk(first, &look, &in) ;
}
