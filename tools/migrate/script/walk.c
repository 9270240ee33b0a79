#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

#define WALK_DEPTH_MAX 60

static void walk_list (struct analysis *a, struct statement *list, struct frame *up) ;
static void walk_statement (struct analysis *a, struct statement *statement, struct frame *frame) ;

/* ---- statements with others inside: begin, walk each part, end ---- */

static int walk_same_starts (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct same_starts these ;
  struct service const *before = plan_last(a->plan) ;
  if (!find_same_starts(a, statement, &these)) return 0 ;
  walk_statement(a, these.start, frame) ;
  if (plan_last(a->plan) != before) end_same_starts(a, statement, &these) ;
  return 1 ;
}

/* if and case: only the branch that is known to be taken, or else each branch, on its condition. */
static void walk_taken (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct branching branching ;
  struct branch const *taken ;
  int over = never_comes_to(a) ;
  struct service *before = plan_last(a->plan) ;
  int by_verdict = decide_verdict(a, statement, &taken) ; /* the result of the waiting is not asked any more: a dependency has replaced it */
  enum decided decided = by_verdict ? NOT_DECIDED : decide_branch(a, statement, &taken) ;
  if (decided == BY_ROUND)
  {
    if (taken) walk_list(a, taken->body, frame) ;
    return ; /* the others are for other rounds; end_loop() claims what is left */
  }
  if (by_verdict || decided)
  {
    for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
      if (branch == taken) walk_list(a, branch->body, frame) ;
      else if (by_verdict) drop_verdict(a, branch->body) ;
      else drop_branch(a, branch) ;
    a->dispatched |= !by_verdict && (starts_something(a, statement) || plan_last(a->plan) != before) ;
    a->ended_by_cmd |= !by_verdict && !over && never_comes_to(a) ;
    claim_statement(a, statement, "dropped", by_verdict ? "the branch's own words: what is in it depends on what was waited for"
      : "the branch's own words: CMD has decided") ;
    return ;
  }
  if (walk_same_starts(a, statement, frame)) return ;
  ask_once(a, statement) ;
  begin_branches(a, statement, &branching) ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
  {
    begin_branch(a, &branching, branch) ;
    walk_list(a, branch->body, frame) ;
    end_branch(a, &branching, branch) ;
  }
  end_branches(a, &branching) ;
}

static void walk_branches (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct scope scope ;
  begin_scope(a, statement, &scope) ;
  walk_taken(a, statement, frame) ;
  end_scope(a, statement, &scope) ;
}

static void walk_for (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct looping loop ;
  struct scope scope ;
  struct frame inner = { .rest = statement, .up = frame } ; /* nothing in a loop is the last */
  if (!statement->branches) return ;
  begin_scope(a, statement, &scope) ;
  begin_loop(a, statement, &loop) ;
  while (next_round(a, &loop)) walk_list(a, statement->branches->body, &inner) ;
  end_loop(a, &loop) ;
  end_scope(a, statement, &scope) ;
}

/* { ...; }, ( ... ) */
static void walk_body (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct scope scope ;
  begin_scope(a, statement, &scope) ;
  walk_list(a, statement->body, frame) ;
  end_scope(a, statement, &scope) ;
}

/* A function that starts something. Returns 0 if it is none. */
static int walk_call (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct calling call ;
  struct scope outer ;
  if (!begin_call(a, statement, &call)) return 0 ;
  if (!call.body) return 1 ;
  begin_scope(a, statement, &outer) ;
  if (call.body->kind == STATEMENT_GROUP || call.body->kind == STATEMENT_SUBSHELL) walk_body(a, call.body, frame) ;
  else walk_statement(a, call.body, frame) ;
  end_call(a, &call) ;
  end_scope(a, statement, &outer) ;
  return 1 ;
}

