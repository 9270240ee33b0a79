/* How the health of a service is checked: `health` in the service directory, and its numbers.

   `health` is an executable, or a text file with one line: a built-in check (service/probe.h),
   which `reeve-exec --check` does. */

#ifndef REEVE_SERVICE_HEALTH_H
#define REEVE_SERVICE_HEALTH_H

#include <stdint.h>

#include "service/probe.h"
#include "service/settings.h"

#define HEALTH_FILE "health"
#define HEALTH_SPEC_MAX (PROBE_MAX + 32) /* with white space and the NUL */

struct health_settings
{
  uint32_t interval_ms ; /* between two checks; 30000 if not set */
  uint32_t timeout_ms ; /* how long a check may take; 30000 if not set */
  uint32_t retries ; /* how many checks in a row must fail; 3 if not set */
  uint32_t start_period_ms ; /* the time in which failures before the first success do not count; 60000 if not set */
} ;

/* Reads health-interval, health-timeout, health-retries and health-start-period in the current
   directory. Faults are reported (service/settings.h), and the default is used. Allocates and waits
   for nothing. */
extern void health_settings_read (struct health_settings *settings, settings_report_func *report) ;
/* The names of these files, for i from 0 on; 0 after the last. */
extern char const *health_settings_file (unsigned int i) ;

enum health_kind
{
  HEALTH_KIND_NONE, /* there is no `health`, or it is invalid */
  HEALTH_KIND_EXECUTABLE,
  HEALTH_KIND_BUILT_IN
} ;

/* What is `health` in the current directory?
     spec    a built-in check, without white space around it; "" for the others
     report  called if it is invalid; may be null
   Allocates and waits for nothing. */
extern enum health_kind health_file_read (char spec[HEALTH_SPEC_MAX], settings_report_func *report) ;

#endif
