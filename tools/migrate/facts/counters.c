/* A waiting loop that counts: how often does it ask at most? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/facts/limiting.h"

struct counter
{
  char const *name ;
  unsigned long step ; /* 0: not known */
  int down ;
  unsigned long end ; /* the largest number that it is compared with; 0: none, or not known */
  int is_compared ;
  int is_variable ; /* it is compared with a variable that nothing is known about */
} ;

#define BEFORE_OPERAND " $({[\"`"

/* >, <, >=: only in arithmetic, else they redirect */
static int is_arithmetic (char const *text, char const *mark, size_t len)
{
  char const *begin = strstr(text, "((") ;
  return begin && begin < mark && !strchr("<>=&", mark[len]) ;
}

/* Behind the sign of a comparison at `p`; 0: none is there. */
static char const *behind_sign (char const *text, char const *p)
{
  static char const *const signs[] = { "-ge ", "-gt ", "-eq ", "-lt ", "-le ", "-ne ", ">=", "<=", "==", ">", "<" } ;
  for (size_t i = 0 ; i < sizeof(signs) / sizeof(*signs) ; i++)
  {
    size_t len = strlen(signs[i]) ;
    if (!strncmp(p, signs[i], len) && (*p == '-' || is_arithmetic(text, p, len))) return p + len ;
  }
  return 0 ;
}

/* n=$(pgrep -c x), n=`...`: does a command set it, and not a step of a count? */
static int is_answer (struct limit const *limit, char const *name)
{
  char const *substitution = pool_printf(limit->pool, "%s=$(", name) ;
  char const *p = strstr(limit->text, substitution) ;
  if (strstr(limit->text, pool_printf(limit->pool, "%s=$?", name))) return 1 ;
  if (p && p[strlen(substitution)] != '(' && strncmp(p + strlen(substitution), "expr ", 5) != 0) return 1 ;
  p = strstr(limit->text, pool_printf(limit->pool, "%s=`", name)) ;
  return p && strncmp(p + strlen(name) + 2, "expr ", 5) != 0 ;
}

/* [ $(curl -w '%{http_code}' ...) -eq 200 ]: it is an answer that is compared, and no count of tries. */
static int compares_answer (struct limit const *limit, char const *sign)
{
  char const *begin ;
  while (sign > limit->text && strchr(" }\"", sign[-1])) sign-- ;
  if (sign == limit->text) return 0 ;
  if (sign - 1 > limit->text && !strncmp(sign - 2, "$?", 2)) return 1 ;
  if (sign[-1] == '`' || (sign[-1] == ')' && sign - 1 > limit->text && sign[-2] != ')')) return 1 ;
  for (begin = sign ; begin > limit->text && strchr(NAME_LETTERS, begin[-1]) ; ) begin-- ;
  return begin < sign && is_answer(limit, pool_copy(limit->pool, begin, (size_t)(sign - begin))) ;
}

unsigned long compared (struct limit const *limit)
{
  unsigned long largest = 0 ;
  for (char const *p = limit->text ; *p ; p++)
  {
    char const *number = strncmp(p, "seq ", 4) ? behind_sign(limit->text, p) : p + 4 ;
    unsigned long n = number && !compares_answer(limit, p) ? number_at(limit, number) : 0 ;
    if (n > largest && n < TRIES_MAX) largest = n ;
  }
  return largest ;
}

/* The name that ends at `end`; 0: there is none. */
static char const *name_before (struct limit const *limit, char const *end, char const **begin)
{
  while (end > limit->loop && strchr(" }\"", end[-1])) end-- ;
  *begin = end ;
  while (*begin > limit->loop && strchr(NAME_LETTERS, (*begin)[-1])) --*begin ;
  return *begin < end && (**begin < '0' || **begin > '9') ? pool_copy(limit->pool, *begin, (size_t)(end - *begin)) : 0 ;
}

static char const *before_operand (struct limit const *limit, char const *p)
{
  while (p > limit->loop && strchr(BEFORE_OPERAND, p[-1])) p-- ;
  return p ;
}

