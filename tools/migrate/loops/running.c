/* Loops that wait until a process runs: while ! pidof Xvfb; do sleep 1; done. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/waits/waits.h"

/* ps aux | grep x | grep -v grep, in any order: the last one succeeds if there is a line. */
static int pipeline_asks (struct pool *pool, struct statement const *pipeline)
{
  struct statement const *one = pipeline->body ;
  int selects = 0 ;
  if (!one || !shell_one_of(statement_command(one), "ps pgrep pidof")) return 0 ;
  for (; one->next ; one = one->next) selects |= is_grep(one) && !selects_others(pool, one) ;
  return is_grep(one) && (selects || !selects_others(pool, one)) ;
}

/* Does the question succeed while a process runs? */
static int asks_whether_it_runs (struct pool *pool, struct statement const *question, int negated)
{
  if (question->kind == STATEMENT_NOT && question->body) return asks_whether_it_runs(pool, question->body, !negated) ;
  if (question->kind == STATEMENT_PIPELINE) return !negated && pipeline_asks(pool, question) ;
  return !negated && question->kind == STATEMENT_COMMAND && shell_one_of(statement_command(question), "pgrep pidof") ;
}

struct asked
{
  struct pool *pool ;
  char const *words ; /* of pgrep or pidof */
  char const *probe ;
} ;

/* $1 in a call of the function has a value that is known. */
static void set_value (struct asked *asked, struct word const *word)
{
  char const *at = strstr(asked->probe, word->raw) ;
  if (*word->raw != '$' && strncmp(word->raw, "\"$", 2) != 0) return ;
  if (at && strspn(word->value, NAME_LETTERS "./:@+-") == strlen(word->value))
    asked->probe = pool_printf(asked->pool, "%.*s%s%s", (int)(at - asked->probe), asked->probe, word->value, at + strlen(word->raw)) ;
}

static int add_asked (struct statement *statement, void *data)
{
  struct asked *asked = data ;
  if (!shell_one_of(statement_command(statement), "pgrep pidof")) return 0 ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
  {
    if (statement->words[i].value) set_value(asked, statement->words + i) ;
    asked->words = pool_printf(asked->pool, "%s %s", asked->words, statement->words[i].value ? statement->words[i].value : statement->words[i].raw) ;
  }
  return 0 ;
}

/* The command that succeeds when the loop may end; 0: it waits for something else, or does more. */
static char const *running_probe (struct analysis *a, struct statement *loop)
{
  struct source code ;
  struct seen seen ;
  char const *probe = loop_probe(a, loop) ;
  struct statement const *question = probe ? shell_parse_text(a->pool, &code, probe) : 0 ;
  if (!question || question->next) return 0 ;
  if (asks_for_enough(a->pool, probe) != 1 && !asks_whether_it_runs(a->pool, question, 0)) return 0 ;
  look_for_watching_in(a, loop, &seen) ;
  return seen.works || seen.starts ? 0 : probe ;
}

enum until_running walk_until_running (struct analysis *a, struct statement *statement)
{
  struct asked asked = { .pool = a->pool, .words = "", .probe = running_probe(a, statement) } ;
  if (!asked.probe) return ANOTHER_LOOP ;
  statement_walk(statement, &add_asked, &asked) ;
  if (!walk_sure_probe(a, statement, asked.probe, *asked.words ? asked.words : pool_without(a->pool, asked.probe, "[]") /* grep [X]vfb, which does not find itself */)) return WAITS_FOR_ANOTHER ;
  if (!strchr(asked.probe, '$')) a->awaited.service->check_positional = 0 ; /* it needs no values of the call */
  return IS_READINESS ;
}
