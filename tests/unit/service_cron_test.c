#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/cron.h"
#include "unit.h"

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define NEW_YORK "EST5EDT,M3.2.0,M11.1.0"
#define SANTIAGO "<-04>4<-03>,M9.1.6/24,M4.1.6/24" /* forward at midnight: that day begins at 1 */
#define LORD_HOWE "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0" /* by half an hour */

static void in_zone (char const *zone)
{
  setenv("TZ", zone, 1) ;
  tzset() ;
}

static time_t utc (char const *text)
{
  struct tm tm = { 0 } ;
  strptime(text, "%Y-%m-%d %H:%M:%S", &tm) ;
  return timegm(&tm) ;
}

/* In local time, with the offset: 2026-03-29 03:00 +0200 */
static char const *next (char const *spec, time_t *now)
{
  static char text[64] ;
  struct cron cron ;
  struct tm tm ;
  if (cron_parse(spec, &cron)) return "wrong" ;
  *now = cron_next(&cron, *now) ;
  localtime_r(now, &tm) ;
  strftime(text, sizeof text, tm.tm_sec ? "%F %T %z" : "%F %R %z", &tm) ;
  return text ;
}

/* Is each of these, separated by commas, the next moment after the one before? */
static int comes (char const *spec, char const *after, char const *moments)
{
  time_t now = utc(after) ;
  char copy[512] ;
  char *rest = copy ;
  char *moment ;
  snprintf(copy, sizeof copy, "%s", moments) ;
  while ((moment = strtok_r(rest, ",", &rest)))
  {
    char const *found = next(spec, &now) ;
    if (strcmp(found, moment) != 0)
    {
      printf("# %s after %s: %s, not %s\n", spec, after, found, moment) ;
      return 0 ;
    }
  }
  return 1 ;
}

static int wrong (char const *spec, char const *why)
{
  struct cron cron ;
  char const *fault = cron_parse(spec, &cron) ;
  if (fault && strstr(fault, why)) return 1 ;
  printf("# %s: %s\n", spec, fault ? fault : "nothing wrong") ;
  return 0 ;
}

static int same (char const *a, char const *b)
{
  struct cron x ;
  struct cron y ;
  return !cron_parse(a, &x) && !cron_parse(b, &y) && x.minutes == y.minutes && x.hours == y.hours && x.days == y.days
    && x.months == y.months && x.weekdays == y.weekdays && x.either == y.either ;
}

TEST(lists_ranges_steps_and_names)
{
  CHECK(same("0,30 8-10 1,15 1-3 1-5", "30,0 8,9,10 15,1 jan-MAR Mon-fri")) ;
  CHECK(same("*/20 */6 */10 */4 */3", "0,20,40 0,6,12,18 * 1,5,9 0,3,6") == 0) ; /* a star at the beginning is no restriction */
  CHECK(same("10-30/10 * * * *", "10,20,30 * * * *")) ;
  CHECK(same("5/20 * * * *", "5,25,45 * * * *")) ;
  CHECK(same("*/90 * * * *", "0 * * * *")) ;
  CHECK(same("1-3,50-52/2,7 * * * *", "1,2,3,50,52,7 * * * *")) ;
  CHECK(same("0 0 * * 7", "0 0 * * 0") && same("0 0 * * sun", "0 0 * * 0")) ;
  CHECK(same("0 0 * * sat-sun", "0 0 * * 6,0") && same("0 0 * * 5-7", "0 0 * * 5,6,0")) ;
  CHECK(same("  0\t0  *  *  *  ", "0 0 * * *")) ;
  CHECK(same("00 07 * * *", "0 7 * * *")) ;
}

TEST(words)
{
  CHECK(same("@hourly", "0 * * * *")) ;
  CHECK(same("@daily", "0 0 * * *") && same("@midnight", "@daily")) ;
  CHECK(same("@weekly", "0 0 * * 0")) ;
  CHECK(same("@monthly", "0 0 1 * *")) ;
  CHECK(same("@yearly", "0 0 1 1 *") && same("@annually", "@yearly")) ;
}

