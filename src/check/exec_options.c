#include <fcntl.h>
#include <string.h>

#include "base/duration.h"
#include "base/file.h"
#include "base/path.h"
#include "check/check.h"
#include "service/cron.h"
#include "service/health.h"
#include "service/probe.h"
#include "service/settings.h"

/* The long options of reeve-exec that have no value; all others have one. */
static char const *const without_value[] = { "keep-home", "session", "group", "sd-notify", "help" } ;

/* Will the shell or another program replace a part of the word? */
static int is_unknown (char const *word)
{
  return !!strpbrk(word, "$`*?") ;
}

static void judge_ready (struct check *check, char const *file, unsigned int line, char const *value)
{
  if (probe_is_meant(value) || check_exists(value)) return ;
  finding(check, LEVEL_ERROR, file, line, "name a program, as a path, or one of " PROBE_FORMS, "--ready executes %s, and there is no such file", value) ;
}

static void judge_value (struct check *check, char const *file, unsigned int line, char const *name, size_t len, char const *value)
{
  int is_ready = len == 5 && !memcmp(name, "ready", len) ;
  int is_check = len == 5 && !memcmp(name, "check", len) ;
  struct probe probe ;
  char const *fault ;
  if ((!is_ready && !is_check) || is_unknown(value)) return ;
  fault = is_check || probe_is_meant(value) ? probe_parse(value, &probe) : 0 ;
  if (fault) finding(check, LEVEL_ERROR, file, line, fault, "invalid check %s", value) ;
  if (is_ready) judge_ready(check, file, line, value) ;
}

/* ---- a schedule ---- */

static int is_schedule (char const *name, size_t len)
{
  return (len == 4 && !memcmp(name, "cron", len)) || (len == 5 && !memcmp(name, "every", len)) ;
}

static void judge_moment (struct check *check, char const *file, unsigned int line, int is_cron, char const *value)
{
  struct cron cron ;
  uint64_t ms ;
  char const *fault ;
  if (strpbrk(value, "$`")) return ;
  if (!is_cron)
  {
    if (!duration_parse(value, &ms) || !ms) finding(check, LEVEL_ERROR, file, line, "write a duration, such as 500ms, 5s, 2m, 1h", "invalid interval %s", value) ;
    return ;
  }
  fault = cron_parse(value, &cron) ;
  if (!fault) return ;
  if (*value != '@' && !strpbrk(value, " \t")) fault = "write the five fields in quotes, as one word: '30 2 * * *'" ;
  finding(check, LEVEL_ERROR, file, line, fault, "invalid schedule %s", value) ;
}

/* Reports what does not suit a service that waits, and is started again each time. */
static void judge_scheduled (struct check *check, char const *file, unsigned int line, char const *before)
{
  static char const *const takers[] = { "chpst", "gosu", "s6-applyuidgid", "s6-setuidgid", "setpriv", "setuidgid", "su-exec" } ;
  struct settings settings ;
  settings_read(&settings, SETTINGS_START, 0) ;
  if (settings.restart != RESTART_ALWAYS && !settings.oneshot)
    finding(check, LEVEL_WARNING, file, line, "write always to restart", "restart is %s, so that the schedule ends with the first run%s",
      settings.restart == RESTART_NO ? "no" : "on-failure", settings.restart == RESTART_NO ? "" : " that succeeds") ;
  if (check_exists(HEALTH_FILE)) finding(check, LEVEL_WARNING, HEALTH_FILE, 1, "remove it", "while the service waits for its schedule, there is nothing that could be healthy") ;
  if (settings.timeout_up_ms) finding(check, LEVEL_WARNING, "timeout-up", 1, "remove it", "the time in which the service waits for its schedule counts") ;
  for (size_t i = 0 ; i < sizeof takers / sizeof *takers ; i++)
    if (!strcmp(path_last(before), takers[i]))
      finding(check, LEVEL_HINT, file, line, "let reeve-exec --user become the user", "behind %s, reeve-exec cannot make up for what is missed while a run takes too long", takers[i]) ;
}

/* ---- all options ---- */

static int has_value (char const *name, size_t len)
{
  for (size_t i = 0 ; i < sizeof without_value / sizeof *without_value ; i++)
    if (strlen(without_value[i]) == len && !memcmp(without_value[i], name, len)) return 0 ;
  return 1 ;
}

static int needs_notification (char const *name, size_t len)
{
  return (len == 5 && !memcmp(name, "ready", len)) || (len == 9 && !memcmp(name, "sd-notify", len)) ;
}

void check_exec_options (struct check *check, char const *file, unsigned int line, char const *const *argv)
{
  char const *before = *argv ? *argv : "" ;
  int is_cron = 0 ;
  int is_every = 0 ;
  int is_told = 0 ;
  while (*argv && strcmp(path_last(*argv), "reeve-exec") != 0) argv++ ;
  if (!*argv) return ;
  for (argv++ ; *argv && **argv == '-' && strcmp(*argv, "--") != 0 ; argv++)
  {
    int is_long = (*argv)[1] == '-' ;
    char const *name = is_long ? *argv + 2 : (*argv)[1] == 'r' ? "ready" : "?" ;
    size_t len = strcspn(name, "=") ;
    char const *value = is_long ? name + len + !!name[len] : (*argv)[1] ? *argv + 2 : "" ;
    is_told |= needs_notification(name, len) ;
    if (is_long ? !has_value(name, len) : (*argv)[1] == 'h') continue ;
    if (is_long ? !name[len] : !*value) value = *++argv ;
    if (!value) break ;
    if (is_schedule(name, len))
    {
      is_cron |= *name == 'c' ;
      is_every |= *name == 'e' ;
      judge_moment(check, file, line, *name == 'c', value) ;
    }
    else judge_value(check, file, line, name, len, value) ;
  }
  if (is_cron && is_every) finding(check, LEVEL_ERROR, file, line, "remove one of them", "--every and --cron exclude each other") ;
  if (is_cron || is_every) judge_scheduled(check, file, line, before) ;
  if (is_told && !check_exists("notification-fd"))
    finding(check, LEVEL_ERROR, file, line, "echo 3 >notification-fd", "reeve-exec is to tell readiness, and nobody waits for it") ;
}

int check_run_mentions (char const *text)
{
  static char run[SCRIPT_MAX] ;
  ssize_t n = file_read(AT_FDCWD, "run", run, sizeof run - 1) ;
  return n > 0 && memmem(run, (size_t)n, text, strlen(text)) ;
}
