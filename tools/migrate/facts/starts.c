/* Does a statement start, wait for, or become a long-running process? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

#define STARTS_DEPTH_MAX 250 /* deeper than what is walked has inside it, which the parser limits to 100 */

/* ---- a server that is only started to be prepared, and stopped again before the rest
   starts: part of the setup, not a service ---- */

/* pg_ctl start | indent: a daemon, whose messages are in a filter. */
static struct statement *daemon_of (struct statement *first)
{
  return first->kind == STATEMENT_PIPELINE && first->body && !first->background ? first->body : first ;
}

static int starts_one (struct analysis *a, struct statement *first)
{
  struct statement *daemon = daemon_of(first) ;
  if (shell_one_of(statement_command(first), "wait exec")) return 0 ;
  return first->background || (daemon->kind == STATEMENT_COMMAND && starts_something(a, daemon) && strcmp(statement_command(daemon), "exec") != 0) ;
}

/* The commands of a && b && c, one behind the other. */
static void add_side (struct analysis *a, struct statement *statement, struct statement **end)
{
  while (*end) end = &(*end)->next ;
  if (statement->kind == STATEMENT_AND)
  {
    add_side(a, statement->body, end) ;
    add_side(a, statement->body->next, end) ;
    return ;
  }
  *end = pool_alloc(a->pool, sizeof(**end)) ;
  **end = *statement ;
  (*end)->next = 0 ;
}

/* Is something started in the list, and all of that stopped again? */
static int all_stopped (struct analysis *a, struct statement *list)
{
  int any = 0 ;
  for (; list ; list = list->next)
  {
    struct statement *end = starts_one(a, list) ? stopped_at(a, list) : 0 ;
    if (end) any = 1 ;
    else if (starts_something(a, list)) return 0 ;
    if (end) list = end ;
  }
  return any ;
}

int code_stops_all (struct analysis *a, struct source *code, struct statement *list)
{
  struct source *outer = a->source ;
  struct statement *flat = 0 ;
  int r ;
  a->source = code ;
  if (list && !list->next && list->kind == STATEMENT_AND) add_side(a, list, &flat) ;
  r = all_stopped(a, flat ? flat : list) ;
  a->source = outer ;
  return r ;
}

/* Does the statement itself do both: start && seed && stop, su postgres -c "start; seed; stop"? */
static int stops_itself (struct analysis *a, struct statement *first)
{
  struct launch launch ;
  struct source code ;
  struct statement *list = 0 ;
  char const *raw ;
  int is_code = 0 ;
  unsigned int i ;
  if (first->background) return 0 ;
  if (first->kind == STATEMENT_AND)
  {
    add_side(a, first, &list) ;
    return all_stopped(a, list) ;
  }
  if (first->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, first, &launch) ;
  i = launch.code ? 0 : statement_of_shell(first, launch.first, &is_code) ;
  raw = launch.code ? launch.code : is_code ? first->words[i].raw : 0 ;
  return raw && strpbrk(raw, ";&\n") && code_stops_all(a, &code, shell_parse_text(a->pool, &code, shell_without_quotes(a->pool, raw))) ;
}

struct statement *temporary_end (struct analysis *a, struct statement *first)
{
  if (stops_itself(a, first)) return behind_stop(a, first) ;
  return starts_one(a, first) ? stopped_at(a, first) : 0 ;
}

struct statement *temporary_part (struct analysis *a, struct statement *first, struct statement *end)
{
  struct statement *part = pool_alloc(a->pool, sizeof(*part)) ;
  part->kind = STATEMENT_OTHER ;
  part->name = "" ;
  part->source = first->source ;
  part->range = part->core = (struct range){ first->range.start, end->range.end } ;
  for (struct statement **to = &part->body ; ; to = &(*to)->next, first = first->next)
  {
    *to = pool_alloc(a->pool, sizeof(**to)) ;
    **to = *first ;
    (*to)->next = 0 ;
    if (first == end) return part ;
  }
}

/* ---- what starts something ---- */

static int starts_among (struct analysis *a, struct statement *list)
{
  for (struct statement *one = list ; one ; one = one->next)
  {
    struct statement *end = starts_something(a, one) ? temporary_end(a, one) : one ;
    if (!end) return 1 ;
    one = end ;
  }
  return 0 ;
}

/* CODE of sh -c CODE, raw, if it ends with what it starts in the background; 0: another command. */
static char const *leaving_code (struct analysis *a, struct statement const *statement, unsigned int first)
{
  struct source code ;
  int is_code ;
  unsigned int i = statement_of_shell(statement, first, &is_code) ;
  char const *value = i ? statement->words[i].value : 0 ;
  struct statement *last ;
  if (!value || !is_code) return 0 ;
  last = statement_last(shell_parse_text(a->pool, &code, value)) ;
  while (last && !last->background && is_and_or(last)) last = last->body->next ;
  return last && last->background ? statement->words[i].raw : 0 ;
}

/* Does it leave by itself, or (`perhaps`) may a variable or its configuration say so? */
static int is_leaving (struct foreground const *foreground, int perhaps)
{
  return foreground->in_background || (perhaps && foreground->may_leave) ;
}

