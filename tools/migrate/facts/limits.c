/* How long does the script wait, and does it give up then? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/facts/limiting.h"

/* The numbers from one to the other, both included. */
static unsigned long words_between (unsigned long from, unsigned long to, unsigned long step)
{
  unsigned long way = from < to ? to - from : from - to ;
  return step ? way / step + 1 : 0 ;
}

/* The number of words of `seq`: $(seq 30), $(seq 5 5 60), `seq -w 1 $N`; 0: not known */
static unsigned long sequence (struct limit *limit, char const *p)
{
  unsigned long numbers[3] = { 0 } ;
  unsigned int n = 0 ;
  for (p += strspn(p, " ") ; *p && !strchr(")`", *p) ; p += strcspn(p, " )`"), p += strspn(p, " "))
  {
    unsigned long number = number_at(limit, p + (*p == '-')) ;
    if (*p == '-' && p[1] > '9') continue ; /* -w */
    limit->is_unknown |= n == 3 || (!number && *p != '0') ;
    if (limit->is_unknown) return 0 ;
    numbers[n++] = number ;
  }
  if (n < 2) return numbers[0] ;
  return words_between(numbers[0], numbers[n - 1], n == 3 ? numbers[1] : 1) ;
}

/* {1..30}, {60..5..5} */
static unsigned long braces (struct limit const *limit, char const *begin, char const *last)
{
  char const *step = strstr(last + 2, "..") ;
  unsigned long to = number_at(limit, last + 2) ;
  if (begin[1] < '0' || begin[1] > '9') return to ;
  return words_between(number_at(limit, begin + 1), to, step ? number_at(limit, step + 2 + (step[2] == '-')) : 1) ;
}

static unsigned long for_tries (struct limit *limit, struct statement const *statement)
{
  char const *raw = statement->nwords == 1 ? statement->words[0].raw : "" ;
  char const *last ;
  if (statement->nwords > 1) return statement->nwords ;
  if (!strncmp(raw, "$(seq ", 6)) return sequence(limit, raw + 6) ;
  if (!strncmp(raw, "`seq ", 5)) return sequence(limit, raw + 5) ;
  last = *raw == '{' ? strstr(raw, "..") : 0 ;
  return last ? braces(limit, raw, last) : 0 ;
}

/* The pause of a round; 0: not known */
static unsigned long pause_ms (struct limit const *limit)
{
  char const *sleep = strstr(limit->text, "sleep ") ;
  unsigned long ms = sleep ? duration_ms(sleep + 6) : 1000 ;
  return ms ? ms : number_at(limit, sleep + 6) * 1000 ;
}

static unsigned long counted_limit (struct limit *limit, unsigned long tries)
{
  unsigned long ms = pause_ms(limit) ;
  int is_variable_step = 0 ;
  if (!tries) tries = counted_tries(limit, &is_variable_step) ;
  /* n=$((n + INTERVAL)), sleep $INTERVAL: seconds, whatever INTERVAL is */
  if (is_variable_step && ms)
  {
    limit->is_unknown = 1 ;
    return 0 ;
  }
  if (!ms) ms = 1000 ;
  return tries > 1 && tries < TRIES_MAX && ms < 86400000 ? tries * ms : 0 ;
}

unsigned long wait_limit (struct analysis *a, struct statement const *statement, char const *text, int *is_unknown)
{
  char const *script = source_uncommented(a->source) ;
  struct range range = statement->range ;
  struct limit limit = { .pool = a->pool, .loop = pool_copy(a->pool, script + range.start, range.end - range.start), .script = script } ;
  unsigned long ms ;
  limit.text = text = shell_uncommented(a->pool, text) ;
  limit.before = pool_copy(a->pool, script, range.start) ;
  ms = has_clock(text) ? clock_limit(&limit) * 1000 : counted_limit(&limit, statement->kind == STATEMENT_FOR ? for_tries(&limit, statement) : 0) ;
  *is_unknown = !ms && limit.is_unknown ;
  return ms ;
}

struct ending_walk
{
  struct analysis *a ;
  struct statement const *whole ;
  struct range beside ; /* a shell in the background in it, of which an exit ends nothing else */
} ;

static int ends_here (struct statement *statement, void *data)
{
  struct ending_walk *e = data ;
  struct function *function ;
  if (e->beside.end && e->beside.start <= statement->range.start && statement->range.end <= e->beside.end) return 0 ;
  if (statement->background && statement != e->whole)
  {
    e->beside = statement->range ;
    return 0 ;
  }
  if (statement_exits(statement, 0)) return 1 ;
  function = called_function(e->a, statement) ;
  if (!function || !function->statement->body || function->asked == e->a->questions) return 0 ;
  function->asked = e->a->questions ;
  return statement_walk(function->statement->body, &ends_here, e) ;
}

int may_end (struct analysis *a, struct statement *statement)
{
  struct ending_walk e = { .a = a, .whole = statement } ;
  a->questions++ ;
  return statement_walk(statement, &ends_here, &e) ;
}

int may_end_script (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (may_end(a, list)) return 1 ;
  return 0 ;
}

int only_ends (struct analysis *a, struct statement *list, int with_values)
{
  for (; list ; list = list->next)
    if (list->background || (list->kind != STATEMENT_COMMENT && !(with_values && list->kind == STATEMENT_ASSIGNMENT) && !is_message(a, list)
     && !shell_one_of(statement_command(list), "exit return kill wait true :"))) return 0 ;
  return 1 ;
}

int asks_process (struct statement *statement, void *data)
{
  char const *command = statement_command(statement) ;
  if (statement->kind == STATEMENT_TEST || shell_one_of(command, "test")) return !!strstr(statement_text(data, statement), "/proc/") ;
  return shell_one_of(command, "pgrep pidof ps") || asks_whether_alive(statement, 0) ;
}

/* kill -0 $PID || exit 1: when the process has died, whose supervisor sees that */
static int looks_at_process (struct analysis *a, struct statement *statement)
{
  if (is_and_or(statement)) return statement_walk(statement->body, &asks_process, a) ;
  return statement->kind == STATEMENT_IF && statement->branches && !statement->branches->next
    && statement->branches->condition && statement_walk(statement->branches->condition, &asks_process, a) ;
}

struct end_found
{
  struct analysis *a ;
  char const *end ; /* exit, return */
  char const *text ;
} ;

static int find_end (struct statement *statement, void *data)
{
  struct end_found *found = data ;
  if (strcmp(statement_command(statement), found->end) != 0) return 0 ;
  found->text = pool_printf(found->a->pool, "%s%s%s", found->end, statement->nwords > 1 ? " " : "", statement->nwords > 1 ? statement->words[1].raw : "") ;
  return 1 ;
}

char const *end_if_dead (struct analysis *a, struct statement *list, char const *end)
{
  struct end_found found = { .a = a, .end = end } ;
  for (; list ; list = list->next)
    if (looks_at_process(a, list) && walk_with_calls(a, list, &find_end, &found)) return found.text ;
  return 0 ;
}

int gives_up_by (struct analysis *a, struct statement *list, statement_visit *visit)
{
  for (; list ; list = list->next)
    if (!looks_at_process(a, list) && walk_with_calls(a, list, visit, 0)) return 1 ;
  return 0 ;
}

int gives_up (struct analysis *a, struct statement *list)
{
  return gives_up_by(a, list, &statement_exits) ;
}
