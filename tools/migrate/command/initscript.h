/* Daemons that an init script started, and those of which no foreground form is known. */

#ifndef REEVE_MIGRATE_INITSCRIPT_H
#define REEVE_MIGRATE_INITSCRIPT_H

#include "migrate/command/command.h"
#include "migrate/plan/plan.h"

/* Completes `foreground` by what the image's files (--root) say of its init script, and the service's lines and options. */
extern void initscript_look (struct plan *plan, struct service *service, struct foreground *foreground) ;
/* If an init script started it: what that also does, as a note. */
extern void initscript_note (struct plan *plan, struct service const *service, uint32_t line, struct foreground const *foreground) ;
/* The service puts itself into the background as before, and flag-forks follows it: a TODO says so. */
extern void forks_on (struct plan *plan, struct service *service, uint32_t line, struct foreground const *foreground) ;

#endif
