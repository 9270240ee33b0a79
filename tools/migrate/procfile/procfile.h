/* A Procfile on its way into a plan. Pure. */

#ifndef REEVE_MIGRATE_PROCFILE_H
#define REEVE_MIGRATE_PROCFILE_H

#include "migrate/plan/plan.h"

extern void migrate_procfile (struct plan *plan) ;

#endif
