/* Whom a loop names that watches processes: by pids, by programs, and by what it looks for in the output of ps. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

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

/* npm start: ps shows node. */
static int runs_as (char const *program, char const *name)
{
  static struct { char const *programs ; char const *names ; } const table[] =
  {
    { "yarn npm pnpm npx nodemon", "node" },
    { "postfix", "master" },
    { "apachectl apache2ctl apache2-foreground httpd-foreground", "apache2 httpd" },
    { "mysqld_safe mariadbd-safe", "mysqld mariadbd" },
    { "catalina.sh startup.sh", "java catalina tomcat" },
    { "vncserver tigervncserver tightvncserver", "Xvnc Xtigervnc Xtightvnc Xvnc4" },
  } ;
  for (size_t i = 0 ; i < sizeof(table) / sizeof(*table) ; i++)
    if (shell_one_of(shell_basename(program), table[i].programs) && shell_one_of(shell_basename(name), table[i].names)) return 1 ;
  return 0 ;
}

#define CONTROLLERS "service systemctl invoke-rc.d rc-service"

/* service mysql start: mysql */
static int mentions_init_script (struct pool *pool, char const *text, struct service const *service)
{
  for (char const *p = service->text ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *word = pool_copy(pool, p, strcspn(p, " ")) ;
    if (*word != '-' && !shell_one_of(word, CONTROLLERS " start restart") && shell_mentions(text, word)) return 1 ;
  }
  return 0 ;
}

int is_watched (struct analysis *a, struct service const *service, char const *text)
{
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next)
    if (pid->service == service && shell_mentions(text, pid->name)) return 1 ;
  if (mentions_family(a->pool, text, service->program) || mentions_family(a->pool, text, service->name)) return 1 ;
  if (shell_one_of(service->program, CONTROLLERS)) return shell_mentions(text, service->name) || mentions_init_script(a->pool, text, service) ;
  return reads_pid_of(a, service, text) || (*service->program && (shell_mentions(text, service->program) || mentions_unversioned(a->pool, text, service->program))) || shell_mentions(text, service->name) ;
}

/* ---- the names that it asks for: ps aux | grep NAME, pgrep -f NAME ---- */

static int find_names (struct statement *statement, void *data)
{
  struct process_names *asking = data ;
  if (!strcmp(statement_command(statement), "supervisorctl")) texts_add_once(asking->a->pool, &asking->names, "supervisord") ;
  if (statement->programs.first || statement->kind == STATEMENT_TEST) walk_substituted(asking->a, source_copy(asking->a->source, statement->range), &add_process_names, asking) ;
  return add_process_names(statement, data) ;
}

struct texts names_asked_for (struct analysis *a, struct statement *loop)
{
  struct process_names asking = { .a = a } ;
  statement_walk(loop, &find_names, &asking) ;
  return asking.names ;
}

/* kill -0 "$PID", of a pid that is not known: $PID */
static int find_unknown_pids (struct statement *statement, void *data)
{
  struct process_names *asking = data ;
  unsigned int first ;
  if (!asks_whether_alive(statement, 0)) return 0 ;
  kill_signal(statement, &first) ;
  for (unsigned int i = first ; i < statement->nwords ; i++)
  {
    struct texts known = { 0 } ;
    struct variable variable ;
    char const *raw = statement->words[i].raw ;
    if (!variable_parse(asking->a->pool, raw, &variable) || strchr("0123456789", *variable.name)) continue ;
    services_of_pid(asking->a, raw, &known) ;
    if (!known.first && !is_idle_pid(asking->a, raw)) texts_add_once(asking->a->pool, &asking->names, pool_printf(asking->a->pool, "$%s", variable.name)) ;
  }
  return 0 ;
}

struct texts unknown_pids (struct analysis *a, struct statement *loop)
{
  struct process_names asking = { .a = a } ;
  struct texts names = { 0 } ;
  statement_walk(loop, &find_unknown_pids, &asking) ;
  for (struct text const *one = asking.names.first ; one ; one = one->next) /* what it starts itself is known */
    if (!strstr(statement_text(a, loop), pool_printf(a->pool, "%s=$!", one->text + 1))) texts_add(a->pool, &names, one->text) ;
  return names ;
}

/* ps shows all words of a command. */
static int is_called (struct analysis *a, struct service const *service, char const *name)
{
  return is_watched(a, service, name) || strstr(service->text, name) || runs_as(service->program, name) ;
}

int is_called_otherwise (struct analysis *a, struct service const *service, struct texts const *names)
{
  for (struct text const *one = names->first ; one ; one = one->next)
  {
    struct service const *own = a->plan->services ;
    while (own && !is_watched(a, own, one->text)) own = own->next ;
    if (!own && is_called(a, service, one->text)) return 1 ;
  }
  return 0 ;
}

struct texts unknown_names (struct analysis *a, struct texts const *names)
{
  struct texts unknown = { 0 } ;
  for (struct text const *one = names->first ; one ; one = one->next)
  {
    struct service const *service = a->plan->services ;
    while (service && !is_called(a, service, one->text)) service = service->next ;
    if (!service) texts_add(a->pool, &unknown, one->text) ;
  }
  return unknown ;
}
