#include "wire/report.h"

#include <string.h>

#include <skalibs/types.h>
#include <skalibs/uint32.h>

static char const letters[PHASE_COUNT + 1] = "dwuptbcsfglxh" ; /* in the order of enum phase */

size_t report_format (char out[REPORT_SIZE_MAX], struct report const *report)
{
  size_t n = 0 ;
  size_t len = strlen(report->name) ;
  out[n++] = letters[report->phase] ;
  out[n++] = ' ' ;
  out[n++] = report->wanted ;
  out[n++] = ' ' ;
  out[n++] = report->ready ? '1' : report->settled ? '2' : '0' ;
  out[n++] = ' ' ;
  n += pid_fmt(out + n, report->pid) ;
  out[n++] = ' ' ;
  n += uint_fmt(out + n, report->wstat) ;
  out[n++] = ' ' ;
  n += uint32_fmt(out + n, report->restarts) ;
  out[n++] = ' ' ;
  n += pid_fmt(out + n, report->supervisor) ;
  out[n++] = ' ' ;
  out[n++] = report->killed ? 'k' : report->ended ? report->main_service ? 'm' : 'e' : report->main_service ? 'M' : '-' ;
  out[n++] = ' ' ;
  memcpy(out + n, report->name, len) ;
  n += len ;
  out[n++] = '\n' ;
  return n ;
}

static int one_of (char const **p, char const *allowed, char *c)
{
  if (!(*p)[0] || !strchr(allowed, (*p)[0]) || (*p)[1] != ' ') return 0 ;
  *c = (*p)[0] ;
  *p += 2 ;
  return 1 ;
}

static int number (char const **p, uint32_t max, uint32_t *value)
{
  size_t n ;
  if ((*p)[0] < '0' || (*p)[0] > '9') return 0 ;
  n = uint32_scan(*p, value) ;
  if (!n || (*p)[n] != ' ' || *value > max || ((*p)[0] == '0' && n > 1)) return 0 ;
  *p += n + 1 ;
  return 1 ;
}

static int name_ok (char const *name, size_t len)
{
  if (!len || len > REPORT_NAME_MAX) return 0 ;
  for (size_t i = 0 ; i < len ; i++)
    if ((unsigned char)name[i] < 32 || name[i] == 127) return 0 ;
  return 1 ;
}

int report_parse (struct report *report, char const *line, size_t len)
{
  char text[REPORT_SIZE_MAX] ;
  char const *p = text ;
  struct report parsed ;
  char phase ;
  char ready ;
  char role ;
  uint32_t pid ;
  uint32_t wstat ;
  uint32_t supervisor ;
  size_t name_len ;
  if (len >= sizeof text || memchr(line, 0, len)) return 0 ;
  memcpy(text, line, len) ;
  text[len] = 0 ;
  if (!one_of(&p, letters, &phase) || !one_of(&p, "udx", &parsed.wanted) || !one_of(&p, "012", &ready)
   || !number(&p, INT32_MAX, &pid) || !number(&p, 0xffff, &wstat)
   || !number(&p, UINT32_MAX, &parsed.restarts) || !number(&p, INT32_MAX, &supervisor)
   || !one_of(&p, "mMe-k", &role)) return 0 ;
  name_len = strlen(p) ;
  if (!name_ok(p, name_len)) return 0 ;
  parsed.phase = (enum phase)(strchr(letters, phase) - letters) ;
  parsed.ready = ready == '1' ;
  parsed.settled = ready != '0' ;
  parsed.pid = (pid_t)pid ;
  parsed.wstat = wstat ;
  parsed.supervisor = (pid_t)supervisor ;
  parsed.main_service = role == 'm' || role == 'M' ;
  parsed.ended = role == 'm' || role == 'e' ;
  parsed.killed = role == 'k' ;
  memcpy(parsed.name, p, name_len + 1) ;
  *report = parsed ;
  return 1 ;
}

char const *phase_name (enum phase phase)
{
  static char const *const names[PHASE_COUNT] =
  {
    [PHASE_DOWN] = "down",
    [PHASE_WAITING] = "waiting",
    [PHASE_UP] = "up",
    [PHASE_STOP_DUE] = "to be stopped",
    [PHASE_STOPPING] = "stopping",
    [PHASE_SEARCHING] = "in the background",
    [PHASE_CODE_DUE] = "ended",
    [PHASE_STRAYS] = "ending strays",
    [PHASE_FINISHING] = "finishing",
    [PHASE_FINISH_CODE_DUE] = "finished",
    [PHASE_LEFTOVERS] = "ending leftovers",
    [PHASE_EXITED] = "exited",
    [PHASE_HELD] = "held",
  } ;
  return names[phase] ;
}

int phase_is_up (enum phase phase)
{
  return phase >= PHASE_UP && phase <= PHASE_CODE_DUE ;
}

int phase_awaits_code (enum phase phase)
{
  return phase == PHASE_CODE_DUE || phase == PHASE_FINISH_CODE_DUE ;
}
