/* The analysis of a wrapper script. */

#ifndef REEVE_MIGRATE_SCRIPT_H
#define REEVE_MIGRATE_SCRIPT_H

#include "migrate/plan.h"

/* Fills the plan, initialized for its source, with what becomes of a script.
   plan->cmd, the image's CMD, is known or 0. Sets plan->refused when the script is a
   program of its own. Executes and reads nothing; exits 111 without memory. */
extern void migrate_script (struct plan *plan) ;

/* Adds what becomes of plan->code, which comes ahead of all else. Returns the services that ran
   beside the rest: they are out of the plan until migrate_code_end() adds them. */
extern struct service *migrate_code (struct plan *plan) ;
extern void migrate_code_end (struct plan *plan, struct service *services) ;

#endif
