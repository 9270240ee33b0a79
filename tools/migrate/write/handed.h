/* What the setup hands on to the services: for render.c. */

#ifndef REEVE_MIGRATE_HANDED_H
#define REEVE_MIGRATE_HANDED_H

#include "migrate/plan/plan.h"

/* A run's lines that read what the piece set in the setup. */
extern void add_received (struct plan const *plan, struct texts *lines, struct piece const *piece) ;

/* The setup's lines that write all of that, at its end; with a note where another user may read it. */
extern void add_handed (struct plan *plan, struct texts *lines) ;

#endif
