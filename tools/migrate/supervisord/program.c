/* [program:NAME]: what supervisord was told of one program, as services. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/shell/shell.h"
#include "migrate/supervisord/commandline.h"
#include "migrate/supervisord/translation.h"

#define NUMPROCS_MAX 64

/* ---- what is done in run ---- */

/* pidproxy PIDFILE PROGRAM: the signals were for the process of that file. */
static void look_at_proxy (struct translation *t, char const *command, uint32_t line)
{
  struct plan *plan = t->plan ;
  char const *name = shell_basename(pool_copy(plan->pool, command, strcspn(command, " \t\n"))) ;
  if (strcmp(name, "pidproxy") != 0 && !shell_mentions(command, "pidproxy")) return ;
  plan_todo(plan, t->service, t->service->claim, line, strstr(command, "mysqld_safe") || strstr(command, "mariadbd-safe")
    ? "pidproxy is supervisor's own, and mysqld_safe ignores SIGTERM: run mysqld (or mariadbd) --user=mysql in place of both, then take supervisor's package out"
    : "pidproxy is supervisor's own, and passes signals on to the process of its file: run that program itself, in the foreground, then take supervisor's package out") ;
}

/* bash -c "service x start && tail -f LOG"; bash -c "service x start". Of a daemon at the end, its configuration may say that it stays. */
static void mark_left_behind (struct translation *t, uint32_t line)
{
  struct source code ;
  struct analysis a = { .plan = t->plan, .source = &code, .pool = t->plan->pool, .suffix = "" } ;
  struct statement *statement = shell_parse_text(a.pool, &code, t->service->command) ;
  int is_init_script = strstr(t->service->command, "/etc/init.d/") || shell_mentions(t->service->command, "service") ;
  char const *names = statement ? left_behind(&a, statement, !is_init_script) : "" ;
  if (*names)
    plan_todo(t->plan, t->service, t->service->claim, line, pool_printf(a.pool, "its code leaves %s in the background, and nobody supervises that: make a service of each, in the foreground", names)) ;
}

/* mysqld_safe, /usr/bin/mariadbd-safe, also in the words of a shell; not a log of that name */
static int executes_safe (struct pool *pool, char const *command)
{
  static char const ends[] = " \t\"';&|()" ;
  for (char const *p = command ; *(p += strspn(p, ends)) ; p += strcspn(p, ends))
    if (shell_one_of(shell_basename(pool_copy(pool, p, strcspn(p, ends))), "mysqld_safe mariadbd-safe")) return 1 ;
  return 0 ;
}

static void set_command (struct translation *t)
{
  struct plan *plan = t->plan ;
  char const *restarts = ini_take(t->source, t->section, "autorestart", "", 0) ;
  char const *command = take(t, "command", "run", pool_printf(plan->pool, "service %s", t->service->name)) ;
  uint32_t line = source_line(t->source, t->section->range.start) ;
  char const *todo = 0 ;
  int splits = 0 ;
  t->service->claim = source_claim(t->source, t->section->range, where(t, "run"), pool_printf(plan->pool, "service %s", t->service->name)) ;
  if (!command || !*command)
  {
    plan_todo(plan, t->service, t->service->claim, line, "the program has no command") ;
    return ;
  }
  t->service->text = command ;
  if (executes_safe(plan->pool, command) && !strstr(command, "pidproxy"))
    texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "%s: mysqld_safe ignores SIGTERM, so that the database would not be stopped: run mysqld (or mariadbd) --user=mysql in its place", t->service->name)) ;
  look_at_proxy(t, command, line) ;
  t->service->command = supervisord_command(plan->pool, &t->expansion, command, &splits, &todo) ;
  if (todo) plan_todo(plan, t->service, t->service->claim, line, todo) ;
  if (splits) texts_add(plan->pool, &t->service->before, "set -f # as for supervisord, * is no pattern") ;
  supervisord_foreground(plan, t->service, !restarts || !is_false(restarts), line) ;
  mark_left_behind(t, line) ;
}

static void set_environment (struct translation *t, struct ini_section *section, char const *what)
{
  struct texts lines = { 0 } ;
  char const *value = section->options ? ini_take(t->source, section, "environment", where(t, "run"), what) : 0 ;
  if (value && !supervisord_environment(t->plan->pool, &t->expansion, value, &lines))
    plan_todo(t->plan, t->service, t->service->claim, t->service->line, "part of environment= is not understood") ;
  texts_add_all(t->plan->pool, &t->service->before, &lines) ;
  if (section == t->global) texts_add_all(t->plan->pool, &t->inherited, &lines) ;
}

