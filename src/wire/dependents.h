/* Which services have dependencies: LIVE/.s6-svscan/dependents, for `reeve`. It need not look at all
   services then, to find those that need a certain one.

   The file has a name a line. The scanner writes it when it has looked at all services, and again
   when the names have changed (replaced by rename). Where there is no such file nobody knows: the
   scanner has not looked yet, or could not write it. So a command that is about all services waits
   for the file a while: counted instances are made when the scanner has looked. */

#ifndef REEVE_WIRE_DEPENDENTS_H
#define REEVE_WIRE_DEPENDENTS_H

#include <stddef.h>

#include <skalibs/stralloc.h>

#define DEPENDENTS_FILE ".s6-svscan/dependents"

/* All work in LIVE, the current directory. */

/* Reads the names into `names`, each ended by a NUL; the last one is empty. They may be anything if
   somebody else has written the file. Returns 1, or 0: nobody knows. */
extern int dependents_read (stralloc *names) ;
/* `lines`: the content of the file. Returns 1, or 0 with errno. */
extern int dependents_write (char const *lines, size_t len) ;
/* Returns 1 when there is no such file any more, or 0 with errno. */
extern int dependents_forget (void) ;

#endif
