/* What came behind the waiting, and with which code the script ended: the container's code is now
   that of a main service, which is known only when everything has been walked. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

struct ending
{
  struct claim *claim ;
  char const *what ; /* ahead of what is said of the code */
  char const *code ; /* with which the script always ended here; 0: none */
  int told_if_same ; /* also if the code is no other one */
  int said_by_claim ; /* its claim says it: it only tells that the script could end in another way */
  int is_conditional ; /* it stands in a branch: elsewhere the script ended in another way */
  char const *instead ; /* the code with which it ended where main had ended with 0; 0: with that */
  char const *asks ; /* with `instead`: the question behind which it did; 0: it asks for no process */
  uint32_t line ; /* of what ended it with a code of its own, on a condition; 0: it is no such thing */
  char const *text ; /* of that */
  struct service place ; /* the branches that it stands in */
  struct ending *next ;
} ;

static void add_ending (struct analysis *a, struct ending const *ending)
{
  struct ending *one = pool_alloc(a->pool, sizeof(*one)) ;
  *one = *ending ;
  one->is_conditional = !!a->conditions.first ;
  one->place = place_here(a) ;
  one->next = a->endings ;
  a->endings = one ;
}

static void add_other_code (struct analysis *a, struct statement const *statement, struct claim *claim)
{
  add_ending(a, &(struct ending){ .claim = claim, .what = claim->what, .line = line_of(a, statement), .text = statement_text(a, statement) }) ;
}

void drop_exit (struct analysis *a, struct statement *statement, char const *what)
{
  char const *code = strcmp(statement_command(statement), "exit") ? 0 : shell_exit_code(a->pool, statement_word(statement, 1)) ;
  if (shell_one_of(statement_command(statement), "true :") && is_script_end(a, statement)) code = "0" ;
  add_ending(a, &(struct ending){ .claim = claim_statement(a, statement, "dropped", what), .what = what, .code = code, .told_if_same = 1 }) ;
  if (asks_status(a, statement_text(a, statement))) mark_other_code(a, statement, claim_of(a, statement)) ;
}

/* [ $rc -eq 0 ] && exit 1 */
/* kill -0 $A || exit 5, if ! kill -0 $A; then exit 5; fi: whom it asks for; 0: another question */
static char const *asked_there (struct analysis *a, struct statement const *statement)
{
  struct statement *condition = is_and_or(statement) ? statement->body : statement->kind == STATEMENT_IF && !statement->branches->next ? statement->branches->condition : 0 ;
  return condition && asks_for_processes(a, condition) ? statement_text(a, condition) : 0 ;
}

static void add_instead (struct analysis *a, struct statement const *statement, struct claim *claim, char const *code)
{
  add_ending(a, &(struct ending){ .claim = claim, .what = claim->what, .instead = code, .asks = asked_there(a, statement) }) ;
}

void mark_other_code (struct analysis *a, struct statement *statement, struct claim *claim)
{
  struct other_codes codes = other_codes(a, statement) ;
  if (codes.is_another) add_other_code(a, statement, claim) ;
  if (codes.instead) add_instead(a, statement, claim, codes.instead) ;
}

/* kill -INT $DB: not what a supervisor sends by itself */
int has_own_signal (struct statement *statement, void *data)
{
  unsigned int first ;
  char const *signal = kill_signal(statement, &first) ;
  (void)data ;
  return !strcmp(statement_command(statement), "kill") && !shell_one_of(signal, "TERM 15 KILL 9 0") && is_ending_signal(signal) ;
}

void drop_end_question (struct analysis *a, struct statement *statement, char const *what)
{
  struct claim *claim = claim_statement(a, statement, "dropped", what) ;
  struct other_codes codes = other_codes(a, statement) ;
  a->ended_in_exit |= may_end(a, statement) ;
  a->zero_is_told |= codes.is_zero ;
  a->failure_is_told |= codes.ends_failed && !a->conditions.first && !statement_walk(statement, &looks_at_processes, 0) ;
  if (codes.failed) claim->what = pool_printf(a->pool, "%s; the script ended with %s then, the container ends with the service's own code", what, codes.failed) ;
  if (codes.is_another) add_other_code(a, statement, claim) ;
  if (codes.instead) add_instead(a, statement, claim, codes.instead) ;
  if (statement_walk(statement, &has_own_signal, 0))
    texts_add(a->pool, &claim->todo, pool_printf(a->pool, "it ended what still ran by other signals than TERM: write each as down-signal of that service: %s", statement_text(a, statement))) ;
  claim->tells_exit = 1 ;
}

