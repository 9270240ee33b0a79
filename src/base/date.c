#include "base/date.h"

#include <stdio.h>

size_t date_format (char out[DATE_MAX], struct tm const *tm, char between)
{
  return (size_t)snprintf(out, DATE_MAX, "%04d-%02d-%02d%c%02d:%02d:%02d", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday,
    between, tm->tm_hour, tm->tm_min, tm->tm_sec) ;
}
