/* (worker; kill -TERM $$) &, (wait $PID; kill 0) &, (while kill -0 $A; do sleep 1; done; kill $B) &: whose end ended everything. It is main. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"

/* Adds the services that it waits for. */
static void add_waited (struct analysis *a, struct statement *work, struct texts *names)
{
  int is_wait = !strcmp(statement_command(work), "wait") ;
  if (!is_wait && (work->kind != STATEMENT_LOOP || !statement_walk(work, &asks_whether_alive, 0))) return ;
  for (struct pid_variable const *pid = a->pids ; pid ; pid = pid->next)
    if (pid->service && shell_mentions(statement_text(a, work), pid->name)) texts_add_once(a->pool, names, pid->service->name) ;
  for (unsigned int i = 1 ; is_wait && i < work->nwords ; i++) services_of_pid(a, work->words[i].raw, names) ;
}

/* kill "$NGINX" || true, where nothing else runs but what `loop` watches, and nothing is started later: the rest of the script then ends by itself. */
static int ends_the_others (struct analysis *a, struct statement const *group, struct statement *loop, struct statement const *kill)
{
  struct texts killed = { 0 } ;
  struct texts watched = { 0 } ;
  unsigned int n = 0 ;
  int is_other = 0 ; /* does one go on that is not watched? */
  unsigned int first ;
  if (strcmp(statement_command(kill), "kill") != 0 || !is_ending_signal(kill_signal(kill, &first))) return 0 ;
  for (unsigned int i = first ; i < kill->nwords ; i++) services_of_pid(a, kill->words[i].raw, &killed) ;
  add_waited(a, loop, &watched) ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
  {
    if (one->is_oneshot || texts_has(&killed, one->name)) continue ;
    is_other |= !texts_has(&watched, one->name) ;
    n++ ;
  }
  return killed.first && watched.first && n <= 1 && !is_other && !any_starts_but_waits(a, group->next) ;
}

struct ending
{
  struct statement *work ; /* what is ahead of the kill, but for messages; 0: nothing, or several statements */
  int ends_all ;
} ;

static struct ending ending_of (struct analysis *a, struct statement const *group)
{
  struct ending ending = { 0 } ;
  struct statement *last ;
  unsigned int n = 0 ;
  for (struct statement *one = group->body ; one ; one = one->next)
  {
    if (one->kind == STATEMENT_COMMENT || only_prints(a, one) || shell_one_of(statement_command(one), "true :")) continue ;
    if (ending.ends_all && strcmp(statement_command(one), "exit") != 0) return (struct ending){ 0 } ;
    if (ending.ends_all) continue ;
    last = one->kind == STATEMENT_OR && shell_one_of(statement_command(one->body->next), "true :") ? one->body : one ;
    ending.ends_all = kills_script(last, 0) || (ending.work && ending.work->kind == STATEMENT_LOOP && ends_the_others(a, group, ending.work, last)) ;
    if (ending.ends_all) continue ;
    ending.work = one ;
    n++ ;
  }
  if (n != 1 || (ending.work && ending.work->background)) ending.work = 0 ;
  return ending ;
}

/* Makes those main that it waits for; 0: it waits for none. */
static char const *waited_for (struct analysis *a, struct statement *work)
{
  struct texts names = { 0 } ;
  add_waited(a, work, &names) ;
  for (struct text const *one = names.first ; one ; one = one->next)
    if (plan_find(a->plan, one->text)) plan_find(a->plan, one->text)->is_main = 1 ;
  return names.first ? texts_join(a->pool, &names, ", ") : 0 ;
}

#define ENDED_BY_SIGNAL "; the script ended by that signal then, or as its trap says: now the container's exit code is that of the first that ends"

/* (server; kill $$) >FILE: those of the group come first. */
static void take_redirects (struct analysis *a, struct statement *start, struct statement const *group)
{
  unsigned int n = group->nredirects + start->nredirects ;
  struct redirect *all = pool_alloc(a->pool, n * sizeof(*all)) ;
  if (group->nredirects) memcpy(all, group->redirects, group->nredirects * sizeof(*all)) ;
  if (start->nredirects) memcpy(all + group->nredirects, start->redirects, start->nredirects * sizeof(*all)) ;
  start->redirects = all ;
  start->nredirects = n ;
}

/* while sleep 5; do kill -0 $PID || kill $$; done &, perhaps in a function */
static int walk_watching_all (struct analysis *a, struct statement *statement)
{
  struct function *function = 0 ;
  struct statement *loop = statement->kind == STATEMENT_LOOP ? statement : loop_inside(a, statement, &function) ;
  struct claim *claim ;
  char const *names ;
  if (!loop || !statement_walk(loop, &kills_script, 0) || !watches_processes(a, loop)) return 0 ;
  names = note_watched(a, loop) ;
  if (!*names) return 0 ;
  claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "watched these, and ended everything when one had ended: they are main: %s" ENDED_BY_SIGNAL, names)) ;
  claim->tells_exit = 1 ;
  if (function) tell_of_loop(a, function, claim) ;
  return 1 ;
}

int walk_ending_all (struct analysis *a, struct statement *statement)
{
  struct ending ending = { 0 } ;
  struct statement *start ;
  struct service *service ;
  char const *names ;
  if (walk_watching_all(a, statement)) return 1 ;
  if (statement->kind != STATEMENT_SUBSHELL && statement->kind != STATEMENT_GROUP) return 0 ;
  ending = ending_of(a, statement) ;
  if (!ending.ends_all || !ending.work) return 0 ;
  names = waited_for(a, ending.work) ;
  if (names)
  {
    if (!strcmp(statement_command(ending.work), "wait"))
      plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "in the background, a shell waits only for what it has started itself: kill came at once, and not when %s had ended", names)) ;
    drop_statement(a, statement, pool_printf(a->pool, "ended everything when one of these had ended, which are main: %s" ENDED_BY_SIGNAL, names))->tells_exit = 1 ;
    return 1 ;
  }
  start = pool_alloc(a->pool, sizeof(*start)) ;
  *start = ending.work->kind == STATEMENT_OR && shell_one_of(statement_command(ending.work->body->next), "true :") ? *ending.work->body : *ending.work ;
  if (start->kind != STATEMENT_COMMAND || called_function(a, start) || shell_one_of(statement_command(start), "wait sleep cd")) return 0 ;
  start->next = 0 ;
  start->background = 1 ;
  take_redirects(a, start, statement) ;
  service = start_service(a, start, START_BACKGROUND) ;
  service->is_main = !service->is_oneshot ;
  claim_statement(a, statement, "dropped", pool_printf(a->pool, "what ended everything when %s had ended: it is main" ENDED_BY_SIGNAL, service->name))->tells_exit = 1 ;
  return 1 ;
}
