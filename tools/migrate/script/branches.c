#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

static int any_deed (struct analysis *a, struct held const *held)
{
  while (held && (held->statement->kind == STATEMENT_COMMENT || only_prints(a, held->statement))) held = held->next ;
  return !!held ;
}

void enter_branch (struct analysis *a, struct branch_state *state, char const *condition)
{
  struct texts conditions = { 0 } ;
  share_pending(a) ;
  if (condition && a->conditions.first && any_deed(a, a->pending)) flush_pending(a) ; /* it does not have the inner condition */
  if (!a->conditions.first) close_task(a) ; /* what all branches come after */
  state->conditions = a->conditions ;
  state->last = a->branch_last ;
  state->started = a->last ;
  state->before = plan_last(a->plan) ;
  state->ready = a->ready ;
  state->waited_line = a->waited_line ;
  for (struct text *one = a->conditions.first ; one ; one = one->next) texts_add(a->pool, &conditions, one->text) ;
  if (condition) texts_add(a->pool, &conditions, condition) ;
  a->conditions = conditions ;
  a->branch_last = a->last ;
}

/* Later statements only run if the script did not become a program in this branch, or stay there. */
static void exclude_branch (struct analysis *a, struct branch_state const *state, char const *condition)
{
  char const *otherwise = negated(a->pool, condition) ;
  for (struct service *one = state->before ? state->before->next : a->plan->services ; one ; one = one->next)
  {
    one->is_apart = 1 ;
    texts_add(a->pool, &one->places, place_of(a->pool, otherwise, 1)) ;
  }
  texts_add_once(a->pool, &a->otherwise, otherwise) ;
  a->last = state->started ;
  a->ready = state->ready ;
  a->waited_line = state->waited_line ;
}

/* As root, the script did not come behind the place where it started itself again: here the branch around it is only for root. */
static void exclude_again (struct analysis *a, struct branch_state const *state, struct texts const *conditions)
{
  struct texts all = { 0 } ;
  char const *last = 0 ;
  int again = a->again_in_branch ;
  a->again_in_branch = 0 ;
  for (struct text const *one = conditions->first ; one ; one = one->next) last = one->text ;
  if (!again || !last || !asks_for_root(a, texts_join(a->pool, &state->conditions, " "))) return ;
  texts_add_all(a->pool, &all, &state->conditions) ;
  texts_add(a->pool, &all, negated(a->pool, last)) ;
  a->conditions = all ;
}

/* `condition`, if not 0, has to fail for the statements after a branch that became a program. */
static void leave_branch_of (struct analysis *a, struct branch_state const *state, char const *condition)
{
  char const *whole = texts_join(a->pool, &a->conditions, " && ") ;
  struct texts conditions = a->conditions ;
  flush_pending(a) ;
  close_task(a) ;
  a->conditions = state->conditions ;
  exclude_again(a, state, &conditions) ;
  a->branch_last = state->last ;
  if (a->branch_replaced) exclude_branch(a, state, condition && !a->conditions.first ? condition : whole) ;
  a->branch_replaced = 0 ;
}

/* side & wait; exit $?: it waits in the branch, and ends there; what starts behind all branches is for the others. */
static int stays_and_ends (struct analysis *a, uint32_t outer, struct statement const *body)
{
  while (body && (body->next || body->kind == STATEMENT_GROUP)) body = body->next ? body->next : body->body ;
  return body && shell_one_of(statement_command(body), "exit") && a->waited_line != outer && starts_later(a, a->here) ;
}

void leave_branch (struct analysis *a, struct branch_state const *state, struct statement const *body)
{
  a->branch_replaced |= stays_and_ends(a, state->waited_line, body) ;
  leave_branch_of(a, state, 0) ;
}

int ends_what_it_waited_for (struct analysis *a, struct statement const *statement)
{
  return !strcmp(statement_command(statement), "exit") && a->waited_line && a->ended_with.first && a->ended_claim->range.start < statement->range.start
   && a->conditions.first && !strcmp(a->ended_where, texts_join(a->pool, &a->conditions, " && ")) ;
}

struct claim *claim_branch (struct analysis *a, struct statement const *statement)
{
  int has_again = a->again && statement->range.start <= a->again->range.start && a->again->range.end <= statement->range.end ;
  return claim_statement(a, statement, "dropped", has_again ? "the branch's own words: what is in it has its condition, but for the new start"
    : "the branch's own words: the services in it have its condition") ;
}

char const *negated (struct pool *pool, char const *condition)
{
  size_t len = strlen(condition) ;
  /* ! { X; } of one simple X */
  if (len > 7 && !strncmp(condition, "! { ", 4) && strcspn(condition + 4, ";&|\n#") + 7 == len && !strcmp(condition + len - 3, "; }")) return pool_copy(pool, condition + 4, len - 7) ;
  return pool_printf(pool, "! { %s; }", condition) ;
}

/* ---- if and case ---- */

