/* ENTRYPOINT ["/entry.sh"] with CMD ["sh", "-c", "server & prepare && app"]: where the script ends in
   exec "$@", it goes on with that code. */

#include <string.h>

#include "migrate/cmdcode.h"
#include "migrate/plan.h"
#include "migrate/shell.h"

/* sh -c CODE, of several commands; 0: it is something else. */
static char const *code_of (struct pool *pool, char const *const *cmd)
{
  struct source code ;
  struct statement *first ;
  if (!cmd || !cmd[0] || !cmd[1] || !cmd[2] || !shell_one_of(shell_basename(cmd[0]), "sh bash ash dash") || !shell_one_of(cmd[1], "-c -lc -ec -lec -xc -exc")) return 0 ;
  first = shell_parse_text(pool, &code, cmd[2]) ;
  return first && (first->next || first->background || first->kind != STATEMENT_COMMAND) ? cmd[2] : 0 ;
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
