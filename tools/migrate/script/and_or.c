/* A && B and A || B: which of them is a start, work or a question. Behind the && of a start, B only
   comes when A has been started, and depends on it. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

/* The conditions of a start, without those of the branches around it; 0: none. */
static char const *own_conditions (struct analysis *a, struct service const *service)
{
  struct texts own = { 0 } ;
  for (struct text const *one = service->conditions.first ; one ; one = one->next)
    if (!texts_has(&a->conditions, one->text)) texts_add(a->pool, &own, one->text) ;
  return own.first ? texts_join(a->pool, &own, " && ") : 0 ;
}

/* server && A && B: B runs when A, ahead of it in finish, has succeeded. */
static char const *success_of (struct analysis *a, struct statement *left)
{
  struct statement *last = left->kind == STATEMENT_AND ? left->body->next : left ;
  if (last == staying_part(a, left) || !strcmp(statement_command(last), "wait")) return "[ \"" FINISH_CODE "\" -eq 0 ]" ;
  return staying_part(a, left) ? "[ $? -eq 0 ]" : 0 ;
}

void begin_behind (struct analysis *a, struct statement *statement, struct service *before, struct behind *behind)
{
  struct service *first = before ? before->next : a->plan->services ;
  char const *condition ;
  hold_remarks(a, statement->comments) ;
  *behind = (struct behind){ .last = plan_last(a->plan), .outer = a->ready, .on_success = a->on_success } ;
  a->on_success = success_of(a, statement->body) ;
  condition = first ? own_conditions(a, behind->last) : 0 ;
  close_task(a) ;
  if (behind->outer.first == a->ready.first)
    for (struct text const *one = a->ready.first ; one ; one = one->next) texts_add(a->pool, &behind->ready, one->text) ;
  for (struct service *one = first ; one ; one = one->next)
  {
    texts_add_once(a->pool, &behind->ready, one->name) ;
    texts_add(a->pool, &behind->names, one->name) ;
  }
  a->ready = behind->ready ;
  behind->in_branch = !!condition ;
  if (condition) enter_branch(a, &behind->state, condition) ;
}

static void tell_behind_and (struct analysis *a, struct claim *claim, int is_end)
{
  if (claim->tells_and) return ;
  claim->tells_and = 1 ;
  if (is_end && claim_say_instead(a->pool, claim, GOES_ON_FAILED, "what is behind its && is not started; nothing else came, and the script ended")) return ;
  claim->what = pool_printf(a->pool, "%s; but not what is behind its &&", claim->what) ;
}

/* When a task has failed, what is behind its && is not started, even if the script goes on. */
static void need_tasks (struct analysis *a, struct behind const *behind, int is_end)
{
  for (struct text const *name = behind->names.first ; name ; name = name->next)
  {
    struct service *task = plan_find(a->plan, name->text) ;
    int any = 0 ;
    for (struct service *one = behind->last ? behind->last->next : a->plan->services ; one && task && task->is_oneshot ; one = one->next)
    {
      if (one == task) continue ;
      texts_add_once(a->pool, &one->needed, name->text) ;
      any |= !one->is_apart || one->is_main ;
    }
    if (any && task->is_forgiven && task->claim) tell_behind_and(a, task->claim, is_end) ;
  }
}

void end_behind (struct analysis *a, struct statement const *statement, struct behind const *behind)
{
  char const *names = texts_join(a->pool, &behind->names, ", ") ;
  int any = 0 ; /* what only shows a log is none */
  a->on_success = behind->on_success ;
  if (behind->in_branch) leave_branch(a, &behind->state, 0) ;
  if (a->ready.first == behind->ready.first) a->ready = behind->outer ;
  need_tasks(a, behind, is_script_end(a, statement)) ;
  for (struct service *one = behind->last ? behind->last->next : a->plan->services ; one && *names ; one = one->next)
  {
    any |= !one->is_apart || one->is_main ;
    if (one->claim && !one->is_oneshot && !one->is_apart) one->claim->what = pool_printf(a->pool, "%s, behind &&: it depends on %s", one->claim->what, names) ;
  }
  claim_statement(a, statement, "dropped", any ? pool_printf(a->pool, "&&: what is behind it depends on %s", names) : "&&") ;
}

