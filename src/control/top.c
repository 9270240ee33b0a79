#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "control/control.h"
#include "control/services.h"
#include "control/terminal.h"
#include "control/top.h"

#define REFRESH_MS 2000
#define EVENT_MS 200 /* between two looks, whatever happens */

/* Does what the key stands for. `page`: lines of a page. Returns 0 when the user quits. */
static int press (struct top *top, int key, int page)
{
  *top->message = 0 ;
  switch (key)
  {
    case 'q' : case KEY_ESCAPE :
      if (!top->pane) return key != 'q' ;
      free(top->pane) ;
      top->pane = 0 ;
      top->first = 0 ;
      return 1 ;
    case 'k' : case KEY_UP : page = -1 ; break ;
    case 'j' : case KEY_DOWN : page = 1 ; break ;
    case KEY_PAGE_UP : page = -page ; break ;
    case KEY_PAGE_DOWN : case ' ' : break ;
    case 'g' : case KEY_HOME : page = -1000000 ; break ;
    case 'G' : case KEY_END : page = 1000000 ; break ;
    default :
      page = 0 ;
      if (top->pane) return 1 ;
  }
  if (page && top->pane) top->first = top->first + page < 0 ? 0 : top->first + page ;
  else if (page) top_move(top, page) ;
  else switch (key)
  {
    case 'c' : case 'C' : top->sort = SORT_CPU ; break ;
    case 'm' : case 'M' : top->sort = SORT_MEMORY ; break ;
    case 'n' : case 'N' : top->sort = SORT_NAME ; break ;
    case 'S' : top->sort = SORT_STATE ; top->looked_ms = 0 ; break ; /* read anew, in that order */
    case 'r' : top_run(top, "restart", 0) ; break ;
    case 's' : top_run(top, "stop", 0) ; break ;
    case 'u' : top_run(top, "start", 0) ; break ;
    case 'w' : top_run(top, "why", 1) ; break ;
    case 'l' : top_run(top, "logs", 1) ; break ;
    default : break ;
  }
  return 1 ;
}

/* ---- the loop ---- */

static int take_keys (struct top *top)
{
  char keys[64] ;
  ssize_t len = read(0, keys, sizeof keys) ;
  int rows ;
  int columns ;
  int goes_on = len > 0 || (len == -1 && (errno == EAGAIN || errno == EINTR)) ; /* else the terminal is gone */
  terminal_size(&rows, &columns) ;
  for (size_t at = 0 ; goes_on && len > 0 && at < (size_t)len ; ) goes_on = press(top, terminal_key(keys, (size_t)len, &at), rows > 4 ? rows - 4 : 1) ;
  return goes_on ;
}

/* Milliseconds until the next look. */
static int wait_ms (struct top const *top, int event)
{
  uint64_t age = clock_ms() - top->looked_ms ;
  uint64_t most = event ? EVENT_MS : REFRESH_MS ;
  return age < most ? (int)(most - age) : 0 ;
}

/* Returns 0 when the user quits, -1 with errno when the tree has ended. */
static int loop (struct top *top, int signals)
{
  int event = 0 ;
  for (;;)
  {
    struct pollfd x[] = { { .fd = 0, .events = POLLIN }, { .fd = signals, .events = POLLIN }, { .fd = top->output, .events = POLLIN }, { .fd = top->events, .events = POLLIN } } ;
    char buf[4096] ;
    if (!wait_ms(top, event))
    {
      event = 0 ;
      if (!top_look(top)) return -1 ;
    }
    top_draw(top) ;
    if (poll(x, sizeof x / sizeof *x, wait_ms(top, event)) == -1 && errno != EINTR) return 0 ;
    if (x[1].revents && terminal_take_signal(signals) == TERMINAL_CHILD) top_reap(top) ;
    if (x[2].revents && top->output >= 0) top_read_output(top) ;
    if (x[2].revents & POLLHUP) top_close_output(top) ; /* SIGCHLD tells that it has ended */
    if (x[3].revents && read(top->events, buf, sizeof buf) > 0) event = 1 ;
    if (x[0].revents && !take_keys(top)) return 0 ;
  }
}

int command_top (struct request const *request)
{
  static struct top top ; /* large */
  int signals ;
  int r ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  if (!isatty(0) || !isatty(1))
  {
    strerr_warnw1x("top needs a terminal: use reeve status or reeve tree") ;
    return EXIT_NO ;
  }
  top = (struct top) { .request = request, .output = -1, .events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) } ;
  if (top.events >= 0) inotify_add_watch(top.events, ".", IN_CREATE | IN_DELETE | IN_MOVED_TO) ;
  if (!terminal_begin() || (signals = terminal_signals()) == -1)
  {
    terminal_end() ;
    strerr_warnwu1sys("take the terminal") ;
    return EXIT_SYSTEM ;
  }
  r = loop(&top, signals) ;
  terminal_end() ;
  if (!r) return EXIT_YES ;
  code = services_need_scanner(request) ;
  if (code) return code ;
  strerr_warnwu1sys("look at the services") ;
  return EXIT_SYSTEM ;
}
