/* Deeds: ending an inherited process (inherited.h) that no supervisor can adopt:
     without pidfds or /proc nobody could prove which process it is;
     when its directory in LIVE is gone, nobody knows how to go on with it;
     late in a stop no supervisor can be started for it.
   The scanner, whose child the process is, sends it the down-signal, and SIGKILL when the service's
   own limits or the stop's say so. Then it does the same to what remains of the process group. */

#ifndef REEVE_SCAN_ENDING_H
#define REEVE_SCAN_ENDING_H

#include "scan/scanner.h"

enum ending
{
  ENDING_DONE, /* nothing of it runs any more */
  ENDING_UNDER_WAY, /* to be called again in a second */
  ENDING_NOT_OURS /* it is no child of the scanner: left alone, with a message */
} ;

/* Sends the signals that are due now. */
extern enum ending ending_go_on (struct scanner *s, struct unit *unit) ;
/* Sends SIGKILL to the inherited process and its process group. */
extern void ending_kill (struct scanner *s, struct unit const *unit) ;

#endif
