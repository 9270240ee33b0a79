/* A file that the setup reads, and that is removed or changed behind that: a service would not read the same again.
     export TOKEN=$(cat /run/token); rm /run/token */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

struct removing
{
  struct analysis *a ;
  struct piece const *piece ;
  char const *file ; /* as the script writes it */
  uint32_t line ;
} ;

/* Does it look into a file, or whether there is one? */
static int reads (char const *text)
{
  static char const *const marks[] = { "$(", "`", "<", " -f ", " -e ", " -s ", " -d ", " -r " } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(text, marks[i])) return 1 ;
  return !!shell_read_file(text) ;
}

/* Is the file, or something in that folder, in the text? */
static int has_path (char const *text, char const *path)
{
  size_t len ;
  if (!strncmp(path, "./", 2)) path += 2 ;
  len = strlen(path) ;
  while (len > 1 && path[len - 1] == '/') len-- ;
  if (!len || strpbrk(path, "*?[ ") || !strcmp(path, ".") || *path == '-' || !strncmp(path, "/dev/", 5) || strspn(path, "0123456789&") == strlen(path)) return 0 ;
  for (char const *at = text ; (at = strstr(at, path)) ; at++)
  {
    int begins = at == text || strchr(" \t\n\"'<=(", at[-1]) || (at > text + 1 && at[-1] == '/' && at[-2] == '.') ;
    if (begins && (!at[len] || !strchr(NAME_LETTERS ".-", at[len]))) return 1 ;
  }
  return 0 ;
}

static int is_read (struct removing *removing, char const *raw)
{
  char const *path = shell_without_quotes(removing->a->pool, raw) ;
  if (!has_path(removing->piece->text, path)) return 0 ;
  removing->file = path ;
  return 1 ;
}

static int removes (struct statement *statement, void *data)
{
  struct removing *removing = data ;
  char const *command = statement_command(statement) ;
  unsigned int first = statement->nwords ;
  removing->line = line_of(removing->a, statement) ;
  if (statement->range.start < removing->piece->claim->range.end) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (statement->redirects[i].is_output && is_read(removing, statement->redirects[i].target)) return 1 ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  if (shell_one_of(command, "rm unlink shred mv truncate") || (!strcmp(command, "sed") && !strncmp(statement_word(statement, 1), "-i", 2))) first = 1 ;
  else if (shell_one_of(command, "cp install tee ln")) first = statement->nwords - 1 ;
  for (unsigned int i = first ? first : 1 ; i < statement->nwords ; i++)
    if (is_read(removing, statement->words[i].raw)) return 1 ;
  return 0 ;
}

void settle_removed (struct analysis *a, struct statement *first)
{
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
  {
    struct removing removing = { .a = a, .piece = a->plan->pieces + i } ;
    struct statement *one = first ;
    if (removing.piece->shared || removing.piece->is_function || !removing.piece->claim || !reads(removing.piece->text)) continue ;
    while (one && !statement_walk(one, &removes, &removing)) one = one->next ;
    if (!one) continue ;
    if (removing.piece->in_setup && compute_once(a, a->plan->pieces + i))
    {
      removing.piece->claim->what = pool_printf(a->pool, "%s%s", removing.piece->claim->what, HANDED_ON) ;
      continue ;
    }
    plan_todo(a->plan, removing.piece->in_setup ? 0 : plan_last(a->plan), removing.piece->claim, source_line(a->source, removing.piece->claim->range.start), pool_printf(a->pool,
      "line %u removes or changes %s, which each file that has this line reads again: keep the file, or hand on to the services what is read from it", removing.line, removing.file)) ;
  }
}
