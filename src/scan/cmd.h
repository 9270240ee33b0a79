/* CMD, the container's command, which runs beside the services. Its end is the end of the tree. */

#ifndef REEVE_SCAN_CMD_H
#define REEVE_SCAN_CMD_H

#include "scan/scanner.h"

#define CMD_AFTER_VARIABLE "REEVE_CMD_AFTER" /* also written out in messages */

/* Looks for a CMD that an earlier scanner has started and that still runs. If there is one, it is
   watched from now on. */
extern void cmd_find (struct scanner *s) ;
/* Starts CMD, if there is one and it does not run yet. */
extern void cmd_start (struct scanner *s) ;
/* Once a second: starts CMD if it does not run; else looks whether it still runs, where nobody
   reports its end. */
extern void cmd_start_or_look (struct scanner *s) ;
/* Writes LIVE/.s6-svscan/command: CMD's status and birth, and the names of the services that it has
   waited for. Tries again every second until it could be written. */
extern void cmd_write_status (struct scanner *s) ;
/* Tells CMD to end, if it runs. */
extern void cmd_stop (struct scanner const *s) ;
/* Sends CMD a signal, if it is certain that the process is CMD. */
extern void cmd_signal (struct scanner const *s, int sig) ;
/* Passes a signal of the scanner's on to CMD, if CMD gets these. Returns whether it does. */
extern int cmd_takes_signal (struct scanner const *s, int sig) ;
/* CMD itself has ended. */
extern void cmd_ended (struct scanner *s, int wstat) ;

#endif
