#include "wire/report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static struct report const sample =
{
  .phase = PHASE_UP, .wanted = 'u', .ready = 1, .pid = 1234, .wstat = 256, .restarts = 7, .supervisor = 99,
  .settled = 1, .main_service = 1, .ended = 1, .name = "web"
} ;

static int same (struct report const *a, struct report const *b)
{
  return a->phase == b->phase && a->wanted == b->wanted && a->ready == b->ready && a->pid == b->pid && a->wstat == b->wstat
   && a->restarts == b->restarts && a->supervisor == b->supervisor && a->settled == b->settled && a->main_service == b->main_service && a->ended == b->ended && a->killed == b->killed
   && !strcmp(a->name, b->name) ;
}

static int comes_back (struct report const *report)
{
  char line[REPORT_SIZE_MAX] ;
  struct report back ;
  size_t len = report_format(line, report) ;
  return len <= REPORT_SIZE_MAX && len && line[len - 1] == '\n' && report_parse(&back, line, len - 1) && same(&back, report) ;
}

static int refused_bytes (char const *line, size_t len)
{
  struct report report = sample ;
  char *exact = malloc(len ? len : 1) ; /* so that a sanitizer sees a read beyond it */
  int r ;
  memcpy(exact, line, len) ;
  r = report_parse(&report, exact, len) ;
  free(exact) ;
  CHECK(r || same(&report, &sample)) ;
  return !r ;
}

static int refused (char const *line)
{
  return refused_bytes(line, strlen(line)) ;
}

TEST(a_line_is_ten_fields_and_a_newline)
{
  static char const expected[] = "u u 1 1234 256 7 99 m web\n" ;
  char line[REPORT_SIZE_MAX] ;
  CHECK(report_format(line, &sample) == sizeof expected - 1) ;
  CHECK(!memcmp(line, expected, sizeof expected - 1)) ;
}

TEST(that_something_was_killed_is_in_place_of_the_main_services_end)
{
  static char const expected[] = "u u 1 1234 256 7 99 k web\n" ;
  char line[REPORT_SIZE_MAX] ;
  struct report killed = sample ;
  killed.killed = 1 ;
  CHECK(report_format(line, &killed) == sizeof expected - 1) ;
  CHECK(!memcmp(line, expected, sizeof expected - 1)) ;
  killed.main_service = killed.ended = 0 ;
  CHECK(comes_back(&killed)) ;
}

TEST(what_it_is_and_whether_it_will_come_back_are_one_letter)
{
  static char const letters[2][2] = { { '-', 'e' }, { 'M', 'm' } } ;
  char line[REPORT_SIZE_MAX] ;
  struct report report = sample ;
  for (int i = 0 ; i < 4 ; i++)
  {
    report.main_service = i >> 1 ;
    report.ended = i & 1 ;
    report_format(line, &report) ;
    CHECK(line[20] == letters[i >> 1][i & 1]) ;
    CHECK(comes_back(&report)) ;
  }
}

TEST(one_that_is_not_ready_but_was_once_is_told_apart)
{
  char line[REPORT_SIZE_MAX] ;
  struct report report = sample ;
  report.ready = 0 ;
  report_format(line, &report) ;
  CHECK(line[4] == '2') ;
  CHECK(comes_back(&report)) ;
  report.settled = 0 ;
  report_format(line, &report) ;
  CHECK(line[4] == '0') ;
  CHECK(comes_back(&report)) ;
}

TEST(a_line_is_parsed)
{
  static char const line[] = "u u 1 1234 256 7 99 m web" ;
  struct report report ;
  CHECK(report_parse(&report, line, sizeof line - 1)) ;
  CHECK(same(&report, &sample)) ;
}

TEST(every_phase_and_wish_comes_back)
{
  static char const wishes[] = { 'u', 'd', 'x' } ;
  static char const letters[PHASE_COUNT] = { 'd', 'w', 'u', 'p', 't', 'b', 'c', 's', 'f', 'g', 'l', 'x', 'h' } ;
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (unsigned int i = 0 ; i < sizeof wishes ; i++)
      for (int ready = 0 ; ready < 2 ; ready++)
      {
        char line[REPORT_SIZE_MAX] ;
        struct report report = sample ;
        report.phase = (enum phase)phase ;
        report.wanted = wishes[i] ;
        report.ready = ready ;
        CHECK(comes_back(&report)) ;
        report_format(line, &report) ;
        CHECK(line[0] == letters[phase]) ;
      }
}

