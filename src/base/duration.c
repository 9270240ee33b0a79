#include "base/duration.h"

#include <string.h>

#include <skalibs/uint64.h>

struct unit
{
  char const *name ;
  uint64_t ms ;
} ;

static struct unit const units[] = { { "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } } ;

int duration_parse (char const *text, uint64_t *ms)
{
  uint64_t n ;
  size_t len ;
  if (text[0] < '0' || text[0] > '9') return 0 ;
  len = uint64_scan(text, &n) ;
  if (!len) return 0 ;
  for (size_t i = 0 ; i < sizeof units / sizeof *units ; i++)
  {
    if (strcmp(text + len, units[i].name) != 0) continue ;
    if (n > UINT64_MAX / units[i].ms) return 0 ;
    *ms = n * units[i].ms ;
    return 1 ;
  }
  return 0 ;
}
