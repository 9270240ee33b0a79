#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "init/init.h"
#include "service/settings.h"

#define LOG_DEFAULT "lines" /* without REEVE_LOG */

static struct { char const *name ; size_t at ; uint32_t max ; uint32_t initial ; } const numbers[] =
{
  { "S6_VERBOSITY", offsetof(struct options, verbosity), INT_MAX, 1 },
  { "S6_KEEP_ENV", offsetof(struct options, keep_environment), INT_MAX, 1 },
  { "S6_BEHAVIOUR_IF_STAGE2_FAILS", offsetof(struct options, if_scripts_fail), 2, 2 },
  { "S6_KILL_FINISH_MAXTIME", offsetof(struct options, finish_script_ms), INT_MAX, 0 },
  { "S6_CMD_WAIT_FOR_SERVICES", offsetof(struct options, command_waits), INT_MAX, 0 },
  { "S6_CMD_WAIT_FOR_SERVICES_MAXTIME", offsetof(struct options, command_waits_ms), INT_MAX, 5000 },
  { "S6_CMD_RECEIVE_SIGNALS", offsetof(struct options, command_signals), INT_MAX, 0 },
  { "S6_KILL_GRACETIME", offsetof(struct options, kill_grace_ms), INT_MAX, 0 },
  { "S6_SERVICES_GRACETIME", offsetof(struct options, services_grace_ms), INT_MAX, 0 },
  { "S6_SYNC_DISKS", offsetof(struct options, sync_disks), INT_MAX, 0 },
  { "REEVE_STOP_TIMEOUT", offsetof(struct options, stop_ms), INT_MAX, 0 },
} ;

/* Variables whose value is read where it is used; and those that need not be read, because Reeve
   never writes to the image. */
static char const *const others[] = { "S6_CMD_ARG0", "S6_STAGE2_HOOK", "S6_READ_ONLY_ROOT", "REEVE_LIVE", "REEVE_LOG", "REEVE_LOG_KEEP", "REEVE_STDERR", "REEVE_CMD_AFTER" } ;

static void say_invalid (char const *name, char const *value, uint32_t max, uint32_t initial)
{
  char most[UINT32_FMT] ;
  char used[UINT32_FMT] ;
  most[uint32_fmt(most, max)] = 0 ;
  used[uint32_fmt(used, initial)] = 0 ;
  strerr_warnw8x("invalid ", name, ": \"", value, "\": allowed: a number from 0 to ", most, "; using ", initial ? used : "the default") ;
}

static int is (char const *name, size_t len, char const *other)
{
  return strlen(other) == len && !memcmp(name, other, len) ;
}

static int has_effect (struct options const *options, char const *name, size_t len, char const *value)
{
  char workdir[PATH_MAX] ;
  if (is(name, len, "S6_CMD_WAIT_FOR_SERVICES_MAXTIME")) return !!options->command_waits ;
  if (is(name, len, WORKDIR_VARIABLE)) return getcwd(workdir, sizeof workdir) && !strcmp(value, workdir) ; /* /init itself sets it for the services */
  for (size_t i = 0 ; i < sizeof numbers / sizeof *numbers ; i++)
    if (is(name, len, numbers[i].name)) return 1 ;
  for (size_t i = 0 ; i < sizeof others / sizeof *others ; i++)
    if (is(name, len, others[i])) return 1 ;
  return is(name, len, "S6_LOGGING") && !strcmp(value, "0") ;
}

/* Names all of them in one message. */
static void say_without_effect (struct options const *options)
{
  stralloc list = STRALLOC_ZERO ;
  for (char **e = environ ; *e ; e++)
  {
    size_t len = strcspn(*e, "=") ;
    if ((strncmp(*e, "S6_", 3) != 0 && strncmp(*e, "REEVE_", 6) != 0) || !(*e)[len] || has_effect(options, *e, len, *e + len + 1)) continue ;
    if ((list.len && !stralloc_cats(&list, ", ")) || !stralloc_catb(&list, *e, len)) break ;
  }
  if (list.len && stralloc_0(&list)) strerr_warnw2x("without effect here: ", list.s) ;
  stralloc_free(&list) ;
}

