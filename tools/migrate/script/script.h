/* The analysis of a wrapper script. */

#ifndef REEVE_MIGRATE_SCRIPT_H
#define REEVE_MIGRATE_SCRIPT_H

#include "migrate/plan/plan.h"

/* Fills the plan, which was initialized for the source. plan->cmd is the image's CMD, or 0. Sets
   plan->refused if the script is a program of its own. Executes nothing and reads no files;
   exits 111 without memory. */
extern void migrate_script (struct plan *plan) ;

/* Migrates plan->code, which runs before the script. Returns its services in the background: they
   are not in the plan until migrate_code_end() adds them. If it waited for one of them, a script's plan has them at once,
   and plan->code_ready has those that it waited for; migrate_code_end() orders the services of another input behind those. */
extern struct service *migrate_code (struct plan *plan) ;
extern void migrate_code_end (struct plan *plan, struct service *services) ;

#endif
