#include <string.h>

#include "exec/exec.h"
#include "unit.h"

static int ready (char const *text)
{
  struct notification n ;
  notification_parse(&n, text, strlen(text)) ;
  return n.ready ;
}

TEST(ready_is_a_line_of_its_own)
{
  CHECK(ready("READY=1")) ;
  CHECK(ready("READY=1\n")) ;
  CHECK(ready("STATUS=fine\nREADY=1")) ;
  CHECK(ready("MAINPID=7\nREADY=1\nSTATUS=fine\n")) ;
}

TEST(nothing_else_is)
{
  CHECK(!ready("")) ;
  CHECK(!ready("\n\n")) ;
  CHECK(!ready("READY=0")) ;
  CHECK(!ready("READY=10")) ;
  CHECK(!ready("READY=")) ;
  CHECK(!ready("ALREADY=1")) ;
  CHECK(!ready("STATUS=READY=1")) ;
  CHECK(!ready("READY=1 ")) ;
  CHECK(!ready("STOPPING=1")) ;
  {
    struct notification n ;
    notification_parse(&n, "READY=1", 6) ;
    CHECK(!n.ready) ;
  }
}

static struct notification parsed (char const *text)
{
  struct notification n ;
  notification_parse(&n, text, strlen(text)) ;
  return n ;
}

TEST(several_things_in_one)
{
  struct notification n = parsed("STATUS=x\nWATCHDOG=1\nREADY=1\nSTOPPING=1\nWATCHDOG=trigger\nWATCHDOG_USEC=1500000") ;
  CHECK(n.ready && n.alive && n.stopping && n.trigger && n.has_interval && n.interval_ms == 1500) ;
  n = parsed("WATCHDOG=2\nWATCHDOG=\nWATCHDOG=1 \nWATCHDOG=triggered\nSTOPPING=0") ;
  CHECK(!n.ready && !n.alive && !n.stopping && !n.trigger && !n.has_interval) ;
}

TEST(the_interval)
{
  CHECK(parsed("WATCHDOG_USEC=1").interval_ms == 1) ;
  CHECK(parsed("WATCHDOG_USEC=1001").interval_ms == 2) ;
  CHECK(parsed("WATCHDOG_USEC=0").has_interval && !parsed("WATCHDOG_USEC=0").interval_ms) ;
  CHECK(parsed("WATCHDOG_USEC=18446744073709551615").has_interval && !parsed("WATCHDOG_USEC=18446744073709551615").interval_ms) ;
  CHECK(!parsed("WATCHDOG_USEC=").has_interval) ;
  CHECK(!parsed("WATCHDOG_USEC=5s").has_interval) ;
  CHECK(!parsed("WATCHDOG_USEC=-1").has_interval) ;
  CHECK(!parsed("WATCHDOG_USEC=99999999999999999999999").has_interval) ;
}