/* ---- what is a file of the service ---- */

static void set_stop (struct translation *t)
{
  struct plan *plan = t->plan ;
  char const *signal = take(t, "stopsignal", "down-signal", "the signal that stops it") ;
  int is_kill = signal && shell_one_of(signal, "KILL SIGKILL kill sigkill 9") ; /* nothing survives that */
  char const *wait = is_kill ? 0 : take(t, "stopwaitsecs", "timeout-kill", "how long it may take to stop") ;
  char const *group = ini_take(t->source, t->section, "stopasgroup", "", 0) ;
  char const *kill = is_kill ? 0 : ini_take(t->source, t->section, "killasgroup", "", 0) ;
  if (group && is_true(group)) take(t, "stopasgroup", "flag-down-group", "its group is stopped, and killed") ;
  else note(t, "stopasgroup", "it is signalled alone, as here") ;
  if (kill && is_true(kill)) take(t, "killasgroup", "flag-timeout-killpg", "its group is killed") ;
  else if (!is_kill) note(t, "killasgroup", "it is killed alone, as here") ;
  if (is_kill)
  {
    note(t, "stopwaitsecs", "it is killed at once") ;
    note(t, "killasgroup", "it is killed at once, and stopasgroup says whether its group is") ;
  }
  if (signal && *signal)
  {
    if (!strncasecmp(signal, "SIG", 3)) signal += 3 ;
    service_set(plan, t->service, "down-signal", signal) ;
  }
  if (wait && shell_number(wait, 1000000, 0)) service_set(plan, t->service, "timeout-kill", pool_printf(plan->pool, "%u", 1000 * shell_number(wait, 1000000, 0))) ;
  if (!is_kill && ((group && is_true(group)) || (kill && is_true(kill))))
  {
    service_set(plan, t->service, "flag-timeout-killpg", "") ;
    if (!wait) service_set(plan, t->service, "timeout-kill", "10000") ; /* supervisord's own */
  }
  if (group && is_true(group)) service_set(plan, t->service, "flag-down-group", "") ;
}

void translate_rest (struct translation *t)
{
  for (struct ini_option *option = t->section->options ; option ; option = option->next)
    if (!t->source->owner[option->range.start])
    {
      struct claim *claim = source_claim(t->source, option->range, where(t, "run"), "not translated") ;
      plan_todo(t->plan, t->service, claim, source_line(t->source, option->range.start), pool_printf(t->plan->pool, "%s is not translated", option->name)) ;
    }
}

/* Of an fcgi-program. */
static void set_socket (struct translation *t, int i, int n)
{
  struct pool *pool = t->plan->pool ;
  char const *socket = ini_take(t->source, t->section, "socket", "", 0) ;
  char const *first = ini_take(t->source, t->section, "numprocs_start", "", 0) ;
  char const *user = ini_take(t->source, t->section, "user", "", 0) ;
  struct fcgi fcgi = { .owner = ini_take(t->source, t->section, "socket_owner", "", 0), .mode = ini_take(t->source, t->section, "socket_mode", "", 0) } ;
  if (strncmp(t->section->name, "fcgi-program:", 13) != 0) return ;
  fcgi.user = user && strcmp(user, "root") != 0 ? user : 0 ;
  fcgi.socket = socket ? supervisord_plain(pool, &t->expansion, socket) : "" ;
  if (!supervisord_fcgi(t->plan, t->service, &fcgi, i - (first ? (int)shell_number(first, 100000, 0) : 0), n))
  {
    plan_todo(t->plan, t->service, t->service->claim, t->service->line,
      "an fcgi-program got its socket from supervisord as stdin, and which one is not understood: reeve-exec --listen-unix opens one, as descriptor 3") ;
    return ;
  }
  take(t, "socket", "run", "its socket, by reeve-exec, handed on as stdin") ;
  take(t, "socket_owner", "run", "who owns the socket") ;
  take(t, "socket_mode", "run", "the socket's mode") ;
  note(t, "socket_backlog", "how many may wait at the socket: reeve-exec has a number of its own") ;
}

/* Options that a variable decides, and no file of a service directory can express: from here on the section has
   none of them. */