/* if [ -n "$KEY" ]; then echo "$KEY" >FILE; fi && sshd: work, which is done once. Of { [ -n "$X" ]; } only the answer counts. */
static int is_compound_work (struct analysis *a, struct statement *statement)
{
  switch (statement->kind)
  {
    case STATEMENT_IF :
    case STATEMENT_CASE :
    case STATEMENT_FOR :
    case STATEMENT_LOOP :
    case STATEMENT_GROUP :
    case STATEMENT_SUBSHELL : return !is_repeatable(a, statement) && !starts_something(a, statement) ;
    default : return 0 ;
  }
}

/* migrate && exec server: work that comes first; if it fails, the script ends. */
static int is_work (struct analysis *a, struct statement *statement)
{
  struct foreground foreground = { 0 } ;
  struct waiting waiting ;
  if (find_waiting(a, statement, &waiting)) return 1 ;
  if (statement->kind == STATEMENT_AND) return is_work(a, statement->body) && is_work(a, statement->body->next) ;
  if (statement->kind == STATEMENT_PIPELINE && !starts_something(a, statement)) /* printenv | sed ... >/etc/environment && cron */
    while (statement->kind == STATEMENT_PIPELINE && statement->body) for (statement = statement->body ; statement->next ; ) statement = statement->next ;
  if (statement->kind == STATEMENT_COMMAND) foreground_of(a->plan, statement, 0, &foreground) ;
  if (is_compound_work(a, statement)) return 1 ;
  if (foreground.ends) return 0 ; /* sshd -t && sshd */
  if (statement->kind != STATEMENT_COMMAND && statement->kind != STATEMENT_DECLARATION && statement->kind != STATEMENT_ASSIGNMENT) return 0 ;
  return !is_question(statement) && (!called_function(a, statement) || is_message(a, statement)) ;
}

/* ---- if A; then B; fi, where A is a start ---- */

/* elif and else, as what follows `else` */
static struct statement *other_branches (struct analysis *a, struct statement const *statement, struct branch *other)
{
  struct statement *rest ;
  if (!other) return 0 ;
  if (!other->condition) return other->body ;
  rest = pool_alloc(a->pool, sizeof(*rest)) ;
  *rest = *statement ;
  rest->branches = other ;
  rest->range.start = rest->core.start = other->head.start ;
  rest->next = 0 ;
  return rest ;
}

/* if ! wait $PID; then echo bad; exit 1; fi; if wait $PID; then exec server; else exit 1; fi */
static int asks_wait (struct analysis *a, struct if_starting const *these)
{
  int starts = 0 ;
  if (strcmp(statement_command(these->start), "wait") != 0 || !only_ends(a, these->bad, 0)) return 0 ;
  for (struct statement *one = these->good ; one ; one = one->next) starts |= starts_something(a, one) && !keeps_alive(one) ;
  return starts || only_ends(a, these->good, 0) ;
}

/* worker & if ! web; then notify; fi, as the last: what only work follows, when it has failed, is what the script ended with. */
static int ends_in_question (struct analysis *a, struct frame const *frame, struct if_starting const *these)
{
  if (!a->plan->services || a->waited_line || !these->bad || !is_last(a, frame)) return 0 ;
  for (struct statement *one = these->good ; one ; one = one->next)
    if (!is_message(a, one)) return 0 ;
  for (struct statement *one = these->bad ; one ; one = one->next)
    if (starts_something(a, one) || is_known_server(a, one) || says_serve(one, 0) || !strcmp(statement_command(one), "exec")) return 0 ;
  return is_server(a, these->start) && does_something(these->start, a) && !called_function(a, these->start) && !is_task_program(statement_command(these->start)) && !says_task(statement_command(these->start)) ;
}

