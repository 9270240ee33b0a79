/* Two services of which a container only ever runs one: they are in branches of one `if` or `case`, or their
   conditions contradict each other (ROLE=web, ROLE=worker). Neither can have waited for the other. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* Is `condition` ! { SECOND; }? */
static int negates (char const *condition, char const *second)
{
  size_t len = strlen(second) ;
  return !strncmp(condition, "! { ", 4) && !strncmp(condition + 4, second, len) && !strcmp(condition + 4 + len, "; }") ;
}

/* [ "$A" = 1 ] && one & , [ "$A" = 1 ] || other & : with nothing in between that sets A. */
static int is_negation (struct analysis *a, struct service const *one, struct service const *other, char const *condition, char const *second)
{
  unsigned int first = one->npieces < other->npieces ? one->npieces : other->npieces ;
  unsigned int last = one->npieces < other->npieces ? other->npieces : one->npieces ;
  if (one->positional != other->positional || !negates(condition, second)) return 0 ;
  while (first < last && !piece_mentioned(a->plan->pieces + first, condition)) first++ ;
  return first == last ;
}

/* Is the value one of the `n` bytes with | between them? */
static int has_value (char const *values, size_t n, char const *value, size_t len)
{
  for (char const *p = values ; p <= values + n ; p += strcspn(p, "|\n") + 1)
    if (strcspn(p, "|\n") == len && !strncmp(p, value, len)) return 1 ;
  return 0 ;
}

/* How many of the values does the other have? -1: all of them. */
static int common_values (char const *values, size_t n, char const *others, size_t nothers)
{
  int common = 0 ;
  int all = 1 ;
  for (char const *p = values ; p <= values + n ; p += strcspn(p, "|\n") + 1)
    if (has_value(others, nothers, p, strcspn(p, "|\n"))) common++ ;
    else all = 0 ;
  return all ? -1 : common ;
}

/* Of enable-if, each up to the end of its line: may not both of them hold? */
static int lines_contradict (char const *one, char const *other)
{
  int negated = *one == '!' ;
  int other_negated = *other == '!' ;
  size_t len ;
  size_t n ;
  size_t nother ;
  one += negated ;
  other += other_negated ;
  len = strcspn(one, "=\n") ;
  if (len != strcspn(other, "=\n") || strncmp(one, other, len) != 0) return 0 ;
  if (one[len] != '=' || other[len] != '=') /* set, or not set */
    return negated != other_negated && (negated ? one[len] != '=' : other[len] != '=') ;
  one += len + 1 ;
  other += len + 1 ;
  n = strcspn(one, "\n") ;
  nother = strcspn(other, "\n") ;
  if (negated && other_negated) return 0 ;
  if (negated) return common_values(other, nother, one, n) == -1 ;
  if (other_negated) return common_values(one, n, other, nother) == -1 ;
  return !common_values(one, n, other, nother) ;
}

static char const *enabling_of (struct service const *service)
{
  for (struct setting const *setting = service->settings ; setting ; setting = setting->next)
    if (!strcmp(setting->file, "enable-if")) return setting->value ;
  return "" ;
}

static char const *next_line (char const *line)
{
  line += strcspn(line, "\n") ;
  return *line ? line + 1 : line ;
}

char const *place_of (struct pool *pool, char const *question, unsigned int answer)
{
  char *text = (char *)pool_printf(pool, "%s=%u", question, answer) ;
  for (char *p = strrchr(text, '=') ; p > text ; p--)
    if (p[-1] == '=') p[-1] = '~' ;
  return text ;
}

int are_exclusive (struct analysis *a, struct service const *one, struct service const *other)
{
  if (places_exclude(&one->places, &other->places)) return 1 ;
  for (struct text const *condition = one->conditions.first ; condition ; condition = condition->next)
    for (struct text const *second = other->conditions.first ; second ; second = second->next)
      if (is_negation(a, one, other, condition->text, second->text) || is_negation(a, other, one, second->text, condition->text)) return 1 ;
  for (char const *line = enabling_of(one) ; *line ; line = next_line(line))
    for (char const *second = enabling_of(other) ; *second ; second = next_line(second))
      if (lines_contradict(line, second)) return 1 ;
  return 0 ;
}

void place_piece (struct analysis *a, struct piece *piece)
{
  piece->placed = a->positional ;
  if (!a->conditions.first) return ;
  piece->under = texts_join(a->pool, &a->conditions, " && ") ;
  texts_add_all(a->pool, &piece->places, &a->places) ;
}

struct service place_here (struct analysis *a)
{
  struct service here = { .npieces = a->plan->npieces, .positional = a->positional } ;
  texts_add_all(a->pool, &here.conditions, &a->conditions) ;
  texts_add_all(a->pool, &here.places, &a->places) ;
  for (struct text const *one = a->otherwise.first ; one ; one = one->next) texts_add(a->pool, &here.places, place_of(a->pool, one->text, 2)) ;
  return here ;
}

int is_excluded_here (struct analysis *a, struct service const *service)
{
  struct service here = place_here(a) ;
  return are_exclusive(a, &here, service) ;
}

static struct texts without_exclusive (struct analysis *a, struct service const *service, struct texts const *names)
{
  struct texts left = { 0 } ;
  for (struct text const *one = names->first ; one ; one = one->next)
  {
    struct service const *other = plan_find(a->plan, one->text) ;
    if (!other || !are_exclusive(a, service, other)) texts_add(a->pool, &left, one->text) ;
  }
  return left ;
}

void settle_exclusive (struct analysis *a)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    char const *before = texts_join(a->pool, &service->dependencies, ", ") ;
    char const *now ;
    service->dependencies = without_exclusive(a, service, &service->dependencies) ;
    service->optional = without_exclusive(a, service, &service->optional) ;
    service->needed = without_exclusive(a, service, &service->needed) ;
    now = texts_join(a->pool, &service->dependencies, ", ") ;
    if (!strcmp(now, before) || !service->claim) continue ;
    claim_say_instead(a->pool, service->claim, pool_printf(a->pool, " after %s", before), *now ? pool_printf(a->pool, " after %s", now) : "") ;
  }
}

int is_beside_here (struct analysis *a, struct service const *service)
{
  return runs_beside(service) && !is_excluded_here(a, service) ;
}