static void take_dynamic (struct translation *t)
{
  static char const names[] = "autostart autorestart startsecs startretries exitcodes stopsignal stopwaitsecs stopasgroup killasgroup redirect_stderr priority numprocs numprocs_start" ;
  t->dynamic = (struct texts){ 0 } ;
  for (struct ini_option *option = t->section->options ; option ; option = option->next)
  {
    if (!shell_one_of(option->name, names) || !strstr(option->value, "%(ENV_")) continue ;
    if (shell_one_of(option->name, "autostart numprocs") && supervisord_variable(t->plan->pool, option->value)) continue ;
    texts_add(t->plan->pool, &t->dynamic, pool_printf(t->plan->pool, "%s=%s", option->name, option->value)) ;
    source_claim(t->source, option->range, "dropped", "what a variable holds decided it: a TODO in run says so") ;
    option->name = "" ;
  }
}

static void mark_dynamic (struct translation *t)
{
  char const *name = ini_take(t->source, t->section, "process_name", "", 0) ;
  for (struct text const *one = t->dynamic.first ; one ; one = one->next)
    plan_todo(t->plan, t->service, t->service->claim, t->service->line, pool_printf(t->plan->pool, "%s: what the variable holds decided that; here it is as without this line: look at it", one->text)) ;
  if (name && strstr(name, "%(ENV_"))
    plan_todo(t->plan, t->service, t->service->claim, t->service->line, pool_printf(t->plan->pool, "process_name=%s: what the variable holds decided that: look at it", name)) ;
}

/* %(here)s: the folder of supervisord.conf, which the image may no longer have. */
static void mark_here (struct translation *t)
{
  static char const *const names[] = { "directory", "environment", "stdout_logfile", "stderr_logfile" } ;
  for (size_t i = 0 ; i < sizeof(names) / sizeof(*names) ; i++)
  {
    char const *value = ini_take(t->source, t->section, names[i], "", 0) ;
    if (value && strstr(value, "%(here)s") && !t->expansion.here)
      plan_todo(t->plan, t->service, t->service->claim, t->service->line, pool_printf(t->plan->pool, "%s=%s: %%(here)s was the folder of supervisord.conf, and is . here", names[i], value)) ;
  }
}

/* Where its log is opened, or it works, that folder has to be there: perhaps only the COPY that the patch takes out made it. */
static void make_here (struct translation *t)
{
  static char const *const names[] = { "directory", "stdout_logfile", "stderr_logfile" } ;
  char const *here = t->expansion.here ;
  if (!here || made_in_build(t->plan, here) || (t->plan->workdir && !strcmp(here, t->plan->workdir)) || shell_one_of(here, "/ /etc")) return ;
  for (size_t i = 0 ; i < sizeof(names) / sizeof(*names) ; i++)
  {
    char const *value = ini_take(t->source, t->section, names[i], "", 0) ;
    if (value && strstr(value, "%(here)s"))
      texts_add_once(t->plan->pool, &t->service->before, pool_printf(t->plan->pool, "mkdir -p %s # supervisord.conf was there", shell_quote(t->plan->pool, here))) ;
  }
}

/* $NAME, ${NAME}, {{ NAME }} are plain text for supervisord: a template may have been filled in. Of
   the command, supervisord_command() says it. */
static int is_template (char const *option, char const *value)
{
  int is_command = !strcmp(option, "command") ;
  for (char const *p = value ; (p = strpbrk(p, "${")) ; p++)
    if (!strncmp(p, "{{", 2) || (*p == '$' && !is_command && ((p[1] >= 'A' && p[1] <= 'Z') || p[1] == '{'))) return 1 ;
  return 0 ;
}

static void mark_template (struct translation *t)
{
  struct texts names = { 0 } ;
  for (struct ini_option const *option = t->section->options ; option ; option = option->next)
    if (is_template(option->name, option->value)) texts_add(t->plan->pool, &names, option->name) ;
  if (names.first)
    plan_todo(t->plan, t->service, t->service->claim, t->service->line, pool_printf(t->plan->pool, "%s: $NAME or {{ }} is plain text, as for supervisord: if something "
      "(envsubst, a template) wrote the file at the start, write here what it put there: \"$NAME\" takes it from the environment", texts_join(t->plan->pool, &names, ", "))) ;
}

static void set_all (struct translation *t)
{
  keep_remarks(t) ;
  make_here(t) ;
  set_command(t) ;
  set_given(t) ;
  set_environment(t, t->global, "environment of every service") ;
  set_environment(t, t->section, "environment") ;
  set_process(t) ;
  set_outputs(t) ;
  translate_restart(t) ;
  set_stop(t) ;
  mark_dynamic(t) ;
  mark_here(t) ;
  mark_template(t) ;
}

