/* A kill in a trap: which signal, to which services, in which order. */

#include <ctype.h>
#include <string.h>

#include <skalibs/sig.h>

#include "migrate/facts/facts.h"
#include "migrate/traps/trapping.h"
#include "migrate/traps/traps.h"

static int comes_before (struct service const *first, struct service const *second)
{
  while (first && first != second) first = first->next ;
  return !!first ;
}

/* Is the first one stopped before the second? If not, it gets a dependency for that: the service
   that is stopped later has to start earlier. */
static int is_ordered (struct analysis *a, struct service *first, struct service *second)
{
  if (first == second || texts_has(&first->dependencies, second->name)) return 1 ;
  if (first->is_oneshot || second->is_oneshot || !comes_before(second, first)) return 0 ;
  texts_add(a->pool, &first->dependencies, second->name) ;
  texts_add(a->pool, &first->optional, second->name) ;
  return 1 ;
}

/* kill -TERM $A "$B" */
static void services_of_kill (struct analysis *a, struct statement const *statement, struct texts *names)
{
  unsigned int i ;
  for (kill_signal(statement, &i) ; i < statement->nwords ; i++) services_of_pid(a, statement->words[i].raw, names) ;
}

/* kill A; while kill -0 A: it waits; not kill -0 B && kill B */
int asks_for_killed (struct trapping *t, struct statement const *question)
{
  struct texts all = { 0 } ;
  services_of_kill(t->a, question, &all) ;
  if (!all.first || !t->killed_services.first) return t->killed && !strcmp(t->killed, question->words[question->nwords - 1].raw) ;
  for (struct text const *one = all.first ; one ; one = one->next)
    if (texts_has(&t->killed_services, one->text)) return 1 ;
  return 0 ;
}

/* kill A; kill B; wait; kill C: one behind the other. */
void note_order (struct trapping *t, struct statement const *statement)
{
  struct analysis *a = t->a ;
  char const *whom = statement->nwords ? statement->words[statement->nwords - 1].raw : "" ;
  struct texts all = { 0 } ;
  struct texts first = t->killed_services ;
  struct texts second = { 0 } ;
  int ordered = 1 ;
  services_of_kill(a, statement, &all) ;
  if (!t->killed || !t->waited)
  {
    t->killed = whom ;
    for (struct text const *one = all.first ; one ; one = one->next) texts_add_once(a->pool, &t->killed_services, one->text) ;
    return ;
  }
  for (struct text const *one = all.first ; one ; one = one->next)
    if (!texts_has(&first, one->text)) texts_add(a->pool, &second, one->text) ;
  if (!strcmp(t->killed, whom) || (all.first && !second.first)) return ; /* once more */
  for (struct text const *one = first.first ; one ; one = one->next)
    for (struct text const *other = second.first ; other ; other = other->next)
      ordered &= is_ordered(a, plan_find(a->plan, one->text), plan_find(a->plan, other->text)) ;
  t->killed = whom ;
  t->killed_services = all ;
  t->waited = 0 ;
  if (ordered && first.first && second.first)
    t->claim->what = pool_printf(a->pool, "%s; it ended %s before %s, as dependencies.d does", t->claim->what,
      texts_join(a->pool, &first, ", "), texts_join(a->pool, &second, ", ")) ;
  else texts_add_once(a->pool, &t->claim->todo,
    "it ended them one behind the other, which is lost: a service is stopped before those that its dependencies.d names") ;
}

/* $1, "${1:-TERM}": as the call has it */
static char const *of_call (struct trapping const *t, struct trap_call const *call, char const *word)
{
  char const *p = word + (*word == '"') ;
  char const *end ;
  unsigned int i ;
  if (*p++ != '$') return word ;
  if (*p == '{') p++ ;
  i = shell_number(p, 9, &end) ;
  if (end != p + 1 || !i) return word ;
  if (call && i < call->statement->nwords) return of_call(t, call->outer, call->statement->words[i].raw) ;
  if (strncmp(end, ":-", 2) != 0) return word ;
  return pool_copy(t->a->pool, end + 2, strcspn(end + 2, "}")) ;
}

