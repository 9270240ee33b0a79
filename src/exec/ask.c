#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/clock.h"
#include "exec/exec.h"
#include "service/probe.h"

#define NO_DEADLINE UINT64_MAX
#define FULL_QUEUE_MS 20 /* a Unix socket whose queue is full is tried again after this time */
#define LINE_SIZE 1024 /* of an answer's first line */
#define ANSWER_SIZE 8192 /* of an interim answer */
#define INTERIM_MAX 16 /* so many interim answers may come before the final one */
#define SLEPT_MS 1000
#define SLEPT_PART 4
#define DRAIN_MS 250
#define DRAIN_BYTES 65536

struct asking
{
  struct probe const *probe ;
  uint32_t limit_ms ;
  uint64_t deadline ; /* awake_ms(), or NO_DEADLINE */
  char *why ;
} ;

static int no (struct asking const *a, int code, char const *what, char const *detail)
{
  snprintf(a->why, ASK_WHY_MAX, "%s%s", what, detail) ;
  return code ;
}

static int timed_out (struct asking const *a, char const *what)
{
  if (a->limit_ms == FOR_EVER) snprintf(a->why, ASK_WHY_MAX, "timed out: %s", what) ;
  else snprintf(a->why, ASK_WHY_MAX, "timed out: %s (limit: %lu ms)", what, (unsigned long)a->limit_ms) ;
  return EXIT_TIMED_OUT ;
}

/* ---- waiting ---- */

/* In a suspended container nobody answers, nor do we run: that time does not count. */
static uint64_t slept_ms ;

static uint64_t awake_ms (void)
{
  return clock_ms() - slept_ms ;
}

/* Whoever wakes up so late was suspended, or the machine is very busy. */
static int is_overslept (uint64_t late_ms)
{
  return late_ms >= SLEPT_MS ;
}

static int ms_until (uint64_t deadline)
{
  uint64_t now ;
  if (deadline == NO_DEADLINE) return -1 ;
  now = awake_ms() ;
  if (now >= deadline) return 0 ;
  return deadline - now > INT32_MAX ? INT32_MAX : (int)(deadline - now) ;
}

/* A wait is slept through in parts, so that a suspension is noticed. */
static int ms_of_part (uint64_t began, uint64_t deadline)
{
  int ms = ms_until(deadline) ;
  uint64_t part = deadline > began ? (deadline - began) / SLEPT_PART + 1 : 1 ;
  return deadline != NO_DEADLINE && (uint64_t)ms > part ? (int)part : ms ;
}

/* What is there counts, even if the deadline is over.
   Returns 0 with errno, ETIMEDOUT at the deadline. */
static int wait_for (int fd, short events, uint64_t deadline)
{
  struct pollfd x = { .fd = fd, .events = events } ;
  uint64_t began = awake_ms() ;
  for (;;)
  {
    uint64_t before = awake_ms() ;
    int ms = ms_of_part(began, deadline) ;
    int r = poll(&x, 1, ms) ;
    uint64_t took = awake_ms() - before ;
    if (r > 0) return 1 ;
    if (r == -1 && errno != EINTR) return 0 ;
    if (!r && took > (uint64_t)ms && is_overslept(took - (uint64_t)ms)) slept_ms += took - (uint64_t)ms ;
    if (r || ms_until(deadline)) continue ;
    errno = ETIMEDOUT ;
    return 0 ;
  }
}

static int wait_for_queue (uint64_t deadline)
{
  struct timespec pause = { .tv_nsec = FULL_QUEUE_MS * 1000000L } ;
  if (!ms_until(deadline)) return (errno = ETIMEDOUT, 0) ;
  nanosleep(&pause, 0) ;
  return 1 ;
}

/* ---- connecting ---- */

/* A port among those that the kernel gives to clients may be given to this very socket, which
   is then connected with itself: nobody listens there. */
static int is_itself (int fd)
{
  struct sockaddr_storage own = { 0 } ;
  struct sockaddr_storage other = { 0 } ;
  socklen_t own_size = sizeof own ;
  socklen_t other_size = sizeof other ;
  return getsockname(fd, (struct sockaddr *)&own, &own_size) != -1 && own.ss_family != AF_UNIX
      && getpeername(fd, (struct sockaddr *)&other, &other_size) != -1 && own_size == other_size && !memcmp(&own, &other, own_size) ;
}

