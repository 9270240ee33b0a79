/* Loops that watch processes and also work: supervision replaces the watching, the work becomes a
   service of its own, a loop around it. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

struct taking
{
  struct analysis *a ;
  struct statement *loop ;
  struct texts lines ; /* the work, and what is around it */
  struct texts at_end ; /* work that was done when a process had ended */
  struct statement *sick ; /* a question with whose answer it signalled a process; 0: none */
  struct texts signalled ; /* whom it signalled then */
  int ends_otherwise ; /* it asked something else, and ended the script then */
  int works ;
} ;

static int mentions_pid (struct analysis *a, char const *text)
{
  for (struct pid_variable const *pid = a->pids ; pid ; pid = pid->next)
    if (shell_mentions(text, pid->name)) return 1 ;
  return 0 ;
}

/* if ! kill -0 "$PID"; then curl "$ALERT"; exit 1; fi */
static int works_at_end (struct taking *t, struct statement *statement)
{
  struct statement *asked = statement->kind == STATEMENT_IF ? statement->branches->condition : statement->body ;
  if (statement->kind != STATEMENT_IF && !is_and_or(statement)) return 0 ;
  if (!may_end(t->a, statement)) return 0 ;
  if (asked && asks_for_processes(t->a, asked)) texts_add(t->a->pool, &t->at_end, statement_text(t->a, statement)) ;
  else t->ends_otherwise = 1 ;
  return 1 ;
}

/* if ! curl -f URL; then kill $PID; fi: does it do nothing else? */
static int only_signals (struct taking *t, struct statement *statement)
{
  struct branch const *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ;
  struct statement *list = branch ? branch->body : is_and_or(statement) ? statement->body->next : 0 ;
  struct statement *asked = branch ? branch->condition : statement->body ;
  int signals = 0 ;
  if (!list || !asked || (branch && branch->next) || asks_for_processes(t->a, asked)) return 0 ;
  for (; list ; list = list->next)
    if (list->kind == STATEMENT_COMMAND && sends_signal(list, 0) && !list->background) signals = 1 ;
    else if (list->kind != STATEMENT_COMMENT && !is_message(t->a, list) && strcmp(statement_command(list), "sleep") != 0) return 0 ;
  return signals ;
}

/* 0: what it asks and what it does cannot be told apart. */
static int take (struct taking *t, struct statement *statement)
{
  struct seen seen ;
  char const *text = statement_text(t->a, statement) ;
  look_for_watching_in(t->a, statement, &seen) ;
  if (!seen.starts && !t->sick && only_signals(t, statement))
  {
    t->sick = statement ;
    return 1 ;
  }
  if (!seen.watches && !seen.starts)
  {
    if (statement->background || mentions_pid(t->a, text)) return 0 ;
    if (statement_has(statement, "break exit return continue wait")) return works_at_end(t, statement) ;
    texts_add(t->a->pool, &t->lines, text) ;
    t->works |= seen.works ;
    return 1 ;
  }
  return !seen.works || (!seen.starts && works_at_end(t, statement)) ;
}

/* while kill -0 "$PID" */
static int watches_by_condition (struct analysis *a, struct statement *loop)
{
  struct statement *condition = loop->branches->condition ;
  struct seen seen ;
  if (!condition || condition->next) return 0 ;
  look_for_watching_in(a, condition, &seen) ;
  return seen.watches && !seen.works && !seen.starts ;
}

/* while sleep 60 && kill -0 "$PID" */
static int keep_pause (struct statement *statement, void *data)
{
  struct taking *t = data ;
  if (!strcmp(statement_command(statement), "sleep")) texts_add(t->a->pool, &t->lines, statement_text(t->a, statement)) ;
  return 0 ;
}

/* The work in `lines`, and what came at the end; 0: it cannot be told from the watching. */
static int take_apart (struct taking *t)
{
  struct statement *condition = t->loop->branches->condition ;
  if (!is_always_true(condition) && strcmp(statement_command(condition), "sleep") != 0 && !watches_by_condition(t->a, t->loop)
   && when_stopping(t->a, condition) != t->loop->until) return 0 ;
  statement_walk(condition, &keep_pause, t) ;
  for (struct statement *one = t->loop->branches->body ; one ; one = one->next)
    if (!take(t, one)) return 0 ;
  return 1 ;
}