/* Its name without SIG; 0: it is not known. */
static char const *signal_of (struct trapping *t, char const *word)
{
  char const *name = shell_without_quotes(t->a->pool, of_call(t, t->call, word)) ;
  char const *end ;
  unsigned int n = shell_number(name, 65, &end) ;
  if (!strcmp(name, "0")) return name ;
  if (end > name && !*end && n < 65 && strcmp(sig_name((int)n), "???") != 0) return sig_name((int)n) ;
  if (!strncasecmp(name, "SIG", 3)) name += 3 ;
  if (sig_number(name)) return name ;
  texts_add_once(t->a->pool, &t->claim->todo, pool_printf(t->a->pool, "which signal is %s?", word)) ;
  return 0 ;
}

/* No program ends at these, unless it says so itself. */
static int only_tells (char const *signal)
{
  return shell_one_of(signal, "HUP USR1 USR2 WINCH TSTP STOP CONT TTIN TTOU URG") ;
}

/* The trap has sent it another one already: a service has one down-signal. Returns which it is. */
static char const *of_two_signals (struct trapping *t, struct service *service, char const *second)
{
  struct analysis *a = t->a ;
  char const *first = service->down_signal ;
  char const *kept = only_tells(first) && !only_tells(second) ? second : first ;
  plan_todo(a->plan, service, t->claim, t->trap->line, pool_printf(a->pool,
    "it sent %s %s and then %s; down-signal is the one signal %s: if the other one has to come as well, let run trap %s and send both",
    service->name, first, second, kept, kept)) ;
  return kept ;
}

/* trap 'kill -USR1 $PID' USR1: nothing else? */
static int passes_on (struct trapping const *t, char const *signal)
{
  char const *p = t->trap->all + strspn(t->trap->all, " ") ;
  size_t len = strcspn(p, " ") ;
  if (strcspn(p + len, "SIGABCDEFHJKLMNOPQRTUVWXYZ0123456789") != strlen(p + len)) return 0 ; /* of several */
  if (len > 3 && !strncmp(p, "SIG", 3))
  {
    p += 3 ;
    len -= 3 ;
  }
  return strlen(signal) == len && !strncasecmp(p, signal, len) ;
}

/* The TODO of another signal that was passed on says so of this one, too. Returns 0 if there is none. */
static int joins_todo (struct service *service, struct trapping const *t, char const *signal)
{
  struct pool *pool = t->a->pool ;
  for (struct text *one = service->todo.first ; one ; one = one->next)
  {
    char const *at = strstr(one->text, "and does not any more") ;
    char const *end = at ? strstr(at, ": `reeve reload") : 0 ;
    if (!end || !strstr(one->text, "CONTAINER sent it ")) continue ;
    if (*(at + 21) == ' ') one->text = pool_printf(pool, "%.*s, %s)%s", (int)(end - one->text) - 1, one->text, signal, end) ;
    else one->text = pool_printf(pool, "%.*s (nor %s)%s", (int)(end - one->text), one->text, signal, end) ;
    t->claim->what = pool_printf(pool, "%s; it passed %s on, which docker kill does not any more", t->claim->what, signal) ;
    return 1 ;
  }
  return 0 ;
}