/* Returns 1, or 0 with errno. */
static int finish_connecting (int fd, uint64_t deadline)
{
  int err = 0 ;
  socklen_t size = sizeof err ;
  if (!wait_for(fd, POLLOUT, deadline)) return 0 ;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) == -1) return 0 ;
  errno = err ;
  return !err ;
}

/* Returns the socket, non-blocking, or -1 with errno. */
static int connect_to (int type, struct sockaddr const *address, socklen_t size, uint64_t deadline)
{
  int fd = socket(address->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) ;
  int err ;
  if (fd == -1) return -1 ;
  for (;;)
  {
    if (connect(fd, address, size) != -1) break ;
    if (errno == EINPROGRESS || errno == EINTR)
    {
      if (finish_connecting(fd, deadline)) break ;
    }
    else if (errno == EAGAIN && wait_for_queue(deadline)) continue ;
    err = errno ;
    fd_close(fd) ;
    errno = err ;
    return -1 ;
  }
  if (!is_itself(fd)) return fd ;
  fd_close(fd) ;
  errno = ECONNREFUSED ;
  return -1 ;
}

static int not_connected (struct asking const *a, int err)
{
  switch (err)
  {
    case ETIMEDOUT : return timed_out(a, "no connection") ;
    case ECONNREFUSED : return no(a, EXIT_NO, "connection refused", ": nothing listens there") ;
    case EHOSTUNREACH :
    case EHOSTDOWN :
    case ENETUNREACH :
    case ENETDOWN :
    case EADDRNOTAVAIL :
    case EAFNOSUPPORT : return no(a, EXIT_NO, "unreachable: ", strerror(err)) ;
    case ENOENT :
    case ENOTDIR : return no(a, EXIT_NO, "there is no such socket", "") ;
    case EMFILE :
    case ENFILE :
    case ENOBUFS :
    case ENOMEM : return no(a, EXIT_SYSTEM, "unable to connect: ", strerror(err)) ;
    default : return no(a, EXIT_NO, "no connection: ", strerror(err)) ;
  }
}

/* ---- Unix ---- */

static int ask_unix (struct asking const *a)
{
  static int const types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET } ;
  struct sockaddr_un address = { .sun_family = AF_UNIX } ;
  struct stat st ;
  int fd = -1 ;
  memcpy(address.sun_path, a->probe->path, a->probe->path_len) ;
  errno = EPROTOTYPE ;
  for (size_t i = 0 ; i < sizeof types / sizeof *types && fd == -1 && errno == EPROTOTYPE ; i++)
    fd = connect_to(types[i], (struct sockaddr const *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + a->probe->path_len + 1), a->deadline) ;
  if (fd == -1)
  {
    int err = errno ;
    if (err == ECONNREFUSED && !stat(address.sun_path, &st) && !S_ISSOCK(st.st_mode)) return no(a, EXIT_NO, "that is no socket", "") ;
    if (err == ETIMEDOUT) return timed_out(a, "nobody accepts the connections that wait there") ;
    return not_connected(a, err) ;
  }
  fd_close(fd) ;
  return EXIT_YES ;
}

/* ---- TCP ---- */

static char const *late_message ;
static uint32_t lookup_ms ; /* how long a lookup may take */
static uint64_t lookup_began ;

static void start_timer (uint32_t ms)
{
  struct itimerval timer = { .it_value = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000 } } ;
  setitimer(ITIMER_REAL, &timer, 0) ;
}

static void give_up (int sig)
{
  uint64_t took = clock_ms() - lookup_began ;
  (void)sig ;
  if (took > lookup_ms && is_overslept(took - lookup_ms))
  {
    lookup_began += took ;
    slept_ms += took ;
    start_timer(lookup_ms) ;
    return ;
  }
  if (late_message && write(2, late_message, strlen(late_message)) == -1) _exit(EXIT_TIMED_OUT) ;
  _exit(EXIT_TIMED_OUT) ;
}

/* Looking up a name blocks, as long as resolv.conf says. The timer stays: nothing else lasts as long. */
static void limit_lookup (struct asking const *a)
{
  sigset_t set ;
  if (a->limit_ms == FOR_EVER) return ;
  lookup_ms = a->limit_ms ;
  lookup_began = clock_ms() ;
  signal(SIGALRM, &give_up) ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGALRM) ;
  sigprocmask(SIG_UNBLOCK, &set, 0) ;
  start_timer(lookup_ms) ;
}

