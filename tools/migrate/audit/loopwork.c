/* A loop that is gone, as supervision does what it did: what it did besides is in a file, or named. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

struct going
{
  struct analysis *a ;
  char const *said ;
  struct statement const *loop ; /* perhaps in the background itself */
  struct range started ; /* what is started in the background last */
  struct texts lost ;
} ;

/* They ask, tell, wait or end, or are of what a service is. */
#define PLAIN ". source echo printf exit return wait : true false test [ [[ trap local sleep date jobs ps pgrep pidof set shopt read logger log shift break continue kill pkill killall grep egrep fgrep awk sed cut tr head tail wc cat " \
  "unset export declare cd seq expr basename hostname tee timeout"

static int is_started (struct analysis *a, char const *text)
{
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->text && *one->text && (strstr(one->text, text) || strstr(text, one->text))) return 1 ;
  return 0 ;
}

/* echo $! >FILE, where a TODO names the file */
static int keeps_pid (struct going *going, struct statement const *statement)
{
  char const *file = written_file(statement) ;
  return *file && strstr(statement_text(going->a, statement), "$!") && audit_says(going->a, going->said, pool_printf(going->a->pool, "does somebody read it from %s?", file)) ;
}

static int look_at_command (struct statement *statement, void *data)
{
  struct going *going = data ;
  struct analysis *a = going->a ;
  char const *text = statement_text(a, statement) ;
  if (statement == going->loop) return 0 ;
  if (going->started.start <= statement->range.start && statement->range.end <= going->started.end) return 0 ;
  if (statement->background) going->started = statement->range ; /* what starts something else is told of */
  if (statement->background || statement->kind != STATEMENT_COMMAND || !statement->nwords || called_function(a, statement) || is_flag_of(going->loop, statement)) return 0 ;
  if (statement->nwords == 1 && *text == '$') return 0 ; /* while $RUNNING */
  if (shell_one_of(statement_command(statement), PLAIN) && !goes_to_file(statement)) return 0 ;
  if (is_message(a, statement) || asks_status_of_service(statement) || asks_own_status(a, statement) || is_probe(text) || says_stop(statement) || is_called_stop(statement_command(statement)) || is_started(a, text) || audit_says(a, going->said, text)) return 0 ;
  if (!keeps_pid(going, statement)) texts_add_once(a->pool, &going->lost, text) ;
  return 0 ;
}

/* Has something of Reeve's own taken its place? */
static int is_replaced (struct claim const *claim)
{
  return claim && !strcmp(claim->where, "dropped") && !claim->never_ran ;
}

static int look_at_loop (struct statement *statement, void *data)
{
  struct going *going = data ;
  struct claim *claim = claim_of(going->a, statement) ;
  if ((statement->kind != STATEMENT_LOOP && statement->kind != STATEMENT_FOR) || !is_replaced(claim) || claim->todo.first) return 0 ;
  going->loop = statement ;
  going->lost = (struct texts){ 0 } ;
  going->started = (struct range){ 0, 0 } ;
  walk_with_calls(going->a, statement, &look_at_command, going) ;
  if (going->lost.first)
    audit_lost(going->a, claim, line_of(going->a, statement), pool_printf(going->a->pool, "the loop also did this, which nothing does now: %s", texts_join(going->a->pool, &going->lost, "; "))) ;
  return 0 ;
}

void audit_loopwork (struct analysis *a, struct statement *first, struct file const *files)
{
  struct going going = { .a = a, .said = audit_said(a, files) } ;
  for (; first ; first = first->next) statement_walk(first, &look_at_loop, &going) ;
}
