/* What other commands show as `reeve status` does. */

#ifndef REEVE_CONTROL_STATUS_H
#define REEVE_CONTROL_STATUS_H

#include <stddef.h>

#include "control/view.h"

/* Since when it is so: the time; of another day the day, of another year the year. */
extern void status_since (struct view const *view, char *out, size_t size) ;

#endif
