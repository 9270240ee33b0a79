#include <string.h>

#include "migrate/command/command.h"
#include "migrate/command/configured.h"
#include "migrate/command/image.h"
#include "migrate/command/initscript.h"
#include "migrate/supervisord/supervisord.h"

#define ENV_MARK '\1' /* around the name of a variable */

/* The process's number in a template: a variable of run. */
static char const *number_variable (struct pool *pool, struct expansion const *expansion, int width)
{
  char const *name = width ? pool_printf(pool, "process_num_%02d", width) : "process_num" ;
  if (!expansion->lines) return name ;
  texts_add_once(pool, expansion->lines, expansion->number == 1 ? "process_num=$REEVE_INSTANCE"
    : expansion->number ? pool_printf(pool, "process_num=$((REEVE_INSTANCE + %d))", expansion->number - 1) : "process_num=$((REEVE_INSTANCE - 1))") ;
  if (width) texts_add_once(pool, expansion->lines, pool_printf(pool, "%s=$(printf %%0%dd \"$process_num\")", name, width)) ;
  return name ;
}

/* Expands; names of variables stay, between marks. */
static char const *expand (struct pool *pool, struct expansion const *expansion, char const *value)
{
  char const *out = "" ;
  while (*value)
  {
    size_t len = strcspn(value, "%") ;
    char const *end ;
    out = pool_printf(pool, "%s%.*s", out, (int)len, value) ;
    value += len ;
    if (!*value) break ;
    end = strchr(value, ')') ;
    if (value[1] == '%')
    {
      out = pool_printf(pool, "%s%%", out) ;
      value += 2 ;
    }
    else if (value[1] == '(' && end)
    {
      char const *name = pool_copy(pool, value + 2, (size_t)(end - value - 2)) ;
      int width = (int)shell_number(++end, 20, &end) ;
      if (!strncmp(name, "ENV_", 4)) out = pool_printf(pool, "%s%c%s%c", out, ENV_MARK, name + 4, ENV_MARK) ;
      else if (!strcmp(name, "program_name")) out = pool_printf(pool, "%s%s", out, expansion->program) ;
      else if (!strcmp(name, "group_name")) out = pool_printf(pool, "%s%s", out, expansion->group) ;
      else if (!strcmp(name, "process_num") && expansion->is_template)
        out = pool_printf(pool, "%s%c%s%c", out, ENV_MARK, number_variable(pool, expansion, width), ENV_MARK) ;
      else if (!strcmp(name, "numprocs") && expansion->count && *expansion->count == '$')
        out = pool_printf(pool, "%s%c%.*s%c", out, ENV_MARK, (int)strcspn(expansion->count + 1, ":"), expansion->count + 1, ENV_MARK) ;
      else if (!strcmp(name, "numprocs")) out = pool_printf(pool, "%s%0*u", out, width, expansion->count ? shell_number(expansion->count, 100000, 0) : 1) ;
      else if (!strcmp(name, "process_num")) out = pool_printf(pool, "%s%0*d", out, width, expansion->number) ;
      else if (!strcmp(name, "here")) out = pool_printf(pool, "%s%s", out, expansion->here ? expansion->here : ".") ;
      else if (!strcmp(name, "host_node_name")) out = pool_printf(pool, "%s%cHOSTNAME%c", out, ENV_MARK, ENV_MARK) ;
      else out = pool_printf(pool, "%s%%(%s)", out, name) ;
      value = *end ? end + 1 : end ;
    }
    else
    {
      out = pool_printf(pool, "%s%%", out) ;
      value++ ;
    }
  }
  return out ;
}

char const *supervisord_variable (struct pool *pool, char const *value)
{
  size_t len = strlen(value) ;
  char const *name ;
  if (strncmp(value, "%(ENV_", 6) != 0 || len < 9 || strcmp(value + len - 2, ")s") != 0) return 0 ;
  name = pool_copy(pool, value + 6, len - 8) ;
  return strspn(name, NAME_LETTERS) == strlen(name) ? name : 0 ;
}

