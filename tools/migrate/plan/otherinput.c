#include <glob.h>
#include <string.h>

#include "migrate/plan/otherinput.h"
#include "migrate/shell/shell.h"
#include "migrate/text/source.h"

#define AS_PROCFILE "write a file Procfile with a line NAME: COMMAND for each process, and give that"
#define START_SCRIPT "give the script that the image's ENTRYPOINT or CMD starts"

#define COMPOSE "a compose file: each of its services is a container of its own. Give the script that the image's ENTRYPOINT or CMD starts, " \
  "one image after the other; commands that should share a container can be given as a Procfile, a line NAME: COMMAND each"
#define UNIT "a systemd unit: write a directory with a run that ends in exec and the words of ExecStart=, " \
  "with reeve-exec --user for User=, cd for WorkingDirectory=, and a dependencies.d for After= and Requires="
#define UNIT_BESIDE "a systemd unit beside a service: for a .timer, write a run that ends in exec reeve-exec --every or --cron and the words of its service's ExecStart=; " \
  "for a .socket, one with exec reeve-exec --listen or --listen-unix"
#define NPM "npm's: it only names commands. Give the script that the image's ENTRYPOINT or CMD starts; if that is npm itself, " AS_PROCFILE ", as web: npm start"
#define PM2 "pm2's: " AS_PROCFILE ", as api: node api.js; instances of one are NAME@ with the file count"
#define MAKEFILE "a Makefile: its recipes are no script: " START_SCRIPT "; if the commands stand here alone, write those of the recipe into a file start.sh, and give that"
#define CIRCUS "circus's: write each [watcher:NAME] as [program:NAME] with command= (cmd and args), directory= (working_dir), user= (uid), numprocs= (numprocesses) " \
  "and environment=, and give that file as supervisord.conf"
#define MONIT "monit's: it starts programs by way of their start scripts, which leave them in the background: " AS_PROCFILE ", with the command that keeps each program in the foreground; " \
  "a check of monit's is the service's data/check"
#define CRONTAB "a crontab: cron's daemon may stay a service, which reads it; or write, for each line, a directory with a run that ends in exec reeve-exec --cron 'FIELDS' and its command"
#define INIT_SCRIPT "an init script: its start leaves a daemon in the background. Write a directory with a run that ends in exec and the program that it starts " \
  "(DAEMON, behind start-stop-daemon or daemon; OpenRC's command and command_args), in the form that stays in the foreground, with reeve-exec --user for --chuid; what it prepares before (a folder in /run) goes ahead of that. " \
  "If another script calls it (`service NAME start`), give that one"
#define UPSTART "an Upstart job: write a directory with a run that has its script and ends in exec and its program, with reeve-exec --user for setuid"
#define DINIT "a service of dinit: write a directory with a run that ends in exec and the words of command=, with reeve-exec --user for run-as, and a dependencies.d for depends-on"
#define PROCESS_COMPOSE "process-compose's: " AS_PROCFILE "; what is in depends_on goes to dependencies.d then"
#define DATA "data, not a wrapper script, a supervisord.conf or a Procfile: " START_SCRIPT
#define CONFIGURATION "a configuration, not a wrapper script, a supervisord.conf or a Procfile: " START_SCRIPT
#define PROGRAM "a program, not a shell script: it can be a service as it is: " START_SCRIPT "; if that is this program, " AS_PROCFILE
#define SERVICE_RUN "the run of a service directory, as s6, runit and s6-overlay have it: Reeve runs such directories as they are: COPY them to /etc/services.d, " \
  "and see what `reeve check` says"
#define S6_RC "a part of an s6-rc service, which Reeve does not read: a longrun is a directory /etc/services.d/NAME with the same run and dependencies.d; " \
  "a oneshot one with a run that has the line of its up, and an empty file flag-oneshot"
#define CONT_INIT "a script of s6-overlay's cont-init.d: Reeve runs these as they are: COPY it to /etc/cont-init.d"

static int has_extension (char const *base, char const *names)
{
  char const *dot = strrchr(base, '.') ;
  return dot && shell_one_of(dot + 1, names) ;
}

