/* The analysis of a wrapper script. */

#ifndef REEVE_MIGRATE_SCRIPT_H
#define REEVE_MIGRATE_SCRIPT_H

#include "migrate/plan/plan.h"

/* Fills the plan, which was initialized for the source. plan->cmd is the image's CMD, or 0. Sets
   plan->refused if the script is a program of its own. Executes nothing and reads no files;
   exits 111 without memory. */
extern void migrate_script (struct plan *plan) ;

/* Migrates plan->code, which runs before the input. Its services are a script's plan's at once. Those ahead of another input are
   returned, and in no plan until migrate_code_end() adds them, which orders the services of that input behind those that the code
   waited for. */
extern struct service *migrate_code (struct plan *plan) ;
extern void migrate_code_end (struct plan *plan, struct service *services) ;

#endif
