/* Starting a process.

   Reeve's own programs have all signals blocked. Any other child gets an empty mask, default
   dispositions, a session of its own, and only those of the caller's descriptors that are handed to
   it (all of Reeve's are close-on-exec). A program of Reeve's stays in the caller's session, but in
   a process group of its own, so that it does not get what is typed (Ctrl-C). A session would cost
   the kernel more: a scheduler group, where that is configured. */

#ifndef REEVE_BASE_SPAWN_H
#define REEVE_BASE_SPAWN_H

#include <sys/types.h>

#include "base/birth.h"

#define SPAWN_FDS_MAX 5
#define SIGRTMIN_3 37 /* the signal that systemd and container runtimes call SIGRTMIN+3, whatever the C library reserves */

struct spawn_fd
{
  int from ; /* the caller's descriptor; it stays open there */
  int to ; /* its number in the child */
} ;

struct spawn
{
  char const *path ; /* executed as it is, without a search */
  char const *const *argv ;
  char const *const *envp ;
  struct spawn_fd fd[SPAWN_FDS_MAX] ;
  unsigned int nfds ;
  char const *chdir ; /* in the child, before execution; 0: none */
  int directory ; /* a descriptor instead of `chdir`, for when others may have replaced the directory of that name; -1: none */
  unsigned int same_session : 1 ; /* stay in the caller's session, in a group of its own, and take
                                     over its terminal (stdin), if the caller has it */
  int *console ; /* if not 0: the child takes the terminal that its stdin is, for its own session.
                    Written: 0, or the errno if it could not; ENOTTY: stdin is no terminal. The
                    program is executed all the same */
  unsigned int ours : 1 ; /* a program of Reeve's: signals stay blocked, so that none is lost or ends it too early */
  unsigned int new_pid_namespace : 1 ; /* be PID 1 of a new PID namespace, or fail */
  struct birth *birth ; /* number, what, and pid (the caller's own, or 0) are set by the caller; the
                           rest is written on success; 0: none */
  int birth_fd ; /* the file in which the child writes its birth before execution, at BIRTH_AT; -1: none */
  int wait_for_lock ; /* a descriptor: the child blocks until it has its flock(), in its own
                         session, and holds none of Reeve's descriptors meanwhile; -1: none */
} ;

#define SPAWN_ZERO { .directory = -1, .birth_fd = -1, .wait_for_lock = -1 }

/* Starts the process. Returns its pid, or 0 with errno. Then *executing is 1 if execve() itself has
   failed; 0 if something before it has, for a reason that can pass.

   With wait_for_lock or new_pid_namespace a failure of execve() cannot be told to the caller in
   time: the child says so on stderr, and exits 126 or 127.

   Never blocks, never allocates. With same_session this holds even if the caller is in the
   terminal's background and has SIGTTOU unblocked. */
extern pid_t spawn (struct spawn const *spawn, int *executing) ;

/* Blocks every signal, and gives each its default disposition (an ignored signal would stay ignored
   in all services). First thing in a program's main. If all signals are blocked already, a program
   of Reeve's has executed this one, and has done the rest: this saves each supervisor a look at
   /proc, which costs more than all else that it reads. */
extern void spawn_prepare_signals (void) ;

/* Makes sure that descriptors 0, 1 and 2 are open (/dev/null), so that none of Reeve's takes their
   place. Returns 1, or 0 with errno. */
extern int spawn_sanitize_stdio (void) ;

/* In a forked child that will not be executed, or not yet: closes what an execution would close,
   except the descriptor `kept` (-1: none). So it holds nothing of its parent's. */
extern void spawn_close_ours (int kept) ;

/* Returns a descriptor, close-on-exec, that gives end of file at once: /dev/null or, if that cannot
   be opened (a root without /dev), the reading end of a pipe that nobody writes to. Returns -1 with
   errno. */
extern int spawn_nothing_to_read (void) ;

#endif
