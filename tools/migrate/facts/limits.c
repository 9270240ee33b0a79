/* How long does the script wait, and does it give up then? */

#include <stdlib.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

#define TRIES_MAX 100000

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

struct limit
{
  struct pool *pool ;
  char const *text ; /* the loop's */
  char const *script ; /* around it */
} ;

static unsigned long number_at (struct limit const *limit, char const *p, unsigned int depth) ;

static unsigned long set_in (struct limit const *limit, char const *text, char const *name, unsigned int depth)
{
  char const *mark = pool_printf(limit->pool, "%s=", name) ;
  for (char const *p = text ; (p = strstr(p, mark)) ; p++)
    if ((p == text || strchr(" \t\n;(", p[-1])) && p[strlen(mark)] != '=' && strncmp(p + strlen(mark), "$((", 3) != 0)
    {
      unsigned long n = number_at(limit, p + strlen(mark), depth + 1) ;
      if (n) return n ;
    }
  return 0 ;
}

/* The number that the script sets the variable to; 0: not known. */
static unsigned long constant (struct limit const *limit, char const *name, unsigned int depth)
{
  unsigned long n = set_in(limit, limit->text, name, depth) ;
  return n ? n : set_in(limit, limit->script, name, depth) ;
}

/* 30, "30", $TRIES, ${TRIES:-30}, "$TRIES" */
static unsigned long number_at (struct limit const *limit, char const *p, unsigned int depth)
{
  size_t len ;
  unsigned long n = 0 ;
  int expanded ;
  size_t blank = strspn(p, " \"'$({") ;
  expanded = blank && (p[blank - 1] == '$' || (p[blank - 1] == '{')) ;
  p += blank ;
  if (*p >= '0' && *p <= '9' && !expanded) return strtoul(p, 0, 10) ;
  len = strspn(p, NAME_LETTERS) ;
  if (!len || depth > 3) return 0 ;
  if (!(*p >= '0' && *p <= '9')) n = constant(limit, pool_copy(limit->pool, p, len), depth) ;
  p += len ;
  if (*p == ':') p++ ;
  return n || *p != '-' ? n : strtoul(p + 1, 0, 10) ;
}

static unsigned long for_tries (struct limit const *limit, struct statement const *statement)
{
  char const *raw = statement->nwords == 1 ? statement->words[0].raw : "" ;
  char const *last ;
  if (statement->nwords > 1) return statement->nwords ;
  if ((last = strstr(raw, ".."))) return number_at(limit, last + 2, 0) ;
  if (strncmp(raw, "$(seq ", 6) != 0 && strncmp(raw, "`seq ", 5) != 0) return 0 ;
  last = strrchr(raw, ' ') ;
  return last ? number_at(limit, last, 0) : 0 ;
}

/* A counter that is compared: the largest of the numbers. */
static unsigned long compared (struct limit const *limit)
{
  char const *text = limit->text ;
  static char const *const marks[] = { "-ge ", "-gt ", "-eq ", "-lt ", "-le ", "-ne ", ">=", "<=", "==", ">", "<", "seq " } ;
  unsigned long tries = 0 ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    for (char const *p = text ; (p = strstr(p, marks[i])) ; p++)
    {
      unsigned long n ;
      if (strchr("<>=", *marks[i]))
      {
        char const *arithmetic = strstr(text, "((") ;
        if (!arithmetic || arithmetic > p || strchr("<>=&", p[strlen(marks[i])])) continue ;
      }
      n = number_at(limit, p + strlen(marks[i]), 0) ;
      if (n > tries && n < TRIES_MAX) tries = n ;
    }
  return tries ;
}

/* n=30, then n=$((n - 1)) until it is 0: counted down. */
static unsigned long counted_down (struct limit const *limit)
{
  char const *text = limit->text ;
  for (char const *p = text ; (p = strchr(p, '-')) ; p++)
  {
    char const *begin = p ;
    size_t len ;
    unsigned long n ;
    if (p[1] != '-' && strncmp(p + 1, " 1", 2) != 0 && p[1] != '1' && p[1] != '=') continue ;
    while (begin > text && begin[-1] == ' ') begin-- ;
    len = 0 ;
    while (begin - len > text && strchr(NAME_LETTERS, begin[-(ptrdiff_t)len - 1])) len++ ;
    if (len && (n = constant(limit, pool_copy(limit->pool, begin - len, len), 0))) return n ;
  }
  return 0 ;
}

unsigned long wait_limit (struct analysis *a, struct statement const *statement, char const *text)
{
  struct limit limit = { .pool = a->pool, .text = text, .script = a->source->text } ;
  char const *sleep = strstr(text, "sleep ") ;
  unsigned long ms = sleep ? duration_ms(sleep + 6) : 0 ;
  unsigned long tries = statement->kind == STATEMENT_FOR ? for_tries(&limit, statement) : 0 ;
  if (sleep && !ms) ms = number_at(&limit, sleep + 6, 0) * 1000 ;
  if (!ms) ms = 1000 ;
  if (strstr(text, "SECONDS") || strstr(text, "date +%s"))
  {
    unsigned long seconds = compared(&limit) ;
    return seconds > 1 ? seconds * 1000 : 0 ;
  }
  if (!tries) tries = compared(&limit) ;
  if (tries < 2) tries = counted_down(&limit) ;
  return tries > 1 && tries < TRIES_MAX && ms < 86400000 ? tries * ms : 0 ;
}

static int ends (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "exit") ;
}

int may_end_script (struct statement *list)
{
  for (; list ; list = list->next)
    if (statement_walk(list, &ends, 0)) return 1 ;
  return 0 ;
}

/* kill -0 $PID, ps -p $PID, pgrep nginx, [ -d /proc/$PID ] */
static int asks_process (struct statement *statement, void *data)
{
  char const *command = statement_command(statement) ;
  if (statement->kind == STATEMENT_TEST || shell_one_of(command, "test")) return !!strstr(statement_text(data, statement), "/proc/") ;
  return shell_one_of(command, "pgrep pidof ps") || (!strcmp(command, "kill") && !strcmp(statement_word(statement, 1), "-0")) ;
}

/* kill -0 $PID || exit 1: when the process has died, whose supervisor sees that */
static int looks_at_process (struct analysis *a, struct statement *statement)
{
  if (statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR) return statement_walk(statement->body, &asks_process, a) ;
  return statement->kind == STATEMENT_IF && statement->branches && !statement->branches->next
    && statement->branches->condition && statement_walk(statement->branches->condition, &asks_process, a) ;
}

int gives_up (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (!looks_at_process(a, list) && statement_walk(list, &ends, 0)) return 1 ;
  return 0 ;
}

/* Does it, or a function that it calls, end the script? */
static int ends_somewhere (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct function *function = called_function(a, statement) ;
  if (!strcmp(statement_command(statement), "exit")) return 1 ;
  if (!function || !function->statement->body || function->asked == a->questions) return 0 ;
  function->asked = a->questions ;
  return statement_walk(function->statement->body, &ends_somewhere, a) ;
}

int may_end (struct analysis *a, struct statement *statement)
{
  a->questions++ ;
  return statement_walk(statement, &ends_somewhere, a) ;
}
