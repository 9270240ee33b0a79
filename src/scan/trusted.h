/* What others have put into LIVE is believed and executed only if nobody but root and the scanner's
   user could have written it. */

#ifndef REEVE_SCAN_TRUSTED_H
#define REEVE_SCAN_TRUSTED_H

#include "scan/scanner.h"

/* Is LIVE/NAME to be trusted, with its log/ and the files in both? If not, and with `say`, a
   message names the file. */
extern int trusted_directory (struct scanner const *s, char const *name, int say) ;
/* Is a file in LIVE/.s6-svscan to be trusted? Returns 1; or 0 with ENOENT when it is missing or not
   to be trusted. A file that is not to be trusted is named in a message. */
extern int trusted_file (char const *path) ;

#endif
