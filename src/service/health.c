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

static char const allowed[] = "a program (chmod +x), or one line with a check: tcp:PORT, tcp:HOST:PORT, unix:PATH or http://HOST:PORT/PATH; default: none" ;

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

char *health_spec (char *line)
{
  static char const *const beginnings[] = { "tcp:", "unix:", "http://" } ;
  size_t len ;
  line += strspn(line, " \t\r\n") ;
  len = strlen(line) ;
  while (len && strchr(" \t\r\n", line[len - 1])) len-- ;
  line[len] = 0 ;
  for (size_t i = 0 ; i < len ; i++)
    if ((unsigned char)line[i] <= ' ' || line[i] == 127) return 0 ;
  for (size_t i = 0 ; i < sizeof beginnings / sizeof *beginnings ; i++)
    if (!strncmp(line, beginnings[i], strlen(beginnings[i])) && line[strlen(beginnings[i])]) return line ;
  return 0 ;
}

static void say_invalid (char *text, settings_report_func *report)
{
  char value[VALUE_MAX + 1] ;
  size_t n = 0 ;
  if (!report) return ;
  for (; n < VALUE_MAX && text[n] && text[n] != '\n' ; n++) value[n] = (char)((unsigned char)text[n] < ' ' || text[n] == 127 ? '?' : text[n]) ;
  value[n] = 0 ;
  (*report)(HEALTH_FILE, value, allowed, 0) ;
}

enum health_kind health_file_read (char spec[HEALTH_SPEC_MAX], settings_report_func *report)
{
  struct stat st ;
  ssize_t n ;
  char *found ;
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
  found = strlen(spec) == (size_t)n && n < HEALTH_SPEC_MAX - 1 ? health_spec(spec) : 0 ;
  if (!found)
  {
    say_invalid(spec, report) ;
    *spec = 0 ;
    return HEALTH_KIND_NONE ;
  }
  memmove(spec, found, strlen(found) + 1) ;
  return HEALTH_KIND_BUILT_IN ;
}
