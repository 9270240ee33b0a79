#include "exec/exec.h"
#include "unit.h"

static struct limit limit ;

static int is (char const *text, int resource, rlim_t soft)
{
  return limit_parse(text, &limit) && limit.resource == resource && limit.soft == soft && !limit.has_hard ;
}

static int are (char const *text, int resource, rlim_t soft, rlim_t hard)
{
  return limit_parse(text, &limit) && limit.resource == resource && limit.soft == soft && limit.has_hard && limit.hard == hard ;
}

TEST(a_soft_limit_alone)
{
  CHECK(is("nofile=1024", RLIMIT_NOFILE, 1024)) ;
  CHECK(is("core=0", RLIMIT_CORE, 0)) ;
  CHECK(is("as=unlimited", RLIMIT_AS, RLIM_INFINITY)) ;
  CHECK(is("stack=18446744073709551614", RLIMIT_STACK, 18446744073709551614u)) ;
}

TEST(a_soft_and_a_hard_one)
{
  CHECK(are("nofile=1024:4096", RLIMIT_NOFILE, 1024, 4096)) ;
  CHECK(are("core=0:unlimited", RLIMIT_CORE, 0, RLIM_INFINITY)) ;
  CHECK(are("nproc=unlimited:unlimited", RLIMIT_NPROC, RLIM_INFINITY, RLIM_INFINITY)) ;
  CHECK(are("nice=5:5", RLIMIT_NICE, 5, 5)) ;
}

TEST(a_soft_one_above_the_hard_one_is_refused)
{
  CHECK(!limit_parse("nofile=5:4", &limit)) ;
  CHECK(!limit_parse("nofile=unlimited:4", &limit)) ;
}

TEST(what_is_no_limit_is_refused)
{
  CHECK(!limit_parse("", &limit)) ;
  CHECK(!limit_parse("nofile", &limit)) ;
  CHECK(!limit_parse("nofile=", &limit)) ;
  CHECK(!limit_parse("nofile=x", &limit)) ;
  CHECK(!limit_parse("nofile=5x", &limit)) ;
  CHECK(!limit_parse("nofile=-1", &limit)) ;
  CHECK(!limit_parse("nofile=5:", &limit)) ;
  CHECK(!limit_parse("nofile=:5", &limit)) ;
  CHECK(!limit_parse("nofile=5:6:7", &limit)) ;
  CHECK(!limit_parse("nofile=unlimitedx", &limit)) ;
  CHECK(!limit_parse("nofile=99999999999999999999", &limit)) ;
  CHECK(!limit_parse("=5", &limit)) ;
  CHECK(!limit_parse("files=5", &limit)) ;
  CHECK(!limit_parse("nofiles=5", &limit)) ;
  CHECK(!limit_parse("nofil=5", &limit)) ;
}
