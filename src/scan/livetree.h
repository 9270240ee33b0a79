/* What is made and removed in LIVE for a unit. All names are relative to LIVE. */

#ifndef REEVE_SCAN_LIVETREE_H
#define REEVE_SCAN_LIVETREE_H

#include "scan/origin.h"

enum livetree_result
{
  LIVETREE_DONE,
  LIVETREE_TAKEN, /* something stands there that the scanner has not made */
  LIVETREE_FAILED /* with errno */
} ;

/* What is among its files, and the scanner reads as well. */
struct livetree_found
{
  unsigned int dependencies : 1 ; /* dependencies.d */
  unsigned int condition : 1 ; /* enable-if */
  unsigned int console : 1 ; /* flag-console */
} ;

/* Makes or refreshes LIVE/NAME: links to what is in SCAN where its files are, and what is real
   there.
     origin  a directory of it may be missing, but not all
     found   always written */
extern enum livetree_result livetree_make (char const *scan, char const *name, struct origin const *origin, struct livetree_found *found) ;
/* Makes the collector's directory: its ./run is a link to the program. */
extern enum livetree_result livetree_make_collector (char const *program) ;
/* Makes what a logger needs in anybody's directory: supervise/, and the fifo of its input.
   Returns 1, or 0 with errno. */
extern int livetree_make_pipe (char const *logger_name) ;
/* Makes the fifos that the collector reads, in LIVE/NAME: for stderr, and, without a logger,
   for stdout. Returns 1, or 0 with errno. */
extern int livetree_make_outputs (char const *name, int has_logger) ;
/* Has the scanner made LIVE/NAME? Returns 1, or 0 with errno: ENOENT: certainly not. */
extern int livetree_is_ours (char const *name) ;
/* Removes LIVE/NAME. Returns 1, or 0 with errno: what remains is known as ours still. */
extern int livetree_remove (char const *name) ;
/* Marks LIVE/NAME again, which has lost its mark, if its ./run is the link that the scanner
   had made. Returns 1, or 0: it is another's now. */
extern int livetree_mark_again (char const *scan, char const *name, struct origin const *origin) ;

#endif