TEST(what_is_wrong)
{
  static char const *const forms[] = { "", " ", "*", "* * * *", "* * * * * *", "@fortnightly", "@", "@daily x" } ;
  static char const *const minutes[] = { "60 * * * *", "-1 * * * *", "1- * * * *", "5-1 * * * *", "*/0 * * * *", "*/ * * * *", "1,,2 * * * *", ", * * * *",
    "1, * * * *", "** * * * *", "x * * * *", "1x * * * *", "*/x * * * *", "99999999999 * * * *", "1-99999999999 * * * *", "? * * * *", "1.5 * * * *" } ;
  for (size_t i = 0 ; i < sizeof forms / sizeof *forms ; i++) CHECK(wrong(forms[i], "five fields")) ;
  for (size_t i = 0 ; i < sizeof minutes / sizeof *minutes ; i++) CHECK(wrong(minutes[i], "first field, the minute")) ;
  CHECK(wrong("0 24 * * *", "second field, the hour")) ;
  CHECK(wrong("0 0 0 * *", "third field, the day") && wrong("0 0 32 * *", "third field") && wrong("0 0 L * *", "third field")) ;
  CHECK(wrong("0 0 1 0 *", "fourth field, the month") && wrong("0 0 1 13 *", "fourth field") && wrong("0 0 1 january *", "fourth field")) ;
  CHECK(wrong("0 0 * * 8", "fifth field, the day of the week") && wrong("0 0 * * mo", "fifth field") && wrong("0 0 * * 5#2", "fifth field")) ;
  CHECK(wrong("@reboot", "flag-oneshot")) ;
}

TEST(what_never_comes)
{
  CHECK(wrong("0 0 31 2 *", "never comes")) ;
  CHECK(wrong("0 0 30 feb *", "never comes")) ;
  CHECK(wrong("0 0 31 2,4,6,9,11 *", "never comes")) ;
  CHECK(wrong("0 0 31 4 */2", "never comes")) ;
  CHECK(same("0 0 31 2 1", "0 0 31 2 mon")) ; /* it or a Monday */
  CHECK(same("0 0 29 2 *", "0 0 29 feb *")) ;
  CHECK(same("0 0 31 */5 *", "0 0 31 1,6,11 *")) ;
}

TEST(the_next_minute_hour_day_month_and_year)
{
  in_zone("UTC0") ;
  CHECK(comes("* * * * *", "2026-11-27 12:00:00", "2026-11-27 12:01 +0000,2026-11-27 12:02 +0000")) ;
  CHECK(comes("* * * * *", "2026-11-27 11:59:59", "2026-11-27 12:00 +0000")) ;
  CHECK(comes("*/15 * * * *", "2026-11-27 12:50:01", "2026-11-27 13:00 +0000,2026-11-27 13:15 +0000")) ;
  CHECK(comes("30 2 * * *", "2026-11-27 02:30:00", "2026-11-28 02:30 +0000")) ;
  CHECK(comes("30 2 * * *", "2026-11-27 02:29:59", "2026-11-27 02:30 +0000")) ;
  CHECK(comes("@hourly", "2026-12-31 23:00:00", "2027-01-01 00:00 +0000")) ;
  CHECK(comes("@daily", "2026-02-28 00:00:00", "2026-03-01 00:00 +0000")) ;
  CHECK(comes("@weekly", "2026-11-27 00:00:00", "2026-11-29 00:00 +0000,2026-12-06 00:00 +0000")) ;
  CHECK(comes("@monthly", "2026-11-27 00:00:00", "2026-12-01 00:00 +0000,2027-01-01 00:00 +0000")) ;
  CHECK(comes("@yearly", "2026-11-27 00:00:00", "2027-01-01 00:00 +0000,2028-01-01 00:00 +0000")) ;
  CHECK(comes("30 * 1 1 *", "2026-11-27 00:00:00", "2027-01-01 00:30 +0000,2027-01-01 01:30 +0000")) ;
}

