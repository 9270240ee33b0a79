/* Which program of a supervisord.conf uses which. */

#ifndef REEVE_MIGRATE_ORDER_H
#define REEVE_MIGRATE_ORDER_H

#include "migrate/plan.h"

/* Does the command of `later`, or its environment, clearly speak to `earlier`: a port or a
   socket that both have, or a program that is known to need the other? */
extern int order_uses (struct pool *pool, struct service const *later, struct service const *earlier) ;

#endif
