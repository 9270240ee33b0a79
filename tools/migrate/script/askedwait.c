/* wait-for-it db:5432; if [ $? -ne 0 ]; then exit 1; fi: the same as if ! wait-for-it db:5432; then exit 1; fi. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/waits/waits.h"

/* What the condition says of the waiting, of which `name` has the status, or $?. */
static enum meaning meaning_for (struct analysis *a, struct statement *condition, char const *name)
{
  char const *text = statement_text(a, condition) ;
  int asks = name ? shell_mentions(text, name) : !!strstr(text, "$?") ;
  int is_test = condition->kind == STATEMENT_TEST || shell_one_of(statement_command(condition), "[ test") ;
  return asks && is_test ? meaning_of_text(text) : MEANS_UNKNOWN ;
}

/* case $? in 0) ;; *) exit 1 ;; esac, case $rc in 1) exit 1 ;; esac: what its first pattern means */
static enum meaning meaning_of_case (struct analysis *a, struct statement const *question, char const *name)
{
  char const *word = question->nwords ? shell_without_quotes(a->pool, question->words[0].raw) : "" ;
  struct branch const *first = question->branches ;
  struct branch const *other = first ? first->next : 0 ;
  int is_zero ;
  if (!first || !first->pattern || (other && (!other->pattern || other->next))) return MEANS_UNKNOWN ;
  if (strcmp(word, name ? pool_printf(a->pool, "$%s", name) : "$?") != 0 && (!name || strcmp(word, pool_printf(a->pool, "${%s}", name)) != 0)) return MEANS_UNKNOWN ;
  is_zero = !strcmp(first->pattern, "0") ;
  if (!is_zero && !shell_one_of(first->pattern, "1 [1-9] [1-9]* [!0]")) return MEANS_UNKNOWN ;
  if (other && !shell_one_of(other->pattern, is_zero ? "* 1 [1-9] [1-9]* [!0]" : "* 0")) return MEANS_UNKNOWN ;
  return is_zero ? MEANS_ZERO : MEANS_FAILED ;
}

static struct statement *joined_if (struct analysis *a, struct statement const *question, struct statement *waiting, enum meaning meaning)
{
  struct statement *both = alone(a, question) ;
  struct branch *first = pool_alloc(a->pool, sizeof(*first)) ;
  *first = *question->branches ;
  first->condition = waiting ;
  first->condition_range = waiting->range ;
  if (meaning == MEANS_FAILED)
  {
    first->condition = alone(a, waiting) ;
    first->condition->kind = STATEMENT_NOT ;
    first->condition->nwords = 0 ;
    first->condition->body = waiting ;
  }
  both->kind = STATEMENT_IF ;
  both->branches = first ;
  return both ;
}

static struct statement *joined_and_or (struct analysis *a, struct statement const *question, struct statement *waiting, enum meaning meaning)
{
  struct statement *both = alone(a, question) ;
  if (question->kind == STATEMENT_OR) meaning = opposite(meaning) ;
  both->kind = meaning == MEANS_ZERO ? STATEMENT_AND : STATEMENT_OR ;
  both->body = waiting ;
  waiting->next = question->body->next ;
  return both ;
}

struct statement *asked_wait (struct analysis *a, struct statement *waiting, struct statement **end)
{
  struct waiting found ;
  struct statement *status = waiting->next && status_kept(a, waiting->next) ? waiting->next : 0 ;
  struct statement *question = status ? status->next : waiting->next ;
  char const *name = status ? status_kept(a, status) : 0 ;
  struct statement *both ;
  enum meaning meaning ;
  int is_case = question && question->kind == STATEMENT_CASE ;
  int is_if = question && question->kind == STATEMENT_IF && question->branches && question->branches->condition && !question->branches->condition->next ;
  if (a->errexit || !question || question->background || (!is_if && !is_case && !is_and_or(question))) return 0 ;
  meaning = is_case ? meaning_of_case(a, question, name) : meaning_for(a, is_if ? question->branches->condition : question->body, name) ;
  if ((meaning != MEANS_ZERO && meaning != MEANS_FAILED) || !find_waiting(a, waiting, &found) || found.command) return 0 ;
  both = is_if || is_case ? joined_if(a, question, alone(a, waiting), meaning) : joined_and_or(a, question, alone(a, waiting), meaning) ;
  both->next = question->next ;
  if (status)
  {
    texts_add_once(a->pool, &a->status_names, name) ;
    claim_statement(a, status, "dropped", "how the waiting had ended: what comes later depends on that")->tells_exit = 1 ;
  }
  *end = question ;
  return both ;
}