int find_if_starting (struct analysis *a, struct statement *statement, struct frame const *frame, struct if_starting *these)
{
  struct branch *first = statement->branches ;
  struct statement *start = first->condition ;
  struct statement *others ;
  int was = a->without_waits ;
  int negated = 0 ;
  int starts ;
  if (!start || start->next) return 0 ;
  for (; start->kind == STATEMENT_NOT && start->body ; start = start->body) negated = !negated ;
  others = other_branches(a, statement, first->next) ;
  *these = (struct if_starting){ .start = start, .good = negated ? others : first->body, .bad = negated ? first->body : others } ;
  a->without_waits = !asks_wait(a, these) ;
  starts = start->kind == STATEMENT_COMMAND && !keeps_alive(start) && starts_something(a, start) ;
  a->without_waits = was ;
  return starts || (start->kind == STATEMENT_COMMAND && ends_in_question(a, frame, these)) ;
}

void end_if_starting (struct analysis *a, struct statement *statement, struct if_starting const *these)
{
  for (struct statement *one = these->bad ; one ; one = one->next)
  {
    struct claim *claim ;
    if (a->waited_line && !strcmp(statement_command(one), "exit"))
    {
      a->failure_ends = 1 ;
      drop_failed_exit(a, one) ;
      continue ;
    }
    claim = claim_statement(a, one, "dropped", a->waited_line ? "what was done when it had ended with a failure: the container's exit code says it"
      : plan_last(a->plan) && plan_last(a->plan)->is_oneshot ? "what was done when the task had failed: its own output says it, and what depends on it is not started"
      : "what was done when the start failed: the service is restarted instead") ;
    claim->tells_exit = 1 ;
    if (!a->waited_line && !one->next) start_must_succeed(a, may_end_script(a, one)) ;
    mark_other_start(a, these->start, one, claim) ;
    mark_lost_work(a, these->start, one, claim) ;
  }
  claim_statement(a, statement, "dropped", "asked whether the start had failed")->tells_exit = 1 ;
}

/* ---- A && B ---- */

/* migrate && wait: no start is in question. */
static int keeps_alive_behind (struct statement const *left, struct statement const *right)
{
  return !is_question(left) && (keeps_alive(right) || shell_one_of(statement_command(right), "wait")) ;
}

int follows_work (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement *right = statement->body->next ;
  struct statement *server = right->kind == STATEMENT_PIPELINE && right->body ? right->body : right ; /* server | tee LOG */
  if (keeps_alive_behind(statement->body, right)) return 1 ;
  if (!is_work(a, statement->body)) return 0 ;
  return starts_something(a, right) || (is_last(a, frame) && !a->waited_line && is_server(a, server) && !ends_in_client(a, right)) ;
}

/* Not mkdir, cd and the like, which do not fail. */
static int may_fail (struct statement *part, void *data)
{
  (void)data ;
  return is_plain_command(part) && !shell_one_of(statement_command(part), "cd umask ulimit source .") ;
}

void begin_work_ahead (struct analysis *a, struct statement *statement, struct frame const *frame, struct work_ahead *work)
{
  while (frame && frame->behind_and) frame = frame->up ; /* migrate && nginx && gunicorn: when that failed, gunicorn did not come either */
  *work = (struct work_ahead){ .goes_on = !is_last(a, frame), .nsetup = a->plan->nsetup, .may_fail = statement_walk(statement->body, &may_fail, 0) } ;
  if (work->goes_on) close_task(a) ;
  work->before = plan_last(a->plan) ;
}

void end_work_ahead (struct analysis *a, struct statement *statement, struct work_ahead *work)
{
  if (!work->goes_on) return ;
  if (a->conditions.first && has_work(a->pending))
  {
    struct held *last = a->pending ;
    while (last->next) last = last->next ;
    if (a->plan->services) last->must_succeed = 0 ; /* of the task, only what is behind the && needs it */
    flush_pending(a) ;
  }
  a->task_must_succeed = may_end_script(a, statement->body) ;
  close_task(a) ;
  work->is_start = plan_last(a->plan) != work->before ;
  work->is_setup = a->plan->nsetup != work->nsetup ;
  if (work->is_start) begin_behind(a, statement, work->before, &work->behind) ;
}

