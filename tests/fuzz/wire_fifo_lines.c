#include "fuzz.h"
#include "wire/fifo_lines.h"

char const *PROG = "fuzz" ;

/* Portions of any size, of which not all lines are taken at once: every line that has
   room comes out once, in order, and nothing of one that has none. */

#define SIZE 32

/* The next line of the stream that has room; 0: there is none. */
static char const *next_expected (char const **stream, size_t *left, size_t *len)
{
  char const *end ;
  while ((end = memchr(*stream, '\n', *left)))
  {
    char const *line = *stream ;
    *len = (size_t)(end - line) ;
    *stream += *len + 1 ;
    *left -= *len + 1 ;
    if (*len < SIZE) return line ;
  }
  return 0 ;
}

struct expected
{
  char const *stream ;
  size_t left ;
} ;

static void take (struct fifo_lines *lines, struct expected *expected, unsigned int most)
{
  char const *line ;
  size_t len ;
  while (most-- && (line = fifo_lines_next(lines, &len)))
  {
    size_t right ;
    char const *right_line = next_expected(&expected->stream, &expected->left, &right) ;
    CHECK(right_line && len == right && !memcmp(line, right_line, len)) ;
  }
}

/* The input: portions, each a length with how many lines are taken then, and the bytes. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  static int fd[2] = { -1, -1 } ;
  char *bytes = malloc(SIZE) ; /* so that writing beyond it is found */
  char *stream = malloc(size + 1) ;
  struct fifo_lines lines = { .bytes = bytes, .size = SIZE } ;
  struct expected expected = { .stream = stream } ;
  size_t rest ;
  if (!bytes || !stream) abort() ;
  if (fd[0] == -1 && pipe2(fd, O_CLOEXEC | O_NONBLOCK) == -1) fuzz_die("pipe") ;
  while (size)
  {
    unsigned int head = fuzz_byte(&data, &size) ;
    size_t len = head / 3 < size ? head / 3 : size ;
    size_t held = (size_t)(expected.stream - stream) + expected.left ;
    if (len && write(fd[1], data, len) != (ssize_t)len) fuzz_die("write") ;
    memcpy(stream + held, data, len) ;
    expected.left += len ;
    data += len ;
    size -= len ;
    if (!fifo_lines_read(&lines, fd[0])) CHECK(!len || lines.end == SIZE || errno == EAGAIN) ;
    CHECK(lines.begin <= lines.end && lines.end <= SIZE) ;
    take(&lines, &expected, head % 3 * 4) ;
  }
  do take(&lines, &expected, SIZE) ; while (fifo_lines_read(&lines, fd[0])) ;
  CHECK(!next_expected(&expected.stream, &expected.left, &rest)) ;
  CHECK(expected.left >= lines.end - lines.begin) ;
  free(bytes) ;
  free(stream) ;
  return 0 ;
}
