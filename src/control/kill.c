#include <signal.h>
#include <stddef.h>

#include <skalibs/strerr.h>

#include "control/control.h"
#include "control/signal.h"
#include "control/view.h"
#include "service/settings.h"

/* The signals for which the protocol of s6 has a letter. */
static struct { int signal ; char const *letter ; } const known[] =
{
  { SIGALRM, "a" }, { SIGABRT, "b" }, { SIGQUIT, "q" }, { SIGHUP, "h" }, { SIGKILL, "k" }, { SIGTERM, "t" },
  { SIGINT, "i" }, { SIGUSR1, "1" }, { SIGUSR2, "2" }, { SIGSTOP, "p" }, { SIGCONT, "c" }, { SIGWINCH, "y" },
} ;

static char const *letter_of (char const *word)
{
  int signal ;
  if (!setting_parse_signal(word, &signal)) return 0 ;
  for (size_t i = 0 ; i < sizeof known / sizeof *known ; i++)
    if (known[i].signal == signal) return known[i].letter ;
  return 0 ;
}

/* What has outlived ./run, and is being ended, gets the signal as well. */
static int is_up (struct view const *view)
{
  return view->up || view->ending ;
}

int command_kill (struct request const *request)
{
  char const *letter = letter_of(request->word) ;
  if (letter) return signal_all(request, letter, &is_up, "signal") ;
  strerr_warnw3x("cannot send a signal ", request->word,
    ": allowed: ALRM ABRT QUIT HUP KILL TERM INT USR1 USR2 STOP CONT WINCH, or their numbers") ;
  return EXIT_USAGE ;
}
