/* Loops that watched processes, which supervision replaces: with whose end they ended the script. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

/* ---- whose end was the script's ---- */

struct restarts
{
  struct analysis *a ;
  char const *asked ; /* the conditions before a start */
  char const *either ; /* those before a start, or the end */
} ;

/* if ! kill -0 "$API"; then api & API=$!; fi */
static int find_restart (struct statement *statement, void *data)
{
  struct restarts *restarts = data ;
  struct analysis *a = restarts->a ;
  struct function *function = called_function(a, statement) ;
  if (function && function->statement->body && starts_something(a, function->statement->body)) function->walked = 1 ;
  if (is_and_or(statement))
  {
    struct statement *right = statement->body->next ;
    char const **conditions = may_end(a, right) ? &restarts->either : &restarts->asked ;
    if (starts_something(a, right)) *conditions = pool_printf(a->pool, "%s %s", *conditions, statement_text(a, statement->body)) ;
  }
  for (struct branch *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ; branch ; branch = branch->next)
  {
    char const **conditions = may_end_script(a, branch->body) ? &restarts->either : &restarts->asked ;
    if (branch->condition && any_starts_but_waits(a, branch->body))
      *conditions = pool_printf(a->pool, "%s %s", *conditions, condition_text(a, branch)) ;
  }
  return 0 ;
}

/* for pid in "${pids[@]}"; do kill -0 "$pid" || exit 1; done; pid=$(pidof web): whom its variable means */
static int find_pids (struct statement *statement, void *data)
{
  alias_found(data, statement) ;
  if (statement->kind == STATEMENT_FOR) alias_loop(data, statement) ;
  return 0 ;
}

/* What a loop watched. */
struct watched
{
  struct texts names ; /* main now */
  struct texts again ; /* started again by the loop */
  struct texts either ; /* those of `names` that it started again, too, and not always */
  struct texts unknown ; /* asked for, and not known here */
  struct texts others ; /* services that it does not name */
  struct texts told ; /* it only printed that they had ended */
  struct texts late ; /* it came to look for them only when what is main had ended */
  int is_any ; /* it names none: all are main */
  int is_all ; /* it ended with the last of them */
  int never_ends ; /* it ended with the end of none */
} ;

static int is_asked_for (struct analysis *a, struct service const *service, char const *text, struct texts const *names)
{
  return is_watched(a, service, text) || is_called_otherwise(a, service, names) ;
}

/* The server that stayed in the foreground ahead of this in any case; 0: there is none. */
static struct service *server_first (struct analysis *a)
{
  struct service *server = server_ahead(a) ;
  return server && !server->conditions.first ? server : 0 ;
}

/* wait $WEB; while pgrep worker; do sleep 5; done: what the script has waited for ahead of this, in any case */
static struct texts ended_ahead (struct analysis *a, struct statement const *loop)
{
  if (!a->waited_line || a->conditions.first || a->waited_in_branch || !a->ended_with.first || *a->ended_where || loop->range.start < a->ended_claim->range.end) return (struct texts){ 0 } ;
  return a->ended_with ;
}

