/* Loops that start a program again and again: its supervisor does that, with the loop's pause and
   the loop's end. */

#include <stdlib.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"

struct restarting
{
  struct statement *program ; /* 0: the loop is something else */
  int until ; /* the program's success ends the loop */
  unsigned int tries ; /* so does that many failures; 0: there is no limit */
} ;

static int does_more (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || (statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement), "break exit echo printf test [ rm true")) ;
}

static int only_leaves (struct statement *statement)
{
  return (is_and_or(statement) || statement->kind == STATEMENT_IF)
   && (breaks_out(statement, 0) || statement_walk(statement, &statement_exits, 0)) && !statement_walk(statement, &does_more, 0) ;
}

static int waits_in (struct statement *list)
{
  for (; list ; list = list->next)
    if (statement_walk(list, &calls_wait, 0)) return 1 ;
  return 0 ;
}

static int says_restart (char const *text)
{
  return strcasestr(text, "restart") || strcasestr(text, "respawn") || strcasestr(text, "crash") || strcasestr(text, "died") || strcasestr(text, "exited") ;
}

static int is_pause (struct statement const *statement)
{
  return statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_ASSIGNMENT || shell_one_of(statement_command(statement), "sleep echo printf : true date") ;
}

/* Is it a program that may serve, and no question and no preparation? */
static int may_serve (struct analysis *a, struct statement const *statement)
{
  return is_server(a, statement) && !is_question(statement) && !is_probe(statement_text(a, statement)) && !called_function(a, statement)
   && !shell_one_of(statement_command(statement), "wait break exit return read cd eval . source") ;
}

static int only_pauses (struct analysis *a, struct statement const *list)
{
  for (; list ; list = list->next)
    if (!is_pause(list) && !only_talks(a, (struct statement *)list)) return 0 ;
  return 1 ;
}

/* { echo crashed; sleep 7; } */
static int is_pausing (struct analysis *a, struct statement const *statement)
{
  return statement->kind == STATEMENT_GROUP ? only_pauses(a, statement->body) : is_pause(statement) ;
}

static int sleeps_in (struct statement const *list)
{
  for (; list ; list = list->next)
    if (shell_one_of(statement_command(list), "sleep")) return 1 ;
  return 0 ;
}

/* PROGRAM || sleep 7; if ! PROGRAM; then sleep 7; fi: it pauses only when that has failed, or ended. 0: another form. */
static struct statement *pausing_program (struct analysis *a, struct statement *statement)
{
  struct statement *program = 0 ;
  int pauses = 0 ;
  if (statement->background) return 0 ;
  if (statement->kind == STATEMENT_OR && is_pausing(a, statement->body->next)) program = statement->body ;
  if (statement->kind == STATEMENT_IF && statement->branches->condition && !statement->branches->condition->next)
  {
    program = statement->branches->condition ;
    if (program->kind == STATEMENT_NOT) program = program->body ;
    for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    {
      pauses += sleeps_in(branch->body) ;
      if (!only_pauses(a, branch->body) || pauses > 1 || (branch->condition && branch != statement->branches)) return 0 ;
    }
  }
  if (!program || program->kind != STATEMENT_COMMAND || !may_serve(a, program) || is_task_program(shell_basename(statement_command(program)))) return 0 ;
  for (unsigned int i = 1 ; i < program->nwords ; i++)
    if (shell_one_of(statement_word(program, i), "--once --oneshot once -1")) return 0 ; /* it works from time to time */
  return program ;
}

/* until PROGRAM; do sleep 1; done; while ! PROGRAM; do ... */
static struct statement *until_program (struct analysis *a, struct statement *loop, int is_background)
{
  struct statement *condition = loop->branches->condition ;
  struct statement *program = !loop->until && condition->kind == STATEMENT_NOT ? condition->body : loop->until ? condition : 0 ;
  if (!program || program->kind != STATEMENT_COMMAND || shell_one_of(statement_command(program), "false true :")) return 0 ;
  if (loop->until && says_restart(statement_text(a, loop)) && !is_probe(statement_text(a, program))
   && !statement_has(loop->branches->body, "kill pgrep pidof exit")) return program ; /* kill -0 $PID || exit 1: such a loop waits for something else */
  return is_background && may_serve(a, program) && only_pauses(a, loop->branches->body) ? program : 0 ;
}

