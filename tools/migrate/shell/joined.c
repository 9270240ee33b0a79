/* Several redirections, or assignments, without a command (`server & >/dev/null 2>&1`, `>a >b`, `A=1 B=2`): the
   grammar takes the next line for their command. In its copy of the text they end with a semicolon. */

#include <string.h>

#include "migrate/shell/tree.h"

struct joining
{
  struct source const *source ;
  char *text ; /* the grammar's copy */
  int found ;
} ;

/* The end of what is ahead of the first word; 0: the word is on its line. */
static uint32_t line_end (struct source const *source, struct statement const *command)
{
  uint32_t word = command->nwords ? command->words[0].range.start : command->nassignments ? command->assignments[0].range.start : 0 ;
  uint32_t end = 0 ;
  if (command->kind != STATEMENT_COMMAND) return 0 ;
  for (unsigned int i = 0 ; i < command->nredirects ; i++)
    if (command->redirects[i].range.start < word && command->redirects[i].range.end > end) end = command->redirects[i].range.end ;
  for (unsigned int i = 0 ; i < command->nassignments ; i++)
    if (command->assignments[i].range.start < word && command->assignments[i].range.end > end) end = command->assignments[i].range.end ;
  if (!end) return 0 ;
  for (uint32_t i = end ; i <= word ; i++)
    if ((source->text[i] == '\n' && source->text[i - 1] != '\\') || (source->text[i] == '#' && strchr(" \t", source->text[i - 1]))) return end ;
  return 0 ;
}

static void part (struct joining *j, struct statement const *list, unsigned int depth)
{
  if (depth > DEPTH_MAX) return ;
  for (; list ; list = list->next)
  {
    uint32_t end = line_end(j->source, list) ;
    if (end) j->text[end] = ';' ;
    j->found |= !!end ;
    part(j, list->body, depth + 1) ;
    for (struct branch const *branch = list->branches ; branch ; branch = branch->next)
    {
      part(j, branch->condition, depth + 1) ;
      part(j, branch->body, depth + 1) ;
    }
  }
}

int without_joined (struct source const *source, char *text, struct statement const *first)
{
  struct joining j = { .source = source, .text = text } ;
  part(&j, first, 0) ;
  return j.found ;
}
