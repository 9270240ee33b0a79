/* Stamps as loggers write them, and what is none. */

#include "control/log_reader.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit.h"

static size_t read_stamp (char const *line, int without_leaps, uint64_t *ns)
{
  *ns = 0 ;
  return log_stamp(line, strlen(line), without_leaps, ns) ;
}

TEST(stamps_are_read_as_loggers_write_them_and_nothing_else)
{
  static char const *const none[] =
  {
    "", "plain", "2026-11-25T15:06:49Z text", "2026-11-25T15:06:49.505165 text", "2026-11-25 15:06:49.505165 text", "2026-11-25T15:06:49.50516",
    "@400000006b06f9ae1e1c3569", "@400000006b06f9ae1e1c356g text", "@", "{\"time\":\"soon\",\"service\":\"web\",\"text\":\"x\"}"
  } ;
  uint64_t ns ;
  setenv("TZ", "UTC-2", 1) ;
  tzset() ;
  CHECK(read_stamp("2026-11-25T15:06:49.505165Z text", 0, &ns) == 28 && ns == 1795619209505165000ULL) ;
  CHECK(read_stamp("2026-11-25 17:06:49.505165161  text", 0, &ns) == 31 && ns == 1795619209505165161ULL) ;
  CHECK(read_stamp("2026-11-25_15:06:49.50516 text", 0, &ns) == 26 && ns == 1795619209505160000ULL) ;
  CHECK(read_stamp("2026-11-25T15:06:49.50516 text", 0, &ns) == 26 && ns == 1795619209505160000ULL) ;
  CHECK(read_stamp("@400000006b06f9ae1e1c3569 text", 0, &ns) == 26 && ns == 1795619209505165161ULL) ;
  CHECK(read_stamp("@400000006b06f9931e1c3569 text", 1, &ns) == 26 && ns == 1795619209505165161ULL) ;
  CHECK(read_stamp("@400000006b06f9ae1e1c3569 2026-11-25 17:06:49.505165161  text", 0, &ns) == 57 && ns == 1795619209505165161ULL) ;
  CHECK(!read_stamp("{\"time\":\"2026-11-25T15:06:49.505165Z\",\"service\":\"web\",\"text\":\"x\"}", 0, &ns) && ns == 1795619209505165000ULL) ;
  for (size_t i = 0 ; i < sizeof none / sizeof *none ; i++) CHECK(!read_stamp(none[i], 0, &ns) && !ns) ;
}