static void end_lookup (void)
{
  start_timer(0) ;
}

static int not_found (struct asking const *a, char const *host, int error)
{
  if (error == EAI_SYSTEM || error == EAI_MEMORY) return no(a, EXIT_SYSTEM, "unable to look up the host's name: ", strerror(error == EAI_MEMORY ? ENOMEM : errno)) ;
  if (error == EAI_AGAIN || error == EAI_FAIL) return no(a, EXIT_NO, "no name server tells the address of ", host) ;
  return no(a, EXIT_NO, "there is no host ", host) ;
}

/* The deadline of one of `count` addresses that are left: the others are to have their time, too. */
static uint64_t share_of_time (struct asking const *a, unsigned int count)
{
  uint64_t now ;
  if (a->deadline == NO_DEADLINE) return NO_DEADLINE ;
  now = awake_ms() ;
  return now >= a->deadline ? a->deadline : now + (a->deadline - now) / count ;
}

/* Tries the host's addresses in turn.
     more  addresses that the caller has besides
     err   of the first one that has failed; 0: none has
   Returns a socket, or -1 with an exit code in *code. */
static int connect_host (struct asking const *a, char const *host, int is_address, unsigned int more, int *err, int *code)
{
  struct addrinfo const hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | (is_address ? AI_NUMERICHOST : 0) } ;
  struct addrinfo *all ;
  unsigned int left = more ;
  int fd = -1 ;
  int error ;
  if (!is_address) limit_lookup(a) ;
  error = getaddrinfo(host, a->probe->port, &hints, &all) ;
  if (!is_address) end_lookup() ;
  if (error)
  {
    *code = not_found(a, host, error) ;
    return -1 ;
  }
  for (struct addrinfo const *one = all ; one ; one = one->ai_next) left++ ;
  for (struct addrinfo const *one = all ; one && fd == -1 ; one = one->ai_next)
  {
    fd = connect_to(SOCK_STREAM, one->ai_addr, one->ai_addrlen, share_of_time(a, left--)) ;
    if (fd == -1 && !*err) *err = errno ;
  }
  freeaddrinfo(all) ;
  if (fd == -1) *code = not_connected(a, *err) ;
  return fd ;
}

/* `localhost` is never looked up: many an image has no /etc/hosts. */
static int connect_tcp (struct asking const *a, int *code)
{
  int err = 0 ;
  int fd ;
  if (strcasecmp(a->probe->host, PROBE_LOCALHOST) != 0) return connect_host(a, a->probe->host, a->probe->is_address, 0, &err, code) ;
  fd = connect_host(a, "127.0.0.1", 1, 1, &err, code) ;
  return fd == -1 ? connect_host(a, "::1", 1, 0, &err, code) : fd ;
}

/* ---- HTTP ---- */

/* Returns 1, or 0 with errno. A server that has closed already may have answered before. */
static int send_request (struct asking const *a, int fd)
{
  struct probe const *probe = a->probe ;
  char text[PROBE_MAX + PROBE_HOST_MAX + 256] ;
  int is_ipv6 = !!strchr(probe->host, ':') ;
  int has_port = strcmp(probe->port, "80") != 0 ;
  size_t sent = 0 ;
  size_t len = (size_t)snprintf(text, sizeof text, "GET /%.*s HTTP/1.1\r\nHost: %s%.*s%s%s%s\r\nUser-Agent: reeve-exec\r\nAccept: */*\r\nConnection: close\r\n\r\n",
    (int)probe->path_len, probe->path, is_ipv6 ? "[" : "", (int)strcspn(probe->host, "%"), probe->host, is_ipv6 ? "]" : "", has_port ? ":" : "", has_port ? probe->port : "") ;
  while (sent < len)
  {
    ssize_t w = send(fd, text + sent, len - sent, MSG_NOSIGNAL) ;
    if (w >= 0) sent += (size_t)w ;
    else if (errno == EPIPE || errno == ECONNRESET) return 1 ;
    else if (errno != EINTR && (errno != EAGAIN || !wait_for(fd, POLLOUT, a->deadline))) return 0 ;
  }
  return 1 ;
}

