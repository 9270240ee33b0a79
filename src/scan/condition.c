#include "scan/condition.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/file.h"
#include "base/message.h"
#include "scan/directory.h"
#include "scan/environment.h"
#include "service/enable_if.h"
#include "wire/disabled.h"

/* ---- the file ---- */

static char const *value_of (char const *name, void *data)
{
  return environment_value(data, name) ;
}

static void say_fault (struct unit *unit, char const *value, int err)
{
  if (unit->condition.said) return ;
  unit->condition.said = 1 ;
  errno = err ;
  if (err) strerr_warnwu4sys("read ", message_about(unit->name), "/" ENABLE_IF_FILE, " (allowed: " ENABLE_IF_ALLOWED ")") ;
  else strerr_warnw8x("invalid ", message_about(unit->name), "/", ENABLE_IF_FILE, ": \"", value, "\": allowed: ", ENABLE_IF_ALLOWED) ;
}

/* Returns 1 with the text; 0: there is no file; -1 with errno, which is 0 when the content is
   invalid. *changed_at: when this text was written, if it was read. */
static int read_text (char const *path, char text[ENABLE_IF_TEXT_MAX + 2], struct timespec *changed_at)
{
  struct stat st ;
  ssize_t n ;
  int fd = file_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0) ;
  *text = 0 ;
  if (fd == -1) return errno == ENOENT || errno == ENOTDIR ? 0 : -1 ;
  if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
  {
    fd_close(fd) ;
    errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL ;
    return -1 ;
  }
  *changed_at = st.st_ctim ;
  n = file_read_close(fd, text, ENABLE_IF_TEXT_MAX + 1) ;
  if (n >= 0 && n <= ENABLE_IF_TEXT_MAX && strlen(text) == (size_t)n) return 1 ;
  if (n >= 0) errno = 0 ;
  return -1 ;
}

/* Reads the file through LIVE, where a service directory is complete also for an instance. An
   invalid condition counts as one that holds. */
static int holds (struct scanner *s, struct unit *unit, char why[ENABLE_IF_WHY_MAX], struct timespec *changed_at)
{
  static char text[ENABLE_IF_TEXT_MAX + 2] ;
  static struct environment environment ;
  char path[UNIT_PATH_MAX + sizeof ENABLE_IF_FILE] ;
  int r ;
  snprintf(path, sizeof path, "%s/" ENABLE_IF_FILE, unit->name) ;
  r = read_text(path, text, changed_at) ;
  if (!r) return 1 ;
  if (r == 1)
  {
    environment_open(s, &environment) ;
    r = enable_if(text, &value_of, &environment, why) ;
    environment_close(&environment) ;
    errno = 0 ;
    if (r == -1 && !*why) snprintf(why, ENABLE_IF_WHY_MAX, "no condition") ;
  }
  else snprintf(why, ENABLE_IF_WHY_MAX, "%s", strlen(text) > ENABLE_IF_TEXT_MAX ? "more than 4095 bytes" : "a NUL byte") ;
  if (r == -1) say_fault(unit, why, errno) ;
  else unit->condition.said = 0 ;
  return r ;
}

/* ---- the decisions ---- */

/* May the unit have an enable-if? Of a directory that the scanner made this is known; a foreign one
   has to be read. */
static int may_have_one (struct unit const *unit)
{
  return !units_is_logger(unit) && (unit->condition.there || unit->foreign || unit->condition.disabled) ;
}

int condition_disables (struct scanner *s, struct unit *unit)
{
  char why[ENABLE_IF_WHY_MAX] ;
  struct timespec changed_at ;
  if (unit->adopt || s->stop.on || !may_have_one(unit)) return 0 ;
  if (holds(s, unit, why, &changed_at))
  {
    if ((unit->condition.there || unit->condition.disabled) && !disabled_forget(unit->name) && errno != ENOENT)
      strerr_warnwu4sys("remove ", message_about(unit->name), "/", DISABLED_FILE) ;
    unit->condition.disabled = 0 ;
    return 0 ;
  }
  if (directory_supervisor(unit->name)) return 0 ;
  if (!disabled_write(unit->name, why, &changed_at)) strerr_warnwu5sys("write ", message_about(unit->name), "/", DISABLED_FILE, " (the service is disabled all the same)") ;
  unit->condition.disabled = 1 ;
  if (s->console == unit) s->console = 0 ;
  return 1 ;
}

static int is_task (struct unit const *unit)
{
  char path[UNIT_PATH_MAX + sizeof "/flag-oneshot"] ;
  snprintf(path, sizeof path, "%s/flag-oneshot", unit->name) ;
  return !access(path, F_OK) ;
}

int condition_ends (struct scanner *s, struct unit *unit)
{
  char why[ENABLE_IF_WHY_MAX] ;
  struct timespec changed_at ; /* not used */
  struct graph_node const *node = unit->needs.node ;
  if (!may_have_one(unit) || !node || !unit->supervisor.has_reported || unit->supervisor.runs) return 0 ;
  if (!(node->facts & GRAPH_HELD) && node->facts & (GRAPH_WANTED | GRAPH_READY)) return 0 ;
  return !is_task(unit) && !holds(s, unit, why, &changed_at) ;
}

void condition_say_none_left (struct scanner const *s)
{
  struct unit const *first = 0 ;
  struct timespec changed_at ; /* not used */
  char why[DISABLED_WHY_MAX] ;
  if (s->cmd.argv || s->upgrade.done) return ;
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (units_is_logger(unit) || unit->instances.is_template) continue ;
    if (!unit->condition.disabled) return ;
    first = unit ;
  }
  if (first && disabled_read(first->name, why, sizeof why, &changed_at))
    strerr_warnw5x("nothing runs: every service is disabled by its " ENABLE_IF_FILE ", ", first->name, " for instance: ", why, " (fix the environment, or remove " ENABLE_IF_FILE ")") ;
}
