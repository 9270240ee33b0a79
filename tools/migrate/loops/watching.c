/* Loops that watch processes, which supervision replaces. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

#define WATCHERS "ps pgrep pidof jobs kill supervisorctl"
#define HARMLESS "grep egrep awk wc sleep echo printf exit break continue true false : test [ wait date logger"

struct watching
{
  struct statement const *whole ; /* the loop, which may be in the background */
  struct analysis *a ;
  char const *asked ; /* the words of what it asks, and waits for */
  struct seen seen ;
} ;

static void add_asked (struct watching *watching, struct statement const *statement)
{
  watching->asked = pool_printf(watching->a->pool, "%s %s", watching->asked, statement_text(watching->a, statement)) ;
}

/* kill -0: it only asks */
static int only_asks_whether (struct statement const *kill)
{
  return !strcmp(statement_word(kill, 1), "-0") || (shell_one_of(statement_word(kill, 1), "-s -n") && !strcmp(statement_word(kill, 2), "0")) ;
}

/* kill -HUP, kill -s USR1: no end */
static int tells_something (struct statement const *kill)
{
  char const *signal = statement_word(kill, 1) ;
  if (shell_one_of(signal, "-s -n")) signal = statement_word(kill, 2) ;
  else if (*signal++ != '-') return 0 ;
  if (!strncmp(signal, "SIG", 3)) signal += 3 ;
  return shell_one_of(signal, "HUP USR1 USR2 WINCH CONT 1 10 12 18 28") ;
}

static int looks_at_processes (struct statement *statement, void *data)
{
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
    if (shell_one_of(one->text, WATCHERS)) return 1 ;
  if (!strcmp(statement_command(statement), "kill")) return only_asks_whether(statement) ;
  if (statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "test ["))
    return strstr(source_copy(((struct analysis *)data)->source, statement->range), "/proc/") != 0 ;
  return statement->kind == STATEMENT_COMMAND && shell_one_of(statement_command(statement), WATCHERS) ;
}

static int does_work (struct statement *statement, void *data)
{
  (void)data ;
  return statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement),
    WATCHERS " grep egrep awk wc sleep echo printf exit return true false : test [ wait date logger local read cut tr head tail sed") ;
}

static int asks_only (struct analysis *a, struct statement *body, unsigned int depth) ;

struct asking
{
  struct analysis *a ;
  unsigned int depth ;
  int asks ;
} ;

/* Stops at a statement that is neither a question nor part of one. */
static int is_no_question (struct statement *statement, void *data)
{
  struct asking *asking = data ;
  struct function *function = find_function(asking->a, statement_command(statement)) ;
  if (looks_at_processes(statement, asking->a))
  {
    asking->asks = 1 ;
    return 0 ;
  }
  if (function && function->statement->body && asking->depth < 5 && asks_only(asking->a, function->statement->body, asking->depth + 1))
  {
    function->walked = asking->asks = 1 ;
    return 0 ;
  }
  return does_work(statement, 0) ;
}

/* Does the body of a function only ask whether processes run? */
static int asks_only (struct analysis *a, struct statement *body, unsigned int depth)
{
  struct asking asking = { .a = a, .depth = depth } ;
  return !statement_walk(body, &is_no_question, &asking) && asking.asks ;
}

/* alive "$API": a function that only asks, perhaps by calling others */
static int asks_by_function (struct watching *watching, struct statement *statement)
{
  struct function *function = find_function(watching->a, statement_command(statement)) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || !asks_only(watching->a, body, 0)) return 0 ;
  add_asked(watching, body) ;
  function->walked = watching->seen.watches = 1 ;
  return 1 ;
}

static int ends_more (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || (statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement),
    "kill pkill killall wait exit return echo printf true false : test [ sleep date logger local read trap")) ;
}

/* cleanup: a function that ends the processes, and perhaps the script. */
int only_ends_processes (struct analysis *a, struct statement *statement)
{
  struct function *function = find_function(a, statement_command(statement)) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || statement_walk(body, &ends_more, 0)) return 0 ;
  function->walked = 1 ;
  return 1 ;
}

