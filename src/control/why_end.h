/* How an end came about, in words. Pure: no I/O, no clock, no globals. */

#ifndef REEVE_CONTROL_WHY_END_H
#define REEVE_CONTROL_WHY_END_H

#include <stdint.h>

struct end_facts
{
  unsigned int wstat ;
  unsigned int end ; /* enum state_end (wire/state.h) */
  uint32_t late_ms ; /* timeout-up, with END_LATE */
  uint32_t kill_ms ; /* timeout-kill, with END_KILLED */
  unsigned int oom_kills ; /* that the cgroup has counted */
  unsigned int code_unknown : 1 ;
  unsigned int task : 1 ;
  unsigned int allowed : 1 ; /* success-codes has it */
} ;

#define END_WORDS_MAX 1024
/* "exit 127: ...". Returns `out`. */
extern char const *why_end_describe (struct end_facts const *facts, char out[END_WORDS_MAX]) ;

/* How many processes were killed for lack of memory, from the text of memory.events or
   memory.oom_control. */
extern unsigned int why_end_oom_kills (char const *text) ;

#endif
