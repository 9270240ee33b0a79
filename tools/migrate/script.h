/* The analysis of a wrapper script. */

#ifndef REEVE_MIGRATE_SCRIPT_H
#define REEVE_MIGRATE_SCRIPT_H

#include "migrate/plan.h"

/* Fills the plan, initialized for its source, with what becomes of a script.
   plan->cmd, the image's CMD, is known or 0. Sets plan->refused when the script is a
   program of its own. Executes and reads nothing; exits 111 without memory. */
extern void migrate_script (struct plan *plan) ;

#endif
