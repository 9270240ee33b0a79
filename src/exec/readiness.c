#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/tai.h>

#include "base/message.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "exec/exec.h"
#include "service/executable.h"

enum helper_code { HELPER_TOLD, HELPER_GAVE_UP, HELPER_PROGRAM_ENDED, HELPER_TOO_LATE } ; /* s6-notifyoncheck's */

enum channel { CHANNEL_PROGRAM, CHANNEL_NOTIFICATION, CHANNEL_SIGNALS, CHANNEL_SOCKET, CHANNEL_COUNT } ;

enum event { EVENT_TIME, EVENT_PROGRAM_ENDED, EVENT_SIGNAL, EVENT_MESSAGE } ;

struct watched
{
  struct readiness const *readiness ;
  struct pollfd x[CHANNEL_COUNT] ;
  tain deadline ; /* of all, if readiness->all_ms */
} ;

static void from_now (tain *moment, uint32_t ms)
{
  tain delay ;
  tain_now(moment) ;
  tain_from_millisecs(&delay, ms > INT_MAX ? INT_MAX : (int)ms) ;
  tain_add(moment, moment, &delay) ;
}

static int ms_until (tain const *moment)
{
  tain now ;
  tain left ;
  int ms ;
  tain_now(&now) ;
  if (!tain_less(&now, moment)) return 0 ;
  tain_sub(&left, moment, &now) ;
  ms = tain_to_millisecs(&left) ;
  return ms < 0 || ms == INT_MAX ? INT_MAX : ms + 1 ; /* poll() rounds down */
}

static int too_late (struct watched const *state)
{
  return state->readiness->all_ms != FOR_EVER && !ms_until(&state->deadline) ;
}

/* Waits `ms`, and no longer than until the deadline. */
static enum event wait_for_event (struct watched *state, uint32_t ms)
{
  tain until ;
  if (ms != FOR_EVER) from_now(&until, ms) ;
  for (;;)
  {
    int left = ms != FOR_EVER ? ms_until(&until) : -1 ;
    if (state->readiness->all_ms != FOR_EVER)
    {
      int all = ms_until(&state->deadline) ;
      if (left == -1 || all < left) left = all ;
    }
    if (poll(state->x, CHANNEL_COUNT, left) == -1)
    {
      if (errno == EINTR) continue ;
      strerr_diefu1sys(EXIT_SYSTEM, "poll") ;
    }
    /* Whoever closed the other end of the notification does not wait for it any more. */
    if (state->x[CHANNEL_PROGRAM].revents || state->x[CHANNEL_NOTIFICATION].revents) return EVENT_PROGRAM_ENDED ;
    if (state->x[CHANNEL_SIGNALS].revents) return EVENT_SIGNAL ;
    if (state->x[CHANNEL_SOCKET].revents) return EVENT_MESSAGE ;
    if ((ms != FOR_EVER && !ms_until(&until)) || too_late(state)) return EVENT_TIME ;
  }
}

static enum helper_code tell (struct watched const *state)
{
  allwrite(state->readiness->notification, "\n", 1) ;
  return HELPER_TOLD ;
}

/* ---- by a check ---- */

static pid_t start_check (struct watched const *state)
{
  struct spawn request = SPAWN_ZERO ;
  char const *const *argv = state->readiness->check ;
  char why[EXECUTABLE_WHY_MAX] ;
  int executing ;
  pid_t pid ;
  request.path = argv[0] ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  pid = spawn(&request, &executing) ;
  if (pid) return pid ;
  if (executing) strerr_warnwu4x("execute ", argv[0], ": ", executable_why_not(argv[0], errno, why, sizeof why)) ;
  else strerr_warnwu2sys("start ", argv[0]) ;
  return 0 ;
}

/* One check. Returns 1 when it has exited 0, -1 when all is over; *code says how. */
static int check_once (struct watched *state, enum helper_code *code)
{
  int wstat ;
  pid_t pid = start_check(state) ;
  if (!pid) return 0 ;
  for (;;)
  {
    enum event event = wait_for_event(state, state->readiness->each_ms) ;
    if (event == EVENT_SIGNAL)
    {
      signals_read(state->x[CHANNEL_SIGNALS].fd) ;
      if (wait_pid_nohang(pid, &wstat) == pid) return WIFEXITED(wstat) && !WEXITSTATUS(wstat) ;
      continue ;
    }
    *code = event == EVENT_PROGRAM_ENDED ? HELPER_PROGRAM_ENDED : HELPER_TOO_LATE ;
    kill(-pid, SIGKILL) ; /* it leads its session, and has not been reaped */
    if (event == EVENT_PROGRAM_ENDED || too_late(state)) return -1 ;
    wait_pid(pid, &wstat) ;
    strerr_warnw2x(state->readiness->check[0], " was killed, as it took too long") ;
    return 0 ;
  }
}

