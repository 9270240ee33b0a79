/* Which program of a supervisord.conf uses which. */

#ifndef REEVE_MIGRATE_ORDER_H
#define REEVE_MIGRATE_ORDER_H

#include "migrate/plan/plan.h"

/* Does `later` clearly use `earlier`? It has the port, socket or display that `earlier` serves in its command or
   environment, or the program is known to need the other one. `inherited`: lines of run that each service has. */
extern int order_uses (struct pool *pool, struct service const *later, struct service const *earlier, struct texts const *inherited) ;

#endif
