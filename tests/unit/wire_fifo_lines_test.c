#include "wire/fifo_lines.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#define SIZE 16

struct pipe
{
  int end[2] ;
  char bytes[SIZE] ;
  struct fifo_lines lines ;
} ;

static void begin (struct pipe *p)
{
  *p = (struct pipe) { .lines = { .size = SIZE } } ;
  p->lines.bytes = p->bytes ;
  CHECK(pipe2(p->end, O_NONBLOCK | O_CLOEXEC) != -1) ;
}

static void end (struct pipe *p)
{
  close(p->end[0]) ;
  close(p->end[1]) ;
}

static void come (struct pipe *p, char const *text)
{
  CHECK(write(p->end[1], text, strlen(text)) == (ssize_t)strlen(text)) ;
}

static int reads (struct pipe *p)
{
  return fifo_lines_read(&p->lines, p->end[0]) ;
}

static int next (struct pipe *p, char const *expected)
{
  size_t len ;
  char const *line = fifo_lines_next(&p->lines, &len) ;
  return expected ? line && len == strlen(expected) && !memcmp(line, expected, len) : !line ;
}

TEST(lines_come_one_by_one)
{
  struct pipe p ;
  begin(&p) ;
  CHECK(!reads(&p) && next(&p, 0)) ;
  come(&p, "one\n\ntwo\n") ;
  while (reads(&p)) ;
  CHECK(next(&p, "one") && next(&p, "") && next(&p, "two") && next(&p, 0)) ;
  end(&p) ;
}

TEST(a_line_that_a_read_ends_in_is_read_to_its_end)
{
  struct pipe p ;
  begin(&p) ;
  come(&p, "12345\n7890123\nlater\n") ;
  CHECK(reads(&p) && next(&p, "12345") && next(&p, "7890123") && next(&p, 0)) ;
  CHECK(reads(&p) && next(&p, "later") && next(&p, 0)) ;
  end(&p) ;
}

TEST(a_torn_line_is_waited_for)
{
  struct pipe p ;
  begin(&p) ;
  come(&p, "torn ") ;
  CHECK(reads(&p) && next(&p, 0)) ;
  come(&p, "apart\nwhole\n") ;
  CHECK(reads(&p) && next(&p, "torn apart")) ;
  while (reads(&p)) ;
  CHECK(next(&p, "whole") && next(&p, 0)) ;
  end(&p) ;
}

TEST(a_line_that_fills_the_buffer_is_one)
{
  struct pipe p ;
  begin(&p) ;
  come(&p, "123456789012345\n") ;
  CHECK(reads(&p) && next(&p, "123456789012345") && next(&p, 0)) ;
  end(&p) ;
}

TEST(the_end_of_a_line_that_is_too_long_is_no_line)
{
  struct pipe p ;
  begin(&p) ;
  come(&p, "1234567890123456") ;
  CHECK(reads(&p) && next(&p, 0)) ;
  come(&p, "7890") ;
  CHECK(reads(&p) && next(&p, 0)) ;
  come(&p, "tail\nwhole\n") ;
  CHECK(reads(&p)) ;
  while (reads(&p)) ;
  CHECK(next(&p, "whole") && next(&p, 0)) ;
  end(&p) ;
}

TEST(lines_that_were_not_taken_are_kept)
{
  struct pipe p ;
  begin(&p) ;
  come(&p, "a\nb\nc\nd\ne\n") ;
  CHECK(reads(&p) && next(&p, "a")) ;
  CHECK(reads(&p) && next(&p, "b") && next(&p, "c") && next(&p, "d") && next(&p, "e") && next(&p, 0)) ;
  end(&p) ;
}
