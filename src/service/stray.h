/* Strays: processes that a service has started, and that outlive its main process, ./run, or
   ./finish. What is done with one of them: decided without I/O or clock, for the caller, whose
   child it is now.

   After an end that was asked for, a stray counts as the service itself if
     - it is in the process group of ./run, or
     - it had descended from ./run when that was sent the down-signal, in whatever session or
       process group it is (a ./run without `exec`; su, timeout).
   It gets the down-signal, and only timeout-kill or a stop's budget kills it.

   Every other stray gets the down-signal, and SIGKILL after timeout-strays. After an end that
   nobody asked for, no stray counts as the service.

   A stray is `earlier` if it was one already when ./run was sent the down-signal, or descends
   from such a one. The caller remembers those (base/descent.h). Where it does not know, as the
   supervisor was killed since, there was no room, or /proc did not tell, the stray is not
   earlier, and counts as the service: waiting too long loses no data. */

#ifndef REEVE_SERVICE_STRAY_H
#define REEVE_SERVICE_STRAY_H

#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"

#define STRAY_MOMENT_MS 100 /* it is told only then: it may be about to end, by a signal that it has had */
#define STRAY_ENDING_MS 1000 /* the same for one that is certainly about to end */
#define STRAY_KILLED_MS 2000 /* after SIGKILL; one that has not ended by then is given up */

/* Which strays count as the service? */
enum stray_service
{
  STRAY_NONE_IS_SERVICE, /* none: nobody asked for the end */
  STRAY_GROUP_IS_SERVICE, /* those in the group of ./run: its end was asked for, but without the down-signal (`O`, `x`) */
  STRAY_ALL_BUT_EARLIER /* all but the earlier ones: ./run was sent the down-signal */
} ;

/* What holds for all of them. Moments are clock_ms(); 0: not yet. */
struct stray_limits
{
  enum stray_service service ;
  pid_t group ; /* the process group of ./run; 0: none */
  int at_once ; /* the stop's budget is over: all are killed */
  uint64_t group_told_ms ; /* process_clock_ms() at which the whole group had the down-signal */
  uint64_t down_ms ; /* when ./run had the down-signal: timeout-kill is counted from there */
  uint32_t timeout_kill_ms ; /* 0: never */
  uint32_t timeout_strays_ms ; /* 0: never */
  int down_signal ;
} ;

struct stray /* what the caller remembers of one */
{
  pid_t pid ;
  uint64_t seen_ms ; /* for the first time */
  uint64_t told_ms ; /* when it had the down-signal */
  uint64_t killed_ms ; /* when it first had SIGKILL */
  int given_up ; /* nothing more is done about it */
} ;

/* All that are remembered. They are unreaped children, so that no pid is another process's. Those
   for which there is no room share the last entry, and are told, and named, at each look. */
#define STRAYS_KNOWN_MAX 128

struct strays
{
  struct stray known[STRAYS_KNOWN_MAX + 1] ;
  unsigned char seen[STRAYS_KNOWN_MAX + 1] ; /* by the present look */
  unsigned int count ;
} ;

extern void strays_empty (struct strays *strays) ;
/* The entry of a process, added if need be. */
extern struct stray *strays_know (struct strays *strays, pid_t pid, uint64_t now_ms) ;
/* At the end of a look at all: whom it has not seen has ended, and the pid may come again. */
extern void strays_forget_unseen (struct strays *strays) ;

struct stray_look /* what one is now */
{
  int in_group ; /* of ./run */
  int earlier ; /* it is known to be */
  int ending ; /* a signal that ends it is pending, or it is exiting */
  int had_signal ; /* it was in the group when that had the down-signal */
  int ours ; /* a helper or a client of Reeve's, which ends by itself: not worth a message */
} ;

enum stray_deed
{
  STRAY_WAIT,
  STRAY_TELL, /* send it the down-signal */
  STRAY_KILL,
  STRAY_LEAVE /* give it up */
} ;

struct stray_step
{
  enum stray_deed deed ;
  uint64_t again_ms ; /* when to look again; 0: only when something has ended */
} ;

/* What is due now. */
extern struct stray_step stray_step (struct stray_limits const *limits, struct stray const *stray, struct stray_look const *look, uint64_t now_ms) ;

/* The same for one that may share its entry with others. */
extern struct stray_step strays_step (struct strays const *strays, struct stray_limits const *limits, struct stray const *stray,
  struct stray_look const *look, uint64_t now_ms) ;

/* Sends the signal that `deed` asks for, and takes note of that.
     pid  or a process group, negative
     fd   a pidfd of a process that is no child of the caller's; else -1 */
extern void stray_do (struct stray *stray, struct stray_limits const *limits, pid_t pid, int fd, enum stray_deed deed, uint64_t now_ms) ;

/* Does it count as the service? */
extern int stray_is_service (struct stray_limits const *limits, struct stray_look const *look) ;

/* Fills in *now from what the kernel tells of a process; `earlier` is the caller's. */
extern void stray_look (struct stray_look *now, struct stray_limits const *limits, pid_t pid, struct process_look const *look) ;

/* Which signal it is sent: the down-signal; but SIGTERM if that would do nothing, as it is ignored
   by default and the process does not catch it. */
extern int stray_signal (struct stray_limits const *limits, pid_t pid) ;

#endif