/* A program that waits for a service. Returns 0 if it is none. */
static int walk_wait_program (struct analysis *a, struct statement *statement, int gives_up, struct frame *frame)
{
  struct waiting waiting ;
  if (!find_waiting(a, statement, &waiting)) return 0 ;
  waiting.gives_up |= gives_up || a->must_succeed ;
  if (waiting.command)
  {
    /* It claims its words first. */
    close_task(a) ;
    add_ready(a, waiting.service) ;
    walk_statement(a, waiting.command, frame) ;
  }
  set_waiting(a, statement, &waiting) ;
  return 1 ;
}

/* if wait_for db; then web; fi. Returns 0 if it is none. */
static int walk_if_waited (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct if_waiting these ;
  if (!find_if_waiting(a, statement, &these)) return 0 ;
  set_waiting(a, these.condition, &these.waiting) ;
  if (these.bad) drop_verdict(a, these.bad->body) ;
  if (these.good) walk_list(a, these.good->body, frame) ;
  claim_statement(a, statement, "dropped", "the branch's own words: what comes later depends on what was waited for") ;
  return 1 ;
}

/* What is asked how it ends does not end the script by set -e. `or_ends`: its failure ends the script all the same */
static void walk_asked (struct analysis *a, struct statement *statement, int or_ends, struct frame *frame)
{
  int errexit = a->errexit ;
  int outer = a->or_ends ;
  a->errexit = 0 ;
  a->or_ends = or_ends ;
  walk_statement(a, statement, frame) ;
  a->errexit = errexit ;
  a->or_ends = outer ;
}

/* if ! server --daemon; then exit 1; fi. Returns 0 if it is none. */
static int walk_if_started (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct if_starting these ;
  int was = a->failure_ends ;
  struct frame inner = { .statement = statement, .up = frame } ;
  if (!find_if_starting(a, statement, frame, &these)) return 0 ;
  inner.rest = these.good ;
  walk_asked(a, these.start, may_end_script(a, these.bad), these.good ? &inner : frame) ;
  a->failure_ends |= is_last(a, frame) && !stays_among(these.bad) ;
  walk_list(a, these.good, frame) ;
  a->failure_ends = was ;
  end_if_starting(a, statement, &these) ;
  return 1 ;
}

/* if ! pytest; then exit 1; fi, as the last. Returns 0 if it is none. */
static int walk_asked_last (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement *work = is_last(a, frame) && !a->waited_line ? work_asked_last(a, statement) : 0 ;
  if (!work) return 0 ;
  walk_asked(a, work, 0, frame) ;
  claim_statement(a, statement, "dropped", with_failed_code(a, statement, "looked whether it had failed")) ;
  return 1 ;
}

/* if kill -0 $PID; then wait $PID; fi. Returns 0 if it is none. */
static int walk_if_running (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct if_running these ;
  if (!find_if_running(a, statement, &these)) return 0 ;
  walk_list(a, these.good, frame) ;
  end_if_running(a, statement, &these) ;
  return 1 ;
}

/* ---- && and ||: which side is the start, and what follows for the other one ---- */

/* A || B, or A && B, where A is a start: A is certain, B depends on it. */
static void walk_after_start (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement *left = statement->body ;
  struct statement *right = left->next ;
  struct frame inner = { .rest = right, .behind_and = 1, .up = frame } ;
  struct service *before = plan_last(a->plan) ;
  int was = a->failure_ends ;
  int needed = statement->kind == STATEMENT_AND && left->kind == STATEMENT_AND && starts_something(a, right) ; /* a && task && tail -f */
  a->must_succeed += needed ;
  if (statement->kind == STATEMENT_OR) walk_asked(a, left, may_end_script(a, right), frame) ;
  else walk_asked(a, left, a->or_ends, &inner) ; /* wait $A && wait $B || exit */
  a->must_succeed -= needed ;
  if (drop_code_behind_wait(a, statement)) return ;
  if (statement->kind == STATEMENT_AND && !a->replaced_line)
  {
    struct behind behind ;
    begin_behind(a, statement, before, &behind) ;
    a->failure_ends |= is_last(a, frame) ;
    walk_statement(a, right, frame) ;
    a->failure_ends = was ;
    end_behind(a, statement, &behind) ;
    return ;
  }
  drop_behind_start(a, left, right) ;
  note_forgiven_wait(a, statement, claim_statement(a, statement, "dropped", "&& or ||")) ;
}

