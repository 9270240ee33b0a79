#include "service/health.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

#define MS "milliseconds from 1 to 2147483647; default: "
#define VALUE_MAX 40
#define EXECUTABLE_BITS 0111

static char const allowed[] = "a program (chmod +x), or one line with a check: " PROBE_FORMS "; default: none" ;

static struct { char const *file, *allowed ; uint32_t min, otherwise ; size_t offset ; } const numbers[] =
{
  { "health-interval", MS "30000", 1, 30000, offsetof(struct health_settings, interval_ms) },
  { "health-timeout", MS "30000", 1, 30000, offsetof(struct health_settings, timeout_ms) },
  { "health-retries", "a number from 1 to 2147483647; default: 3", 1, 3, offsetof(struct health_settings, retries) },
  { "health-start-period", "milliseconds from 0 to 2147483647; default: 60000", 0, 60000, offsetof(struct health_settings, start_period_ms) },
} ;

#define NUMBERS (sizeof numbers / sizeof *numbers)

char const *health_settings_file (unsigned int i)
{
  return i < NUMBERS ? numbers[i].file : 0 ;
}

void health_settings_read (struct health_settings *settings, settings_report_func *report)
{
  for (size_t i = 0 ; i < NUMBERS ; i++)
  {
    uint32_t *at = (uint32_t *)((char *)settings + numbers[i].offset) ;
    *at = numbers[i].otherwise ;
    settings_read_number(numbers[i].file, numbers[i].allowed, numbers[i].min, at, report) ;
  }
}

static void say_invalid (char const *text, char const *fault, settings_report_func *report)
{
  char value[VALUE_MAX + 1] ;
  size_t n = 0 ;
  if (!report) return ;
  for (; n < VALUE_MAX && text[n] && text[n] != '\n' ; n++) value[n] = (char)((unsigned char)text[n] < ' ' || text[n] == 127 ? '?' : text[n]) ;
  value[n] = 0 ;
  (*report)(HEALTH_FILE, value, probe_is_meant(text) ? fault : allowed, 0) ;
}

/* Removes white space at both ends, in place. */
static void trim (char *text)
{
  size_t begin = strspn(text, " \t\r\n") ;
  size_t len = strlen(text + begin) ;
  while (len && strchr(" \t\r\n", text[begin + len - 1])) len-- ;
  memmove(text, text + begin, len) ;
  text[len] = 0 ;
}

enum health_kind health_file_read (char spec[HEALTH_SPEC_MAX], settings_report_func *report)
{
  struct stat st ;
  struct probe probe ;
  char const *fault ;
  ssize_t n ;
  *spec = 0 ;
  if (stat(HEALTH_FILE, &st) == -1)
  {
    if (report && errno != ENOENT) (*report)(HEALTH_FILE, "", allowed, errno) ;
    return HEALTH_KIND_NONE ;
  }
  if (S_ISREG(st.st_mode) && st.st_mode & EXECUTABLE_BITS) return HEALTH_KIND_EXECUTABLE ;
  n = S_ISREG(st.st_mode) ? file_read(AT_FDCWD, HEALTH_FILE, spec, HEALTH_SPEC_MAX - 1) : (errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL, -1) ;
  if (n == -1)
  {
    *spec = 0 ;
    if (report) (*report)(HEALTH_FILE, "", allowed, errno) ;
    return HEALTH_KIND_NONE ;
  }
  fault = strlen(spec) < (size_t)n ? "it is one line, without control characters" : 0 ;
  trim(spec) ;
  if (!fault) fault = probe_parse(spec, &probe) ;
  if (!fault) return HEALTH_KIND_BUILT_IN ;
  say_invalid(spec, fault, report) ;
  *spec = 0 ;
  return HEALTH_KIND_NONE ;
}