static struct watched watched (struct analysis *a, struct statement *statement)
{
  struct watched w = { .is_any = 1 } ;
  struct statement *ending = without_told(a, statement) ;
  struct texts names = names_asked_for(a, ending) ;
  struct texts all_names = names_asked_for(a, statement) ;
  struct texts pids ;
  struct service const *server = server_first(a) ;
  struct texts ended = ended_ahead(a, statement) ;
  struct restarts restarts = { .a = a, .asked = "", .either = "" } ;
  struct seen seen ;
  char const *text ;
  char const *all_text ; /* with what it only printed */
  char const *condition = statement->branches ? condition_text(a, statement->branches) : "" ;
  int ends = may_end(a, statement) || (statement->kind != STATEMENT_FOR && loop_breaks(statement)) || shell_mentions(condition, "kill")
   || shell_mentions(condition, "pgrep") || shell_mentions(condition, "pidof")
   || statement_walk(statement, &kills_script, 0) || shell_mentions(condition, "jobs") || shell_mentions(condition, "ps") || (statement->branches && statement->branches->condition && asks_for_processes(a, statement->branches->condition)) ;
  ends |= ends_by_failure(a, statement) | ends_by_flag(a, statement, &w.is_all) ;
  w.never_ends = !ends && statement->kind == STATEMENT_LOOP ;
  statement_walk(statement, &find_pids, a) ;
  text = look_for_watching_in(a, ending, &seen) ; /* whom it only ends does not count */
  all_text = look_for_watching_in(a, statement, &seen) ;
  statement_walk(statement, &find_restart, &restarts) ;
  w.unknown = unknown_names(a, &names) ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (is_asked_for(a, service, all_text, &all_names)) w.is_any = 0 ;
  pids = unknown_pids(a, ending) ;
  if (!w.is_any) texts_add_all(a->pool, &w.unknown, &pids) ;
  for (struct service *service = a->plan->services ; ends && service ; service = service->next)
  {
    if (service->is_oneshot || service->is_apart) continue ; /* tail -F LOG & */
    if (!w.is_any && !is_asked_for(a, service, text, &names))
      texts_add(a->pool, is_asked_for(a, service, all_text, &all_names) ? &w.told : &w.others, service->name) ;
    else if (is_watched(a, service, restarts.asked)) texts_add(a->pool, &w.again, service->name) ;
    else if (server == service || texts_has(&ended, service->name)) continue ;
    else if (server || ended.first)
    {
      texts_add(a->pool, &w.late, service->name) ;
      service->is_seen_late = 1 ;
    }
    else
    {
      service->is_main = 1 ;
      texts_add(a->pool, &w.names, service->name) ;
      if (is_watched(a, service, restarts.either)) texts_add(a->pool, &w.either, service->name) ;
    }
  }
  return w ;
}

char const *note_watched (struct analysis *a, struct statement *loop)
{
  struct watched w = watched(a, loop) ;
  return w.names.first ? texts_join(a->pool, &w.names, ", ") : "" ;
}

/* /opt/app/bin/app.sh start, in the setup, ahead of a loop that asks for what is no service: perhaps it leaves that behind. */
static void mark_start_ahead (struct analysis *a, char const *names, struct claim *claim)
{
  for (unsigned int i = 0 ; i < a->plan->nsetup ; i++)
  {
    struct setup_item const *item = a->plan->setup + i ;
    struct source code ;
    struct statement *one = item->text || item->talk ? 0 : shell_parse_text(a->pool, &code, source_copy(a->source, item->range)) ;
    for (; one ; one = one->next)
      if (one->kind == STATEMENT_COMMAND && one->nwords >= 2 && !strcmp(statement_word(one, one->nwords - 1), "start"))
      {
        a->end_is_told = 1 ;
        plan_todo(a->plan, 0, claim, source_line(a->source, item->range.start + one->range.start), pool_printf(a->pool,
          "the script ended when %s had ended, which nothing here is called: if this leaves it behind, make it a service, with flag-main: %s", names, source_copy(&code, one->range))) ;
      }
  }
}

static int runs_called_so (struct statement *statement, void *data)
{
  struct text const *called = data ;
  char const *program = statement_word(statement, 0) ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (command_is_interpreter(shell_basename(program))) program = statement_word(statement, 1) ;
  return !strcmp(shell_basename(program), shell_basename(called->text)) ;
}

/* The line of the setup, or of a task, that runs what is called so, and ends, so that the loop never found it; 0: there is none. */
static uint32_t runs_ahead (struct analysis *a, char const *name)
{
  struct text called = { .text = name } ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->is_oneshot && !strcmp(shell_basename(one->program), shell_basename(name))) return one->line ;
  for (unsigned int i = 0 ; i < a->plan->nsetup ; i++)
  {
    struct setup_item const *item = a->plan->setup + i ;
    struct source code ;
    struct statement *one = item->text || item->talk ? 0 : shell_parse_text(a->pool, &code, source_copy(a->source, item->range)) ;
    for (; one ; one = one->next)
      if (statement_walk(one, &runs_called_so, &called)) return source_line(a->source, item->range.start + one->range.start) ;
  }
  return 0 ;
}

