/* The other two kinds of input. Pure, like the analysis of a script. */

#ifndef REEVE_MIGRATE_INPUTS_H
#define REEVE_MIGRATE_INPUTS_H

#include "migrate/plan.h"

enum input_kind { INPUT_SCRIPT, INPUT_SUPERVISORD, INPUT_PROCFILE, INPUT_DOCKERFILE, INPUT_COMPOSE, INPUT_UNIT, INPUT_DATA } ;

/* By name and content. */
extern enum input_kind input_kind (struct source const *source) ;

extern void migrate_supervisord (struct plan *plan) ;
extern void migrate_procfile (struct plan *plan) ;
/* Migrates any kind. Refuses what is not a list of processes, and says what to do instead. */
extern void migrate_input (struct plan *plan, enum input_kind kind) ;

#endif
