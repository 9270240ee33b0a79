#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/clock.h"
#include "exec/asking.h"

/* Is the socket connected with itself? The kernel may choose the very port that is asked for as the
   client's own port. Then nobody listens there. */
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
  if (!asking_wait(fd, POLLOUT, deadline)) return 0 ;
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
    else if (errno == EAGAIN && asking_wait_for_queue(deadline)) continue ;
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
    case ETIMEDOUT : return asking_timed_out(a, "no connection") ;
    case ECONNREFUSED : return asking_no(a, EXIT_NO, "connection refused", ": nothing listens there") ;
    case EHOSTUNREACH :
    case EHOSTDOWN :
    case ENETUNREACH :
    case ENETDOWN :
    case EADDRNOTAVAIL :
    case EAFNOSUPPORT : return asking_no(a, EXIT_NO, "unreachable: ", strerror(err)) ;
    case ENOENT :
    case ENOTDIR : return asking_no(a, EXIT_NO, "there is no such socket", "") ;
    case EMFILE :
    case ENFILE :
    case ENOBUFS :
    case ENOMEM : return asking_no(a, EXIT_SYSTEM, "unable to connect: ", strerror(err)) ;
    default : return asking_no(a, EXIT_NO, "no connection: ", strerror(err)) ;
  }
}

/* ---- Unix ---- */

int asking_unix (struct asking const *a)
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
    if (err == ECONNREFUSED && !stat(address.sun_path, &st) && !S_ISSOCK(st.st_mode)) return asking_no(a, EXIT_NO, "that is no socket", "") ;
    if (err == ETIMEDOUT) return asking_timed_out(a, "nobody accepts the connections that wait there") ;
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
  if (took > lookup_ms && asking_overslept(took - lookup_ms, took))
  {
    lookup_began += took ;
    start_timer(lookup_ms) ;
    return ;
  }
  if (late_message && write(2, late_message, strlen(late_message)) == -1) _exit(EXIT_TIMED_OUT) ;
  _exit(EXIT_TIMED_OUT) ;
}

/* Limits the lookup of a name, which blocks for as long as resolv.conf says. The limit is a
   signal's: nothing else can end a lookup. */
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
  if (error == EAI_SYSTEM || error == EAI_MEMORY) return asking_no(a, EXIT_SYSTEM, "unable to look up the host's name: ", strerror(error == EAI_MEMORY ? ENOMEM : errno)) ;
  if (error == EAI_AGAIN || error == EAI_FAIL) return asking_no(a, EXIT_NO, "no name server tells the address of ", host) ;
  return asking_no(a, EXIT_NO, "there is no host ", host) ;
}

/* The deadline for one of `count` addresses that are left, so that the others get their time, too. */
static uint64_t share_of_time (struct asking const *a, unsigned int count)
{
  uint64_t now ;
  if (a->deadline == NO_DEADLINE) return NO_DEADLINE ;
  now = asking_awake_ms() ;
  return now >= a->deadline ? a->deadline : now + (a->deadline - now) / count ;
}

/* Tries the host's addresses in turn.
     more  how many addresses the caller has besides
     err   of the first address that has failed; 0: none has
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

int asking_connect (struct asking const *a, char const *late, int *code)
{
  int err = 0 ;
  int fd ;
  late_message = late ;
  if (strcasecmp(a->probe->host, PROBE_LOCALHOST) != 0) return connect_host(a, a->probe->host, a->probe->is_address, 0, &err, code) ;
  fd = connect_host(a, "127.0.0.1", 1, 1, &err, code) ;
  return fd == -1 ? connect_host(a, "::1", 1, 0, &err, code) : fd ;
}
