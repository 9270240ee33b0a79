/* Work that failed for a reason that can pass. It is tried again once a second until it works. A
   retry that concerns one unit only, and decides about it, is a deadline of that unit instead
   (units.h). */

#ifndef REEVE_SCAN_AGAIN_H
#define REEVE_SCAN_AGAIN_H

#include "scan/scanner.h"

enum again /* bits */
{
  AGAIN_SCAN = 1 << 0, /* scan again: something in SCAN or LIVE could not be read or removed */
  AGAIN_ORDERS = 1 << 1, /* a supervisor could not be sent an order: unit->supervisor.kill_due, upgrade_due, go_due */
  AGAIN_STATE = 1 << 2, /* LIVE/.s6-svscan/state could not be written */
  AGAIN_CMD_STATUS = 1 << 3, /* LIVE/.s6-svscan/command could not be written */
  AGAIN_CMD = 1 << 4 /* CMD could not be started; or nobody reports its end, so that the scanner has to look */
} ;

/* `what` has failed: try it again in a second at the latest. Returns whether to write a message:
   no, if it had failed the last time as well. Keeps errno. */
extern int again_later (struct scanner *s, enum again what) ;
/* Cancels the retry. */
extern void again_no_more (struct scanner *s, enum again what) ;
/* Is a retry of `what` pending? */
extern int again_is_due (struct scanner const *s, enum again what) ;
/* Returns what to try now, a set of enum again; 0: nothing. Try it, then call again_tried(). */
extern unsigned int again_take (struct scanner *s) ;
extern void again_tried (struct scanner *s) ;

#endif
