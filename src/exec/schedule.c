#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include "base/clock.h"
#include "base/duration.h"
#include "base/file.h"
#include "base/process.h"
#include "base/trust.h"
#include "exec/exec.h"
#include "service/cron.h"
#include "service/settings.h"
#include "wire/channels.h"
#include "wire/due.h"
#include "wire/state.h"

#define LAST_RUN "supervise/schedule" /* the time of the last run: the clock's letter (due.h), and a number */
#define EVERY_MAX_MS ((uint64_t)100 * 366 * 24 * 3600 * 1000)
#define PAUSE_MS 1000
#define TICK_NS 20000000 /* the wake-up is so much later, because time(2) may lag by a tick of the kernel: the program must not see the minute before */
#define SET_BACK_HOURLY_S 3600
#define SET_BACK_S (3 * 3600)

/* ---- options ---- */

static uint64_t parse_every (char const *text)
{
  uint64_t ms ;
  if (!duration_parse(text, &ms) || !ms || ms > EVERY_MAX_MS)
    strerr_dief3x(EXIT_USAGE, "invalid interval ", text, ": allowed: 500ms, 5s, 2m, 1h and the like, more than 0, up to 100 years") ;
  return ms ;
}

static void parse_cron (char const *text, struct cron *cron)
{
  char const *fault = cron_parse(text, cron) ;
  if (fault) strerr_dief4x(EXIT_USAGE, "invalid schedule ", text, ": ", fault) ;
}

void schedule_check (char const *every, char const *spec)
{
  struct cron cron ;
  if (every) parse_every(every) ;
  if (spec) parse_cron(spec, &cron) ;
}

/* ---- the last run ---- */

/* Is this a service of Reeve's? Only then is the last run remembered. *goes_on: the service has
   gone on by itself since, so the last run counts. */
static int is_supervised (int *goes_on)
{
  struct state state ;
  *goes_on = 0 ;
  if (state_read(".", &state, 0) && !faccessat(AT_FDCWD, "supervise", W_OK, AT_EACCESS))
  {
    *goes_on = state.flags & STATE_HAS_ENDED && !(state.flags & STATE_END_ASKED) ;
    return 1 ;
  }
  if (errno == EACCES) strerr_warnwu1sys("write to supervise, so what is missed while the program runs is not made up for (let reeve-exec --user become the user, not a program before it)") ;
  return 0 ;
}

static int recall (enum due_clock clock, uint64_t *when)
{
  char text[2 + UINT64_FMT] ;
  ssize_t len = file_read(AT_FDCWD, LAST_RUN, text, sizeof text - 1) ;
  return len > 1 && text[0] == (char)clock && uint640_scan(text + 1, when) ;
}

/* Remembers the run, and tells the supervisor that this ./run keeps a schedule: then its ends are
   no quick deaths. If the run cannot be remembered, that is not told: a missed run would be made up
   for again and again. */
static void remember (enum due_clock clock, uint64_t when)
{
  char text[2 + UINT64_FMT] = { (char)clock } ;
  if (trust_write(AT_FDCWD, LAST_RUN, 0600, text, 1 + uint64_fmt(text + 1, when))) fifo_send(CONTROL_FIFO, "e", 1) ;
  else
  {
    int err = errno ;
    unlink(LAST_RUN) ;
    errno = err ;
    strerr_warnwu1sys("write " LAST_RUN ", so what is missed while the program runs is not made up for") ;
  }
}

/* ---- signals ---- */

/* While there is no program yet, a signal that would stop it ends the wait with success. A signal
   that would tell it something is ignored. */
enum { HEARD_MAX = 9 } ;

struct heard
{
  int sig ;
  struct sigaction before ;
} ;

static void stop (int sig)
{
  (void)sig ;
  _exit(EXIT_YES) ;
}

static void hear (struct heard heard[HEARD_MAX])
{
  static int const told[] = { SIGHUP, SIGUSR1, SIGUSR2, SIGALRM } ;
  static int const stops[] = { SIGTERM, SIGINT, SIGQUIT } ;
  struct settings settings ;
  struct sigaction action = { .sa_handler = SIG_IGN } ;
  unsigned int n = 0 ;
  settings_read(&settings, SETTINGS_START, 0) ;
  for (size_t i = 0 ; i < sizeof told / sizeof *told ; i++) heard[n++].sig = told[i] ;
  heard[n++].sig = settings.reload_signal ;
  for (size_t i = 0 ; i < sizeof stops / sizeof *stops ; i++) heard[n++].sig = stops[i] ;
  heard[n++].sig = settings.down_signal ;
  for (unsigned int i = 0 ; i < HEARD_MAX ; i++)
  {
    if (i > sizeof told / sizeof *told) action.sa_handler = &stop ;
    sigaction(heard[i].sig, &action, &heard[i].before) ;
  }
}

