/* What supervisord reads of each section: it looks up the options that it knows, and never looks at others. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/supervisord/translation.h"

#define OF_PROGRAMS "command process_name numprocs numprocs_start priority autostart autorestart startsecs startretries exitcodes " \
  "stopsignal stopwaitsecs stopasgroup killasgroup user redirect_stderr environment directory umask serverurl " \
  "stdout_logfile stdout_logfile_maxbytes stdout_logfile_backups stdout_capture_maxbytes stdout_events_enabled stdout_syslog " \
  "stderr_logfile stderr_logfile_maxbytes stderr_logfile_backups stderr_capture_maxbytes stderr_events_enabled stderr_syslog"

/* The options of a section, by its name, or by how that begins. */
static char const *const known[][2] =
{
  { "program:", OF_PROGRAMS },
  { "fcgi-program:", OF_PROGRAMS " socket socket_owner socket_mode socket_backlog" },
  { "eventlistener:", OF_PROGRAMS " events buffer_size result_handler" },
  { "group:", "programs priority" },
  { "include", "files" },
  { "inet_http_server", "port username password" },
  { "unix_http_server", "file chmod chown username password" },
  { "supervisorctl", "serverurl username password prompt history_file" },
  { "supervisord", "logfile logfile_maxbytes logfile_backups loglevel pidfile umask nodaemon silent minfds minprocs nocleanup childlogdir user "
    "directory strip_ansi environment identifier" },
} ;

/* Those of another program of that name, ochinchina's in Go. */
#define OF_GO "depends_on restartpause envfiles restart_when_binary_changed restart_cmd_when_binary_changed restart_signal_when_binary_changed " \
  "restart_directory_monitor restart_file_pattern restart_cmd_when_file_changed restart_signal_when_file_changed"

/* Options that were meant, by what is written for them. */
static char const *const meant[][2] =
{
  { "username", "user" }, { "env", "environment" }, { "enviroment", "environment" }, { "restart", "autorestart" }, { "start", "autostart" },
  { "logfile", "stdout_logfile" }, { "log_stdout", "stdout_logfile" }, { "log_stderr", "redirect_stderr" }, { "workdir", "directory" },
  { "working_directory", "directory" }, { "cwd", "directory" }, { "cmd", "command" }, { "stop_signal", "stopsignal" }, { "depends_on", "priority" },
} ;

static char const *options_of (char const *section)
{
  for (size_t i = 0 ; i < sizeof(known) / sizeof(*known) ; i++)
  {
    char const *name = known[i][0] ;
    size_t len = strlen(name) ;
    if (name[len - 1] == ':' ? !strncmp(section, name, len) : !strcmp(section, name)) return known[i][1] ;
  }
  return 0 ;
}

static int is_unknown (struct translation const *t, struct ini_option const *option)
{
  char const *options = options_of(t->section->name) ;
  /* The listener dependent_startup reads its own. */
  return options && *option->name && !shell_one_of(option->name, options) && strncmp(option->name, "dependent_startup", 17) != 0 ;
}

int is_of_go (struct translation const *t, char const *option)
{
  return t->plan->has_go_supervisord && shell_one_of(option, OF_GO) ;
}

static char const *hint (struct translation const *t, char const *option)
{
  for (size_t i = 0 ; i < sizeof(meant) / sizeof(*meant) ; i++)
    if (!strcmp(option, meant[i][0]) && strchr(t->section->name, ':')) return pool_printf(t->plan->pool, " (%s= was perhaps meant)", meant[i][1]) ;
  return "" ;
}

void drop_unknown (struct translation *t)
{
  struct pool *pool = t->plan->pool ;
  struct texts of_go = { 0 } ;
  for (struct ini_option *option = t->section->options ; option ; option = option->next)
  {
    if (!is_unknown(t, option) || is_of_go(t, option->name)) continue ;
    source_claim(t->source, option->range, "dropped", pool_printf(pool, "supervisord knows no %s= in [%s], and ignored it%s", option->name, t->section->name, hint(t, option->name))) ;
    if (shell_one_of(option->name, OF_GO)) texts_add(pool, &of_go, option->name) ;
  }
  if (of_go.first && !t->plan->has_dockerfile)
    texts_add(pool, &t->plan->notes, pool_printf(pool, "TODO: [%s]: supervisord ignores %s, but the program of the same name in Go (ochinchina/supervisord) does not: "
      "give --dockerfile, which says which one it is", t->section->name, texts_join(pool, &of_go, ", "))) ;
}

void drop_unknown_section (struct translation *t)
{
  struct pool *pool = t->plan->pool ;
  char const *name = t->section->name ;
  char const *colon = strchr(name, ':') ;
  if (!strcmp(name, "program-default") && (t->plan->has_go_supervisord || !t->plan->has_dockerfile))
  {
    drop_section(t, "options of each program, for the supervisord in Go: not translated") ;
    texts_add(pool, &t->plan->notes, "TODO: [program-default] is not translated: supervisord ignores it, but the program of the same name in Go (ochinchina/supervisord) takes it for "
      "each program's: if the image has that one, write its options into each [program:...], and migrate again") ;
    return ;
  }
  drop_section(t, pool_printf(pool, "supervisord knows no [%s], and ignored it", name)) ;
  if (colon) texts_add(pool, &t->plan->notes, pool_printf(pool, "supervisord knows no [%s], and ignored it: what it has, never ran; if it is to run, write [program:%s], and migrate again", name, colon + 1)) ;
}