static void walk_work (struct analysis *a, struct statement *statement, struct frame *frame)
{
  if (statement->kind == STATEMENT_AND)
  {
    walk_work(a, statement->body, frame) ;
    walk_work(a, statement->body->next, frame) ;
    claim_statement(a, statement, "dropped", "&&") ;
    return ;
  }
  a->must_succeed++ ;
  walk_statement(a, statement, frame) ;
  a->must_succeed-- ;
}

/* work && start */
static void walk_behind_work (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct frame inner = { .rest = statement->body->next, .up = frame } ;
  struct work_ahead work ;
  int was = a->failure_ends ;
  begin_work_ahead(a, statement, frame, &work) ;
  walk_work(a, statement->body, &inner) ;
  end_work_ahead(a, statement, &work) ;
  a->failure_ends |= !work.goes_on ;
  walk_statement(a, statement->body->next, frame) ;
  a->failure_ends = was ;
  end_behind_work(a, statement, &work) ;
}

/* if seed; then tail -f /dev/null; fi. Returns 0 if it is none. */
static int walk_deed_ahead (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct deed_ahead these ;
  if (a->waited_line || !find_deed_ahead(a, statement, &these)) return 0 ;
  if (these.both) walk_behind_work(a, these.both, frame) ;
  else
  {
    add_ordinary(a, these.deed) ;
    walk_list(a, these.good, frame) ;
  }
  end_deed_ahead(a, statement, &these) ;
  return 1 ;
}

static void walk_on_condition (struct analysis *a, struct statement *statement, char const *condition, struct frame *frame)
{
  struct branch_state state ;
  enter_branch(a, &state, condition) ;
  walk_statement(a, statement, frame) ;
  leave_branch(a, &state, statement) ;
}

/* [ -f x ] && sh x, as the last thing, and perhaps || /bin/bash. 1: it was that. */
static int walk_alternatives (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct alternatives these ;
  struct service *before = plan_last(a->plan) ;
  if (!find_alternatives(a, statement, frame, &these)) return 0 ;
  if (!these.other) walk_statement(a, these.program, frame) ;
  else
  {
    walk_on_condition(a, these.program, these.condition, frame) ;
    a->waited_line = 0 ;
    if (is_plain_command(these.other)) walk_on_condition(a, these.other, negated(a->pool, these.condition), frame) ;
  }
  end_alternatives(a, statement, &these, before) ;
  return 1 ;
}

static int walk_moved (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement *rest ;
  if (a->task && changes_place(statement)) close_task(a) ;
  rest = moved_work(a, statement) ;
  if (!rest) return 0 ;
  if (rest == statement) return 1 ;
  walk_statement(a, rest, frame) ;
  claim_statement(a, statement, "dropped", "&&") ;
  return 1 ;
}

/* [ -n "$X" ] && start & */
static void walk_questioned (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct frame inner = { .up = frame } ; /* a branch, as that of an if */
  struct statement *right = statement->body->next ;
  struct statement *work ;
  if (walk_alternatives(a, statement, frame)) return ;
  if (starts_something(a, right) || (is_last(a, frame) && !a->waited_line && serves_where_asked(a, statement)))
  {
    int is_or = statement->kind == STATEMENT_OR ;
    char const *asked = ask_side_once(a, statement->body, is_or) ;
    if (!asked) asked = condition_of_right(a, statement) ;
    else if (is_or) asked = negated(a->pool, asked) ;
    walk_on_condition(a, right, asked, &inner) ;
    claim_branch(a, statement) ;
  }
  else if ((work = ending_work(a, statement, frame)))
  {
    walk_statement(a, work, frame) ;
    end_ending_work(a, statement) ;
  }
  else if (!walk_context(a, statement)) add_ordinary(a, statement) ;
}

