/* Single commands that have a meaning of their own: trap, wait, fg, read, sleep, ... */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/traps/traps.h"
#include "migrate/waits/waits.h"

static int is_job_control (struct statement const *set)
{
  char const *option = statement_word(set, 1) ;
  if (strcmp(statement_command(set), "set") != 0 || !shell_one_of(option, "-m +m -b +b -o")) return 0 ;
  return strcmp(option, "-o") != 0 || shell_one_of(statement_word(set, 2), "monitor notify") ;
}

/* read, behind everything else */
static void drop_enter (struct analysis *a, struct statement *statement)
{
  struct claim *claim ;
  drop_remarks(a, statement) ;
  claim = claim_statement(a, statement, "dropped", "waited for somebody to press Enter, which kept the container alive: the scanner does") ;
  if (!a->plan->services && a->plan->nsetup)
    plan_todo(a->plan, 0, claim, line_of(a, statement), "the container was kept alive for something: if a line above starts it, and goes on, make that a service") ;
  script_waits(a, line_of(a, statement)) ;
}

/* server; agent & : what comes now is behind another start, and no work at the server's end. */
static int is_behind_late_start (struct analysis const *a)
{
  return a->foreground_line && a->waited_line == a->foreground_line && a->last && a->last->line > a->foreground_line ;
}

/* tail -f LOG; node server.js: what the script would have ended with. */
static int serves_late (struct analysis *a, struct statement const *statement, struct frame const *frame)
{
  int is_late = is_behind_late_start(a) || (a->idle_line && a->waited_line == a->idle_line) ;
  return is_late && !a->replaced_line && is_last(a, frame) && may_serve_at_end(a, statement) ;
}

/* In a round of a loop that became a service for each value: for f in a b; do if [ -f $f ]; then server $f & break; fi; done */
static void walk_break (struct analysis *a, struct statement *statement)
{
  drop_statement(a, statement, "the loop's end, behind the first that it started") ;
  plan_todo(a->plan, a->last, a->last->claim, a->last->line, "the loop ended with the first that it started, and here each round is a service: keep one of them, whose run chooses as the loop did") ;
}

/* return $RC, of what is main, where set -e is in force: if that has failed, so does the call. Not run || true. */
static int fails_as_main (struct analysis *a, struct statement const *statement)
{
  if (!a->errexit || !a->waited_line) return 0 ;
  for (struct frame const *frame = a->here ; frame ; frame = frame->up)
    if (frame->statement && frame->statement->kind != STATEMENT_COMMAND) return 0 ;
  for (struct text const *one = a->status_names.first ; one && statement->nwords > 1 ; one = one->next)
    if (shell_mentions(statement->words[1].raw, one->text)) return 1 ;
  return 0 ;
}

int walk_own_command (struct analysis *a, struct statement *statement, struct frame *frame)
{
  char const *command = statement_command(statement) ;
  if (!strcmp(command, "trap")) walk_trap(a, statement) ;
  else if (walk_trap_call(a, statement)) return 1 ;
  else if (!strcmp(command, "break") && *a->suffix && a->last) walk_break(a, statement) ;
  else if (!strcmp(command, "coproc")) keep_damaged(a, statement) ;
  else if (a->in_function && !strcmp(command, "return"))
  {
    if (fails_as_main(a, statement)) a->ends_waiting = 1 ;
    drop_statement(a, statement, "the function's end: its code is not asked") ;
  }
  else if (!strcmp(command, "wait") && drop_last_wait(a, statement)) return 1 ;
  else if (!strcmp(command, "wait")) walk_wait(a, statement, frame) ;
  else if (walk_following(a, statement, frame)) return 1 ;
  else if (keeps_alive(statement)) drop_keeping_alive(a, statement) ;
  else if (!strcmp(command, "exec") && statement->nwords > 1) walk_exec(a, statement) ;
  else if (ends_anew(a, statement, frame)) return 1 ;
  else if (runs_nothing(a, statement)) drop_statement(a, statement, a->plan->cmd[0] ? "nothing is left of CMD: it ran nothing" : "there is no CMD: it ran nothing") ;
  else if (evaluates_exec(statement)) walk_evaluated_exec(a, statement) ;
  else if (walk_evaluated_end(a, statement, frame)) return 1 ;
  else if (shell_one_of(command, "disown jobs bg")) drop_statement(a, statement, pool_printf(a->pool, "%s: the supervisor, not a shell, has the processes", command)) ;
  else if (!strcmp(command, "fg")) walk_fg(a, statement, frame) ;
  else if (is_job_control(statement)) drop_statement(a, statement, "job control: the supervisor, not a shell, has the processes") ;
  else if (serves_late(a, statement, frame)) start_service(a, statement, START_MAIN) ;
  else if (!strcmp(command, "sleep") && is_behind_late_start(a)) walk_sleep(a, statement) ;
  else if (a->waited_line && (stayed_in(a) || !starts_later(a, frame)) && !starts_something(a, statement)) walk_after(a, statement) ;
  else if (a->conditions.first && ((!strcmp(command, "exit") && a->last != a->branch_last) || ends_what_it_waited_for(a, statement))) walk_exit_of_branch(a, statement, frame) ;
  else if (a->conditions.first && a->last == a->branch_last && (!strcmp(command, "exit") || is_message(a, statement))) add_ordinary(a, statement) ;
  else if (!strcmp(command, "exit") && !a->conditions.first) walk_exit(a, statement) ;
  else if (!strcmp(command, "sleep")) walk_sleep(a, statement) ;
  else if (!strcmp(command, "read") && (a->plan->services || is_last(a, frame)) && !statement->nredirects && !a->conditions.first && !starts_later(a, frame)) drop_enter(a, statement) ;
  else if (a->plan->services && shell_one_of(command, "kill") && !kill_only_tells(statement)) drop_statement(a, statement, "kill: ending services is the supervisor's work") ;
  else return 0 ;
  return 1 ;
}

int walk_context (struct analysis *a, struct statement *statement)
{
  if (a->task && (changes_place(statement) || leaves_redirections(statement))) close_task(a) ;
  return add_context(a, statement) ;
}

void walk_function (struct analysis *a, struct statement *statement)
{
  if (statement->body && starts_something(a, statement->body))
    plan_piece(a->plan, statement_text(a, statement), names_defined(a, statement))->is_function = 1 ; /* claimed where it is called, or at the end */
  else walk_context(a, statement) ;
}
