#include <sys/ioctl.h>

#include "scan/needs.h"
#include "scan_world.h"
#include "wire/channels.h"
#include "wire/report.h"

char const *PROG = "fuzz" ;

/* Reports in portions of any size: what a supervisor says is heard whole or not at all,
   and only one that is no child of ours, and has no pidfd, is believed to have ended. */

#define UNITS 4
#define LINE_MAX_HEARD (16 * REPORT_SIZE_MAX) /* longer ones are left out as a whole */

static int reports = -1 ;
static char const *const names[UNITS] = { "a", "b", "web/log", "child" } ;
static pid_t const found[UNITS - 1] = { 1, 22, 4194304 } ;

static void prepare (void)
{
  if (reports >= 0) return ;
  fuzz_enter() ;
  fuzz_directory(".s6-svscan") ;
  fuzz_directory("scan") ;
  if (!fifo_make(REPORTS_FIFO)) fuzz_die(REPORTS_FIFO) ;
  reports = fifo_open(REPORTS_FIFO, O_RDWR) ;
  if (reports == -1) fuzz_die(REPORTS_FIFO) ;
}

static void begin (struct scanner *s, struct unit *units[UNITS], unsigned int phases)
{
  static enum unit_phase const phase[4] = { UNIT_RUNNING, UNIT_MISSING, UNIT_LEAVING, UNIT_RETURNING } ;
  begin_scanner(s) ;
  s->reports = s->control = reports ;
  s->look.ended_once = 1 ;
  strcpy(s->scan, "/nonexistent") ;
  for (unsigned int i = 0 ; i < UNITS ; i++, phases /= 4)
  {
    struct child *c = i == UNITS - 1 ? add_child(SUPERVISOR, names[i]) : 0 ;
    units[i] = units_add(&s->units, names[i], names[i], 0) ;
    if (!units[i] || !units_set_supervisor(&s->units, units[i], c ? pid_of(c) : found[i])) fuzz_die("units_add") ;
    units[i]->phase = phase[phases % 4] ;
    units[i]->supervisor.is_child = !!c ;
    if (c) c->told = units[i]->phase == UNIT_LEAVING || units[i]->phase == UNIT_RETURNING ;
    if (units[i]->phase == UNIT_MISSING) units_arm(&s->units, units[i], DEADLINE_RETURN) ;
  }
  world.refuses = 1 ; /* who is gone stays so */
}

struct said
{
  unsigned int ended ; /* bit N: unit N */
  int stops ; /* a main service has ended */
} ;

/* What the whole stream says, learnt by other means. */
static struct said all_said (char const *stream, size_t size)
{
  struct said said = { 0 } ;
  char const *end ;
  for (; (end = memchr(stream, '\n', size)) ; size -= (size_t)(end - stream) + 1, stream = end + 1)
  {
    struct report report ;
    if ((size_t)(end - stream) >= LINE_MAX_HEARD || !report_parse(&report, stream, (size_t)(end - stream))) continue ;
    for (unsigned int i = 0 ; i < UNITS ; i++)
    {
      if (report.supervisor != (i < UNITS - 1 ? found[i] : FIRST_PID) || said.ended >> i & 1) continue ;
      if (report.phase == PHASE_EXITED) said.ended |= (i < UNITS - 1) << i ;
      else if (report.main_service && report.ended) said.stops = 1 ;
    }
  }
  return said ;
}

static void send (struct scanner *s, char const *bytes, size_t len)
{
  int before = INT32_MAX ;
  int left ;
  if (len && write(reports, bytes, len) != (ssize_t)len) fuzz_die("write") ;
  while (!ioctl(reports, FIONREAD, &left) && left)
  {
    CHECK(left < before) ;
    before = left ;
    reap_reports(s) ;
    loop_settle(s) ;
  }
}

/* `\1` stands for a long run of what no newline interrupts, which no fuzzer would find. */
static char *unfold (uint8_t const *data, size_t size, size_t *len)
{
  char *stream = malloc(20001) ;
  size_t n = 0 ;
  if (!stream) abort() ;
  for (size_t i = 0 ; i < size && n < 20000 ; i++)
  {
    size_t times = data[i] == 1 ? LINE_MAX_HEARD - 40 : 1 ;
    if (n + times > 20000) break ;
    memset(stream + n, data[i], times) ;
    n += times ;
  }
  stream[n++] = '\n' ;
  *len = n ;
  return stream ;
}

/* Those that were found are no children of the world, and are gone when it ends. */
static void end (struct scanner *s, struct unit *units[UNITS])
{
  for (unsigned int i = 0 ; i < UNITS - 1 ; i++) units_set_supervisor(&s->units, units[i], 0) ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (unit->phase != UNIT_RELEASED && unit != units[UNITS - 1])
    {
      needs_forget(s, unit) ;
      units_release(&s->units, unit) ;
      unit->phase = UNIT_RELEASED ;
    }
  units_sweep(&s->units) ;
  end_scanner(s) ;
}

/* The input: the phases, the size of the portions, and the stream. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  static struct scanner s ;
  struct unit *units[UNITS] ;
  unsigned int phases = fuzz_byte(&data, &size) ;
  size_t portion = fuzz_byte(&data, &size) * (size_t)16 + 1 ;
  struct said said ;
  size_t len ;
  char *stream = unfold(data, size, &len) ;
  int lowest ;
  prepare() ;
  lowest = fuzz_lowest_descriptor() ;
  begin(&s, units, phases) ;
  said = all_said(stream, len) ;
  for (size_t at = 0 ; at < len ; at += portion)
    send(&s, stream + at, len - at < portion ? len - at : portion) ;
  free(stream) ;
  CHECK(s.stop.on == !!said.stops) ;
  for (unsigned int i = 0 ; i < UNITS && !said.stops ; i++)
    CHECK(units[i]->supervisor.pid == (said.ended >> i & 1 ? 0 : i < UNITS - 1 ? found[i] : FIRST_PID)) ;
  end(&s, units) ;
  CHECK(fuzz_lowest_descriptor() == lowest) ;
  return 0 ;
}
