#include "scan/console.h"

#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/message.h"
#include "service/settings.h"

/* In place all services have the scanner's stdin, as with s6-svscan. Then flag-console matters only
   where there is a terminal to take. */
static int asks_for_it (struct scanner const *s, struct unit const *unit)
{
  char path[UNIT_PATH_MAX + sizeof "/" FLAG_CONSOLE_FILE] ;
  if (units_is_logger(unit)) return 0 ;
  if (!unit->foreign && !unit->adopt) return unit->console.there ; /* livetree_make() has just read its directory */
  if (unit->foreign && (!s->in_place || !isatty(0))) return 0 ;
  snprintf(path, sizeof path, "%s/" FLAG_CONSOLE_FILE, unit->name) ;
  return !access(path, F_OK) ;
}

/* Gives up the terminal: while it is the controlling terminal of the scanner's session, no other
   session can have it. The kernel then sends SIGHUP and SIGCONT to the foreground process group,
   which is the scanner's; nobody means them, so they are discarded while they are blocked. */
static void let_go_of_terminal (void)
{
  static struct timespec const at_once ;
  sigset_t hangup ;
  if (tcgetsid(0) != getpid() || ioctl(0, TIOCNOTTY) == -1) return ;
  sigemptyset(&hangup) ;
  sigaddset(&hangup, SIGHUP) ;
  sigaddset(&hangup, SIGCONT) ;
  while (sigtimedwait(&hangup, 0, &at_once) > 0) ;
}

int console_is_for (struct scanner *s, struct unit *unit)
{
  char const *has = s->cmd.argv ? "the command" : s->console && s->console != unit ? s->console->name : 0 ;
  if (!asks_for_it(s, unit)) return 0 ;
  if (has)
  {
    if (!unit->console.said) strerr_warnw4x(message_about(unit->name), " has flag-console, but not the container's stdin: ", has, " has it") ;
    unit->console.said = 1 ;
    return 0 ;
  }
  s->console = unit ;
  let_go_of_terminal() ;
  return 1 ;
}

void console_taken_over (struct scanner *s, struct unit *unit)
{
  if (!s->cmd.argv && !s->console && asks_for_it(s, unit)) s->console = unit ;
}
