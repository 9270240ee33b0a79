#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/spawn.h"
#include "init/init.h"

static int has_executable (char const *directory, char const *name)
{
  char path[PLACE_MAX] ;
  int n = snprintf(path, sizeof path, "%s/" CONTROL_DIRECTORY "/%s", directory, name) ;
  return n > 0 && n < (int)sizeof path && !access(path, X_OK) ;
}

void signals_of_a_stop (sigset_t *set, char const *live)
{
  static int const always[] = { SIGTERM, SIGINT, SIGQUIT, SIGRTMIN_3 } ;
  static struct { int number ; char const *name ; } const unless_replaced[] =
    { { SIGUSR1, "SIGUSR1" }, { SIGUSR2, "SIGUSR2" }, { SIGPWR, "SIGPWR" }, { SIGWINCH, "SIGWINCH" } } ;
  sigemptyset(set) ;
  for (size_t i = 0 ; i < sizeof always / sizeof *always ; i++) sigaddset(set, always[i]) ;
  for (size_t i = 0 ; i < sizeof unless_replaced / sizeof *unless_replaced ; i++)
    if (!has_executable(live, unless_replaced[i].name) && !has_executable(SERVICES_DIRECTORY, unless_replaced[i].name))
      sigaddset(set, unless_replaced[i].number) ;
}

int signals_wait (sigset_t const *set, uint64_t until_ms)
{
  siginfo_t info ;
  int sig ;
  if (until_ms)
  {
    uint64_t now = clock_ms() ;
    uint64_t ms = until_ms > now ? until_ms - now : 0 ;
    struct timespec left = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 } ;
    sig = sigtimedwait(set, &info, &left) ;
  }
  else sig = sigwaitinfo(set, &info) ;
  if (sig <= 0 || (sig == SIGWINCH && info.si_code == SI_KERNEL)) return 0 ;
  return sig ;
}