/* kill $TAIL || true; cleanup || echo failed */
static int always_succeeds (struct analysis *a, struct statement *statement)
{
  if (statement->kind == STATEMENT_OR) return always_succeeds(a, statement->body->next) ;
  return shell_one_of(statement_command(statement), "true :") || (statement->kind == STATEMENT_COMMAND && is_message(a, statement)) ;
}

void drop_end_message (struct analysis *a, struct statement *statement)
{
  struct claim *claim ;
  if (statement->kind == STATEMENT_OR && always_succeeds(a, statement) && !may_end(a, statement))
  {
    char const *what = statement_walk(statement, &sends_signal, 0) ? "the scanner ends the other services" : "a message about the end" ;
    claim = claim_statement(a, statement, "dropped", what) ;
    if (is_script_end(a, statement)) add_ending(a, &(struct ending){ .claim = claim, .what = pool_printf(a->pool, "%s: ", what), .code = "0" }) ;
    return ;
  }
  if (statement->kind != STATEMENT_COMMAND)
  {
    drop_end_question(a, statement, statement_walk(statement, &sends_signal, 0) ? "the scanner ends the other services" : "a message about the end") ;
    return ;
  }
  claim = claim_statement(a, statement, "dropped", "a message about the end") ;
  if (is_script_end(a, statement)) add_ending(a, &(struct ending){ .claim = claim, .what = "a message about the end: ", .code = "0" }) ;
}

int drop_last_wait (struct analysis *a, struct statement *statement)
{
  struct claim *claim ;
  if (!a->waited_line || a->waited_line == a->foreground_line || a->waited_line == a->idle_line || statement->nwords != 1 || !is_script_end(a, statement)) return 0 ;
  drop_remarks(a, statement) ;
  claim = claim_statement(a, statement, "dropped", "the scanner waits for all") ;
  add_ending(a, &(struct ending){ .claim = claim, .what = "the scanner waits for all: ", .code = "0" }) ;
  mark_waited_on(a, statement, &(struct texts){ 0 }, claim) ;
  script_waits(a, line_of(a, statement)) ;
  return 1 ;
}

struct exit_code
{
  struct pool *pool ;
  char const *code ;
} ;

static int find_exit (struct statement *statement, void *data)
{
  struct exit_code *found = data ;
  if (!strcmp(statement_command(statement), "exit")) found->code = shell_exit_code(found->pool, statement_word(statement, 1)) ;
  return !!found->code ;
}

/* kill A; sleep 2; kill B */
int is_between_signals (struct statement const *statement)
{
  struct statement const *next = uncommented_first(statement->next) ;
  return !strcmp(statement_command(statement), "sleep") && next && shell_one_of(statement_command(next), "kill pkill killall") ;
}

/* kill $OTHER, of whose end a loop behind it waits */
static void note_told_to_end (struct analysis *a, struct statement const *statement)
{
  unsigned int first ;
  if (a->conditions.first || strcmp(statement_command(statement), "kill") != 0 || !is_ending_signal(kill_signal(statement, &first))) return ;
  for (unsigned int i = first ; i < statement->nwords ; i++) services_of_pid(a, statement->words[i].raw, &a->told_to_end) ;
}