static void mark_at_end (struct taking *t, struct service *service, struct claim *claim)
{
  if (!t->at_end.first) return ;
  plan_todo(t->a->plan, service, claim, line_of(t->a, t->loop), pool_printf(t->a->pool,
    "it did this when a process had ended, and nothing does now: %s: do that in finish", texts_join(t->a->pool, &t->at_end, "\n"))) ;
}

static int add_signalled (struct statement *statement, void *data)
{
  struct taking *t = data ;
  struct texts names = { 0 } ;
  unsigned int first ;
  if (strcmp(statement_command(statement), "kill") != 0) return 0 ;
  kill_signal(statement, &first) ;
  for (unsigned int i = first ; i < statement->nwords ; i++) services_of_pid(t->a, statement->words[i].raw, &names) ;
  for (struct text const *one = names.first ; one ; one = one->next) texts_add_once(t->a->pool, &t->signalled, one->text) ;
  return 0 ;
}

static void mark_sick (struct taking *t, struct claim *claim)
{
  struct analysis *a = t->a ;
  if (!t->sick) return ;
  statement_walk(t->sick, &add_signalled, t) ;
  plan_todo(a->plan, t->signalled.first ? plan_find(a->plan, t->signalled.first->text) : plan_last(a->plan), claim, line_of(a, t->loop), pool_printf(a->pool,
    "the loop also did this, which nothing does now: %s: if it asks whether %s still answers, write that as its `health`, which starts it again", statement_text(a, t->sick),
    t->signalled.first ? t->signalled.first->text : "a service")) ;
}

char const *lines_above (struct analysis *a, struct statement const *loop)
{
  uint32_t line = line_of(a, loop) ;
  char *above = pool_alloc(a->pool, line) ;
  memset(above, '\n', line - 1) ;
  return above ;
}

/* Its text is that of code of its own; its lines are those of the loop. *how: what the report says of it. */
static struct service *start_work (struct taking *t, char const **how)
{
  struct analysis *a = t->a ;
  struct source code ;
  struct source *source = a->source ;
  struct statement *loop ;
  char const *text = pool_printf(a->pool, "while :; do\n%s\ndone", texts_join(a->pool, &t->lines, "\n")) ;
  text = pool_printf(a->pool, "%s%s", lines_above(a, t->loop), text) ;
  a->source = &code ;
  loop = shell_parse_text(a->pool, &code, text) ;
  *how = "a loop around what this one did" ;
  if (walk_restarting(a, loop, 0)) *how = "which the loop started again: its supervisor does" ;
  else start_service(a, loop, START_BACKGROUND) ;
  a->source = source ;
  return a->last ;
}

/* The loop only watched, and worked at the end. */
static void drop_with_end (struct taking *t, struct statement *statement)
{
  struct analysis *a = t->a ;
  drop_watching(a, statement) ;
  if (a->ended_with.first) mark_at_end(t, plan_find(a->plan, a->ended_with.first->text), a->ended_claim) ;
  else mark_at_end(t, plan_last(a->plan), claim_statement(a, statement, "dropped", "")) ;
  mark_sick(t, claim_of(a, statement)) ;
}

static struct texts mains_now (struct analysis *a)
{
  struct texts names = { 0 } ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->is_main) texts_add(a->pool, &names, one->name) ;
  return names ;
}

static void drop_with_work (struct analysis *a, struct statement *statement, struct statement *loop)
{
  char const *mains = statement->background ? "" : note_watched(a, loop) ;
  struct claim *claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "a loop that watched processes: supervision replaces it%s%s", *mains ? ", and these are main: " : "", mains)) ;
  plan_todo(a->plan, plan_last(a->plan), claim, line_of(a, loop), pool_printf(a->pool, only_asks(a, loop)
    ? ASKED_HEALTH
    : "it also worked, which nothing does now: make a service of that: %s", statement_text(a, statement))) ;
  if (*mains)
  {
    struct texts names = mains_now(a) ;
    tell_end_code(a, loop, &names, claim) ;
  }
  mark_other_ends(a, loop, plan_last(a->plan), claim) ;
}

