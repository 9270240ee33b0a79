/* Which branch is taken, where the script's arguments decide that and the image's CMD is known. */

#include <fnmatch.h>
#include <string.h>

#include "migrate/analysis.h"

/* "$1", ${1:-web}, $MODE that was set to one of these: its value; 0: not known. */
static char const *value_of (struct analysis *a, char const *raw, unsigned int depth)
{
  size_t len = strlen(raw) ;
  char const *p = raw ;
  char const *end ;
  char const *value = shell_unquote(a->pool, raw) ;
  int braced ;
  unsigned int n ;
  unsigned int i = 0 ;
  if (value) return value ;
  if (depth > 8) return 0 ;
  if (*p == '"' && len > 1 && raw[len - 1] == '"')
  {
    p++ ;
    len -= 2 ;
  }
  p = pool_copy(a->pool, p, len) ;
  if (*p++ != '$') return 0 ;
  braced = *p == '{' ;
  p += braced ;
  n = shell_number(p, 99, &end) ;
  if (end > p)
  {
    if (!a->plan->cmd || a->positional || a->shifted || !n) return 0 ;
    while (i + 1 < n && a->plan->cmd[i]) i++ ;
    value = i + 1 == n && a->plan->cmd[i] ? a->plan->cmd[i] : "" ;
  }
  else
  {
    struct known const *known = a->known ;
    end = p + strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ;
    while (known && (strncmp(known->name, p, (size_t)(end - p)) != 0 || known->name[end - p])) known = known->next ;
    value = known ? known->value : 0 ;
  }
  if (!value) return 0 ;
  if (!braced) return *end ? 0 : value ;
  if (!strcmp(end, "}")) return value ;
  if (strncmp(end, ":-", 2) != 0 && (*end != '-' || *value)) return 0 ;
  if (*value) return value ;
  end += 1 + (*end == ':') ;
  return strchr(end, '}') && !strchr(end, '}')[1] ? value_of(a, pool_copy(a->pool, end, strlen(end) - 1), depth + 1) : 0 ;
}

void note_value (struct analysis *a, struct statement const *statement)
{
  char const *raw = statement_text(a, statement) ;
  size_t len = strcspn(raw, "=") ;
  struct known *known ;
  if (statement->kind != STATEMENT_ASSIGNMENT && statement->kind != STATEMENT_DECLARATION) return ;
  if (statement->kind == STATEMENT_DECLARATION)
  {
    if (statement->nwords != 2) return ;
    raw = statement->words[1].raw ;
    len = strcspn(raw, "=") ;
  }
  else if (statement->nassignments > 1) return ;
  if (!raw[len]) return ;
  known = pool_alloc(a->pool, sizeof(*known)) ;
  known->name = pool_copy(a->pool, raw, len) ;
  /* Only what the arguments give: another value may come from the environment. */
  known->value = a->conditions.first || (!mentions_positional(raw + len + 1) && !strchr(raw + len + 1, '$')) ? 0 : value_of(a, raw + len + 1, 0) ;
  known->next = a->known ;
  a->known = known ;
}

/* "a"|b* */
static int matches (struct analysis *a, char const *patterns, char const *value)
{
  for (char const *p = patterns ; ; p++)
  {
    size_t len = strcspn(p, "|") ;
    char const *raw = pool_copy(a->pool, p + strspn(p, " ("), len - strspn(p, " (")) ;
    size_t end = strlen(raw) ;
    char const *plain ;
    while (end && raw[end - 1] == ' ') end-- ;
    raw = pool_copy(a->pool, raw, end) ;
    plain = shell_unquote(a->pool, raw) ;
    if (!fnmatch(plain ? plain : raw, value, 0)) return 1 ;
    p += len ;
    if (!*p) return 0 ;
  }
}

/* Of two: 1 or 0 when it is known, or does not matter, what the other one is; else -1. */
static int combine (int is_or, int left, int right)
{
  if (left == is_or || right == is_or) return is_or ;
  return left == -1 || right == -1 ? -1 : !is_or ;
}

