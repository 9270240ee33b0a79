#include "service/success_codes.h"

#include <signal.h>
#include <string.h>

#include "unit.h"

#define EXITED(code) ((code) << 8)
#define CORE 0x80

static int has (char const *text, unsigned int wstat)
{
  struct success_codes codes ;
  return success_codes_parse(text, &codes) && success_codes_have(&codes, wstat) ;
}

static int refused (char const *text)
{
  struct success_codes codes = { .exits = { 7 }, .signals = 9 } ;
  return !success_codes_parse(text, &codes) && codes.exits[0] == 7 && codes.signals == 9 ;
}

TEST(exit_codes_from_0_to_255)
{
  CHECK(has("3", EXITED(3))) ;
  CHECK(has("255", EXITED(255))) ;
  CHECK(has("31 32 63 64", EXITED(32))) ;
  CHECK(has("31 32 63 64", EXITED(64))) ;
  CHECK(!has("31 32 63 64", EXITED(33))) ;
  CHECK(!has("3", EXITED(4))) ;
  CHECK(!has("3", SIGQUIT)) ; /* which is signal 3 */
}

TEST(the_code_0_is_always_one)
{
  struct success_codes none = { .signals = 0 } ;
  CHECK(success_codes_have(&none, 0)) ;
  CHECK(has("3", 0)) ;
  CHECK(has("0", 0)) ;
  CHECK(!success_codes_have(&none, EXITED(1))) ;
  CHECK(!success_codes_have(&none, SIGTERM)) ;
}

TEST(signals_by_name)
{
  CHECK(has("TERM", SIGTERM)) ;
  CHECK(has("SIGTERM", SIGTERM)) ;
  CHECK(has("sigusr1", SIGUSR1)) ;
  CHECK(has("ABRT", SIGABRT | CORE)) ;
  CHECK(!has("TERM", SIGKILL)) ;
  CHECK(!has("TERM", EXITED(128 + SIGTERM))) ; /* a code that is given as a code */
  CHECK(has("HUP", SIGHUP)) ; /* the first */
  for (int sig = 1 ; sig < 32 ; sig++) CHECK(has("HUP", (unsigned int)sig) == (sig == SIGHUP)) ;
}

TEST(both_in_any_order_with_white_space)
{
  char const *text = " 3\tSIGINT  143\r\n4\n" ;
  CHECK(has(text, EXITED(3)) && has(text, SIGINT) && has(text, EXITED(143)) && has(text, EXITED(4))) ;
  CHECK(!has(text, EXITED(5))) ;
  CHECK(has("007 3 3", EXITED(7))) ;
}

TEST(a_list_of_all_codes_fits)
{
  char text[SUCCESS_CODES_TEXT_MAX + 1] ;
  int n = 0 ;
  for (int code = 0 ; code < 256 ; code++) n += snprintf(text + n, sizeof text - (size_t)n, "%d ", code) ;
  CHECK((size_t)n < sizeof text) ;
  for (unsigned int code = 0 ; code < 256 ; code++) CHECK(has(text, EXITED(code))) ;
}

TEST(all_else_is_refused_as_a_whole)
{
  static char const *const garbage[] =
  {
    "", " ", "\n", "256", "-1", "+1", "3,4", "3;4", "3 x", "NOPE", "3 NOPE", "SIG", "SIG9", "1.5", "0x10", "3-5", "4294967299", "3 99999999999999999999",
    "# 3", "SIGSIGTERM", "TERM,3", "3 TERMINATEDTERMINATED", "!3", "*"
  } ;
  for (size_t i = 0 ; i < sizeof garbage / sizeof *garbage ; i++) CHECK(refused(garbage[i])) ;
}

