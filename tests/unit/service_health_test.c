#include "service/health.h"

#include <string.h>
#include <sys/stat.h>

#include "temp.h"
#include "unit.h"

static unsigned int reports ;
static char told_of[64] ;
static char told_allowed[200] ;

static void report (char const *file, char const *value, char const *allowed, int err)
{
  (void)value ;
  strncpy(told_allowed, allowed, sizeof told_allowed - 1) ;
  (void)err ;
  reports++ ;
  strncpy(told_of, file, sizeof told_of - 1) ;
}

/* Is that text one check, `spec`? 0: none. */
static int has (char const *text, char const *spec)
{
  char found[HEALTH_SPEC_MAX] ;
  enum health_kind kind ;
  temp_enter() ;
  temp_text("health", text) ;
  kind = health_file_read(found, 0) ;
  temp_leave() ;
  return spec ? kind == HEALTH_KIND_BUILT_IN && !strcmp(found, spec) : kind == HEALTH_KIND_NONE && !*found ;
}

TEST(a_built_in_check_is_one_line)
{
  CHECK(has("tcp:80\n", "tcp:80")) ;
  CHECK(has(" \ttcp:localhost:80  \n\n", "tcp:localhost:80")) ;
  CHECK(has("unix:/run/x.sock", "unix:/run/x.sock")) ;
  CHECK(has("http://localhost:8000/health\r\n", "http://localhost:8000/health")) ;
  CHECK(has("", 0)) ;
  CHECK(has("\n", 0)) ;
  CHECK(has("tcp:", 0)) ;
  CHECK(has("http://", 0)) ;
  CHECK(has("https://localhost/", 0)) ;
  CHECK(has("curl -f http://localhost/", 0)) ;
  CHECK(has("tcp:80\ntcp:81\n", 0)) ;
  CHECK(has("#!/bin/sh\ntrue\n", 0)) ;
}

TEST(an_executable_is_one_whatever_it_says)
{
  char spec[HEALTH_SPEC_MAX] ;
  temp_enter() ;
  temp_text("health", "tcp:80\n") ;
  CHECK(health_file_read(spec, &report) == HEALTH_KIND_BUILT_IN && !strcmp(spec, "tcp:80")) ;
  CHECK(!chmod("health", 0755)) ;
  CHECK(health_file_read(spec, &report) == HEALTH_KIND_EXECUTABLE) ;
  CHECK(!reports) ;
  temp_leave() ;
}

TEST(what_is_neither_is_reported)
{
  char spec[HEALTH_SPEC_MAX] ;
  temp_enter() ;
  CHECK(health_file_read(spec, &report) == HEALTH_KIND_NONE && !reports) ; /* there is none */
  temp_text("health", "curl localhost\n") ;
  CHECK(health_file_read(spec, 0) == HEALTH_KIND_NONE) ;
  CHECK(health_file_read(spec, &report) == HEALTH_KIND_NONE && reports == 1 && !strcmp(told_of, "health")) ;
  CHECK(!*spec) ;
  CHECK(!strncmp(told_allowed, "a program (chmod +x), or ", 25)) ;
  temp_text("health", "tcp:99999\n") ;
  CHECK(health_file_read(spec, &report) == HEALTH_KIND_NONE && strstr(told_allowed, "the port is a number")) ;
  reports = 1 ;
  temp_leave() ;
  temp_enter() ;
  CHECK(!mkdir("health", 0755)) ;
  CHECK(health_file_read(spec, &report) == HEALTH_KIND_NONE && reports == 2) ;
  temp_leave() ;
}

TEST(numbers_have_defaults_which_hold_for_what_is_invalid)
{
  struct health_settings settings ;
  reports = 0 ;
  temp_enter() ;
  health_settings_read(&settings, &report) ;
  CHECK(settings.interval_ms == 30000 && settings.timeout_ms == 30000 && settings.retries == 3 && settings.start_period_ms == 60000) ;
  temp_text("health-interval", "0\n") ; /* a check after the other, for ever */
  temp_text("health-timeout", "5s\n") ;
  temp_text("health-retries", "7\n") ;
  temp_text("health-start-period", "0\n") ;
  health_settings_read(&settings, &report) ;
  CHECK(settings.interval_ms == 30000 && settings.timeout_ms == 30000 && settings.retries == 7 && !settings.start_period_ms) ;
  CHECK(reports == 2) ;
  temp_leave() ;
}
