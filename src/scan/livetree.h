/* Making and removing a unit's directory in LIVE. All names are relative to LIVE. */

#ifndef REEVE_SCAN_LIVETREE_H
#define REEVE_SCAN_LIVETREE_H

#include "scan/origin.h"

enum livetree_result
{
  LIVETREE_DONE,
  LIVETREE_TAKEN, /* something has that name that the scanner has not made */
  LIVETREE_FAILED /* with errno */
} ;

/* Files of the service that the scanner itself reads: are they there? */
struct livetree_found
{
  unsigned int dependencies : 1 ; /* dependencies.d */
  unsigned int condition : 1 ; /* enable-if */
  unsigned int console : 1 ; /* flag-console */
} ;

/* Makes or refreshes LIVE/NAME: links to the service's files in SCAN, and the entries that are real
   (copies, `down`).
     origin  where the files are: some of the directories may be missing, but not all
     found   always written */
extern enum livetree_result livetree_make (char const *scan, char const *name, struct origin const *origin, struct livetree_found *found) ;
/* Makes the collector's directory: its ./run is a link to the program. */
extern enum livetree_result livetree_make_collector (char const *program) ;
/* Makes what a logger needs in any service directory: supervise/, and the fifo of its input.
   Returns 1, or 0 with errno. */
extern int livetree_make_pipe (char const *logger_name) ;
/* Makes the fifos in LIVE/NAME that the collector reads: for stderr and, without a logger, for
   stdout. Returns 1, or 0 with errno. */
extern int livetree_make_outputs (char const *name, int has_logger) ;
/* Has the scanner made LIVE/NAME? Returns 1, or 0 with errno; ENOENT: certainly not. */
extern int livetree_is_ours (char const *name) ;
/* Removes LIVE/NAME. Returns 1, or 0 with errno; what remains is still known as the scanner's. */
extern int livetree_remove (char const *name) ;
/* LIVE/NAME has lost its mark: marks it again, if its ./run is the link that the scanner had made.
   Returns 1, or 0: the directory is somebody else's now. */
extern int livetree_mark_again (char const *scan, char const *name, struct origin const *origin) ;

#endif
