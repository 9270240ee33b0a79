#include <string.h>

#include "migrate/analysis.h"

#define LOOP_MAX 64 /* services that one loop makes */

/* What a branch adds, and its end takes away again. */
struct branch_state
{
  struct texts conditions ;
  struct service *last ;
} ;

static void enter (struct analysis *a, struct branch_state *state, char const *condition)
{
  struct texts conditions = { 0 } ;
  state->conditions = a->conditions ;
  state->last = a->branch_last ;
  for (struct text *one = a->conditions.first ; one ; one = one->next) texts_add(a->pool, &conditions, one->text) ;
  if (condition) texts_add(a->pool, &conditions, condition) ;
  if (!a->conditions.first) close_task(a) ;
  a->conditions = conditions ;
  a->branch_last = a->last ;
}

static void leave (struct analysis *a, struct branch_state const *state)
{
  flush_pending(a) ;
  close_task(a) ;
  a->conditions = state->conditions ;
  a->branch_last = state->last ;
}

static struct claim *claim_rest (struct analysis *a, struct statement *statement)
{
  return claim_statement(a, statement, "dropped", "the branch's own words: the services in it have its condition") ;
}

static char const *negated (struct pool *pool, char const *condition)
{
  return pool_printf(pool, "! { %s; }", condition) ;
}

void walk_if (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct texts before = { 0 } ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
  {
    struct branch_state state ;
    char const *condition = branch->condition ? source_copy(a->source, branch->condition_range) : 0 ;
    struct texts all = { 0 } ;
    for (struct text *one = before.first ; one ; one = one->next) texts_add(a->pool, &all, negated(a->pool, one->text)) ;
    if (condition) texts_add(a->pool, &all, branch->condition->next || branch->condition->kind == STATEMENT_OR
      ? pool_printf(a->pool, "{ %s; }", condition) : condition) ;
    enter(a, &state, all.first ? texts_join(a->pool, &all, " && ") : 0) ;
    walk_list(a, branch->body, frame) ;
    leave(a, &state) ;
    if (condition) texts_add(a->pool, &before, condition) ;
  }
  claim_rest(a, statement) ;
}

void walk_case (struct analysis *a, struct statement *statement, struct frame *frame)
{
  char const *value = statement->nwords ? statement->words[0].raw : "\"\"" ;
  char const *earlier = "" ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
  {
    struct branch_state state ;
    int any = !strcmp(branch->pattern, "*") ;
    char const *refused = *earlier ? pool_printf(a->pool, " %s) false ;;", earlier) : "" ;
    enter(a, &state, any && !*earlier ? 0 : any
      ? pool_printf(a->pool, "case %s in%s *) true ;; esac", value, refused)
      : pool_printf(a->pool, "case %s in%s %s) true ;; *) false ;; esac", value, refused, branch->pattern)) ;
    walk_list(a, branch->body, frame) ;
    leave(a, &state) ;
    earlier = *earlier ? pool_printf(a->pool, "%s|%s", earlier, branch->pattern) : branch->pattern ;
  }
  claim_rest(a, statement) ;
}

/* What began behind `before`, 0 for all. */
static struct service *begun (struct analysis *a, struct service *before)
{
  return before ? before->next : a->plan->services ;
}

static struct service *last_service (struct analysis *a)
{
  struct service *service = a->plan->services ;
  while (service && service->next) service = service->next ;
  return service ;
}

/* The conditions of a start that those around it do not have; 0: none. */
static char const *own_conditions (struct analysis *a, struct service const *service)
{
  struct texts own = { 0 } ;
  for (struct text const *one = service->conditions.first ; one ; one = one->next)
    if (!texts_has(&a->conditions, one->text)) texts_add(a->pool, &own, one->text) ;
  return own.first ? texts_join(a->pool, &own, " && ") : 0 ;
}

/* start A && RIGHT: RIGHT only comes when A has been started. */
static void walk_behind_start (struct analysis *a, struct statement *statement, struct service *before, struct frame *frame)
{
  struct branch_state state ;
  struct statement *right = statement->body->next ;
  struct service *first = begun(a, before) ;
  struct service *last = last_service(a) ;
  struct texts outer = a->ready ;
  struct texts ready = { 0 } ;
  struct texts names = { 0 } ;
  char const *condition = first ? own_conditions(a, last) : 0 ;
  close_task(a) ;
  if (outer.first == a->ready.first)
    for (struct text const *one = a->ready.first ; one ; one = one->next) texts_add(a->pool, &ready, one->text) ;
  for (struct service *one = first ; one ; one = one->next)
  {
    texts_add_once(a->pool, &ready, one->name) ;
    texts_add(a->pool, &names, one->name) ;
  }
  a->ready = ready ;
  if (condition) enter(a, &state, condition) ;
  walk_statement(a, right, frame) ;
  if (condition) leave(a, &state) ;
  if (a->ready.first == ready.first) a->ready = outer ;
  for (struct service *one = begun(a, last) ; one && names.first ; one = one->next)
    if (one->claim && !one->is_oneshot)
      one->claim->what = pool_printf(a->pool, "%s, behind &&: it depends on %s", one->claim->what, texts_join(a->pool, &names, ", ")) ;
  claim_statement(a, statement, "dropped", names.first
    ? pool_printf(a->pool, "&&: what is behind it depends on %s", texts_join(a->pool, &names, ", ")) : "&&") ;
}

