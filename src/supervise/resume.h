/* How a supervisor goes on with a service that another supervisor has started: it decides on one
   event for the table of life.h. Pure. */

#ifndef REEVE_SUPERVISE_RESUME_H
#define REEVE_SUPERVISE_RESUME_H

#include "supervise/life.h"

/* What the saved state says. */
struct resume
{
  enum phase phase ;
  char born ; /* a child that was started after the state was saved: 'r' ./run, 'f' ./finish; 0: none */
  int has_process ; /* a process is recorded */
  int has_deadline ;
  int lost ; /* it is not known any more whether the service is ready, or which process it is: restart it */
  int want_up ;
  int leaving ;
} ;

/* Returns the event. LIFE_GO_ON: the phase itself says what comes next. */
extern enum life_event resume_event (struct resume const *resume) ;

#endif
