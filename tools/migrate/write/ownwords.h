/* The arguments of a finish, which are not the script's: for render.c. */

#ifndef REEVE_MIGRATE_OWNWORDS_H
#define REEVE_MIGRATE_OWNWORDS_H

#include "migrate/plan/plan.h"

/* finish's lines, as `texts`, where FINISH_CODE and FINISH_SIGNAL mean its $1 and $2. */
extern struct texts with_own_words (struct pool *pool, struct texts const *lines) ;

#endif