TEST(leap_years_and_the_ends_of_months)
{
  in_zone("UTC0") ;
  CHECK(comes("0 0 29 2 *", "2026-11-27 00:00:00", "2028-02-29 00:00 +0000,2032-02-29 00:00 +0000")) ;
  CHECK(comes("0 0 29 2 *", "2096-03-01 00:00:00", "2104-02-29 00:00 +0000")) ;
  CHECK(comes("0 0 29 2 */6", "2000-03-01 00:00:00", "2004-02-29 00:00 +0000,2020-02-29 00:00 +0000,2032-02-29 00:00 +0000")) ; /* a Sunday or Saturday */
  CHECK(comes("0 0 31 * *", "2026-01-31 00:00:00", "2026-03-31 00:00 +0000,2026-05-31 00:00 +0000,2026-07-31 00:00 +0000,2026-08-31 00:00 +0000,2026-10-31 00:00 +0000")) ;
  CHECK(comes("0 0 28-31 2 *", "2027-02-01 00:00:00", "2027-02-28 00:00 +0000,2028-02-28 00:00 +0000,2028-02-29 00:00 +0000,2029-02-28 00:00 +0000")) ;
}

TEST(the_day_of_the_month_or_that_of_the_week)
{
  in_zone("UTC0") ;
  CHECK(comes("0 0 13 * 5", "2026-11-01 00:00:00", "2026-11-06 00:00 +0000,2026-11-13 00:00 +0000,2026-11-20 00:00 +0000,2026-11-27 00:00 +0000,2026-12-04 00:00 +0000,"
    "2026-12-11 00:00 +0000,2026-12-13 00:00 +0000")) ;
  CHECK(comes("0 0 31 2 mon", "2026-01-01 00:00:00", "2026-02-02 00:00 +0000")) ;
  CHECK(comes("0 0 */2 * 1", "2026-11-01 00:00:00", "2026-11-09 00:00 +0000,2026-11-23 00:00 +0000")) ; /* both */
  CHECK(comes("0 0 * * 1-5", "2026-11-27 00:00:00", "2026-11-30 00:00 +0000,2026-12-01 00:00 +0000")) ;
}

TEST(what_summer_time_skips_comes_right_after)
{
  in_zone(BERLIN) ;
  CHECK(comes("30 2 * * *", "2026-03-28 12:00:00", "2026-03-29 03:00 +0200,2026-03-30 02:30 +0200")) ;
  CHECK(comes("0,30 2,3 * * *", "2026-03-28 12:00:00", "2026-03-29 03:00 +0200,2026-03-29 03:30 +0200,2026-03-30 02:00 +0200")) ; /* all that is skipped, once */
  CHECK(comes("0 3 * * *", "2026-03-28 12:00:00", "2026-03-29 03:00 +0200,2026-03-30 03:00 +0200")) ;
  CHECK(comes("59 1 * * *", "2026-03-28 12:00:00", "2026-03-29 01:59 +0100,2026-03-30 01:59 +0200")) ;
  in_zone(NEW_YORK) ;
  CHECK(comes("15 2 * * *", "2026-03-08 06:00:00", "2026-03-08 03:00 -0400,2026-03-09 02:15 -0400")) ;
  in_zone(SANTIAGO) ;
  CHECK(comes("@daily", "2026-09-05 12:00:00", "2026-09-06 01:00 -0300,2026-09-07 00:00 -0300")) ;
  CHECK(comes("30 0 * * 0", "2026-09-05 12:00:00", "2026-09-06 01:00 -0300,2026-09-13 00:30 -0300")) ;
  in_zone(LORD_HOWE) ;
  CHECK(comes("15 2 * * *", "2026-10-03 12:00:00", "2026-10-04 02:30 +1100,2026-10-05 02:15 +1100")) ;
}