static int look_for_watching (struct statement *statement, void *data)
{
  struct watching *watching = data ;
  char const *command = statement_command(statement) ;
  if (statement->background && statement != watching->whole) watching->seen.starts = 1 ;
  if (statement->kind == STATEMENT_TEST)
  {
    char const *text = statement_text(watching->a, statement) ;
    add_asked(watching, statement) ;
    if (strstr(text, "/proc/") || shell_mentions(text, "pgrep") || shell_mentions(text, "pidof")) watching->seen.watches = 1 ;
  }
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
  {
    if (shell_one_of(one->text, WATCHERS)) watching->seen.watches = 1 ;
    else if (!shell_one_of(one->text, HARMLESS " cat cut tr head tail sed sort uniq seq hostname expr")) watching->seen.works = 1 ;
  }
  if (writes_files(statement)) watching->seen.works = 1 ;
  if (statement->programs.first || (statement->kind == STATEMENT_PIPELINE && statement_walk(statement, &looks_at_processes, watching->a))) add_asked(watching, statement) ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (!strcmp(command, "supervisorctl") && shell_one_of(statement_word(statement, 1), "start restart")) watching->seen.starts = 1 ;
  if (shell_one_of(command, WATCHERS))
  {
    watching->seen.watches = 1 ;
    if (strcmp(command, "kill") != 0 || only_asks_whether(statement)) add_asked(watching, statement) ;
    else if (tells_something(statement)) watching->seen.works = 1 ;
  }
  else if (!strcmp(command, "wait")) add_asked(watching, statement) ;
  else if (asks_by_function(watching, statement)) add_asked(watching, statement) ;
  else if (only_ends_processes(watching->a, statement)) return 0 ;
  else if (find_function(watching->a, command) && starts_something(watching->a, find_function(watching->a, command)->statement->body)) watching->seen.starts = 1 ;
  else if (shell_one_of(command, "service") && shell_one_of(statement_word(statement, 2), "status")) watching->seen.watches = 1 ;
  else if (shell_one_of(command, "service") && shell_one_of(statement_word(statement, 2), "start restart")) watching->seen.starts = 1 ;
  else if (!shell_one_of(command, HARMLESS) && !statement->background) watching->seen.works = 1 ;
  return 0 ;
}

void look_for_watching_in (struct analysis *a, struct statement *statement, struct seen *seen)
{
  struct watching watching = { .a = a, .whole = statement, .asked = "" } ;
  statement_walk(statement, &look_for_watching, &watching) ;
  *seen = watching.seen ;
}

int watches_processes (struct analysis *a, struct statement *statement)
{
  struct watching watching = { .a = a, .whole = statement, .asked = "" } ;
  char const *text = statement_text(a, statement) ;
  statement_walk(statement, &look_for_watching, &watching) ;
  if (!watching.seen.watches && (strstr(text, "$(ps ") || strstr(text, "$(pgrep") || strstr(text, "$(pidof") || strstr(text, "`ps ") || strstr(text, "/proc/$")))
    watching.seen.watches = 1 ;
  return watching.seen.watches && (!watching.seen.works || watching.seen.starts) ;
}

/* Is the program named without its version, as `grep php-fpm` means php-fpm8.2? */
static int mentions_unversioned (struct pool *pool, char const *text, char const *program)
{
  char const *base = shell_basename(program) ;
  size_t len = strlen(base) ;
  size_t all = len ;
  while (len && strchr("0123456789.", base[len - 1])) len-- ;
  if (len && len < all && base[len - 1] == '-') len-- ; /* postgres-15 */
  return len > 1 && len < all && shell_mentions(text, pool_copy(pool, base, len)) ;
}

/* Does the loop name it, by its pid or its program? */
static int is_watched (struct analysis *a, struct service const *service, char const *text)
{
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next)
    if (pid->service == service && shell_mentions(text, pid->name)) return 1 ;
  return (*service->program && (shell_mentions(text, service->program) || mentions_unversioned(a->pool, text, service->program))) || shell_mentions(text, service->name) ;
}

/* Is the condition a function that asks? */
static int condition_asks (struct analysis *a, struct statement *condition)
{
  struct watching watching = { .a = a, .asked = "" } ;
  if (!condition) return 0 ;
  statement_walk(condition, &look_for_watching, &watching) ;
  return watching.seen.watches ;
}

