/* Numbers in a waiting loop: as they are written, or in variables that the script sets. */

#include <stdlib.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/facts/limiting.h"

#define DEPTH_MAX 3 /* a variable that is set to a variable, and so on */

struct reading
{
  struct limit const *limit ;
  char const *p ;
  unsigned int depth ;
} ;

unsigned long duration_ms (char const *text)
{
  static struct { char letter ; double seconds ; } const units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } } ;
  char *end ;
  double seconds ;
  if (!strchr("0123456789.", *text) || !*text) return 0 ;
  seconds = strtod(text, &end) ;
  for (size_t i = 0 ; i < sizeof(units) / sizeof(*units) ; i++)
    if (*end == units[i].letter) seconds *= units[i].seconds ;
  return seconds > 0 && seconds < 1000000 ? (unsigned long)(seconds * 1000 + 0.5) : 0 ;
}

char const *next_value (char const *text, char const *p, char const *mark)
{
  size_t len = strlen(mark) ;
  for (; (p = strstr(p, mark)) ; p++)
    if ((p == text || strchr(" \t\n;(", p[-1])) && p[len] != '=') return p + len ;
  return 0 ;
}

/* n=$((n + 1)): the counter itself */
static int counts_itself (char const *value, char const *name, struct pool *pool)
{
  return !strncmp(value, "$((", 3) && shell_mentions(pool_copy(pool, value, strcspn(value, "\n;")), name) ;
}

static unsigned long expression (struct reading *r) ;

/* The first number, or the last, that the text sets the variable to. */
static unsigned long set_in (struct reading const *r, char const *text, char const *name, int last)
{
  char const *mark = pool_printf(r->limit->pool, "%s=", name) ;
  unsigned long found = 0 ;
  for (char const *p = text ; (p = next_value(text, p, mark)) && (last || !found) ; )
  {
    struct reading value = { .limit = r->limit, .p = p, .depth = r->depth + 1 } ;
    unsigned long n = counts_itself(p, name, r->limit->pool) ? 0 : expression(&value) ;
    if (n) found = n ;
  }
  return found ;
}

static unsigned long variable (struct reading const *r, char const *name)
{
  unsigned long n = set_in(r, r->limit->text, name, 0) ;
  if (!n) n = set_in(r, r->limit->before, name, 1) ;
  return n ? n : set_in(r, r->limit->script, name, 0) ;
}

/* 30, TRIES, TRIES:-30; a digit behind $ is an argument */
static unsigned long operand (struct reading *r, int expanded)
{
  unsigned long n = 0 ;
  size_t len = strspn(r->p, NAME_LETTERS) ;
  char const *name = r->p ;
  int is_digit = *name >= '0' && *name <= '9' ;
  if (is_digit && !expanded)
  {
    char *end ;
    n = strtoul(name, &end, 10) ;
    r->p = end ;
    return n ;
  }
  if (!len || r->depth > DEPTH_MAX) return 0 ;
  if (!is_digit) n = variable(r, pool_copy(r->limit->pool, name, len)) ;
  r->p += len ;
  if (!expanded) return n ;
  if (*r->p == ':') r->p++ ;
  if (*r->p != '-') return n ;
  if (!n) n = strtoul(r->p + 1, 0, 10) ;
  r->p += 1 + strspn(r->p + 1, "0123456789") ;
  return n ;
}

static unsigned long combined (char operator, unsigned long left, unsigned long right)
{
  if (!left || !right) return 0 ;
  switch (operator)
  {
    case '*' : return left * right ;
    case '/' : return left / right ;
    case '+' : return left + right ;
    default : return left > right ? left - right : 0 ;
  }
}

/* An operand, or several of them from the left to the right. */
static unsigned long expression (struct reading *r)
{
  size_t blank = strspn(r->p, " \"'$({") ;
  int is_sum = !!memmem(r->p, blank, "((", 2) ;
  unsigned long n ;
  r->p += blank ;
  n = operand(r, blank && (r->p[-1] == '$' || r->p[-1] == '{')) ;
  for (;;)
  {
    char const *operator = r->p + strspn(r->p, "} ") ;
    char const *next = operator + !!*operator ;
    next += strspn(next, " ${") ;
    if (!*operator || !strchr(is_sum ? "*/+-" : "*/", *operator) || !*next || !strchr(NAME_LETTERS, *next)) return n ;
    r->p = next ;
    n = combined(*operator, n, operand(r, next[-1] == '$' || next[-1] == '{')) ;
  }
}

unsigned long number_at (struct limit const *limit, char const *p)
{
  struct reading r = { .limit = limit, .p = p } ;
  return expression(&r) ;
}

unsigned long constant (struct limit const *limit, char const *name)
{
  struct reading r = { .limit = limit } ;
  return variable(&r, name) ;
}