/* server || RC=$? */
static int walk_kept (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct kept these ;
  if (!find_kept(a, statement, frame, &these)) return 0 ;
  if (these.stays)
  {
    walk_asked(a, these.work, 0, &these.behind) ;
    end_kept(a, statement, frame, &these) ;
  }
  else add_ordinary(a, statement) ;
  return 1 ;
}

/* [ "$1" = web ] && exec server, [ "$1" = all ] && migrate && exec server: CMD decides the first of them. Returns 0 if it does not. */
static int walk_decided (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement *first = statement->body ;
  struct statement alone = *statement ;
  int over = never_comes_to(a) ;
  int decided ;
  if (!starts_something(a, first->next)) return 0 ;
  while (statement->kind == STATEMENT_AND && first->kind == STATEMENT_AND) first = first->body ;
  decided = decide_by_cmd(a, first) ;
  if (decided == -1) return 0 ;
  alone.next = 0 ;
  if (decided == (statement->kind == STATEMENT_AND)) walk_statement(a, without_first(a, statement, first), frame) ;
  else drop_branch(a, &(struct branch){ .body = &alone }) ;
  a->dispatched = 1 ;
  a->ended_by_cmd |= !over && never_comes_to(a) ;
  claim_statement(a, statement, "dropped", "the branch's own words: CMD has decided") ;
  return 1 ;
}

static void walk_and_or (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement *left = statement->body ;
  struct statement *right = left->next ;
  struct statement *work = verdict_work(a, statement) ;
  struct statement *choice = work ? 0 : choice_of_two(a, statement) ;
  int was = a->errexit ;
  int waits ;
  int decided = starts_something(a, right) ? decide_in_round(a, left) : -1 ;
  if (decided != -1)
  {
    if (decided == (statement->kind == STATEMENT_AND)) walk_statement(a, right, frame) ;
    return ; /* what is left is claimed with the loop, or the function */
  }
  if (walk_decided(a, statement, frame)) return ;
  if (choice)
  {
    struct service *before = plan_last(a->plan) ;
    walk_statement(a, choice, frame) ;
    tell_other_ran(a, &(struct alternatives){ .program = left->body->next, .other = right }, before) ;
    return ;
  }
  if (work)
  {
    walk_statement(a, work, frame) ;
    claim_statement(a, statement, "dropped", "&& or ||") ;
    return ;
  }
  /* What follows && ran only when the service was ready. */
  a->errexit = 0 ;
  waits = walk_wait_program(a, left, statement->kind == STATEMENT_AND || may_end_script(a, right), frame) ;
  a->errexit = was ;
  if (waits)
  {
    if (statement->kind == STATEMENT_AND) walk_statement(a, right, frame) ;
    else drop_verdict(a, right) ;
    claim_statement(a, statement, "dropped", "&& or ||") ;
    return ;
  }
  if (starts_something(a, left)) walk_after_start(a, statement, frame) ;
  else if (statement->kind == STATEMENT_AND && follows_work(a, statement, frame)) walk_behind_work(a, statement, frame) ;
  else if (!walk_moved(a, statement, frame)) walk_questioned(a, statement, frame) ;
}

static void walk_command (struct analysis *a, struct statement *statement, struct frame *frame)
{
  if (walk_own_command(a, statement, frame)) return ;
  if (walk_wait_program(a, statement, 0, frame)) return ;
  if (walk_call(a, statement, frame)) return ;
  if (walk_context(a, statement)) return ;
  if ((a->plan->services || a->in_function) && is_message(a, statement)) drop_start_message(a, statement) ;
  else walk_program(a, statement, frame) ;
}

static void walk_background (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct starts starts ;
  if (walk_own_background(a, statement)) return ;
  if (put_right_beside(a, statement))
  {
    walk_and_or(a, statement, frame) ;
    return ;
  }
  if (is_waiting_task(a, statement))
  {
    struct texts ready ;
    begin_waiting_task(a, statement, &ready) ;
    for (struct statement *one = statement->body ; one ; one = one->next)
    {
      struct frame inner = { .rest = statement, .up = frame } ;
      if (one->next || one->kind == STATEMENT_LOOP) walk_statement(a, one, &inner) ;
      else add_task(a, one) ;
    }
    end_waiting_task(a, statement, &ready) ;
    return ;
  }
  if (begin_starts(a, statement, &starts))
  {
    walk_statement(a, statement, frame) ;
    end_starts(a, &starts) ;
    return ;
  }
  start_service(a, statement, START_BACKGROUND) ;
}

