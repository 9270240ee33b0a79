#include <string.h>

#include "migrate/shell/shell.h"

char const *shell_unquote (struct pool *pool, char const *raw)
{
  size_t len = strlen(raw) ;
  char *out = pool_alloc(pool, len + 1) ;
  char *p = out ;
  char quote = 0 ;
  if (!strncmp(raw, "$'", 2)) return 0 ;
  if (*raw == '~') return 0 ;
  for (size_t i = 0 ; i < len ; i++)
  {
    char c = raw[i] ;
    if (quote == '\'')
    {
      if (c == '\'') quote = 0 ;
      else *p++ = c ;
    }
    else if (c == '$' || c == '`') return 0 ;
    else if (quote)
    {
      if (c == '"') quote = 0 ;
      else if (c == '\\' && raw[i + 1] && strchr("$`\"\\\n", raw[i + 1]))
      {
        i++ ;
        if (raw[i] != '\n') *p++ = raw[i] ;
      }
      else *p++ = c ;
    }
    else if (c == '\'' || c == '"') quote = c ;
    else if (c == '\\')
    {
      if (!raw[i + 1]) return 0 ;
      i++ ;
      if (raw[i] != '\n') *p++ = raw[i] ;
    }
    else if (strchr("*?[{<>()", c)) return 0 ;
    else *p++ = c ;
  }
  return quote ? 0 : out ;
}

/* "psql -c \"$SQL\"": what a shell reads there. \$ stays: it is no expansion. */
static char const *inside_double_quotes (struct pool *pool, char const *raw, size_t len)
{
  char *out = pool_alloc(pool, len + 1) ;
  size_t n = 0 ;
  for (size_t i = 0 ; i < len ; i++)
  {
    if (raw[i] == '\\' && i + 1 < len && strchr("\"\\", raw[i + 1])) i++ ;
    else if (raw[i] == '\\' && i + 1 < len) out[n++] = raw[i++] ;
    out[n++] = raw[i] ;
  }
  out[n] = 0 ;
  return out ;
}

char const *shell_without_quotes (struct pool *pool, char const *raw)
{
  char const *value = shell_unquote(pool, raw) ;
  size_t len = strlen(raw) ;
  if (value) return value ;
  if (len >= 2 && *raw == '"') return inside_double_quotes(pool, raw + 1, len - 2) ;
  return raw ;
}

char const *shell_quote (struct pool *pool, char const *text)
{
  static char const plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=@%+" ;
  size_t len = strlen(text) ;
  char *out ;
  char *p ;
  if (len && strspn(text, plain) == len) return text ;
  p = out = pool_alloc(pool, 4 * len + 3) ;
  *p++ = '\'' ;
  for (; *text ; text++)
  {
    if (*text == '\'') p = stpcpy(p, "'\\''") ;
    else *p++ = *text ;
  }
  *p++ = '\'' ;
  *p = 0 ;
  return out ;
}

int shell_one_of (char const *text, char const *names)
{
  size_t len = strlen(text) ;
  if (!len || strchr(text, ' ')) return 0 ;
  for (char const *p = names ; (p = strstr(p, text)) ; p++)
    if ((p == names || p[-1] == ' ') && (!p[len] || p[len] == ' ')) return 1 ;
  return 0 ;
}

static int in_identifier (char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ;
}

struct statement *statement_last (struct statement const *list)
{
  while (list && list->next) list = list->next ;
  return (struct statement *)list ;
}

int branch_is_else (struct branch const *branch)
{
  return branch->pattern ? !strcmp(branch->pattern, "*") : !branch->condition ;
}

struct branch *statement_else (struct statement const *statement)
{
  struct branch *branch = statement->branches ;
  while (branch && !branch_is_else(branch)) branch = branch->next ;
  return branch ;
}

unsigned int statement_of_shell (struct statement const *statement, unsigned int first, int *is_code)
{
  unsigned int i = first + 1 ;
  *is_code = 0 ;
  if (first >= statement->nwords || !shell_one_of(shell_basename(statement_word(statement, first)), "sh bash dash ash")) return 0 ;
  for (; i < statement->nwords && strchr("-+", *statement->words[i].raw) ; i++)
  {
    char const *option = statement->words[i].raw ;
    if (!option[1] || !strcmp(option, "--")) return i + 1 < statement->nwords ? i + 1 : 0 ;
    *is_code |= option[1] != '-' && strchr(option, 'c') ;
    if (shell_one_of(option, "--rcfile --init-file") || (option[1] != '-' && strchr("oO", option[strlen(option) - 1]))) i++ ;
  }
  return i < statement->nwords ? i : 0 ;
}

char const *shell_read_file (char const *text)
{
  for (char const *p = text ; *p ; p++)
  {
    size_t len = !strncmp(p, "source", 6) ? 6 : *p == '.' ;
    if (len && strchr(" \t", p[len]) && p[len] && (p == text || strchr(" \t\n;&|({", p[-1]))) return p + len + strspn(p + len, " \t") ;
  }
  return 0 ;
}

int shell_mentions (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  if (!len) return 0 ;
  for (char const *p = text ; (p = strstr(p, name)) ; p++)
    if ((p == text || !in_identifier(p[-1])) && !in_identifier(p[len])) return 1 ;
  return 0 ;
}

