#include <stdio.h>
#include <string.h>

#include "migrate/analysis.h"

#define LOOP_MAX 64 /* services that one loop makes */

void enter_branch (struct analysis *a, struct branch_state *state, char const *condition)
{
  struct texts conditions = { 0 } ;
  state->conditions = a->conditions ;
  state->last = a->branch_last ;
  state->started = a->last ;
  state->before = plan_last(a->plan) ;
  state->ready = a->ready ;
  for (struct text *one = a->conditions.first ; one ; one = one->next) texts_add(a->pool, &conditions, one->text) ;
  if (condition) texts_add(a->pool, &conditions, condition) ;
  if (!a->conditions.first) close_task(a) ;
  a->conditions = conditions ;
  a->branch_last = a->last ;
}

/* What comes behind the branch only comes where the script did not become a program in it. */
static void exclude_branch (struct analysis *a, struct branch_state const *state, char const *condition)
{
  for (struct service *one = state->before ? state->before->next : a->plan->services ; one ; one = one->next) one->is_apart = 1 ;
  texts_add_once(a->pool, &a->otherwise, negated(a->pool, condition)) ;
  a->last = state->started ;
  a->ready = state->ready ;
}

void leave_branch_of (struct analysis *a, struct branch_state const *state, char const *condition)
{
  char const *whole = texts_join(a->pool, &a->conditions, " && ") ;
  flush_pending(a) ;
  close_task(a) ;
  a->conditions = state->conditions ;
  a->branch_last = state->last ;
  if (a->branch_replaced) exclude_branch(a, state, condition && !a->conditions.first ? condition : whole) ;
  a->branch_replaced = 0 ;
}

void leave_branch (struct analysis *a, struct branch_state const *state)
{
  leave_branch_of(a, state, 0) ;
}

struct claim *claim_branch (struct analysis *a, struct statement const *statement)
{
  return claim_statement(a, statement, "dropped", "the branch's own words: the services in it have its condition") ;
}

char const *negated (struct pool *pool, char const *condition)
{
  return pool_printf(pool, "! { %s; }", condition) ;
}

/* ---- if and case ---- */

void begin_branches (struct analysis *a, struct statement const *statement, struct branching *branching)
{
  *branching = (struct branching){ .statement = statement, .outer = a->waited_line, .patterns = "", .otherwise = a->otherwise, .last = a->last, .all_replaced = 1 } ;
  a->otherwise = (struct texts){ 0 } ;
  for (struct text const *one = branching->otherwise.first ; one ; one = one->next) texts_add(a->pool, &a->otherwise, one->text) ;
}

/* Of `if`: none of the conditions before it, and its own. */
static char const *if_condition (struct analysis *a, struct branching const *branching, struct branch const *branch)
{
  struct texts all = { 0 } ;
  for (struct text *one = branching->conditions.first ; one ; one = one->next) texts_add(a->pool, &all, negated(a->pool, one->text)) ;
  if (branch->condition)
  {
    char const *condition = source_copy(a->source, branch->condition_range) ;
    texts_add(a->pool, &all, branch->condition->next || branch->condition->kind == STATEMENT_OR ? pool_printf(a->pool, "{ %s; }", condition) : condition) ;
  }
  return all.first ? texts_join(a->pool, &all, " && ") : 0 ;
}

static char const *case_condition (struct analysis *a, struct branching const *branching, struct branch const *branch)
{
  char const *value = branching->statement->nwords ? branching->statement->words[0].raw : "\"\"" ;
  int any = !strcmp(branch->pattern, "*") ;
  char const *refused = *branching->patterns ? pool_printf(a->pool, " %s) false ;;", branching->patterns) : "" ;
  if (any && !*branching->patterns) return 0 ;
  if (any) return pool_printf(a->pool, "case %s in%s *) true ;; esac", value, refused) ;
  return pool_printf(a->pool, "case %s in%s %s) true ;; *) false ;; esac", value, refused, branch->pattern) ;
}

