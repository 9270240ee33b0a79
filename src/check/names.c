#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "check/check.h"
#include "service/enable_if.h"
#include "service/health.h"
#include "service/instance.h"
#include "service/settings.h"

/* ---- the closest word ---- */

#define COMPARED_MAX 32

static unsigned int least (unsigned int a, unsigned int b)
{
  return a < b ? a : b ;
}

static char plain (char c)
{
  return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c ;
}

/* The number of edits from a to b: a letter more, less or another, or two letters exchanged.
   Capitals, and `_` for `-`, do not count. */
static unsigned int distance (char const *a, char const *b)
{
  unsigned int rows[3][COMPARED_MAX + 1] ;
  unsigned int *before = rows[0] ;
  unsigned int *above = rows[1] ;
  unsigned int *row = rows[2] ;
  size_t m = strlen(a) ;
  size_t n = strlen(b) ;
  if (m > COMPARED_MAX || n > COMPARED_MAX) return COMPARED_MAX ;
  for (size_t j = 0 ; j <= n ; j++) above[j] = (unsigned int)j ;
  for (size_t i = 1 ; i <= m ; i++)
  {
    unsigned int *spare = before ;
    row[0] = (unsigned int)i ;
    for (size_t j = 1 ; j <= n ; j++)
    {
      unsigned int differs = plain(a[i - 1]) != plain(b[j - 1]) ;
      row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + differs) ;
      if (i > 1 && j > 1 && differs && plain(a[i - 1]) == plain(b[j - 2]) && plain(a[i - 2]) == plain(b[j - 1])) row[j] = least(row[j], before[j - 2] + 1) ;
    }
    before = above ;
    above = row ;
    row = spare ;
  }
  return above[n] ;
}

void closest_try (struct closest *closest, char const *candidate)
{
  unsigned int d = distance(closest->to, candidate) ;
  unsigned int most = strlen(candidate) < 6 ? 1 : 2 ;
  if (d > most || (closest->word && d >= closest->distance)) return ;
  closest->word = candidate ;
  closest->distance = d ;
}

/* ---- the names of files ---- */

enum kind { KIND_FILE, KIND_DIRECTORY, KIND_VALUE, KIND_ANY, KIND_OBSOLETE, KIND_S6_RC } ;

struct name
{
  char const *name ;
  enum kind kind ;
  char const *mend ; /* what to do; only for KIND_OBSOLETE and KIND_S6_RC */
} ;

static struct name const names[] =
{
  { "run", KIND_ANY, 0 }, { COUNT_FILE, KIND_VALUE, 0 }, { "finish", KIND_ANY, 0 }, { "undo", KIND_ANY, 0 }, { "down", KIND_FILE, 0 }, { "log", KIND_DIRECTORY, 0 },
  { "notification-fd", KIND_VALUE, 0 }, { "lock-fd", KIND_VALUE, 0 }, { "timeout-kill", KIND_VALUE, 0 }, { "flag-timeout-killpg", KIND_FILE, 0 },
  { "timeout-strays", KIND_VALUE, 0 }, { "flag-down-group", KIND_FILE, 0 },
  { "timeout-finish", KIND_VALUE, 0 }, { "max-death-tally", KIND_VALUE, 0 }, { "down-signal", KIND_VALUE, 0 }, { "reload-signal", KIND_VALUE, 0 },
  { "flag-newpidns", KIND_FILE, 0 }, { "data", KIND_DIRECTORY, 0 }, { "env", KIND_DIRECTORY, 0 },
  { "count", KIND_VALUE, 0 }, { "instance", KIND_DIRECTORY, 0 }, { "instances", KIND_DIRECTORY, 0 }, { "template", KIND_DIRECTORY, 0 },
  { "supervise", KIND_ANY, 0 }, { "event", KIND_ANY, 0 },
  { "restart", KIND_VALUE, 0 }, { "restart-delay", KIND_VALUE, 0 }, { "success-codes", KIND_VALUE, 0 }, { ENABLE_IF_FILE, KIND_VALUE, 0 }, { FLAG_CONSOLE_FILE, KIND_FILE, 0 }, { "flag-main", KIND_FILE, 0 }, { "flag-keep-strays", KIND_FILE, 0 },
  { "flag-forks", KIND_FILE, 0 }, { "pidfile", KIND_VALUE, 0 }, { "flag-oneshot", KIND_FILE, 0 }, { "dependencies.d", KIND_DIRECTORY, 0 }, { "timeout-up", KIND_VALUE, 0 },
  { "health", KIND_VALUE, 0 }, { "health-interval", KIND_VALUE, 0 }, { "health-timeout", KIND_VALUE, 0 }, { "health-retries", KIND_VALUE, 0 },
  { "health-start-period", KIND_VALUE, 0 },
  { "nosetsid", KIND_OBSOLETE, "remove it: every service has a session of its own" },
  { "type", KIND_S6_RC, "oneshot is flag-oneshot; for longrun nothing is needed" },
  { "up", KIND_S6_RC, "make it run, and create flag-oneshot" },
  { "dependencies", KIND_S6_RC, "use dependencies.d, an empty file for each name" },
  { "contents", KIND_S6_RC, "use dependencies.d of the services that need these" },
  { "contents.d", KIND_S6_RC, "use dependencies.d of the services that need these" },
  { "producer-for", KIND_S6_RC, "make the consumer the logger, in log/" },
  { "consumer-for", KIND_S6_RC, "make this one the producer's logger, in its log/" },
  { "pipeline-name", KIND_S6_RC, "remove it: a service and its log/ belong together" },
  { "flag-essential", KIND_S6_RC, "flag-main stops all when a service ends" },
  { "flag-recommended", KIND_S6_RC, "remove it" },
  { "timeout-down", KIND_S6_RC, "use timeout-kill" },
} ;