/* Does a line begin so, behind blanks if `indented`? */
static int has_line (char const *text, char const *begin, int indented)
{
  size_t len = strlen(begin) ;
  for (;;)
  {
    if (indented) text += strspn(text, " \t") ;
    if (!strncmp(text, begin, len)) return 1 ;
    text = strchr(text, '\n') ;
    if (!text) return 0 ;
    text++ ;
  }
}

/* Nothing but comments, assignments, and lines of five fields, or of @daily and the like, with a command. */
static int is_crontab (char const *text)
{
  int found = 0 ;
  while (*(text += strspn(text, " \t\r\n")))
  {
    char const *p = text ;
    unsigned int fields = *p == '@' ? 4 : 0 ;
    size_t name = strspn(p, NAME_LETTERS) ;
    text += strcspn(text, "\n") ;
    if (*p == '#' || p[name] == '=') continue ;
    if (*p == '@') p += strcspn(p, " \t\n") ;
    for (size_t len ; fields < 5 && (len = strspn(p, "0123456789*/,-")) && strchr(" \t", p[len]) ; fields++) p += len + strspn(p + len, " \t") ;
    if (fields < 4 || (fields == 4 && !strchr(" \t", *p)) || p >= text) return 0 ;
    found = 1 ;
  }
  return found ;
}

/* Does a scanner look at the folder of its folder? */
static int is_in_scan_folder (char const *name)
{
  for (char const *const *one = (char const *const[]){ "services.d/", "service/", "sv/", 0 } ; *one ; one++)
    for (char const *p = name ; (p = strstr(p, *one)) ; p++)
    {
      char const *folder = p + strlen(*one) ;
      if ((p == name || p[-1] == '/') && !strcmp(folder + strcspn(folder, "/"), "/run")) return 1 ;
    }
  return 0 ;
}

/* #!/sbin/openrc-run, #!/usr/bin/env openrc-run; runscript is its old name, rc.common OpenWrt's, init-d-script Debian's. */
static int is_for_init (char const *text)
{
  static char const *const names[] = { "openrc-run", "runscript", "rc.common", "init-d-script" } ;
  char const *end = text + strcspn(text, "\n") ;
  if (strncmp(text, "#!", 2) != 0) return 0 ;
  for (size_t i = 0 ; i < ROWS(names) ; i++)
  {
    char const *at = strstr(text, names[i]) ;
    if (at && at < end && strchr("/ \t!", at[-1]) && strchr(" \t\r\n", at[strlen(names[i])])) return 1 ;
  }
  return 0 ;
}

/* What belongs to a tree that another /init, or a scanner like s6's, runs; or to a system that boots. */
static char const *of_a_tree (char const *name, char const *text)
{
  char const *base = shell_basename(name) ;
  char const *interpreter_end = text + strcspn(text, "\n") ;
  char const *contenv = strstr(text, "with-contenv") ;
  int is_theirs = !strncmp(text, "#!", 2) && ((contenv && contenv < interpreter_end) || !strncmp(text, "#!/command/", 11)) ;
  if (strstr(name, "s6-rc.d/")) return S6_RC ;
  if (strstr(name, "cont-init.d/")) return CONT_INIT ;
  if (is_for_init(text)) return INIT_SCRIPT ;
  if (has_line(text, "### BEGIN INIT INFO", 0) && strstr(text, "### END INIT INFO") && strstr(text, "start")) return INIT_SCRIPT ;
  if (!strcmp(base, "run") && (is_theirs || is_in_scan_folder(name))) return SERVICE_RUN ;
  return 0 ;
}

static char const *by_name (char const *base, char const *text)
{
  if (!strcmp(base, "package.json")) return NPM ;
  if (shell_one_of(base, "Makefile makefile GNUmakefile") || has_extension(base, "mk mak")) return MAKEFILE ;
  if (shell_one_of(base, "monitrc .monitrc")) return MONIT ;
  if (has_extension(base, "timer socket path") && has_line(text, "[", 0)) return UNIT_BESIDE ;
  return 0 ;
}

