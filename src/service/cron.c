#include "service/cron.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <skalibs/uint32.h>

#define MINUTE 60
#define HOUR 3600
#define DAY 86400
#define ALL_HOURS 0xffffff
#define SCAN_MINUTES (26 * 60) /* minutes; more than the longest day has */
#define SCAN_DAYS (50 * 366) /* within 40 years the 29th of February is on each day of the week */
#define NAME_LEN 3

/* ---- parsing ---- */

enum { MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS, FIELDS } ;

#define ALSO "; also *, 1-5, */2, and lists of these: 1,3"

static struct field
{
  uint32_t first ;
  uint32_t last ;
  char const *names ; /* names of the numbers from `first` on */
  char const *fault ;
}
const fields[FIELDS] =
{
  { 0, 59, "", "the first field, the minute, is made of numbers from 0 to 59" ALSO },
  { 0, 23, "", "the second field, the hour, is made of numbers from 0 to 23" ALSO },
  { 1, 31, "", "the third field, the day of the month, is made of numbers from 1 to 31" ALSO },
  { 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec", "the fourth field, the month, is made of numbers from 1 to 12, or jan to dec" ALSO },
  { 0, 7, "sunmontuewedthufrisat", "the fifth field, the day of the week, is made of numbers from 0 (Sunday) to 7 (Sunday), or sun to sat" ALSO }
} ;

static struct { char const *name ; char const *means ; } const words[] =
{
  { "@hourly", "0 * * * *" },
  { "@daily", "0 0 * * *" },
  { "@midnight", "0 0 * * *" },
  { "@weekly", "0 0 * * 0" },
  { "@monthly", "0 0 1 * *" },
  { "@yearly", "0 0 1 1 *" },
  { "@annually", "0 0 1 1 *" }
} ;

static int take_number (char const **at, struct field const *field, uint32_t *number)
{
  size_t len = **at >= '0' && **at <= '9' ? uint32_scan(*at, number) : 0 ;
  for (char const *name = field->names ; !len && *name ; name += NAME_LEN)
    if (!strncasecmp(*at, name, NAME_LEN))
    {
      *number = field->first + (uint32_t)(name - field->names) / NAME_LEN ;
      len = NAME_LEN ;
    }
  *at += len ;
  return len && *number >= field->first && *number <= field->last ;
}

static int take_range (char const **at, struct field const *field, uint64_t *set)
{
  uint32_t from = field->first ;
  uint32_t to = field->last ;
  uint32_t step = 1 ;
  size_t len ;
  if (**at == '*') ++*at ;
  else
  {
    if (!take_number(at, field, &from)) return 0 ;
    if (**at == '-')
    {
      ++*at ;
      if (!take_number(at, field, &to)) return 0 ;
      if (!to && field == fields + WEEKDAYS) to = field->last ; /* sat-sun */
      if (to < from) return 0 ;
    }
    else if (**at != '/') to = from ;
  }
  if (**at == '/')
  {
    len = uint32_scan(++*at, &step) ;
    if (!len || !step) return 0 ;
    *at += len ;
  }
  for (uint64_t n = from ; n <= to ; n += step) *set |= (uint64_t)1 << n ;
  return 1 ;
}

static int is_blank (char c) { return c == ' ' || c == '\t' ; }

static void skip_blanks (char const **at)
{
  while (is_blank(**at)) ++*at ;
}

static int take_field (char const **at, struct field const *field, uint64_t *set)
{
  for (;; ++*at)
  {
    if (!take_range(at, field, set)) return 0 ;
    if (**at != ',') break ;
  }
  return !**at || is_blank(**at) ;
}

static int ever_comes (struct cron const *cron)
{
  static unsigned char const lengths[] = { 0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 } ;
  if (cron->either) return 1 ;
  for (uint32_t month = 1 ; month <= 12 ; month++)
    if (cron->months >> month & 1 && cron->days & (((uint64_t)2 << lengths[month]) - 1)) return 1 ;
  return 0 ;
}

char const *cron_parse (char const *text, struct cron *cron)
{
  static char const form[] = "there are five fields: minute, hour, day of the month, month, day of the week, such as '30 2 * * *'; or one word: "
    "@hourly @daily @midnight @weekly @monthly @yearly @annually" ;
  uint64_t sets[FIELDS] = { 0 } ;
  int is_any[FIELDS] ;
  skip_blanks(&text) ;
  if (!strncmp(text, "@reboot", 7)) return "a service is started with the container anyway: without --cron, flag-oneshot makes a task of it, which is run once" ;
  for (size_t i = 0 ; i < sizeof words / sizeof *words ; i++)
    if (!strcmp(text, words[i].name)) text = words[i].means ;
  if (*text == '@') return form ;
  for (unsigned int i = 0 ; i < FIELDS ; i++)
  {
    skip_blanks(&text) ;
    if (!*text) return form ;
    is_any[i] = *text == '*' ;
    if (!take_field(&text, fields + i, sets + i)) return fields[i].fault ;
  }
  skip_blanks(&text) ;
  if (*text) return form ;
  *cron = (struct cron)
  {
    .minutes = sets[MINUTES],
    .hours = (uint32_t)sets[HOURS],
    .days = (uint32_t)sets[DAYS],
    .months = (uint32_t)sets[MONTHS],
    .weekdays = (uint32_t)(sets[WEEKDAYS] | sets[WEEKDAYS] >> 7) & 0x7f,
    .either = !is_any[DAYS] && !is_any[WEEKDAYS]
  } ;
  return ever_comes(cron) ? 0 : "it never comes: none of these months has such a day" ;
}

/* ---- the next moment ---- */

/* A local time is a number here: the seconds since 1970 that it would be if it were UTC. */

static long offset (time_t t)
{
  struct tm tm ;
  return localtime_r(&t, &tm) ? tm.tm_gmtoff : 0 ;
}

static time_t floor_to (time_t t, time_t unit)
{
  return t - (t % unit + unit) % unit ;
}

static int is_day (struct cron const *cron, time_t local)
{
  struct tm tm ;
  unsigned int day ;
  unsigned int weekday ;
  if (!gmtime_r(&local, &tm) || !(cron->months >> (tm.tm_mon + 1) & 1)) return 0 ;
  day = cron->days >> tm.tm_mday & 1 ;
  weekday = cron->weekdays >> tm.tm_wday & 1 ;
  return cron->either ? day || weekday : day && weekday ;
}

static int is_minute (struct cron const *cron, time_t local)
{
  time_t minute = (local - floor_to(local, DAY)) / MINUTE ;
  return cron->minutes >> minute % 60 & 1 && cron->hours >> minute / 60 & 1 ;
}

/* The moment when the offset changes: after `from`, and not after `to`. */
static time_t find_change (time_t from, time_t to)
{
  long before = offset(from) ;
  while (to - from > 1)
  {
    time_t middle = from + (to - from) / 2 ;
    if (offset(middle) == before) from = middle ;
    else to = middle ;
  }
  return to ;
}

/* The first moment that has this local time. If the clocks skip it: the end of the gap, or -1 for a
   job that comes every hour. So a later local time never has an earlier moment. */
static time_t moment_of (struct cron const *cron, time_t local)
{
  long before = offset(local - DAY) ;
  long after = offset(local + DAY) ;
  if (before == after || offset(local - before) == before) return local - before ;
  if (offset(local - after) == after) return local - after ;
  return cron_is_hourly(cron) ? -1 : find_change(local - DAY, local + DAY) ;
}

int cron_is_hourly (struct cron const *cron)
{
  return cron->hours == ALL_HOURS ;
}

/* The next moment of an hourly job: it counts each hour that really passes. */
static time_t next_within_a_day (struct cron const *cron, time_t after)
{
  time_t t = floor_to(after + offset(after), MINUTE) - offset(after) ;
  for (unsigned int i = 0 ; i < SCAN_MINUTES ; i++)
  {
    time_t local ;
    t += MINUTE ;
    local = t + offset(t) ;
    if (is_minute(cron, local) && is_day(cron, local)) return t ;
  }
  return -1 ;
}

time_t cron_next (struct cron const *cron, time_t after)
{
  time_t t = cron_is_hourly(cron) ? next_within_a_day(cron, after) : -1 ;
  time_t day = floor_to(after + offset(after), DAY) ;
  if (t != -1) return t ;
  for (unsigned int i = 0 ; i < SCAN_DAYS ; i++, day += DAY)
  {
    if (!is_day(cron, day)) continue ;
    for (time_t local = day ; local < day + DAY ; local += MINUTE)
      if (is_minute(cron, local) && (t = moment_of(cron, local)) > after) return t ;
  }
  return -1 ; /* cannot happen: cron_parse() has refused it */
}

/* ---- the time zone ---- */

/* A zone such as CET-1CEST,M3.5.0,M10.5.0/3 needs no file. */
static int is_rule (char const *zone)
{
  size_t len = strspn(zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") ;
  return *zone == '<' || (len && zone[len] && strchr("+-0123456789", zone[len])) || !strcmp(zone, "UTC") || !strcmp(zone, "GMT") ;
}

char const *cron_missing_zone (void)
{
  static char const *const directories[] = { "/usr/share/zoneinfo", "/share/zoneinfo", "/etc/zoneinfo" } ; /* the places where musl looks */
  char path[512] ;
  char const *zone = getenv("TZ") ;
  if (!zone) return 0 ;
  if (*zone == ':') zone++ ;
  if (!*zone || is_rule(zone) || (strchr("/.", *zone) && !access(zone, R_OK))) return 0 ;
  for (size_t i = 0 ; i < sizeof directories / sizeof *directories ; i++)
  {
    snprintf(path, sizeof path, "%s/%s", directories[i], zone) ;
    if (!access(path, R_OK)) return 0 ;
  }
  return zone ;
}