/* That of the branch alone, as if those before it were not there; 0: it has none. */
static char const *own_condition (struct analysis *a, struct branching const *branching, struct branch const *branch)
{
  struct branching alone = { .statement = branching->statement, .patterns = "" } ;
  return branching->statement->kind == STATEMENT_CASE ? case_condition(a, &alone, branch) : if_condition(a, &alone, branch) ;
}

void begin_branch (struct analysis *a, struct branching *branching, struct branch const *branch)
{
  enter_branch(a, &branching->state, branching->statement->kind == STATEMENT_CASE
    ? case_condition(a, branching, branch) : if_condition(a, branching, branch)) ;
}

/* Only one branch of several is taken: each begins as what is around them was. */
void end_branch (struct analysis *a, struct branching *branching, struct branch const *branch)
{
  int replaced = a->branch_replaced ;
  if (!replaced && a->last && a->last != branching->last) texts_add_once(a->pool, &branching->lasts, a->last->name) ;
  leave_branch_of(a, &branching->state, branching->all_replaced ? own_condition(a, branching, branch) : 0) ;
  for (struct text const *one = a->otherwise.first ; one ; one = one->next)
    if (!texts_has(&branching->otherwise, one->text)) texts_add_once(a->pool, &branching->excluded, one->text) ;
  a->otherwise = (struct texts){ 0 } ;
  for (struct text const *one = branching->otherwise.first ; one ; one = one->next) texts_add(a->pool, &a->otherwise, one->text) ;
  branching->all_replaced &= replaced ;
  if (!branching->waited) branching->waited = a->waited_line ;
  a->waited_line = branching->outer ;
  if (branching->statement->kind == STATEMENT_CASE)
    branching->patterns = *branching->patterns ? pool_printf(a->pool, "%s|%s", branching->patterns, branch->pattern) : branch->pattern ;
  else if (branch->condition) texts_add(a->pool, &branching->conditions, source_copy(a->source, branch->condition_range)) ;
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
  for (struct text const *one = branching->excluded.first ; one ; one = one->next) texts_add_once(a->pool, &a->otherwise, one->text) ;
  while (last && last->next) last = last->next ;
  one_is_taken = last && (last->pattern ? !strcmp(last->pattern, "*") : !last->condition) ;
  note_lasts(a, branching, one_is_taken) ;
  if (branching->waited && !branching->outer && !one_is_taken) a->waited_in_branch = 1 ;
  if (branching->all_replaced && one_is_taken && !a->conditions.first)
    a->replaced_line = line_of(a, branching->statement) ;
  claim_branch(a, branching->statement) ;
}

/* ---- loops over a list ---- */

struct naming
{
  struct analysis *a ;
  char const *name ; /* of the variable */
  char const *value ; /* 0: not known any more */
} ;

/* $name as a whole word gets its value, for names and tables; the text stays. */
static int set_value (struct statement *statement, void *data)
{
  struct naming *naming = data ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    size_t len = strlen(naming->name) ;
    if (*raw == '"') raw++ ;
    if (*raw++ != '$') continue ;
    if (*raw == '{') raw++ ;
    if (strncmp(raw, naming->name, len) != 0 || strspn(raw + len, "}\"") != strlen(raw + len)) continue ;
    statement->words[i].value = naming->value ;
  }
  return 0 ;
}

static void set_values (struct analysis *a, struct statement *list, char const *name, char const *value)
{
  struct naming naming = { .a = a, .name = name, .value = value } ;
  for (struct statement *one = list ; one ; one = one->next) statement_walk(one, &set_value, &naming) ;
}

static int add_numbers (struct analysis *a, struct texts *values, unsigned int first, unsigned int last)
{
  if (last < first || last - first >= LOOP_MAX) return 0 ;
  for (unsigned int i = first ; i <= last ; i++) texts_add(a->pool, values, pool_printf(a->pool, "%u", i)) ;
  return 1 ;
}

