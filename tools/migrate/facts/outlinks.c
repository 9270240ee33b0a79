/* Log files that are links to the container's output. */

#include <string.h>

#include "migrate/facts/facts.h"

static char const *word_text (struct word const *word)
{
  return word->value ? word->value : word->raw ;
}

/* ln -sf /dev/stdout PATH */
static int links_output (struct statement *statement, void *data)
{
  char const *path = data ;
  char const *target = 0 ;
  if (statement->kind != STATEMENT_COMMAND || strcmp(shell_basename(statement_command(statement)), "ln") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *text = word_text(&statement->words[i]) ;
    if (*text == '-') continue ;
    if (target) return shell_one_of(target, "/dev/stdout /dev/stderr /proc/1/fd/1 /proc/1/fd/2 /proc/self/fd/1 /proc/self/fd/2") && !strcmp(text, path) ;
    target = text ;
  }
  return 0 ;
}

int is_link_to_output (struct analysis *a, struct word const *word)
{
  struct source code ;
  char *path = (char *)word_text(word) ;
  for (struct text const *run = a->plan->image_runs.first ; run ; run = run->next)
    for (struct statement *one = shell_parse_text(a->pool, &code, run->text) ; one ; one = one->next)
      if (statement_walk(one, &links_output, path)) return 1 ;
  /* In the script, one that no condition and no function is around. */
  for (struct statement *one = shell_parse_text(a->pool, &code, a->source->text) ; one ; one = one->next)
    if (links_output(one, path)) return 1 ;
  return 0 ;
}