#define NAMES (sizeof names / sizeof *names)

/* Files that have no effect, or a bad one, without another file. */
static struct { char const *file, *needs ; enum level level ; char const *what, *mend ; } const pairs[] =
{
  { "flag-newpidns", "timeout-kill", LEVEL_WARNING, "without timeout-kill, a stop may never end: PID 1 of a namespace ignores a signal that it does not handle",
    "write milliseconds to timeout-kill" },
  { "flag-timeout-killpg", "timeout-kill", LEVEL_WARNING, "without timeout-kill, it has no effect", "write milliseconds to timeout-kill, or remove it" },
  { "pidfile", "flag-forks", LEVEL_WARNING, "without flag-forks, it has no effect", "create flag-forks, or remove it" },
  { "undo", "flag-oneshot", LEVEL_WARNING, "without flag-oneshot, it is never run", "create flag-oneshot, or remove it; what follows the end of a service is finish" },
} ;

/* Files that contradict each other. */
static struct { char const *file, *other, *what, *mend ; } const contradictions[] =
{
  { "flag-forks", "flag-oneshot", "with flag-oneshot, it contradicts: a task ends, and what it leaves behind is no service", "remove one of these" },
} ;

static void check_known (struct check *check, struct name const *name)
{
  struct stat st ;
  int is_directory ;
  if (name->kind == KIND_OBSOLETE) finding(check, LEVEL_WARNING, name->name, 1, name->mend, "obsolete: it has no effect") ;
  if (check->is_logger && !strcmp(name->name, "log")) finding(check, LEVEL_WARNING, name->name, 1, "remove it", "without effect: a logger has no logger of its own") ;
  if (!strcmp(name->name, COUNT_FILE) && !check->is_template)
    finding(check, LEVEL_WARNING, COUNT_FILE, 1, "remove it", check->is_instance ? "without effect: its template's counts" : "without effect: it is for a template, whose name ends with @") ;
  if (name->kind == KIND_S6_RC) finding(check, LEVEL_HINT, name->name, 1, name->mend, "a file of s6-rc's, not read here") ;
  if (name->kind != KIND_FILE && name->kind != KIND_DIRECTORY && name->kind != KIND_VALUE) return ;
  if (stat(name->name, &st) == -1)
  {
    if (name->kind == KIND_VALUE && errno != ENOENT) return ; /* it is reported when it is read */
    finding(check, LEVEL_ERROR, name->name, 1, "fix the link, or remove it", "it leads nowhere") ;
    return ;
  }
  is_directory = S_ISDIR(st.st_mode) ;
  if (name->kind == KIND_DIRECTORY && !is_directory) finding(check, LEVEL_ERROR, name->name, 1, "make it one", "it is no directory") ;
  if (name->kind == KIND_FILE && is_directory) finding(check, LEVEL_WARNING, name->name, 1, "make it an empty file", "it is a directory") ;
}