/* while true; do PROGRAM; sleep 1; done */
static struct statement *always_program (struct analysis *a, struct statement *loop)
{
  struct statement *program = 0 ;
  struct statement *condition = loop->branches->condition ;
  int sleeps = shell_one_of(statement_command(condition), "sleep") ;
  int restarts = says_restart(statement_text(a, loop)) ;
  struct foreground foreground ;
  struct launch launch ;
  if ((!is_always_true(condition) || loop->until) && when_stopping(a, condition) != loop->until) return 0 ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
  {
    sleeps |= shell_one_of(statement_command(one), "sleep") ;
    if (is_pause(one) || only_leaves(one) || only_talks(a, one)) continue ;
    if (program && program->background && statement_walk(one, &calls_wait, 0)) continue ; /* wait $PID || code=$? */
    if (!program && pausing_program(a, one))
    {
      program = pausing_program(a, one) ;
      restarts |= one->kind != STATEMENT_OR || statement_has(one->body->next, "sleep") ; /* PROGRAM || true; sleep 9: as without that */
      continue ;
    }
    if (program || one->kind != STATEMENT_COMMAND || shell_one_of(statement_command(one), "wait kill break exit")) return 0 ;
    program = one ;
  }
  if (!program) return 0 ;
  if (program->background) return waits_in(loop->branches->body) ? program : 0 ;
  if (sleeps && surely_ends(a, program)) return 0 ; /* it works from time to time, also if it takes longer than a supervisor's pause is kept */
  command_unwrap(a->pool, program, &launch) ;
  foreground_of(a->plan, program, launch.first, &foreground) ;
  /* With a pause, the program must be one that goes on running: else it works from time to time. */
  return restarts || foreground.is_daemon || says_serve(program, launch.first) || !sleeps ? program : 0 ;
}

/* How many words a for goes through; 0: not known. */
static unsigned int rounds_of (struct statement const *loop)
{
  char const *raw = loop->nwords == 1 ? loop->words[0].raw : "" ;
  char const *end ;
  unsigned int n = 0 ;
  unsigned int first ;
  if (!strncmp(raw, "$(seq ", 6) || *raw == '{')
  {
    raw += *raw == '{' ? 1 : 6 ;
    first = shell_number(raw, 1000000, &end) ;
    if (end == raw) return 0 ;
    if (!strcmp(end, ")")) return first ;
    raw = end + strspn(end, " .") ;
    n = shell_number(raw, 1000000, &end) ;
    return end > raw && strspn(end, ")}") == strlen(end) && n >= first ? n - first + 1 : 0 ;
  }
  for (unsigned int i = 0 ; i < loop->nwords ; i++)
  {
    if (!loop->words[i].value) return 0 ;
    n++ ;
  }
  return n ;
}

/* for i in 1 2 3; do PROGRAM && break; sleep 5; done */
static void find_counted (struct analysis *a, struct statement *loop, struct restarting *found)
{
  struct statement *program = 0 ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
  {
    if (is_pause(one) || only_talks(a, one)) continue ;
    if (program || one->kind != STATEMENT_AND || one->background || !shell_one_of(statement_command(one->body->next), "break exit")) return ;
    program = one->body ;
  }
  if (!program || !may_serve(a, program) || (*loop->name && shell_mentions(statement_text(a, program), loop->name))) return ;
  found->tries = rounds_of(loop) ;
  found->program = found->tries > 1 ? program : 0 ;
  found->until = 1 ;
}

static void find_restarting (struct analysis *a, struct statement *loop, int is_background, int is_last_one, struct restarting *found)
{
  *found = (struct restarting){ 0 } ;
  if (loop->kind == STATEMENT_FOR && loop->branches && (is_background || is_last_one)) find_counted(a, loop, found) ;
  if (loop->kind != STATEMENT_LOOP || !loop->branches || !loop->branches->condition || loop->branches->condition->next) return ;
  found->program = until_program(a, loop, is_background) ;
  found->until = !!found->program ;
  if (!found->program) found->program = always_program(a, loop) ;
}

/* ---- its settings ---- */

struct pausing
{
  struct analysis *a ;
  unsigned long ms ;
  char const *unknown ; /* a pause of which it is not known how long it is; 0: there is none */
} ;

static int add_pause (struct statement *statement, void *data)
{
  struct pausing *pausing = data ;
  unsigned long ms ;
  if (!shell_one_of(statement_command(statement), "sleep")) return 0 ;
  ms = duration_ms(statement_word(statement, 1)) ;
  if (!ms || statement->nwords != 2) pausing->unknown = statement_text(pausing->a, statement) ;
  pausing->ms += ms ;
  return 0 ;
}

char const *set_pause (struct analysis *a, struct service *service, struct statement *loop, struct claim *claim)
{
  struct pausing pausing = { .a = a } ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
    if (!only_leaves(one)) statement_walk(one, &add_pause, &pausing) ;
  if (pausing.unknown)
  {
    plan_todo(a->plan, service, claim, line_of(a, loop), pool_printf(a->pool,
      "the loop that started it again had a pause, which is not known here: %s: write it into restart-delay, as MIN MAX in milliseconds", pausing.unknown)) ;
    return "" ;
  }
  if (!pausing.ms) return "" ;
  service_set(a->plan, service, "restart-delay", pool_printf(a->pool, "%lu %lu", pausing.ms, pausing.ms)) ;
  return pool_printf(a->pool, ", with the loop's pause as restart-delay: %lu ms (none behind a run of 10 s or more)", pausing.ms) ;
}

