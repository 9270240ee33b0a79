/* Commands of a trap that stop a server, or have it read its configuration anew: redis-cli shutdown, nginx -s reload. The
   signal at which it does the same is its down-signal, or its reload-signal. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"
#include "migrate/traps/trapping.h"
#include "migrate/traps/traps.h"

/* The first row that fits counts: a command, with one of the texts in its words. */
struct stop
{
  char const *commands ;
  char const *text ;
  char const *signal ;
  char const *differs ; /* what the signal does otherwise; 0: it does the same */
  int asks ; /* a person has to say whether that will do */
} ;

#define APACHE "apachectl apache2ctl httpd apache2"
#define REDIS "redis-cli valkey-cli keydb-cli"
static struct stop const stops[] =
{
  { "nginx openresty", "-s quit", "QUIT", 0, 0 },
  { "nginx openresty", "-s stop", "TERM", 0, 0 },
  { APACHE, "graceful-stop", "WINCH", 0, 0 },
  { APACHE, "stop", "TERM", 0, 0 },
  { "pg_ctl pg_ctlcluster", "-m s", "TERM", 0, 0 },
  { "pg_ctl pg_ctlcluster", "-ms", "TERM", 0, 0 },
  { "pg_ctl pg_ctlcluster", "-m i", "QUIT", 0, 0 },
  { "pg_ctl pg_ctlcluster", "-mi", "QUIT", 0, 0 },
  { "pg_ctl pg_ctlcluster", "stop", "INT", 0, 0 },
  { REDIS, "shutdown nosave", "TERM", "which saves first, unless its configuration has no save points", 0 },
  { REDIS, "shutdown save", "TERM", "which saves as well, unless its configuration has no save points", 0 },
  { REDIS, "shutdown", "TERM", 0, 0 },
  { "mysqladmin mariadb-admin", "shutdown", "TERM", 0, 0 },
  { "mysql mariadb", "shutdown", "TERM", 0, 0 },
  { "mongod", "--shutdown", "TERM", 0, 0 },
  { "mongo mongosh", "shutdown", "TERM", 0, 0 },
  { "rabbitmqctl", "stop_app", "TERM", "which ends all of it, and not only the application", 1 },
  { "rabbitmqctl", "stop", "TERM", 0, 0 },
  { "rabbitmqctl", "shutdown", "TERM", 0, 0 },
  { "supervisorctl", "stop all", "TERM", 0, 0 },
  { "supervisorctl", "shutdown", "TERM", 0, 0 },
  { "supervisorctl", "stop", "TERM", "which ends all that it has started, in its own order", 1 },
  { "service systemctl invoke-rc.d rc-service", "stop", "TERM", 0, 0 },
  { "doveadm dovecot postfix rndc catalina.sh pumactl squid", "stop", "TERM", 0, 0 },
  { "squid", "shutdown", "TERM", 0, 0 },
  { "uwsgi", "--stop", "INT", 0, 0 },
  { "pulseaudio", "-k", "TERM", 0, 0 },
  { "vncserver tigervncserver tightvncserver vnc4server xrdp xrdp-sesman mpd", "-kill", "TERM", 0, 0 },
  { "ipsec", "stop", "TERM", 0, 0 },
} ;

#define UNLOOKED ", which looked at the configuration first: where that is wrong, the signal ends the server"
static struct stop const reloads[] =
{
  { "nginx openresty", "-s reload", "HUP", 0, 0 },
  { "nginx openresty", "-s reopen", "USR1", 0, 0 },
  { APACHE, "graceful", "USR1", UNLOOKED, 0 },
  { APACHE, "restart", "HUP", UNLOOKED, 0 },
  { "pg_ctl pg_ctlcluster rndc doveadm dovecot postfix", "reload", "HUP", 0, 0 },
  { "squid", "reconfigure", "HUP", 0, 0 },
  { "uwsgi", "--reload", "HUP", 0, 0 },
} ;

/* Its words, without its redirections. */
static char const *words_of (struct pool *pool, struct statement const *statement)
{
  char const *text = statement->nwords ? statement->words[0].raw : "" ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++) text = pool_printf(pool, "%s %s", text, statement->words[i].raw) ;
  return text ;
}

static struct stop const *find_row (struct stop const *rows, size_t n, struct statement const *statement, char const *text)
{
  for (size_t i = 0 ; i < n ; i++)
    if (shell_one_of(statement_command(statement), rows[i].commands) && strcasestr(text, rows[i].text)) return rows + i ;
  return 0 ;
}