/* name=$((, name=$(expr $, name = : is the operand at `p` the first of what the variable is set to? */
static int is_set_to (struct limit const *limit, char const *p, char const *name)
{
  char const *begin ;
  char const *set ;
  p = before_operand(limit, p) ;
  if (p - limit->loop > 4 && !strncmp(p - 4, "expr", 4)) p = before_operand(limit, p - 4) ;
  if (p == limit->loop || p[-1] != '=') return 0 ;
  set = name_before(limit, p - 1, &begin) ;
  return set && !strcmp(set, name) ;
}

/* n++, ++n, n+=5, n=$((n + 5)), the same with -: the counter that the operator at `p` changes.
   Returns what is behind it; 0: the operator changes none. */
static char const *read_step (struct limit const *limit, char const *p, struct counter *counter)
{
  char const *begin ;
  char const *end ;
  *counter = (struct counter){ .name = name_before(limit, p, &begin), .step = 1, .down = *p == '-' } ;
  if (p[1] == *p && !counter->name)
  {
    size_t len = strspn(p + 2, NAME_LETTERS) ;
    if (p == limit->loop || p[-1] != '(') return 0 ;
    counter->name = pool_copy(limit->pool, p + 2, len) ;
    return len ? p + 2 + len : 0 ;
  }
  if (!counter->name) return 0 ;
  if (p[1] == *p) return p + 2 ;
  if (p[1] != '=' && !is_set_to(limit, begin, counter->name)) return 0 ;
  p += 1 + (p[1] == '=') ;
  counter->step = number_at(limit, p) ;
  end = p + strspn(p, BEFORE_OPERAND) ;
  return end + strspn(end, NAME_LETTERS) ;
}

/* Is what ends at `p` compared there? */
static void read_comparison (struct limit const *limit, char const *p, struct counter *counter)
{
  char const *sign = p + strspn(p, " )}\"") ;
  char const *number = behind_sign(limit->loop, sign) ;
  unsigned long n ;
  if (!number && !strncmp(sign, "= ", 2) && sign > p && strchr("\"}", *p)) number = sign + 2 ; /* [ "$n" = 30 ] */
  if (!number) return ;
  counter->is_compared = 1 ;
  n = number_at(limit, number) ;
  if (n > counter->end && n < TRIES_MAX) counter->end = n ;
  if (!n && number[strspn(number, " \"")] == '$' && *sign == '-') counter->is_variable = 1 ;
}

static void read_comparisons (struct limit const *limit, struct counter *counter)
{
  size_t len = strlen(counter->name) ;
  for (char const *p = limit->loop ; (p = strstr(p, counter->name)) ; p += len)
    if ((p == limit->loop || !strchr(NAME_LETTERS, p[-1])) && (!p[len] || !strchr(NAME_LETTERS, p[len]))) read_comparison(limit, p + len, counter) ;
}

/* The counter that the loop compares; else one that it counts down. */
static struct counter find_counter (struct limit const *limit)
{
  struct counter found = { 0 } ;
  for (char const *p = limit->loop ; (p = strpbrk(p, "+-")) ; p += 1 + (p[1] == *p))
  {
    struct counter counter ;
    char const *end = read_step(limit, p, &counter) ;
    if (!end) continue ;
    read_comparison(limit, end, &counter) ;
    read_comparisons(limit, &counter) ;
    if (counter.is_compared) return counter ;
    if (counter.down && !found.name) found = counter ;
  }
  return found ;
}

/* n=30, then n=$((n - 1)) until it is 0; 0: nobody knows where it begins */
static unsigned long counted_down (struct limit const *limit, struct counter const *counter)
{
  unsigned long begin = counter->down ? constant(limit, counter->name) : 0 ;
  return begin > counter->end ? begin - counter->end : 0 ;
}

unsigned long counted_tries (struct limit *limit, int *is_variable_step)
{
  struct counter counter = find_counter(limit) ;
  unsigned long way ;
  *is_variable_step = 0 ;
  if (!counter.name) return compared(limit) ;
  way = counted_down(limit, &counter) ;
  if (!way) way = counter.is_variable || !counter.end ? compared(limit) : counter.end ;
  limit->is_unknown |= !way && counter.is_variable ;
  *is_variable_step = !counter.step ;
  return counter.step ? (way + counter.step - 1) / counter.step : way ;
}