static void add_process (struct translation *t, char const *name, char const *process_name, int n, int i)
{
  char const *service_name = name ;
  t->expansion = (struct expansion){ .program = name, .group = t->group ? t->group : name, .number = i, .count = pool_printf(t->plan->pool, "%d", n), .here = commandline_folder(t->plan->pool, t->plan->commandline) } ;
  if (process_name && (n > 1 || !strstr(process_name, "process_num"))) service_name = supervisord_plain(t->plan->pool, &t->expansion, process_name) ;
  else if (n > 1) service_name = pool_printf(t->plan->pool, "%s_%02d", name, i) ;
  t->service = plan_service(t->plan, service_name, source_line(t->source, t->section->range.start)) ;
  t->service->program = name ;
  set_all(t) ;
  set_socket(t, i, n) ;
}

/* numprocs: NAME@, of which `count` makes NAME@1, NAME@2, ... */
static void add_template (struct translation *t, char const *name, char const *count, int first)
{
  struct pool *pool = t->plan->pool ;
  struct texts lines = { 0 } ;
  t->expansion = (struct expansion){ .program = name, .group = t->group ? t->group : name, .number = first, .is_template = 1, .count = count, .lines = &lines, .here = commandline_folder(pool, t->plan->commandline) } ;
  t->service = plan_service(t->plan, name, source_line(t->source, t->section->range.start)) ;
  service_template(t->plan, t->service, count) ;
  t->service->program = name ;
  set_all(t) ;
  for (struct text const *one = t->service->before.first ; one ; one = one->next) texts_add(pool, &lines, one->text) ;
  t->service->before = lines ;
  if (!strncmp(t->section->name, "fcgi-program:", 13))
    plan_todo(t->plan, t->service, t->service->claim, t->service->line, "an fcgi-program of a number that is not known here: supervisord gave each process one socket, as stdin; "
      "reeve-exec --listen-unix opens one, as descriptor 3, for each instance: /run/NAME-$REEVE_INSTANCE.sock") ;
}

void translate_program (struct translation *t, char const *name)
{
  struct pool *pool = t->plan->pool ;
  char const *process_name ;
  char const *numprocs ;
  char const *start ;
  char const *variable ;
  int n ;
  int first ;
  int is_fcgi = !strncmp(t->section->name, "fcgi-program:", 13) ;
  uint32_t line = source_line(t->source, t->section->range.start) ;
  take_dynamic(t) ;
  process_name = ini_take(t->source, t->section, "process_name", "", 0) ;
  numprocs = ini_take(t->source, t->section, "numprocs", "", 0) ;
  start = ini_take(t->source, t->section, "numprocs_start", "", 0) ;
  variable = numprocs ? supervisord_variable(pool, numprocs) : 0 ;
  first = start ? (int)shell_number(start, 100000, 0) : 0 ;
  n = numprocs ? (int)shell_number(numprocs, 100000, 0) : 1 ;
  if (n < 1) n = 1 ;
  if (variable || (n > 1 && !is_fcgi))
  {
    add_template(t, name, variable ? pool_printf(pool, "$%s:1", variable) : pool_printf(pool, "%d", n), first) ;
    take(t, "process_name", "run", pool_printf(pool, "names of the processes: they are %s1, %s2, ... here", t->service->name, t->service->name)) ;
    take(t, "numprocs", "count", variable ? pool_printf(pool, "how many: %s, or 1 where that is not set (supervisord did not start then)", variable)
      : process_name && strstr(process_name, "process_num") ? "how many" : "how many; without %(process_num)d in process_name, supervisord refused that, and never started") ;
    take(t, "numprocs_start", "run", pool_printf(pool, "the first number: instance 1 has process_num %d", first)) ;
    note(t, "serverurl", "supervisord's own interface") ;
    return ;
  }
  for (int i = first ; i < first + n && i < first + NUMPROCS_MAX ; i++) add_process(t, name, process_name, n, i) ;
  take(t, "process_name", "run", "names of the services") ;
  take(t, "numprocs", "run", n > 1 ? pool_printf(pool, "a service directory for each of %d", n) : "one") ;
  if (t->service && n > NUMPROCS_MAX) plan_todo(t->plan, t->service, t->service->claim, line, pool_printf(pool, "%d processes: only %d were written", n, NUMPROCS_MAX)) ;
  note(t, "numprocs_start", "the first number") ;
  note(t, "serverurl", "supervisord's own interface") ;
}
