#include "supervise/resume.h"

static enum life_event while_nothing_runs (struct resume const *resume)
{
  if (resume->leaving) return LIFE_LEAVE ;
  if (resume->phase == PHASE_WAITING) return resume->has_deadline ? LIFE_GO_ON : LIFE_DEADLINE ; /* ./run was about to be started */
  return resume->phase == PHASE_DOWN && resume->want_up ? LIFE_WANT_IN_ORDER : LIFE_GO_ON ;
}

enum life_event resume_event (struct resume const *resume)
{
  switch (resume->phase)
  {
    case PHASE_DOWN :
    case PHASE_WAITING :
    case PHASE_HELD :
      return resume->born == 'r' ? LIFE_SPAWNED : while_nothing_runs(resume) ;
    case PHASE_STRAYS :
    case PHASE_FINISHING :
      if (resume->born == 'f') return LIFE_FINISH_SPAWNED ;
      return resume->has_process && resume->phase == PHASE_FINISHING ? LIFE_NOTHING : LIFE_GO_ON ;
    case PHASE_UP :
    case PHASE_STOP_DUE :
    case PHASE_STOPPING :
      if (!resume->has_process) return LIFE_ENDED_UNSEEN ;
      return resume->lost ? LIFE_RESTART : LIFE_GO_ON ;
    default : return LIFE_GO_ON ;
  }
}
