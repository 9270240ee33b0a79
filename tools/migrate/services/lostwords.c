/* sh -c ollama serve: only the next word is code, and the others are its $0, $1, ... */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

static int look_at_code (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct launch launch ;
  int is_code = 0 ;
  unsigned int i ;
  char const *code ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  i = launch.first < statement->nwords ? statement_of_shell(statement, launch.first, &is_code) : 0 ;
  code = i && is_code ? statement_word(statement, i) : "" ;
  if (!*code || i + 1 >= statement->nwords || code[strcspn(code, " \t\n$`;&|")]) return 0 ;
  plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "-c takes one word as code: %s is executed alone, and what follows it there (%s) is no argument of it: put all of it into one pair of quotes",
    code, source_copy(a->source, (struct range){ statement->words[i + 1].range.start, statement->words[statement->nwords - 1].range.end }))) ;
  return 0 ;
}

void find_lost_words (struct analysis *a, struct statement *first)
{
  for (; first ; first = first->next) statement_walk(first, &look_at_code, a) ;
}