/* until service mysql start; do sleep 1; done */
static void walk_tried (struct analysis *a, struct statement *statement, struct frame *frame)
{
  walk_statement(a, tried_daemon(a, statement), frame) ;
  claim_statement(a, statement, "dropped", "the loop tried until it had started: its supervisor does") ;
}

/* Walks the parts that make sense by themselves. The rest stays unclaimed, and becomes a TODO. */
static void walk_damaged (struct analysis *a, struct statement *statement, struct frame *frame)
{
  for (struct statement *one = statement->body ; one ; one = one->next)
  {
    struct frame inner = { .rest = one->next, .up = frame } ;
    if (makes_sense(a, one)) walk_statement(a, one, &inner) ;
  }
}

/* Statements with others inside. 0: it is none. */
static int walk_parts (struct analysis *a, struct statement *statement, struct frame *frame)
{
  switch (statement->kind)
  {
    case STATEMENT_IF :
    case STATEMENT_CASE : walk_branches(a, statement, frame) ; return 1 ;
    case STATEMENT_AND :
    case STATEMENT_OR : walk_and_or(a, statement, frame) ; return 1 ;
    case STATEMENT_FOR : walk_for(a, statement, frame) ; return 1 ;
    case STATEMENT_GROUP :
    case STATEMENT_SUBSHELL :
      walk_body(a, statement, frame) ;
      claim_statement(a, statement, "dropped", "what was around its parts") ;
      return 1 ;
    default : return 0 ;
  }
}

static int is_loop (struct statement const *statement)
{
  return statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR ;
}

/* What is not read as a command: comments, what the script never comes to, or only behind its end, and what no shell understands. */
static int walk_unread (struct analysis *a, struct statement *statement, struct frame *frame)
{
  if (statement->kind == STATEMENT_COMMENT) hold_remark(a, statement) ;
  else if (a->stays && stayed_in(a) && !starts_something(a, statement)) walk_after(a, statement) ;
  else if (never_comes_to(a)) drop_never(a, statement) ;
  else if (statement->kind == STATEMENT_DAMAGED) walk_damaged(a, statement, frame) ;
  else if (statement->damaged && statement->kind != STATEMENT_FUNCTION && !statement->background && !starts_something(a, statement)) keep_damaged(a, statement) ;
  else return 0 ;
  return 1 ;
}

/* What asks how a start, work or a waiting has ended. */
static int walk_asking (struct analysis *a, struct statement *statement, struct frame *frame)
{
  if (a->plan->services && walk_verdict(a, statement)) return 1 ;
  if (statement->kind == STATEMENT_IF && (walk_if_waited(a, statement, frame) || walk_if_started(a, statement, frame) || walk_if_ended(a, statement, frame))) return 1 ;
  if (asks_awaited(a, statement)) return walk_parts(a, statement, frame) ;
  if (statement->kind == STATEMENT_PIPELINE && walk_wait_program(a, statement, 0, frame)) return 1 ;
  if (a->plan->services && (walk_talk(a, statement) || walk_if_running(a, statement, frame))) return 1 ;
  if (!a->waited_line && walk_kept(a, statement, frame)) return 1 ;
  return walk_remedy(a, statement) || keep_staying(a, statement, frame) || walk_deed_ahead(a, statement, frame) ;
}

