/* Which kind of input is it? Pure. */

#ifndef REEVE_MIGRATE_INPUTKIND_H
#define REEVE_MIGRATE_INPUTKIND_H

#include "migrate/plan/plan.h"

#define PROCESS_LETTERS NAME_LETTERS "-" /* in the name of a process of a Procfile */

/* By name and content. */
extern enum input_kind input_kind (char const *name, char const *text) ;

#endif
