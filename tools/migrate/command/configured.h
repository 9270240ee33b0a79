/* Programs that their configuration puts into the background: the same question as command_foreground(),
   with what is known of the image's files. */

#ifndef REEVE_MIGRATE_CONFIGURED_H
#define REEVE_MIGRATE_CONFIGURED_H

#include "migrate/command/command.h"
#include "migrate/plan/plan.h"

extern void foreground_of (struct plan *plan, struct statement const *statement, unsigned int first, struct foreground *foreground) ;
extern void foreground_inside (struct plan *plan, struct statement const *command, struct foreground *foreground) ; /* the same behind what only starts another program: gosu web nginx */
/* nginx does not start if both its configuration and its words say daemon off: the words go if the configuration has that. */
extern void nginx_without_option (struct plan *plan, struct foreground *foreground) ;

#endif