TEST(what_is_there_twice_comes_once)
{
  in_zone(BERLIN) ;
  CHECK(comes("30 2 * * *", "2026-10-24 12:00:00", "2026-10-25 02:30 +0200,2026-10-26 02:30 +0100")) ;
  CHECK(comes("30 2 * * *", "2026-10-25 01:00:00", "2026-10-26 02:30 +0100")) ; /* started in the second of them */
  CHECK(comes("0 1-3 * * *", "2026-10-24 12:00:00", "2026-10-25 01:00 +0200,2026-10-25 02:00 +0200,2026-10-25 03:00 +0100,2026-10-26 01:00 +0100")) ;
  in_zone(NEW_YORK) ;
  CHECK(comes("0,30 1 * * *", "2026-11-01 03:00:00", "2026-11-01 01:00 -0400,2026-11-01 01:30 -0400,2026-11-02 01:00 -0500")) ;
  in_zone(SANTIAGO) ;
  CHECK(comes("30 23 * * *", "2026-04-04 12:00:00", "2026-04-04 23:30 -0300,2026-04-05 23:30 -0400")) ;
  in_zone(LORD_HOWE) ;
  CHECK(comes("45 1 * * *", "2026-04-04 12:00:00", "2026-04-05 01:45 +1100,2026-04-06 01:45 +1030")) ;
}

TEST(every_hour_is_every_hour_that_passes)
{
  in_zone(BERLIN) ;
  CHECK(comes("30 * * * *", "2026-03-29 00:00:00", "2026-03-29 01:30 +0100,2026-03-29 03:30 +0200")) ;
  CHECK(comes("30 * * * *", "2026-10-24 23:00:00", "2026-10-25 01:30 +0200,2026-10-25 02:30 +0200,2026-10-25 02:30 +0100,2026-10-25 03:30 +0100")) ;
  CHECK(comes("*/30 * * * *", "2026-10-25 00:30:00", "2026-10-25 02:00 +0100,2026-10-25 02:30 +0100,2026-10-25 03:00 +0100")) ;
  CHECK(comes("* * 25 10 *", "2026-10-25 00:59:00", "2026-10-25 02:00 +0100")) ;
  CHECK(comes("0 * 29 3 *", "2026-03-01 00:00:00", "2026-03-29 00:00 +0100,2026-03-29 01:00 +0100,2026-03-29 03:00 +0200")) ;
  in_zone(SANTIAGO) ;
  CHECK(comes("30 * 6 9 *", "2026-01-01 00:00:00", "2026-09-06 01:30 -0300")) ; /* its first hour is skipped */
}

TEST(zones_of_odd_offsets)
{
  in_zone("<+0545>-5:45") ;
  CHECK(comes("0 * * * *", "2026-11-27 00:00:00", "2026-11-27 06:00 +0545,2026-11-27 07:00 +0545")) ;
  CHECK(comes("@daily", "2026-11-27 00:00:00", "2026-11-28 00:00 +0545")) ;
  in_zone("<LMT>-0:53:28") ;
  CHECK(comes("* * * * *", "2026-11-27 00:00:00", "2026-11-27 00:54 +0053")) ;
  in_zone("<+14>-14") ;
  CHECK(comes("@daily", "2026-11-27 00:00:00", "2026-11-28 00:00 +1400")) ;
  in_zone("<-12>12") ;
  CHECK(comes("@daily", "2026-11-27 00:00:00", "2026-11-27 00:00 -1200")) ;
}

TEST(before_1970)
{
  in_zone(NEW_YORK) ;
  CHECK(comes("0 0 * * *", "1969-12-31 04:00:00", "1969-12-31 00:00 -0500,1970-01-01 00:00 -0500")) ;
}

/* ---- what a walk from minute to minute finds, across changes of the clock ---- */

static long offset_at (time_t t)
{
  struct tm tm ;
  localtime_r(&t, &tm) ;
  return tm.tm_gmtoff ;
}