/* `before`, a number, `between`, a number, `after`, and nothing else. */
static int is_span (char const *text, char const *before, char const *between, char const *after, unsigned int *first, unsigned int *last)
{
  char const *p = text + strlen(before) ;
  char const *end ;
  if (strncmp(text, before, strlen(before)) != 0) return 0 ;
  *first = shell_number(p, 1000000, &end) ;
  if (end == p || strncmp(end, between, strlen(between)) != 0) return 0 ;
  p = end + strlen(between) ;
  *last = shell_number(p, 1000000, &end) ;
  return end > p && !strcmp(end, after) ;
}

/* The words of `for`, when they are all known. */
static int list_values (struct analysis *a, struct statement const *statement, struct texts *values)
{
  unsigned int n = 0 ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
  {
    struct word const *word = statement->words + i ;
    unsigned int first = 1 ;
    unsigned int last = 0 ;
    char const *end ;
    if (word->value) texts_add(a->pool, values, word->value) ;
    else if (is_span(word->raw, "$(seq ", " ", ")", &first, &last) || is_span(word->raw, "{", "..", "}", &first, &last))
    {
      if (!add_numbers(a, values, first, last)) return 0 ;
    }
    else if (!strncmp(word->raw, "$(seq ", 6) && (last = shell_number(word->raw + 6, 1000000, &end)) && !strcmp(end, ")"))
    {
      if (!add_numbers(a, values, 1, last)) return 0 ;
    }
    else if (!known_words(a, word->raw, values)) return 0 ;
  }
  for (struct text *one = values->first ; one ; one = one->next) n++ ;
  return n && n <= LOOP_MAX ;
}

static int runs_variable (struct statement *statement, void *data)
{
  char const *name = data ;
  char const *raw = statement->kind == STATEMENT_COMMAND && statement->nwords ? statement->words[0].raw : "" ;
  if (!strcmp(statement_command(statement), "eval")) return 1 ;
  return strchr(raw, '$') && (!*name || shell_mentions(raw, name)) ;
}

static void place (struct analysis *a, struct placed const *outer, char const *text)
{
  struct placed *placed = pool_alloc(a->pool, sizeof(*placed)) ;
  placed->text = text ;
  placed->npieces = a->plan->npieces ;
  placed->outer = outer ;
  a->positional = placed ;
}

/* eval, or the variable itself, as a command: what it starts is data. */
static void refuse_registry (struct analysis *a, struct statement const *loop)
{
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
    if (statement_walk(one, &runs_variable, (void *)loop->name))
      a->plan->refused = pool_printf(a->pool, "line %u starts whatever a list holds: a registry of services, not a wrapper", line_of(a, loop)) ;
}

/* ---- loops over a count that the environment says: a template ---- */

/* $A, ${A:-4}, 100: what `count` has; 0: it is not known. */
static char const *count_of (struct analysis *a, char const *raw)
{
  struct variable variable ;
  char const *value = shell_unquote(a->pool, raw) ;
  if (!value)
  {
    if (!variable_parse(a->pool, raw, &variable) || !variable_from_environment(a, &variable, a->plan->npieces) || placed_mentioned(a->positional, raw)) return 0 ;
    if (!variable.constant) return pool_printf(a->pool, "$%s:%s", variable.name, variable.fallback && *variable.fallback ? variable.fallback : "0") ;
    value = variable.constant ;
  }
  return *value && strspn(value, "0123456789") == strlen(value) ? value : 0 ;
}

