#include <stdio.h>
#include <time.h>

#include <skalibs/djbtime.h>

#include "base/date.h"
#include "log/log.h"

size_t stamp_format (char out[STAMPS_MAX], unsigned int stamps, tain const *now)
{
  struct timespec ts = { 0 } ;
  struct tm tm ;
  size_t n = 0 ;
  if (stamps & STAMP_TAI)
  {
    n += timestamp_fmt(out, now) ;
    out[n++] = ' ' ;
  }
  if (stamps & (STAMP_LOCAL | STAMP_UTC)) timespec_sysclock_from_tain(&ts, now) ;
  if (stamps & STAMP_LOCAL && localtime_r(&ts.tv_sec, &tm))
  {
    n += date_format(out + n, &tm, ' ') ;
    n += (size_t)snprintf(out + n, 16, ".%09ld  ", ts.tv_nsec) ;
  }
  if (stamps & STAMP_UTC && gmtime_r(&ts.tv_sec, &tm))
  {
    n += date_format(out + n, &tm, 'T') ;
    n += (size_t)snprintf(out + n, 16, ".%06ldZ ", ts.tv_nsec / 1000) ;
  }
  return n ;
}