/* if ! kill -0 "$API"; then api & API=$!; fi: collects the conditions before a start. */
static int find_restart (struct statement *statement, void *data)
{
  struct watching *watching = data ;
  struct analysis *a = watching->a ;
  struct function *function = find_function(a, statement_command(statement)) ;
  if (function && function->statement->body && starts_something(a, function->statement->body)) function->walked = 1 ;
  if (statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR)
  {
    struct statement *right = statement->body->next ;
    if (starts_something(a, right) && !may_end(a, right)) add_asked(watching, statement->body) ;
  }
  for (struct branch *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ; branch ; branch = branch->next)
  {
    int starts = 0 ;
    int ends = 0 ;
    for (struct statement *one = branch->body ; one ; one = one->next)
    {
      starts |= starts_something(a, one) && strcmp(statement_command(one), "wait") != 0 ;
      ends |= may_end(a, one) ;
    }
    if (starts && !ends && branch->condition)
      watching->asked = pool_printf(a->pool, "%s %s", watching->asked, source_copy(a->source, branch->condition_range)) ;
  }
  return 0 ;
}

/* for pid in "${pids[@]}"; do kill -0 "$pid" || exit 1; done: whom its variable means */
static int find_loops_over_pids (struct statement *statement, void *data)
{
  if (statement->kind == STATEMENT_FOR) alias_loop(data, statement) ;
  return 0 ;
}

/* Returns the names of the services that are main now. *again gets those that the loop started again. */
static char const *watched (struct analysis *a, struct statement *statement, struct texts *again)
{
  struct watching watching = { .a = a, .asked = "" } ;
  struct watching restarts = { .a = a, .asked = "" } ;
  char const *text = statement_text(a, statement) ;
  char const *condition = statement->branches ? source_copy(a->source, statement->branches->condition_range) : "" ;
  int ends = may_end(a, statement) || shell_mentions(text, "break") || shell_mentions(condition, "kill")
   || shell_mentions(condition, "pgrep") || shell_mentions(condition, "pidof")
   || shell_mentions(condition, "jobs") || shell_mentions(condition, "ps") || (statement->branches && condition_asks(a, statement->branches->condition)) ;
  int named = 0 ;
  struct texts names = { 0 } ;
  statement_walk(statement, &find_loops_over_pids, a) ;
  statement_walk(statement, &look_for_watching, &watching) ;
  statement_walk(statement, &find_restart, &restarts) ;
  text = watching.asked ; /* whom it only ends does not count */
  for (struct service *service = a->plan->services ; service ; service = service->next) named |= is_watched(a, service, text) ;
  for (struct service *service = a->plan->services ; ends && service ; service = service->next)
  {
    if (service->is_oneshot || (named && !is_watched(a, service, text))) continue ;
    if (is_watched(a, service, restarts.asked))
    {
      texts_add(a->pool, again, service->name) ;
      continue ;
    }
    service->is_main = 1 ;
    texts_add(a->pool, &names, service->name) ;
  }
  return names.first ? texts_join(a->pool, &names, ", ") : "" ;
}

char const *note_watched (struct analysis *a, struct statement *loop)
{
  struct texts again = { 0 } ;
  return watched(a, loop, &again) ;
}

/* ---- what a loop starts again ---- */

struct starting_again
{
  struct analysis *a ;
  struct texts names ; /* services that run what the loop starts */
  char const *other ; /* something else that it starts, too; 0: nothing */
  int waits ;
  unsigned int depth ; /* of the calls that are being looked into */
} ;

static int is_same_program (struct analysis *a, struct service const *service, struct statement *statement)
{
  return !strcmp(service->text, statement_text(a, statement)) || !strcmp(service->name, name_of(a, statement)) ;
}

static int find_starting_again (struct statement *statement, void *data)
{
  struct starting_again *s = data ;
  struct service const *same = s->a->plan->services ;
  struct function *function = find_function(s->a, statement_command(statement)) ;
  if (!strcmp(statement_command(statement), "wait")) s->waits = 1 ;
  if (function && function->statement->body && s->depth < 5)
  {
    s->depth++ ;
    statement_walk(function->statement->body, &find_starting_again, s) ;
    s->depth-- ;
  }
  if (!statement->background) return 0 ;
  while (same && !is_same_program(s->a, same, statement)) same = same->next ;
  if (same) texts_add_once(s->a->pool, &s->names, same->name) ;
  else s->other = statement_text(s->a, statement) ;
  return 0 ;
}

