/* CMD, the container's command, which runs beside the services. Its end is the end of the tree.

   What CMD leaves in its process group (`sh -c 'server; true'`), and what had descended from it
   when it was told to end (su, timeout), counts as CMD, too: it is told to end, the tree waits
   for it, and only the stop's budget kills it. These are its strays here. */

#ifndef REEVE_SCAN_CMD_H
#define REEVE_SCAN_CMD_H

#include "scan/scanner.h"

/* Is there a CMD that an earlier scanner has started, and that still runs? It is watched. */
extern void cmd_find (struct scanner *s) ;
/* Starts CMD, if there is one, and it does not run. */
extern void cmd_start (struct scanner *s) ;
/* Once a second: tries again to start it; or looks whether it still runs, where nobody tells. */
extern void cmd_start_or_look (struct scanner *s) ;
/* Writes LIVE/.s6-svscan/command; again every second until it could be written. */
extern void cmd_write_status (struct scanner *s) ;
/* Tells CMD to end, if it runs. */
extern void cmd_stop (struct scanner const *s) ;
/* Sends CMD a signal, if it is certainly CMD. */
extern void cmd_signal (struct scanner const *s, int sig) ;
/* CMD itself has ended. */
extern void cmd_ended (struct scanner *s, int wstat) ;

/* Ends the strays that CMD has left, as far as that is due now. Returns whether there is one. */
extern int cmd_has_strays (struct scanner *s) ;
/* One of them may have ended, or the budget is over: they are looked at again. */
extern void cmd_strays_changed (struct scanner *s) ;
/* A child was reaped that may have been one. */
extern void cmd_stray_ended (struct scanner *s, pid_t pid) ;
/* Does CMD run, or a stray of it, when that was last looked at? */
extern int cmd_runs (struct scanner const *s) ;

#endif
