/* Programs that several packages have by the same name: which one is it, by the Dockerfile? */

#ifndef REEVE_MIGRATE_VARIANTS_H
#define REEVE_MIGRATE_VARIANTS_H

#include "migrate/command/command.h"
#include "migrate/plan/plan.h"

#define FG_VNC "tigervnc turbovnc kasmvnc" /* whose vncserver has -fg */

/* Puts the words of that package into the form for the foreground; none, and what to do, if it has none. */
extern void variant_of (struct plan const *plan, struct foreground *foreground) ;
/* A note where nothing tells which one it is. */
extern void variant_note (struct plan *plan, uint32_t line, struct foreground const *foreground) ;

#endif