void end_behind_work (struct analysis *a, struct statement *statement, struct work_ahead const *work)
{
  struct service *start = plan_last(a->plan) ;
  if (work->is_start)
  {
    end_behind(a, statement, &work->behind) ;
    return ;
  }
  claim_statement(a, statement, "dropped", "&&") ;
  if (work->is_setup && work->may_fail && start && start->claim)
    plan_todo(a->plan, start, start->claim, line_of(a, statement), "when what is ahead of && failed, the script went on without what is behind it; now the container ends then") ;
}

int find_alternatives (struct analysis *a, struct statement *statement, struct frame const *frame, struct alternatives *these)
{
  struct statement *both = statement->kind == STATEMENT_OR ? statement->body : statement ;
  struct statement *other = statement->kind == STATEMENT_OR ? statement->body->next : 0 ;
  if (!is_last(a, frame) || a->waited_line || ends_in_client(a, statement)) return 0 ;
  if (both->kind != STATEMENT_AND || !(is_question(both->body) || only_checks(a, both->body)) || !is_plain_command(both->body->next)) return 0 ;
  if (other ? other->kind != STATEMENT_COMMAND : keeps_alive(both->body->next)) return 0 ;
  *these = (struct alternatives){ .condition = statement_text(a, both->body), .program = both->body->next, .other = other } ;
  return 1 ;
}

struct statement *ending_work (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement *left = statement->body ;
  struct statement *work = is_last(a, frame) && !a->waited_line ? work_ahead_of_talk(a, statement) : 0 ;
  if (work || !is_last(a, frame) || a->waited_line || statement->kind != STATEMENT_OR) return work ;
  return left->kind == STATEMENT_COMMAND || (left->kind == STATEMENT_AND && follows_work(a, left, frame)) ? left : 0 ;
}

void end_ending_work (struct analysis *a, struct statement *statement)
{
  struct statement *left = statement->body ;
  struct statement *right = left->next ;
  struct claim *claim ;
  a->failure_ends |= statement->kind == STATEMENT_OR && has_main(a) && may_end_script(a, right) ;
  claim = claim_statement(a, statement, "dropped",
    with_failed_code(a, right, statement->kind == STATEMENT_AND ? "a message about the end" : "what was done when it failed: the container's exit code says it")) ;
  claim->tells_exit = 1 ;
  mark_lost_work(a, left, right, claim) ;
}

char const *condition_of_right (struct analysis *a, struct statement const *statement)
{
  struct statement const *left = statement->body ;
  char const *condition = statement_text(a, left) ;
  if (is_and_or(left) || left->kind == STATEMENT_PIPELINE) condition = pool_printf(a->pool, "{ %s; }", condition) ;
  return statement->kind == STATEMENT_OR ? negated(a->pool, condition) : condition ;
}

static struct statement *last_of_group (struct statement *statement)
{
  struct statement *last = statement->kind == STATEMENT_GROUP ? statement->body : statement ;
  while (last && statement->kind == STATEMENT_GROUP && last->next) last = last->next ;
  return last && last->kind == STATEMENT_COMMAND ? last : statement ;
}

int serves_where_asked (struct analysis *a, struct statement const *statement)
{
  struct statement const *asked = statement->body ;
  struct statement const *last = asked->next ;
  while (asked->kind == STATEMENT_NOT) asked = asked->body ;
  if (!a->plan->services || (asked->kind != STATEMENT_TEST && !shell_one_of(statement_command(asked), "test ["))) return 0 ;
  while ((last->kind == STATEMENT_GROUP || last->kind == STATEMENT_SUBSHELL || last->kind == STATEMENT_AND) && last->body)
    last = statement_last(last->body) ;
  return last->kind == STATEMENT_COMMAND && may_serve_at_end(a, last) ;
}