static int is_meant (struct cron const *cron, time_t local)
{
  struct tm tm ;
  int day ;
  int weekday ;
  gmtime_r(&local, &tm) ;
  day = cron->days >> tm.tm_mday & 1 ;
  weekday = cron->weekdays >> tm.tm_wday & 1 ;
  return (cron->either ? day || weekday : day && weekday)
    && cron->months >> (tm.tm_mon + 1) & 1 && cron->hours >> tm.tm_hour & 1 && cron->minutes >> tm.tm_min & 1 ;
}

/* Each local minute comes when it, or a later one, is first seen; every hour as it passes. */
static time_t walk (struct cron const *cron, time_t after, time_t until)
{
  time_t t = after - 2 * 86400 - (after + offset_at(after)) % 60 ;
  time_t seen = t + offset_at(t) ;
  for (t += 60 ; t < until ; t += 60)
  {
    time_t local = t + offset_at(t) ;
    int comes = 0 ;
    if (cron_is_hourly(cron)) comes = is_meant(cron, local) ;
    else for (time_t each = seen + 60 ; each <= local && !comes ; each += 60) comes = is_meant(cron, each) ;
    if (local > seen) seen = local ;
    if (comes && t > after) return t ;
  }
  return -1 ;
}

TEST(as_a_walk_finds_it)
{
  static char const *const zones[] = { BERLIN, NEW_YORK, SANTIAGO, LORD_HOWE, "<+0545>-5:45" } ;
  static char const *const specs[] = { "%u %u * * *", "*/%u %u * * *", "%u * * * *", "%u,59 */%u * * *", "%u %u 1-20 * *", "%u 0-3/%u * * 0", "*/%u %u * * sat,sun", "%u %u 4 * 0" } ;
  static char const *const changes[] = { "2026-03-08 07:00:00", "2026-03-29 01:00:00", "2026-04-05 03:00:00", "2026-09-06 04:00:00", "2026-10-03 15:30:00", "2026-10-25 01:00:00", "2026-11-01 06:00:00" } ;
  uint32_t seed = 1 ;
  unsigned int compared = 0 ;
  for (unsigned int i = 0 ; i < 300 ; i++)
  {
    struct cron cron ;
    char spec[64] ;
    time_t after ;
    time_t found ;
    in_zone(zones[i % 5]) ;
    seed = seed * 1664525 + 1013904223 ;
    after = utc(changes[i % 7]) + 4 * 3600 - (time_t)(seed >> 8) % (2 * 86400) ;
    seed = seed * 1664525 + 1013904223 ;
    snprintf(spec, sizeof spec, specs[seed >> 29], 1 + (seed >> 8) % 40, 1 + (seed >> 16) % 4) ;
    CHECK(!cron_parse(spec, &cron)) ;
    found = walk(&cron, after, after + 8 * 86400) ;
    if (found == -1) continue ;
    compared++ ;
    if (cron_next(&cron, after) != found) printf("# %s after %ld in %s\n", spec, (long)after, zones[i % 5]) ;
    CHECK(cron_next(&cron, after) == found) ;
  }
  CHECK(compared > 200) ;
}

TEST(a_zone_that_is_missing)
{
  static char const *const there[] = { "", ":", "UTC", "GMT", "UTC0", BERLIN, SANTIAGO, "EST5EDT", ":CET-1CEST" } ;
  for (size_t i = 0 ; i < sizeof there / sizeof *there ; i++)
  {
    setenv("TZ", there[i], 1) ;
    CHECK(!cron_missing_zone()) ;
  }
  unsetenv("TZ") ;
  CHECK(!cron_missing_zone()) ;
  setenv("TZ", "Nowhere/City", 1) ;
  CHECK(cron_missing_zone() && !strcmp(cron_missing_zone(), "Nowhere/City")) ;
  setenv("TZ", ":Nowhere/City", 1) ;
  CHECK(cron_missing_zone() && !strcmp(cron_missing_zone(), "Nowhere/City")) ;
  setenv("TZ", "/nowhere", 1) ;
  CHECK(cron_missing_zone()) ;
}