/* It asked for more than is known here. */
static void tell_unknown (struct analysis *a, struct statement *loop, struct watched *w, struct claim *claim)
{
  char const *names = w->unknown.first ? texts_join(a->pool, &w->unknown, ", ") : 0 ;
  struct text const *other = w->others.first ;
  uint32_t ahead ;
  if (names && w->is_any) mark_start_ahead(a, names, claim) ;
  if (!names || !w->names.first) return ;
  if (w->is_any)
  {
    plan_mistake(a->plan, line_of(a, loop), pool_printf(a->pool, "nothing that the script starts is called %s: unless something runs under such a name, the loop ended the script at its first look", names)) ;
    if (w->names.first->next)
      plan_todo(a->plan, plan_find(a->plan, w->names.first->text), claim, line_of(a, loop), pool_printf(a->pool,
        "the loop looked for %s, and nothing here is called so: all of these are main for it: %s; leave flag-main to what is meant", names, texts_join(a->pool, &w->names, ", "))) ;
    return ;
  }
  ahead = w->unknown.first->next ? 0 : runs_ahead(a, names) ;
  if (ahead)
  {
    plan_todo(a->plan, plan_find(a->plan, w->names.first->text), claim, line_of(a, loop), pool_printf(a->pool,
      "the loop also asked for %s, which line %u runs, and ended the script when that was not there: if that goes on running, it is a service, with flag-main, too; if it ends, the loop ended the script at its first look", names, ahead)) ;
    return ;
  }
  if (other && !other->next && !w->unknown.first->next)
  {
    struct service *service = plan_find(a->plan, other->text) ;
    service->is_main = 1 ;
    texts_add(a->pool, &w->names, other->text) ;
    plan_todo(a->plan, service, claim, line_of(a, loop), pool_printf(a->pool, "the loop also asked for %s, and nothing here has that name: %s is main for it, as the only one that is left; if that is wrong, remove its flag-main", names, other->text)) ;
    return ;
  }
  plan_todo(a->plan, plan_find(a->plan, w->names.first->text), claim, line_of(a, loop), pool_printf(a->pool,
    "the loop also asked for %s, and ended the script when that was not there; nothing here has that name: the service that is meant gets flag-main, too", names)) ;
}

/* ---- what a loop starts again ---- */

struct starting_again
{
  struct analysis *a ;
  struct texts names ; /* services that run what the loop starts */
  char const *other ; /* something else that it starts, too; 0: nothing */
  int waits ;
  int pauses ; /* the last that it sent into the background is a sleep */
} ;

/* wait $!, wait $SLEEP, behind a sleep */
static int waits_for_pause (struct analysis *a, struct statement const *wait)
{
  struct texts names = { 0 } ;
  for (unsigned int i = 1 ; i < wait->nwords ; i++)
    if (!strstr(wait->words[i].raw, "$!")) services_of_pid(a, wait->words[i].raw, &names) ;
  return wait->nwords == 2 && wait->words[1].raw[0] != '-' && !names.first ;
}

/* `python3 server.py` is another program than `node server.js`, though both are called server. */
static int is_same_program (struct analysis *a, struct service const *service, struct statement *statement)
{
  if (statement->kind == STATEMENT_PIPELINE && statement->body) statement = statement->body ; /* what follows is its logger */
  char const *text = statement_text(a, statement) ;
  size_t len = strcspn(text, " \t\n") ;
  if (!strcmp(service->text, text)) return 1 ;
  return !strcmp(service->name, name_of(a, statement)) && strcspn(service->text, " \t\n") == len && !strncmp(service->text, text, len) ;
}

struct service *service_of_program (struct analysis *a, struct statement *program)
{
  struct service *one = a->plan->services ;
  while (one && (is_excluded_here(a, one) || !is_same_program(a, one, program))) one = one->next ;
  return one ;
}

static int find_starting_again (struct statement *statement, void *data)
{
  struct starting_again *s = data ;
  struct statement *started = statement ;
  struct service const *same ;
  if (!strcmp(statement_command(statement), "wait")) s->waits |= !(s->pauses && waits_for_pause(s->a, statement)) ;
  if (!statement->background || asks_status_of_service(statement)) return 0 ;
  s->pauses = shell_one_of(statement_command(statement), "sleep") ; /* sleep 5 & wait $! */
  if (s->pauses) return 0 ;
  while (is_and_or(started)) started = started->body->next ; /* pgrep web || web & */
  same = service_of_program(s->a, started) ;
  if (same) texts_add_once(s->a->pool, &s->names, same->name) ;
  else s->other = statement_text(s->a, statement) ;
  return 0 ;
}

