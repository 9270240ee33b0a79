/* Where a supervisor goes on with a service that it has not started itself: one event for
   the table of life.h. Pure. */

#ifndef REEVE_SUPERVISE_RESUME_H
#define REEVE_SUPERVISE_RESUME_H

#include "supervise/life.h"

/* What the saved state says. */
struct resume
{
  enum phase phase ;
  char born ; /* a child that was started after the state was saved: 'r' ./run, 'f' ./finish; 0: none */
  int has_process ; /* one is recorded */
  int has_deadline ;
  int lost ; /* whether it is ready, or which process it is, is not known any more: restart it */
  int want_up ;
  int leaving ;
} ;

/* LIFE_GO_ON where the phase itself says what is next. */
extern enum life_event resume_event (struct resume const *resume) ;

#endif
