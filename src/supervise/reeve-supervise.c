#include <string.h>
#include <stdlib.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/exit.h"
#include "base/message.h"
#include "base/spawn.h"
#include "base/upgrade.h"
#include "base/version.h"
#include "supervise/supervisor.h"

#define USAGE "reeve-supervise [-a | -g] DIR"
#define HELP "usage: " USAGE "\n"
#define PROGRAM "reeve-supervise"

char const *PROG = PROGRAM ;

static char prog[sizeof PROGRAM + 1 + 512] ;

static void name_program (char const *dir)
{
  size_t len = strnlen(dir, sizeof prog - sizeof PROGRAM - 1) ;
  memcpy(prog, PROGRAM " ", sizeof PROGRAM) ;
  memcpy(prog + sizeof PROGRAM, dir, len) ;
  PROG = prog ;
}

/* *numbers: the descriptors that are taken over; *may_start: the services that this one needs are
   ready. */
static enum beginning parse (int argc, char const *const *argv, char const **dir, char const **numbers, int *may_start)
{
  if (argc == 2 && !strcmp(argv[1], "--help")) _exit(allwrite(1, HELP, sizeof HELP - 1) < sizeof HELP - 1 ? EXIT_SYSTEM : EXIT_YES) ;
  *dir = argc > 1 ? argv[argc - 1] : "" ;
  *numbers = argc > 2 ? argv[2] : "" ;
  if (!**dir) strerr_dieusage(EXIT_USAGE, USAGE) ;
  *may_start = argc == 3 && !strcmp(argv[1], "-g") ;
  if (argc == 2 || *may_start) return BEGIN_AFRESH ;
  if (argc == 3 && !strcmp(argv[1], "-a")) return BEGIN_ADOPTING ;
  if (argc == 3 && !strcmp(argv[1], UPGRADE_TRIAL)) return BEGIN_TRIAL ;
  if (argc == 4 && !strcmp(argv[1], UPGRADE_GO)) return BEGIN_UPGRADED ;
  strerr_dieusage(EXIT_USAGE, USAGE) ;
}

static void end (struct supervisor *s)
{
  health_drop(s) ;
  if (s->phase == PHASE_EXITED) logger_input_leave(s) ;
  s->report_pending = s->reports >= 0 && s->phase == PHASE_EXITED ;
  publish_event(s, 'x') ;
  s->status_waits = 0 ;
  publish_pending(s) ;
  message_end() ;
}

int main (int argc, char const *const *argv)
{
  static struct supervisor s =
  {
    .process_fd = -1, .lock = -1, .control = -1, .orders = -1, .state = -1, .reports = -1,
    .notification = -1, .logger_input = -1, .logger_output = -1, .collected = { -1, -1 },
    .checks = { .output = -1, .record = -1 }
  } ;
  enum beginning how ;
  enum life_event first ;
  int signals ;
  int may_start ;
  char const *numbers ;
  version_answer(argc, argv, PROG) ;
  clock_ask_kernel() ;
  spawn_prepare_signals() ;
  message_begin() ;
  s.self = getpid() ;
  how = parse(argc, argv, &s.name, &numbers, &may_start) ;
  if (how == BEGIN_TRIAL) return upgrade_check(s.name) ;
  name_program(s.name) ;
  first = begin_supervising(&s, how, numbers, &signals) ;
  loop(&s, signals, may_start && first == LIFE_WANT_IN_ORDER ? LIFE_WANT_UP : first) ;
  end(&s) ;
  _exit(s.quit && s.phase != PHASE_EXITED ? 1 : 0) ; /* 1: a successor has something to adopt. exit() has nothing to do, and touches memory that no supervisor has used yet */
}