void mark_other_ends (struct analysis *a, struct statement *loop, struct service *service, struct claim *claim)
{
  struct loop_ends ends = loop_ends(a, loop) ;
  for (struct text const *one = ends.others.first ; one ; one = one->next)
    plan_todo(a->plan, service, claim, line_of(a, loop), pool_printf(a->pool, loop->kind == STATEMENT_FOR
      ? "it also waited for this, for a limited time, which nothing does now: %s: write it as data/check of what it asks"
      : "the loop also ended the script on something else, which nothing asks now: %s: a service that asks it, and then runs `reeve shutdown`, does the same", one->text)) ;
}

/* ps aux | grep web: it is found as long as one of several runs. */
static int has_common_name (struct analysis *a, struct statement *loop, struct watched const *w)
{
  struct texts names = names_asked_for(a, loop) ;
  if (!names.first || names.first->next || w->is_any) return 0 ;
  for (struct text const *one = w->names.first ; one ; one = one->next)
    if (!plan_find(a->plan, one->text) || !strstr(plan_find(a->plan, one->text)->text, names.first->text)) return 0 ;
  return 1 ;
}

static void tell_all (struct analysis *a, struct statement *loop, struct watched const *w, struct claim *claim)
{
  if ((w->is_all || loop_ends(a, loop).is_all || has_common_name(a, loop, w)) && w->names.first && w->names.first->next)
    plan_todo(a->plan, plan_find(a->plan, w->names.first->text), claim, line_of(a, loop), pool_printf(a->pool,
      "the script ended when all of them had ended: %s; here the end of the first one is the container's: if that is not meant, leave flag-main to one of them", texts_join(a->pool, &w->names, ", "))) ;
}

static void tell_other_start (struct analysis *a, struct statement *loop, struct claim *claim)
{
  struct starting_again s = { .a = a } ;
  struct statement inside = *loop ;
  inside.background = 0 ;
  walk_with_calls(a, &inside, &find_starting_again, &s) ;
  if (s.other) plan_todo(a->plan, plan_last(a->plan), claim, line_of(a, loop), pool_printf(a->pool, "it also started something else, which nothing does now: %s", s.other)) ;
}

void drop_watching_beside (struct analysis *a, struct statement *loop)
{
  drop_remarks(a, loop) ;
  tell_other_start(a, loop, claim_statement(a, loop, "dropped", "a loop that watches processes: supervision replaces it")) ;
}

/* Does it ask only for names that nothing here has? */
static int knows_nobody (struct analysis *a, struct statement *loop)
{
  struct texts names = names_asked_for(a, loop) ;
  struct seen seen ;
  char const *text = look_for_watching_in(a, loop, &seen) ;
  if (!names.first || may_end(a, loop)) return 0 ;
  for (struct service const *service = a->plan->services ; service ; service = service->next)
    if (is_watched(a, service, text) || is_called_otherwise(a, service, &names)) return 0 ;
  return 1 ;
}

/* worker & server; while pgrep worker; do sleep 5; done; exit 1 */
static void tell_late (struct analysis *a, struct statement *loop, struct watched const *w, struct claim *claim)
{
  struct texts server = { 0 } ;
  if (!w->late.first) return ;
  if (!server_first(a))
  {
    mark_waited_on(a, loop, &w->late, claim) ;
    return ;
  }
  texts_add(a->pool, &server, server_first(a)->name) ;
  claim->tells_exit = 1 ;
  claim->what = pool_printf(a->pool, "a loop that watched processes when %s had ended, which is main: supervision replaces it", server.first->text) ;
  tell_end_code(a, loop, &server, claim) ;
  plan_mistake(a->plan, line_of(a, loop), pool_printf(a->pool, "the script comes to this loop only when %s has ended: until then nobody looks whether these run: %s; their supervisors start them again; where the container shall end with one of them, give it flag-main",
    server.first->text, texts_join(a->pool, &w->late, ", "))) ;
  if (!a->failure_ends && !a->ends_waiting)
    plan_todo(a->plan, server_first(a), claim, line_of(a, loop), pool_printf(a->pool,
      "when %s had ended, the script stayed in this loop until that was gone: %s; here that end is the container's: take flag-main off, if it shall go on", server.first->text, texts_join(a->pool, &w->late, ", "))) ;
}

