/* if, for, &&: blocks that set variables, and work as well. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

struct block
{
  struct analysis *a ;
  int asks_files ; /* [ ! -d DIR ]: mkdir DIR in it changes the answer */
} ;

static int tests_file (struct statement *statement, void *data)
{
  char const *text = statement_text(data, statement) ;
  if (statement->kind != STATEMENT_TEST && !shell_one_of(statement_command(statement), "test [")) return 0 ;
  return strstr(text, "-f ") || strstr(text, "-d ") || strstr(text, "-e ") || strstr(text, "-s ") ;
}

static int appends (struct statement const *statement)
{
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (strstr(statement->redirects[i].raw, ">>") && writes_files(statement)) return 1 ;
  return 0 ;
}

static int list_works (struct block const *block, struct statement *list, int is_asked) ;

/* `is_asked`: only its answer counts. */
static int part_works (struct block const *block, struct statement *statement, int is_asked)
{
  struct analysis *a = block->a ;
  char const *command = statement_command(statement) ;
  if (statement->kind == STATEMENT_FUNCTION || is_repeatable(a, statement)) return 0 ;
  if (statement->kind == STATEMENT_COMMAND)
  {
    if (called_function(a, statement)) return does_lasting_work(a, statement) ;
    if (is_asked) return does_something(statement, a) ;
    if (shell_one_of(command, "mkdir chown chmod touch rm ln")) return block->asks_files ;
    return appends(statement) || (!only_answers(command) && !is_harmless_again(command)) ;
  }
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
    if (list_works(block, branch->condition, 1) || list_works(block, branch->body, 0)) return 1 ;
  if (!is_and_or(statement)) return list_works(block, statement->body, is_asked) ;
  return part_works(block, statement->body, 1) || part_works(block, statement->body->next, is_asked) ;
}

static int list_works (struct block const *block, struct statement *list, int is_asked)
{
  for (; list ; list = list->next)
    if (part_works(block, list, is_asked)) return 1 ;
  return 0 ;
}

int block_works (struct analysis *a, struct statement *statement)
{
  struct block const block = { a, statement_walk(statement, &tests_file, a) } ;
  return statement->kind != STATEMENT_COMMAND && part_works(&block, statement, 0) ;
}
