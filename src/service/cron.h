/* When a job is due, as in crontab(5): what `reeve-exec --cron` takes. Pure, except for the time
   zone, which TZ names.

     M H D M W                minute 0-59, hour 0-23, day of the month 1-31, month 1-12 or jan-dec,
                              day of the week 0-7 or sun-sat; 0 and 7 are Sunday
     @hourly @daily @midnight @weekly @monthly @yearly @annually

   A field is a list, separated by commas, of: *, N, N-N. Each may have a step: * / 15 (without the
   spaces), 0-29/10; N/S is N-last/S. If neither the day of the month nor that of the week begins
   with *, either of them suffices; else both must match.

   When the clocks are put forward, a moment that is skipped comes right after. When they are put
   back, a moment that exists twice comes the first time. If the hours are all hours, both cases are
   different: each hour counts as it really passes. */

#ifndef REEVE_SERVICE_CRON_H
#define REEVE_SERVICE_CRON_H

#include <stdint.h>
#include <time.h>

struct cron
{
  uint64_t minutes ; /* one bit each, as in all below */
  uint32_t hours ;
  uint32_t days ; /* from bit 1 on */
  uint32_t months ; /* likewise */
  uint32_t weekdays ; /* bit 0: Sunday */
  unsigned int either : 1 ; /* the day of the month or that of the week suffices */
} ;

/* Returns 0 and fills in *cron, or returns what is wrong: static. It is also wrong if such a day
   never comes. */
extern char const *cron_parse (char const *text, struct cron *cron) ;

/* Does the job come in every hour of its days? */
extern int cron_is_hourly (struct cron const *cron) ;

/* The first moment after `after`; both are seconds since 1970. */
extern time_t cron_next (struct cron const *cron, time_t after) ;

/* Is the time zone that TZ names missing on this system, so that times are UTC? Returns its name,
   or 0. */
extern char const *cron_missing_zone (void) ;

#endif