static int look_at_code (struct analysis *a, struct statement const *statement, struct launch const *launch, int perhaps)
{
  struct source code ;
  char const *value ;
  if (!launch->code)
  {
    struct statement *inside = command_inside(a, (struct statement *)statement) ;
    struct foreground foreground ;
    struct launch inner ;
    if (leaving_code(a, statement, launch->first)) return 1 ;
    if (inside == statement) return 0 ;
    command_unwrap(a->pool, inside, &inner) ;
    foreground_of(a->plan, inside, inner.first, &foreground) ;
    return inner.detached || (is_leaving(&foreground, perhaps) && !foreground.ends) ;
  }
  value = shell_unquote(a->pool, launch->code) ;
  if (!value && *launch->code == '"' && launch->code[1]) value = shell_without_quotes(a->pool, launch->code) ;
  for (struct statement *one = value ? shell_parse_text(a->pool, &code, value) : 0 ; one ; one = one->next)
  {
    struct foreground foreground = { 0 } ;
    struct launch inner ;
    struct statement *end = one ; /* cd /app && server --daemonize || exit */
    if (one->background) return 1 ;
    while (end->body && is_and_or(end)) end = end->kind == STATEMENT_AND ? end->body->next : end->body ;
    if (end->kind != STATEMENT_COMMAND || end->background) continue ;
    command_unwrap(a->pool, end, &inner) ;
    foreground_of(a->plan, end, inner.first, &foreground) ;
    if (is_leaving(&foreground, perhaps) || inner.detached) return 1 ;
  }
  return 0 ;
}

/* su app -c 'server &', su app -c 'server --daemonize': does the code leave something behind? */
int code_leaves (struct analysis *a, struct statement const *statement, struct launch const *launch)
{
  return look_at_code(a, statement, launch, 0) ;
}

/* su app -c "vncserver :1 $OPTIONS" */
int code_may_leave (struct analysis *a, struct statement const *statement, struct launch const *launch)
{
  return look_at_code(a, statement, launch, 1) ;
}

/* ./ctl start, where the script also has ./ctl stop */
static int has_stop (struct analysis *a, struct statement const *statement, unsigned int first)
{
  static char const *const words[] = { "stop", "status" } ;
  char const *program ;
  if (statement->kind != STATEMENT_COMMAND || first + 2 != statement->nwords || strcmp(statement_word(statement, first + 1), "start") != 0) return 0 ;
  program = shell_without_quotes(a->pool, statement->words[first].raw) ;
  for (size_t i = 0 ; i < sizeof(words) / sizeof(*words) ; i++)
    if (strstr(a->source->text, pool_printf(a->pool, "%s %s", program, words[i])) || strstr(a->source->text, pool_printf(a->pool, "%s\" %s", program, words[i]))) return 1 ;
  return 0 ;
}

int starts_by_word (struct analysis *a, struct statement const *statement, struct launch const *launch)
{
  struct source code ;
  struct launch inner ;
  struct statement *one ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (!launch->code) return has_stop(a, statement, launch->first) ;
  /* su app -c "./ctl start" */
  one = shell_parse_text(a->pool, &code, shell_without_quotes(a->pool, launch->code)) ;
  if (!one || one->next || one->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, one, &inner) ;
  return !inner.code && has_stop(a, one, inner.first) ;
}

/* Which functions start something: at first those that do by themselves, then those that call one
   of these, until nothing changes. To follow each call would double the work with each. */
static void find_starting_functions (struct analysis *a)
{
  struct source *source = a->source ;
  unsigned int depth = a->depth ;
  int changed = 1 ;
  a->source = a->plan->source ;
  a->depth = 0 ;
  a->functions_known[a->without_waits] = 1 ;
  while (changed)
  {
    changed = 0 ;
    for (struct function *one = a->functions ; one ; one = one->next)
      if (!one->starts[a->without_waits] && one->statement->body && starts_something(a, one->statement->body)) changed = one->starts[a->without_waits] = 1 ;
  }
  a->source = source ;
  a->depth = depth ;
}

static int function_starts (struct analysis *a, struct function *function)
{
  if (!a->functions_known[a->without_waits]) find_starting_functions(a) ;
  return function->starts[a->without_waits] ;
}

static int command_starts (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  struct foreground foreground ;
  struct function *function ;
  char const *command = statement_command(statement) ;
  if (!strcmp(command, "wait") || followed_pid(statement)) return !a->without_waits ;
  if (keeps_alive(statement)) return 1 ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.replaced) return launch.first < statement->nwords || launch.code ;
  if (launch.detached || code_may_leave(a, statement, &launch)) return 1 ;
  foreground_of(a->plan, statement, launch.first, &foreground) ;
  if (foreground.is_daemon || is_known_server(a, statement) || foreground.may_leave || (!foreground.ends && starts_by_word(a, statement, &launch))) return 1 ;
  function = called_function(a, statement) ;
  return function && function_starts(a, function) ;
}

int starts_something (struct analysis *a, struct statement *statement)
{
  int r = 0 ;
  if (statement->kind == STATEMENT_FUNCTION) return 0 ;
  if (statement->background) return 1 ;
  if (a->depth > STARTS_DEPTH_MAX) return 0 ;
  a->depth++ ;
  if (statement->kind == STATEMENT_COMMAND) r = command_starts(a, statement) ;
  if (statement->kind == STATEMENT_LOOP && statement->branches) r = keeps_alive(statement) ;
  r = r || starts_among(a, statement->body) ;
  for (struct branch *branch = statement->branches ; !r && branch ; branch = branch->next)
    r = starts_among(a, branch->condition) || starts_among(a, branch->body) ;
  a->depth-- ;
  return r ;
}

int any_starts (struct analysis *a, struct statement *list)
{
  while (list && !starts_something(a, list)) list = list->next ;
  return !!list ;
}

int any_starts_but_waits (struct analysis *a, struct statement *list)
{
  int was = a->without_waits ;
  int r ;
  a->without_waits = 1 ;
  r = any_starts(a, list) ;
  a->without_waits = was ;
  return r ;
}
