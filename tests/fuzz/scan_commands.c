#include <signal.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>
#include <skalibs/tai.h>

#include "fuzz.h"
#include "scan/scanner.h"

char const *PROG = "fuzz" ;

/* The letters in the scanner's control fifo, with services of which none can be
   given a supervisor: starting one fails, as it may at any time. */

static int control[2] ;

static void prepare (void)
{
  if (control[1]) return ;
  fuzz_enter() ;
  fuzz_directory("scan") ;
  fuzz_directory("scan/whole") ;
  fuzz_directory("scan/whole/log") ;
  fuzz_directory("scan/without-run") ;
  fuzz_file("scan/whole/run", "#!/bin/sh\n", 10) ;
  fuzz_file("scan/whole/log/run", "#!/bin/sh\n", 10) ;
  chmod("scan/whole/run", 0755) ;
  chmod("scan/whole/log/run", 0755) ;
  fuzz_directory("live") ;
  if (chdir("live") == -1 || !tain_now_set_stopwatch_g() || pipe2(control, O_CLOEXEC | O_NONBLOCK) == -1) fuzz_die("prepare") ;
  fuzz_directory("foreign") ;
  fuzz_file("foreign/run", "#!/bin/sh\n", 10) ;
}

static void wake_up (struct scanner *s)
{
  for (unsigned int portions = 0 ; look_under_way(s) ; portions++)
  {
    CHECK(portions < 1000) ;
    look_continue(s) ;
  }
  units_sweep(&s->units) ;
}

static void check (struct scanner const *s)
{
  CHECK(s->units.count <= 6) ;
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
  {
    CHECK(!unit->supervisor && unit->phase < UNIT_PHASE_COUNT) ;
    CHECK((unit->phase == UNIT_RETRYING) == (unit->waiting == DEADLINE_RETRY)) ;
  }
}

/* The input: portions, each a length and the letters of one wake-up. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  struct scanner s = { .own_code = -1, .command_fd = -1, .lock = -1, .units.found = -1, .inotify = -1, .scan_watch = -1, .ancestor_watch = -1 } ;
  unsigned int portions = 0 ;
  static char const *const none[] = { 0 } ;
  prepare() ;
  s.control = control[0] ;
  s.reports = control[1] ;
  s.arguments = none ;
  strcpy(s.supervise, "/nonexistent/reeve-supervise") ;
  strcpy(s.live, "live") ;
  if (!getcwd(s.scan, sizeof s.scan - 16)) fuzz_die("getcwd") ;
  strcpy(strrchr(s.scan, '/'), "/scan") ;
  look_order(&s, 0, 0) ;
  while (size && portions++ < 32)
  {
    size_t len = fuzz_byte(&data, &size) % 64 ;
    if (len > size) len = size ;
    if (len && write(control[1], data, len) != (ssize_t)len) fuzz_die("write") ;
    data += len ;
    size -= len ;
    if (len) command_letters(&s) ;
    CHECK(!s.stop.on || stop_progress(&s) || s.units.released) ; /* with no supervisor there is nothing to wait for */
    wake_up(&s) ;
    check(&s) ;
  }
  stop_begin(&s, 0) ;
  wake_up(&s) ;
  CHECK(stop_progress(&s) && !s.units.count && !s.units.by_identity && !s.units.by_supervisor && !s.units.by_watch) ;
  if (s.upgrade.checker) /* an installed program's trial */
  {
    kill(s.upgrade.checker, SIGKILL) ;
    waitpid(s.upgrade.checker, 0, 0) ;
  }
  CHECK(waitpid(-1, 0, WNOHANG) == -1 && errno == ECHILD) ;
  if (livetree_is_ours("whole")) CHECK(rm_rf("whole") != -1) ;
  return 0 ;
}
