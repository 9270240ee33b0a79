/* setuptext.c: the lines of the setup. */

#ifndef REEVE_MIGRATE_SETUPTEXT_H
#define REEVE_MIGRATE_SETUPTEXT_H

#include "migrate/plan/plan.h"

extern char const *setup_text (struct plan *plan) ;
extern char const *own_arguments (struct plan const *plan) ; /* the line that sets the script's own arguments; 0: there is none */
extern void add_all_placed (struct pool *pool, struct texts *lines, struct placed const *placed) ; /* the words of a call or loop, and of those around it */

#endif