/* $(seq 1 $A), $(seq $A), `seq 1 $A`; for ((i = 1; i <= A; i++)), i = 0; i < A. *variable: the loop's; *first: its first number. */
static char const *loop_count (struct analysis *a, struct statement const *statement, char const **variable, unsigned int *first)
{
  char const *text = statement_text(a, statement) ;
  char const *raw = statement->nwords == 1 ? statement->words[0].raw : "" ;
  size_t len = strlen(raw) ;
  char const *end ;
  char name[64] ;
  char limit[64] ;
  char begin[8] ;
  char sign[3] ;
  *variable = statement->name ;
  *first = 1 ;
  if (!strncmp(raw, "$(seq ", 6) || !strncmp(raw, "`seq ", 5))
  {
    unsigned int n ;
    raw = pool_copy(a->pool, raw + (*raw == '$' ? 6 : 5), len - (*raw == '$' ? 7 : 6)) ;
    n = shell_number(raw, 100000, &end) ;
    if (end > raw && *end == ' ')
    {
      if (n > 1) return 0 ;
      *first = n ;
      raw = end + strspn(end, " ") ;
      if (!n)
      {
        /* seq 0 $((A - 1)): A of them */
        if (sscanf(raw, "$((%63[A-Za-z0-9_]%*[ ]-%*[ ]1))", limit) != 1 && sscanf(raw, "$((%63[A-Za-z0-9_]-1))", limit) != 1
         && sscanf(raw, "$(( %63[A-Za-z0-9_] - 1 ))", limit) != 1) return 0 ;
        return count_of(a, pool_printf(a->pool, "$%s", limit)) ;
      }
    }
    return strchr(raw, ' ') ? 0 : count_of(a, raw) ;
  }
  if (sscanf(text, "for (( %63[A-Za-z0-9_] = %7[0-9] ; %*[A-Za-z0-9_] %2[<=] %63[$A-Za-z0-9_{}:-] ;", name, begin, sign, limit) != 4) return 0 ;
  *first = shell_number(begin, 100000, 0) ;
  if (*first > 1 || strcmp(sign, *first ? "<=" : "<") != 0) return 0 ;
  *variable = pool_copy(a->pool, name, strlen(name)) ;
  return count_of(a, *limit == '$' || strspn(limit, "0123456789") == strlen(limit) ? limit : pool_printf(a->pool, "$%s", limit)) ;
}

/* Nothing in it but starts, and what is around them. */
static int only_starts (struct analysis *a, struct statement const *body)
{
  for (; body ; body = body->next)
    if (!body->background && body->kind != STATEMENT_ASSIGNMENT && body->kind != STATEMENT_DECLARATION && body->kind != STATEMENT_COMMENT
     && !is_message(a, (struct statement *)body) && !shell_one_of(statement_command(body), "sleep echo export :")) return 0 ;
  return 1 ;
}

static void begin_template (struct analysis *a, struct looping *loop)
{
  unsigned int first ;
  char const *name ;
  char const *count = a->template || !only_starts(a, loop->statement->branches->body) ? 0 : loop_count(a, loop->statement, &name, &first) ;
  if (!count) return ;
  loop->count = a->template = count ;
  place(a, loop->positional, first ? pool_printf(a->pool, "%s=$REEVE_INSTANCE", name)
    : pool_printf(a->pool, "%s=$((REEVE_INSTANCE - 1))", name)) ;
}

void begin_loop (struct analysis *a, struct statement const *statement, struct looping *loop)
{
  struct texts values = { 0 } ;
  *loop = (struct looping){ .statement = statement, .positional = a->positional, .suffix = a->suffix, .last = a->last, .nsetup = a->plan->nsetup } ;
  loop->known = *statement->name && list_values(a, statement, &values) ;
  if (loop->known) loop->value = values.first ;
  else begin_template(a, loop) ;
  if (!loop->known && !loop->count) refuse_registry(a, statement) ;
}

int next_round (struct analysis *a, struct looping *loop)
{
  struct statement *body = loop->statement->branches->body ;
  if (loop->round++)
  {
    if (!loop->known) return 0 ;
    close_task(a) ;
    loop->value = loop->value->next ;
  }
  if (!loop->known) return 1 ;
  if (!loop->value) return 0 ;
  place(a, loop->positional, pool_printf(a->pool, "%s=%s", loop->statement->name, shell_quote(a->pool, loop->value->text))) ;
  a->suffix = strchr(loop->value->text, '/') ? loop->suffix : pool_printf(a->pool, "%s-%s", loop->suffix, loop->value->text) ;
  set_values(a, body, loop->statement->name, loop->value->text) ;
  return 1 ;
}

