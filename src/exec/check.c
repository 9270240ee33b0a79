#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/duration.h"
#include "base/message.h"
#include "exec/exec.h"
#include "service/probe.h"
#include "service/settings.h"

#define DEFAULT_MS 30000
#define HEALTH_TIMEOUT "health-timeout"

void check_parse (char const *spec, struct probe *probe)
{
  char const *fault = probe_parse(spec, probe) ;
  if (fault) strerr_dief4x(EXIT_USAGE, "invalid check ", spec, ": ", fault) ;
}

uint32_t check_parse_duration (char const *text)
{
  uint64_t ms ;
  if (!duration_parse(text, &ms) || ms > INT_MAX) strerr_dief3x(EXIT_USAGE, "invalid duration ", text, ": allowed: 500ms, 5s, 2m, 1h; 0: none") ;
  return ms ? (uint32_t)ms : FOR_EVER ;
}

static void report (char const *file, char const *value, char const *allowed, int err)
{
  errno = err ;
  if (err) strerr_warnwu5sys("read ", file, " (allowed: ", allowed, ")") ;
  else strerr_warnw6x("invalid ", file, ": \"", value, "\": allowed: ", allowed) ;
}

int check_read_timeout (uint32_t *ms)
{
  return settings_read_number(HEALTH_TIMEOUT, "milliseconds from 1 to 2147483647; default: 30000", 1, ms, &report) == 1 ;
}

void check_and_exit (char const *spec, char const *limit)
{
  struct probe probe ;
  char text[PROBE_MAX + 1] ;
  char line[PROBE_MAX + 1024] ;
  char late[PIPE_BUF + 1] ;
  char why[ASK_WHY_MAX] ;
  uint32_t limit_ms = DEFAULT_MS ;
  int code ;
  check_parse(spec, &probe) ;
  if (limit) limit_ms = check_parse_duration(limit) ;
  else check_read_timeout(&limit_ms) ;
  snprintf(text, sizeof text, "%s", spec) ;
  text[strcspn(text, "\r\n\t")] = 0 ; /* cuts a line end */
  snprintf(line, sizeof line, "%s: fatal: %s: timed out: the host's name was not looked up (limit: %lu ms)", PROG, text, (unsigned long)limit_ms) ;
  late[message_format(late, line, strlen(line))] = 0 ;
  code = ask(&probe, limit_ms, late, why) ;
  if (code) strerr_dief3x(code, text, ": ", why) ;
  _exit(EXIT_YES) ;
}
