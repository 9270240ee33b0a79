#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include "exec/exec.h"

/* Is the line `assignment`? */
static int is (char const *line, size_t len, char const *assignment)
{
  return len == strlen(assignment) && !memcmp(line, assignment, len) ;
}

static void take_interval (struct notification *n, char const *text, size_t len)
{
  char number[UINT64_FMT] ;
  uint64_t us ;
  if (!len || len >= sizeof number) return ;
  memcpy(number, text, len) ;
  number[len] = 0 ;
  if (!uint640_scan(number, &us)) return ;
  n->has_interval = 1 ;
  n->interval_ms = us / 1000 >= FOR_EVER ? 0 : (uint32_t)(us / 1000 + !!(us % 1000)) ;
}

void notification_parse (struct notification *n, char const *text, size_t len)
{
  static char const interval[] = "WATCHDOG_USEC=" ;
  char const *end = text + len ;
  *n = (struct notification) { 0 } ;
  while (text < end)
  {
    char const *newline = memchr(text, '\n', (size_t)(end - text)) ;
    size_t line = (size_t)((newline ? newline : end) - text) ;
    if (is(text, line, "READY=1")) n->ready = 1 ;
    else if (is(text, line, "WATCHDOG=1")) n->alive = 1 ;
    else if (is(text, line, "WATCHDOG=trigger")) n->trigger = 1 ;
    else if (is(text, line, "STOPPING=1")) n->stopping = 1 ;
    else if (line > sizeof interval - 1 && !memcmp(text, interval, sizeof interval - 1)) take_interval(n, text + sizeof interval - 1, line - (sizeof interval - 1)) ;
    text += line + 1 ;
  }
}

/* The kernel closes descriptors that come with the message: there is no room for them. */
int notification_read (struct notification *n, struct readiness const *readiness)
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
  if (sender.uid && sender.uid != readiness->program_uid && sender.pid != readiness->program_pid) return 0 ;
  notification_parse(n, text, (size_t)len) ;
  return 1 ;
}
