#include <dirent.h>
#include <sys/ioctl.h>

#include <skalibs/djbunix.h>

#include "fuzz.h"
#include "log/log.h"

char const *PROG = "fuzz" ;

/* What comes in through a logger's pipe, in portions of any size, while the logger is
   killed and started anew: every byte is in the files once, in order, and a line whose
   beginning was written goes on there. Where whole lines are needed, only what it has
   taken of a line whose end has not come may be missing. */

#define DIRECTORY "log"
#define BYTES_MAX 8192

static char expected[2 * BYTES_MAX + 1] ; /* before long lines are cut */
static size_t expected_len ;
static char fresh[2 * BYTES_MAX + 1] ; /* is it the first byte that a logger has read? */
static size_t fresh_at ; /* of the last one */
static struct logger l ;
static struct input in ;
static int input[2] ;

void __wrap_logger_pause (struct logger *logger, int fd, int ms)
{
  (void)logger ;
  (void)fd ;
  (void)ms ;
  CHECK(!"everything can be written") ;
}

static void start (uint64_t rotate_at, size_t line_max, int nul_ends_line, int whole_lines)
{
  struct logdir d = LOGDIR_ZERO ;
  struct directive *to ;
  d.path = DIRECTORY ;
  d.rotate_at = rotate_at ;
  d.files = 1000 ;
  d.retry_ms = 1000 ;
  l = (struct logger) { .signals = -1, .quiet = 1, .line_max = line_max } ;
  l.nul_ends_line = !!nul_ends_line ;
  to = logger_add(&l, TO_LOGDIR) ;
  to->sink = logger_directory(&l, &d) ;
  lines_prepare(&l) ;
  if (whole_lines) l.takes_parts = 0 ; /* as a pattern would have it */
  CHECK(logdir_open(l.sinks->logdir)) ;
  in.held = in.taken = 0 ;
  in.draining = in.one_line = in.no_writer = 0 ;
  in.seen = in.nap_ms = 0 ;
  in.look_ms = 0 ;
  lines_resume(&l) ;
  input_open(&in) ;
}

/* As the kernel does when it is gone. */
static void stop (void)
{
  struct logdir *d = l.sinks->logdir ;
  for (unsigned int i = 0 ; i < 2 ; i++) if (in.copy[i] >= 0) close(in.copy[i]) ;
  if (d->current >= 0) close(d->current) ;
  if (d->unfinished >= 0) close(d->unfinished) ;
  close(d->dir) ;
  close(d->lock) ;
  free(d) ;
  free(l.sinks) ;
  free(l.directives->header) ;
  free(l.directives) ;
}

static enum input_result read_all (void)
{
  enum input_result r = INPUT_MORE ;
  for (unsigned int rounds = 0 ; r == INPUT_MORE ; rounds++)
  {
    CHECK(rounds <= BYTES_MAX + 1) ;
    r = input_round(&in, &l) ;
  }
  return r ;
}

static void come (uint8_t const *bytes, size_t len)
{
  if (len && write(input[1], bytes, len) != (ssize_t)len) fuzz_die("write") ;
  memcpy(expected + expected_len, bytes, len) ;
  expected_len += len ;
}

static int by_name (struct dirent const **a, struct dirent const **b)
{
  return strcmp((*a)->d_name, (*b)->d_name) ;
}

static int is_archived (struct dirent const *e)
{
  return e->d_name[0] == '@' ;
}

/* The archived files, the oldest first, and `current`. */
static size_t all_written (char *out, size_t size)
{
  struct dirent **files ;
  int n = scandir(DIRECTORY, &files, &is_archived, &by_name) ;
  size_t len = 0 ;
  if (n == -1) fuzz_die(DIRECTORY) ;
  for (int i = 0 ; i <= n ; i++)
  {
    char path[sizeof DIRECTORY + 256] ;
    ssize_t r ;
    snprintf(path, sizeof path, DIRECTORY "/%s", i < n ? files[i]->d_name : "current") ;
    r = openreadnclose(path, out + len, size - len) ;
    if (r == -1) fuzz_die(path) ;
    len += (size_t)r ;
    if (i < n) free(files[i]) ;
  }
  free(files) ;
  return len ;
}

static void check (size_t line_max, int nul_ends_line)
{
  static char written[4 * BYTES_MAX] ;
  size_t len = all_written(written, sizeof written) ;
  size_t at = 0 ;
  size_t in_line = 0 ;
  if (expected_len && expected[expected_len - 1] != '\n' && (expected[expected_len - 1] || !nul_ends_line)) expected[expected_len++] = '\n' ;
  for (size_t i = 0 ; i < expected_len ; i++)
  {
    char c = expected[i] || !nul_ends_line ? expected[i] : '\n' ;
    if (fresh[i]) in_line = 0 ;
    if (line_max && in_line == line_max && c != '\n')
    {
      CHECK(at < len && written[at++] == '\n') ;
      in_line = 0 ;
    }
    CHECK(at < len && written[at++] == c) ;
    in_line = c == '\n' ? 0 : in_line + 1 ;
  }
  CHECK(at == len) ;
}

static size_t in_pipe (void)
{
  int n ;
  if (ioctl(0, FIONREAD, &n) == -1) fuzz_die("ioctl") ;
  return (size_t)n ;
}

/* The input: when to rotate, the longest line, and portions: a length (and whether the
   logger is killed then, or reads nothing yet), and the bytes. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  unsigned int how = fuzz_byte(&data, &size) ;
  uint64_t rotate_at = how & 1 ? 4096 : 64 + how ;
  size_t line_max = how & 2 ? fuzz_byte(&data, &size) : 0 ;
  int nul_ends_line = how & 4 ;
  int whole_lines = how & 8 ;
  int lowest ;
  if (size > BYTES_MAX) size = BYTES_MAX ;
  fuzz_enter() ;
  if (!access(DIRECTORY, F_OK) && rm_rf(DIRECTORY) == -1) fuzz_die(DIRECTORY) ;
  lowest = fuzz_lowest_descriptor() ;
  if (pipe2(input, O_CLOEXEC) == -1 || dup2(input[0], 0) == -1) fuzz_die("pipe") ;
  close(input[0]) ;
  expected_len = fresh_at = 0 ;
  memset(fresh, 0, sizeof fresh) ;
  start(rotate_at, line_max, nul_ends_line, whole_lines) ;
  while (size)
  {
    unsigned int head = fuzz_byte(&data, &size) ;
    size_t len = head / 4 ;
    if (len > size) len = size ;
    come(data, len) ;
    data += len ;
    size -= len ;
    if (head & 1) CHECK(read_all() == INPUT_EMPTY) ;
    if (head & 2)
    {
      expected_len -= in.held ; /* what was not read is in the pipe */
      if (head & 1 || !in.held)
      {
        stop() ;
        CHECK(in_pipe() <= expected_len) ;
        fresh_at = expected_len - in_pipe() ;
        fresh[fresh_at] = 1 ;
        start(rotate_at, line_max, nul_ends_line, whole_lines) ;
      }
      else expected_len += in.held ;
    }
  }
  close(input[1]) ;
  in.no_writer = 1 ;
  CHECK(read_all() == INPUT_END) ;
  input_end(&in, &l) ;
  CHECK(logdir_finish(l.sinks->logdir)) ;
  stop() ;
  check(line_max, nul_ends_line) ;
  CHECK(fuzz_lowest_descriptor() == lowest) ;
  return 0 ;
}
