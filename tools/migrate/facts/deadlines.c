/* A waiting loop that asks the clock: how long does it wait? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/facts/limiting.h"

#define BEFORE_CLOCK " \"'$({`"

int has_clock (char const *text)
{
  return strstr(text, "SECONDS") || strstr(text, "+%s") ;
}

/* Behind SECONDS, EPOCHSECONDS, $(date +%s); 0: something else is there. */
static char const *behind_clock (char const *p)
{
  char const *format ;
  p += strspn(p, BEFORE_CLOCK) ;
  if (!strncmp(p, "expr ", 5)) p += 5 + strspn(p + 5, BEFORE_CLOCK) ;
  if (!strncmp(p, "EPOCH", 5)) p += 5 ;
  if (!strncmp(p, "SECONDS", 7)) return p + 7 + strspn(p + 7, " \"')}") ;
  format = strncmp(p, "date ", 5) ? 0 : strstr(p, "+%s") ;
  if (!format || format > p + strcspn(p, "\n;)`") || memmem(p, (size_t)(format - p), "-d", 2)) return 0 ;
  return format + 3 + strspn(format + 3, " \"')}`") ;
}

/* start=$SECONDS, start=$(date +%s) */
static int holds_clock (struct limit const *limit, char const *name)
{
  char const *mark = pool_printf(limit->pool, "%s=", name) ;
  char const *const texts[] = { limit->text, limit->script } ;
  for (size_t i = 0 ; i < sizeof(texts) / sizeof(*texts) ; i++)
    for (char const *p = texts[i] ; (p = next_value(texts[i], p, mark)) ; )
    {
      char const *end = behind_clock(p) ;
      if (end && (!*end || !strchr("+-*/", *end))) return 1 ;
    }
  return 0 ;
}

/* SECONDS + 60, $(date +%s) + $TIMEOUT, start + 60: the seconds; 0: something else */
static unsigned long seconds_at (struct limit const *limit, char const *p)
{
  char const *end = behind_clock(p) ;
  if (!end)
  {
    char const *name = p + strspn(p, BEFORE_CLOCK) ;
    size_t len = strspn(name, NAME_LETTERS) ;
    end = name + len + strspn(name + len, " \"}") ;
    if (!len || *end != '+' || !holds_clock(limit, pool_copy(limit->pool, name, len))) return 0 ;
  }
  return *end == '+' && end[1] != '=' ? number_at(limit, end + 1) : 0 ;
}

/* The last deadline that the text sets the variable to. */
static unsigned long set_in (struct limit const *limit, char const *text, char const *mark)
{
  unsigned long found = 0 ;
  for (char const *p = text ; (p = next_value(text, p, mark)) ; )
  {
    unsigned long n = seconds_at(limit, p) ;
    if (n) found = n ;
  }
  return found ;
}

/* end=$((SECONDS + 60)), unless the loop itself sets it: next_message=$((SECONDS + 10)) */
static unsigned long held_deadline (struct limit const *limit, char const *name)
{
  char const *mark = pool_printf(limit->pool, "%s=", name) ;
  unsigned long n ;
  if (next_value(limit->loop, limit->loop, mark)) return 0 ;
  n = set_in(limit, limit->text, mark) ;
  if (!n) n = set_in(limit, limit->before, mark) ;
  return n ? n : set_in(limit, limit->script, mark) ;
}

/* Is the expression at `p` what a variable is set to? */
static int is_value (char const *text, char const *p)
{
  while (p > text && strchr(BEFORE_CLOCK, p[-1])) p-- ;
  return p > text && p[-1] == '=' && !(p - 1 > text && strchr("<>=!", p[-2])) ;
}

/* The latest of the deadlines that the loop names. */
static unsigned long deadline (struct limit const *limit)
{
  unsigned long latest = 0 ;
  for (char const *p = limit->text ; *p ; p++)
  {
    size_t len = strspn(p, NAME_LETTERS) ;
    unsigned long n ;
    if (!len) continue ;
    n = held_deadline(limit, pool_copy(limit->pool, p, len)) ;
    if (!n && !is_value(limit->text, p)) n = seconds_at(limit, p) ;
    if (n > latest && n < TRIES_MAX) latest = n ;
    p += len - 1 ;
  }
  return latest ;
}

static int compares (char const *text)
{
  return strstr(text, "-ge ") || strstr(text, "-gt ") || strstr(text, "-lt ") || strstr(text, "-le ") || (strstr(text, "((") && strpbrk(strstr(text, "(("), "<>")) ;
}

unsigned long clock_limit (struct limit *limit)
{
  unsigned long seconds = deadline(limit) ;
  if (!seconds) seconds = compared(limit) ;
  limit->is_unknown = seconds < 2 && compares(limit->loop) ;
  return seconds > 1 ? seconds : 0 ;
}
