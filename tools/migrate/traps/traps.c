/* Traps: the signals that services got, and the work at the end. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"
#include "migrate/traps/trapping.h"
#include "migrate/traps/traps.h"

/* A trap, or `trap - TERM`, removes its signals from the traps before it. */
static void take_signals (struct analysis *a, char const *signals, uint32_t line)
{
  if (a->conditions.first) return ;
  for (struct trap *trap = a->traps ; trap ; trap = trap->next)
  {
    char const *left = " " ;
    if (trap->replaced_line) continue ;
    for (char const *p = trap->signals ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    {
      char const *one = pool_copy(a->pool, p, strcspn(p, " ")) ;
      if (!has_signal(a->pool, signals, one)) left = pool_printf(a->pool, "%s%s ", left, one) ;
    }
    trap->signals = left ;
    if (!strcmp(left, " ")) trap->replaced_line = line ;
  }
}

/* echo "Setting SIGTERM trap" ahead of it */
static void drop_message (struct analysis *a, struct statement const *statement)
{
  static char const *const words[] = { "trap", "sigterm", "sigint", "signal handler", "handle signals" } ;
  struct setup_item const *item = a->plan->nsetup ? a->plan->setup + a->plan->nsetup - 1 : 0 ;
  char const *text = item && item->talk ? source_copy(a->source, item->range) : "#" ;
  if (*text == '#' || source_line(a->source, item->range.start) + 3 < line_of(a, statement)) return ;
  for (size_t i = 0 ; i < sizeof(words) / sizeof(*words) ; i++)
  {
    if (!strcasestr(text, words[i])) continue ;
    item->talk->where = "dropped" ;
    item->talk->what = "a message about the trap" ;
    a->plan->nsetup-- ;
    return ;
  }
}

/* Returns 0 if it sets no trap. */
static struct trap *note_trap (struct analysis *a, struct statement *statement)
{
  struct trap **end = &a->traps ;
  struct trap *trap ;
  char const *signals = " " ;
  unsigned int first = 1 ;
  drop_remarks(a, statement) ;
  drop_message(a, statement) ;
  if (!strcmp(statement_word(statement, 1), "--")) first++ ;
  for (unsigned int i = first + 1 ; i < statement->nwords ; i++)
    signals = pool_printf(a->pool, "%s%s ", signals, statement_word(statement, i)) ;
  if (first + 1 >= statement->nwords || !strcmp(statement->words[first].raw, "-"))
  {
    if (first + 1 == statement->nwords) signals = pool_printf(a->pool, " %s ", statement_word(statement, first)) ;
    if (!a->waited_line) take_signals(a, signals, line_of(a, statement)) ; /* behind the wait it had done its work */
    claim_statement(a, statement, "dropped", "the shell's signals: the supervisor has its own") ;
    return 0 ;
  }
  take_signals(a, signals, line_of(a, statement)) ;
  trap = pool_alloc(a->pool, sizeof(*trap)) ;
  trap->statement = statement ;
  trap->code = shell_without_quotes(a->pool, statement->words[first].raw) ;
  trap->signals = trap->all = signals ;
  trap->line = line_of(a, statement) ;
  trap->after = plan_last(a->plan) ;
  trap->place = place_here(a) ;
  while (*end) end = &(*end)->next ;
  return *end = trap ;
}

void walk_trap (struct analysis *a, struct statement *statement)
{
  struct trap *trap = note_trap(a, statement) ;
  if (trap) trap->own = claim_statement(a, statement, "dropped", "") ; /* apply_trap() says what */
}

#define END_CALL "what was done at the end: the supervisor signals each service"

struct claim *walk_end_call (struct analysis *a, struct statement *statement)
{
  struct trap **end = &a->traps ;
  struct trap *trap = pool_alloc(a->pool, sizeof(*trap)) ;
  *trap = (struct trap){ .statement = statement, .code = statement_text(a, statement), .signals = " EXIT ", .all = " EXIT ", .line = line_of(a, statement),
    .own = claim_statement(a, statement, "dropped", END_CALL), .is_call = 1, .after = plan_last(a->plan), .place = place_here(a) } ;
  while (*end) end = &(*end)->next ;
  *end = trap ;
  return trap->own ;
}

/* unset child; kill_needed="": what the trap's code asks for */
static int only_prepares (struct analysis *a, struct statement const *statement)
{
  char const *text = statement_text(a, statement) ;
  if (statement->kind == STATEMENT_DECLARATION) return !strcmp(statement_word(statement, 0), "unset") || !strncmp(text, "unset ", 6) ;
  return statement->kind == STATEMENT_ASSIGNMENT && !statement->nassignments && !strpbrk(text, "$`") ;
}

/* on_signals() { trap stop TERM; trap reload HUP; } */
int walk_trap_call (struct analysis *a, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  struct statement *body = function ? function->statement->body : 0 ;
  struct claim *claim ;
  int traps = 0 ;
  if (!body || body->kind != STATEMENT_GROUP || body->nredirects || statement->nwords > 1 || a->conditions.first) return 0 ;
  for (struct statement *one = body->body ; one ; one = one->next)
    if (!strcmp(statement_command(one), "trap")) traps++ ;
    else if (!only_prepares(a, one) && one->kind != STATEMENT_COMMENT && !is_message(a, one)) return 0 ;
  if (!traps) return 0 ;
  function->walked = 1 ;
  drop_remarks(a, statement) ;
  claim = claim_statement(a, statement, "dropped", "a function that sets traps: the supervisor signals each service") ;
  for (struct statement *one = body->body ; one ; one = one->next)
    if (!strcmp(statement_command(one), "trap")) note_trap(a, one) ;
  for (struct trap *trap = a->traps ; trap ; trap = trap->next)
    for (struct statement const *one = body->body ; one ; one = one->next)
      if (trap->statement == one) trap->claim = claim ;
  return 1 ;
}

/* " ERR EXIT ": is each of them one of the names? */
static int are_all_of (struct pool *pool, char const *signals, char const *names)
{
  for (char const *p = signals ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *one = pool_copy(pool, p, strcspn(p, " ")) ;
    if (!shell_one_of(strncmp(one, "SIG", 3) ? one : one + 3, names)) return 0 ;
  }
  return signals[strspn(signals, " ")] != 0 ;
}

static int note_loop (struct statement *statement, void *data)
{
  if (statement->kind == STATEMENT_FOR) alias_loop(data, statement) ; /* for p in $A $B; do kill -0 $p */
  return 0 ;
}

/* if ! kill -0 $A; then kill $B; fi: the processes that it asks for, in words; 0: it asks for none of the services. */
static char const *asked_by_trap (struct analysis *a, struct trap const *trap)
{
  struct function *function = find_function(a, trap->code) ;
  struct source code ;
  struct statement *one = function ? function->statement->body : shell_parse_text(a->pool, &code, trap->code) ;
  char const *asked = "" ;
  struct analysis inner = *a ;
  struct seen seen = { 0 } ;
  if (!function) inner.source = &code ;
  for (; one ; one = one->next)
  {
    struct statement alone = *one ;
    alone.next = 0 ;
    statement_walk(&alone, &note_loop, a) ;
    inner.pids = a->pids ;
    asked = pool_printf(a->pool, "%s %s", asked, look_for_watching_in(&inner, &alone, &seen)) ;
  }
  for (struct service const *service = a->plan->services ; service ; service = service->next)
    if (is_watched(a, service, asked)) return asked ;
  return 0 ;
}

static char const *all_are_main (struct analysis *a, struct trap const *trap)
{
  struct texts names = { 0 } ;
  char const *asked = asked_by_trap(a, trap) ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (runs_beside(service) && !are_exclusive(a, &trap->place, service) && (!asked || is_watched(a, service, asked)))
    {
      service->is_main = 1 ;
      texts_add(a->pool, &names, service->name) ;
    }
  if (!names.first) return "" ;
  return pool_printf(a->pool, asked && !names.first->next ? ", and ended all when this had ended: main %s %s" : ", and ended all when one had ended: main %s %s", names.first->next ? "are" : "is", texts_join(a->pool, &names, ", ")) ;
}

/* The function was only for the trap: its lines have what is said of that. */
static void tell_of_function (struct analysis *a, struct function *function, struct trap const *trap, char const *where, char const *what)
{
  char const *text = pool_printf(a->pool, trap->is_call ? "function %s, called at the end, in line %u: %s" : "function %s, the trap of line %u: %s", function->name, trap->line, what) ;
  char const *names = pool_printf(a->pool, " %s ", function->name) ;
  function->walked = 1 ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (a->plan->pieces[i].is_function && !strcmp(a->plan->pieces[i].names, names)) a->plan->pieces[i].became = text ;
  source_claim(a->source, function->statement->range, where, text) ;
}

/* `is_for_all`: the same code is applied for the end, too. */
static void apply_child_trap (struct analysis *a, struct trap const *trap, struct claim *claim, int is_for_all)
{
  struct child_trap what = child_trap(a, trap) ;
  struct function *function = find_function(a, trap->code) ;
  char const *ended = "" ;
  if (no_trap_until(a))
  {
    claim->what = pool_printf(a->pool, "%s%swatched its children, but could run only when line %u had ended", is_for_all ? claim->what : "", is_for_all ? "; it " : "", no_trap_until(a)) ;
    plan_mistake(a->plan, no_trap_until(a), "a trap runs only when this command has ended: start it with & and wait for it") ;
    return ;
  }
  ended = what.ends && !what.starts ? all_are_main(a, trap) : "" ;
  claim->what = pool_printf(a->pool, "%s%swatched its children%s", is_for_all ? claim->what : "", is_for_all ? "; it " : "", *ended ? ended : ": supervision replaces it") ;
  if (function && !is_for_all) tell_of_function(a, function, trap, "dropped", claim->what) ;
  a->end_is_told |= what.ends && what.starts ;
  if (what.ends && what.starts)
    texts_add(a->pool, &claim->todo, pool_printf(a->pool, "when a child had ended, it started some again and ended all for others: flag-main for those with which the container should end: %s", trap->code)) ;
  if (what.works && !is_for_all)
    texts_add(a->pool, &claim->todo, pool_printf(a->pool, "what it did when a child had ended (%s) is not done any more: if it is wanted, do it in finish of each service", trap->code)) ;
}

/* trap cleanup TERM; ...; cleanup: the trap's lines say what becomes of the function. */
static int is_trap_too (struct analysis *a, struct trap const *call)
{
  struct trap const *one = call->is_call ? a->traps : 0 ;
  while (one && (one->is_call || strcmp(one->code, call->code) != 0)) one = one->next ;
  return !!one ;
}

/* Applies the trap's code, for the end or for a reload. */
static void apply_code (struct trapping *t)
{
  struct analysis *a = t->a ;
  struct source code ;
  struct statement *first = shell_parse_text(a->pool, &code, t->trap->code) ;
  struct function *function = find_function(a, t->trap->code) ;
  t->reloads = !is_for_the_end(a, t->trap) ;
  t->is_exit = are_all_of(a->pool, t->trap->all, "EXIT 0 ERR DEBUG RETURN") ;
  keep_with_loops(t, first, &code) ;
  apply_list(t, first, &code) ;
  mark_early(t) ;
  tell_code(t) ;
  if (t->kills_plainly && !t->trap->is_call && a->sets_errexit && a->waited_line && ends_with_script(t->trap))
    plan_mistake(a->plan, t->trap->line, "at the script's own end this kill finds nobody and fails, and with set -e that makes 1 of each exit code: here the container has the code of what is main") ;
  tell_signals(t) ;
  if (function && !is_trap_too(a, t->trap)) tell_of_function(a, function, t->trap, t->claim->where, t->claim->what) ;
}

/* A trap for errors that only tells of them, and ends. */
static int only_tells (struct analysis *a, struct trap const *trap)
{
  struct source code ;
  struct function *function = find_function(a, trap->code) ;
  struct statement *body = function ? function->statement->body : 0 ;
  struct statement *one = function ? body && body->kind == STATEMENT_GROUP ? body->body : body : shell_parse_text(a->pool, &code, trap->code) ;
  while (one && (one->kind == STATEMENT_COMMENT || shell_one_of(statement_command(one), "echo printf exit return local : true log"))) one = one->next ;
  return !one ;
}

static void mark_lost_for_errors (struct analysis *a, struct trap const *trap, struct claim *claim)
{
  if (!only_tells(a, trap))
    texts_add(a->pool, &claim->todo, pool_printf(a->pool, "what it did when a command had failed (%s) is not done any more: if it is wanted, set the trap in cont-init.d, too", trap->code)) ;
}

/* Did it come when the setup behind it had failed? */
static int is_for_setup (struct analysis *a, struct trap const *trap)
{
  int works = 0 ;
  for (unsigned int i = 0 ; i < a->plan->nsetup ; i++)
    works |= a->plan->setup[i].does_something && a->plan->setup[i].range.start > trap->statement->range.start ;
  return works && (strstr(trap->all, " ERR ") || (a->sets_errexit && (strstr(trap->all, " EXIT ") || strstr(trap->all, " 0 ")))) ;
}

/* The program that the script became ahead of any waiting: its trap has never run; 0: there is none. */
static struct service const *ended_by_exec (struct analysis *a, struct trap const *trap)
{
  struct service const *service = a->plan->services ;
  while (service && (!service->is_exec || service->conditions.first || service->line < trap->line)) service = service->next ;
  return a->waited_line || trap->claim ? 0 : service ;
}

/* The user has nothing to do for what the script never did. */
static void tell_ended (struct analysis *a, struct trap const *trap, struct claim *claim)
{
  struct service const *ended = ended_by_exec(a, trap) ;
  if (!ended) return ;
  claim->todo = (struct texts){ 0 } ;
  claim->what = pool_printf(a->pool, "%s; it never ran%s, as exec of line %u ended it", claim->what, is_for_setup(a, trap) ? " behind the setup" : "", ended->line) ;
  claim->never_ran = 1 ;
  if (is_for_setup(a, trap)) mark_lost_for_errors(a, trap, claim) ;
}

static void apply_error_trap (struct analysis *a, struct trap const *trap, struct claim *claim)
{
  claim->what = "a trap for errors of the script" ;
  mark_lost_for_errors(a, trap, claim) ;
}

/* What is left to a person of a branch's trap is for what that branch starts, and not for the main service of another. */
static void keep_in_branch (struct analysis *a, struct trap const *trap, struct claim const *claim)
{
  struct service *found = 0 ;
  if (!trap->place.conditions.first || strcmp(claim->where, "dropped") != 0) return ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (!are_exclusive(a, &trap->place, one) && (!found || one->line <= trap->line || (found->line > trap->line && one->is_main && !found->is_main))) found = one ;
  for (struct text const *one = found ? claim->todo.first : 0 ; one ; one = one->next) plan_todo(a->plan, found, 0, trap->line, one->text) ;
}

static void apply_trap (struct analysis *a, struct trap *trap)
{
  struct trapping t = { .a = a, .trap = trap } ;
  char const *signals = pool_copy(a->pool, trap->all, strlen(trap->all) - 1) ;
  if (trap->claim)
  {
    t.claim = trap->claim ;
    t.claim->what = pool_printf(a->pool, "%s; trap of%s", t.claim->what, signals) ;
  }
  else
  {
    t.claim = trap->own ;
    t.claim->what = trap->is_call ? END_CALL
      : pool_printf(a->pool, "trap of%s: the supervisor signals each service", signals) ;
  }
  if (trap->replaced_line)
  {
    struct function *function = find_function(a, trap->code) ;
    t.claim->what = pool_printf(a->pool, "trap of%s: line %u sets another one, or none", signals, trap->replaced_line) ;
    if (!function || function->walked) return ;
    tell_of_function(a, function, trap, "dropped", pool_printf(a->pool, "line %u sets another one, or none", trap->replaced_line)) ;
  }
  else if (!*trap->code) t.claim->what = pool_printf(a->pool, "ignores%s: a service has the default", signals) ;
  else if (are_all_of(a->pool, trap->signals, "ERR DEBUG RETURN")) apply_error_trap(a, trap, t.claim) ;
  else
  {
    int is_for_child = are_all_of(a->pool, trap->signals, "CHLD CLD 17 ERR DEBUG RETURN") ;
    if (is_child_trap(trap)) apply_child_trap(a, trap, t.claim, !is_for_child) ;
    if (is_for_child) return ;
    if (!trap->signals[strspn(trap->signals, " ")])
      texts_add(a->pool, &t.claim->todo, "which signals these are is not known here: taken for those that end it") ;
    apply_code(&t) ;
    tell_ended(a, trap, t.claim) ;
    keep_in_branch(a, trap, t.claim) ;
  }
}

/* What the script became by exec got the image's STOPSIGNAL itself. */
static void hand_on_stop_signal (struct analysis *a)
{
  char const *signal = a->plan->stop_signal ;
  for (struct service *service = a->plan->services ; signal && service ; service = service->next)
  {
    if ((!service->is_exec && !shell_becomes(a, service)) || service->is_oneshot || service->down_line || service_has(service, "flag-console") || service_has(service, "down-signal")) continue ;
    service_set(a->plan, service, "down-signal", signal) ;
    service->claim->what = pool_printf(a->pool, "%s; down-signal %s: the image's STOPSIGNAL, which it got as PID 1", service->claim->what, signal) ;
  }
}

void apply_traps (struct analysis *a)
{
  char const *stop = a->plan->stop_signal ? a->plan->stop_signal : "TERM" ;
  /* The trap of the signal that stops the container comes first: its signals win. */
  for (struct trap *trap = a->traps ; trap ; trap = trap->next)
    if (has_signal(a->pool, trap->signals, stop)) apply_trap(a, trap) ;
  for (struct trap *trap = a->traps ; trap ; trap = trap->next)
    if (!has_signal(a->pool, trap->signals, stop)) apply_trap(a, trap) ;
  hand_on_stop_signal(a) ;
}