/* With marks: in double quotes, so that only the variables are expanded. */
static char const *quote (struct pool *pool, char const *text)
{
  char *out ;
  char *p ;
  int inside = 0 ;
  if (!strchr(text, ENV_MARK)) return shell_quote(pool, text) ;
  p = out = pool_alloc(pool, 3 * strlen(text) + 3) ;
  *p++ = '"' ;
  for (; *text ; text++)
  {
    if (*text == ENV_MARK)
    {
      p = stpcpy(p, inside ? "}" : "${") ;
      inside = !inside ;
      continue ;
    }
    if (strchr("\"\\$`", *text)) *p++ = '\\' ;
    *p++ = *text ;
  }
  *p++ = '"' ;
  *p = 0 ;
  return out ;
}

char const *supervisord_plain (struct pool *pool, struct expansion const *expansion, char const *value)
{
  return expand(pool, expansion, value) ;
}

char const *supervisord_word (struct pool *pool, struct expansion const *expansion, char const *value)
{
  return quote(pool, expand(pool, expansion, value)) ;
}

/* The next word, split and unquoted as shlex does; *text is moved behind it. */
static char const *next_word (struct pool *pool, char const **text, int *is_quoted, int *is_open)
{
  char const *p = *text + strspn(*text, " \t\n") ;
  char *word ;
  char *out ;
  if (!*p) return 0 ;
  out = word = pool_alloc(pool, strlen(p) + 1) ;
  *is_quoted = 0 ;
  while (*p && !strchr(" \t\n", *p))
  {
    if (*p == '\'' || *p == '"')
    {
      char q = *p++ ;
      *is_quoted = 1 ;
      while (*p && *p != q)
      {
        if (q == '"' && *p == '\\' && (p[1] == '"' || p[1] == '\\')) p++ ;
        *out++ = *p++ ;
      }
      if (*p) p++ ;
      else *is_open = 1 ;
    }
    else
    {
      if (*p == '\\' && p[1]) p++ ;
      *out++ = *p++ ;
    }
  }
  *text = p ;
  return word ;
}

/* Is the word nothing but a %(ENV_NAME)s of the command? The name; 0: it is not. */
static char const *whole_variable (struct pool *pool, char const *command, char const *word)
{
  size_t len = strlen(word) ;
  char const *name ;
  if (len < 3 || *word != ENV_MARK || strchr(word + 1, ENV_MARK) != word + len - 1) return 0 ;
  name = pool_copy(pool, word + 1, len - 2) ;
  return strstr(command, pool_printf(pool, "%%(ENV_%s)s", name)) ? name : 0 ;
}

static int may_hold_words (char const *name)
{
  static char const *const parts[] = { "ARG", "OPT", "FLAG", "PARAM", "CMD", "COMMAND", "EXTRA" } ;
  for (size_t i = 0 ; i < sizeof(parts) / sizeof(*parts) ; i++)
    if (strstr(name, parts[i])) return 1 ;
  return 0 ;
}

/* $NAME, ${NAME} or ${NAME:-1} in a word; its length in *len. 0: there is none. */
static char const *shell_variable (char const *word, size_t *len)
{
  for (char const *p = word ; (p = strchr(p, '$')) ; p++)
  {
    size_t n = strspn(p + 1 + (p[1] == '{'), NAME_LETTERS) ;
    if (!n || strchr("0123456789", p[1 + (p[1] == '{')])) continue ;
    *len = p[1] == '{' ? strcspn(p, "}") + !!strchr(p, '}') : n + 1 ;
    return p ;
  }
  return 0 ;
}

