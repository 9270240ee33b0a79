#include "service/settings.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include <skalibs/sig.h>
#include <skalibs/types.h>
#include <skalibs/uint32.h>

#define SIGNAL_MAX 64

static int only_space (char const *text)
{
  return !text[strspn(text, " \t\r\n")] ;
}

int setting_parse_uint (char const *text, uint32_t min, uint32_t max, uint32_t *value)
{
  uint32_t n ;
  size_t len ;
  if (text[0] < '0' || text[0] > '9') return 0 ;
  len = uint32_scan(text, &n) ;
  if (!len || !only_space(text + len) || n < min || n > max) return 0 ;
  *value = n ;
  return 1 ;
}

int setting_parse_signal (char const *text, int *signal)
{
  char name[16] ;
  size_t len = strcspn(text, " \t\r\n") ;
  uint32_t number ;
  int found ;
  if (setting_parse_uint(text, 1, SIGNAL_MAX, &number))
  {
    *signal = (int)number ;
    return 1 ;
  }
  if (!len || len >= sizeof name || !only_space(text + len) || (text[0] >= '0' && text[0] <= '9')) return 0 ;
  if (len > 3 && !strncasecmp(text, "SIG", 3) && text[3] > '9' && strncasecmp(text + 3, "SIG", 3) != 0)
  {
    text += 3 ; /* sig_number() knows the bare names */
    len -= 3 ;
  }
  memcpy(name, text, len) ;
  name[len] = 0 ;
  found = sig_number(name) ;
  if (found <= 0) return 0 ;
  *signal = found ;
  return 1 ;
}

int setting_parse_delay (char const *text, uint32_t *min_ms, uint32_t *max_ms)
{
  uint32_t min ;
  uint32_t max ;
  size_t len ;
  size_t space ;
  if (text[0] < '0' || text[0] > '9') return 0 ;
  len = uint32_scan(text, &min) ;
  if (!len) return 0 ;
  space = strspn(text + len, " \t") ;
  if (!space || !setting_parse_uint(text + len + space, min, INT_MAX, &max)) return 0 ;
  *min_ms = min ;
  *max_ms = max ;
  return 1 ;
}

int setting_parse_restart (char const *text, enum restart_policy *policy, uint32_t *max)
{
  static char const on_failure[] = "on-failure" ;
  static struct { char const *word ; enum restart_policy policy ; } const words[] =
    { { "always", RESTART_ALWAYS }, { "no", RESTART_NO }, { on_failure, RESTART_ON_FAILURE } } ;
  size_t len = sizeof on_failure - 1 ;
  uint32_t n ;
  for (size_t i = 0 ; i < sizeof words / sizeof *words ; i++)
  {
    if (strncmp(text, words[i].word, strlen(words[i].word)) != 0 || !only_space(text + strlen(words[i].word))) continue ;
    *policy = words[i].policy ;
    *max = 0 ;
    return 1 ;
  }
  if (strncmp(text, on_failure, len) != 0 || text[len] != ':' || !setting_parse_uint(text + len + 1, 1, INT_MAX, &n)) return 0 ;
  *policy = RESTART_ON_FAILURE ;
  *max = n ;
  return 1 ;
}
