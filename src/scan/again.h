/* What has failed for a reason that can pass, and is tried again once a second until it works.
   What concerns a single unit, and decides about it, has a deadline of its own (units.h). */

#ifndef REEVE_SCAN_AGAIN_H
#define REEVE_SCAN_AGAIN_H

#include "scan/scanner.h"

enum again /* bits */
{
  AGAIN_SCAN = 1 << 0, /* something in SCAN or LIVE could not be read, or removed: a scan */
  AGAIN_ORDERS = 1 << 1, /* a supervisor could not be sent an order: unit->supervisor.kill_due, upgrade_due, go_due */
  AGAIN_STATE = 1 << 2, /* LIVE/.s6-svscan/state could not be written */
  AGAIN_CMD_STATUS = 1 << 3, /* LIVE/.s6-svscan/command could not be written */
  AGAIN_CMD = 1 << 4 /* CMD could not be started; or nobody tells when it ends: look */
} ;

/* It has failed: it is tried again in a second at the latest. Returns whether this is worth a
   message: not when it had failed the last time, too. Keeps errno. */
extern int again_later (struct scanner *s, enum again what) ;
/* It need not be tried again. */
extern void again_no_more (struct scanner *s, enum again what) ;
/* Is it to be tried again? */
extern int again_is_due (struct scanner const *s, enum again what) ;
/* What is to be tried now: a set of these. again_tried() is to follow. */
extern unsigned int again_take (struct scanner *s) ;
extern void again_tried (struct scanner *s) ;

#endif
