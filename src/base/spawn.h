/* Starting a process.

   Signals are blocked in all programs of ours; any other child gets an empty mask,
   default dispositions, a session of its own, and of our descriptors only those
   that are handed to it (ours are all close-on-exec). A program of ours stays in our
   session, in a process group of its own: so what is typed (Ctrl-C) is not for it. A session
   would cost the kernel more: a group for its scheduler, where that is configured. */

#ifndef REEVE_BASE_SPAWN_H
#define REEVE_BASE_SPAWN_H

#include <sys/types.h>

#include "base/birth.h"

#define SPAWN_FDS_MAX 5
#define SIGRTMIN_3 37 /* what systemd and container runtimes call SIGRTMIN+3, whatever libc keeps for itself */

struct spawn_fd
{
  int from ; /* the caller's; stays open there */
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
  int directory ; /* a descriptor, instead of `chdir`: where others may have put another one under its name; -1: none */
  unsigned int same_session : 1 ; /* stay in the caller's session, in a group of its own,
                                     and take over its terminal (stdin), if it has it */
  int *console ; /* in its own session, it takes the terminal that its stdin is. Written: 0, or why it could not, an errno: ENOTTY where
                    that is no terminal; it is executed all the same. 0: it does not */
  unsigned int ours : 1 ; /* a program of ours: signals stay blocked, so that none is lost or ends it too early */
  unsigned int new_pid_namespace : 1 ; /* be PID 1 of a new PID namespace, or fail */
  struct birth *birth ; /* number and what are the caller's, and so is the pid: its own, or 0; the rest is written on success; 0: none */
  int birth_fd ; /* where the child itself writes it before execution, at BIRTH_AT; -1: nowhere */
  int wait_for_lock ; /* a descriptor: the child blocks until it has its
                         flock(), in its own session, and holds none of ours meanwhile; -1: none */
} ;

#define SPAWN_ZERO { .directory = -1, .birth_fd = -1, .wait_for_lock = -1 }

/* Starts the process. Returns its pid, or 0 with errno; *executing then tells
   whether it was execve() itself that failed (1), or what comes before (0): then the
   cause can pass.
   With wait_for_lock or new_pid_namespace a failing execve() cannot be told to
   the caller in time: the child says so on stderr and exits 126 or 127.
   Never blocks, never allocates; with same_session not even where the caller is in
   the terminal's background and has SIGTTOU unblocked. */
extern pid_t spawn (struct spawn const *spawn, int *executing) ;

/* Blocks every signal, and gives every one its default disposition (an ignored
   one would stay ignored in all services). First thing in a program's main. Where all are
   blocked already, a program of ours has executed this one, and has done it: that saves
   each supervisor a look at /proc, which costs more than all else that it reads. */
extern void spawn_prepare_signals (void) ;

/* Makes sure that descriptors 0, 1 and 2 are open (/dev/null), so that none of
   ours takes their place. Returns 1, or 0 with errno. */
extern int spawn_sanitize_stdio (void) ;

/* In a forked child that will not be executed, or not yet: closes what an execution
   would close, but for the descriptor `kept` (-1: none), so that it holds nothing of
   its parent's. */
extern void spawn_close_ours (int kept) ;

/* A descriptor, close-on-exec, that gives end of file at once: /dev/null, and where that
   cannot be opened (a root without /dev), the reading end of a pipe that nobody writes to.
   Returns -1 with errno. */
extern int spawn_nothing_to_read (void) ;

#endif
