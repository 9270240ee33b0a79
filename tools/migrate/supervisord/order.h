/* Which program of a supervisord.conf uses which. */

#ifndef REEVE_MIGRATE_ORDER_H
#define REEVE_MIGRATE_ORDER_H

#include "migrate/plan/plan.h"

/* Does `later` clearly use `earlier`? Both have the same port or socket in command or
   environment, or the program is known to need the other one. */
extern int order_uses (struct pool *pool, struct service const *later, struct service const *earlier) ;

#endif
