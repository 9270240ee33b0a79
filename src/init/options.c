#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "init/init.h"
#include "service/settings.h"

static struct { char const *name ; size_t at ; uint32_t max ; uint32_t initial ; } const numbers[] =
{
  { "S6_VERBOSITY", offsetof(struct options, verbosity), INT_MAX, 1 },
  { "S6_KEEP_ENV", offsetof(struct options, keep_environment), INT_MAX, 1 },
  { "S6_BEHAVIOUR_IF_STAGE2_FAILS", offsetof(struct options, if_scripts_fail), 2, 2 },
  { "S6_KILL_FINISH_MAXTIME", offsetof(struct options, finish_script_ms), INT_MAX, 5000 },
  { "S6_CMD_WAIT_FOR_SERVICES", offsetof(struct options, command_waits), INT_MAX, 0 },
  { "S6_CMD_WAIT_FOR_SERVICES_MAXTIME", offsetof(struct options, command_waits_ms), INT_MAX, 5000 },
  { "S6_CMD_RECEIVE_SIGNALS", offsetof(struct options, command_signals), INT_MAX, 0 },
  { "S6_KILL_GRACETIME", offsetof(struct options, kill_grace_ms), INT_MAX, 3000 },
  { "S6_SERVICES_GRACETIME", offsetof(struct options, services_grace_ms), INT_MAX, 0 },
  { "S6_SYNC_DISKS", offsetof(struct options, sync_disks), INT_MAX, 0 },
  { "REEVE_STOP_TIMEOUT", offsetof(struct options, stop_ms), INT_MAX, 9000 },
} ;

/* Those whose value is read where it is used, or, as nothing is ever written
   into the image, need not be. */
static char const *const others[] = { "S6_CMD_ARG0", "S6_STAGE2_HOOK", "S6_READ_ONLY_ROOT", "REEVE_LIVE", "REEVE_LOG", WORKDIR_VARIABLE } ;

static void say_invalid (char const *name, char const *value, uint32_t max, uint32_t initial)
{
  char most[UINT32_FMT] ;
  char used[UINT32_FMT] ;
  most[uint32_fmt(most, max)] = 0 ;
  used[uint32_fmt(used, initial)] = 0 ;
  strerr_warnw8x("invalid ", name, ": \"", value, "\": allowed: a number from 0 to ", most, "; using ", used) ;
}

static int has_effect (char const *name, size_t len, char const *value)
{
  for (size_t i = 0 ; i < sizeof numbers / sizeof *numbers ; i++)
    if (strlen(numbers[i].name) == len && !memcmp(numbers[i].name, name, len)) return 1 ;
  for (size_t i = 0 ; i < sizeof others / sizeof *others ; i++)
    if (strlen(others[i]) == len && !memcmp(others[i], name, len)) return 1 ;
  return len == sizeof "S6_LOGGING" - 1 && !memcmp(name, "S6_LOGGING", len) && !strcmp(value, "0") ;
}

/* One message for all of them. */
static void say_without_effect (void)
{
  stralloc list = STRALLOC_ZERO ;
  for (char **e = environ ; *e ; e++)
  {
    size_t len = strcspn(*e, "=") ;
    if ((strncmp(*e, "S6_", 3) != 0 && strncmp(*e, "REEVE_", 6) != 0) || !(*e)[len] || has_effect(*e, len, *e + len + 1)) continue ;
    if ((list.len && !stralloc_cats(&list, ", ")) || !stralloc_catb(&list, *e, len)) break ;
  }
  if (list.len && stralloc_0(&list)) strerr_warnw2x("without effect here: ", list.s) ;
  stralloc_free(&list) ;
}

static char const *log_format (int report)
{
  char const *value = getenv("REEVE_LOG") ;
  if (!value || !*value) return 0 ;
  if (!strcmp(value, "prefix") || !strcmp(value, "json")) return value ;
  if (report) strerr_warnw3x("invalid REEVE_LOG: \"", value, "\": allowed: prefix, json; output stays as it is") ;
  return 0 ;
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
  if (report && options->verbosity) say_without_effect() ;
}
