/* What a word with a parameter asks, and how two values compare. */

#include <fnmatch.h>
#include <regex.h>
#include <string.h>

#include "migrate/facts/facts.h"

/* task_"$1"_now */
static char const *without_inner_quotes (struct pool *pool, char const *text)
{
  char *plain = pool_alloc(pool, strlen(text) + 1) ;
  size_t n = 0 ;
  for (; *text ; text++)
    if (*text != '"') plain[n++] = *text ;
  plain[n] = 0 ;
  return plain ;
}

int split_parameter (struct pool *pool, char const *raw, struct parts *parts)
{
  char const *text = without_inner_quotes(pool, shell_without_quotes(pool, raw)) ;
  char const *begin = strchr(text, '$') ;
  char const *end ;
  if (!begin || strpbrk(text, "`\\'(")) return 0 ;
  end = begin[1] == '{' ? strchr(begin, '}') : begin + 1 + (begin[1] >= '1' && begin[1] <= '9' ? 1 : strspn(begin + 1, NAME_LETTERS)) ;
  if (!end || end == begin + 1) return 0 ;
  end += begin[1] == '{' ;
  if (strchr(end, '$') || (begin == text && !*end)) return 0 ;
  parts->before = pool_copy(pool, text, (size_t)(begin - text)) ;
  parts->parameter = pool_copy(pool, begin, (size_t)(end - begin)) ;
  parts->after = end ;
  return 1 ;
}

char const *asked_function (struct statement const *statement)
{
  if (statement->nwords != 3 || !shell_one_of(statement_command(statement), "declare typeset") || !shell_one_of(statement->words[1].raw, "-f -F")) return 0 ;
  return statement->words[2].raw ;
}

char const *asked_type (struct pool *pool, char const *raw)
{
  char const *text = shell_without_quotes(pool, raw) ;
  size_t len = strlen(text) ;
  if (strncmp(text, "$(type -t ", 10) != 0 || text[len - 1] != ')') return 0 ;
  return pool_copy(pool, text + 10, len - 11) ;
}

/* One that fits. */
static int is_number (char const *text)
{
  size_t len = strlen(text) ;
  return len && len < 10 && strspn(text, "0123456789") == len ;
}

/* LEFT =~ RIGHT: what is quoted is no pattern. */
static int matches (struct pool *pool, char const *left, char const *right, char const *raw)
{
  size_t len = strlen(raw) ;
  char const *pattern = right && strchr(raw, '$') ? right : raw ;
  regex_t regex ;
  int r ;
  if (strpbrk(raw, "`\"'"))
  {
    int is_quoted = right && len > 1 && strchr("\"'", *raw) && strchr(raw + 1, *raw) == raw + len - 1 ;
    return is_quoted ? !!strstr(left, right) : -1 ;
  }
  for (char const *p = pattern ; (p = strchr(p, '$')) ; p++)
    if (p[1] && !strchr(")|", p[1])) return -1 ;
  if (regcomp(&regex, pool_copy(pool, pattern, strlen(pattern)), REG_EXTENDED | REG_NOSUB)) return -1 ;
  r = !regexec(&regex, left, 0, 0, 0) ;
  regfree(&regex) ;
  return r ;
}

int compare_words (struct pool *pool, char const *left, char const *operator, char const *right, char const *raw)
{
  static char const *const numbers[] = { "-eq", "-ne", "-lt", "-le", "-gt", "-ge" } ;
  if (shell_one_of(operator, "= == !="))
  {
    int same ;
    if (right) same = !strcmp(left, right) ;
    else if (strpbrk(raw, "$`\"'\\")) return -1 ;
    else same = !fnmatch(raw, left, 0) ;
    return same ^ (*operator == '!') ;
  }
  if (!strcmp(operator, "=~")) return matches(pool, left, right, raw) ;
  for (size_t i = 0 ; right && i < sizeof(numbers) / sizeof(*numbers) ; i++)
    if (!strcmp(operator, numbers[i]) && is_number(left) && is_number(right))
    {
      unsigned int x = shell_number(left, 999999999, 0) ;
      unsigned int y = shell_number(right, 999999999, 0) ;
      int const is[] = { x == y, x != y, x < y, x <= y, x > y, x >= y } ;
      return is[i] ;
    }
  return -1 ;
}
