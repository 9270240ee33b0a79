#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "base/signals.h"
#include "control/terminal.h"

/* Enters the alternate screen, hides the cursor, stops long lines from wrapping; and back. */
#define ENTER "\033[?1049h\033[?25l\033[?7l\033[H\033[2J"
#define LEAVE "\033[0m\033[?7h\033[?25h\033[?1049l"

static int const signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH, SIGCHLD } ;

static struct termios before ;
static int is_taken ;
static int stderr_copy = -1 ;
static char *shown ; /* the text that the terminal shows; 0: not known */

/* If the terminal is gone, the text is lost. */
static void put (char const *text, size_t len)
{
  (void)!allwrite(1, text, len) ;
}

static void forget (void)
{
  free(shown) ;
  shown = 0 ;
}

static int take (void)
{
  struct termios now ;
  if (tcgetattr(0, &before) == -1) return 0 ;
  now = before ;
  now.c_lflag &= ~(tcflag_t)(ICANON | ECHO) ;
  now.c_cc[VMIN] = 1 ;
  now.c_cc[VTIME] = 0 ;
  if (tcsetattr(0, TCSANOW, &now) == -1) return 0 ;
  is_taken = 1 ;
  put(ENTER, sizeof ENTER - 1) ;
  forget() ;
  return 1 ;
}

static void give_back (void)
{
  if (!is_taken) return ;
  is_taken = 0 ;
  put(LEAVE, sizeof LEAVE - 1) ;
  tcsetattr(0, TCSANOW, &before) ;
}

static void mask (int how, int const *list, size_t n)
{
  sigset_t set ;
  sigemptyset(&set) ;
  for (size_t i = 0 ; i < n ; i++) sigaddset(&set, list[i]) ;
  sigprocmask(how, &set, 0) ;
}

void terminal_end (void)
{
  give_back() ;
  if (stderr_copy >= 0)
  {
    dup2(stderr_copy, 2) ;
    fd_close(stderr_copy) ;
  }
  stderr_copy = -1 ;
}

int terminal_begin (void)
{
  int null ;
  mask(SIG_BLOCK, signals, sizeof signals / sizeof *signals) ;
  for (size_t i = 0 ; i < sizeof signals / sizeof *signals ; i++) signal(signals[i], SIG_DFL) ; /* a signal that is ignored would never come */
  if (!take()) return 0 ;
  atexit(&terminal_end) ;
  null = open("/dev/null", O_WRONLY | O_CLOEXEC) ;
  stderr_copy = fcntl(2, F_DUPFD_CLOEXEC, 3) ;
  if (null >= 0 && stderr_copy >= 0) dup2(null, 2) ;
  if (null >= 0) fd_close(null) ;
  return 1 ;
}

int terminal_signals (void)
{
  return signals_open(signals, sizeof signals / sizeof *signals) ;
}

/* Does what the signal does by default. Returns only when the signal stopped the process, and it goes on. */
static void suffer (int sig)
{
  give_back() ;
  raise(sig) ;
  mask(SIG_UNBLOCK, &sig, 1) ;
  mask(SIG_BLOCK, &sig, 1) ;
}

enum terminal_event terminal_take_signal (int fd)
{
  enum terminal_event event = TERMINAL_NOTHING ;
  for (int sig ; (sig = signals_read(fd)) ; )
    switch (sig)
    {
      case SIGCHLD : event = TERMINAL_CHILD ; break ;
      case SIGTSTP : case SIGCONT :
        if (sig == SIGTSTP) suffer(sig) ;
        else give_back() ; /* another program may have changed the modes of the terminal */
        if (!take()) exit(1) ;
        event = TERMINAL_DRAW ;
        break ;
      case SIGWINCH :
        forget() ;
        event = TERMINAL_DRAW ;
        break ;
      default : suffer(sig) ;
    }
  return event ;
}

void terminal_size (int *rows, int *columns)
{
  struct winsize size ;
  int known = ioctl(1, TIOCGWINSZ, &size) != -1 ;
  *rows = known && size.ws_row ? size.ws_row : 24 ;
  *columns = known && size.ws_col ? size.ws_col : 80 ;
}

static char const *next_line (char const *text)
{
  return text + strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n') ;
}

void terminal_draw (char const *text)
{
  char const *old = shown ? shown : "" ;
  char const *now = text ;
  char *out = 0 ;
  size_t size = 0 ;
  FILE *file = open_memstream(&out, &size) ;
  if (!file) return ;
  if (!shown) fputs("\033[2J", file) ;
  for (unsigned int row = 1 ; *now || *old ; row++, now = next_line(now), old = next_line(old))
  {
    int len = (int)strcspn(now, "\n") ;
    if (shown && *old && *now && (size_t)len == strcspn(old, "\n") && !memcmp(old, now, (size_t)len)) continue ;
    fprintf(file, "\033[%u;1H%.*s\033[0m\033[K", row, len, now) ;
  }
  if (!fclose(file) && size) put(out, size) ;
  free(out) ;
  forget() ;
  shown = strdup(text) ;
}

int terminal_key (char const *keys, size_t len, size_t *at)
{
  static struct { char const *code ; int key ; } const known[] =
  {
    { "[A", KEY_UP }, { "OA", KEY_UP }, { "[B", KEY_DOWN }, { "OB", KEY_DOWN }, { "[5~", KEY_PAGE_UP }, { "[6~", KEY_PAGE_DOWN },
    { "[H", KEY_HOME }, { "OH", KEY_HOME }, { "[1~", KEY_HOME }, { "[F", KEY_END }, { "OF", KEY_END }, { "[4~", KEY_END }
  } ;
  int key = (unsigned char)keys[(*at)++] ;
  if (key != KEY_ESCAPE || *at == len) return key ;
  for (size_t i = 0 ; i < sizeof known / sizeof *known ; i++)
  {
    size_t n = strlen(known[i].code) ;
    if (n > len - *at || memcmp(keys + *at, known[i].code, n) != 0) continue ;
    *at += n ;
    return known[i].key ;
  }
  if (keys[*at] != '[' && keys[*at] != 'O') return key ;
  for (++*at ; *at < len && (keys[*at] < '@' || keys[*at] > '~') ; ++*at) ;
  *at += *at < len ;
  return KEY_UNKNOWN ;
}