void begin_branches (struct analysis *a, struct statement const *statement, struct branching *branching)
{
  if (!a->conditions.first && statement->branches && any_deed(a, a->pending) && !any_starts(a, statement->branches->body)) pending_is_task(a) ; /* it has no condition */
  *branching = (struct branching){ .statement = statement, .outer = a->waited_line, .patterns = "", .otherwise = a->otherwise, .last = a->last, .places = a->places, .ended = a->ended_with, .all_replaced = 1 } ;
  branching->id = pool_printf(a->pool, "%u", ++a->nbranchings) ;
  a->otherwise = (struct texts){ 0 } ;
  for (struct text const *one = branching->otherwise.first ; one ; one = one->next) texts_add(a->pool, &a->otherwise, one->text) ;
}

/* Of `if`: the text that asks it where it counts. */
static char const *asked_text (struct analysis *a, struct branch const *branch)
{
  return branch->asked ? branch->asked : condition_text(a, branch) ;
}

/* Of `if`: none of the conditions before it, and its own. */
static char const *if_condition (struct analysis *a, struct branching const *branching, struct branch const *branch)
{
  struct texts all = { 0 } ;
  for (struct text *one = branching->conditions.first ; one ; one = one->next) texts_add(a->pool, &all, negated(a->pool, one->text)) ;
  if (branch->condition)
  {
    char const *condition = asked_text(a, branch) ;
    texts_add(a->pool, &all, branch->asked ? condition : branch->condition->next || branch->condition->kind == STATEMENT_OR ? pool_printf(a->pool, "{ %s; }", condition) : condition) ;
  }
  return all.first ? texts_join(a->pool, &all, " && ") : 0 ;
}

/* If the pattern of `from` is the first that matches, does `branch` come, too? -1: its later patterns are asked. */
static int leads_to (struct analysis *a, struct branch const *from, struct branch const *branch)
{
  for (; from != branch ; from = from->next)
    if (case_end(a, from) != CASE_FALLS) return case_end(a, from) == CASE_ENDS ? 0 : -1 ;
  return 1 ;
}

/* With ;& and ;;&, earlier patterns may lead to the branch, too; each pattern but the first that decides is not asked. */
static char const *falling_condition (struct analysis *a, char const *value, struct statement const *statement, struct branch const *branch)
{
  char const *arms = "" ;
  char const *patterns = "" ;
  int result = 0 ;
  int any_false = 0 ;
  for (struct branch const *one = statement->branches ; ; one = one->next)
  {
    int leads = one == branch ? 1 : leads_to(a, one, branch) ;
    if (leads != -1 && *patterns && leads != result)
    {
      arms = pool_printf(a->pool, "%s %s) %s ;;", arms, patterns, result ? "true" : "false") ;
      patterns = "" ;
    }
    if (leads != -1)
    {
      result = leads ;
      any_false |= !leads ;
      patterns = *patterns ? pool_printf(a->pool, "%s|%s", patterns, one->pattern) : one->pattern ;
    }
    if (one == branch) break ;
  }
  if (strcmp(branch->pattern, "*") != 0) return pool_printf(a->pool, "case %s in%s %s) true ;; *) false ;; esac", value, arms, patterns) ;
  return any_false ? pool_printf(a->pool, "case %s in%s %s) true ;; esac", value, arms, "*") : 0 ;
}

static char const *case_condition (struct analysis *a, struct branching const *branching, struct branch const *branch)
{
  char const *value = branching->statement->nwords ? branching->statement->words[0].raw : "\"\"" ;
  int any = !strcmp(branch->pattern, "*") ;
  char const *refused ;
  if (case_falls(a, branching->statement)) return falling_condition(a, value, branching->statement, branch) ;
  refused = *branching->patterns ? pool_printf(a->pool, " %s) false ;;", branching->patterns) : "" ;
  if (any && !*branching->patterns) return 0 ;
  if (any) return pool_printf(a->pool, "case %s in%s *) true ;; esac", value, refused) ;
  return pool_printf(a->pool, "case %s in%s %s) true ;; *) false ;; esac", value, refused, branch->pattern) ;
}

/* The branch's own condition, without those of the branches before it; 0: it has none. */
static char const *own_condition (struct analysis *a, struct branching const *branching, struct branch const *branch)
{
  struct branching alone = { .statement = branching->statement, .patterns = "" } ;
  return branching->statement->kind == STATEMENT_CASE ? case_condition(a, &alone, branch) : if_condition(a, &alone, branch) ;
}

void begin_branch (struct analysis *a, struct branching *branching, struct branch const *branch)
{
  struct texts places = { 0 } ;
  texts_add_all(a->pool, &places, &branching->places) ;
  texts_add(a->pool, &places, place_of(a->pool, branching->id, ++branching->nbranches)) ;
  enter_branch(a, &branching->state, branching->statement->kind == STATEMENT_CASE
    ? case_condition(a, branching, branch) : if_condition(a, branching, branch)) ;
  a->ended_with = (struct texts){ 0 } ;
  texts_add_all(a->pool, &a->ended_with, &branching->ended) ;
  if (branching->nbranches == 1) branching->ready = branching->state.ready ; /* with the task that has just been closed */
  if (branching->statement->kind != STATEMENT_CASE || !case_falls(a, branching->statement)) a->places = places ;
}