static char const *by_content (char const *base, char const *text)
{
  int is_yaml = has_extension(base, "yml yaml") ;
  if (has_line(text, "services:", 0) && (is_yaml || has_line(text, "version:", 0) || strstr(text, "\n    image:") || strstr(text, "\n    build:"))) return COMPOSE ;
  if (has_line(text, "[Service]", 0) || (has_line(text, "[Unit]", 0) && has_line(text, "[Install]", 0))) return UNIT ;
  if (has_line(text, "[Timer]", 0) || has_line(text, "[Socket]", 0)) return UNIT_BESIDE ;
  if (has_line(text, "[watcher:", 0) || has_line(text, "[circus]", 0)) return CIRCUS ;
  if (has_line(text, "check process ", 1) && strstr(text, "start program")) return MONIT ;
  if (is_yaml && has_line(text, "processes:", 0) && has_line(text, "command:", 1)) return PROCESS_COMPOSE ;
  if (is_yaml && has_line(text, "apps:", 0)) return PM2 ;
  if (has_extension(base, "json") && strstr(text, "\"apps\"") && strstr(text, "\"script\"")) return PM2 ;
  if (has_extension(base, "js cjs mjs") && strstr(text, "apps") && strstr(text, "script")) return PM2 ;
  if (has_line(text, "start on ", 0) && (has_line(text, "exec ", 0) || has_line(text, "script", 0))) return UPSTART ;
  if (has_line(text, "type = ", 0) && has_line(text, "command = ", 0)) return DINIT ; /* with blanks: no assignment of a shell */
  return is_crontab(text) ? CRONTAB : 0 ;
}

char const *other_input (char const *name, char const *text)
{
  char const *base = shell_basename(name) ;
  char const *is = of_a_tree(name, text) ;
  if (is || !strncmp(text, "#!", 2)) return is ;
  is = by_name(base, text) ;
  if (!is) is = by_content(base, text) ;
  if (is) return is ;
  if (has_extension(base, "yml yaml json toml xml") || has_line(text, "apiVersion:", 0)) return DATA ;
  if (has_extension(base, "py js mjs cjs ts rb pl php lua go god pill jar exe")) return PROGRAM ;
  return has_extension(base, "conf cnf cfg ini env properties") ? CONFIGURATION : 0 ;
}

/* ---- folders ---- */

static int there_is (struct pool *pool, char const *path, char const *pattern)
{
  glob_t found ;
  int any = !glob(pool_printf(pool, "%s/%s", path, pattern), GLOB_NOSORT, 0, &found) ;
  if (any) globfree(&found) ;
  return any ;
}

static int any_of (struct pool *pool, char const *path, char const *const *patterns)
{
  for (; *patterns ; patterns++)
    if (there_is(pool, path, *patterns)) return 1 ;
  return 0 ;
}

char const *other_folder (struct pool *pool, char const *path)
{
  static char const *const s6_rc[] = { "s6-rc.d", "s6-overlay/s6-rc.d", "etc/s6-overlay/s6-rc.d", "*/type", "type", 0 } ;
  static char const *const runs[] = { "run", "*/run", "services.d/*/run", "etc/services.d/*/run", "service/*/run", "etc/service/*/run", "etc/sv/*/run", 0 } ;
  static char const *const setups[] = { "cont-init.d", "etc/cont-init.d", 0 } ;
  for (char const *const *one = (char const *const[]){ "supervisord.conf", "Procfile", "start.sh", "entrypoint.sh", "docker-entrypoint.sh", 0 } ; *one ; one++)
    if (there_is(pool, path, *one)) return pool_printf(pool, "a folder: give the file, as %s/%s", path, *one) ;
  if (any_of(pool, path, s6_rc))
    return "a folder of s6-rc services, which Reeve does not read: a longrun is a directory /etc/services.d/NAME with the same run and dependencies.d; "
      "a oneshot one with a run that has the line of its up, and an empty file flag-oneshot" ;
  if (any_of(pool, path, runs))
    return "a folder of service directories, as s6, runit and s6-overlay have them: Reeve runs these as they are: COPY them to /etc/services.d (and cont-init.d beside it), "
      "and see what `reeve check` says" ;
  if (any_of(pool, path, setups)) return "a folder with s6-overlay's cont-init.d: Reeve runs its scripts as they are: COPY it to /etc/cont-init.d" ;
  return "a folder: give the file that starts the processes: a wrapper script, a supervisord.conf or a Procfile" ;
}
