/* The strays of CMD: what it leaves in its process group (`sh -c 'server; true'`), and what had
   descended from it when it was told to end (su, timeout). They count as CMD: they are told to
   end, the tree waits for them, and only the stop's budget kills them. */

#ifndef REEVE_SCAN_CMD_STRAYS_H
#define REEVE_SCAN_CMD_STRAYS_H

#include "scan/scanner.h"

/* CMD is about to be told to end: what has descended from it is remembered. */
extern void cmd_strays_follow (pid_t cmd) ;
/* CMD, which had this pid, has ended. */
extern void cmd_strays_begin (struct scanner *s, pid_t cmd) ;
/* Does what is due now to end them. Returns whether there is one; never while CMD runs. */
extern int cmd_strays_end (struct scanner *s) ;
/* One of them may have ended, or the budget is over: they are looked at again. */
extern void cmd_strays_changed (struct scanner *s) ;
/* A child was reaped that may have been one. */
extern void cmd_strays_ended (struct scanner *s, pid_t pid) ;
/* Does CMD run, or a stray of it, when that was last looked at? */
extern int cmd_runs (struct scanner const *s) ;

#endif
