#include "exec/exec.h"
#include "fuzz.h"

char const *PROG = "fuzz" ;

/* By another way: the text as lines, each ended by a NUL. */
static int has_line (char const *lines, size_t len, char const *wanted)
{
  for (size_t at = 0 ; at < len ; at += strlen(lines + at) + 1)
    if (!strcmp(lines + at, wanted)) return 1 ;
  return 0 ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  char *text = fuzz_copy(data, size) ;
  struct notification n ;
  notification_parse(&n, text, size) ;
  if (!memchr(text, 0, size))
  {
    char *lines = fuzz_text(data, size) ;
    for (size_t i = 0 ; i < size ; i++)
      if (lines[i] == '\n') lines[i] = 0 ;
    CHECK(n.ready == has_line(lines, size, "READY=1")) ;
    CHECK(n.alive == has_line(lines, size, "WATCHDOG=1")) ;
    CHECK(n.trigger == has_line(lines, size, "WATCHDOG=trigger")) ;
    CHECK(n.stopping == has_line(lines, size, "STOPPING=1")) ;
    free(lines) ;
  }
  CHECK(n.has_interval || !n.interval_ms) ;
  CHECK(n.interval_ms != FOR_EVER) ;
  free(text) ;
  return 0 ;
}
