/* The script that executed the input, and stays ahead of /init. Where that was its last command, the patch
   writes exec "$@" in its place: the arguments are /init now. */

#include <string.h>

#include "migrate/dockerpatch/patching.h"
#include "migrate/shell/shell.h"

/* exec /start.sh, bash start.sh, $SUPERVISORD -n; not su app -c /start.sh, nice start.sh */
static int executes_plainly (struct docker_start const *start, struct statement const *statement)
{
  unsigned int i = !strcmp(statement_command(statement), "exec") ;
  i += i < statement->nwords && shell_one_of(shell_basename(statement_word(statement, i)), "sh bash ash dash . source python python3") ;
  if (i >= statement->nwords) return 0 ;
  return *statement->words[i].raw == '$' || !strncmp(statement->words[i].raw, "\"$", 2) || !strcmp(shell_basename(statement_word(statement, i)), start->script) ;
}

/* The command that executes the input, if it is the last of the script, and nothing else is on its lines. */
static struct statement const *last_command (struct docker_start const *start, struct source const *code, struct statement *first)
{
  struct statement const *last = 0 ;
  struct range lines ;
  for (struct statement *one = first ; one ; one = one->next)
  {
    if (one->damaged || (one->kind != STATEMENT_FUNCTION && statement_walk(one, &sets_positional, 0))) return 0 ;
    if (one->kind != STATEMENT_COMMENT) last = one ;
  }
  if (!last || last->kind != STATEMENT_COMMAND || last->nredirects || last->nassignments || last->background || !executes_plainly(start, last)) return 0 ;
  if (last->range.start != start->through_at.start || last->range.end != start->through_at.end) return 0 ;
  lines.start = source_line_range(code, source_line(code, last->range.start)).start ;
  lines.end = source_line_range(code, source_last_line(code, last->range)).end ;
  for (char const *p = code->text + lines.start ; p < code->text + last->range.start ; p++)
    if (!strchr(" \t", *p)) return 0 ;
  for (char const *p = code->text + last->range.end ; p < code->text + lines.end && *p != '#' ; p++)
    if (!strchr(" \t;", *p)) return 0 ;
  return last ;
}

char const *through_patch (struct patching const *p)
{
  struct docker_start const *start = p->start ;
  struct docker_script const *script = start->through_script ;
  struct source code ;
  struct statement *first ;
  struct statement const *last ;
  struct edit *edits = 0 ;
  if (!script || script->had_crlf || start->through_goes_on || start->through_user || strstr(start->through_text, "exec \"$@\"")) return "" ;
  first = shell_parse_text(p->pool, &code, start->through_text) ;
  last = last_command(start, &code, first) ;
  if (!last) return "" ;
  code.name = script->name ;
  texts_add(p->pool, &edit_add(p->pool, &edits, source_line(&code, last->range.start), source_last_line(&code, last->range))->lines, "exec \"$@\"") ;
  return patch_text(&code, edits) ;
}