static ssize_t receive (int fd, char *text, size_t size, uint64_t deadline)
{
  for (;;)
  {
    ssize_t r = recv(fd, text, size, 0) ;
    if (r >= 0 || (errno != EINTR && errno != EAGAIN)) return r ;
    if (errno == EAGAIN && !wait_for(fd, POLLIN, deadline)) return -1 ;
  }
}

/* Takes the rest of a short answer, so that a server does not find the connection broken,
   and say so, while it writes it. */
static void drain (int fd, uint64_t deadline)
{
  char text[4096] ;
  uint64_t until = awake_ms() + DRAIN_MS ;
  ssize_t r = 1 ;
  for (size_t left = DRAIN_BYTES ; left >= sizeof text && r > 0 ; left -= (size_t)r) r = receive(fd, text, sizeof text, until < deadline ? until : deadline) ;
}

static int judge (struct asking const *a, int status)
{
  if (status == ANSWER_WRONG) return no(a, EXIT_NO, "the answer is not HTTP", "") ;
  if (status >= 200 && status < 400) return EXIT_YES ;
  snprintf(a->why, ASK_WHY_MAX, "the answer has status %03d, not 200 to 399", status) ;
  return EXIT_NO ;
}

/* Reads up to the first line of the final answer. Returns its status, or ANSWER_UNFINISHED with
   an exit code in *code. */
static int read_status (struct asking const *a, int fd, int *code)
{
  char text[ANSWER_SIZE] ;
  size_t len = 0 ;
  unsigned int interim = 0 ;
  int whole = 0 ;
  for (;;)
  {
    int status = answer_status(text, len, whole) ;
    size_t skip = answer_is_interim(status) && interim < INTERIM_MAX ? answer_head_size(text, len) : 0 ;
    ssize_t r ;
    if (skip)
    {
      interim++ ;
      len -= skip ;
      memmove(text, text + skip, len) ;
      continue ;
    }
    if (status != ANSWER_UNFINISHED && (!answer_is_interim(status) || whole || interim == INTERIM_MAX)) return status ;
    if (len >= (status == ANSWER_UNFINISHED ? LINE_SIZE : sizeof text))
      return *code = no(a, EXIT_NO, status == ANSWER_UNFINISHED ? "the answer's first line has no end" : "an interim answer has no end", ""), ANSWER_UNFINISHED ;
    r = receive(fd, text + len, sizeof text - len, a->deadline) ;
    if (r == -1 && errno == ETIMEDOUT)
      return *code = timed_out(a, interim || status != ANSWER_UNFINISHED ? "no answer but an interim one" : len ? "the answer's first line has no end" : "connected, and no answer"), ANSWER_UNFINISHED ;
    if (r == -1) return *code = no(a, EXIT_NO, "no answer: ", strerror(errno)), ANSWER_UNFINISHED ;
    if (!r && !len) return *code = no(a, EXIT_NO, "the connection was closed without an answer", ""), ANSWER_UNFINISHED ;
    whole = !r ;
    len += (size_t)r ;
  }
}

static int ask_http (struct asking const *a, int fd)
{
  int code = EXIT_NO ;
  int status ;
  if (!send_request(a, fd)) return errno == ETIMEDOUT ? timed_out(a, "the request is not read") : no(a, EXIT_NO, "the request cannot be sent: ", strerror(errno)) ;
  status = read_status(a, fd, &code) ;
  if (status == ANSWER_UNFINISHED) return code ;
  if (status != ANSWER_WRONG) drain(fd, a->deadline) ;
  return judge(a, status) ;
}

/* ---- any ---- */

int ask (struct probe const *probe, uint32_t limit_ms, char const *late, char why[ASK_WHY_MAX])
{
  struct asking const a = { .probe = probe, .limit_ms = limit_ms, .deadline = limit_ms == FOR_EVER ? NO_DEADLINE : awake_ms() + limit_ms, .why = why } ;
  int code ;
  int fd ;
  late_message = late ;
  if (probe->kind == PROBE_UNIX) return ask_unix(&a) ;
  fd = connect_tcp(&a, &code) ;
  if (fd == -1) return code ;
  code = probe->kind == PROBE_HTTP ? ask_http(&a, fd) : EXIT_YES ;
  fd_close(fd) ;
  return code ;
}
