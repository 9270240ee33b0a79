/* The kinds of input: a script, a supervisord.conf, a Procfile, and what is refused. Pure. */

#ifndef REEVE_MIGRATE_INPUTS_H
#define REEVE_MIGRATE_INPUTS_H

#include "migrate/plan/plan.h"

/* Migrates any plan->kind. Refuses what is not a list of processes, and says what to do instead. */
extern void migrate_input (struct plan *plan) ;

#endif
