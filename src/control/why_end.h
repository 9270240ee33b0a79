/* The last end of a service in words: exit code or signal, and the cause. Pure: no I/O, no clock, no
   globals. */

#ifndef REEVE_CONTROL_WHY_END_H
#define REEVE_CONTROL_WHY_END_H

#include <stdint.h>

struct end_facts
{
  unsigned int wstat ; /* as waitpid() gives it */
  unsigned int end ; /* enum state_end (wire/state.h): the cause */
  uint32_t late_ms ; /* timeout-up, if that was the cause (END_LATE) */
  uint32_t kill_ms ; /* timeout-kill, if that was the cause (END_KILLED) */
  unsigned int oom_kills ; /* processes that the container's cgroup has killed for lack of memory */
  unsigned int code_unknown : 1 ; /* nobody saw the exit code */
  unsigned int task : 1 ;
  unsigned int allowed : 1 ; /* success-codes has this code or signal */
} ;

#define END_WORDS_MAX 1024
/* Describes the end: "exit 127: ...". Returns `out`. */
extern char const *why_end_describe (struct end_facts const *facts, char out[END_WORDS_MAX]) ;

/* How many processes were killed for lack of memory.
     text  the content of memory.events (cgroup 2) or memory.oom_control (cgroup 1) */
extern unsigned int why_end_oom_kills (char const *text) ;

#endif
