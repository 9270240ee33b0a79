/* Does a script that stays ahead of /init find the same answer, when it asks for its first argument? That
   was a program before, and is /init now: [ "${1#-}" != "$1" ], [ "$1" = php-fpm ], case "$1" in -*) ... */

#include <fnmatch.h>
#include <string.h>

#include "migrate/dockerpatch/handover.h"
#include "migrate/facts/facts.h"
#include "migrate/shell/shell.h"

/* Where $1 is `value`; 0: not known. */
static char const *value_of (struct pool *pool, char const *raw, char const *value)
{
  struct parts parts ;
  char const *plain = shell_unquote(pool, raw) ;
  char const *name ;
  size_t len ;
  if (plain) return plain ;
  if (split_parameter(pool, raw, &parts)) /* x$1 */
  {
    char const *inner = value_of(pool, parts.parameter, value) ;
    return inner ? pool_printf(pool, "%s%s%s", parts.before, inner, parts.after) : 0 ;
  }
  name = shell_without_quotes(pool, raw) ;
  if (shell_one_of(name, "$1 ${1} ${1-} ${1:-}")) return value ;
  if (strncmp(name, "${1", 3) != 0 || name[strlen(name) - 1] != '}') return 0 ;
  name = pool_copy(pool, name + 3, strlen(name) - 4) ;
  if (!strcmp(name, ":0:1")) return pool_copy(pool, value, !!*value) ;
  len = strspn(name, "#") ;
  if (len != 1 || !name[1] || strpbrk(name + 1, "$`\"'\\*?[")) return !strncmp(name, ":-", 2) && !strchr(name, '$') ? value : 0 ;
  return !strncmp(value, name + 1, strlen(name + 1)) ? value + strlen(name + 1) : value ;
}

struct asking
{
  struct pool *pool ;
  struct source const *code ;
  uint32_t at ; /* the $ */
  char const *before ; /* its first argument before */
  int alike ;
} ;

static int holds (struct asking const *asking, char const *left, char const *operator, char const *right, char const *value)
{
  char const *l = value_of(asking->pool, left, value) ;
  char const *r = value_of(asking->pool, right, value) ;
  return l ? compare_words(asking->pool, l, operator, r, right) : -1 ;
}

/* LEFT = RIGHT among the words of a test, of which one asks for an argument. */
static int look_in_test (struct statement *part, void *data)
{
  struct asking *asking = data ;
  for (unsigned int i = 1 ; i + 1 < part->nwords ; i++)
  {
    struct word const *w = part->words + i ;
    int before ;
    if (!shell_one_of(w->raw, "= == != =~") || (!mentions_positional(w[-1].raw) && !mentions_positional(w[1].raw))) continue ;
    before = holds(asking, w[-1].raw, w->raw, w[1].raw, asking->before) ;
    asking->alike = before != -1 && before == holds(asking, w[-1].raw, w->raw, w[1].raw, "/init") ;
    if (!asking->alike) return 1 ;
  }
  return 0 ;
}

/* [ ], [[ ]], test: as a command, so that its words can be read. */
static void read_test (struct asking *asking, struct statement const *test)
{
  struct source code ;
  char const *text = source_copy(asking->code, test->range) ;
  size_t len ;
  if (!strncmp(text, "((", 2)) return ;
  text += !strncmp(text, "test ", 5) ? 5 : strspn(text, "[ ") ;
  len = strlen(text) ;
  while (len && strchr("] ", text[len - 1])) len-- ;
  for (struct statement *one = shell_parse_text(asking->pool, &code, pool_printf(asking->pool, "x %.*s", (int)len, text)) ; one ; one = one->next)
    if (statement_walk(one, &look_in_test, asking)) return ;
}

/* "a"|b*) */
static int matches (struct pool *pool, char const *patterns, char const *value)
{
  int matched = 0 ;
  for (char const *p = patterns ; *p ;)
  {
    size_t len = strcspn(p, "|") ;
    size_t blanks = strspn(p, " \t\n(") ;
    char const *raw = pool_copy(pool, p + blanks, len > blanks ? len - blanks : 0) ;
    raw = pool_copy(pool, raw, strcspn(raw, " \t\n")) ;
    if (strpbrk(raw, "$`")) return -1 ;
    matched |= !fnmatch(shell_unquote(pool, raw) ? shell_unquote(pool, raw) : raw, value, 0) ;
    p += len + (p[len] == '|') ;
  }
  return matched ;
}

static void read_case (struct asking *asking, struct statement const *statement)
{
  char const *text = source_copy(asking->code, (struct range){ statement->range.start, statement->branches->head.start }) ;
  char const *word = text + 4 + strspn(text + 4, " \t") ;
  char const *before ;
  char const *now ;
  word = pool_copy(asking->pool, word, strcspn(word, " \t\n")) ;
  before = value_of(asking->pool, word, asking->before) ;
  now = before ? value_of(asking->pool, word, "/init") : 0 ;
  for (struct branch const *one = now ? statement->branches : 0 ; one ; one = one->next)
  {
    int matched = one->pattern ? matches(asking->pool, one->pattern, before) : -1 ;
    asking->alike = matched != -1 && matched == matches(asking->pool, one->pattern, now) ;
    if (!asking->alike || matched) return ;
  }
}

static int look (struct statement *statement, void *data)
{
  struct asking *asking = data ;
  if (asking->at < statement->range.start || asking->at >= statement->range.end) return 0 ;
  if (statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "[ test")) read_test(asking, statement) ;
  if (statement->kind == STATEMENT_CASE && statement->branches && asking->at < statement->branches->head.start) read_case(asking, statement) ;
  return asking->alike ;
}

int asks_alike (struct pool *pool, struct source const *code, struct statement *statement, uint32_t at, char const *before)
{
  struct asking asking = { .pool = pool, .code = code, .at = at, .before = before } ;
  return statement_walk(statement, &look, &asking) ;
}
