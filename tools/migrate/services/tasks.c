/* Statements that start nothing: part of the setup, of a branch, or of a task between two starts. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

void add_ready (struct analysis *a, struct service *service)
{
  struct texts ready = { 0 } ; /* another list: what has kept the old one comes back to it */
  if (texts_has(&a->ready, service->name)) return ;
  texts_add_all(a->pool, &ready, &a->ready) ;
  texts_add(a->pool, &ready, service->name) ;
  a->ready = ready ;
}

void copy_conditions (struct analysis *a, struct service *service)
{
  texts_add_all(a->pool, &service->places, &a->places) ;
  texts_add_all(a->pool, &service->conditions, &a->conditions) ;
  for (struct text const *one = a->otherwise.first ; one ; one = one->next)
  {
    texts_add_once(a->pool, &service->conditions, one->text) ;
    texts_add(a->pool, &service->places, place_of(a->pool, one->text, 2)) ;
  }
}

static struct held *last_of (struct held *held)
{
  while (held->next) held = held->next ;
  return held ;
}

/* A line of run; what the script has set behind it comes behind it there, too. */
static void add_line (struct analysis *a, struct texts *lines, struct held const *held, unsigned int npieces)
{
  char const *text = statement_text(a, held->statement) ;
  struct text *line = texts_add(a->pool, lines, held->must_succeed ? pool_printf(a->pool, "%s || exit", text) : text) ;
  if (held->npieces < npieces) line->ahead = 1 + held->npieces ;
}

void take_pending (struct analysis *a, struct service *service)
{
  for (struct held *held = a->pending ; held ; held = held->next)
  {
    add_line(a, &service->before, held, a->plan->npieces) ;
    held->claim->where = service_where(a->plan, service, "run") ;
    if (held->statement->kind != STATEMENT_COMMENT) held->claim->what = pool_printf(a->pool, "%s, ahead of the command", held->claim->what) ;
  }
  a->pending = 0 ;
}

/* May it be done again at each start of the next service? */
static int is_preparation (struct statement const *statement)
{
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (strstr(statement->redirects[i].raw, ">>")) return 0 ;
  return shell_one_of(statement_command(statement), "touch mkdir chown chmod rm echo printf") ;
}

/* while ip addr | grep tentative; do sleep 1; done: what comes later waited for that, too. */
static int waits (struct statement *statement)
{
  return (statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR) && statement_has(statement, "sleep") ;
}

/* load; load || exit 1 */
static int works (struct statement const *statement)
{
  if (is_and_or(statement)) return (works(statement->body) && !is_question(statement->body)) || works(statement->body->next) ;
  return statement->kind == STATEMENT_COMMAND && !is_preparation(statement) && !shell_one_of(statement_command(statement), "exit sleep : true [ test return") ;
}

/* Does one of them do more than prepare, ask or print? */
int has_work (struct held const *held)
{
  for (; held ; held = held->next)
    if (waits(held->statement)) return 1 ;
    else if (works(held->statement)) return 1 ;
  return 0 ;
}

/* ---- tasks ---- */

/* Behind what kept the container alive, or behind a program in the foreground. Returns the question; 0: neither.
   What was held until then is ahead of it. */
static char const *comes_late (struct analysis *a, struct statement const *statement)
{
  if (!a->in_function && line_of(a, statement) < a->waited_line) return 0 ;
  if (a->idle_line && a->waited_line == a->idle_line)
    return pool_printf(a->pool, "the script came here only when line %u had ended, which kept the container alive: is it wanted? It is done now", a->idle_line) ;
  if (a->foreground_line && a->waited_line == a->foreground_line && !a->waited_in_branch)
    return pool_printf(a->pool, "the script came here only when the program of line %u had ended: is it wanted? It is done now; what belongs to that end is for its finish", a->foreground_line) ;
  return 0 ;
}

