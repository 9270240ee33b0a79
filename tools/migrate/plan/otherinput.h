/* Inputs of other kinds: what each is, and what to give in its place. */

#ifndef REEVE_MIGRATE_OTHERINPUT_H
#define REEVE_MIGRATE_OTHERINPUT_H

#include "migrate/text/pool.h"

/* What `text` is, by the name that it was given with and its content, as `a compose file: give ...`. 0: it may be a
   script, a supervisord.conf or a Procfile. Pure. */
extern char const *other_input (char const *name, char const *text) ;

/* The same of a folder. Looks into it. */
extern char const *other_folder (struct pool *pool, char const *path) ;

#endif
