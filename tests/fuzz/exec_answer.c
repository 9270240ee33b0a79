#include "exec/exec.h"
#include "fuzz.h"

char const *PROG = "fuzz" ;

static int digits (char const *text, size_t n)
{
  int value = 0 ;
  for (size_t i = 0 ; i < n ; i++)
  {
    if (text[i] < '0' || text[i] > '9') return -1 ;
    value = value * 10 + (text[i] - '0') ;
  }
  return value ;
}

/* By another way: of a first line that is whole. */
static int expected (char const *text, size_t len)
{
  if (len < 12 || memcmp(text, "HTTP/", 5) != 0 || digits(text + 5, 1) < 0 || text[6] != '.' || digits(text + 7, 1) < 0 || text[8] != ' ') return ANSWER_WRONG ;
  if (len > 12 && text[12] != ' ' && text[12] != '\t' && text[12] != '\r' && text[12] != '\n') return ANSWER_WRONG ;
  return digits(text + 9, 3) < 0 ? ANSWER_WRONG : digits(text + 9, 3) ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  int last = ANSWER_UNFINISHED ;
  char *all = fuzz_copy(data, size) ;
  int right = expected(all, size) ;
  CHECK(answer_status(all, size, 1) == right) ;
  /* However it comes in pieces: what has been decided stays so. */
  for (size_t len = 0 ; len <= size ; len++)
  {
    char *text = fuzz_copy(data, len) ;
    int status = answer_status(text, len, 0) ;
    if (last != ANSWER_UNFINISHED) CHECK(status == last) ;
    if (status != ANSWER_UNFINISHED) CHECK(status == right) ;
    last = status ;
    free(text) ;
  }
  CHECK((last == ANSWER_UNFINISHED) <= !memchr(all, '\n', size)) ;
  free(all) ;
  return 0 ;
}
