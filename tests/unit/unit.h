/* Unit tests of what is pure: TEST(name) { CHECK(condition) ; } in a file that
   includes this one is a program that prints a TAP line for each test. */

#ifndef REEVE_TESTS_UNIT_H
#define REEVE_TESTS_UNIT_H

#include <stdio.h>

#define UNIT_TESTS_MAX 64

struct unit_test
{
  char const *name ;
  void (*run) (void) ;
} ;

static struct unit_test unit_tests[UNIT_TESTS_MAX] ;
static unsigned int unit_count ;
static int unit_failed ;

#define TEST(test) \
  static void test (void) ; \
  __attribute__((constructor)) static void register_##test (void) \
  { \
    unit_tests[unit_count++] = (struct unit_test) { #test, &test } ; \
  } \
  static void test (void)

#define CHECK(condition) \
  do \
  { \
    if (!(condition)) \
    { \
      printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #condition) ; \
      unit_failed = 1 ; \
    } \
  } \
  while (0)

char const *PROG = "unit" ;

int main (void)
{
  int failures = 0 ;
  setvbuf(stdout, 0, _IOLBF, 0) ; /* a line is seen at once, and not again in what a test forks */
  printf("1..%u\n", unit_count) ;
  for (unsigned int i = 0 ; i < unit_count ; i++)
  {
    unit_failed = 0 ;
    (*unit_tests[i].run)() ;
    failures += unit_failed ;
    printf("%s %u %s\n", unit_failed ? "not ok" : "ok", i + 1, unit_tests[i].name) ;
  }
  return !!failures ;
}

#endif
