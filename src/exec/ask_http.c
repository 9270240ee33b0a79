#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "exec/asking.h"

#define LINE_SIZE 1024 /* for an answer's first line */
#define ANSWER_SIZE 8192 /* for an interim answer */
#define INTERIM_MAX 16 /* so many interim answers may come before the final one */
#define DRAIN_MS 250
#define DRAIN_BYTES 65536

/* Sends the request. Returns 1, or 0 with errno. If the server has closed the connection already,
   it may have answered before. */
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
    else if (errno != EINTR && (errno != EAGAIN || !asking_wait(fd, POLLOUT, a->deadline))) return 0 ;
  }
  return 1 ;
}

static ssize_t receive (int fd, char *text, size_t size, uint64_t deadline)
{
  for (;;)
  {
    ssize_t r = recv(fd, text, size, 0) ;
    if (r >= 0 || (errno != EINTR && errno != EAGAIN)) return r ;
    if (errno == EAGAIN && !asking_wait(fd, POLLIN, deadline)) return -1 ;
  }
}

/* Takes the rest of a short answer, so that a server does not find the connection broken,
   and say so, while it writes it. */
static void drain (int fd, uint64_t deadline)
{
  char text[4096] ;
  uint64_t until = asking_awake_ms() + DRAIN_MS ;
  ssize_t r = 1 ;
  for (size_t left = DRAIN_BYTES ; left >= sizeof text && r > 0 ; left -= (size_t)r) r = receive(fd, text, sizeof text, until < deadline ? until : deadline) ;
}

static int judge (struct asking const *a, int status)
{
  if (status == ANSWER_WRONG) return asking_no(a, EXIT_NO, "the answer is not HTTP", "") ;
  if (status >= 200 && status < 400) return EXIT_YES ;
  snprintf(a->why, ASK_WHY_MAX, "the answer has status %03d, not 200 to 399", status) ;
  return EXIT_NO ;
}

/* Reads up to the first line of the final answer. Returns its status, or ANSWER_UNFINISHED with an
   exit code in *code. */
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
      return *code = asking_no(a, EXIT_NO, status == ANSWER_UNFINISHED ? "the answer's first line has no end" : "an interim answer has no end", ""), ANSWER_UNFINISHED ;
    r = receive(fd, text + len, sizeof text - len, a->deadline) ;
    if (r == -1 && errno == ETIMEDOUT)
      return *code = asking_timed_out(a, interim || status != ANSWER_UNFINISHED ? "no answer but an interim one" : len ? "the answer's first line has no end" : "connected, and no answer"), ANSWER_UNFINISHED ;
    if (r == -1) return *code = asking_no(a, EXIT_NO, "no answer: ", strerror(errno)), ANSWER_UNFINISHED ;
    if (!r && !len) return *code = asking_no(a, EXIT_NO, "the connection was closed without an answer", ""), ANSWER_UNFINISHED ;
    whole = !r ;
    len += (size_t)r ;
  }
}

int asking_http (struct asking const *a, int fd)
{
  int code = EXIT_NO ;
  int status ;
  if (!send_request(a, fd)) return errno == ETIMEDOUT ? asking_timed_out(a, "the request is not read") : asking_no(a, EXIT_NO, "the request cannot be sent: ", strerror(errno)) ;
  status = read_status(a, fd, &code) ;
  if (status == ANSWER_UNFINISHED) return code ;
  if (status != ANSWER_WRONG) drain(fd, a->deadline) ;
  return judge(a, status) ;
}