/* As down-signal it would never end the service. */
static void set_reload_signal (struct trapping *t, struct service *service, char const *signal)
{
  struct analysis *a = t->a ;
  char const *signals = pool_copy(a->pool, t->trap->signals, strlen(t->trap->signals) - 1) ;
  if (service->reload_signal && !strcmp(service->reload_signal, signal)) return ;
  if (service->reload_signal)
  {
    if (passes_on(t, signal) && joins_todo(service, t, signal)) return ;
    plan_todo(a->plan, service, t->claim, t->trap->line, pool_printf(a->pool,
      "docker kill -s%s CONTAINER sent it %s, and does not any more: `reeve reload %s` sends %s, write `reeve kill` with %s there", signals, signal, service->name, service->reload_signal, signal)) ;
    return ;
  }
  service->reload_signal = signal ;
  if (strcmp(signal, "HUP") != 0) service_set(a->plan, service, "reload-signal", signal) ;
  t->claim->what = pool_printf(a->pool, "%s; `reeve reload %s` sends %s", t->claim->what, service->name, signal) ;
  plan_todo(a->plan, service, t->claim, t->trap->line, pool_printf(a->pool,
    "docker kill -s%s CONTAINER reached it, and does not any more: `reeve reload %s` in the container sends it %s", signals, service->name, signal)) ;
}

void set_signal (struct trapping *t, struct service *service, char const *signal)
{
  struct analysis *a = t->a ;
  if (!service || !signal || !strcmp(signal, "0")) return ;
  texts_add_once(a->pool, &t->signalled, service->name) ;
  if (t->reloads)
  {
    set_reload_signal(t, service, signal) ;
    return ;
  }
  if (!strcmp(signal, "KILL"))
  {
    /* kill $PID; sleep 5; kill -9 $PID; kill $PID || kill -9 $PID */
    int was_told = texts_has(&t->told_to_end, service->name) || service->down_line == t->trap->line ;
    if (!was_told || !(t->waited || t->is_fallback)) plan_mistake(a->plan, t->trap->line, "SIGKILL gives no process the time to end properly") ;
    return ;
  }
  if (!only_tells(signal)) texts_add_once(a->pool, &t->told_to_end, service->name) ;
  if (service->down_line && service->down_line != t->trap->line)
  {
    if (!strcasecmp(service->down_signal, signal)) return ;
    plan_todo(a->plan, service, t->claim, t->trap->line, pool_printf(a->pool,
      "on%.*s it sent %s %s, which is dropped: a service has one down-signal, and line %u sends it %s on the signal that stops the container: write %s to down-signal if the image's STOPSIGNAL is one of these",
      (int)strlen(t->trap->signals) - 1, t->trap->signals, service->name, signal, service->down_line, service->down_signal, signal)) ;
    return ;
  }
  if (service->down_line && strcasecmp(service->down_signal, signal) != 0) signal = of_two_signals(t, service, signal) ;
  service->down_signal = signal ;
  service->down_line = t->trap->line ;
  if (!strcasecmp(signal, "TERM")) service_unset(service, "down-signal") ;
  else service_set(a->plan, service, "down-signal", signal) ;
}

void tell_signals (struct trapping *t)
{
  for (struct service *service = t->a->plan->services ; service ; service = service->next)
    if (service->down_line == t->trap->line && strcasecmp(service->down_signal, "TERM") != 0)
      t->claim->what = pool_printf(t->a->pool, "%s; down-signal of %s: %s", t->claim->what, service->name, service->down_signal) ;
}

/* kill $(pidof nginx), kill "$(cat /run/nginx.pid)": the program's name is in it */
static int asks_by_name (char const *raw)
{
  if (!strstr(raw, "$(") && !strchr(raw, '`')) return 0 ;
  return shell_mentions(raw, "pidof") || shell_mentions(raw, "pgrep") || shell_mentions(raw, "ps") || strstr(raw, ".pid") ;
}

static int names_jobs (struct trapping const *t, char const *raw)
{
  for (struct text const *one = t->jobs.first ; one ; one = one->next)
    if (shell_mentions(raw, one->text)) return 1 ;
  return 0 ;
}

/* kill -- -$PID, kill -INT "-$PID": the program's process group, with set -m or setsid */
static int names_group (struct statement const *kill, unsigned int i)
{
  char const *raw = kill->words[i].raw + strspn(kill->words[i].raw, "\"'") ;
  return i > 1 && *raw == '-' && strchr("$\"{", raw[1]) && raw[1] ;
}