void add_task (struct analysis *a, struct statement *statement)
{
  struct held *held ;
  int is_first = !a->task ;
  char const *late = 0 ;
  if (is_first)
  {
    struct service *task = plan_service(a->plan, readable_name(a, open_task_name(a, statement)), line_of(a, statement)) ;
    task->is_oneshot = 1 ;
    task->user = a->user ;
    task->user_if = a->again_if ;
    copy_conditions(a, task) ;
    task->positional = a->positional ;
    if (a->ready.first) texts_add_all(a->pool, &task->dependencies, &a->ready) ;
    else
      for (struct service *one = a->plan->services ; one != task ; one = one->next)
        if (!one->is_apart && !one->is_oneshot && !are_exclusive(a, one, task)) /* nothing waited for a task in the background */
        {
          texts_add(a->pool, &task->dependencies, one->name) ;
          texts_add(a->pool, &task->assumed, one->name) ;
        }
    a->task = task ;
    late = comes_late(a, statement) ;
    if (!a->conditions.first) take_pending(a, task) ;
  }
  for (struct held *remark = a->remarks ; remark ; remark = remark->next) remark->claim->where = service_where(a->plan, a->task, "run") ;
  remarks_to_list(a, &a->task_statements) ;
  held = hold_statement(a, &a->task_statements, statement) ;
  held->claim = claim_statement(a, statement, service_where(a->plan, a->task, "run"), pool_printf(a->pool, "task %s, run once%s%s", a->task->name,
    a->task->dependencies.first ? " after " : "", texts_join(a->pool, &a->task->dependencies, ", "))) ;
  held->must_succeed = a->must_succeed ;
  note_exporting(a, a->task, statement, held->claim) ;
  if (late) plan_todo(a->plan, a->task, held->claim, line_of(a, statement), late) ;
  plan_mark_place(a->plan, a->task, held->claim, statement_text(a, statement)) ;
  held->decides = a->must_succeed || failing_ends_script(a, statement, a->errexit) ;
  a->task_must_succeed = (is_first ? 0 : a->task_must_succeed) || held->decides ;
}

void add_look (struct analysis *a, struct statement *statement)
{
  add_ordinary(a, statement) ;
  last_of(a->task ? a->task_statements : a->pending)->looks = 1 ;
}

struct claim *task_claim (struct analysis *a)
{
  return last_of(a->task_statements)->claim ;
}

int task_has_more (struct analysis *a)
{
  struct held *held = a->task_statements ;
  while (held->next && held->statement->kind == STATEMENT_COMMENT) held = held->next ;
  return !!held->next ;
}

/* until ./probe; do sleep 1; [ $n -gt 9 ] && exit 1; done: only its exit ended the script, not the code that it ends with. */
static int fails_unseen (struct analysis *a, struct held const *held)
{
  if (held->must_succeed) return 0 ;
  switch (held->statement->kind)
  {
    case STATEMENT_IF :
    case STATEMENT_CASE :
    case STATEMENT_LOOP :
    case STATEMENT_FOR : return !statement_decides(held->statement, a->errexit) ;
    default : return 0 ;
  }
}

void close_task (struct analysis *a)
{
  struct service *task = a->task ;
  struct held *first = a->task_statements ;
  struct held *last ;
  if (!task) return ;
  a->task = 0 ;
  if (a->is_beside) a->task_must_succeed = 0 ;
  while (first->statement->kind == STATEMENT_COMMENT) first = first->next ;
  drop_last_looks(a, task, first) ;
  last = last_of(first) ;
  task->claim = first->claim ;
  task->npieces = last->npieces ;
  for (struct held *held = a->task_statements ; held ; held = held->next)
  {
    if (held->next) add_line(a, &task->run, held, last->npieces) ;
    else if (!held->looks && (!a->task_must_succeed || (held->decides && !fails_unseen(a, held)))) run_lines(a, task, held->statement) ;
    else
    {
      add_line(a, &task->run, held, last->npieces) ;
      texts_add(a->pool, &task->run, "exit 0 # the last command's code did not matter to the script") ;
    }
  }
  task->is_forgiven = !a->task_must_succeed ;
  task->must_succeed = a->task_must_succeed ;
  task->claim->what = pool_printf(a->pool, task->is_forgiven ? "%s; when it fails, " GOES_ON_FAILED
    : "%s; when it fails, what depends on it is not started", task->claim->what) ;
  a->task_statements = 0 ;
  {
    /* Later services waited for the task's dependencies as well. */
    struct texts ready = { 0 } ;
    texts_add_all(a->pool, &ready, &a->ready) ;
    a->ready = ready ;
  }
  add_ready(a, task) ;
}

