#include "base/message.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/buffer.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/message_form.h"
#include "base/output.h"
#include "base/text.h"

#define PATIENCE_MS 20
#define HANDED_OVER "REEVE_MESSAGES_LOST"
#define LAST_MAX 512 /* a longer message is not counted, but repeated */
#define QUIET_MS 1000 /* for so long a repeated message is only counted; the time doubles each time */
#define QUIET_MAX_MS 64000
#define STDERR_VARIABLE "REEVE_STDERR"
#define STDERR_MAX (2 * UINT64_FMT + 1)
#define PROGRAM_MAX 600
#define ABOUT_MAX 256 /* bytes of NAME/log, and a NUL */
#define CUT "...\n"

static struct output output = OUTPUT(2) ;
static char line[PIPE_BUF] ; /* the message that is being put together, as skalibs gives it */
static size_t length ;
static char const *about ; /* the service that this message speaks of; 0: the one in PROG, if any */
static uint64_t lost ;
static enum message_form form ;
static int waits ; /* message_begin_waiting() was called: writes may wait */
static int torn ; /* only a part of the last line was written */
static int full ; /* the last line was dropped for lack of room */

/* The last message, and how often it was repeated since. */
static struct
{
  char bytes[LAST_MAX] ;
  char about[ABOUT_MAX] ; /* empty: the service in PROG */
  size_t len ; /* 0: nothing */
  uint32_t more ;
  uint32_t quiet_ms ;
  uint64_t said_ms ; /* clock_ms() */
} last ;

/* Writes a line that ends in a newline. bytes[0] has room for a newline, which first ends a torn
   line. Returns 1, or 0: the line is dropped. */
