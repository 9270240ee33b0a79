#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"
#include "wire/fifo_lines.h"

#define DOWN_FILE "down"
#define READ_AGAIN_MS 100

/* What a letter asks for, in this order. */
enum ask
{
  ASK_DOWN_FILE = 1 << 0,
  ASK_NO_DOWN_FILE = 1 << 1,
  ASK_UP = 1 << 2,
  ASK_DOWN = 1 << 3,
  ASK_ONCE = 1 << 4,
  ASK_LEAVE = 1 << 5,
  ASK_RESTART = 1 << 6,
  ASK_RELOAD = 1 << 7,
  ASK_GROUP = 1 << 8 /* the signal goes to the process group */
} ;

struct letter
{
  unsigned int ask ;
  int signal ; /* 0: none */
} ;

/* Indexed by the letter itself: there is no string and no count to drift apart. */
static struct letter const letters[256] =
{
  ['a'] = { 0, SIGALRM },
  ['b'] = { 0, SIGABRT },
  ['q'] = { 0, SIGQUIT },
  ['h'] = { 0, SIGHUP },
  ['k'] = { 0, SIGKILL },
  ['t'] = { 0, SIGTERM },
  ['i'] = { 0, SIGINT },
  ['1'] = { 0, SIGUSR1 },
  ['2'] = { 0, SIGUSR2 },
  ['p'] = { 0, SIGSTOP },
  ['c'] = { 0, SIGCONT },
  ['y'] = { 0, SIGWINCH },
  ['r'] = { ASK_RESTART, 0 },
  ['l'] = { ASK_RELOAD, 0 },
  ['P'] = { ASK_GROUP, SIGSTOP },
  ['C'] = { ASK_GROUP, SIGCONT },
  ['K'] = { ASK_GROUP, SIGKILL },
  ['o'] = { ASK_UP | ASK_ONCE, 0 },
  ['d'] = { ASK_DOWN, 0 },
  ['u'] = { ASK_UP, 0 },
  ['D'] = { ASK_DOWN_FILE | ASK_DOWN, 0 },
  ['U'] = { ASK_NO_DOWN_FILE | ASK_UP, 0 },
  ['x'] = { ASK_LEAVE, 0 },
  ['O'] = { ASK_ONCE, 0 },
  ['Q'] = { ASK_DOWN_FILE | ASK_ONCE, 0 },
} ;

static void make_down_file (void)
{
  int fd = open(DOWN_FILE, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644) ;
  if (fd == -1) strerr_warnwu1sys("create " DOWN_FILE " (the service will start again with its supervisor)") ;
  else fd_close(fd) ;
}

static void remove_down_file (void)
{
  if (unlink(DOWN_FILE) == -1 && errno != ENOENT)
    strerr_warnwu1sys("remove " DOWN_FILE " (the service will stay down when its supervisor starts again)") ;
}

/* What is left in the process group of ./run may be the service itself. */
static void send_signal_to (struct supervisor *s, int sig, int group)
{
  if (s->phase == PHASE_STRAYS) strays_signal(s, sig, group) ;
  if (s->phase == PHASE_UP && s->process.pid) reap_signal(s, sig, group) ;
  else reap_count(s, s->phase == PHASE_STRAYS ? 0 : ESRCH) ;
}

static void reload (struct supervisor *s)
{
  struct settings now = s->settings ;
  settings_read(&now, SETTINGS_STOP, 0) ;
  send_signal_to(s, now.reload_signal, 0) ;
}

static void on_letter (struct supervisor *s, char letter)
{
  struct letter const *l = letters + (unsigned char)letter ;
  if (l->ask & ASK_DOWN_FILE) make_down_file() ;
  if (l->ask & ASK_NO_DOWN_FILE) remove_down_file() ;
  if (l->ask & ASK_UP) act(s, LIFE_WANT_UP) ;
  if (l->ask & ASK_DOWN) act(s, LIFE_WANT_DOWN) ;
  if (l->ask & ASK_ONCE) act(s, LIFE_WANT_ONCE) ;
  if (l->ask & ASK_LEAVE) act(s, LIFE_LEAVE) ;
  if (l->ask & ASK_RESTART) act_restart(s) ;
  if (l->ask & ASK_RELOAD) reload(s) ;
  if (l->signal) send_signal_to(s, l->signal, !!(l->ask & ASK_GROUP)) ;
}