/* ---- what starts nothing ---- */

/* A message alone is no reason for a setup. */
static void add_to_setup (struct analysis *a, struct statement *statement, struct claim *claim)
{
  int talks = statement->kind == STATEMENT_COMMAND && only_prints(a, statement) ;
  add_setup(a, statement->range, !talks) ;
  if (talks) a->plan->setup[a->plan->nsetup - 1].talk = claim ;
}

struct claim *add_ordinary (struct analysis *a, struct statement *statement)
{
  struct claim *claim ;
  if (a->conditions.first || (a->plan->services && !a->task && is_preparation(statement) && !words_work(a, statement)))
  {
    struct held *held ;
    remarks_to_list(a, &a->pending) ;
    held = hold_statement(a, &a->pending, statement) ;
    held->must_succeed = a->must_succeed > 0 ;
    held->claim = claim_statement(a, statement, "", "as it was") ;
    mark_move(a, 0, statement, held->claim) ;
    mark_arguments(a, 0, statement, held->claim) ;
    keep_redirections(a, 0, statement, held->claim) ;
    mark_traps(a, 0, statement, held->claim) ;
    mark_started_elsewhere(a, 0, statement, held->claim, 0) ;
    note_unknown_code(a, statement, held->claim) ;
    return held->claim ;
  }
  if (a->plan->services)
  {
    add_task(a, statement) ;
    mark_unknown(a, a->task, statement, task_claim(a)) ;
    mark_move(a, a->task, statement, task_claim(a)) ;
    mark_arguments(a, a->task, statement, task_claim(a)) ;
    keep_redirections(a, a->task, statement, task_claim(a)) ;
    mark_starter(a, a->task, statement, task_claim(a)) ;
    mark_ending_well(a, a->task, statement, task_claim(a)) ;
    return task_claim(a) ;
  }
  remarks_to_setup(a) ;
  claim = claim_statement(a, statement, plan_setup_where(a->plan), "setup, as it was") ;
  mark_unknown(a, 0, statement, claim) ;
  mark_exports(a, 0, statement, claim) ;
  plan_mark_place(a->plan, 0, claim, statement_text(a, statement)) ;
  mark_move(a, 0, statement, claim) ;
  mark_arguments(a, 0, statement, claim) ;
  keep_redirections(a, 0, statement, claim) ;
  mark_starter(a, 0, statement, claim) ;
  mark_again(a, statement, claim) ;
  if (a->otherwise.first)
    add_setup_text(a, pool_printf(a->pool, "if %s; then # else the script stayed in a branch above\n%s%s\nfi",
      texts_join(a->pool, &a->otherwise, " && "), statement_text(a, statement), a->must_succeed ? " || exit" : ""), 1) ;
  else if (a->must_succeed) add_setup_text(a, pool_printf(a->pool, "%s || exit", statement_text(a, statement)), 1) ;
  else add_to_setup(a, statement, claim) ;
  return claim ;
}

/* A check of the script's input: it is done before all services. */
static int ends_script (struct held const *held)
{
  for (; held ; held = held->next)
    if (!strcmp(statement_command(held->statement), "exit")) return 1 ;
  return 0 ;
}

