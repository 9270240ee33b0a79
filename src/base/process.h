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
#define PROCESS_HELPER_NAME "reeve-ready" /* the name of reeve-exec's helper, which lives beside the service */

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
/* The name alone, as the process has it; costs the kernel much less. */
extern int process_name (pid_t pid, char name[PROCESS_NAME_MAX]) ;

/* The signals of a process: bit N - 1 stands for signal N. */
struct process_signals
{
  uint64_t pending ; /* for the process, or for its thread that has its pid */
  uint64_t blocked ;
  uint64_t ignored ;
  uint64_t caught ;
} ;

/* Returns 1, or 0 with errno. Allocates nothing. */
extern int process_signals (pid_t pid, struct process_signals *signals) ;
/* The caller's own signals, if it is in few groups; also where /proc is of another PID namespace. */
extern int process_own_signals (struct process_signals *signals) ;

/* The real user and group of a process, on which it depends who may send it signals. Returns 1, or
   0 with errno, as process_look() does. Allocates nothing. */
extern int process_user (pid_t pid, uid_t *uid, gid_t *gid) ;

/* Does the process with this birth still exist? (One that has ended but was not reaped does.)
   Returns 1, 0, or -1 with errno when it cannot be told; ENOSYS without a /proc of this PID
   namespace. */
extern int process_lives (struct process_birth const *birth) ;

/* Is the caller the only process of the machine that runs or waits for a CPU? If so, any process
   that was to react to something written to it has done so. Returns 0 also when it cannot be told
   (no /proc). Allocates nothing. */
extern int process_alone (void) ;

/* Does this process have an unreaped child: `pid`; any; one in the process group `group`? */
extern int process_is_child (pid_t pid) ;
extern int process_any_child (void) ;
extern int process_group_has_child (pid_t group) ;

/* Calls `each` for every child of this (single-threaded) process, the oldest first, also for
   children that have ended, until `each` returns 0. Returns 1, or 0 with errno, perhaps half way.
   ENOSYS: this system does not tell; any other error (no descriptors, no memory) can pass.
   Allocates nothing. */
typedef int process_child_func (pid_t pid, void *data) ;
extern int process_each_child (process_child_func *each, void *data) ;
/* The same for the first thread of another process. */
extern int process_each_child_of (pid_t parent, process_child_func *each, void *data) ;

/* The same for a process whose threads may all have children. A child may be reaped between the
   listing and the call of `each`. */
extern int process_each_started_by (pid_t parent, process_child_func *each, void *data) ;

/* Calls `each` for every process that /proc shows, until `each` returns 0. Returns 1, or 0 with
   errno, perhaps half way; ENOSYS without a /proc of this PID namespace. Allocates nothing. */
extern int process_each (process_child_func *each, void *data) ;

/* Returns a pidfd of the process, close-on-exec, which becomes readable when the process has ended.
   Returns -1 with errno; ESRCH: the process has ended and was reaped, or the pid belongs to another
   one. Other errors: the kernel has no pidfds or forbids them, or it cannot be told whether it is
   the same process. */
extern int process_watch (struct process_birth const *birth) ;

/* Can a process that is not a child of the caller be proved to be the recorded one? That needs
   pidfds, which a kernel or a filter may refuse, and a /proc of this PID namespace. */
extern int process_can_prove (void) ;

/* Sends a signal to a watched process; `group`: to its process group, which needs Linux 6.9.
   Returns 1, or 0 with errno; ESRCH: it has ended. */
extern int process_signal_watched (int fd, int sig, int group) ;

/* Writes a text that identifies this life of the PID namespace. Two calls write the same text only
   if pids that were recorded at the first still mean something at the second. Returns 1, or 0 with
   errno when /proc does not tell. */
extern int process_namespace_life (char out[PROCESS_LIFE_MAX]) ;

/* The caller's pid in the PID namespace of /proc; 0: there is no /proc. */
extern pid_t process_self_in_proc (void) ;

#endif
