#include <string.h>

#include "exec/exec.h"
#include "unit.h"

static int ready (char const *text)
{
  return notification_is_ready(text, strlen(text)) ;
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
  CHECK(!notification_is_ready("READY=1", 6)) ;
}