/* A || B, or A && B, where A is a start: that is not in question, but what follows it is. */
static void walk_after_start (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement *left = statement->body ;
  struct statement *right = left->next ;
  struct frame inner = { .rest = right, .up = frame } ;
  struct service *before = last_service(a) ;
  char const *why = "what was done when the start failed: the service is restarted instead" ;
  walk_statement(a, left, statement->kind == STATEMENT_OR ? frame : &inner) ;
  if (statement->kind == STATEMENT_AND && !a->replaced_line)
  {
    walk_behind_start(a, statement, before, frame) ;
    return ;
  }
  if (starts_something(a, right) && !a->replaced_line) texts_add(a->pool, &claim_statement(a, right, "dropped", why)->todo, "is that enough?") ;
  else claim_statement(a, right, "dropped", why) ;
  claim_statement(a, statement, "dropped", "&& or ||") ;
}

void walk_and_or (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct branch_state state ;
  struct statement *left = statement->body ;
  struct statement *right = left->next ;
  char const *condition = statement_text(a, left) ;
  if (starts_something(a, left) || walk_wait_program(a, left, frame))
  {
    walk_after_start(a, statement, frame) ;
    return ;
  }
  if (!starts_something(a, right))
  {
    if (is_last(frame) && !a->waited_line && statement->kind == STATEMENT_OR && left->kind == STATEMENT_COMMAND)
    {
      walk_statement(a, left, frame) ;
      claim_statement(a, statement, "dropped", "what was done when it failed: the container's exit code says it") ;
    }
    else if (!add_context(a, statement)) add_ordinary(a, statement) ;
    return ;
  }
  if (left->kind == STATEMENT_AND || left->kind == STATEMENT_OR || left->kind == STATEMENT_PIPELINE) condition = pool_printf(a->pool, "{ %s; }", condition) ;
  enter(a, &state, statement->kind == STATEMENT_OR ? negated(a->pool, condition) : condition) ;
  walk_statement(a, right, frame) ;
  leave(a, &state) ;
  claim_rest(a, statement) ;
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
    else return 0 ;
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

static void walk_once (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct branch *branch = statement->branches ;
  struct service *before = a->last ;
  for (struct statement *one = branch->body ; one ; one = one->next)
    if (statement_walk(one, &runs_variable, (void *)statement->name))
      a->plan->refused = pool_printf(a->pool, "line %u starts whatever a list holds: a registry of services, not a wrapper", line_of(a, statement)) ;
  walk_list(a, branch->body, frame) ;
  if (a->last && a->last != before)
    plan_todo(a->plan, a->last, a->last->claim, line_of(a, statement),
      pool_printf(a->pool, "a loop over values that are not known here started it: one directory for each of %s", statement->name)) ;
}

static void place (struct analysis *a, struct placed const *outer, char const *text)
{
  struct placed *placed = pool_alloc(a->pool, sizeof(*placed)) ;
  placed->text = text ;
  placed->npieces = a->plan->npieces ;
  placed->outer = outer ;
  a->positional = placed ;
}

void walk_for (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct texts values = { 0 } ;
  struct placed const *outer = a->positional ;
  char const *suffix = a->suffix ;
  struct frame inner = { .rest = statement, .up = frame } ; /* nothing in a loop is the last */
  if (!statement->branches) return ;
  if (!*statement->name || !list_values(a, statement, &values))
  {
    walk_once(a, statement, &inner) ;
    claim_statement(a, statement, "dropped", "the loop around a start") ;
    return ;
  }
  for (struct text *value = values.first ; value ; value = value->next)
  {
    place(a, outer, pool_printf(a->pool, "%s=%s", statement->name, shell_quote(a->pool, value->text))) ;
    a->suffix = strchr(value->text, '/') ? suffix : pool_printf(a->pool, "%s-%s", suffix, value->text) ;
    set_values(a, statement->branches->body, statement->name, value->text) ;
    walk_list(a, statement->branches->body, &inner) ;
    close_task(a) ;
  }
  set_values(a, statement->branches->body, statement->name, 0) ;
  a->positional = outer ;
  a->suffix = suffix ;
  claim_statement(a, statement, "dropped", pool_printf(a->pool, "the loop: a service for each value of %s", statement->name)) ;
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

int walk_call (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct function *function = find_function(a, statement_command(statement)) ;
  struct placed const *outer = a->positional ;
  struct service *before = a->plan->services ;
  struct texts made = { 0 } ;
  struct statement *body ;
  if (!function || !function->statement->body || a->in_function > 10) return 0 ;
  body = function->statement->body ;
  if (!starts_something(a, body)) return 0 ;
  if (ends_with_exec(body) && !statement_walk(body, &is_started, 0))
  {
    struct service *service = start_service(a, statement, START_MAIN) ;
    function->walked = 1 ;
    if (!a->conditions.first) script_waits(a, service->line) ;
    return 1 ;
  }
  while (before && before->next) before = before->next ;
  function->walked = 1 ;
  if (statement->nwords > 1 && !passes_all(statement))
  {
    place(a, outer, pool_printf(a->pool, "set -- %s", source_copy(a->source,
      (struct range){ statement->words[1].range.start, statement->words[statement->nwords - 1].range.end }))) ;
    set_arguments(a, body, statement, 1) ;
  }
  a->in_function++ ;
  if (body->kind == STATEMENT_GROUP || body->kind == STATEMENT_SUBSHELL) walk_list(a, body->body, frame) ;
  else walk_statement(a, body, frame) ;
  a->in_function-- ;
  if (statement->nwords > 1 && !passes_all(statement)) set_arguments(a, body, statement, 0) ;
  a->positional = outer ;
  for (struct service *one = before ? before->next : a->plan->services ; one ; one = one->next) texts_add(a->pool, &made, one->name) ;
  claim_statement(a, statement, "services.d", pool_printf(a->pool, "call of %s%s%s", function->name, made.first ? ": " : "", texts_join(a->pool, &made, ", "))) ;
  return 1 ;
}