static int exits (struct statement const *body)
{
  while (body && body->next) body = body->next ;
  return body && shell_one_of(statement_command(body), "exit return exec") ;
}

/* Only one of the branches is taken, so each begins with the state from before all of them. */
void end_branch (struct analysis *a, struct branching *branching, struct branch const *branch)
{
  int replaced = a->branch_replaced |= stays_and_ends(a, branching->outer, branch->body) ;
  branching->any_stays |= !!stayed_in(a) ;
  if (!replaced && a->last && a->last != branching->last) texts_add_once(a->pool, &branching->lasts, a->last->name) ;
  if (!replaced && a->last && a->last != branching->last && a->last_or_of == a->last) /* of the branches in this one */
    for (struct text const *one = a->last_or.first ; one ; one = one->next) texts_add_once(a->pool, &branching->lasts, one->text) ;
  leave_branch_of(a, &branching->state, branching->all_replaced && !case_falls(a, branching->statement) ? own_condition(a, branching, branch) : 0) ;
  for (struct text const *one = a->otherwise.first ; one ; one = one->next)
    if (!texts_has(&branching->otherwise, one->text)) texts_add_once(a->pool, &branching->excluded, one->text) ;
  a->otherwise = (struct texts){ 0 } ;
  for (struct text const *one = branching->otherwise.first ; one ; one = one->next) texts_add(a->pool, &a->otherwise, one->text) ;
  texts_add_all(a->pool, &branching->waited_for, &a->ready) ;
  for (struct text const *one = a->ended_with.first ; one ; one = one->next) texts_add_once(a->pool, &branching->ended_in, one->text) ;
  a->ready = branching->ready ;
  a->places = branching->places ;
  branching->all_replaced &= replaced ;
  branching->goes_on |= !replaced && a->waited_line == branching->outer && !exits(branch->body) ;
  if (!branching->waited) branching->waited = a->waited_line ;
  a->waited_line = branching->outer ;
  if (branching->statement->kind == STATEMENT_CASE)
    branching->patterns = *branching->patterns ? pool_printf(a->pool, "%s|%s", branching->patterns, branch->pattern) : branch->pattern ;
  else if (branch->condition) texts_add(a->pool, &branching->conditions, asked_text(a, branch)) ;
}

static int has_pid (struct analysis const *a, struct service const *service)
{
  for (struct pid_variable const *pid = a->pids ; pid ; pid = pid->next)
    if (pid->service == service) return 1 ;
  return 0 ;
}

/* Behind if and case, $! is the pid of what the branch that was taken has started, or of what was
   started before them: not when that has been asked already. */
static void note_lasts (struct analysis *a, struct branching const *branching, int one_is_taken)
{
  struct texts others = { 0 } ;
  if (a->last == branching->last || !branching->lasts.first) return ;
  if (!one_is_taken && branching->last && !has_pid(a, branching->last)) texts_add(a->pool, &others, branching->last->name) ;
  for (struct text const *one = branching->lasts.first ; one ; one = one->next)
    if (strcmp(one->text, a->last->name) != 0) texts_add_once(a->pool, &others, one->text) ;
  a->last_or = others ;
  a->last_or_of = a->last ;
}

void end_branches (struct analysis *a, struct branching const *branching)
{
  struct branch const *last = branching->statement->branches ;
  int one_is_taken ;
  a->waited_line = branching->waited ? branching->waited : branching->outer ;
  a->ended_with = branching->ended_in.first ? branching->ended_in : branching->ended ;
  for (struct text const *one = branching->waited_for.first ; one ; one = one->next)
    if (plan_find(a->plan, one->text)) add_ready(a, plan_find(a->plan, one->text)) ;
  while (last && last->next) last = last->next ;
  one_is_taken = last && branch_is_else(last) ;
  if (branching->all_replaced && one_is_taken && a->conditions.first)
  {
    a->branch_replaced = 1 ; /* the branch that these are in has the same end */
    if (stayed_in(a)) a->waited_line = stayed_in(a)->line ;
  }
  for (struct text const *one = branching->all_replaced && one_is_taken ? 0 : branching->excluded.first ; one ; one = one->next) texts_add_once(a->pool, &a->otherwise, one->text) ;
  note_lasts(a, branching, one_is_taken) ;
  if (branching->waited && !branching->outer && (!one_is_taken || branching->goes_on)) a->waited_in_branch = 1 ;
  if (branching->all_replaced && one_is_taken && !a->conditions.first)
  {
    a->replaced_line = line_of(a, branching->statement) ;
    a->stays = branching->any_stays ;
  }
  claim_branch(a, branching->statement) ;
}
