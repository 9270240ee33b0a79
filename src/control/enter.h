/* Finding LIVE, and making it the working directory. */

#ifndef REEVE_CONTROL_ENTER_H
#define REEVE_CONTROL_ENTER_H

#include "control/control.h"

enum patience
{
  PATIENCE_LOOK, /* until a scanner that is there knows of its services */
  PATIENCE_LEFT, /* the same, and where none is, what one has left will do */
  PATIENCE_ALL /* and until /init has become the scanner */
} ;

/* Finds LIVE unless request->live names it, and makes it the working directory. Waits
   until its scanner knows of its services, if somebody is there to become it; where there
   is nobody, the command itself says so. But with PATIENCE_ALL root goes on as the tree's user (owner.c).
   Returns EXIT_YES, or an exit code: it has been said why. */
extern int enter_live (struct request *request, enum patience patience) ;

#endif
