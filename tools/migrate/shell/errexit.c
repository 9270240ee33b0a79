/* set -e: is it in force, and does a failure of the last command end the script? */

#include <string.h>

#include "migrate/shell/shell.h"

int shell_has_errexit (char const *interpreter)
{
  char const *options = strstr(interpreter, " -") ;
  return options && strcspn(options + 2, "e") < strcspn(options + 2, " \t") ;
}

int statement_sets_errexit (struct statement const *statement)
{
  if (strcmp(statement_command(statement), "set") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *word = statement_word(statement, i) ;
    if (!strcmp(word, "--")) break ;
    int is_name = !strcmp(word, "errexit") ;
    char sign = is_name ? *statement_word(statement, i - 1) : *word ;
    if (!is_name && !strchr(word, 'e')) continue ;
    if (sign == '-') return 1 ;
    if (sign == '+') return -1 ;
  }
  return 0 ;
}

/* Also what a file that it reads may do. */
static int may_clear (struct statement *statement, void *data)
{
  (void)data ;
  return statement_sets_errexit(statement) < 0 || shell_one_of(statement_command(statement), ". source eval") ;
}

static int last_decides (struct statement const *first, int errexit)
{
  struct statement const *last = uncommented_last(first) ;
  return last && statement_decides(last, errexit) ;
}

int statement_decides (struct statement const *statement, int errexit)
{
  if (statement->background || statement->damaged) return 0 ;
  switch (statement->kind)
  {
    case STATEMENT_COMMAND : return errexit || !strcmp(statement_command(statement), "exit") ;
    case STATEMENT_ASSIGNMENT :
    case STATEMENT_DECLARATION :
    case STATEMENT_TEST :
    case STATEMENT_PIPELINE : return errexit ;
    case STATEMENT_OR : return statement_decides(statement->body->next, errexit) ;
    case STATEMENT_SUBSHELL : return errexit && !statement->nredirects ;
    case STATEMENT_GROUP : return !statement->nredirects && last_decides(statement->body, errexit) ;
    case STATEMENT_IF :
    case STATEMENT_CASE :
    case STATEMENT_LOOP :
    case STATEMENT_FOR :
      for (struct branch const *one = statement->branches ; one ; one = one->next)
        if (one->body && !last_decides(one->body, errexit)) return 0 ;
      return statement->branches && !statement->nredirects ;
    default : return 0 ;
  }
}

int shell_last_decides (struct pool *pool, char const *interpreter, char const *text)
{
  struct source code ;
  struct statement *first = shell_parse_text(pool, &code, text) ;
  int errexit = shell_has_errexit(interpreter) ;
  for (struct statement const *one = first ; one ; one = one->next) errexit |= statement_sets_errexit(one) > 0 ;
  for (struct statement *one = first ; one ; one = one->next)
    if (statement_walk(one, &may_clear, 0)) errexit = 0 ;
  return last_decides(first, errexit) ;
}