static char const *log_format (int report)
{
  static char const modes[][7] = { "lines", "prefix", "json", "off" } ;
  char const *value = getenv("REEVE_LOG") ;
  char const *usual = isatty(1) ? "off" : LOG_DEFAULT ; /* a terminal stays with the services */
  if (!value || !*value) return usual ;
  for (size_t i = 0 ; i < sizeof modes / sizeof *modes ; i++)
    if (!strcmp(value, modes[i])) return value ;
  if (report) strerr_warnw4x("invalid REEVE_LOG: \"", value, "\": allowed: lines, prefix, json, off; using ", usual) ;
  return usual ;
}

/* ---- limits ---- */

static int is_cut (struct options const *options, uint32_t ms)
{
  return options->stop_ms && ms > options->stop_ms ;
}

static uint32_t sum (uint32_t a, uint32_t b)
{
  return a > INT_MAX - b ? INT_MAX : a + b ;
}

void options_raise (struct options *options)
{
  uint32_t services_ms = sum(options->services_grace_ms, KILL_BEFORE_MS) ;
  options->after_ms = 0 ;
  options->budget_ms = options->stop_ms ;
  if (!options->stop_ms) return ;
  if (options->services_grace_ms && services_ms > options->stop_ms) options->budget_ms = services_ms ;
  if (options->kill_grace_given && is_cut(options, options->kill_grace_ms)) options->after_ms = options->kill_grace_ms ;
}

static void say_longer (char const *name, uint32_t ms, uint32_t budget_ms, char const *so)
{
  char longer[UINT32_FMT] ;
  char budget[UINT32_FMT] ;
  longer[uint32_fmt(longer, ms)] = 0 ;
  budget[uint32_fmt(budget, budget_ms)] = 0 ;
  strerr_warnw7x(name, " (", longer, " milliseconds) is longer than the budget of a stop, REEVE_STOP_TIMEOUT (", budget, ") allows: ", so) ;
}

#define RUNTIME ": the container runtime's own grace must be longer, too (docker stop --time, stop_grace_period, terminationGracePeriodSeconds)"

static void say_contradictions (struct options const *options)
{
  if (options->budget_ms > options->stop_ms)
    say_longer("S6_SERVICES_GRACETIME", options->services_grace_ms, options->stop_ms, "it raises that budget" RUNTIME) ;
  if (options->after_ms)
    say_longer("S6_KILL_GRACETIME", options->kill_grace_ms, options->stop_ms, "it raises the time for what is left at the end" RUNTIME) ;
  if (options->finish_script_ms > options->budget_ms && options->budget_ms)
    say_longer("S6_KILL_FINISH_MAXTIME", options->finish_script_ms, options->budget_ms, "scripts of cont-finish.d are killed when that budget is over: raise it") ;
}

static int is_given (char const *name)
{
  char const *value = getenv(name) ;
  uint32_t n ;
  return value && setting_parse_uint(value, 0, INT_MAX, &n) ;
}

void options_read (struct options *options, int report)
{
  options->log = log_format(report) ;
  for (size_t i = 0 ; i < sizeof numbers / sizeof *numbers ; i++)
  {
    char const *value = getenv(numbers[i].name) ;
    uint32_t *n = (uint32_t *)(void *)((char *)options + numbers[i].at) ;
    *n = numbers[i].initial ;
    if (!value || !*value || setting_parse_uint(value, 0, numbers[i].max, n)) continue ;
    *n = numbers[i].initial ;
    if (report) say_invalid(numbers[i].name, value, numbers[i].max, numbers[i].initial) ;
  }
  options->kill_grace_given = !!is_given("S6_KILL_GRACETIME") ;
  options_raise(options) ;
  if (!report || !options->verbosity) return ;
  say_contradictions(options) ;
  say_without_effect(options) ;
}
