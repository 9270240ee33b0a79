/* ENTRYPOINT ["/entry.sh"] with CMD ["sh", "-c", "server & prepare && app"]: where the script ends in
   exec "$@", it goes on with that code. */

#include <string.h>

#include "migrate/dockerpatch/cmdcode.h"
#include "migrate/plan/plan.h"
#include "migrate/shell/shell.h"

#define SHELLS "sh bash ash dash"

/* CMD sh -c "CODE" is a shell that executes a shell. */
static char const *innermost (struct pool *pool, char const *text)
{
  for (int depth = 0 ; depth < 5 ; depth++)
  {
    struct source code ;
    struct statement const *one = shell_parse_text(pool, &code, text) ;
    unsigned int i = one && !strcmp(statement_command(one), "exec") ;
    if (!one || one->next || one->background || one->kind != STATEMENT_COMMAND || one->nassignments || one->nredirects || one->nwords != i + 3
     || !shell_one_of(shell_basename(statement_word(one, i)), SHELLS) || !shell_one_of(statement_word(one, i + 1), "-c -lc") || !one->words[i + 2].value) break ;
    text = one->words[i + 2].value ;
  }
  return text ;
}

/* sh -c CODE, of several commands; 0: it is something else. */
static char const *code_of (struct pool *pool, char const *const *cmd)
{
  struct source code ;
  struct statement *first ;
  char const *text ;
  if (!cmd || !cmd[0] || !cmd[1] || !cmd[2] || !shell_one_of(shell_basename(cmd[0]), SHELLS) || !shell_one_of(cmd[1], "-c -lc -ec -lec -xc -exc")) return 0 ;
  text = innermost(pool, cmd[2]) ;
  first = shell_parse_text(pool, &code, text) ;
  return first && (first->next || first->background || first->kind != STATEMENT_COMMAND) ? text : 0 ;
}

/* The last line that says something, if that is exec "$@". */
static int find_end (struct source const *source, struct range *range)
{
  for (uint32_t line = source->nlines ; line ; line--)
  {
    char const *text ;
    *range = source_line_range(source, line) ;
    text = source_copy(source, *range) ;
    text += strspn(text, " \t") ;
    if (!*text || *text == '#') continue ;
    return !strncmp(text, "exec \"$@\"", 9) && !text[9 + strspn(text + 9, " \t;")] ;
  }
  return 0 ;
}

enum cmdcode cmdcode_put (struct pool *pool, struct source *source, char const *const *cmd, char const **code)
{
  struct range range ;
  int had_crlf = source->had_crlf ;
  char const *text ;
  *code = code_of(pool, cmd) ;
  if (!*code || !takes_arguments(source->text)) return CMDCODE_NONE ;
  if (strchr(*code, '\n') || strstr(*code, "<<") || mentions_positional(*code) || strchr(cmd[1], 'e') || strchr(cmd[1], 'x') || cmd[3] || !find_end(source, &range)) return CMDCODE_LEFT ;
  text = pool_printf(pool, "%.*s%s%s", (int)range.start, source->text, *code, source->text + range.end) ;
  source_init(source, pool, source->name, text, strlen(text)) ;
  source->had_crlf = had_crlf ;
  return CMDCODE_PUT ;
}
