#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include <skalibs/djbunix.h>
#include <skalibs/tai.h>

#include "fuzz.h"
#include "scan/scanner.h"
#include "wire/report.h"

char const *PROG = "fuzz" ;

/* Reports in portions of any size: what a supervisor says is heard whole or not at
   all, and only a supervisor that is not our child is believed to have ended. */

#define UNITS 4

static int reports[2] ;
static char const *const names[UNITS] = { "a", "b", "web", "child" } ;
static pid_t supervisors[UNITS] = { 1, 22, 4194304, 0 } ; /* the last one is our child's: it may be signalled */

static void start_child (void)
{
  sigset_t all ;
  supervisors[UNITS - 1] = fork() ;
  if (supervisors[UNITS - 1] == -1) fuzz_die("fork") ;
  if (supervisors[UNITS - 1]) return ;
  prctl(PR_SET_PDEATHSIG, SIGKILL) ;
  sigfillset(&all) ;
  sigprocmask(SIG_SETMASK, &all, 0) ;
  for (;;) pause() ;
}

static void prepare (void)
{
  if (reports[1]) return ;
  fuzz_enter() ;
  if (!tain_now_set_stopwatch_g() || pipe2(reports, O_CLOEXEC | O_NONBLOCK) == -1) fuzz_die("prepare") ;
  start_child() ;
}

static void begin (struct scanner *s, struct unit *units[UNITS], unsigned int phases)
{
  static enum unit_phase const phase[4] = { UNIT_RUNNING, UNIT_MISSING, UNIT_LEAVING, UNIT_RETURNING } ;
  for (unsigned int i = 0 ; i < UNITS ; i++, phases /= 4)
  {
    units[i] = units_add(&s->units, names[i], names[i], 0) ;
    if (!units[i] || !units_set_supervisor(&s->units, units[i], supervisors[i])) fuzz_die("units_add") ;
    units[i]->phase = phase[phases % 4] ;
    units[i]->child = i == UNITS - 1 ;
  }
}

/* Which units the whole stream says have ended; -1: it does more than that, or
   a line is too long to be one. */
static int said_to_have_ended (char const *stream, size_t size)
{
  int ended = 0 ;
  while (size)
  {
    struct report report ;
    char const *end = memchr(stream, '\n', size) ;
    size_t len = end ? (size_t)(end - stream) : size ;
    if (len >= REPORT_SIZE_MAX) return -1 ;
    if (report_parse(&report, stream, len))
      for (unsigned int i = 0 ; i < UNITS - 1 ; i++)
      {
        if (report.supervisor != supervisors[i] || strcmp(report.name, names[i]) != 0) continue ;
        if (report.phase == PHASE_EXITED) ended |= 1 << i ;
        else if (report.main_ended && !(ended >> i & 1)) return -1 ; /* stops the tree */
      }
    stream += len + !!end ;
    size -= len + !!end ;
  }
  return ended ;
}

static void send (struct scanner *s, void const *bytes, size_t len)
{
  int before = 0 ;
  int left ;
  if (len && write(reports[1], bytes, len) != (ssize_t)len) fuzz_die("write") ;
  for (; !ioctl(reports[0], FIONREAD, &left) && left > 0 ; before = left)
  {
    CHECK(left != before) ;
    reap_reports(s) ;
  }
}

/* The input: the phases, the size of the portions, and the stream. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  struct scanner s = { .own_code = -1, .command_fd = -1, .lock = -1, .units.found = -1, .inotify = -1, .scan_watch = -1, .ancestor_watch = -1 } ;
  struct unit *units[UNITS] ;
  unsigned int phases = fuzz_byte(&data, &size) ;
  size_t portion = fuzz_byte(&data, &size) * (size_t)16 + 1 ;
  int ended ;
  prepare() ;
  s.control = s.reports = reports[0] ;
  strcpy(s.scan, "/nonexistent") ;
  strcpy(s.supervise, "/nonexistent/reeve-supervise") ;
  begin(&s, units, phases) ;
  ended = said_to_have_ended((char const *)data, size) ;
  for (size_t at = 0 ; at < size ; at += portion)
    send(&s, data + at, size - at < portion ? size - at : portion) ;
  send(&s, "\n", 1) ;
  for (unsigned int i = 0 ; i < UNITS && ended >= 0 ; i++) CHECK((units[i]->supervisor == 0) == (ended >> i & 1)) ;
  if (ended >= 0) CHECK(units[UNITS - 1]->supervisor == supervisors[UNITS - 1]) ;
  units_sweep(&s.units) ;
  for (struct unit *unit = s.units.all ; unit ; unit = unit->next) units_release(&s.units, unit) ;
  units_sweep(&s.units) ;
  CHECK(!s.units.count && !s.units.by_identity && !s.units.by_supervisor) ;
  for (unsigned int i = 0 ; i < UNITS ; i++)
    if (!access(names[i], F_OK)) CHECK(rm_rf(names[i]) != -1) ;
  return 0 ;
}