static void end_unknown_loop (struct analysis *a, struct looping const *loop)
{
  char const *what = pool_printf(a->pool, "a loop over values of %s that are not known here", loop->statement->name) ;
  if (a->plan->nsetup > loop->nsetup) plan_todo(a->plan, 0, 0, line_of(a, loop->statement), pool_printf(a->pool, "part of this was in %s", what)) ;
  if (a->last && a->last != loop->last)
    plan_todo(a->plan, a->last, a->last->claim, a->last->line, pool_printf(a->pool, "%s started it: one directory for each", what)) ;
  claim_statement(a, loop->statement, "dropped", "the loop around a start") ;
}

void end_loop (struct analysis *a, struct looping const *loop)
{
  if (loop->count)
  {
    a->template = 0 ;
    a->positional = loop->positional ;
    claim_statement(a, loop->statement, "dropped", pool_printf(a->pool, "the loop: count says how many instances there are (%s)", loop->count)) ;
    return ;
  }
  if (!loop->known)
  {
    end_unknown_loop(a, loop) ;
    return ;
  }
  set_values(a, loop->statement->branches->body, loop->statement->name, 0) ;
  a->positional = loop->positional ;
  a->suffix = loop->suffix ;
  claim_statement(a, loop->statement, "dropped", pool_printf(a->pool, "the loop: a service for each value of %s", loop->statement->name)) ;
}

/* ---- calls of functions that start something ---- */

static void set_arguments (struct analysis *a, struct statement *body, struct statement const *call, int known)
{
  for (unsigned int i = 1 ; i < 10 && i < call->nwords ; i++)
  {
    char digit[2] = { (char)('0' + i), 0 } ;
    set_values(a, body, pool_copy(a->pool, digit, 1), known ? call->words[i].value : 0) ;
  }
  if (call->nwords > 1) set_values(a, body, "@", known ? call->words[1].value : 0) ;
}

static int is_started (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || !strcmp(statement_command(statement), "wait") ;
}

static int passes_all (struct statement const *call)
{
  return call->nwords == 2 && shell_one_of(call->words[1].raw, "\"$@\" $@") ;
}

int begin_call (struct analysis *a, struct statement *statement, struct calling *call)
{
  struct function *function = find_function(a, statement_command(statement)) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || a->in_function > 10 || !starts_something(a, body)) return 0 ;
  *call = (struct calling){ .statement = statement, .function = function, .positional = a->positional, .before = plan_last(a->plan) } ;
  function->walked = 1 ;
  if (ends_with_exec(body) && !statement_walk(body, &is_started, 0))
  {
    struct service *service = start_service(a, statement, START_MAIN) ;
    if (!a->conditions.first) script_waits(a, service->line) ;
    else a->branch_replaced = 1 ;
    return 1 ;
  }
  call->body = body ;
  if (statement->nwords > 1 && !passes_all(statement))
  {
    place(a, call->positional, pool_printf(a->pool, "set -- %s", source_copy(a->source,
      (struct range){ statement->words[1].range.start, statement->words[statement->nwords - 1].range.end }))) ;
    set_arguments(a, body, statement, 1) ;
  }
  a->in_function++ ;
  return 1 ;
}

void end_call (struct analysis *a, struct calling const *call)
{
  struct statement const *statement = call->statement ;
  struct texts made = { 0 } ;
  a->in_function-- ;
  if (statement->nwords > 1 && !passes_all(statement)) set_arguments(a, call->body, statement, 0) ;
  a->positional = call->positional ;
  for (struct service *one = call->before ? call->before->next : a->plan->services ; one ; one = one->next) texts_add(a->pool, &made, one->name) ;
  claim_statement(a, statement, "services.d",
    pool_printf(a->pool, "call of %s%s%s", call->function->name, made.first ? ": " : "", texts_join(a->pool, &made, ", "))) ;
}
