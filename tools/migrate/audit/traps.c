/* What a trap did: its signals are settings, and all else is in a finish, in a run, or named. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"
#include "migrate/traps/traps.h"

#define DEPTH_MAX 10

struct doing
{
  struct analysis *a ;
  char const *said ;
  struct source *source ; /* of the statements that are looked at */
  unsigned int depth ;
  struct texts lost ;
} ;

/* They only tell, wait or end, or the supervisor does it; a signal to whom nobody knows has its own TODO. */
#define PLAIN "echo printf exit return wait : true false test [ [[ trap local sleep date jobs ps pgrep pidof set shopt read logger log shift break continue kill pkill killall grep awk xargs tail exec reeve unset export declare cat head tr cut wc hostname"

static int look_at_command (struct statement *statement, void *data) ;

static void look_into (struct doing *doing, struct function *function)
{
  struct source *outer = doing->source ;
  if (doing->depth == DEPTH_MAX || function->asked == doing->a->questions) return ;
  function->asked = doing->a->questions ;
  doing->source = doing->a->source ;
  doing->depth++ ;
  statement_walk(function->statement->body, &look_at_command, doing) ;
  doing->depth-- ;
  doing->source = outer ;
}

static int look_at_command (struct statement *statement, void *data)
{
  struct doing *doing = data ;
  struct function *function = called_function(doing->a, statement) ;
  struct statement *inside ;
  char const *text ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  text = source_copy(doing->source, statement->range) ;
  inside = command_inside(doing->a, statement) ;
  if ((shell_one_of(statement_command(statement), PLAIN) || asks_for_life(inside) || checks_configuration(inside)) && !goes_to_file(statement)) return 0 ;
  if (says_stop(inside) || is_called_stop(statement_command(inside)) || audit_says(doing->a, doing->said, text)) return 0 ;
  if (function && function->statement->body) look_into(doing, function) ;
  else texts_add_once(doing->a->pool, &doing->lost, text) ;
  return 0 ;
}

static int is_for_errors (struct trap const *trap)
{
  return !trap->signals[strspn(trap->signals, " ERDBUGTN")] && (strstr(trap->signals, " ERR ") || strstr(trap->signals, " DEBUG ") || strstr(trap->signals, " RETURN ")) ;
}

static void audit_trap (struct analysis *a, struct trap const *trap, char const *said)
{
  struct doing doing = { .a = a, .said = said } ;
  struct claim *claim = trap->claim ? trap->claim : trap->own ;
  struct source code ;
  struct statement *one = shell_parse_text(a->pool, &code, trap->code) ;
  if (!claim || trap->replaced_line || is_for_errors(trap) || is_child_trap(trap) || claim->never_ran) return ;
  doing.source = &code ;
  a->questions++ ;
  for (; one ; one = one->next) statement_walk(one, &look_at_command, &doing) ;
  if (doing.lost.first)
    audit_lost(a, claim, trap->line, pool_printf(a->pool, "the trap did this, which nothing does now: %s: if it is wanted, do it in finish of what is main", texts_join(a->pool, &doing.lost, "; "))) ;
}

struct finding
{
  struct analysis *a ;
  char const *said ;
} ;

/* A trap that nobody has taken for one: its line is in a file, or something is said of it. */
static int look_at_statement (struct statement *statement, void *data)
{
  struct finding *finding = data ;
  struct claim *claim ;
  struct trap const *trap = finding->a->traps ;
  if (strcmp(statement_command(statement), "trap") != 0 || statement->nwords < 3 || !statement->words[1].raw[2] || *statement->words[1].raw == '-') return 0 ;
  while (trap && trap->statement != statement) trap = trap->next ;
  claim = claim_of(finding->a, statement) ;
  if (trap || !claim || claim->todo.first || audit_says(finding->a, finding->said, statement_text(finding->a, statement))) return 0 ;
  if (claim->never_ran) return 0 ;
  audit_lost(finding->a, claim, line_of(finding->a, statement), pool_printf(finding->a->pool, "what this trap did is done nowhere: %s", statement_text(finding->a, statement))) ;
  return 0 ;
}

struct calling
{
  struct analysis *a ;
  struct function const *function ;
} ;

static int calls_function (struct statement *statement, void *data)
{
  struct calling const *calling = data ;
  return called_function(calling->a, statement) == calling->function ;
}

/* A function that nothing in the script calls. */
static int is_unused (struct analysis *a, struct statement *first, struct statement const *statement)
{
  struct calling calling = { a, statement->kind == STATEMENT_FUNCTION ? find_function(a, statement->name) : 0 } ;
  if (!calling.function) return 0 ;
  for (; first ; first = first->next)
    if (statement_walk(first, &calls_function, &calling)) return 0 ;
  return 1 ;
}

void audit_traps (struct analysis *a, struct statement *first, struct file const *files)
{
  char const *said = audit_said(a, files) ;
  struct finding finding = { .a = a, .said = said } ;
  for (struct trap const *trap = a->traps ; trap ; trap = trap->next) audit_trap(a, trap, said) ;
  for (struct statement *one = first ; one ; one = one->next)
    if (!is_unused(a, first, one)) statement_walk(one, &look_at_statement, &finding) ;
}