/* exec dev; { echo dev; exec dev; } */
static int becomes_program (struct statement *statement)
{
  struct statement const *last = last_of_group(statement) ;
  return !strcmp(statement_command(last), "exec") && last->nwords > 1 ;
}

/* The same, or what starts something in the foreground */
static int becomes_server (struct analysis *a, struct statement *statement)
{
  struct statement *last = last_of_group(statement) ;
  return becomes_program(statement) || (last->kind == STATEMENT_COMMAND && !last->background && !keeps_alive(last) && is_server(a, last) && starts_something(a, last)) ;
}

struct statement *alone (struct analysis *a, struct statement const *statement)
{
  struct statement *copy = pool_alloc(a->pool, sizeof(*copy)) ;
  *copy = *statement ;
  copy->next = 0 ;
  return copy ;
}

struct statement *choice_of_two (struct analysis *a, struct statement *statement)
{
  struct statement *both = statement->body ;
  struct statement *question = both && both->kind == STATEMENT_AND && statement->kind == STATEMENT_OR ? both->body : 0 ;
  struct statement *choice ;
  struct branch *branch ;
  if (!question || !(is_question(question) || only_checks(a, question)) || !becomes_server(a, question->next)) return 0 ;
  if (!becomes_server(a, both->next) && !(becomes_program(question->next) && is_plain_command(both->next))) return 0 ;
  choice = alone(a, statement) ;
  choice->kind = STATEMENT_IF ;
  choice->body = 0 ;
  choice->branches = branch = pool_alloc(a->pool, sizeof(*branch)) ;
  branch->head = (struct range){ statement->range.start, question->next->range.start } ;
  branch->condition = alone(a, question) ;
  branch->condition_range = question->range ;
  branch->body = alone(a, question->next) ;
  branch->next = pool_alloc(a->pool, sizeof(*branch)) ;
  branch->next->head = (struct range){ question->next->range.end, both->next->range.start } ;
  branch->next->body = alone(a, both->next) ;
  return choice ;
}

void tell_other_ran (struct analysis *a, struct alternatives const *these, struct service const *before)
{
  struct service const *program = before ? before->next : a->plan->services ;
  struct service const *other = plan_last(a->plan) ;
  if (!program || program == other || !program->claim || !other->claim || !is_plain_command(these->other) || !strcmp(statement_command(these->program), "exec")) return ;
  other->claim->what = pool_printf(a->pool, "%s; the script started it also when %s had failed: now the container ends with the exit code of %s",
    other->claim->what, program->name, program->name) ;
}

/* If the condition is false, the script ends with its code. */
static void end_or_run (struct analysis *a, struct statement *statement, struct alternatives const *these, struct service const *before)
{
  if (plan_last(a->plan) != before) texts_add(a->pool, &plan_last(a->plan)->before, pool_printf(a->pool, "%s || exit", these->condition)) ;
  script_waits(a, line_of(a, statement)) ;
  claim_statement(a, statement, service_where(a->plan, plan_last(a->plan), "run"), "what is asked first: when it fails, that is the container's end, as it was the script's") ;
}

void end_alternatives (struct analysis *a, struct statement *statement, struct alternatives const *these, struct service const *before)
{
  if (!these->other)
  {
    end_or_run(a, statement, these, before) ;
    return ;
  }
  if (!is_plain_command(these->other))
  {
    struct claim *claim = claim_statement(a, these->other, "dropped",
      with_failed_code(a, these->other, "what was done when it was not started, or failed: the container's exit code says it")) ;
    claim->tells_exit = 1 ;
    mark_lost_work(a, these->program, these->other, claim) ;
  }
  tell_other_ran(a, these, before) ;
  script_waits(a, line_of(a, statement)) ;
  claim_branch(a, statement) ;
}