/* The signal reached what the program had started, too. */
static void signal_group (struct trapping *t, struct service *service)
{
  if (!service || t->reloads || service->is_oneshot || service_has(service, "flag-down-group")) return ;
  service_set(t->a->plan, service, "flag-down-group", "") ;
  t->claim->what = pool_printf(t->a->pool, "%s; the signal of %s reaches what it has started, too, as in the script (flag-down-group)", t->claim->what, service->name) ;
}

void set_signals (struct trapping *t, struct statement const *kill)
{
  struct analysis *a = t->a ;
  char const *signal = "TERM" ; /* 0: not known */
  int by_name = shell_one_of(statement_command(kill), "pkill killall") ;
  int all_children = 0 ; /* pkill -P $$ */
  for (unsigned int i = 1 ; i < kill->nwords ; i++)
  {
    char const *raw = kill->words[i].raw ;
    if (!strcmp(raw, "--")) continue ;
    if (shell_one_of(raw, "-s -n --signal") && i + 1 < kill->nwords) signal = signal_of(t, kill->words[++i].raw) ;
    else if (by_name && shell_one_of(raw, "-P --parent"))
    {
      char const *parent = kill->words[i + 1 < kill->nwords ? ++i : i].raw ;
      struct texts parents = { 0 } ;
      all_children = strstr(parent, "$$") != 0 ;
      if (!all_children) services_of_pid(a, parent, &parents) ;
      for (struct text const *one = parents.first ; one ; one = one->next)
      {
        set_signal(t, plan_find(a->plan, one->text), signal) ;
        signal_group(t, plan_find(a->plan, one->text)) ;
      }
    }
    else if (*raw == '-' && (i == 1 || (all_children && (isupper((unsigned char)raw[1]) || isdigit((unsigned char)raw[1])))) && strncmp(raw, "-$$", 3) != 0 && !shell_one_of(raw, "-f -x") && (strcmp(raw, "-1") != 0 || i + 1 < kill->nwords)) signal = signal_of(t, raw + 1) ;
    else if (*raw == '-' && by_name) continue ;
    else
    {
      struct texts meant = { 0 } ;
      int all ;
      if (!by_name) services_of_pid(a, raw, &meant) ;
      for (struct service *service = !by_name && !meant.first && asks_by_name(raw) ? a->plan->services : 0 ; service ; service = service->next)
        if (shell_mentions(raw, service->program) || shell_mentions(raw, service->name)) texts_add(a->pool, &meant, service->name) ;
      t->all_signalled |= !meant.first && !is_idle_pid(a, raw) ;
      all = !by_name && !meant.first && (names_jobs(t, raw) || shell_one_of(raw, "0 -1") || shell_mentions(raw, "jobs") || strstr(raw, "$$")) ;
      for (struct text const *one = meant.first ; one ; one = one->next)
      {
        set_signal(t, plan_find(a->plan, one->text), signal) ;
        if (names_group(kill, i)) signal_group(t, plan_find(a->plan, one->text)) ;
      }
      for (struct service *service = a->plan->services ; service ; service = service->next)
        if ((all && !are_exclusive(a, &t->trap->place, service)) || (by_name && (shell_mentions(raw, service->program) || shell_mentions(raw, service->name)))) set_signal(t, service, signal) ;
      if (!meant.first && !all && !by_name && !is_idle_pid(a, raw) && (!signal || strcmp(signal, "0") != 0) && strchr(raw, '$'))
        texts_add_once(a->pool, &t->claim->todo, signal && strcasecmp(signal, "TERM") != 0
          ? pool_printf(a->pool, "whose pid is %s? It got %s: write that to its down-signal", raw, signal) : pool_printf(a->pool, "whose pid is %s?", raw)) ;
    }
  }
  for (struct service *service = all_children ? a->plan->services : 0 ; service ; service = service->next)
    if (!are_exclusive(a, &t->trap->place, service)) set_signal(t, service, signal) ;
  t->all_signalled |= all_children ;
}
