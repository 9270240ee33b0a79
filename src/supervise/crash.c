#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "supervise/supervisor.h"

#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static size_t put (char *out, size_t at, char const *text)
{
  size_t len = strlen(text) ;
  memcpy(out + at, text, len + 1) ;
  return at + len ;
}

static size_t put_number (char *out, size_t at, uint64_t n, char const *behind)
{
  return put(out, at + uint64_fmt(out + at, n), behind) ;
}

static size_t put_duration (char *out, size_t at, uint64_t ms)
{
  if (ms < SECOND) return put_number(out, at, ms, " ms") ;
  if (ms >= 2 * HOUR) return put_number(out, at, ms / HOUR, " h") ;
  if (ms >= 2 * MINUTE) return put_number(out, at, ms / MINUTE, " min") ;
  at = put_number(out, at, ms / SECOND, ms % SECOND >= 100 ? "." : "") ;
  return ms % SECOND >= 100 ? put_number(out, at, ms % SECOND / 100, " s") : put(out, at, " s") ;
}

char const *crash_describe (struct supervisor const *s, char out[CRASH_WORDS_MAX])
{
  int wstat = (int)s->status.wstat ;
  size_t n = put(out, 0, "ended ") ;
  if (s->code_unknown) n = put(out, n, "(nobody could learn how)") ;
  else if (WIFSIGNALED(wstat)) n = put(out, put(out, n, "by SIG"), sig_name(WTERMSIG(wstat))) ;
  else n = put_number(out, put(out, n, "with code "), (uint64_t)WEXITSTATUS(wstat), "") ;
  n = put_duration(out, put(out, n, " after "), s->lived_ms) ;
  if (s->crash_row < 2) return out ;
  n = put_number(out, put(out, n, ", for the "), s->crash_row, "") ;
  put(out, n, s->crash_row % 10 == 2 && s->crash_row % 100 != 12 ? "nd time in a row" : "th time in a row") ;
  return out ;
}

void crash_tell (struct supervisor *s, uint32_t delay_ms)
{
  char words[CRASH_WORDS_MAX] ;
  char again[CRASH_WORDS_MAX] = "at once" ;
  int is_due = s->crash_due && !(s->crash_row & (s->crash_row - 1)) ; /* only the first, second, fourth, eighth, ... crash in a row is reported */
  s->crash_due = 0 ;
  if (!is_due) return ;
  if (s->paced) put(again, 0, "when its time comes") ;
  else if (delay_ms) put_duration(again, put(again, 0, "in "), delay_ms) ;
  strerr_warnw3x(crash_describe(s, words), "; it starts again ", again) ;
}