/* A test's words from `i` on: 1, 0; -1: not known. In [[ ]] they may be joined by && and ||. */
static int decide_words (struct analysis *a, struct statement const *test, unsigned int i)
{
  struct word const *words ;
  char const *left ;
  char const *right ;
  unsigned int n ;
  int negated = 0 ;
  if (test->kind == STATEMENT_AND || test->kind == STATEMENT_OR)
    return combine(test->kind == STATEMENT_OR, decide_words(a, test->body, i), decide_words(a, test->body->next, 0)) ;
  if (test->kind != STATEMENT_COMMAND || test->nredirects || test->nwords <= i) return -1 ;
  if (!strcmp(test->words[i].raw, "!"))
  {
    negated = 1 ;
    i++ ;
  }
  n = test->nwords - i ;
  words = test->words + i ;
  if (n == 3 && shell_one_of(words[1].raw, "= == !="))
  {
    left = value_of(a, words[0].raw, 0) ;
    right = value_of(a, words[2].raw, 0) ;
    if (left && right) return (!strcmp(left, right)) ^ (*words[1].raw == '!') ^ negated ;
  }
  else if (n == 2 && shell_one_of(words[0].raw, "-n -z"))
  {
    left = value_of(a, words[1].raw, 0) ;
    if (left) return ((words[0].raw[1] == 'n') == !!*left) ^ negated ;
  }
  return -1 ;
}

/* [ "$1" = web ], test, [[ == ]]: as a command, so that its words can be read. */
static int decide_test (struct analysis *a, char const *text)
{
  struct source code ;
  struct statement *test ;
  text += strspn(text, "[ ") ;
  test = shell_parse_text(a->pool, &code, pool_printf(a->pool, "x %.*s", (int)strcspn(text, "]"), text)) ;
  return test && !test->next ? decide_words(a, test, 1) : -1 ;
}

static int decide_condition (struct analysis *a, struct statement const *condition)
{
  if (condition->next) return -1 ;
  if (condition->kind == STATEMENT_NOT)
  {
    int r = condition->body ? decide_condition(a, condition->body) : -1 ;
    return r == -1 ? -1 : !r ;
  }
  if (condition->kind == STATEMENT_AND || condition->kind == STATEMENT_OR)
    return combine(condition->kind == STATEMENT_OR, decide_condition(a, condition->body), decide_condition(a, condition->body->next)) ;
  if (condition->kind != STATEMENT_TEST && !shell_one_of(statement_command(condition), "test [")) return -1 ;
  {
    char const *text = statement_text(a, condition) ;
    return decide_test(a, !strncmp(text, "test ", 5) ? text + 5 : text) ;
  }
}

/* Only a question about the arguments is decided here: others are asked in run. */
static int asks_arguments (struct analysis *a, char const *text)
{
  if (mentions_positional(text)) return 1 ;
  for (struct known const *one = a->known ; one ; one = one->next)
    if (one->value && shell_mentions(text, one->name)) return 1 ;
  return 0 ;
}

int decide_branch (struct analysis *a, struct statement const *statement, struct branch const **taken)
{
  *taken = 0 ;
  if (!a->plan->cmd) return 0 ;
  if (statement->kind == STATEMENT_CASE)
  {
    char const *value = statement->nwords == 1 && asks_arguments(a, statement->words[0].raw) ? value_of(a, statement->words[0].raw, 0) : 0 ;
    if (!value) return 0 ;
    for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    {
      if (!branch->pattern || strchr(branch->pattern, '$')) return 0 ;
      if (!matches(a, branch->pattern, value)) continue ;
      *taken = branch ;
      return 1 ;
    }
    return 1 ;
  }
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    int r = 1 ;
    if (branch->condition)
    {
      if (!asks_arguments(a, source_copy(a->source, branch->condition_range))) return 0 ;
      r = decide_condition(a, branch->condition) ;
    }
    if (r == -1) return 0 ;
    if (!r) continue ;
    *taken = branch ;
    return 1 ;
  }
  return 1 ;
}

void drop_branch (struct analysis *a, struct branch const *branch)
{
  struct texts words = { 0 } ;
  char const *what ;
  for (unsigned int i = 0 ; a->plan->cmd[i] ; i++) texts_add(a->pool, &words, shell_quote(a->pool, a->plan->cmd[i])) ;
  what = words.first ? pool_printf(a->pool, "CMD (%s) does not take this branch", texts_join(a->pool, &words, " ")) : "without a CMD, this branch is not taken" ;
  for (struct statement const *one = branch->body ; one ; one = one->next)
  {
    if (one->kind != STATEMENT_COMMENT && starts_something(a, (struct statement *)one))
      texts_add(a->pool, &a->plan->notes, pool_printf(a->pool, "line %u: no service: %s: %s", line_of(a, one), what, statement_text(a, one))) ;
    claim_statement(a, one, "dropped", what) ;
  }
}