/* nginx & A=$!; while kill -0 $A; do sleep 1; done: what puts itself into the background would have ended the script at once. */
static void note_stayed (struct analysis *a, struct statement *loop, struct texts const *names)
{
  struct seen seen ;
  char const *asked = look_for_watching_in(a, loop, &seen) ;
  for (struct pid_variable const *pid = a->pids ; pid ; pid = pid->next)
    if (texts_has(names, pid->service->name) && !pid->is_file && shell_mentions(asked, pid->name) && strstr(a->source->text, pool_printf(a->pool, "%s=$!", pid->name)))
      pid->service->has_stayed = 1 ;
}

void drop_watching (struct analysis *a, struct statement *statement)
{
  struct watched w ;
  struct claim *claim ;
  if (knows_nobody(a, statement) && walk_wait_for_others(a, statement)) return ;
  w = watched(a, statement) ;
  drop_remarks(a, statement) ;
  claim = claim_statement(a, statement, "dropped", "a loop that watched processes: supervision replaces it") ;
  claim->tells_exit = !!w.names.first ;
  tell_late(a, statement, &w, claim) ;
  tell_unknown(a, statement, &w, claim) ;
  tell_all(a, statement, &w, claim) ;
  mark_other_ends(a, statement, w.names.first ? plan_find(a->plan, w.names.first->text) : plan_last(a->plan), claim) ;
  if (w.names.first)
  {
    char const *names = texts_join(a->pool, &w.names, ", ") ;
    claim->what = pool_printf(a->pool, "a loop that watched processes and ended with them: supervision replaces it, and these are main: %s", names) ;
    tell_end_code(a, statement, &w.names, claim) ;
    if (!w.is_all) note_stayed(a, statement, &w.names) ;
    if (tell_vain_questions(a, statement)) claim->what = pool_printf(a->pool, "%s; that was meant: by a mistake it never ended so", claim->what) ;
    note_ended_with(a, &w.names, claim) ;
    note_one_of(a, statement_text(a, statement)) ;
    a->end_is_forgiven = 1 ; /* the script came behind the loop, whatever set -e says of a failure */
  }
  if (w.told.first) claim->what = pool_printf(a->pool, "%s; the end of these ended nothing, and each is started again: %s", claim->what, texts_join(a->pool, &w.told, ", ")) ;
  if (w.never_ends) main_is_none(a) ; /* wait -n; while true; do pgrep web || web & sleep 5; done */
  if (w.again.first) claim->what = pool_printf(a->pool, "%s; it started these again, as their supervisors do: %s", claim->what, texts_join(a->pool, &w.again, ", ")) ;
  for (struct text const *one = w.either.first ; one ; one = one->next)
    plan_todo(a->plan, plan_find(a->plan, one->text), claim, line_of(a, statement), pool_printf(a->pool,
      "the loop started it again, and ended the script in a certain case: flag-main (its end is the container's) and restart say that here: %s", statement_text(a, statement))) ;
  tell_other_start(a, statement, claim) ;
  if (statement->kind != STATEMENT_FOR || w.names.first) script_waits(a, line_of(a, statement)) ; /* it ends by itself */
}

/* wait -n; [ $? -eq 42 ] && api & : a loop that waits, and starts some of them again */
int walk_starting_again (struct analysis *a, struct statement *statement)
{
  struct starting_again s = { .a = a } ;
  struct claim *claim ;
  char const *mains ;
  int always ;
  if (statement->kind != STATEMENT_LOOP || statement->background) return 0 ;
  walk_with_calls(a, statement, &find_starting_again, &s) ;
  if (!s.waits || !s.names.first || s.other || acts_on_change(a, statement)) return 0 ;
  drop_remarks(a, statement) ;
  always = starts_again_always(a, statement) ;
  if (always) main_is_none(a) ; /* wait -n ahead of it */
  mains = always ? "" : note_watched(a, statement) ;
  claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "a loop that waited, and started again what had ended: its supervisor does%s%s", *mains ? "; these are main: " : "", mains)) ;
  claim->tells_exit = 1 ;
  if (always) claim->what = pool_printf(a->pool, "%s%s", claim->what, set_again(a, statement, &s.names, claim)) ;
  else for (struct text const *one = s.names.first ; one ; one = one->next)
    plan_todo(a->plan, plan_find(a->plan, one->text), claim, line_of(a, statement), pool_printf(a->pool, only_asks(a, statement) ? ASKED_HEALTH
      : "the script looked at its end, and started it again or ended: flag-main (its end is the container's), restart and success-codes say that here: %s", statement_text(a, statement))) ;
  script_waits(a, line_of(a, statement)) ;
  return 1 ;
}