/* if X; then web & else echo "no X"; fi */
static int drop_messages (struct analysis *a)
{
  for (struct held *held = a->pending ; held ; held = held->next)
    if (held->statement->kind != STATEMENT_COMMENT && !only_prints(a, held->statement)) return 0 ;
  for (struct held *held = a->pending ; held ; held = held->next)
  {
    held->claim->where = "dropped" ;
    held->claim->what = held->statement->kind == STATEMENT_COMMENT ? "a comment on it" : "a message of a branch that starts nothing" ;
  }
  a->pending = 0 ;
  return 1 ;
}

/* What could not be marked before its file was decided. */
static void mark_held (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  if (!claim->todo.first) mark_starting(a, service, statement, claim) ;
  if (!claim->todo.first) mark_ending_well(a, service, statement, claim) ;
}

static void pending_to_task (struct analysis *a, struct held *first)
{
  struct service *task ;
  a->pending = 0 ;
  for (struct held *held = first ; held ; held = held->next)
  {
    struct claim *claim = held->claim ;
    if (held->statement->kind == STATEMENT_COMMENT)
    {
      hold_statement(a, &a->remarks, held->statement)->claim = claim ;
      continue ;
    }
    add_task(a, held->statement) ;
    last_of(a->task_statements)->npieces = held->npieces ;
    last_of(a->task_statements)->must_succeed = held->must_succeed ;
    last_of(a->task_statements)->decides |= held->must_succeed ;
    last_of(a->task_statements)->looks = held->looks ;
    claim->where = service_where(a->plan, a->task, "run") ;
    claim->what = pool_printf(a->pool, "task %s, run once", a->task->name) ;
    mark_held(a, a->task, held->statement, claim) ;
  }
  task = a->task ;
  if (task && last_of(first)->must_succeed) a->task_must_succeed = last_of(a->task_statements)->decides = 1 ;
  close_task(a) ;
  if (task && task->claim) last_of(first)->claim->what = task->claim->what ;
}

void flush_pending (struct analysis *a)
{
  struct held *first = a->pending ;
  unsigned int i = 0 ;
  if (!first) return ;
  if (a->plan->services && drop_messages(a)) return ;
  a->pending = 0 ;
  if (a->plan->services && !ends_script(first))
  {
    pending_to_task(a, first) ;
    return ;
  }
  if (!a->plan->cmd && !a->plan->cmd_code && !a->sets_arguments && mentions_positional(texts_join(a->pool, &a->conditions, " ")))
    plan_todo(a->plan, 0, first->claim, line_of(a, first->statement),
      "the script's arguments decide whether it is done, and are the image's CMD, which is not known: give --dockerfile, or write set -- WORD ahead of the condition") ;
  remarks_under_next(first) ;
  for (struct held *held = first ; held ; )
  {
    char const *under = held->under ; /* perhaps of the branch around the one that ends */
    struct texts lines = { 0 } ;
    for (; held && !strcmp(held->under, under) ; held = held->next)
    {
      for (; i < held->npieces ; i++) /* what the branch has set for these lines */
        if (a->plan->pieces[i].under && !strcmp(a->plan->pieces[i].under, under)) texts_add(a->pool, &lines, a->plan->pieces[i].text) ;
      texts_add(a->pool, &lines, pool_printf(a->pool, held->must_succeed ? "%s || exit" : "%s", statement_text(a, held->statement))) ;
      held->claim->where = plan_setup_where(a->plan) ;
      mark_held(a, 0, held->statement, held->claim) ;
      note_exporting(a, 0, held->statement, held->claim) ;
    }
    add_setup_text(a, *under ? pool_printf(a->pool, "if %s; then\n%s\nfi", under, texts_join(a->pool, &lines, "\n")) : texts_join(a->pool, &lines, "\n"), 1) ;
  }
}

void share_pending (struct analysis *a)
{
  struct held *first = a->pending ;
  if (!first || !a->here || is_for_next(a)) return ;
  if (a->conditions.first) flush_pending(a) ;
  else pending_to_task(a, first) ;
}

void pending_is_task (struct analysis *a)
{
  if (a->pending) pending_to_task(a, a->pending) ;
}