static void check_unknown (struct check *check, char const *name)
{
  struct closest closest = { name, 0, 0 } ;
  char mend[64] ;
  for (size_t i = 0 ; i < NAMES ; i++)
    if (names[i].kind < KIND_OBSOLETE) closest_try(&closest, names[i].name) ;
  if (closest.word && check_exists(closest.word))
  {
    snprintf(mend, sizeof mend, "remove it: %s is there, too", closest.word) ;
    finding(check, LEVEL_HINT, name, 1, mend, "unknown file name, without effect") ;
  }
  else if (closest.word)
  {
    snprintf(mend, sizeof mend, "did you mean %s?", closest.word) ;
    finding(check, LEVEL_WARNING, name, 1, mend, "unknown file name, without effect") ;
  }
  else finding(check, LEVEL_HINT, name, 1, "what run needs belongs into data/", "unknown file name, without effect") ;
}

static void check_name (struct check *check, char const *name)
{
  for (size_t i = 0 ; i < NAMES ; i++)
    if (!strcmp(names[i].name, name))
    {
      check_known(check, names + i) ;
      return ;
    }
  check_unknown(check, name) ;
}

static int is_visible (struct dirent const *entry)
{
  return entry->d_name[0] != '.' ;
}

void check_names (struct check *check)
{
  struct dirent **entries ;
  int count = scandir(".", &entries, &is_visible, &alphasort) ;
  if (count == -1)
  {
    finding(check, LEVEL_WARNING, "", 1, "check as a user who may", "it cannot be read (%s)", strerror(errno)) ;
    return ;
  }
  if (!check->is_logger && !strcmp(path_last(check->path), "CMD"))
    finding(check, LEVEL_WARNING, "", 1, "rename it", "reeve status lists the command by this name") ;
  for (int i = 0 ; i < count ; i++)
  {
    check_name(check, entries[i]->d_name) ;
    free(entries[i]) ;
  }
  free(entries) ;
}

/* ---- values ---- */

static struct check *told ; /* static, because settings_read() passes no data to tell() */

static void tell (char const *file, char const *value, char const *allowed, int err)
{
  char mend[256] ;
  if (err)
  {
    finding(told, LEVEL_ERROR, file, 1, "make it a file that everybody may read", "it cannot be read (%s)", strerror(err)) ;
    return ;
  }
  snprintf(mend, sizeof mend, "allowed: %s", allowed) ;
  finding(told, LEVEL_ERROR, file, 1, mend, "invalid value \"%s\"", value) ;
}

static int is_effective (char const *file, struct settings const *settings)
{
  if (!strcmp(file, "timeout-kill")) return settings->timeout_kill_ms > 0 ;
  return check_exists(file) ;
}

/* Checks a task: a service that is done when its run has exited 0. */
static void check_task (struct check *check, struct settings const *settings)
{
  if (settings->restart == RESTART_ALWAYS)
    finding(check, LEVEL_WARNING, "restart", 1, "write on-failure, or on-failure:5 for five more tries", "with flag-oneshot, `always` does not run again what is done, and tries for ever what fails") ;
  if (settings->notification_fd != SETTING_NO_FD)
    finding(check, LEVEL_WARNING, "notification-fd", 1, "remove it", "with flag-oneshot, nobody waits for it: a task is ready when it is done, which is when run has exited 0") ;
  if (settings->main_service)
    finding(check, LEVEL_HINT, "flag-main", 1, "if it only has to succeed, remove it, and let the main service need it (dependencies.d)",
      "with flag-oneshot, everything stops when the task is done") ;
  if (check->is_logger) finding(check, LEVEL_WARNING, "flag-oneshot", 1, "remove it", "a logger ends when its input does: it is no task") ;
}

/* reeve-exec --sd-notify reads this file, too. */
static int is_watchdogs (char const *file)
{
  return !strcmp(file, "health-timeout") ;
}

