/* Does a task work with a daemon that has left when it was ready? By a client's name, by an address of this machine,
   or by a file that the daemon makes. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

struct work
{
  struct analysis *a ;
  struct source *code ;
  struct service const *daemon ;
  struct service const *task ;
  char const *program ; /* that its run executes: tor, where the script has service tor start */
  char const *stem ; /* sync, of syncd */
} ;

static char const *stem_of (struct pool *pool, char const *program)
{
  static char const *const ends[] = { "-server", "-daemon", "-svc", "d" } ;
  size_t len = strlen(program) ;
  for (size_t i = 0 ; i < ROWS(ends) ; i++)
  {
    size_t end = strlen(ends[i]) ;
    if (len >= end + 3 && !strcmp(program + len - end, ends[i])) return pool_copy(pool, program, len - end) ;
  }
  return program ;
}

/* syncctl, sync-cli: of syncd. The bare stem is its client where the daemon has another name. */
static int is_its_client (struct work const *work, char const *command)
{
  static char const clients[] = "ctl -ctl cli -cli client -client adm -adm admin -admin" ;
  size_t len = strlen(work->stem) ;
  if (!*command || !strcmp(command, work->program)) return 0 ;
  if (!strncmp(command, work->program, strlen(work->program)) && shell_one_of(command + strlen(work->program), clients)) return 1 ;
  return !strncmp(command, work->stem, len) && (!command[len] || shell_one_of(command + len, clients)) ;
}

/* solr start, and behind it solr create_core: another word of the same program */
static int is_its_other_word (struct work const *work, struct statement const *statement)
{
  char const *word = statement_word(statement, 1) ;
  size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz_-:") ;
  if (strcmp(statement_command(statement), work->program) != 0 || *word == '-' || !len || word[len]) return 0 ;
  return work->daemon->command && !shell_mentions(work->daemon->command, word)
   && !shell_one_of(word, "start restart stop status version help configtest test check init setup migrate upgrade install validate build") ;
}

/* nginx -s reload, apachectl graceful: it signals the daemon by its pid file */
static int reloads_it (struct work const *work, char const *command, char const *text)
{
  static char const *const words[] = { "reload", "reopen", "graceful", "reconfigure" } ;
  int signals = 0 ;
  for (size_t i = 0 ; i < ROWS(words) ; i++) signals |= shell_mentions(text, words[i]) ;
  return signals && mentions_family(work->a->pool, command, work->program) ;
}

/* /var/lib/tor/hostname, /run/control.unit.sock: a file that has its name in a folder of what runs */
static int names_its_file (struct work const *work, char const *word)
{
  static char const *const folders[] = { "/run/", "/var/run/", "/var/lib/" } ;
  for (size_t i = 0 ; i < ROWS(folders) ; i++)
    if (strstr(word, folders[i]) && (shell_mentions(word, work->program) || shell_mentions(word, work->stem))) return 1 ;
  return 0 ;
}

static int is_address_here (char const *text)
{
  return shell_mentions(text, "localhost") || strstr(text, "127.0.0.1") || strstr(text, "[::1]") || (strstr(text, "--unix-socket") && strstr(text, ".sock")) ;
}

/* Nothing tells whom: what was started last ahead of it. */
static int is_last_ahead (struct work const *work)
{
  struct service const *last = 0 ;
  for (struct service const *one = work->a->plan->services ; one != work->task ; one = one->next)
    if (!one->is_oneshot) last = one ;
  return last == work->daemon && !has_known_clients(last) ;
}

#define READERS "cat head tail cut grep awk jq base64 curl nc socat" /* of a file that has to be there */
#define ASKERS "curl wget nc ncat socat http python python3 node php ruby perl ab psql mysql redis-cli"

static int works_with_it (struct statement *statement, void *data)
{
  struct work const *work = data ;
  char const *command = statement_command(statement) ;
  char const *text = source_copy(work->code, statement->range) ;
  int certain = 1 ;
  if (statement->kind != STATEMENT_COMMAND || strstr(text, "--retry") || strstr(text, "--version") || strstr(text, "--help") || shell_mentions(text, "configtest")) return 0 ;
  if (is_its_other_word(work, statement) || reloads_it(work, command, text)) return 1 ;
  if (is_its_client(work, command)) return !!statement_word(statement, 1)[0] ;
  if (shell_one_of(command, READERS) && names_its_file(work, text)) return 1 ;
  if (!shell_one_of(command, ASKERS) || !is_address_here(text)) return 0 ;
  return asked_service(work->a, text, &certain) == work->daemon && certain ? 1 : !certain && is_last_ahead(work) ;
}

int works_with (struct analysis *a, struct service const *daemon, struct service const *task)
{
  struct source code ;
  char const *program = daemon->command ? shell_basename(pool_copy(a->pool, daemon->command, strcspn(daemon->command, " "))) : daemon->program ;
  struct work work = { a, &code, daemon, task, program, stem_of(a->pool, program) } ;
  char const *text = pool_printf(a->pool, "%s\n%s", texts_join(a->pool, &task->run, "\n"), task->command ? task->command : "") ;
  struct statement *one = task->is_oneshot && *program ? shell_parse_text(a->pool, &code, text) : 0 ;
  while (one && !statement_walk(one, &works_with_it, &work)) one = one->next ;
  return !!one ;
}

/* What a task does not talk to, without a word of it. */
#define SERVE_OTHERS "nginx openresty apache2 apache2ctl httpd lighttpd haproxy php-fpm sshd cron crond rsyslogd syslogd syslog-ng postfix exim4 fail2ban-server ntpd chronyd snmpd vsftpd proftpd smbd nmbd"

/* ./warm-cache: nothing says what it does. */
static int is_unknown_work (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *const *behind ;
  char const *const *program ;
  struct launch launch ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords || find_function(a, statement_command(statement))) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  command_argv(statement, launch.first, argv) ;
  behind = command_behind_runners(a->pool, argv) ;
  program = command_program(behind) ;
  return program[0] && (strchr(program[0], '/') || program != behind) && *program[0] != '-' && !is_short(shell_basename(program[0])) && !is_task_program(shell_basename(program[0])) && !command_ends(behind) ;
}

int may_work_with (struct analysis *a, struct service const *daemon, struct service const *task)
{
  struct source code ;
  char const *program = daemon->command ? shell_basename(pool_copy(a->pool, daemon->command, strcspn(daemon->command, " "))) : daemon->program ;
  char const *text = pool_printf(a->pool, "%s\n%s", texts_join(a->pool, &task->run, "\n"), task->command ? task->command : "") ;
  struct statement *one ;
  if (!task->is_oneshot || shell_one_of(program, SERVE_OTHERS) || shell_one_of(daemon->program, SERVE_OTHERS) || shell_one_of(daemon->name, SERVE_OTHERS) || !strncmp(program, "php-fpm", 7)) return 0 ;
  for (struct service const *other = a->plan->services ; other ; other = other->next)
    if (other != daemon && is_client_of(other, text)) return 0 ;
  one = shell_parse_text(a->pool, &code, text) ;
  while (one && !statement_walk(one, &is_unknown_work, a)) one = one->next ;
  return !!one ;
}