static void hear_no_more (struct heard heard[HEARD_MAX])
{
  for (unsigned int i = HEARD_MAX ; i-- ; ) sigaction(heard[i].sig, &heard[i].before, 0) ;
}

static void cannot_wait (void)
{
  clock_pause("wait for the next moment", PAUSE_MS) ;
}

/* ---- an interval ---- */

static void sleep_until_ms (uint64_t ms)
{
  struct timespec until = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 } ;
  while (process_clock_ms() < ms)
    if ((errno = clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, 0)) && errno != EINTR) cannot_wait() ;
}

/* Uses a clock that nobody can set, and that goes on while the machine is suspended. */
static void wait_interval (uint64_t ms, int goes_on)
{
  uint64_t now = process_clock_ms() ;
  uint64_t last ;
  if (!goes_on || !recall(DUE_BOOT, &last) || last > now) last = now ;
  due_tell(DUE_BOOT, (last + ms + 999) / 1000) ;
  sleep_until_ms(last + ms) ;
}

/* ---- cron ---- */

/* The next moment after `last`. If the clock was set back since, no moment comes a second time,
   unless the clock was so wrong that its old time is of no use. */
time_t schedule_next (struct schedule *s, time_t now)
{
  time_t back = !s->is_run ? 0 : cron_is_hourly(&s->cron) ? SET_BACK_HOURLY_S : SET_BACK_S ;
  if (s->last > now + back)
  {
    s->last = now ;
    s->is_run = 0 ;
  }
  return cron_next(&s->cron, s->last) ;
}

static time_t wall_s (void)
{
  return (time_t)(clock_wall_ms() / 1000) ;
}

/* Sleeps until that time, or until the clock is set: TFD_TIMER_CANCEL_ON_SET then ends the read. */
static void sleep_until (int timer, time_t until)
{
  struct itimerspec at = { .it_value = { .tv_sec = until, .tv_nsec = TICK_NS } } ;
  uint64_t count ;
  int r = timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, 0) ;
  if (r == -1 && errno == EINVAL) r = timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, 0) ; /* a kernel that only imitates Linux may not know the flag */
  if (r != -1 && read(timer, &count, sizeof count) != -1) return ;
  if (errno != ECANCELED && errno != EINTR) cannot_wait() ;
}

static void wait_cron (struct schedule *s, int goes_on)
{
  char const *zone = cron_missing_zone() ;
  int timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC) ;
  uint64_t last ;
  time_t now = wall_s() ;
  time_t next ;
  tzset() ;
  if (timer == -1) strerr_diefu1sys(EXIT_SYSTEM, "make a timer") ;
  if (zone) strerr_warnw3x("there is no time zone ", zone, " in /usr/share/zoneinfo, so the schedule is in UTC: install tzdata, or write the zone's rule into TZ, such as CET-1CEST,M3.5.0,M10.5.0/3") ;
  s->is_run = goes_on && recall(DUE_WALL, &last) ;
  s->last = s->is_run ? (time_t)last : now ;
  while ((next = schedule_next(s, now)) > now)
  {
    due_tell(DUE_WALL, (uint64_t)next) ;
    sleep_until(timer, next) ;
    now = wall_s() ;
  }
  fd_close(timer) ;
}

/* ---- all together ---- */

void schedule_wait (char const *every, char const *spec)
{
  struct heard heard[HEARD_MAX] = { { .sig = 0 } } ;
  struct schedule s ;
  int goes_on ;
  int supervised = is_supervised(&goes_on) ;
  hear(heard) ;
  if (every) wait_interval(parse_every(every), goes_on) ;
  else
  {
    parse_cron(spec, &s.cron) ;
    wait_cron(&s, goes_on) ;
  }
  hear_no_more(heard) ;
  due_over(front->name) ;
  if (supervised) remember(every ? DUE_BOOT : DUE_WALL, every ? process_clock_ms() : (uint64_t)wall_s()) ;
}