TEST(the_lowest_and_highest_numbers_come_back)
{
  struct report report = sample ;
  report.pid = report.supervisor = INT32_MAX ;
  report.wstat = 0xffff ;
  report.restarts = UINT32_MAX ;
  CHECK(comes_back(&report)) ;
  report.pid = report.supervisor = 0 ;
  report.wstat = 0 ;
  report.restarts = 0 ;
  CHECK(comes_back(&report)) ;
}

TEST(the_longest_name_comes_back_in_an_untorn_write)
{
  struct report report = sample ;
  CHECK(REPORT_NAME_MAX == 255) ;
  CHECK(REPORT_SIZE_MAX <= PIPE_BUF) ;
  report.pid = report.supervisor = INT32_MAX ;
  report.wstat = 0xffff ;
  report.restarts = UINT32_MAX ;
  memset(report.name, 'n', REPORT_NAME_MAX) ;
  report.name[REPORT_NAME_MAX] = 0 ;
  CHECK(comes_back(&report)) ;
}

TEST(a_name_need_not_be_utf_8)
{
  struct report report = sample ;
  strcpy(report.name, "\x80\xff\xfe\xc3(") ;
  CHECK(comes_back(&report)) ;
}

TEST(a_name_may_contain_spaces_and_a_slash)
{
  struct report report = sample ;
  strcpy(report.name, " a  b /log ") ;
  CHECK(comes_back(&report)) ;
}

TEST(missing_fields_are_refused)
{
  static char const line[] = "u u 1 1234 256 7 99 m web" ;
  for (size_t len = 0 ; len <= sizeof line - sizeof "web" ; len++) CHECK(refused_bytes(line, len)) ;
  CHECK(refused("u 1 1234 256 7 99 m web")) ;
  CHECK(refused("u u 1234 256 7 99 m web")) ;
  CHECK(refused("u u 1 256 7 99 m web")) ;
  CHECK(refused("u u 1 1234 256 7 m web")) ;
  CHECK(refused("u u 1 1234 256 7 99 web")) ;
  CHECK(refused("u u 1 1234 256 7 99 m ")) ;
  CHECK(refused("u u 1 1234 256 7 99 m")) ;
  CHECK(refused("        ")) ;
}

TEST(wrong_letters_are_refused)
{
  CHECK(refused("u u 1 1 0 0 2 N web")) ;
  CHECK(refused("u u 1 1 0 0 2 mm web")) ;
  CHECK(refused("u u 1 1 0 0 2 1 web")) ;
  CHECK(refused("a u 1 1 0 0 2 - web")) ;
  CHECK(refused("U u 1 1 0 0 2 - web")) ;
  CHECK(refused("uu u 1 1 0 0 2 - web")) ;
  CHECK(refused("u w 1 1 0 0 2 - web")) ;
  CHECK(refused("u U 1 1 0 0 2 - web")) ;
  CHECK(refused("u ud 1 1 0 0 2 - web")) ;
  CHECK(refused("u u 3 1 0 0 2 - web")) ;
  CHECK(refused("u u 01 1 0 0 2 - web")) ;
  CHECK(refused("u u - 1 0 0 2 - web")) ;
}

TEST(wrong_numbers_are_refused)
{
  CHECK(refused("u u 1 -1 0 0 2 - web")) ;
  CHECK(refused("u u 1 +1 0 0 2 - web")) ;
  CHECK(refused("u u 1 0x1 0 0 2 - web")) ;
  CHECK(refused("u u 1 1a 0 0 2 - web")) ;
  CHECK(refused("u u 1 1 0 0 2 -web")) ;
  CHECK(refused("u u 1 1. 0 0 2 - web")) ;
  CHECK(refused("u u 1 one 0 0 2 - web")) ;
}

TEST(leading_zeros_are_refused)
{
  CHECK(refused("u u 1 01 0 0 2 - web")) ;
  CHECK(refused("u u 1 1 00 0 2 - web")) ;
  CHECK(refused("u u 1 1 0 00 2 - web")) ;
  CHECK(refused("u u 1 1 0 0 02 - web")) ;
}

