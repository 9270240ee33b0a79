/* ENTRYPOINT ["/entry.sh"] with CMD ["sh", "-c", "server & prepare && app"]: where the script ends in
   exec "$@", it goes on with that code. */

#include <string.h>

#include "migrate/command/command.h"
#include "migrate/dockerpatch/cmdcode.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/facts/facts.h"
#include "migrate/plan/plan.h"
#include "migrate/shell/shell.h"

#define SHELLS "sh bash ash dash"

/* Does the code give the variable a value of its own? */
static int sets (struct pool *pool, char const *code, char const *name, size_t len)
{
  return strstr(code, pool_printf(pool, "%.*s=", (int)len, name)) || strstr(code, pool_printf(pool, "for %.*s ", (int)len, name)) || strstr(code, "read ") ;
}

/* "CODE", where the shell ahead only puts in values of variables, which the one behind it has, too, and $?, which is 0 there;
   0: it does more. */
static char const *code_in_quotes (struct pool *pool, char const *raw)
{
  char *out = pool_alloc(pool, strlen(raw) + 1) ;
  char *end = out ;
  char const *p = raw ;
  int has_variables = 0 ;
  if (*p++ != '"') return 0 ;
  for (; *p && *p != '"' ; p++)
  {
    char const *name = p + 1 + (p[1] == '{') ;
    size_t len = strspn(name, NAME_LETTERS) ;
    char const *before = end ;
    if (*p == '\\' && p[1] && strchr("$`\"\\", p[1])) *end++ = *++p ;
    else if (*p == '`') return 0 ;
    else if (*p != '$') *end++ = *p ;
    else if (p[1] == '?')
    {
      *end++ = '0' ;
      p++ ;
    }
    else
    {
      while (before > out && strchr(" \t\n", before[-1])) before-- ;
      if (before == out || strchr(";&|({", before[-1]) || !len || strchr("0123456789", *name) || sets(pool, raw, name, len)) return 0 ;
      has_variables = 1 ;
      *end++ = *p ;
    }
  }
  return *p == '"' && !p[1] && !(has_variables && strchr(out, '\'')) ? out : 0 ;
}

/* CMD sh -c "CODE" is a shell that executes a shell. */
char const *cmdcode_innermost (struct pool *pool, char const *text, char const **shell)
{
  for (int depth = 0 ; depth < 5 ; depth++)
  {
    struct source code ;
    struct statement const *one = shell_parse_text(pool, &code, text) ;
    unsigned int i = one && !strcmp(statement_command(one), "exec") ;
    char const *inner ;
    if (!one || one->next || one->background || one->kind != STATEMENT_COMMAND || one->nassignments || one->nredirects || one->nwords != i + 3
     || !shell_one_of(shell_basename(statement_word(one, i)), SHELLS) || !shell_one_of(statement_word(one, i + 1), "-c -lc")) break ;
    inner = one->words[i + 2].value ? one->words[i + 2].value : code_in_quotes(pool, one->words[i + 2].raw) ;
    if (!inner) break ;
    *shell = statement_word(one, i) ;
    text = inner ;
  }
  return text ;
}

/* sh -c CODE, of several commands; 0: it is something else. */
static char const *code_of (struct pool *pool, char const *const *cmd)
{
  struct source code ;
  struct statement *first ;
  char const *text ;
  char const *shell ;
  if (!cmd || !cmd[0] || !cmd[1] || !cmd[2] || !shell_one_of(shell_basename(cmd[0]), SHELLS) || !takes_code(cmd[1])) return 0 ;
  text = cmdcode_innermost(pool, cmd[2], &shell) ;
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

/* The script's last statement, without comments; 0: there is none. */
static struct statement *last_statement (struct pool *pool, struct source const *source)
{
  struct source copy ;
  return uncommented_last(shell_parse_text(pool, &copy, source->text)) ;
}

int cmdcode_may_serve (struct pool *pool, struct source const *source)
{
  struct statement const *last = last_statement(pool, source) ;
  struct foreground foreground ;
  struct launch launch ;
  char const *name ;
  if (!last || last->kind != STATEMENT_COMMAND || last->background) return 0 ;
  command_unwrap(pool, last, &launch) ;
  command_foreground(last, launch.first, &foreground) ;
  name = command_behind_env(last, launch.first) ;
  return launch.replaced || (!foreground.is_daemon && !is_short(name) && !is_task_program(name) && strcmp(name, "exit") != 0) ;
}

enum cmdcode cmdcode_append (struct pool *pool, struct source *source, char const *command)
{
  int had_crlf = source->had_crlf ;
  struct statement *last = last_statement(pool, source) ;
  char const *text = source->text ;
  char const *rest ;
  uint32_t end ;
  if (last && !strcmp(statement_command(last), "exec")) return CMDCODE_NONE ;
  if (!last || last->damaged || strchr(command, '\n') || strstr(source_copy(source, last->range), "<<")) return CMDCODE_LEFT ;
  end = last->range.end ;
  rest = text + end + strspn(text + end, " \t;") ;
  if (last->background && *rest == '&') end = (uint32_t)(rest + 1 - text) ;
  text = !strcmp(statement_command(last), "exit")
    ? pool_printf(pool, "%.*s%s%s", (int)last->range.start, text, command, text + end)
    : pool_printf(pool, "%.*s%s %s%s", (int)end, text, last->background ? "" : ";", command, text + end) ;
  source_init(source, pool, source->name, text, strlen(text)) ;
  source->had_crlf = had_crlf ;
  return CMDCODE_PUT ;
}