static void keep_whole (struct analysis *a, struct statement *statement, struct statement *loop)
{
  char const *mains = statement->background ? "" : note_watched(a, loop) ;
  struct service *service = start_service(a, statement, statement->background || *mains ? START_BACKGROUND : START_MAIN) ;
  if (*mains) service->claim->what = pool_printf(a->pool, "%s; main: %s", service->claim->what, mains) ;
  service->watching_is_told = 1 ;
  plan_todo(a->plan, service, service->claim, line_of(a, loop), "it watches processes, which their supervisors do, and works: leave the work alone in it") ;
}

/* A service does its work. */
static void start_apart (struct taking *t, struct statement *statement)
{
  struct analysis *a = t->a ;
  char const *mains = statement->background ? "" : note_watched(a, t->loop) ;
  char const *how ;
  struct service *service = start_work(t, &how) ;
  struct texts names ;
  struct claim *claim = claim_statement(a, statement, service->claim->where, pool_printf(a->pool, "service %s, %s; what it watched, supervision does%s%s",
    service->name, how, *mains ? ", and these are main: " : "", mains)) ;
  claim->todo = service->claim->todo ;
  service->claim = claim ;
  service->without_signals = 0 ;
  names = *mains ? mains_now(a) : (struct texts){ 0 } ;
  if (names.first)
  {
    tell_end_code(a, t->loop, &names, claim) ;
    note_ended_with(a, &names, claim) ;
  }
  mark_at_end(t, service, claim) ;
  mark_sick(t, claim) ;
  mark_other_ends(a, t->loop, service, claim) ;
}

int walk_watching_work (struct analysis *a, struct statement *statement)
{
  struct statement *loop = statement->background && (statement->kind == STATEMENT_SUBSHELL || statement->kind == STATEMENT_GROUP)
    && !statement->nredirects && statement->body && !statement->body->next ? statement->body : statement ;
  struct taking taking = { .a = a, .loop = loop } ;
  struct seen seen ;
  int is_apart ;
  if (!a->plan->services || loop->kind != STATEMENT_LOOP || !loop->branches) return 0 ;
  look_for_watching_in(a, loop, &seen) ;
  if (!seen.watches || !seen.works || acts_on_change(a, loop)) return 0 ;
  is_apart = !loop->nredirects && take_apart(&taking) ;
  if (is_apart && taking.works) start_apart(&taking, statement) ;
  else if (is_apart && (taking.at_end.first || taking.ends_otherwise || taking.sick) && !statement->background)
  {
    drop_with_end(&taking, statement) ;
    return 1 ;
  }
  else if (seen.starts) drop_with_work(a, statement, loop) ;
  else if (!watches_by_condition(a, loop)) return 0 ; /* it may wait for something */
  else keep_whole(a, statement, loop) ;
  if (!statement->background) script_waits(a, line_of(a, statement)) ;
  return 1 ;
}

struct waited
{
  struct analysis *a ;
  struct texts names ;
} ;

static int add_waited (struct statement *statement, void *data)
{
  struct waited *waited = data ;
  if (strcmp(statement_command(statement), "wait") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (!strstr(statement->words[i].raw, "$!")) services_of_pid(waited->a, statement->words[i].raw, &waited->names) ;
  return 0 ;
}

int walk_waiting_work (struct analysis *a, struct statement *statement)
{
  struct waited waited = { .a = a } ;
  struct service *service ;
  if (statement->background || statement->kind != STATEMENT_LOOP || a->waited_line || acts_on_change(a, statement)) return 0 ;
  statement_walk(statement, &add_waited, &waited) ;
  if (!waited.names.first) return 0 ;
  for (struct text const *one = waited.names.first ; one ; one = one->next)
  {
    struct service *main = plan_find(a->plan, one->text) ;
    if (main) main->is_main = 1 ;
  }
  service = start_service(a, statement, START_BACKGROUND) ;
  service_set(a->plan, service, "restart", "no") ;
  service->claim->what = pool_printf(a->pool, "service %s, not started again (restart no); it waited for %s: main", service->name, texts_join(a->pool, &waited.names, ", ")) ;
  service->watching_is_told = 1 ;
  plan_todo(a->plan, service, service->claim, line_of(a, statement), pool_printf(a->pool,
    "it watched %s while that ran, and waited for its end, which only the script could do: write what it looked for as health of %s, or leave here what can be done beside it", waited.names.first->text, waited.names.first->text)) ;
  script_waits(a, line_of(a, statement)) ;
  return 1 ;
}
