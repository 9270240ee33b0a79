/* Sending a signal to a process that is certainly the one meant, even if it belongs to another user
   and the caller has no CAP_KILL.

   If the caller may not send the signal, but may become another user, it has a child do it. (This
   is so for root in a container that was started with --cap-drop ALL --cap-add SETUID,SETGID.) The
   child becomes the process's user, sends the signal, and ends. Nobody waits for it: it is a child
   of the caller like others, and send_ended() explains its end. A timer of its own ends it after a
   second. The caller must have all signals blocked, and the default disposition of SIGALRM. The
   child is forked, and holds none of the caller's descriptors. */

#ifndef REEVE_BASE_SEND_H
#define REEVE_BASE_SEND_H

#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"

enum send_flag
{
  SEND_GROUP = 1, /* to the process group `pid` */
  SEND_CONT = 2 /* then SIGCONT as well */
} ;

struct send
{
  pid_t pid ; /* an unreaped child, or the process group of such a child; with `fd`, any process */
  int fd ; /* a pidfd of `pid`; with SEND_GROUP, of a process in its own group; -1: none */
  int sig ;
  unsigned int flags ;
} ;

/* Returns 1 when the signal was sent, or 0 with errno. ESRCH: there is no such process (any more).
   EINPROGRESS: children are about to send it; for a group, to those processes that belong to other
   users. EAGAIN: there are too many such children already. Never blocks, allocates nothing. */
extern int send_signal (struct send const *send) ;

/* The same for an unreaped child or, negative, a process group that has one. */
extern int send_to (pid_t pid, int sig, unsigned int flags) ;

/* The same for an unreaped child that shall end by the signal. su and runuser wait for their child,
   and kill it themselves when they get a signal: SIGTERM, and 2 s later SIGKILL, whatever it is
   saving. So the signal goes to their child instead; they end with it, and with its exit code. They
   get the signal themselves only where there are no pidfds, or /proc does not tell the child.
   SIGKILL always goes to su itself. */
extern int send_to_end (pid_t pid, int sig, unsigned int flags) ;
/* The process to which send_to_end() sends the signal. */
extern pid_t send_end_of (pid_t pid) ;

/* The same to every process of the PID namespace except the caller: only for PID 1. */
extern int send_to_all (int sig, unsigned int flags) ;

/* Is the process a child that sends a signal? */
extern int send_is_sender (pid_t pid) ;

/* A child has ended, and was reaped. Was it one that sends a signal? If so:
     what  if not null: what it was to send; its `fd` is -1
     err   if not null: 0 when it has sent the signal, else errno; ESRCH: there is no such process
           any more; ETIMEDOUT: it took too long */
extern int send_ended (pid_t child, int wstat, struct send *what, int *err) ;

/* ---- signals that may have no effect yet ---- */

/* Does the signal do nothing to a process that has not installed a handler (yet)? These are CHLD,
   CONT, URG and WINCH. */
extern int send_is_ignored_by_default (int sig) ;

/* How a process treated such a signal just before it was sent. */
struct send_found
{
  int known ; /* 0: /proc does not tell */
  int caught ;
  int blocked ; /* by the first thread */
  int ignored ;
} ;

/* Does the process hear a signal that was sent before this look? A blocked one waits there, for a
   handler or sigwait(); but one that is ignored as well is lost when it is no longer blocked. Pure. */
extern int send_is_heard (struct send_found const *found) ;

/* Must the signal be sent again, because it may have had no effect? A process that had it blocked
   is looked at again: a shell blocks all signals for a moment when it starts a command.
     last_ms  the delay before it was sent this time; 0: it was the first time
   Returns the delay in milliseconds: 50, then twice as long each time, up to 1 s; 0: no. Where
   /proc does not tell, it is sent again until the process ends: asking twice does less harm than
   not being heard. Pure. */
extern uint32_t send_again_ms (struct send_found const *found, uint32_t last_ms) ;

/* ---- processes with a terminal ---- */

/* A process with a terminal is told to end by SIGTERM. Must it get SIGHUP, too? An interactive
   shell ignores SIGTERM, and ends by SIGHUP. But a program that catches SIGTERM, to end in order,
   must not be killed meanwhile by a SIGHUP that it does not expect.
     signals  how it treats signals; 0: not known. Pure. */
extern int send_hangs_up (struct process_signals const *signals) ;

#endif
