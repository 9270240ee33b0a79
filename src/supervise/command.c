#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/file.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"
#include "wire/fifo_lines.h"

#define DOWN_FILE "down"
#define READ_AGAIN_MS 100

/* Indexed by the letter itself: there is no string and no count to drift apart. */
static struct command const letters[256] =
{
  ['a'] = { .signal = SIGALRM },
  ['b'] = { .signal = SIGABRT },
  ['q'] = { .signal = SIGQUIT },
  ['h'] = { .signal = SIGHUP },
  ['k'] = { .signal = SIGKILL },
  ['t'] = { .signal = SIGTERM },
  ['i'] = { .signal = SIGINT },
  ['1'] = { .signal = SIGUSR1 },
  ['2'] = { .signal = SIGUSR2 },
  ['p'] = { .signal = SIGSTOP },
  ['c'] = { .signal = SIGCONT },
  ['y'] = { .signal = SIGWINCH },
  ['l'] = { .signal = COMMAND_RELOAD },
  ['P'] = { .signal = SIGSTOP, .group = 1 },
  ['C'] = { .signal = SIGCONT, .group = 1 },
  ['K'] = { .signal = SIGKILL, .group = 1 },
  ['r'] = { .event = LIFE_RESTART },
  ['o'] = { .event = LIFE_WANT_UP, .then = LIFE_WANT_ONCE },
  ['d'] = { .event = LIFE_WANT_DOWN },
  ['u'] = { .event = LIFE_WANT_UP },
  ['w'] = { .event = LIFE_WANT_IN_ORDER }, /* a letter of Reeve's, not of s6's */
  ['n'] = { .event = LIFE_WANT_ANOTHER }, /* likewise */
  ['e'] = { .paced = 1 }, /* likewise: reeve-exec tells that this ./run keeps a schedule */
  ['D'] = { .event = LIFE_WANT_DOWN, .down_file = COMMAND_DOWN_FILE },
  ['U'] = { .event = LIFE_WANT_UP, .down_file = COMMAND_NO_DOWN_FILE },
  ['x'] = { .event = LIFE_LEAVE },
  ['O'] = { .event = LIFE_WANT_ONCE },
  ['Q'] = { .event = LIFE_WANT_ONCE, .down_file = COMMAND_DOWN_FILE },
} ;

struct command const *command_of_letter (char letter)
{
  return letters + (unsigned char)letter ;
}

struct command const *command_of_signal (int sig)
{
  static struct command const leave = { .event = LIFE_LEAVE, .then = LIFE_WANT_DOWN } ;
  static struct command const run_dry = { .event = LIFE_LEAVE, .run_dry = 1 } ;
  static struct command const quit = { .quit = 1 } ;
  static struct command const interrupt = { .signal = SIGINT, .group = 1, .quit = 1 } ;
  static struct command const nothing = { .quit = 0 } ;
  switch (sig)
  {
    case SIGTERM : return &leave ;
    case SIGHUP : return &run_dry ;
    case SIGINT : return &interrupt ;
    case SIGQUIT : return &quit ;
    default : return &nothing ;
  }
}

ssize_t command_read_letters (struct supervisor const *s, char *buf, size_t size)
{
  return read(s->control, buf, size) ;
}

static char buf[8 * ORDER_SIZE_MAX] ;
static struct fifo_lines lines = { .bytes = buf, .size = sizeof buf } ;

void command_read_orders (struct supervisor const *s)
{
  fifo_lines_read(&lines, s->orders) ;
}

int command_next_order (struct order *order)
{
  char const *line ;
  size_t len ;
  while ((line = fifo_lines_next(&lines, &len)))
    if (order_parse(order, line, len)) return 1 ;
  return 0 ;
}

int command_notified (struct supervisor *s)
{
  char buf[256] ;
  ssize_t r = read(s->notification, buf, sizeof buf) ;
  ssize_t i = 0 ;
  if (r == -1)
  {
    if (errno != EAGAIN && errno != EINTR) clock_pause("read from notification-fd", READ_AGAIN_MS) ;
    return 0 ;
  }
  while (i < r && buf[i] != '\n') i++ ;
  if (r > 0 && i == r) return 0 ; /* only a newline means ready */
  fd_close(s->notification) ;
  s->notification = -1 ;
  s->state_pending = 1 ;
  return r > 0 ;
}

/* ---- what a command asks for besides an event ---- */

void command_change_down_file (int to)
{
  if (to == COMMAND_DOWN_FILE)
  {
    int fd = file_open(DOWN_FILE, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0644) ;
    if (fd == -1) strerr_warnwu1sys("create " DOWN_FILE " (the service will start again with its supervisor)") ;
    else fd_close(fd) ;
  }
  else if (unlink(DOWN_FILE) == -1 && errno != ENOENT)
    strerr_warnwu1sys("remove " DOWN_FILE " (the service will stay down when its supervisor starts again)") ;
}

/* As s6-supervise does on SIGHUP: this process keeps no pipe open any more. */
void command_let_go_of_stdio (void)
{
  int null = file_open("/dev/null", O_RDWR, 0) ;
  if (null == -1)
  {
    fd_close(0) ;
    fd_close(1) ;
    return ;
  }
  dup2(null, 0) ;
  dup2(null, 1) ;
  if (null > 1) fd_close(null) ;
}