/* set -e; wait $P || true; kill $P: nobody is there. wait -n; kill $A; kill $B: one of them has ended, and its kill fails. */
static int fails_by_errexit (struct analysis *a, struct statement const *statement)
{
  struct texts names = { 0 } ;
  unsigned int first ;
  int is_single = a->ended_with.first && !a->ended_with.first->next ;
  if (!a->errexit || strcmp(statement_command(statement), "kill") != 0 || !is_ending_signal(kill_signal(statement, &first))) return 0 ;
  if (!a->ended_with.first || *a->ended_where || first >= statement->nwords) return 0 ;
  if (!is_single && (a->conditions.first || statement->nwords != first + 1)) return 0 ; /* Bash: kill fails only when it has reached none */
  for (unsigned int i = first ; i < statement->nwords ; i++)
  {
    services_of_pid(a, statement->words[i].raw, &names) ;
    if (!names.first || names.first->next || (is_single && strcmp(names.first->text, a->ended_with.first->text) != 0)) return 0 ;
  }
  for (struct text const *one = a->ended_with.first ; one ; one = one->next)
    if (!texts_has(&names, one->text) && !texts_has(&a->told_to_end, one->text)) return 0 ;
  return 1 ;
}

/* The kill at which set -e ended the script, whatever comes behind it. */
static int ends_by_errexit (struct analysis *a, struct statement *statement, struct claim *claim)
{
  char const *ended = texts_join(a->pool, &a->ended_with, ", ") ;
  int several = a->ended_with.first && a->ended_with.first->next ;
  if (!fails_by_errexit(a, statement)) return 0 ;
  plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "%s%s has ended here, so %s kill fails, and with set -e the script ends with 1: now the container's exit code is the main service's",
    several ? "one of " : "", ended, several ? "its" : "this")) ;
  add_ending(a, &(struct ending){ .claim = claim, .what = "the scanner ends the other services; ", .code = "1" }) ;
  return 1 ;
}

void drop_end_signal (struct analysis *a, struct statement *statement)
{
  struct claim *claim = claim_statement(a, statement, "dropped", "the scanner ends the other services") ;
  if (ends_by_errexit(a, statement, claim)) return ;
  note_told_to_end(a, statement) ;
  if (is_script_end(a, statement)) add_ending(a, &(struct ending){ .claim = claim, .what = "the scanner ends the other services; ", .code = "0" }) ;
}

void drop_end_call (struct analysis *a, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  struct claim *claim = claim_statement(a, statement, "dropped", "the scanner ends the other services") ;
  struct statement *body = function ? function->statement->body : 0 ;
  struct exit_code found = { .pool = a->pool } ;
  claim->tells_exit = 1 ;
  for (struct statement *one = body && body->kind == STATEMENT_GROUP ? body->body : 0 ; one ; one = one->next)
  {
    if (ends_by_errexit(a, one, claim)) return ;
    note_told_to_end(a, one) ;
  }
  if (body && statement_walk(body, &find_exit, &found))
    add_ending(a, &(struct ending){ .claim = claim, .what = "the scanner ends the other services; ", .code = found.code }) ;
}

void mark_other_start (struct analysis *a, struct statement *start, struct statement *other, struct claim *claim)
{
  if (!starts_something(a, other) || !strcmp(name_of(a, start), name_of(a, other))) return ; /* service cron start || cron */
  texts_add(a->pool, &claim->todo, pool_printf(a->pool, "the script started this when the start of %s had failed, and nothing does now: %s: is it enough that %s is started again?",
    name_of(a, start), statement_text(a, other), name_of(a, start))) ;
}

/* Has the statement started the service, or waited for it, the last one: task & wait $! || true? */
static int is_of (struct service const *service, struct statement const *statement)
{
  if (!strcmp(statement_command(statement), "wait") && statement->nwords == 2 && !strcmp(statement->words[1].raw, "$!")) return 1 ;
  return is_started_in(service, statement) ;
}

char const *with_failed_code (struct analysis *a, struct statement *other, char const *what)
{
  struct exit_code found = { .pool = a->pool } ;
  if (!statement_walk(other, &find_exit, &found) || !strcmp(found.code, "0")) return what ;
  return pool_printf(a->pool, "%s; the script ended with %s then", what, found.code) ;
}

void start_must_succeed (struct analysis *a, int ends)
{
  struct service *last = plan_last(a->plan) ;
  if (!last || !last->is_daemon || last->is_oneshot || a->waited_line) return ;
  last->must_succeed |= ends ;
  last->failure_is_told = 1 ;
}