int command_over (struct supervisor const *s)
{
  return s->phase == PHASE_EXITED || s->quit ;
}

/* One read a wake-up: a flood of commands cannot keep signals and deadlines waiting. */
void command_letters (struct supervisor *s)
{
  char buf[256] ;
  ssize_t r = read(s->control, buf, sizeof buf) ;
  for (ssize_t i = 0 ; i < r && !command_over(s) ; i++) on_letter(s, buf[i]) ;
}

static void let_go_of_stdio (void)
{
  int null = open("/dev/null", O_RDWR | O_CLOEXEC) ;
  if (null == -1)
  {
    fd_close(0) ;
    fd_close(1) ;
  }
  else
  {
    dup2(null, 0) ;
    dup2(null, 1) ;
    if (null > 1) fd_close(null) ;
  }
}

/* As SIGHUP to s6-supervise: nothing of this process keeps a pipe open, and it leaves
   when the service ends by itself. A logger's pipe is its fifo; where it writes to is
   needed once more if it ends before its input does. */
static void run_dry (struct supervisor *s)
{
  if (s->logger_input >= 0) logger_input_run_dry(s) ;
  else let_go_of_stdio() ;
  act(s, LIFE_LEAVE) ;
}

static void on_order (struct supervisor *s, struct order const *order)
{
  switch (order->letter)
  {
    case ORDER_REPORT : s->report_pending = s->reports >= 0 ; break ;
    case ORDER_RUN_DRY : run_dry(s) ; break ;
    case ORDER_KILL : act_kill(s) ; break ;
    case ORDER_ABANDON : act(s, LIFE_ABANDON) ; break ;
    case ORDER_UPGRADE : upgrade_order(s) ; break ;
    case ORDER_ENDED : reap_told(s, order->pid, order->wstat) ; break ;
  }
}

void command_orders (struct supervisor *s)
{
  static char buf[8 * ORDER_SIZE_MAX] ;
  static struct fifo_lines lines = { .bytes = buf, .size = sizeof buf } ;
  char const *line ;
  size_t len ;
  if (!fifo_lines_read(&lines, s->orders)) return ;
  while (!command_over(s) && (line = fifo_lines_next(&lines, &len)))
  {
    struct order order ;
    if (order_parse(&order, line, len)) on_order(s, &order) ;
  }
}

void command_signal (struct supervisor *s, int sig)
{
  switch (sig)
  {
    case SIGCHLD : reap(s) ; break ;
    case SIGTERM :
      act(s, LIFE_LEAVE) ;
      act(s, LIFE_WANT_DOWN) ;
      break ;
    case SIGHUP : run_dry(s) ; break ;
    case SIGINT :
      reap_signal(s, SIGINT, 1) ;
      s->quit = 1 ;
      break ;
    case SIGQUIT : s->quit = 1 ; break ;
    default : break ;
  }
}

void command_notified (struct supervisor *s)
{
  char buf[256] ;
  ssize_t r = read(s->notification, buf, sizeof buf) ;
  ssize_t i = 0 ;
  if (r == -1)
  {
    if (errno == EAGAIN || errno == EINTR) return ;
    clock_pause("read from notification-fd", READ_AGAIN_MS) ;
    return ;
  }
  while (i < r && buf[i] != '\n') i++ ;
  if (r > 0 && i == r) return ; /* readiness is the newline */
  fd_close(s->notification) ;
  s->notification = -1 ;
  s->state_pending = 1 ;
  if (!r || s->phase != PHASE_UP) return ;
  tain_wallclock_read(&s->status.ready_since) ;
  s->status.flags |= STATUS_READY ;
  publish_change(s, 'U') ;
}
