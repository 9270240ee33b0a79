/* What others have put into LIVE is believed and executed only if nobody but root or the
   scanner's user could have written it. */

#ifndef REEVE_SCAN_TRUSTED_H
#define REEVE_SCAN_TRUSTED_H

#include "scan/scanner.h"

/* The same question of the service directory LIVE/NAME, its log/, and the files in both.
   `say`: if not, a message names the file. */
extern int trusted_directory (struct scanner const *s, char const *name, int say) ;
/* The same question of a file in LIVE/.s6-svscan. Returns 0 with ENOENT when it is missing,
   or not to be trusted, which is said. */
extern int trusted_file (char const *path) ;

#endif
