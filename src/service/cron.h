/* When a job is due, as crontab(5) has it: what `reeve-exec --cron` takes. Pure but for the time
   zone, which is TZ's.

     M H D M W                minute 0-59, hour 0-23, day of the month 1-31, month 1-12 or jan-dec,
                              day of the week 0-7 or sun-sat; 0 and 7 are Sunday
     @hourly @daily @midnight @weekly @monthly @yearly @annually

   A field is a list, separated by commas, of: *, N, N-N; each may have a step: * / 15 (without
   the spaces), 0-29/10; N/S is N-last/S. Where neither the day of the month nor that of the week
   begins with *, a day is meant that is either of them; else one that is both.

   When the clocks are put forward, a moment that is skipped comes right after; when they are put
   back, one that is there twice comes the first time. Where the hours are all hours, each
   hour counts, in both cases, as it really passes. */

#ifndef REEVE_SERVICE_CRON_H
#define REEVE_SERVICE_CRON_H

#include <stdint.h>
#include <time.h>

struct cron
{
  uint64_t minutes ; /* a bit each, as of all below */
  uint32_t hours ;
  uint32_t days ; /* from bit 1 on */
  uint32_t months ; /* likewise */
  uint32_t weekdays ; /* bit 0: Sunday */
  unsigned int either : 1 ; /* the day of the month or that of the week will do */
} ;

/* Returns 0 and fills in *cron, or returns what is wrong with it, also that such a day never
   comes: static. */
extern char const *cron_parse (char const *text, struct cron *cron) ;

/* Does it come in every hour of its days? */
extern int cron_is_hourly (struct cron const *cron) ;

/* The first moment after `after` (both seconds since 1970). */
extern time_t cron_next (struct cron const *cron, time_t after) ;

/* Is the time zone that TZ names missing on this system? Then the times are UTC's. Returns its
   name, or 0. */
extern char const *cron_missing_zone (void) ;

#endif
