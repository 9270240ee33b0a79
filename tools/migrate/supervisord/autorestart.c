/* autostart, autorestart, startsecs, exitcodes: whether supervisord started a program, and when again. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/supervisord/translation.h"

/* The codes of exitcodes; *has_zero: 0 is among them. */
static void read_exit_codes (struct translation *t, char const *value, struct texts *codes, int *has_zero)
{
  *has_zero = 0 ;
  for (char const *p = value ; *(p += strspn(p, ", \t\n")) ; p += strcspn(p, ", \t\n"))
  {
    char const *code = pool_copy(t->plan->pool, p, strcspn(p, ", \t\n")) ;
    if (!strcmp(code, "0")) *has_zero = 1 ;
    else texts_add_once(t->plan->pool, codes, code) ;
  }
}

/* Ends that supervisord expected, and after which it did not start the program again. Returns 1
   when 0 was none of these. */
static int set_exit_codes (struct translation *t)
{
  struct pool *pool = t->plan->pool ;
  char const *value = ini_take(t->source, t->section, "exitcodes", "", 0) ;
  struct texts codes = { 0 } ;
  int has_zero ;
  if (!value) return 0 ;
  read_exit_codes(t, value, &codes, &has_zero) ;
  if (has_zero || !codes.first)
  {
    take(t, "exitcodes", codes.first ? "success-codes" : "restart", "codes that are no failure") ;
    if (codes.first) service_set(t->plan, t->service, "success-codes", texts_join(pool, &codes, " ")) ;
    return 0 ;
  }
  take(t, "exitcodes", "finish", "codes with which it may end for good: 0 is none of them") ;
  texts_add(pool, &t->service->finish, pool_printf(pool, "case $1 in %s) exit 125 ;; esac # do not restart", texts_join(pool, &codes, "|"))) ;
  return 1 ;
}

/* The environment decides: X=true and the like. supervisord ignores the case of letters. */
static void set_enabled (struct translation *t, char const *variable)
{
  static char const *const words[] = { "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "1" } ;
  struct texts values = { 0 } ;
  for (size_t i = 0 ; i < sizeof(words) / sizeof(*words) ; i++) texts_add(t->plan->pool, &values, words[i]) ;
  service_set(t->plan, t->service, "enable-if", pool_printf(t->plan->pool, "%s=%s", variable, texts_join(t->plan->pool, &values, "|"))) ;
  texts_add(t->plan->pool, &t->service->conditions, pool_printf(t->plan->pool, "%s", variable)) ;
  take(t, "autostart", "enable-if", pool_printf(t->plan->pool, "only where %s is true, yes, on or 1", variable)) ;
}

static void set_autostart (struct translation *t)
{
  char const *start = ini_take(t->source, t->section, "autostart", "", 0) ;
  char const *variable = start ? supervisord_variable(t->plan->pool, start) : 0 ;
  if (is_started_by_listener(t))
  {
    note(t, "autostart", "supervisord-dependent-startup started it: each service is started by itself") ;
    note(t, "dependent_startup", "each service is started by itself, behind its dependencies") ;
  }
  else if (start && is_false(start))
  {
    take(t, "autostart", "down", pool_printf(t->plan->pool, "not started by itself: supervisorctl start %s becomes reeve start %s", t->expansion.program, t->service->name)) ;
    service_set(t->plan, t->service, "down", "") ;
  }
  else if (variable) set_enabled(t, variable) ;
  else if (!start || is_true(start)) note(t, "autostart", "each service is started by itself") ;
}

/* Does another program wait for its end? NAME:exited */
static int is_waited_for (struct translation *t)
{
  char const *exited = pool_printf(t->plan->pool, "%s:exited", t->expansion.program) ;
  for (struct ini_section const *section = t->ini->sections ; section ; section = section->next)
  {
    char const *names = ini_take(t->source, section, "dependent_startup_wait_for", "", 0) ;
    if (names && shell_one_of(exited, names)) return 1 ;
  }
  return 0 ;
}

/* startsecs=0 and autorestart=false: a task that ends, or a server that is never started again. */
static void set_once (struct translation *t)
{
  struct source code ;
  struct analysis a = { .plan = t->plan, .source = &code, .pool = t->plan->pool, .suffix = "" } ;
  struct statement *statement = t->service->command ? shell_parse_text(a.pool, &code, t->service->command) : 0 ;
  if (!statement) return ;
  if (is_waited_for(t) || surely_ends(&a, statement) || (says_task(t->service->name) && !is_known_server(&a, statement)))
  {
    t->service->is_oneshot = 1 ;
    note(t, "startsecs", "0, and no restart: a task, run once (flag-oneshot), as it ends by itself") ;
    return ;
  }
  note(t, "startsecs", "0: an end at once was no failure") ;
  if (!is_known_server(&a, statement) && !keeps_alive(statement))
    plan_todo(t->plan, t->service, t->service->claim, t->service->line,
      "startsecs=0 and autorestart=false fit a task that ends, and a server that is not started again: does it end by itself? Then an empty file flag-oneshot makes it a task") ;
}

void translate_restart (struct translation *t)
{
  struct plan *plan = t->plan ;
  char const *value = ini_take(t->source, t->section, "autorestart", "", 0) ;
  char const *retries = ini_take(t->source, t->section, "startretries", "", 0) ;
  char const *seconds = ini_take(t->source, t->section, "startsecs", "", 0) ;
  char const *start = ini_take(t->source, t->section, "autostart", "", 0) ;
  unsigned int n = retries ? shell_number(retries, 100000, 0) : 3 ; /* supervisord's own */
  int never = value && is_false(value) ;
  int no_start_fails = seconds && !strcmp(seconds, "0") ;
  int zero_fails ;
  set_autostart(t) ;
  take(t, "autorestart", "restart", never && n && !no_start_fails
    ? pool_printf(plan->pool, "when it is restarted: never, though supervisord tried again %u times if it ended within startsecs (on-failure:%u does that, but also later)", n, n) : "when it is restarted") ;
  if (never && (no_start_fails || is_waited_for(t)) && (is_started_by_listener(t) || !(start && is_false(start)))) set_once(t) ;
  else if (no_start_fails) note(t, "startsecs", "0: an end at once was no failed start; an end within 10 s is a quick one here, and delays the next start (restart-delay)") ;
  else note(t, "startsecs", "counted as started after that: an end within 10 s is a quick one here, and delays the next start (restart-delay)") ;
  if (no_start_fails) note(t, "startretries", "with startsecs=0 no start failed: it counted nothing") ;
  if (value && is_true(value))
  {
    service_set(plan, t->service, "restart", "always") ;
    note(t, "startretries", "gave up after so many quick ends: here each start is only delayed more (restart-delay)") ;
    note(t, "exitcodes", "with autorestart=true they did not matter") ;
    return ;
  }
  if (never) note(t, "exitcodes", "nothing is restarted") ;
  zero_fails = !never && set_exit_codes(t) ;
  if (never && !n) note(t, "startretries", "it was not tried again either if it ended at once") ;
  else if (zero_fails || !n) note(t, "startretries", "gave up after so many quick ends: here each start is only delayed more (restart-delay)") ;
  service_set(plan, t->service, "restart", never ? "no" : zero_fails ? "always" : retries && n && !no_start_fails ? pool_printf(plan->pool, "on-failure:%u", n) : "on-failure") ;
  take(t, "startretries", "restart", never ? "how often it was tried again if it ended within startsecs: not at all here" : "how many failures in a row") ;
}
