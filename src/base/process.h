/* Processes, and how to know one again.

   A pid alone is not enough: it is used again once its process has been reaped.
   Children are known by parenthood, since a child's pid stays its own until it is
   reaped. Any other process is known by its pid and the time of its start, and
   watched and signalled by a pidfd, where the kernel has it (Linux 5.3). */

#ifndef REEVE_BASE_PROCESS_H
#define REEVE_BASE_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#define PROCESS_NAME_MAX 64
#define PROCESS_TICK_MS 10 /* USER_HZ, in which /proc counts, is 100 wherever Linux runs containers */
#define PROCESS_LIFE_MAX 128
#define PROCESS_HELPER_NAME "reeve-ready" /* of reeve-exec's helper, which lives beside the service */

/* When a process started: not before `after_ms`, not after `before_ms`, as
   process_clock_ms() says. It lived at `before_ms`, so that no other process can
   have started with its pid before. */
struct process_birth
{
  pid_t pid ; /* 0: none */
  uint64_t after_ms ;
  uint64_t before_ms ;
} ;

/* The clock by which the kernel dates processes (CLOCK_BOOTTIME), in milliseconds. */
extern uint64_t process_clock_ms (void) ;

/* What /proc says of a process. */
struct process_look
{
  char name[PROCESS_NAME_MAX] ; /* printable */
  char state ; /* 'Z': it has ended, and was not reaped yet */
  pid_t parent ;
  pid_t group ;
  pid_t session ;
  unsigned int has_terminal : 1 ; /* a controlling one */
  unsigned int exiting : 1 ; /* it has begun to end */
  uint64_t started_ms ; /* rounded down to PROCESS_TICK_MS */
} ;

/* Returns 1, or 0 with errno: ENOENT when there is no such process (any more), or
   no /proc that speaks of our PID namespace. Allocates nothing. */
extern int process_look (pid_t pid, struct process_look *look) ;

/* The signals of a process: bit N - 1 stands for signal N. */
struct process_signals
{
  uint64_t pending ; /* for it, or for a thread of it that has its pid */
  uint64_t blocked ;
  uint64_t ignored ;
  uint64_t caught ;
} ;

/* Returns 1, or 0 with errno. Allocates nothing. */
extern int process_signals (pid_t pid, struct process_signals *signals) ;
/* The caller's own, if it is in few groups; also where /proc speaks of another PID namespace. */
extern int process_own_signals (struct process_signals *signals) ;

/* Who it is: the real user and group, by which others may send it signals.
   Returns 1, or 0 with errno, as process_look does. Allocates nothing. */
extern int process_user (pid_t pid, uid_t *uid, gid_t *gid) ;

/* Is there still the process that was born so? (One that has ended but was not
   reaped counts.) 1, 0, or -1 with errno when that cannot be told: ENOSYS without
   a /proc that speaks of our PID namespace. */
extern int process_lives (struct process_birth const *birth) ;

/* Is the caller the only process of the machine that runs or waits for a CPU? Whoever was
   to do something upon what was written to it has then done it. 0 also when that cannot
   be told (no /proc). Allocates nothing. */
extern int process_alone (void) ;

/* Has this process an unreaped child: `pid`, any, or one in the process group `group`? */
extern int process_is_child (pid_t pid) ;
extern int process_any_child (void) ;
extern int process_group_has_child (pid_t group) ;

/* Calls `each` for every child of this (single-threaded) process, oldest first, also for
   children that have ended, until it returns 0.
   Returns 1, or 0 with errno, perhaps half way: ENOSYS when this system does not tell;
   anything else (no descriptors, no memory) can pass. Allocates nothing. */
typedef int process_child_func (pid_t pid, void *data) ;
extern int process_each_child (process_child_func *each, void *data) ;
/* The same for the first thread's of another process. */
extern int process_each_child_of (pid_t parent, process_child_func *each, void *data) ;

/* The same for one that may have several threads with children each. Between the listing and
   a look at one, it may have been reaped. */
extern int process_each_started_by (pid_t parent, process_child_func *each, void *data) ;

/* Calls `each` for every process that /proc shows, of whatever parent, until it returns 0.
   Returns 1, or 0 with errno, perhaps half way: ENOSYS without a /proc that speaks of our
   PID namespace. Allocates nothing. */
extern int process_each (process_child_func *each, void *data) ;

/* A pidfd of the process, close-on-exec, which can be read when it has ended; or
   -1 with errno: ESRCH when it has ended and was reaped, or is another one; else
   the kernel has none, or forbids it, or it cannot be told whether it is the one. */
extern int process_watch (struct process_birth const *birth) ;

/* Can it be proven which process one is that is no child of the caller's? For that there must
   be pidfds, which a kernel or a filter may refuse, and a /proc that speaks of our PID namespace. */
extern int process_can_prove (void) ;

/* Sends a signal to a watched process; `group`: to its process group, which needs
   Linux 6.9. Returns 1, or 0 with errno: ESRCH when it has ended. */
extern int process_signal_watched (int fd, int sig, int group) ;

/* Identifies this run of this PID namespace: two calls write the same text only if
   no pid can mean another process in the second one's time than in the first's.
   Returns 1, or 0 with errno when /proc does not tell. */
extern int process_namespace_life (char out[PROCESS_LIFE_MAX]) ;

/* Our pid in the namespace that /proc speaks of; 0: there is no /proc. */
extern pid_t process_self_in_proc (void) ;

#endif
