/* Numbers in a waiting loop: as they are written, or in variables that the script sets. */

#include <stdlib.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/facts/limiting.h"

#define READINGS_MAX 200 /* expressions: variables may be set to each other, again and again */

struct reading
{
  struct limit const *limit ;
  char const *p ;
  unsigned int *readings ;
  struct reading const *outer ; /* of the variable that is set to this; 0: none is */
  char const *name ; /* of that variable */
  unsigned int depth ; /* of parentheses */
  int is_sum ; /* in (( )), where + and - are signs, and names are variables */
} ;

/* What a variable is set to. */
struct number
{
  unsigned long number ; /* 0: not known */
  int is_set ;
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

/* ---- variables ---- */

/* A word where a command may begin. */
static int is_word_at (char const *text, char const *p, char const *words)
{
  char const *before = p ;
  size_t len = strcspn(p, " \t\n;&|)") ;
  char word[8] ;
  if (!len || len >= sizeof(word)) return 0 ;
  while (before > text && strchr(" \t", before[-1])) before-- ;
  if (before > text && !strchr("\n;&|({)", before[-1])) return 0 ;
  memcpy(word, p, len) ;
  word[len] = 0 ;
  return shell_one_of(word, words) ;
}

/* Is what stands at `p` in a branch, a loop or a function that has ended at the text's end, or behind && or ||? */
static int is_conditional (char const *text, char const *p)
{
  unsigned int open = 0 ;
  for (char const *before = p ; before > text && !strchr("\n;", before[-1]) ; before--)
    if (strchr("&|", before[-1])) return 1 ;
  for (; *p ; p++)
    if (is_word_at(text, p, "if case do {")) open++ ;
    else if (is_word_at(text, p, "fi esac done }") && !open--) return 1 ;
  return 0 ;
}

static int ends_value (char const *p)
{
  p += strspn(p, "\"'") ;
  if (*p == 's') p++ ; /* seconds */
  return !*p || strchr(" \t\n;&|)}\"'", *p) ;
}

/* The last number that the text sets the variable to; not known, if a branch may have set another one. */
static struct number set_in (struct reading const *r, char const *text, char const *name, int is_ordered)
{
  char const *mark = pool_printf(r->limit->pool, "%s=", name) ;
  struct number found = { 0 } ;
  for (char const *p = text ; *r->readings < READINGS_MAX && (p = next_value(text, p, mark)) ; )
  {
    struct reading value = { .limit = r->limit, .p = p, .readings = r->readings, .outer = r, .name = name } ;
    unsigned long n ;
    if (counts_itself(p, name, r->limit->pool)) continue ;
    n = expression(&value) ;
    if (!ends_value(value.p)) n = 0 ;
    if (!found.is_set || n == found.number || (is_ordered && !is_conditional(text, p - strlen(mark)))) found.number = n ;
    else found.number = 0 ;
    found.is_set = 1 ;
  }
  return found ;
}

static struct number variable (struct reading const *r, char const *name)
{
  struct number found = { 0 } ;
  for (struct reading const *one = r ; one ; one = one->outer)
    if (one->name && !strcmp(one->name, name)) return found ; /* N=${N:-30} */
  found = set_in(r, r->limit->text, name, 1) ;
  if (!found.is_set) found = set_in(r, r->limit->before, name, 1) ;
  return found.is_set ? found : set_in(r, r->limit->script, name, 0) ;
}

/* ---- expressions ---- */

/* Behind ${NAME: }, :-30}, -30}. *r->p is behind the brace then, if it is the end. */
static unsigned long with_default (struct reading *r, struct number held)
{
  unsigned long n = held.number ;
  if (*r->p == ':') r->p++ ;
  if (*r->p == '-' || *r->p == '=')
  {
    size_t digits = strspn(r->p + 1, "0123456789") ;
    if (!held.is_set) n = strtoul(r->p + 1, 0, 10) ;
    r->p += 1 + digits ;
  }
  if (*r->p != '}') return 0 ; /* ${A:-$B}, ${A%s} */
  r->p++ ;
  return n ;
}

/* 30, $TRIES, ${TRIES:-30}, TRIES in (( )); a digit behind $ is an argument */
static unsigned long operand (struct reading *r)
{
  struct number held = { 0 } ;
  char const *name ;
  int is_braced = 0 ;
  size_t len ;
  if (*r->p >= '0' && *r->p <= '9')
  {
    char *end ;
    unsigned long n = strtoul(r->p, &end, 10) ;
    r->p = end ;
    return n < 1000000000 ? n : 0 ;
  }
  if (*r->p == '$')
  {
    is_braced = r->p[1] == '{' ;
    r->p += 1 + is_braced ;
  }
  name = r->p ;
  len = strspn(name, NAME_LETTERS) ;
  if (!len) return 0 ;
  r->p += len ;
  if (*name < '0' || *name > '9') held = variable(r, pool_copy(r->limit->pool, name, len)) ;
  return is_braced ? with_default(r, held) : held.number ;
}

static unsigned long sum (struct reading *r) ;

static unsigned long factor (struct reading *r)
{
  unsigned long n ;
  r->p += strspn(r->p, " \"'") ;
  if (*r->p != '(' || r->depth > 20) return operand(r) ;
  r->p++ ;
  r->depth++ ;
  n = sum(r) ;
  r->depth-- ;
  r->p += strspn(r->p, " ") ;
  if (*r->p != ')') return 0 ;
  r->p++ ;
  return n ;
}

/* The sign that comes next; 0: none of them does. Outside of (( )), `60 -5` and `60 -a` are two words. */
static char sign_at (struct reading *r, char const *signs)
{
  char const *p = r->p + strspn(r->p, " ") ;
  int is_word = p > r->p && p[0] && p[1] != ' ' ;
  if (!*p || !strchr(signs, *p)) return 0 ;
  if (strchr("+-", *p) && (p[1] == *p || p[1] == '=' || (!r->is_sum && is_word))) return 0 ;
  r->p = p + 1 ;
  return *p ;
}

/* Without 0: that stands for what is not known. */
static unsigned long product (struct reading *r)
{
  unsigned long n = factor(r) ;
  for (char sign ; (sign = sign_at(r, "*/%")) ; )
  {
    unsigned long right = factor(r) ;
    if (!n || !right) n = 0 ;
    else n = sign == '*' ? n * right : sign == '/' ? n / right : n % right ;
  }
  return n ;
}

static unsigned long sum (struct reading *r)
{
  unsigned long n = product(r) ;
  for (char sign ; (sign = sign_at(r, "+-")) ; )
  {
    unsigned long right = product(r) ;
    if (!n || !right) n = 0 ;
    else n = sign == '+' ? n + right : n > right ? n - right : 0 ;
  }
  return n ;
}

static unsigned long expression (struct reading *r)
{
  unsigned long n ;
  if (++*r->readings > READINGS_MAX) return 0 ;
  r->p += strspn(r->p, " \"'") ;
  if (!strncmp(r->p, "$((", 3)) r->p++ ;
  r->is_sum = !strncmp(r->p, "((", 2) ;
  if (!r->is_sum) return sum(r) ;
  r->p += 2 ;
  n = sum(r) ;
  r->p += strspn(r->p, " ") ;
  if (strncmp(r->p, "))", 2) != 0) return 0 ; /* another sign */
  r->p += 2 ;
  return n ;
}

unsigned long number_at (struct limit const *limit, char const *p)
{
  unsigned int readings = 0 ;
  struct reading r = { .limit = limit, .p = p, .readings = &readings } ;
  return expression(&r) ;
}

unsigned long constant (struct limit const *limit, char const *name)
{
  unsigned int readings = 0 ;
  struct reading r = { .limit = limit, .readings = &readings } ;
  return variable(&r, name).number ;
}
