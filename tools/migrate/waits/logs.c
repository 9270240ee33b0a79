/* tail -F LOG | grep -q LINE: waiting until a service has written something. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

/* The word that a command begins with, behind timeout N; its limit to *limit_ms. */
static unsigned int behind_timeout (struct statement const *statement, unsigned long *limit_ms)
{
  unsigned int i = 1 ;
  if (strcmp(statement_command(statement), "timeout") != 0) return 0 ;
  while (statement_word(statement, i)[0] == '-') i += shell_one_of(statement_word(statement, i), "-s -k --signal --kill-after") ? 2 : 1 ;
  *limit_ms = duration_ms(statement_word(statement, i)) ;
  return i + 1 ;
}

/* tail -n +1 -F /var/log/x: the file; 0: it follows none, or several. */
static char const *followed (struct statement const *tail, unsigned int first)
{
  char const *file = 0 ;
  int follows = 0 ;
  if (strcmp(shell_basename(statement_word(tail, first)), "tail") != 0) return 0 ;
  for (unsigned int i = first + 1 ; i < tail->nwords ; i++)
  {
    char const *raw = tail->words[i].raw ;
    if (!strncmp(raw, "--follow", 8)) follows = 1 ;
    else if (!strncmp(raw, "--pid", 5) || !strncmp(raw, "--lines", 7) || !strncmp(raw, "--retry", 7)) continue ;
    else if (*raw == '-')
    {
      if (strpbrk(raw, "fF")) follows = 1 ;
      if (raw[strlen(raw) - 1] == 'n') i++ ;
    }
    else if (file) return 0 ;
    else file = raw ;
  }
  return follows ? file : 0 ;
}

/* sed '/LINE/q', awk '/LINE/ { exit }' */
static char const *leaving_filter (struct analysis *a, struct statement const *filter, char const *file)
{
  char const *command = statement_command(filter) ;
  char const *code = statement_word(filter, filter->nwords - 1) ;
  char const *end = *code == '/' ? strchr(code + 1, '/') : 0 ;
  char const *rest = end ? end + 1 + strspn(end + 1, " {") : "" ;
  if (!end || !strncmp(code, "/dev/", 5)) return 0 ;
  if (!strcmp(command, "sed") ? *rest != 'q' : strncmp(rest, "exit", 4) != 0) return 0 ;
  return pool_printf(a->pool, "grep -q%s -e %s %s", !strcmp(command, "sed") ? "" : "E",
    shell_quote(a->pool, pool_copy(a->pool, code + 1, (size_t)(end - code - 1))), file) ;
}

/* grep -q LINE, grep -m 1 LINE: it ends when it has read that. */
static char const *leaving (struct analysis *a, struct statement const *filter, unsigned int first, char const *file)
{
  struct texts words = { 0 } ;
  int ends = 0 ;
  char const *command = shell_basename(statement_word(filter, first)) ;
  if (shell_one_of(command, "sed awk gawk mawk")) return leaving_filter(a, filter, file) ;
  if (!shell_one_of(command, GREPS)) return 0 ;
  for (unsigned int i = first ; i < filter->nwords ; i++)
  {
    char const *raw = filter->words[i].raw ;
    int is_option = *raw == '-' ;
    if (!strncmp(raw, "<(", 2)) continue ;
    if (shell_one_of(raw, "--quiet --silent") || !strncmp(raw, "--max-count", 11)) ends = 1 ;
    else if (is_option && raw[1] != '-' && strpbrk(raw, "qm")) ends = 1 ;
    if (!strncmp(raw, "--line-buffered", 15)) continue ;
    texts_add(a->pool, &words, raw) ;
  }
  if (!ends) return 0 ;
  return pool_printf(a->pool, "%s %s%s", texts_join(a->pool, &words, " "), file, texts_has(&words, "-q") || strstr(texts_join(a->pool, &words, " "), " -q") ? "" : " >/dev/null") ;
}

/* grep -q LINE <(tail -f LOG) */
static char const *of_substitution (struct analysis *a, struct statement const *grep, unsigned int first)
{
  char const *raw = grep->nwords > first ? grep->words[grep->nwords - 1].raw : "" ;
  struct source code ;
  struct statement *tail ;
  char const *file ;
  if (strncmp(raw, "<(", 2) != 0) return 0 ;
  tail = shell_parse_text(a->pool, &code, pool_copy(a->pool, raw + 2, strlen(raw) - 3)) ;
  file = tail && !tail->next && tail->kind == STATEMENT_COMMAND ? followed(tail, 0) : 0 ;
  return file ? leaving(a, grep, first, file) : 0 ;
}

static char const *of_pipeline (struct analysis *a, struct statement *pipeline, unsigned long *limit_ms)
{
  struct statement *tail = pipeline->body ;
  struct statement *filter = tail ? tail->next : 0 ;
  unsigned long limit = 0 ;
  unsigned int first ;
  char const *file ;
  if (!filter || filter->next || filter->kind != STATEMENT_COMMAND) return 0 ;
  /* ( tail -f LOG & ) */
  while (tail && !tail->next && (tail->kind == STATEMENT_SUBSHELL || tail->kind == STATEMENT_GROUP)) tail = tail->body ;
  if (pipeline->body->kind != STATEMENT_COMMAND) tail = pipeline->body->body ;
  if (!tail || tail->kind != STATEMENT_COMMAND) return 0 ;
  first = behind_timeout(tail, limit_ms) ;
  file = followed(tail, first) ;
  if (!file) return 0 ;
  first = behind_timeout(filter, &limit) ;
  if (limit) *limit_ms = limit ;
  return leaving(a, filter, first, file) ;
}

char const *log_check (struct analysis *a, struct statement *statement, unsigned long *limit_ms)
{
  unsigned int first ;
  char const *shell ;
  char const *code ;
  if (statement->kind == STATEMENT_PIPELINE) return of_pipeline(a, statement, limit_ms) ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  first = behind_timeout(statement, limit_ms) ;
  shell = shell_basename(statement_word(statement, first)) ;
  if (shell_one_of(shell, GREPS)) return of_substitution(a, statement, first) ;
  code = shell_one_of(shell, "sh bash dash ash") ? statement_word(statement, first + 2) : "" ;
  if (*code && statement_word(statement, first + 1)[0] == '-' && first + 3 == statement->nwords)
  {
    struct source source ;
    struct statement *only = shell_parse_text(a->pool, &source, code) ;
    return only && !only->next ? log_check(a, only, limit_ms) : 0 ;
  }
  return 0 ;
}
