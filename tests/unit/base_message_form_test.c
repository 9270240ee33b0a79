#include "base/message_form.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "unit.h"

static char out[PIPE_BUF + 1] ;
static char const *about ;

static char const *form (enum message_form form, char const *program, char const *line, time_t when)
{
  struct timespec now = { .tv_sec = when, .tv_nsec = 123456789 } ;
  size_t n = message_form_write(out, form, program, about, line, strlen(line), &now) ;
  out[n <= PIPE_BUF ? n : 0] = 0 ;
  return out ;
}

TEST(json_has_program_level_and_service)
{
  CHECK(!strcmp(form(MESSAGE_JSON, "reeve-exec db/log", "reeve-exec db/log: fatal: no such user", 0),
    "{\"time\":\"1970-01-01T00:00:00.123456Z\",\"service\":\"reeve\",\"stream\":\"stderr\",\"level\":\"fatal\",\"program\":\"reeve-exec\",\"about\":\"db/log\",\"message\":\"reeve-exec db/log: fatal: no such user\"}\n")) ;
  CHECK(strstr(form(MESSAGE_JSON, "reeve", "reeve: there is none", 0), "\"level\":\"info\",\"program\":\"reeve\",\"message\":\"reeve: there is none\"}\n")) ;
  CHECK(strstr(form(MESSAGE_JSON, "reeve", "somebody: warning: else", 0), "\"program\":\"reeve\",\"message\":\"somebody: warning: else\"}\n")) ;
}

TEST(json_names_the_service_that_a_message_is_about)
{
  about = "db" ;
  CHECK(strstr(form(MESSAGE_JSON, "reeve-scan", "reeve-scan: warning: db is held", 0), "\"program\":\"reeve-scan\",\"about\":\"db\",\"message\":")) ;
  CHECK(strstr(form(MESSAGE_JSON, "reeve-log .log", "reeve-log .log: warning: db", 0), "\"program\":\"reeve-log\",\"about\":\"db\",\"message\":")) ;
  about = 0 ;
}

TEST(times_are_those_of_the_c_library)
{
  static time_t const step = 86400 * 13 + 12345 ;
  for (time_t t = 0 ; t < 7258118400 ; t += step) /* to the year 2200 */
  {
    char expected[64] ;
    struct tm tm ;
    gmtime_r(&t, &tm) ;
    strftime(expected, sizeof expected, "{\"time\":\"%Y-%m-%dT%H:%M:%S.123456Z\"", &tm) ;
    CHECK(!strncmp(form(MESSAGE_JSON, "p", "p: warning: x", t), expected, strlen(expected))) ;
  }
  CHECK(strstr(form(MESSAGE_JSON, "p", "p: warning: x", 951782400), "2000-02-29T00:00:00")) ;
}

TEST(a_line_is_never_longer_than_a_pipe_takes_whole)
{
  static char line[2 * PIPE_BUF] ;
  static char const *const fills[] = { "x", "\1", "\303\244", "\377" } ;
  for (size_t i = 0 ; i < sizeof fills / sizeof *fills ; i++)
    for (size_t len = PIPE_BUF / 8 ; len < sizeof line - 8 ; len += 97)
    {
      size_t n = (size_t)snprintf(line, sizeof line, "p: fatal: ") ;
      while (n < len) n += (size_t)snprintf(line + n, sizeof line - n, "%s", fills[i]) ;
      for (int how = MESSAGE_PLAIN ; how <= MESSAGE_JSON ; how++)
      {
        size_t said = strlen(form((enum message_form)how, "p", line, 0)) ;
        CHECK(said && out[said - 1] == '\n' && (how != MESSAGE_JSON || !memcmp(out + said - 3, "\"}", 2))) ;
        CHECK(said > PIPE_BUF / 2 || how == MESSAGE_JSON || said >= n) ;
      }
    }
  CHECK(strstr(form(MESSAGE_PLAIN, "p", line, 0), "...\n")) ;
  CHECK(strstr(form(MESSAGE_JSON, "p", line, 0), "...\"}\n")) ;
}

TEST(other_modes_have_no_form)
{
  CHECK(message_form_of("json") == MESSAGE_JSON && message_form_of("prefix") == MESSAGE_PREFIX) ;
  CHECK(message_form_of("lines") == MESSAGE_PLAIN && message_form_of("off") == MESSAGE_PLAIN && message_form_of(0) == MESSAGE_PLAIN) ;
}
