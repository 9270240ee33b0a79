/* What a command changes that stays: work that is lost if the script did it on a failure, and nothing does now. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

int does_something (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct launch launch ;
  char const *text = statement_text(a, statement) ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.first >= statement->nwords || only_answers(shell_basename(statement_word(statement, launch.first))) || runs_code(statement, launch.first)) return 0 ;
  return !is_question(statement) && !only_checks(a, statement) && !called_function(a, statement) && !is_probe(text) && !says_that_it_asks(text) && !starts_something(a, statement) ;
}

#define CALLS_MAX 3 /* calls within calls that are looked into */

/* What does nothing for who comes later, when the container ends or the service is started again. */
#define ENDS "exit return break continue cat logger pkill killall rm touch exec set export unset service supervisorctl"

/* echo failed >/state/result: more than a message, unless the container's end takes it along */
static int leaves_file (struct statement const *statement)
{
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    struct redirect const *one = statement->redirects + i ;
    if (one->is_output && *one->target == '/' && strncmp(one->target, "/dev/", 5) != 0 && strncmp(one->target, "/proc/", 6) != 0
     && strncmp(one->target, "/run/", 5) != 0 && strncmp(one->target, "/var/run/", 9) != 0 && strncmp(one->target, "/tmp/", 5) != 0) return 1 ;
  }
  return 0 ;
}

static int lasts (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  if (leaves_file(statement) || shell_one_of(statement_command(statement), "curl wget")) return 1 ; /* it asks nothing there: somebody is told */
  for (struct text const *one = statement->programs.first ; one ; one = one->next) /* CODE=$(upload) */
    if (!only_answers(one->text) && !shell_one_of(one->text, ENDS) && !find_function(a, one->text)) return 1 ;
  return !shell_one_of(statement_command(statement), ENDS) && does_something(statement, a) ;
}

int does_lasting_work (struct analysis *a, struct statement *statement)
{
  return walk_with_calls(a, statement, &lasts, a) ;
}

void mark_lost_when (struct analysis *a, char const *when, struct statement *other, struct claim *claim)
{
  if (does_lasting_work(a, other))
    texts_add(a->pool, &claim->todo, pool_printf(a->pool, "the script did this when %s, and nothing does now: %s: if it is wanted, let finish do it ([ \"$1\" = 0 ] || ...)", when, statement_text(a, other))) ;
}

void mark_lost_work (struct analysis *a, struct statement *start, struct statement *other, struct claim *claim)
{
  char const *who = shell_one_of(statement_command(start), "wait") ? "what was waited for" : name_of(a, start) ;
  mark_lost_when(a, pool_printf(a->pool, "%s had failed", who), other, claim) ;
}