char const *supervisord_command (struct pool *pool, struct expansion const *expansion, char const *command, int *splits, char const **todo)
{
  struct texts words = { 0 } ;
  struct texts variables = { 0 } ; /* that no shell expands */
  char const *text = expand(pool, expansion, command) ;
  char const *word ;
  char const *variable ;
  size_t len ;
  int is_quoted ;
  int is_open = 0 ; /* a quote without an end */
  int is_code = 0 ; /* the word is for a shell, or another interpreter */
  if (strstr(command, "%(here)s") && !expansion->here) *todo = "%(here)s was the folder of supervisord.conf, and is . here" ;
  while ((word = next_word(pool, &text, &is_quoted, &is_open)))
  {
    if (shell_one_of(word, "&& || | ; & > >> <") || !strncmp(word, "2>", 2))
      *todo = pool_printf(pool, "%s is an argument here, as in supervisord, which has no shell", word) ;
    if (!is_code && (variable = shell_variable(word, &len)))
    {
      texts_add_once(pool, &variables, pool_copy(pool, variable, len)) ;
      *todo = pool_printf(pool, "%s: not expanded, as in supervisord, which has no shell: if a variable is meant, write it without the single quotes", texts_join(pool, &variables, ", ")) ;
    }
    is_code = *word == '-' && word[1] != '-' && strchr("ce", word[strlen(word) - 1]) ;
    if (shell_mentions(word, "supervisorctl")) *todo = "supervisorctl finds no supervisord any more: write reeve start, stop, restart, status NAME" ;
    if (!strcmp(word, "supervisord")) *todo = "a supervisord in supervisord" ;
    if (!is_quoted && (variable = whole_variable(pool, command, word)))
    {
      /* supervisord splits what it has expanded. */
      texts_add(pool, &words, pool_printf(pool, "${%s}", variable)) ;
      *splits = 1 ;
      if (!words.first->next || may_hold_words(variable))
        *todo = pool_printf(pool, "the value of %s becomes words at its blanks, as in supervisord, but quotes in it are not taken off: write the words, if it has such", variable) ;
    }
    else texts_add(pool, &words, quote(pool, word)) ;
  }
  if (is_open) *todo = "a quote in it has no end, so that supervisord never started it: here all behind the quote is one word" ;
  return texts_join(pool, &words, " ") ;
}

int supervisord_environment (struct pool *pool, struct expansion const *expansion, char const *value, struct texts *lines)
{
  char const *text = expand(pool, expansion, value) ;
  while (*(text += strspn(text, ", \t\n")))
  {
    size_t len = strcspn(text, "= \t\n,") ;
    char const *name = pool_copy(pool, text, len) ;
    char *out ;
    char *content ;
    text += len ;
    text += strspn(text, " \t\n") ;
    if (!len || *text != '=') return 0 ;
    text++ ;
    text += strspn(text, " \t\n") ;
    out = content = pool_alloc(pool, strlen(text) + 1) ;
    if (*text == '"' || *text == '\'')
    {
      char q = *text++ ;
      while (*text && *text != q) *out++ = *text++ ; /* a \ there is one */
      if (!*text) return 0 ;
      text++ ;
      while (out > content && strchr("'\"", out[-1])) *--out = 0 ;
      content += strspn(content, "'\"") ;
    }
    else
      while (*text && !strchr(", \t\n", *text)) *out++ = *text++ ;
    texts_add(pool, lines, pool_printf(pool, "export %s=%s", name, quote(pool, content))) ;
  }
  return 1 ;
}

void supervisord_foreground (struct plan *plan, struct service *service, int is_restarted, uint32_t line)
{
  struct source code ;
  struct foreground foreground ;
  struct launch launch ;
  struct texts words = { 0 } ;
  struct statement *statement = shell_parse_text(plan->pool, &code, service->command) ;
  if (!statement || statement->kind != STATEMENT_COMMAND) return ;
  command_unwrap(plan->pool, statement, &launch) ;
  if (launch.first >= statement->nwords) return ;
  foreground_of(plan, statement, launch.first, &foreground) ;
  if (foreground.means_strays) service_set(plan, service, "flag-keep-strays", "") ;
  if (!foreground.in_background) return ;
  /* Its configuration kept it there, as supervisord needs that; redis went on behind it all the same, and the option does no harm. */
  if (foreground.by_configuration && !shell_one_of(shell_basename(foreground.argv[0]), "redis-server valkey-server")) return ;
  if (foreground.unless_configured || (foreground.by_letter && is_restarted)) return ; /* master -d */
  initscript_look(plan, service, &foreground) ;
  initscript_note(plan, service, line, &foreground) ;
  if (foreground.argv[0] && !foreground.is_init_script && image_leaves_as_it_is(plan, service, line, foreground.argv, 0)) return ;
  if (!foreground.argv[0])
  {
    forks_on(plan, service, line, &foreground) ;
    return ;
  }
  nginx_without_option(plan, &foreground) ;
  for (unsigned int i = 0 ; i < launch.first ; i++) texts_add(plan->pool, &words, statement->words[i].raw) ;
  texts_add(plan->pool, &words, command_foreground_words(plan->pool, statement, launch.first, &foreground)) ;
  service->command = texts_join(plan->pool, &words, " ") ;
  service->claim->what = pool_printf(plan->pool, "%s (%s)", service->claim->what,
    foreground.is_configured ? "in the foreground: its configuration says so" : "its words keep it in the foreground now") ;
}
