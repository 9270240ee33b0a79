#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/trust.h"
#include "exec/exec.h"

#define ADDRESS_MAX 64
#define NAME_MAX_LENGTH 255 /* systemd's limit */

/* ---- TCP ---- */

size_t listen_parse (char const *text, struct sockaddr_storage *address, char const **port)
{
  struct sockaddr_in *v4 = (struct sockaddr_in *)address ;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address ;
  char host[ADDRESS_MAX] ;
  char const *colon = strrchr(text, ':') ;
  size_t len = colon ? (size_t)(colon - text) : 0 ;
  uint32_t number ;
  if (!len || len >= sizeof host || !identity_parse_number(colon + 1, &number) || number > 65535) return 0 ;
  *port = colon + 1 ;
  memset(address, 0, sizeof *address) ;
  memcpy(host, text, len) ;
  host[len] = 0 ;
  if (host[0] == '[' && host[len - 1] == ']')
  {
    host[len - 1] = 0 ;
    v6->sin6_family = AF_INET6 ;
    v6->sin6_port = htons((uint16_t)number) ;
    return inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1 ? sizeof *v6 : 0 ;
  }
  v4->sin_family = AF_INET ;
  v4->sin_port = htons((uint16_t)number) ;
  return inet_pton(AF_INET, host, &v4->sin_addr) == 1 ? sizeof *v4 : 0 ;
}

static void __attribute__((noreturn)) cannot_listen (char const *text)
{
  strerr_diefu2sys(EXIT_SYSTEM, "listen on ", text) ;
}

static int bound (int family, void const *address, size_t size)
{
  static int const one = 1 ;
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0) ;
  int err ;
  if (fd == -1) return -1 ;
  /* So a restarted service gets its port back at once. */
  if ((family == AF_UNIX || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != -1) && bind(fd, address, (socklen_t)size) != -1) return fd ;
  err = errno ;
  fd_close(fd) ;
  errno = err ;
  return -1 ;
}

static int listen_tcp (char const *text, char const **name)
{
  struct sockaddr_storage address ;
  size_t size = listen_parse(text, &address, name) ;
  int fd ;
  if (!size) strerr_dief3x(EXIT_USAGE, "invalid address ", text, ": allowed: ADDRESS:PORT, with numbers: 0.0.0.0:80, [::]:80") ;
  fd = bound(address.ss_family, &address, size) ;
  if (fd == -1) cannot_listen(text) ;
  return fd ;
}

/* ---- Unix ---- */

/* Is the file a socket that nobody listens on any more? A datagram socket finds out without
   disturbing a listener, whose socket is of another type. */
static int is_left_over (struct sockaddr_un const *address, size_t size)
{
  struct stat st ;
  int fd ;
  int refused ;
  if (lstat(address->sun_path, &st) == -1 || !S_ISSOCK(st.st_mode)) return 0 ;
  fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) ;
  refused = fd != -1 && connect(fd, (struct sockaddr const *)address, (socklen_t)size) == -1 && errno == ECONNREFUSED ;
  if (fd != -1) fd_close(fd) ;
  return refused ;
}

/* Removes the socket, but not by its path: if the service's user may write to the directory, the
   path may lead through a link to anywhere. */
static int unlink_left_over (char const *path)
{
  static struct trust_refusal why ; /* large */
  char text[TRUST_WHY_MAX] ;
  char const *last ;
  int dir = trust_anyones_parent(AT_FDCWD, path, &last, &why) ;
  int ok ;
  int err ;
  if (dir < 0)
  {
    if (why.reason != TRUST_FAILED) strerr_dief4x(EXIT_SYSTEM, "unable to remove the socket ", path, " that nobody listens on: ", trust_why(&why, text)) ;
    return 0 ;
  }
  ok = unlinkat(dir, last, 0) != -1 ;
  err = errno ;
  fd_close(dir) ;
  errno = err ;
  return ok ;
}

static int listen_unix (char const *path, char const **name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX } ;
  size_t len = strlen(path) ;
  size_t size = offsetof(struct sockaddr_un, sun_path) + len + 1 ;
  char const *slash = strrchr(path, '/') ;
  int fd ;
  if (!len || len >= sizeof address.sun_path) strerr_dief3x(EXIT_USAGE, "invalid path of a socket: ", path, ": allowed: 1 to 107 bytes") ;
  *name = slash ? slash + 1 : path ;
  memcpy(address.sun_path, path, len + 1) ;
  fd = bound(AF_UNIX, &address, size) ;
  if (fd == -1 && errno == EADDRINUSE)
  {
    if (!is_left_over(&address, size)) errno = EADDRINUSE ;
    else if (unlink_left_over(path)) fd = bound(AF_UNIX, &address, size) ;
  }
  if (fd == -1) cannot_listen(path) ;
  return fd ;
}

/* ---- all sockets ---- */

/* Appends to LISTEN_FDNAMES, where a colon separates names, and only printable characters are
   allowed. */
static size_t add_name (char *names, size_t at, char const *name)
{
  size_t i = 0 ;
  if (at) names[at++] = ':' ;
  for (; i < NAME_MAX_LENGTH && name[i] ; i++)
  {
    unsigned char c = (unsigned char)name[i] ;
    names[at + i] = c <= ' ' || c >= 127 || c == ':' ? '_' : name[i] ;
  }
  names[at + i] = 0 ;
  return at + i ;
}

void listen_all (struct listener const *listeners, unsigned int count)
{
  char *names = malloc(count * (NAME_MAX_LENGTH + 1) + 1) ;
  int *fds = malloc(count * sizeof *fds) ;
  size_t at = 0 ;
  if (!names || !fds) strerr_diefu1sys(EXIT_SYSTEM, "listen") ;
  for (unsigned int i = 0 ; i < count ; i++)
  {
    char const *name ;
    int fd = listeners[i].is_unix ? listen_unix(listeners[i].text, &name) : listen_tcp(listeners[i].text, &name) ;
    /* Moves out of the way, until all sockets exist. */
    fds[i] = fcntl(fd, F_DUPFD_CLOEXEC, LISTEN_FIRST + (int)count) ;
    if (fds[i] == -1 || listen(fd, SOMAXCONN) == -1) cannot_listen(listeners[i].text) ;
    fd_close(fd) ;
    at = add_name(names, at, name) ;
  }
  for (unsigned int i = 0 ; i < count ; i++)
  {
    if (dup2(fds[i], LISTEN_FIRST + (int)i) == -1) cannot_listen(listeners[i].text) ;
    fd_close(fds[i]) ;
  }
  environment_set_number("LISTEN_FDS", count) ;
  environment_set_number("LISTEN_PID", (uint32_t)getpid()) ;
  environment_set("LISTEN_FDNAMES", names) ;
  free(names) ;
  free(fds) ;
}
