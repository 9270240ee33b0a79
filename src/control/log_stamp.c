#include "control/log_reader.h"

#include <string.h>
#include <time.h>

#include <skalibs/djbtime.h>
#include <skalibs/tai.h>

#define NS 1000000000ULL
#define TAI_UNIX 4611686018427387914ULL /* 1970 in TAI64N without leap seconds */
#define DATE_LEN 20 /* 2026-11-25T15:06:49. */
#define JSON_HEAD "{\"time\":\""
#define JSON_HEAD_LEN (sizeof JSON_HEAD - 1)

/* Does the text begin as the form does? In the form, `0` stands for any digit. */
static int is_like (char const *text, char const *form)
{
  for ( ; *form ; form++, text++)
    if (*form == '0' ? *text < '0' || *text > '9' : *text != *form) return 0 ;
  return 1 ;
}

static int number (char const *text, size_t len)
{
  int n = 0 ;
  while (len--) n = n * 10 + *text++ - '0' ;
  return n ;
}

static void read_date (char const *text, size_t digits, int local, uint64_t *ns)
{
  struct tm tm =
  {
    .tm_year = number(text, 4) - 1900, .tm_mon = number(text + 5, 2) - 1, .tm_mday = number(text + 8, 2),
    .tm_hour = number(text + 11, 2), .tm_min = number(text + 14, 2), .tm_sec = number(text + 17, 2), .tm_isdst = -1
  } ;
  time_t seconds = local ? mktime(&tm) : timegm(&tm) ;
  uint64_t fraction = (uint64_t)number(text + DATE_LEN, digits) ;
  for (size_t i = digits ; i < 9 ; i++) fraction *= 10 ;
  if (seconds >= 0) *ns = (uint64_t)seconds * NS + fraction ;
}

/* Reads a stamp of ISO 8601, in exactly the forms that loggers write. A time in another form is the
   service's own, and part of its line. */
static size_t iso (char const *line, size_t len, uint64_t *ns)
{
  static struct { char form[32] ; size_t digits ; int local ; } const forms[] =
  {
    { "0000-00-00T00:00:00.000000Z ", 6, 0 }, /* reeve-log */
    { "0000-00-00 00:00:00.000000000  ", 9, 1 }, /* s6-log T */
    { "0000-00-00_00:00:00.00000 ", 5, 0 }, /* svlogd -tt */
    { "0000-00-00T00:00:00.00000 ", 5, 0 }, /* -ttt */
  } ;
  for (size_t i = 0 ; i < sizeof forms / sizeof *forms ; i++)
  {
    size_t n = strlen(forms[i].form) ;
    if (n > len || !is_like(line, forms[i].form)) continue ;
    read_date(line, forms[i].digits, forms[i].local, ns) ;
    return n ;
  }
  return 0 ;
}

static size_t label (char const *line, size_t len, int without_leaps, uint64_t *ns)
{
  struct timespec when ;
  tain stamp ;
  if (len <= TIMESTAMP || line[0] != '@' || line[TIMESTAMP] != ' ' || timestamp_scan(line, &stamp) != TIMESTAMP
   || !timespec_sysclock_from_tain(&when, &stamp)) return 0 ;
  if (without_leaps) when.tv_sec = (time_t)(stamp.sec.x - TAI_UNIX) ;
  if (when.tv_sec < 0) return 0 ;
  *ns = (uint64_t)when.tv_sec * NS + (uint64_t)when.tv_nsec ;
  return TIMESTAMP + 1 ;
}

size_t log_stamp (char const *line, size_t len, int without_leaps, uint64_t *ns)
{
  uint64_t ignored ;
  size_t n ;
  if (len > JSON_HEAD_LEN + DATE_LEN + 8 && !memcmp(line, JSON_HEAD, JSON_HEAD_LEN))
  {
    line += JSON_HEAD_LEN ;
    if (is_like(line, "0000-00-00T00:00:00.000000Z\"")) read_date(line, 6, 0, ns) ;
    return 0 ;
  }
  n = label(line, len, without_leaps, ns) ;
  return n + iso(line + n, len - n, n ? &ignored : ns) ; /* s6-log can write both stamps; the first counts */
}