TEST(numbers_that_overflow_are_refused)
{
  CHECK(refused("u u 1 2147483648 0 0 2 - web")) ;
  CHECK(refused("u u 1 4294967297 0 0 2 - web")) ;
  CHECK(refused("u u 1 1 65536 0 2 - web")) ;
  CHECK(refused("u u 1 1 4294967296 0 2 - web")) ;
  CHECK(refused("u u 1 1 0 4294967296 2 - web")) ;
  CHECK(refused("u u 1 1 0 18446744073709551617 2 - web")) ;
  CHECK(refused("u u 1 1 0 99999999999999999999999999 2 - web")) ;
  CHECK(refused("u u 1 1 0 0 2147483648 - web")) ;
}

TEST(other_separators_are_refused)
{
  CHECK(refused(" u u 1 1 0 0 2 - web")) ;
  CHECK(refused("u  u 1 1 0 0 2 - web")) ;
  CHECK(refused("u\tu 1 1 0 0 2 - web")) ;
  CHECK(refused("u u 1  1 0 0 2 - web")) ;
  CHECK(refused("u u 1 1\t0 0 2 - web")) ;
  CHECK(refused("u u 1 1 0 0 2  - web")) ;
  CHECK(refused("u u 1 1 0 0 2\t- web")) ;
  CHECK(refused("u,u,1,1,0,0,2,-,web")) ;
}

TEST(a_nul_anywhere_is_refused)
{
  static char const good[] = "u u 1 1 0 0 2 - web" ;
  for (size_t i = 0 ; i < sizeof good - 1 ; i++)
  {
    char line[sizeof good] ;
    memcpy(line, good, sizeof good) ;
    line[i] = 0 ;
    CHECK(refused_bytes(line, sizeof good - 1)) ;
  }
  CHECK(refused_bytes(good, sizeof good)) ;
}

TEST(control_characters_in_the_name_are_refused)
{
  char line[] = "u u 1 1 0 0 2 - w?b" ;
  for (int c = 0 ; c < 256 ; c++)
  {
    line[sizeof line - 3] = (char)c ;
    CHECK(refused_bytes(line, sizeof line - 1) == (c < 32 || c == 127)) ;
  }
  CHECK(refused("u u 1 1 0 0 2 - web\n")) ;
  CHECK(refused("u u 1 1 0 0 2 - web\r")) ;
}

TEST(a_name_that_is_too_long_is_refused)
{
  char line[REPORT_SIZE_MAX + 4096] ;
  size_t start = (size_t)sprintf(line, "u u 1 1 0 0 2 - ") ;
  memset(line + start, 'n', sizeof line - start) ;
  CHECK(!refused_bytes(line, start + REPORT_NAME_MAX)) ;
  for (size_t more = 1 ; more < 100 ; more++) CHECK(refused_bytes(line, start + REPORT_NAME_MAX + more)) ;
  CHECK(refused_bytes(line, sizeof line)) ;
}

TEST(noise_is_refused)
{
  char line[64] ;
  unsigned int seed = 1 ;
  for (unsigned int i = 0 ; i < 20000 ; i++)
  {
    size_t len = i % sizeof line ;
    for (size_t j = 0 ; j < len ; j++) line[j] = (char)((seed = seed * 1103515245u + 12345u) >> 16) ;
    CHECK(refused_bytes(line, len)) ;
  }
}

TEST(each_phase_has_a_name_of_its_own)
{
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
  {
    char const *name = phase_name((enum phase)phase) ;
    CHECK(name && *name) ;
    for (int other = 0 ; name && other < phase ; other++) CHECK(strcmp(name, phase_name((enum phase)other)) != 0) ;
  }
}

TEST(the_service_is_up_until_its_end_is_noted)
{
  CHECK(!phase_is_up(PHASE_WAITING)) ;
  for (int phase = PHASE_UP ; phase <= PHASE_CODE_DUE ; phase++) CHECK(phase_is_up((enum phase)phase)) ;
  CHECK(!phase_is_up(PHASE_STRAYS)) ;
  CHECK(phase_awaits_code(PHASE_CODE_DUE) && phase_awaits_code(PHASE_FINISH_CODE_DUE) && !phase_awaits_code(PHASE_FINISHING)) ;
}