/* ---- with which code it ended the script ---- */

struct codes
{
  struct analysis *a ;
  struct texts codes ;
  int is_another ; /* exit $?, exit "$CODE" */
  unsigned int depth ; /* of the calls that are being looked into */
} ;

static int find_codes (struct statement *statement, void *data)
{
  struct codes *codes = data ;
  char const *code = statement_word(statement, 1) ;
  struct function *function = find_function(codes->a, statement_command(statement)) ;
  if (function && function->statement->body && codes->depth < 5)
  {
    codes->depth++ ;
    statement_walk(function->statement->body, &find_codes, codes) ;
    codes->depth-- ;
  }
  if (strcmp(statement_command(statement), "exit") != 0) return 0 ;
  if (*code && strspn(code, "0123456789") == strlen(code)) texts_add_once(codes->a->pool, &codes->codes, code) ;
  else codes->is_another = 1 ;
  return 0 ;
}

static int is_script_end (struct analysis *a, struct statement const *statement)
{
  struct statement const *next = statement->next ;
  while (next && next->kind == STATEMENT_COMMENT) next = next->next ;
  return !next && a->depth == 1 ;
}

/* exit 1, or the 0 of a loop at the script's end, whatever the code of what had ended. */
static void tell_code (struct analysis *a, struct statement *loop, char const *mains, struct claim *claim)
{
  struct codes codes = { .a = a } ;
  char const *code ;
  statement_walk(loop, &find_codes, &codes) ;
  if (!codes.codes.first && !codes.is_another && is_script_end(a, loop)) texts_add(a->pool, &codes.codes, "0") ;
  if (!codes.codes.first || codes.is_another) return ;
  code = texts_join(a->pool, &codes.codes, " or ") ;
  claim->what = pool_printf(a->pool, "%s; the script ended with %s then: now the container's exit code is that of the first that ends", claim->what, code) ;
  if (!codes.codes.first->next) claim->what = pool_printf(a->pool, "%s; if %s is wanted, let finish of %s run `reeve shutdown %s`", claim->what, code, mains, code) ;
}

void drop_watching (struct analysis *a, struct statement *statement)
{
  struct texts again = { 0 } ;
  struct starting_again s = { .a = a } ;
  char const *names = watched(a, statement, &again) ;
  struct claim *claim ;
  drop_remarks(a, statement) ;
  claim = claim_statement(a, statement, "dropped", *names
    ? pool_printf(a->pool, "a loop that watched processes and ended with them: supervision replaces it, and these are main: %s", names)
    : "a loop that watched processes: supervision replaces it") ;
  if (*names) tell_code(a, statement, names, claim) ;
  if (again.first) claim->what = pool_printf(a->pool, "%s; it started these again, as their supervisors do: %s", claim->what, texts_join(a->pool, &again, ", ")) ;
  statement_walk(statement, &find_starting_again, &s) ;
  if (s.other) plan_todo(a->plan, plan_last(a->plan), claim, line_of(a, statement), pool_printf(a->pool, "it also started something else, which nothing does now: %s", s.other)) ;
  script_waits(a, line_of(a, statement)) ;
}

/* wait -n; [ $? -eq 42 ] && api & : a loop that waits, and starts some of them again */
int walk_starting_again (struct analysis *a, struct statement *statement)
{
  struct starting_again s = { .a = a } ;
  struct claim *claim ;
  char const *mains ;
  if (statement->kind != STATEMENT_LOOP || statement->background) return 0 ;
  statement_walk(statement, &find_starting_again, &s) ;
  if (!s.waits || !s.names.first || s.other) return 0 ;
  drop_remarks(a, statement) ;
  mains = note_watched(a, statement) ;
  claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "a loop that waited, and started again what had ended: its supervisor does%s%s", *mains ? "; these are main: " : "", mains)) ;
  for (struct text const *one = s.names.first ; one ; one = one->next)
    plan_todo(a->plan, plan_find(a->plan, one->text), claim, line_of(a, statement), pool_printf(a->pool,
      "the script looked at its end, and started it again or ended: flag-main (its end is the container's), restart and success-codes say that here: %s", statement_text(a, statement))) ;
  script_waits(a, line_of(a, statement)) ;
  return 1 ;
}
