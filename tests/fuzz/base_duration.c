#include "base/duration.h"
#include "fuzz.h"

char const *PROG = "fuzz" ;

/* By another way: digits, then a unit. */
static int expected (char const *text, uint64_t *ms)
{
  static struct { char const *unit ; uint64_t ms ; } const units[] =
    { { "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "h", 3600000 } } ;
  unsigned __int128 n = 0 ;
  size_t digits = strspn(text, "0123456789") ;
  if (!digits) return 0 ;
  for (size_t i = 0 ; i < digits ; i++)
  {
    n = n * 10 + (unsigned)(text[i] - '0') ;
    if (n > UINT64_MAX) return 0 ;
  }
  for (size_t i = 0 ; i < sizeof units / sizeof *units ; i++)
    if (!strcmp(text + digits, units[i].unit) && n * units[i].ms <= UINT64_MAX)
    {
      *ms = (uint64_t)(n * units[i].ms) ;
      return 1 ;
    }
  return 0 ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  char *text = fuzz_text(data, size) ;
  uint64_t ms = 7 ;
  uint64_t right = 7 ;
  CHECK(duration_parse(text, &ms) == expected(text, &right)) ;
  CHECK(ms == right) ;
  free(text) ;
  return 0 ;
}