unsigned int shell_number (char const *text, unsigned int max, char const **end)
{
  unsigned int n = 0 ;
  for (; *text >= '0' && *text <= '9' ; text++)
  {
    unsigned int digit = (unsigned int)(*text - '0') ;
    n = n > (max - digit) / 10 ? max : n * 10 + digit ;
  }
  if (end) *end = text ;
  return n ;
}

char const *shell_exit_code (struct pool *pool, char const *word)
{
  char const *digits = word + (*word == '-') ;
  unsigned int code = shell_number(digits, 999999999, 0) ;
  if (!*digits || strspn(digits, "0123456789") != strlen(digits)) return 0 ;
  return pool_printf(pool, "%u", (*word == '-' ? 256 - code % 256 : code) % 256) ;
}

char const *shell_basename (char const *path)
{
  char const *slash = strrchr(path, '/') ;
  return slash ? slash + 1 : path ;
}

char const *statement_word (struct statement const *statement, unsigned int i)
{
  return i < statement->nwords && statement->words[i].value ? statement->words[i].value : "" ;
}

/* Words of the shell's own. A program of the image that is only called so has its folder with it. */
#define OWN_WORDS ". : [ alias bg break builtin cd command continue declare echo eval exec exit export false fg getopts hash jobs kill let local " \
  "printf pushd popd pwd read readonly return set shift shopt source test times trap true type typeset ulimit umask unset wait"

static int is_in_system (char const *path, char const *name)
{
  static char const *const folders[] = { "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/" } ;
  size_t len = (size_t)(name - path) ;
  for (size_t i = 0 ; i < sizeof(folders) / sizeof(*folders) ; i++)
    if (len == strlen(folders[i]) && !strncmp(path, folders[i], len)) return 1 ;
  return 0 ;
}

static char const *command_path (struct statement const *statement)
{
  return statement->nwords && statement->words[0].path ? statement->words[0].path : statement_word(statement, 0) ;
}

/* pkill -0, killall --signal=0: it only asks. */
static int sends_no_signal (struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *word = statement_word(statement, i) ;
    if (shell_one_of(word, "-0 --signal=0") || (shell_one_of(word, "--signal -s") && !strcmp(statement_word(statement, i + 1), "0"))) return 1 ;
  }
  return 0 ;
}

char const *statement_command (struct statement const *statement)
{
  char const *path = command_path(statement) ;
  char const *name = shell_basename(path) ;
  if (statement->kind != STATEMENT_COMMAND && statement->kind != STATEMENT_DECLARATION) return "" ;
  if (shell_one_of(name, "pkill killall") && sends_no_signal(statement)) return *name == 'p' ? "pgrep" : "pidof" ;
  return name > path && shell_one_of(name, OWN_WORDS) && !is_in_system(path, name) ? path : name ;
}

char const *statement_utility (struct statement const *statement)
{
  char const *path = command_path(statement) ;
  char const *name = statement_command(statement) ;
  return !*name || shell_basename(path) == path || is_in_system(path, name) ? name : "" ;
}

unsigned int statement_sets_arguments (struct statement const *statement)
{
  if (strcmp(statement_command(statement), "set") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (!strcmp(raw, "--")) return i + 1 ;
    if (!strcmp(raw, "-")) return i + 1 < statement->nwords ? i + 1 : 0 ;
    if (!strchr("-+", *raw)) return i ;
    if (raw[strlen(raw) - 1] == 'o') i++ ; /* -euo pipefail */
  }
  return 0 ;
}

int sets_positional (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "shift") || statement_sets_arguments(statement) ;
}

int statement_is_apart (struct statement const *statement)
{
  return statement->background || statement->kind == STATEMENT_SUBSHELL || statement->kind == STATEMENT_FUNCTION || statement->kind == STATEMENT_PIPELINE ;
}

static int walk (struct statement *statement, int only_here, statement_visit *visit, void *data)
{
  int r ;
  if (only_here && statement_is_apart(statement)) return 0 ;
  r = (*visit)(statement, data) ;
  for (struct statement *one = statement->body ; !r && one ; one = one->next) r = walk(one, only_here, visit, data) ;
  for (struct branch *branch = statement->branches ; !r && branch ; branch = branch->next)
  {
    for (struct statement *one = branch->condition ; !r && one ; one = one->next) r = walk(one, only_here, visit, data) ;
    for (struct statement *one = branch->body ; !r && one ; one = one->next) r = walk(one, only_here, visit, data) ;
  }
  return r ;
}

int statement_walk (struct statement *statement, statement_visit *visit, void *data)
{
  return walk(statement, 0, visit, data) ;
}

int statement_walk_here (struct statement *statement, statement_visit *visit, void *data)
{
  return walk(statement, 1, visit, data) ;
}

struct statement *uncommented_first (struct statement const *list)
{
  while (list && list->kind == STATEMENT_COMMENT) list = list->next ;
  return (struct statement *)list ;
}

struct statement *uncommented_last (struct statement const *list)
{
  struct statement const *last = 0 ;
  for (; list ; list = list->next)
    if (list->kind != STATEMENT_COMMENT) last = list ;
  return (struct statement *)last ;
}

static int is_one_of (struct statement *statement, void *data)
{
  return shell_one_of(statement_command(statement), data) ;
}

int statement_has (struct statement *statement, char const *commands)
{
  return statement_walk(statement, &is_one_of, (void *)commands) ;
}

int statement_exits (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "exit") ;
}

int statement_is_background (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background ;
}

int statement_returns (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "return") ;
}
