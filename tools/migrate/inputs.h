/* The kinds of input: a script, a supervisord.conf, a Procfile, and what is refused. Pure. */

#ifndef REEVE_MIGRATE_INPUTS_H
#define REEVE_MIGRATE_INPUTS_H

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/plan/plan.h"

/* Migrates any plan->kind. Refuses what is not a list of processes, and says what to do instead. */
extern void migrate_input (struct plan *plan) ;

/* Shell code of the Dockerfile that comes in the place of the script's exec "$@", or behind its end: the source
   has it afterwards, or a note says so. */
extern void input_put_code (struct plan *plan, struct docker_start *start) ;

#endif