/* What has a meaning as a whole, which its parts do not have: most of them are loops. */
static int walk_whole (struct analysis *a, struct statement *statement, struct frame *frame)
{
  if (walk_wait_again(a, statement, frame)) return 1 ;
  if (is_loop(statement) && !a->waited_line && tried_daemon(a, statement)) walk_tried(a, statement, frame) ;
  else if (runs_hooks(a, statement)) add_ordinary(a, statement) ;
  else if (walk_asked_last(a, statement, frame) || (is_loop(statement) && walk_loop(a, statement, frame))) return 1 ;
  else if (a->waited_line && (stayed_in(a) || !starts_later(a, frame)) && !starts_something(a, statement)) walk_after(a, statement) ;
  else if (!a->waited_line && ends_with_round(a, statement, frame)) start_last(a, statement, frame) ;
  else if (asks_until_answered(a, statement)) add_ordinary(a, statement) ;
  else return 0 ;
  return 1 ;
}

/* What starts something, or what the script ends with. */
static void walk_start (struct analysis *a, struct statement *statement, struct frame *frame)
{
  if (walk_parts(a, statement, frame)) return ;
  if (is_starting_loop(a, statement, frame)) keep_starting_loop(a, statement) ;
  else if ((statement->kind != STATEMENT_PIPELINE || !walk_daemon_in_pipeline(a, statement, frame)) && !walk_leaving(a, statement, frame)) start_last(a, statement, frame) ;
}

static void walk_statement (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct branch const *taken ;
  if (a->depth > WALK_DEPTH_MAX)
  {
    keep_deep(a, statement) ;
    return ;
  }
  a->depth++ ;
  take_function_by_cmd(a, statement) ;
  take_executed(a, statement) ;
  if (walk_unread(a, statement, frame)) ;
  else if (statement->background) walk_background(a, statement, frame) ;
  else if (statement->kind == STATEMENT_FUNCTION) walk_function(a, statement) ;
  else if (keep_behind_loop(a, statement)) ;
  else if (note_value(a, statement), takes_pid(a, statement) || takes_found_pid(a, statement)) ;
  else if (keep_wait_of_setup(a, statement, frame) || walk_asking(a, statement, frame)) ;
  else if (statement->kind == STATEMENT_COMMAND) walk_command(a, statement, frame) ;
  else if (walk_whole(a, statement, frame)) ;
  else if (starts_something(a, statement) || serves_ahead_of_nothing(a, statement, frame) || ends_with_it(a, statement, frame)) walk_start(a, statement, frame) ;
  else if ((statement->kind == STATEMENT_IF || statement->kind == STATEMENT_CASE) && decide_branch(a, statement, &taken) == BY_CMD) walk_branches(a, statement, frame) ;
  else if (!walk_moved(a, statement, frame) && !walk_context(a, statement)) add_with_branches(a, statement, frame) ;
  a->depth-- ;
}

static void walk_list (struct analysis *a, struct statement *list, struct frame *up)
{
  int ends = 0 ;
  int or_ends = a->or_ends ;
  for (struct statement *one = list ; one && !a->plan->refused && !ends && !a->anew ; one = one->next)
  {
    struct frame frame = { .statement = one, .rest = one->next, .up = up } ;
    struct statement *end = a->replaced_line ? 0 : temporary_end(a, one) ;
    struct frame behind = { .rest = end ? end->next : 0, .up = up } ;
    struct statement *asked ;
    a->here = &frame ;
    a->or_ends = one->next ? 0 : or_ends ; /* { one; last; } || exit: the last decides */
    if (end && (starts_later(a, &behind) || ends_in_program(a, &behind)))
    {
      add_ordinary(a, temporary_part(a, one, end)) ;
      one = end ;
    }
    else if ((asked = asked_wait(a, one, &end)))
    {
      frame = (struct frame){ .statement = asked, .rest = end->next, .up = up } ;
      walk_statement(a, asked, &frame) ;
      one = end ;
    }
    else
    {
      uint32_t replaced = a->replaced_line ;
      walk_statement(a, one, &frame) ;
      if (!replaced && a->replaced_line) a->replaced_if = work_ahead_of_exec(a, one) ;
      note_endless(a, one) ;
    }
    ends = drop_failure_behind(a, one) ;
    a->here = up ;
  }
  a->or_ends = or_ends ;
}

void walk_script (struct analysis *a, struct statement *first, struct frame *behind)
{
  walk_list(a, first, behind) ;
  flush_pending(a) ;
  close_task(a) ;
}