/* Checks the health files. An unhealthy service often hangs, so it needs timeout-kill to end. */
static void check_health (struct check *check, struct settings const *settings)
{
  struct health_settings numbers ;
  struct content content ;
  char spec[HEALTH_SPEC_MAX] ;
  enum health_kind kind = health_file_read(spec, &tell) ;
  char const *file ;
  health_settings_read(&numbers, &tell) ;
  if (!check_exists(HEALTH_FILE))
  {
    for (unsigned int i = 0 ; (file = health_settings_file(i)) ; i++)
      if (check_exists(file) && !(is_watchdogs(file) && check_run_mentions("--sd-notify")))
        finding(check, LEVEL_WARNING, file, 1, "write health, a program or a check on one line, or remove this file", "without health, it has no effect") ;
    return ;
  }
  if (kind == HEALTH_KIND_EXECUTABLE && check_script(check, HEALTH_FILE, &content))
  {
    check_foreign_text(check, HEALTH_FILE, &content) ;
    check_health_script(check, &content) ;
  }
  if (check_exists("flag-oneshot"))
    finding(check, LEVEL_WARNING, HEALTH_FILE, 1, "remove one of these", "with flag-oneshot, it has no effect: a task is healthy when it is done") ;
  else if (settings->restart == RESTART_NO)
    finding(check, LEVEL_HINT, HEALTH_FILE, 1, "write on-failure or always to restart if it is to be started again", "restart is no%s: that it is unhealthy is only said",
      check_exists("restart") ? "" : " with flag-main") ;
  else if (!settings->timeout_kill_ms)
    finding(check, LEVEL_WARNING, HEALTH_FILE, 1, "write milliseconds to timeout-kill", "without timeout-kill, a service that hangs is waited for when it is told to end") ;
}

void check_values (struct check *check)
{
  struct settings settings ;
  struct health_settings numbers ;
  char path[SETTING_PATH_MAX] ;
  char spec[HEALTH_SPEC_MAX] ;
  told = check ;
  settings_read(&settings, SETTINGS_START, &tell) ;
  settings_read_pidfile(path, &tell) ;
  health_settings_read(&numbers, &tell) ;
  health_file_read(spec, &tell) ;
  check_condition(check) ;
}

void check_settings (struct check *check)
{
  struct settings settings ;
  char path[SETTING_PATH_MAX] ;
  told = check ;
  settings_read(&settings, SETTINGS_START, &tell) ;
  settings_read_pidfile(path, &tell) ;
  check_health(check, &settings) ;
  check_condition(check) ;
  if (check->is_logger && settings.console) finding(check, LEVEL_WARNING, FLAG_CONSOLE_FILE, 1, "remove it", "a logger's stdin is what its service writes") ;
  if (settings.timeout_up_ms && settings.notification_fd == SETTING_NO_FD && !check_exists("flag-oneshot") && !check_exists("flag-forks"))
    finding(check, LEVEL_WARNING, "timeout-up", 1, "create notification-fd, or remove it", "without notification-fd, it has no effect: a service that is up counts as ready") ;
  if (settings.oneshot) check_task(check, &settings) ;
  if (settings.has_success_codes && settings.restart == RESTART_ALWAYS && !settings.oneshot)
    finding(check, LEVEL_WARNING, "success-codes", 1, "write on-failure to restart", "restart is always: it has no effect, as success and failure are followed by a restart alike") ;
  for (size_t i = 0 ; i < sizeof pairs / sizeof *pairs ; i++)
    if (check_exists(pairs[i].file) && !is_effective(pairs[i].needs, &settings))
      finding(check, pairs[i].level, pairs[i].file, 1, pairs[i].mend, "%s", pairs[i].what) ;
  if (check_exists("timeout-strays") && settings.keep_strays)
    finding(check, LEVEL_WARNING, "timeout-strays", 1, "remove one of these", "with flag-keep-strays, it has no effect") ;
  for (size_t i = 0 ; i < sizeof contradictions / sizeof *contradictions ; i++)
    if (check_exists(contradictions[i].file) && check_exists(contradictions[i].other))
      finding(check, LEVEL_ERROR, contradictions[i].file, 1, contradictions[i].mend, "%s", contradictions[i].what) ;
  if (settings.notification_fd != SETTING_NO_FD && settings.notification_fd == settings.lock_fd)
    finding(check, LEVEL_ERROR, "lock-fd", 1, "choose two different ones", "notification-fd is the same descriptor %d", settings.lock_fd) ;
}
