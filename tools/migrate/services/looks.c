/* work; [ $? -eq 0 ] || exit 1: the script looked how the work had ended. */

#include <ctype.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

/* What it asks before it does something. */
char const *condition_of (struct analysis *a, struct statement const *statement)
{
  if (is_and_or(statement)) return statement_text(a, statement->body) ;
  if (statement->kind == STATEMENT_IF && statement->branches->condition) return condition_text(a, statement->branches) ;
  return statement->kind == STATEMENT_CASE && statement->nwords ? statement->words[0].raw : "" ;
}

/* Another exit code than 0: not every one is a failure, or not in the same way. */
static int asks_codes (struct analysis *a, struct statement const *statement)
{
  char const *text = condition_of(a, statement) ;
  if (statement->kind == STATEMENT_CASE) return 1 ;
  for (size_t i = 0 ; text[i] ; i++)
  {
    int is_word = i && (isalnum((unsigned char)text[i - 1]) || strchr("$_{", text[i - 1])) ; /* $1, rc2 */
    if (text[i] > '0' && text[i] <= '9' && !is_word) return 1 ;
  }
  return 0 ;
}

static struct held *last_work (struct held *held)
{
  struct held *last = held ;
  for (; held ; held = held->next)
    if (!held->looks && held->statement->kind != STATEMENT_COMMENT) last = held ;
  return last ;
}

/* Is what it asks for the status of the work right ahead of these? */
static int asks_for_last (struct analysis *a, struct held const *looks, struct held const *held)
{
  char const *text = statement_text(a, held->statement) ;
  if (strstr(text, "$?")) return 1 ;
  for (; looks != held ; looks = looks->next)
    if (looks->looks && status_kept(a, looks->statement) && shell_mentions(text, status_kept(a, looks->statement))) return 1 ;
  return 0 ;
}

void drop_last_looks (struct analysis *a, struct service *task, struct held *first)
{
  struct held *last = last_work(first) ;
  for (struct held *held = last->next ; held ; held = held->next)
    if (held->looks && !asks_for_last(a, last->next, held)) return ;
  for (struct held *held = last->next ; held ; held = held->next)
  {
    int takes = !!status_kept(a, held->statement) ;
    held->claim->where = "dropped" ;
    if (!held->looks) held->claim->what = "a comment on it" ;
    if (!held->looks) continue ;
    last->decides |= held->decides ;
    held->claim->tells_exit = !takes ;
    held->claim->what = takes ? "the status of a start: the supervisor looks at it"
      : pool_printf(a->pool, "looked whether %s had failed, and ended then: what comes later depends on it", task->name) ;
    if (!takes && asks_codes(a, held->statement))
      plan_todo(a->plan, task, held->claim, line_of(a, held->statement), pool_printf(a->pool,
        "the script looked for certain exit codes: write those that count as success into success-codes: %s", statement_text(a, held->statement))) ;
  }
  last->next = 0 ;
}
