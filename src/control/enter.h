/* Finding the live directory, LIVE, and making it the working directory. */

#ifndef REEVE_CONTROL_ENTER_H
#define REEVE_CONTROL_ENTER_H

#include "control/control.h"

/* How long a command waits before it starts its work. */
enum patience
{
  PATIENCE_LOOK, /* until the running scanner knows its services. While /init still prepares the container, the command ends with a message */
  PATIENCE_LEFT, /* the same; a LIVE whose scanner has ended will do, too */
  PATIENCE_START, /* the same; but while /init still prepares the container, waits until /init has become the scanner */
  PATIENCE_ALL /* the same; and until the scanner has looked at all services, and has made all instances */
} ;

/* Finds LIVE unless request->live names it, makes it the working directory, and waits. Whether a
   scanner runs is for the command itself to find out. With PATIENCE_LOOK and PATIENCE_LEFT, root
   goes on with the rights of the user whose tree this is (owner.h).
   Returns EXIT_YES, or another exit code after a message. */
extern int enter_live (struct request *request, enum patience patience) ;

#endif
