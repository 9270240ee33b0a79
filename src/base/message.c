#include "base/message.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include <skalibs/buffer.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/message_form.h"
#include "base/output.h"

#define PATIENCE_MS 20
#define HANDED_OVER "REEVE_MESSAGES_LOST"
#define CUT "...\n"

static struct output output = OUTPUT(2) ;
static char line[PIPE_BUF] ; /* its first byte is for the newline that ends a torn one */
static size_t length = 1 ;
static uint64_t lost ;
static int cut ; /* what follows of this line has no room */
static int torn ; /* a part of a line was written */
static int full ; /* the last line had to be dropped for lack of room */
static enum message_form form ;

/* In place. */
static void give_form (void)
{
  char formed[PIPE_BUF - 1] ;
  struct timespec now ;
  if (form == MESSAGE_PLAIN) return ;
  clock_gettime(CLOCK_REALTIME, &now) ;
  length = message_form_line(formed, sizeof formed, form, &now, line + 1, length - 1) ;
  memcpy(line + 1, formed, length++) ;
}

/* Writes what is in `line`. Returns 1, or 0: it is dropped. */
static int write_line (int patient)
{
  size_t begin = torn ? 0 : 1 ;
  int waited = !patient ;
  give_form() ;
  line[0] = '\n' ;
  full = 0 ;
  while (begin < length)
  {
    ssize_t w = output_write(&output, line + begin, length - begin) ;
    if (w > 0)
    {
      begin += (size_t)w ;
      torn = begin > 1 && begin < length ;
      continue ;
    }
    full = w == -1 && errno == EAGAIN ;
    if (full && !waited)
    {
      struct pollfd x = { .fd = output_fd(&output), .events = POLLOUT } ;
      waited = 1 ;
      if (poll(&x, 1, PATIENCE_MS) > 0) continue ;
    }
    return 0 ;
  }
  return 1 ;
}

static void put (char const *bytes, size_t len)
{
  size_t room = sizeof line - (sizeof CUT - 1) - length ;
  if (cut) return ;
  cut = len > room ;
  if (cut) len = room ;
  memcpy(line + length, bytes, len) ;
  length += len ;
  if (!cut) return ;
  memcpy(line + length, CUT, sizeof CUT - 1) ;
  length += sizeof CUT - 1 ;
}

static void next_line (void)
{
  length = 1 ;
  cut = 0 ;
}

static void say_lost (void)
{
  char number[UINT64_FMT] ;
  char const *const parts[] = { PROG, ": warning: ", number, lost == 1 ? " message is lost" : " messages are lost", ": standard error did not take ", lost == 1 ? "it" : "them", "\n" } ;
  number[uint64_fmt(number, lost)] = 0 ;
  for (size_t i = 0 ; i < sizeof parts / sizeof *parts ; i++) put(parts[i], strlen(parts[i])) ;
  if (write_line(0)) lost = 0 ;
  next_line() ;
}

static void end_line (void)
{
  int written = write_line(!lost) ;
  next_line() ;
  if (!written) lost++ ;
  else if (lost) say_lost() ;
}

/* Instead of writev(), for buffer_2: takes all there is. */
static ssize_t take (int fd, struct iovec const *v, unsigned int n)
{
  ssize_t taken = 0 ;
  int err = errno ;
  char last = 0 ;
  (void)fd ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    if (!v[i].iov_len) continue ;
    put(v[i].iov_base, v[i].iov_len) ;
    last = ((char const *)v[i].iov_base)[v[i].iov_len - 1] ;
    taken += (ssize_t)v[i].iov_len ;
  }
  if (last == '\n') end_line() ;
  errno = err ;
  return taken ;
}

void message_as (char const *mode)
{
  form = message_form_of(mode) ;
}

void message_begin (void)
{
  buffer_2->op = &take ;
}

void message_hand_over (void)
{
  char number[UINT64_FMT] ;
  number[uint64_fmt(number, lost)] = 0 ;
  if (lost) setenv(HANDED_OVER, number, 1) ;
}

void message_take_over (void)
{
  char const *number = getenv(HANDED_OVER) ;
  if (!number) return ;
  uint640_scan(number, &lost) ;
  full = !!lost ;
  unsetenv(HANDED_OVER) ;
}

int message_fd (void)
{
  return lost && full ? output_fd(&output) : -1 ;
}

void message_say_lost (void)
{
  int err = errno ;
  if (lost) say_lost() ;
  errno = err ;
}