static char const *why_dropped_behind (struct analysis *a, struct statement const *left, struct statement *right)
{
  struct service *last = plan_last(a->plan) ;
  struct statement const *first = left ;
  int waits ;
  while (is_and_or(first)) first = first->body ; /* wait $A && exit 0 || exit 1 */
  waits = keeps_alive(first) || shell_one_of(statement_command(first), "wait") ;
  if (last && !is_of(last, left) && !is_of(last, first)) last = 0 ;
  if (last && last->is_oneshot && !may_end_script(a, right))
  {
    last->is_forgiven = 1 ; /* the script went on */
    last->must_succeed = 0 ;
    return "what was done when the task had failed: its own output says it, and what comes later is started all the same" ;
  }
  if ((waits && a->waited_line) || (last && last->is_main))
  {
    int ends = may_end_script(a, right) ;
    a->failure_ends |= ends ;
    a->end_is_forgiven |= waits || !ends ;
  }
  if (waits && right->kind == STATEMENT_ASSIGNMENT && status_kept(a, right)) texts_add_once(a->pool, &a->status_names, status_kept(a, right)) ; /* wait -n || RC=$? */
  if (!waits) start_must_succeed(a, may_end_script(a, right)) ;
  if (shell_one_of(statement_command(right), "true :")) return "a failure did not end the script" ;
  return waits ? with_failed_code(a, right, has_main(a) ? "what was done when the waiting ended with a failure: now the container ends with the code of what is main" : "what was done when the waiting ended with a failure")
    : last && last->is_main ? with_failed_code(a, right, "what was done when it had ended with a failure: the container's exit code says it")
    : "what was done when the start failed: the service is restarted instead" ;
}

void note_forgiven_wait (struct analysis *a, struct statement *statement, struct claim *claim)
{
  if (statement->kind != STATEMENT_OR || strcmp(statement_command(statement->body), "wait") != 0) return ;
  if (always_succeeds(a, statement) && is_script_end(a, statement))
    add_ending(a, &(struct ending){ .claim = claim, .what = "&& or ||: ", .code = "0" }) ;
}

void drop_failed_exit (struct analysis *a, struct statement *statement)
{
  char const *code = shell_exit_code(a->pool, statement_word(statement, 1)) ;
  char const *what = "the container's exit code is the main service's" ;
  if (!code || !strcmp(code, "0")) drop_exit(a, statement, "") ;
  else add_ending(a, &(struct ending){ .claim = claim_statement(a, statement, "dropped", with_failed_code(a, statement, what)), .what = what, .code = code, .said_by_claim = 1 }) ;
}

void drop_behind_start (struct analysis *a, struct statement *left, struct statement *right)
{
  struct claim *claim = claim_statement(a, right, "dropped", why_dropped_behind(a, left, right)) ;
  claim->tells_exit = 1 ;
  if (a->replaced_line) return ;
  if (!strcmp(statement_command(right), "exit"))
    add_ending(a, &(struct ending){ .claim = claim, .what = "", .code = shell_exit_code(a->pool, statement_word(right, 1)), .said_by_claim = 1 }) ;
  if (shell_one_of(statement_command(left), "wait") && shell_one_of(statement_command(right), "wait"))
    texts_add(a->pool, &claim->todo, pool_printf(a->pool, "when the first wait had ended with a failure, the script waited on: %s; here that end is the container's: take flag-main off, if it shall go on", statement_text(a, right))) ;
  mark_other_start(a, left, right, claim) ;
  mark_lost_work(a, left, right, claim) ;
}

/* With set -e a failure of what is main was the script's end, before it came to its own code.
   Where it ended with 0 or another code, no code came always: if wait $P; then exit 0; fi; exit 1. */
