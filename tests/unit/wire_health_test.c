#include "wire/health.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temp.h"
#include "unit.h"

static int comes_back (enum health_result_kind kind, unsigned int number)
{
  struct health_result result = { .kind = kind, .number = number } ;
  struct health_record record ;
  int fd = health_record_begin() ;
  int ok = fd >= 0 && health_record_add(fd, 0, "one\n", 4) && health_record_add(fd, 4, "two\n", 4) && health_record_end(fd, &result) ;
  close(fd) ;
  return ok && health_record_read(".", &record) && record.result.kind == kind && record.result.number == number
   && record.len == 8 && !memcmp(record.output, "one\ntwo\n", 8) ;
}

TEST(a_record_comes_back_as_it_was_written)
{
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  CHECK(comes_back(HEALTH_EXIT, 0)) ;
  CHECK(comes_back(HEALTH_EXIT, 255)) ;
  CHECK(comes_back(HEALTH_SIGNAL, 9)) ;
  CHECK(comes_back(HEALTH_TIMEOUT, 0)) ;
  CHECK(comes_back(HEALTH_FLOOD, 0)) ;
  temp_leave() ;
}

TEST(only_the_beginning_of_the_output_is_kept)
{
  struct health_result result = { .kind = HEALTH_EXIT } ;
  struct health_record record ;
  char big[700] ;
  int fd ;
  memset(big, 'x', sizeof big) ;
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  fd = health_record_begin() ;
  CHECK(health_record_add(fd, 0, big, sizeof big)) ;
  CHECK(health_record_add(fd, sizeof big, big, sizeof big)) ;
  CHECK(health_record_add(fd, 2 * sizeof big, big, sizeof big)) ;
  CHECK(health_record_end(fd, &result)) ;
  close(fd) ;
  CHECK(health_record_read(".", &record)) ;
  CHECK(record.len == HEALTH_OUTPUT_MAX) ;
  temp_leave() ;
}

TEST(its_last_line_is_what_a_message_says)
{
  char line[8] ;
  int fd ;
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  fd = health_record_begin() ;
  CHECK(!strcmp(health_record_line(fd, line, sizeof line), "")) ;
  CHECK(health_record_add(fd, 0, "one\ntw\to\n\n", 10)) ;
  CHECK(!strcmp(health_record_line(fd, line, sizeof line), "tw o")) ;
  CHECK(health_record_add(fd, 10, "far too long\n", 13)) ;
  CHECK(!strcmp(health_record_line(fd, line, sizeof line), "far too")) ;
  close(fd) ;
  temp_leave() ;
}

TEST(none_and_garbage_are_told_apart)
{
  struct health_record record ;
  temp_enter() ;
  CHECK(!health_record_read(".", &record) && errno == ENOENT) ;
  CHECK(!mkdir("supervise", 0700)) ;
  temp_text(HEALTH_RECORD_FILE, "exit 1\n") ;
  CHECK(!health_record_read(".", &record) && errno == EPROTO) ;
  temp_text(HEALTH_RECORD_FILE, "exit 256                       \n") ;
  CHECK(!health_record_read(".", &record) && errno == EPROTO) ;
  temp_text(HEALTH_RECORD_FILE, "timeouts                       \n") ;
  CHECK(!health_record_read(".", &record) && errno == EPROTO) ;
  temp_text(HEALTH_RECORD_FILE, "timeout                        \n") ;
  CHECK(health_record_read(".", &record) && !record.len) ;
  temp_leave() ;
}

TEST(a_result_is_described_in_words)
{
  char out[HEALTH_RESULT_MAX] ;
  struct health_result result = { .kind = HEALTH_EXIT, .number = 3 } ;
  CHECK(!strcmp(health_result_describe(out, &result), "exited 3")) ;
  result = (struct health_result) { .kind = HEALTH_SIGNAL, .number = 9 } ;
  CHECK(!strcmp(health_result_describe(out, &result), "was ended by SIGKILL")) ;
  result.kind = HEALTH_TIMEOUT ;
  CHECK(!strcmp(health_result_describe(out, &result), "took longer than health-timeout")) ;
}
