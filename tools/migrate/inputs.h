/* The other two kinds of input. Pure, like the analysis of a script. */

#ifndef REEVE_MIGRATE_INPUTS_H
#define REEVE_MIGRATE_INPUTS_H

#include "migrate/plan.h"

/* By name and content. */
extern enum input_kind input_kind (char const *name, char const *text) ;

#define PROCESS_LETTERS NAME_LETTERS "-" /* in the name of a process of a Procfile */

extern void migrate_supervisord (struct plan *plan) ;
extern void migrate_procfile (struct plan *plan) ;
/* Migrates any plan->kind. Refuses what is not a list of processes, and says what to do instead. */
extern void migrate_input (struct plan *plan) ;

#endif
