/* Strays: processes that a service has started, and that outlive its main process (./run, or
   ./finish). This decides what to do with a stray, without I/O or clock. The caller is now the
   stray's parent.

   After an end that was asked for, a stray counts as the service itself if
     - it is in the process group of ./run, or
     - it descended from ./run when that was sent the down-signal, in any session or process group
       (for a ./run without `exec`, or with su or timeout).
   It gets the down-signal, and only timeout-kill or a stop's budget kills it.

   Every other stray gets the down-signal, and SIGKILL after timeout-strays. After an end that
   nobody asked for, no stray counts as the service.

   A stray is `earlier` if it was a stray already when ./run was sent the down-signal, or descends
   from such a stray. The caller remembers these (base/descent.h). Sometimes it does not know: the
   supervisor was killed since, there was no room, or /proc did not tell. Then the stray is not
   earlier, and counts as the service: waiting too long loses no data. */

#ifndef REEVE_SERVICE_STRAY_H
#define REEVE_SERVICE_STRAY_H

#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"

#define STRAY_MOMENT_MS 100 /* a stray is told only after this time: it may be about to end, by a signal that it has got already */
#define STRAY_ENDING_MS 1000 /* the same for a stray that is certainly about to end */
#define STRAY_KILLED_MS 2000 /* after SIGKILL; a stray that still exists then is given up */

/* Which strays count as the service? */
enum stray_service
{
  STRAY_NONE_IS_SERVICE, /* none: nobody asked for the end */
  STRAY_GROUP_IS_SERVICE, /* those in the group of ./run: its end was asked for, but without the down-signal (`O`, `x`) */
  STRAY_ALL_BUT_EARLIER /* all but the earlier ones: ./run was sent the down-signal */
} ;

/* What holds for all strays of one end. Moments are clock_ms(); 0: not yet. */
struct stray_limits
{
  enum stray_service service ;
  pid_t group ; /* the process group of ./run; 0: none */
  int at_once ; /* the stop's budget is over: all are killed */
  uint64_t group_told_ms ; /* process_clock_ms(): when the down-signal was sent to the whole group */
  uint64_t down_ms ; /* when the down-signal was sent to ./run: timeout-kill counts from there */
  uint32_t timeout_kill_ms ; /* 0: never */
  uint32_t timeout_strays_ms ; /* 0: never */
  int down_signal ;
} ;

struct stray /* what the caller remembers of one stray */
{
  pid_t pid ;
  uint64_t seen_ms ; /* when it was first seen */
  uint64_t told_ms ; /* when the down-signal was sent to it */
  uint64_t killed_ms ; /* when SIGKILL was first sent to it */
  int given_up ; /* nothing more is done about it */
} ;

/* All remembered strays. They are unreaped children, so their pids cannot be other processes'.
   Strays for which there is no room share the last entry, and are told, and named, at each look. */
#define STRAYS_KNOWN_MAX 128

struct strays
{
  struct stray known[STRAYS_KNOWN_MAX + 1] ;
  unsigned char seen[STRAYS_KNOWN_MAX + 1] ; /* seen by the present look */
  unsigned int count ;
} ;

extern void strays_empty (struct strays *strays) ;
/* Returns the entry of a process, and adds it if there is none. */
extern struct stray *strays_know (struct strays *strays, pid_t pid, uint64_t now_ms) ;
/* At the end of a look at all strays: forgets those that were not seen. They have ended, and their
   pids may be used again. */
extern void strays_forget_unseen (struct strays *strays) ;

struct stray_look /* what a stray is like now */
{
  int in_group ; /* it is in the process group of ./run */
  int earlier ; /* it is known to be an earlier one */
  int ending ; /* it is exiting, or a signal that ends it is pending */
  int had_signal ; /* it was in the group when the down-signal was sent to that */
  int ours ; /* it is a helper or client of Reeve's, which ends by itself: not worth a message */
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
  uint64_t again_ms ; /* when to look again; 0: only when a child has ended */
} ;

/* Decides what to do with a stray now. */
extern struct stray_step stray_step (struct stray_limits const *limits, struct stray const *stray, struct stray_look const *look, uint64_t now_ms) ;

/* The same for a stray that may share its entry with others. */
extern struct stray_step strays_step (struct strays const *strays, struct stray_limits const *limits, struct stray const *stray,
  struct stray_look const *look, uint64_t now_ms) ;

/* Sends the signal that `deed` asks for, and notes that.
     pid  a process; negative: a process group
     fd   a pidfd of a process that is not a child of the caller; else -1 */
extern void stray_do (struct stray *stray, struct stray_limits const *limits, pid_t pid, int fd, enum stray_deed deed, uint64_t now_ms) ;

/* Does the stray count as the service? */
extern int stray_is_service (struct stray_limits const *limits, struct stray_look const *look) ;

/* Fills in *now from what the kernel tells of a process; the caller sets `earlier`. */
extern void stray_look (struct stray_look *now, struct stray_limits const *limits, pid_t pid, struct process_look const *look) ;

/* The signal to send to a stray: the down-signal; but SIGTERM if that would have no effect, because
   it is ignored by default and the process does not catch it. */
extern int stray_signal (struct stray_limits const *limits, pid_t pid) ;

#endif