/* Have both texts a word that tells one server from another: a port, a folder, a socket? */
static int tells_alike (struct pool *pool, char const *stop, char const *start)
{
  for (char const *p = stop + strcspn(stop, " \t\"'=") ; *(p += strspn(p, " \t\"'=")) ; p += strcspn(p, " \t\"'="))
  {
    char const *word = pool_copy(pool, p, strcspn(p, " \t\"'=")) ;
    if ((strpbrk(word, "/$") || (strlen(word) > 2 && strpbrk(word, "0123456789"))) && strcmp(word, "127.0.0.1") != 0 && strstr(start, word)) return 1 ;
  }
  return 0 ;
}

/* Of several, those that it tells apart. */
static void keep_told (struct analysis *a, char const *text, struct texts *names)
{
  struct texts told = { 0 } ;
  for (struct text const *one = names->first ; one && names->first->next ; one = one->next)
    if (tells_alike(a->pool, text, plan_find(a->plan, one->text)->text)) texts_add(a->pool, &told, one->text) ;
  if (told.first) *names = told ;
}

static void mark_stop (struct trapping *t, char const *text)
{
  texts_add_once(t->a->pool, &t->claim->todo, pool_printf(t->a->pool, "a command that stops something: %s; the supervisor sends a signal instead: does that do?", text)) ;
}

/* service x stop, of which nothing is known but its start: nor is what its stop does. */
static int is_controlled (struct service const *service)
{
  return service_has(service, "flag-forks") && !shell_one_of(service->program, "pg_ctl pg_ctlcluster") ;
}

int stops_something (struct statement const *statement)
{
  return !shell_one_of(statement_command(statement), "echo printf log logger") && (is_called_stop(statement_command(statement)) || says_stop(statement)) ;
}

int apply_stop (struct trapping *t, struct statement *plain)
{
  struct analysis *a = t->a ;
  struct statement *statement = command_inside(a, plain) ; /* su -c "pg_ctl stop" */
  char const *text = words_of(a->pool, statement) ;
  struct stop const *stop = find_row(stops, ROWS(stops), statement, text) ;
  struct texts names = { 0 } ;
  if (!stop && !stops_something(statement)) return 0 ;
  add_stopped(a, statement, text, &names) ;
  keep_told(a, text, &names) ;
  if (!names.first || (!stop && !same_daemon(a, statement_command(statement)))) mark_stop(t, text) ;
  for (struct text const *one = names.first ; one ; one = one->next)
  {
    struct service *service = plan_find(a->plan, one->text) ;
    if (is_controlled(service)) mark_stop(t, text) ;
    if (!stop) continue ;
    set_signal(t, service, stop->signal) ;
    if (t->reloads) continue ;
    if (stop->asks) plan_todo(a->plan, service, t->claim, t->trap->line, pool_printf(a->pool, "it was stopped by `%s`; here %s gets %s, %s", text, service->name, stop->signal, stop->differs)) ;
    else t->claim->what = pool_printf(a->pool, "%s; %s gets %s in place of `%s`%s%s", t->claim->what, service->name, stop->signal, text, stop->differs ? ", " : "", stop->differs ? stop->differs : "") ;
  }
  return 1 ;
}

int apply_reload (struct trapping *t, struct statement *plain)
{
  struct analysis *a = t->a ;
  struct statement *statement = command_inside(a, plain) ;
  char const *text = words_of(a->pool, statement) ;
  struct stop const *reload = t->reloads ? find_row(reloads, ROWS(reloads), statement, text) : 0 ;
  int any = 0 ;
  for (struct service *service = reload ? a->plan->services : 0 ; service ; service = service->next)
  {
    if (service->is_oneshot || (!mentions_family(a->pool, statement_command(statement), service->program) && !is_client_of(service, text))) continue ;
    set_signal(t, service, reload->signal) ;
    t->claim->what = pool_printf(a->pool, "%s, in place of `%s`%s", t->claim->what, text, reload->differs ? reload->differs : "") ;
    any = 1 ;
  }
  return any ;
}

int checks_configuration (struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (shell_one_of(statement_command(statement), "nginx openresty haproxy") && shell_one_of(statement_word(statement, i), "-t -c")) return 1 ;
  return 0 ;
}
