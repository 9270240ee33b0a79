/* How the health of a service is checked: `health` in the service directory, and its numbers.

   `health` is an executable, or a text file with one built-in check (service/probe.h) on one
   line, which `reeve-exec --check` does. */

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
  uint32_t timeout_ms ; /* how long one may take; 30000 */
  uint32_t retries ; /* how many in a row must fail; 3 */
  uint32_t start_period_ms ; /* in which a failure does not count before the first success; 60000 */
} ;

/* Reads health-interval, health-timeout, health-retries and health-start-period in the current
   directory. Faults are reported (service/settings.h), and the default is used. Allocates and
   waits for nothing. */
extern void health_settings_read (struct health_settings *settings, settings_report_func *report) ;
/* Their files, one after the other from 0 on; 0 after the last. */
extern char const *health_settings_file (unsigned int i) ;

enum health_kind
{
  HEALTH_KIND_NONE, /* there is none, or it is no check */
  HEALTH_KIND_EXECUTABLE,
  HEALTH_KIND_BUILT_IN
} ;

/* What `health` in the current directory is.
     spec    a built-in check, without white space; "" for the others
     report  told of one that is neither; may be null
   Allocates and waits for nothing. */
extern enum health_kind health_file_read (char spec[HEALTH_SPEC_MAX], settings_report_func *report) ;

#endif