static int was_another_code (struct analysis *a, struct ending const *ending)
{
  if (!ending->code || a->zero_is_told || ((a->failure_ends || a->failure_is_told) && !strcmp(ending->code, "0"))) return 0 ;
  for (struct ending *one = a->endings ; one ; one = one->next)
    if (one->code && strcmp(one->code, ending->code) != 0) return 0 ;
  return !a->sets_errexit || a->end_is_forgiven || strcmp(ending->code, "0") != 0 ;
}

/* What was no failure before need be none now; a runtime that restarts after a failure counts on the other way. */
static void keep_code (struct analysis *a, struct ending *ending, struct texts const *names)
{
  char const *mains = texts_join(a->pool, names, ", ") ;
  int by_errexit = a->sets_errexit && !a->end_is_forgiven ; /* a failure was the end ahead of that */
  char const *what = pool_printf(a->pool, "%sthe container's exit code is the main service's, %s%s", ending->what, by_errexit ? "as set -e had it for a failure; behind that it was " : "and no more always ", ending->code) ;
  if (strcmp(ending->code, "0") != 0 && !ending->is_conditional)
  {
    for (struct text const *one = names->first ; one ; one = one->next) keep_failure(a, plan_find(a->plan, one->text), ending->code) ;
    ending->claim->what = pool_printf(a->pool, "%s: %s only instead of 0, so that the container still fails then (finish of %s)", what, ending->code, mains) ;
  }
  else ending->claim->what = pool_printf(a->pool, "%s: if that is wanted, let finish of %s run `reeve shutdown %s`", what, mains, ending->code) ;
}

/* The names of what is main where the script came to this end, and is asked for there, if some of them are. */
static struct texts mains_at (struct analysis *a, struct ending const *ending)
{
  struct texts names = { 0 } ;
  struct texts asked = { 0 } ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (!one->is_main || are_exclusive(a, &ending->place, one)) continue ;
    texts_add(a->pool, &names, one->name) ;
    if (ending->asks && is_watched(a, one, ending->asks)) texts_add(a->pool, &asked, one->name) ;
  }
  return asked.first ? asked : names ;
}

static char const *without_main (struct analysis *a)
{
  a->end_is_told = 1 ;
  return has_main(a) ? "no service of this branch is main: the container ends when it is stopped" : "no service is main: the container ends when it is stopped" ;
}

void settle_endings (struct analysis *a)
{
  for (struct ending *ending = a->endings ; ending ; ending = ending->next)
  {
    struct texts mains = mains_at(a, ending) ;
    struct service *main = mains.first ? plan_find(a->plan, mains.first->text) : 0 ; /* the first */
    if (ending->line)
    {
      if (main) plan_todo(a->plan, main, ending->claim, ending->line, pool_printf(a->pool,
        "the script could end here with another code than that of %s: if that is wanted, let finish of what is main run `reeve shutdown CODE` ($1 is the exit code of run): %s", main->name, ending->text)) ;
      else ending->claim->what = pool_printf(a->pool, "%s; %s", ending->what, without_main(a)) ;
      ending->claim->tells_exit = 1 ;
      continue ;
    }
    if (ending->instead)
    {
      for (struct text const *one = mains.first ; one ; one = one->next) keep_failure(a, plan_find(a->plan, one->text), ending->instead) ;
      if (main) ending->claim->what = pool_printf(a->pool, "%s; %s instead of 0, as the script had it (finish of %s)", ending->claim->what, ending->instead, texts_join(a->pool, &mains, ", ")) ;
      ending->claim->tells_exit = 1 ;
      continue ;
    }
    ending->claim->tells_exit |= ending->said_by_claim ;
    if (ending->said_by_claim || (!ending->told_if_same && (!main || !was_another_code(a, ending)))) continue ;
    ending->claim->tells_exit = 1 ;
    if (!main) ending->claim->what = pool_printf(a->pool, "%s%s", ending->what, without_main(a)) ;
    else if (!was_another_code(a, ending))
      ending->claim->what = pool_printf(a->pool, "%sthe container's exit code is the main service's%s", ending->what, ending->code && strcmp(ending->code, "0") != 0 ? pool_printf(a->pool, "; the script ended with %s here", ending->code) : "") ;
    else keep_code(a, ending, &mains) ;
  }
}