static enum helper_code check_again_and_again (struct watched *state)
{
  struct readiness const *r = state->readiness ;
  uint32_t wait_ms = r->first_ms ;
  enum helper_code code = HELPER_GAVE_UP ;
  for (uint32_t n = 0 ; !r->tries || n < r->tries ; n++)
  {
    enum event event ;
    do
    {
      event = wait_for_event(state, wait_ms) ;
      if (event == EVENT_PROGRAM_ENDED) return HELPER_PROGRAM_ENDED ;
      if (event == EVENT_SIGNAL) signals_read(state->x[CHANNEL_SIGNALS].fd) ;
    }
    while (event != EVENT_TIME) ;
    if (too_late(state)) return HELPER_TOO_LATE ;
    switch (check_once(state, &code))
    {
      case 1 : return tell(state) ;
      case -1 : return code ;
      default : break ;
    }
    if (!n) wait_ms = r->wait_ms ;
    else wait_ms = wait_ms > r->wait_max_ms / 2 ? r->wait_max_ms : wait_ms * 2 ;
  }
  return code ;
}

/* ---- by a message ---- */

int notification_is_ready (char const *text, size_t len)
{
  static char const ready[] = "READY=1" ;
  char const *end = text + len ;
  while (text < end)
  {
    char const *newline = memchr(text, '\n', (size_t)(end - text)) ;
    size_t line = (size_t)((newline ? newline : end) - text) ;
    if (line == sizeof ready - 1 && !memcmp(text, ready, line)) return 1 ;
    text += line + 1 ;
  }
  return 0 ;
}

/* Descriptors that come along are closed by the kernel: there is no room for them. */
static int read_message (struct readiness const *readiness)
{
  char text[4096] ;
  char control[CMSG_SPACE(sizeof(struct ucred))] __attribute__((aligned(sizeof(size_t)))) ;
  struct iovec v = { .iov_base = text, .iov_len = sizeof text } ;
  struct msghdr message = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control } ;
  struct cmsghdr const *c ;
  struct ucred sender ;
  ssize_t len = recvmsg(readiness->socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) ;
  if (len <= 0) return 0 ;
  c = CMSG_FIRSTHDR(&message) ;
  if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS || c->cmsg_len < CMSG_LEN(sizeof sender)) return 0 ;
  memcpy(&sender, CMSG_DATA(c), sizeof sender) ;
  return (!sender.uid || sender.uid == getuid() || sender.pid == readiness->program_pid) && notification_is_ready(text, (size_t)len) ;
}

static enum helper_code hear (struct watched *state)
{
  for (;;)
    switch (wait_for_event(state, FOR_EVER))
    {
      case EVENT_PROGRAM_ENDED : return HELPER_PROGRAM_ENDED ;
      case EVENT_SIGNAL : signals_read(state->x[CHANNEL_SIGNALS].fd) ; break ;
      case EVENT_MESSAGE :
        if (read_message(state->readiness)) return tell(state) ;
        break ;
      default : break ;
    }
}

int readiness_find_out (struct readiness const *readiness)
{
  static int const child_ended[] = { SIGCHLD } ;
  struct watched state = { .readiness = readiness } ;
  sigset_t set ;
  message_begin() ;
  signal(SIGCHLD, SIG_DFL) ; /* an ignored one would not be told */
  signal(SIGPIPE, SIG_IGN) ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigprocmask(SIG_SETMASK, &set, 0) ;
  if (!tain_now_set_stopwatch_g()) strerr_diefu1sys(EXIT_SYSTEM, "read the monotonic clock") ;
  state.x[CHANNEL_PROGRAM] = (struct pollfd) { .fd = readiness->program, .events = POLLIN } ;
  state.x[CHANNEL_NOTIFICATION] = (struct pollfd) { .fd = readiness->notification } ;
  state.x[CHANNEL_SIGNALS] = (struct pollfd) { .fd = signals_open(child_ended, 1), .events = POLLIN } ;
  state.x[CHANNEL_SOCKET] = (struct pollfd) { .fd = readiness->check ? -1 : readiness->socket, .events = POLLIN } ;
  if (state.x[CHANNEL_SIGNALS].fd == -1) strerr_diefu1sys(EXIT_SYSTEM, "wait for signals") ;
  if (readiness->all_ms != FOR_EVER) from_now(&state.deadline, readiness->all_ms) ;
  return (int)(readiness->check ? check_again_and_again(&state) : hear(&state)) ;
}
