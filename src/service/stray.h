/* What is done with one process that ./run, or ./finish, has left behind: decided
   without I/O or clock, for the supervisor whose child it is, or whose predecessor's.

   What descended from ./run when it was sent the down-signal is the service itself, in
   whatever session or process group (a ./run without `exec`; su, timeout): it gets the
   down-signal, and only timeout-kill or a stop's budget kills it. What ./run had left
   behind before that is a stray: it gets the down-signal, and SIGKILL after
   timeout-strays; but whatever is left in the process group of ./run counts as the
   service, too. After an end that nobody asked for, all are strays.

   Remembered are those that were left behind before (base/descent.h), and what these
   have started: most services have none. Whoever is not known to be one of them, as the
   supervisor was killed since, or there was no room, or /proc did not tell, is the
   service: waiting too long loses no data. */

#ifndef REEVE_SERVICE_STRAY_H
#define REEVE_SERVICE_STRAY_H

#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"

#define STRAY_MOMENT_MS 100 /* before it is told: it may have had a signal already, and be about to end */
#define STRAY_ENDING_MS 1000 /* the same for one that certainly is */
#define STRAY_KILLED_MS 2000 /* one that has not ended by that time after SIGKILL is left */

/* What of that which is left is the service? */
enum stray_service
{
  STRAY_NONE_IS_SERVICE, /* nobody asked for the end */
  STRAY_GROUP_IS_SERVICE, /* it was asked for, but ./run was not sent the down-signal (`O`, `x`) */
  STRAY_ALL_BUT_EARLIER /* ./run was: all but those that were left behind before */
} ;

/* All moments are clock_ms(); 0: not yet. */
struct stray_limits
{
  enum stray_service service ;
  pid_t group ; /* the process group of ./run; 0: none */
  int at_once ; /* the stop's budget is over: everything is killed */
  uint64_t group_told_ms ; /* process_clock_ms() at which the whole group had the down-signal */
  uint64_t down_ms ; /* when ./run had it: timeout-kill is counted from there */
  uint32_t timeout_kill_ms ; /* 0: never */
  uint32_t timeout_strays_ms ; /* 0: never */
  int down_signal ;
} ;

struct stray
{
  pid_t pid ;
  uint64_t seen_ms ; /* for the first time */
  uint64_t told_ms ; /* when it had the down-signal */
  uint64_t killed_ms ; /* when it first had SIGKILL */
  int left ; /* nothing more is done about it */
} ;

/* Those that are known: unreaped children, so that their pids are their own. Those for
   which there is no room share the last entry: they are told, and named, at each look. */
#define STRAYS_KNOWN_MAX 128

struct strays
{
  struct stray known[STRAYS_KNOWN_MAX + 1] ;
  unsigned char seen[STRAYS_KNOWN_MAX + 1] ; /* by the present look */
  unsigned int count ;
} ;

extern void strays_empty (struct strays *strays) ;
extern struct stray *strays_know (struct strays *strays, pid_t pid, uint64_t now_ms) ;
/* At the end of a look: what it has not seen has ended, and its pid may come again. */
extern void strays_forget_unseen (struct strays *strays) ;

/* What it is now. */
struct stray_look
{
  int in_group ; /* of ./run */
  int earlier ; /* it is known to have been left behind before the down-signal, or to descend from such a one */
  int ending ; /* a signal that ends it is on its way, or it is at its end */
  int had_signal ; /* it was in the group when that had the down-signal */
  int ours ; /* a helper of Reeve's, which goes away by itself, or a client: not worth a message */
} ;

enum stray_deed { STRAY_WAIT, STRAY_TELL, STRAY_KILL, STRAY_LEAVE } ;

struct stray_step
{
  enum stray_deed deed ;
  uint64_t again_ms ; /* when to look again; 0: only when something has ended */
} ;

extern struct stray_step stray_step (struct stray_limits const *limits, struct stray const *stray, struct stray_look const *look, uint64_t now_ms) ;

/* The same for one that may share its entry with others. */
extern struct stray_step strays_step (struct strays const *strays, struct stray_limits const *limits, struct stray const *stray,
  struct stray_look const *look, uint64_t now_ms) ;

/* Sends it what `deed` asks for, and takes note of that. `pid` may be a process group's, negative;
   `fd`: a pidfd of one that is no child of the caller's, else -1. */
extern void stray_do (struct stray *stray, struct stray_limits const *limits, pid_t pid, int fd, enum stray_deed deed, uint64_t now_ms) ;

/* Is it what timeout-kill counts for, and not timeout-strays? */
extern int stray_is_service (struct stray_limits const *limits, struct stray_look const *look) ;

/* Fills in *now, but `earlier`, from what the kernel tells of a process. */
extern void stray_look (struct stray_look *now, struct stray_limits const *limits, pid_t pid, struct process_look const *look) ;

/* What it is sent: the down-signal; but SIGTERM where that does nothing: its default is to be ignored, and
   the process does not catch it. */
extern int stray_signal (struct stray_limits const *limits, pid_t pid) ;

#endif