/* while sleep 5; do PROGRAM; done */
static int pauses_first (struct statement const *loop)
{
  struct statement const *first = uncommented_first(loop->branches->body) ;
  return shell_one_of(statement_command(loop->branches->condition), "sleep") || shell_one_of(statement_command(first), "sleep") ;
}

/* Not every failure comes to an end that the loop knew. */
static char const *set_end (struct analysis *a, struct service *service, struct restarting const *found)
{
  if (!found->until)
  {
    service_set(a->plan, service, "restart", "always") ;
    return "" ;
  }
  if (!found->tries)
  {
    service_set(a->plan, service, "restart", "on-failure") ;
    return ", until it ends with 0" ;
  }
  service_set(a->plan, service, "restart", pool_printf(a->pool, "on-failure:%u", found->tries - 1)) ;
  return pool_printf(a->pool, ", until it ends with 0, or has failed %u times (counted anew behind a run of 10 s or more)", found->tries) ;
}

/* PID=$!, in the loop */
static void note_pids (struct analysis *a, struct service *service, struct statement const *body)
{
  struct texts names = { 0 } ;
  texts_add(a->pool, &names, service->name) ;
  for (; body ; body = body->next)
  {
    char const *text = statement_text(a, body) ;
    char const *end = strstr(text, "=$!") ;
    if (body->kind == STATEMENT_ASSIGNMENT && end) alias_pid(a, pool_copy(a->pool, text, (size_t)(end - text)), &names) ;
  }
}

static struct claim *start_restarted (struct analysis *a, struct statement *loop, struct restarting const *found, int is_background)
{
  struct statement *program = found->program ;
  struct claim *claim ;
  struct service *service ;
  int was_background = program->background ;
  program->background = 0 ;
  service = start_service(a, program, is_background ? START_BACKGROUND : found->until ? START_MAIN : START_RESTARTED) ;
  program->background = was_background ;
  service->is_main = !is_background && found->until ; /* its success was the end */
  note_pids(a, service, loop->branches->body) ;
  if (!is_background) script_waits(a, line_of(a, loop)) ;
  claim = claim_statement(a, loop, "dropped", "") ;
  claim->what = pool_printf(a->pool, "the loop that restarted %s: its supervisor does", service->name) ;
  claim->what = pool_printf(a->pool, "%s%s", claim->what, set_end(a, service, found)) ;
  claim->what = pool_printf(a->pool, "%s%s", claim->what, set_pause(a, service, loop, claim)) ;
  if (!found->until && pauses_first(loop)) claim->what = pool_printf(a->pool, "%s; its first start was behind a pause, and is at once now", claim->what) ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
    if (only_leaves(one) && !leaves_only_stopping(a, one, 0))
      plan_todo(a->plan, service, claim, line_of(a, loop), pool_printf(a->pool, "the loop that started it again ended here%s: %s: %s",
        is_background ? "" : ", and the script with it", statement_text(a, one),
        is_background ? "ask that in run, or in finish (exit 125: no restart)" : "ask that in finish, and run `reeve shutdown CODE` there, which ends the container ($1 is the exit code of run)")) ;
  return claim ;
}

/* loop_inside() took it for what a supervisor does at a stop. */
static int drop_trap (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  if (!strcmp(statement_command(statement), "trap")) claim_statement(a, statement, "dropped", pool_printf(a->pool, "its supervisor does that at a stop: %s", statement_text(a, statement))) ;
  return 0 ;
}

int walk_restarting (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct restarting found ;
  struct claim *claim ;
  struct function *function = 0 ;
  struct statement *loop = frame ? 0 : loop_inside(a, statement, &function) ;
  if (!loop) loop = statement ;
  find_restarting(a, loop, !frame, frame && is_last(a, frame) && !a->waited_line, &found) ;
  if (!found.program) return 0 ;
  claim = start_restarted(a, loop, &found, !frame) ;
  if (loop == statement) return 1 ;
  statement_walk(function ? function->statement->body : statement, &drop_trap, a) ;
  if (function) tell_of_loop(a, function, claim) ;
  claim_statement(a, statement, function ? service_where(a->plan, a->last, "run") : "dropped",
    function ? pool_printf(a->pool, "service %s, started in the background", a->last->name) : "the shell around the loop") ;
  return 1 ;
}
