#include <limits.h>
#include <string.h>

#include <skalibs/strerr.h>
#include <skalibs/uint64.h>

#include "exec/exec.h"

static struct { char const *name ; int resource ; } const resources[] =
{
  { "as", RLIMIT_AS },
  { "core", RLIMIT_CORE },
  { "cpu", RLIMIT_CPU },
  { "data", RLIMIT_DATA },
  { "fsize", RLIMIT_FSIZE },
  { "locks", RLIMIT_LOCKS },
  { "memlock", RLIMIT_MEMLOCK },
  { "msgqueue", RLIMIT_MSGQUEUE },
  { "nice", RLIMIT_NICE },
  { "nofile", RLIMIT_NOFILE },
  { "nproc", RLIMIT_NPROC },
  { "rss", RLIMIT_RSS },
  { "rtprio", RLIMIT_RTPRIO },
  { "rttime", RLIMIT_RTTIME },
  { "sigpending", RLIMIT_SIGPENDING },
  { "stack", RLIMIT_STACK },
} ;

#define RESOURCES (sizeof resources / sizeof *resources)

/* The letters of softlimit and chpst; `m` stands for several limits. */
static struct { char letter ; int resource ; } const letters[] =
{
  { 'a', RLIMIT_AS },
  { 'c', RLIMIT_CORE },
  { 'd', RLIMIT_DATA },
  { 'f', RLIMIT_FSIZE },
  { 'l', RLIMIT_MEMLOCK },
  { 'o', RLIMIT_NOFILE },
  { 'p', RLIMIT_NPROC },
  { 'r', RLIMIT_RSS },
  { 's', RLIMIT_STACK },
  { 't', RLIMIT_CPU },
  { 'm', RLIMIT_DATA },
  { 'm', RLIMIT_STACK },
  { 'm', RLIMIT_MEMLOCK },
  { 'm', RLIMIT_AS },
} ;

/* Returns the length of the number that was read, or 0. */
static size_t parse_value (char const *text, rlim_t *value)
{
  static char const unlimited[] = "unlimited" ;
  uint64_t n ;
  size_t len ;
  if (!strncmp(text, unlimited, sizeof unlimited - 1))
  {
    *value = RLIM_INFINITY ;
    return sizeof unlimited - 1 ;
  }
  if (*text < '0' || *text > '9') return 0 ;
  len = uint64_scan(text, &n) ;
  if (len && n < RLIM_INFINITY) *value = n ;
  else len = 0 ;
  return len ;
}

static int parse_values (char const *text, struct limit *limit)
{
  size_t len = parse_value(text, &limit->soft) ;
  if (!len) return 0 ;
  limit->has_hard = text[len] == ':' ;
  if (!limit->has_hard) return !text[len] ;
  text += len + 1 ;
  len = parse_value(text, &limit->hard) ;
  return len && !text[len] && limit->soft <= limit->hard ;
}

int limit_parse (char const *text, struct limit *limit)
{
  size_t len = strcspn(text, "=") ;
  if (!text[len]) return 0 ;
  for (size_t i = 0 ; i < RESOURCES ; i++)
  {
    if (strlen(resources[i].name) != len || memcmp(resources[i].name, text, len) != 0) continue ;
    limit->resource = resources[i].resource ;
    return parse_values(text + len + 1, limit) ;
  }
  return 0 ;
}

static void get (int resource, struct rlimit *limit)
{
  if (getrlimit(resource, limit) == -1) strerr_diefu1sys(EXIT_SYSTEM, "read a resource limit") ;
}

void limit_apply (struct limit const *limit)
{
  struct rlimit now ;
  char const *name = "" ;
  get(limit->resource, &now) ;
  now.rlim_cur = limit->soft ;
  if (limit->has_hard) now.rlim_max = limit->hard ;
  else if (now.rlim_max < limit->soft) now.rlim_max = limit->soft ;
  if (!setrlimit(limit->resource, &now)) return ;
  for (size_t i = 0 ; i < RESOURCES ; i++)
    if (resources[i].resource == limit->resource) name = resources[i].name ;
  strerr_diefu3sys(EXIT_SYSTEM, "set the limit ", name, " (only root can raise a hard limit: start the container with it, as docker run --ulimit does)") ;
}

static void set (int resource, rlim_t value, enum limit_which which)
{
  struct rlimit now ;
  get(resource, &now) ;
  if (which != LIMIT_SOFT) now.rlim_max = value ;
  if (which != LIMIT_HARD) now.rlim_cur = value < now.rlim_max ? value : now.rlim_max ;
  if (setrlimit(resource, &now) == -1) strerr_diefu1sys(EXIT_SYSTEM, "set a resource limit") ;
}

void limit_set_letter (int letter, rlim_t value, enum limit_which which)
{
  for (size_t i = 0 ; i < sizeof letters / sizeof *letters ; i++)
    if (letters[i].letter == letter) set(letters[i].resource, value, which) ;
}
