/* Tests of what a program answers: how many processes run ([ $(pgrep -c web) -ge 2 ], [ -z "$(pidof web)" ]), or how a
   service is ([ "$(service db status)" = started ]). */

#include <string.h>

#include "migrate/facts/facts.h"

#define MOST_COUNTED 20 /* a script that waits for more processes of one name is not known */

/* The substitution in a test, with its quotes: "$(pgrep -c x)", `pgrep x | wc -l`. */
static struct range substitution_in (char const *text)
{
  char const *from = strpbrk(text, "$`") ;
  char const *end = from ? from + 1 : 0 ;
  unsigned int depth = 0 ;
  if (!from || (*from == '$' && from[1] != '(')) return (struct range){ 0, 0 } ;
  if (*from == '`') end = strchr(end, '`') ;
  else for (; *end && !(*end == ')' && depth == 1) ; end++) depth += (*end == '(') - (*end == ')') ;
  if (!end || !*end++) return (struct range){ 0, 0 } ;
  if (from > text && from[-1] == '"' && *end == '"') return (struct range){ (uint32_t)(from - text - 1), (uint32_t)(end - text + 1) } ;
  return (struct range){ (uint32_t)(from - text), (uint32_t)(end - text) } ;
}

/* Does the test hold with that in the place of the substitution? -1: that is not known. */
static int holds_with (struct pool *pool, char const *text, struct range counted, char const *value)
{
  struct source code ;
  struct statement *question = shell_parse_text(pool, &code, pool_printf(pool, "%.*s\"%s\"%s", (int)counted.start, text, value, text + counted.end)) ;
  return question && !question->next ? constant_truth(&code, question) : -1 ;
}

int asks_for_enough (struct pool *pool, char const *text)
{
  struct range counted = substitution_in(text) ;
  char const *command = pool_copy(pool, text + counted.start, counted.end - counted.start) ;
  int is_count = strstr(command, "wc -l") || strstr(command, "grep -c") ;
  int none ;
  if (!shell_mentions(command, "pidof") && !shell_mentions(command, "pgrep") && !shell_mentions(command, "ps")) return -1 ;
  none = holds_with(pool, text, counted, is_count ? "0" : "") ;
  if (none < 0) return -1 ;
  for (unsigned int count = 1 ; count <= MOST_COUNTED ; count++)
    if (holds_with(pool, text, counted, pool_printf(pool, "%u", count)) == !none) return !none ;
  return -1 ;
}

/* Answers of programs that are asked how a service is. */
static char const *const good[] = { "200", "201", "204", "ok", "up", "started", "running", "active", "ready", "healthy", "pong", "alive", "online", "imok", "green" } ;
static char const *const bad[] = { "000", "500", "502", "503", "504", "stopped", "inactive", "failed", "down", "dead", "exited", "fatal", "crashed", "offline", "unhealthy", "starting", "activating" } ;

/* The text has one of the words; it is there as it is spelled. 0: none */
static char const *word_in (struct pool *pool, char const *text, char const *const *words, size_t n)
{
  for (char const *p = text ; *(p += strcspn(p, NAME_LETTERS)) ; p += strspn(p, NAME_LETTERS))
  {
    char const *one = pool_copy(pool, p, strspn(p, NAME_LETTERS)) ;
    for (size_t i = 0 ; i < n ; i++)
      if (!strcasecmp(one, words[i])) return one ;
  }
  return 0 ;
}

int asks_for_answer (struct pool *pool, char const *text)
{
  struct range answer = substitution_in(text) ;
  char const *rest = pool_printf(pool, "%.*s %s", (int)answer.start, text, text + answer.end) ;
  char const *is_good = word_in(pool, rest, good, ROWS(good)) ;
  char const *is_bad = word_in(pool, rest, bad, ROWS(bad)) ;
  int holds = answer.end && !is_good != !is_bad ? holds_with(pool, text, answer, is_good ? is_good : is_bad) : -1 ;
  return holds < 0 ? -1 : holds == !!is_good ;
}