static int write_line (char *bytes, size_t len, int patient)
{
  size_t begin = torn ? 0 : 1 ;
  int waited = !patient ;
  bytes[0] = '\n' ;
  full = 0 ;
  if (waits) return allwrite(2, bytes + 1, len - 1) == len - 1 ;
  while (begin < len)
  {
    ssize_t w = output_write(&output, bytes + begin, len - begin) ;
    if (w > 0)
    {
      begin += (size_t)w ;
      torn = begin > 1 && begin < len ;
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

static size_t put_in_form (char out[PIPE_BUF], char const *text, size_t len, char const *whom)
{
  struct timespec now = { 0 } ;
  if (form == MESSAGE_JSON) clock_read(CLOCK_REALTIME, &now) ;
  return message_form_write(out, form, PROG, whom && *whom ? whom : 0, text, len, &now) ;
}

size_t message_format (char out[PIPE_BUF], char const *text, size_t len)
{
  return put_in_form(out, text, len, 0) ;
}

static int say (char const *text, size_t len, char const *whom, int patient)
{
  char bytes[1 + PIPE_BUF] ;
  return write_line(bytes, 1 + put_in_form(bytes + 1, text, len, whom), patient) ;
}

static void put (char const *bytes, size_t len)
{
  size_t room = sizeof line - length ;
  if (len > room) len = room ;
  memcpy(line + length, bytes, len) ;
  length += len ;
}

static size_t put_text (char *out, size_t n, char const *text)
{
  size_t len = strlen(text) ;
  memcpy(out + n, text, len) ;
  return n + len ;
}

static void say_lost (void)
{
  char text[LAST_MAX] ;
  size_t n = put_text(text, strnlen(PROG, sizeof text / 2), "") ;
  memcpy(text, PROG, n) ;
  n = put_text(text, n, ": warning: ") ;
  n += uint64_fmt(text + n, lost) ;
  n = put_text(text, n, lost == 1 ? " message is lost: standard error did not take it" : " messages are lost: standard error did not take them") ;
  if (say(text, n, 0, 0)) lost = 0 ;
}

static int say_or_lose (char const *text, size_t len, char const *whom)
{
  if (!say(text, len, whom, !lost))
  {
    lost++ ;
    return 0 ;
  }
  if (lost) say_lost() ;
  return 1 ;
}

static int say_more (void)
{
  char text[LAST_MAX + 64] ;
  size_t n = last.len ;
  if (!last.more) return 1 ;
  memcpy(text, last.bytes, n) ;
  if (last.more == 1) n = put_text(text, n, " (said once more)") ;
  else
  {
    n = put_text(text, n, " (said ") ;
    n += uint32_fmt(text + n, last.more) ;
    n = put_text(text, n, " times more)") ;
  }
  last.more = 0 ;
  return say_or_lose(text, n, last.about) ;
}

static int is_said_again (void)
{
  return last.len && length == last.len && !memcmp(line, last.bytes, length) ;
}

/* The last message again: counts it, or says the count. A message that could not be written does
   not count as said. */
static void count (void)
{
  uint64_t now = clock_ms() ;
  int said ;
  if (last.more < UINT32_MAX) last.more++ ;
  if (now - last.said_ms < last.quiet_ms) return ;
  if (last.more == 1)
  {
    last.more = 0 ;
    said = say_or_lose(line, length, last.about) ;
  }
  else said = say_more() ;
  if (!said) last.len = 0 ;
  last.said_ms = now ;
  if (last.quiet_ms < QUIET_MAX_MS) last.quiet_ms *= 2 ;
}

static void say_new (void)
{
  say_more() ;
  last.len = 0 ;
  if (!say_or_lose(line, length, about) || length > sizeof last.bytes) return ;
  memcpy(last.bytes, line, length) ;
  last.about[0] = 0 ;
  if (about) strncat(last.about, about, sizeof last.about - 1) ;
  last.len = length ;
  last.said_ms = clock_ms() ;
  last.quiet_ms = QUIET_MS ;
}

static void end_line (void)
{
  if (length && line[length - 1] == '\n') length-- ;
  if (form != MESSAGE_JSON) text_make_printable(line, length) ; /* names and texts in it may be anybody's, and act on a terminal */
  if (!waits && is_said_again()) count() ;
  else say_new() ;
  length = 0 ;
  about = 0 ;
}

char const *message_about (char const *service)
{
  return about = service ;
}

/* Takes the place of writev() in skalibs' buffer_2: collects the message, and takes all of it. */
static ssize_t take (int fd, struct iovec const *v, unsigned int n)
{
  ssize_t taken = 0 ;
  int err = errno ;
  char end = 0 ;
  (void)fd ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    if (!v[i].iov_len) continue ;
    put(v[i].iov_base, v[i].iov_len) ;
    end = ((char const *)v[i].iov_base)[v[i].iov_len - 1] ;
    taken += (ssize_t)v[i].iov_len ;
  }
  if (end == '\n') end_line() ;
  errno = err ;
  return taken ;
}

/* ---- the form ---- */

/* Writes DEVICE:INODE of standard error, by which other programs know whether theirs leads out of
   the container, too. */
static void identify (char out[STDERR_MAX])
{
  struct stat st ;
  size_t n ;
  *out = 0 ;
  if (fstat(2, &st) == -1) return ;
  n = uint64_fmt(out, (uint64_t)st.st_dev) ;
  out[n++] = ':' ;
  out[n + uint64_fmt(out + n, (uint64_t)st.st_ino)] = 0 ;
}

static void find_form (void)
{
  char const *known = getenv(STDERR_VARIABLE) ;
  char now[STDERR_MAX] ;
  form = known ? message_form_of(getenv("REEVE_LOG")) : MESSAGE_PLAIN ;
  if (form == MESSAGE_PLAIN) return ;
  identify(now) ;
  if (strcmp(known, now) != 0) form = MESSAGE_PLAIN ;
}

void message_announce (char const *mode)
{
  char now[STDERR_MAX] ;
  form = message_form_of(mode) ;
  if (form != MESSAGE_PLAIN) identify(now) ;
  if (form == MESSAGE_PLAIN) unsetenv(STDERR_VARIABLE) ;
  else if (setenv(STDERR_VARIABLE, now, 1) == -1) strerr_warnwu1sys("set " STDERR_VARIABLE) ;
}

char const *message_program (char const *name)
{
  static char program[PROGRAM_MAX] ;
  char const *service = getenv(SERVICE_VARIABLE) ;
  size_t len = service ? strlen(service) : 0 ;
  size_t n = strlen(name) ;
  if (!len || n + len + 2 > sizeof program) return name ;
  memcpy(program, name, n) ;
  program[n] = ' ' ;
  memcpy(program + n + 1, service, len + 1) ;
  return program ;
}

void message_begin (void)
{
  find_form() ;
  waits = 0 ;
  buffer_2->op = &take ;
}

void message_begin_waiting (void)
{
  find_form() ;
  waits = 1 ;
  buffer_2->op = &take ;
}

void message_end (void)
{
  int err = errno ;
  say_more() ;
  last.len = 0 ;
  errno = err ;
}

void message_hand_over (void)
{
  char number[UINT64_FMT] ;
  message_end() ;
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
