/* Sending a signal to a process that is certainly the one meant, also to one of another
   user without CAP_KILL.

   Whoever may not send it, but may become another user (root in a container that was
   started with --cap-drop ALL --cap-add SETUID,SETGID), has a child do it: the child
   becomes the process's user, sends, and ends. Nobody waits for it: it is a child of the
   caller's like others, whose end send_ended() explains; a timer of its own ends it after a second. Its caller has
   all signals blocked, and SIGALRM's disposition is the default.
   It is forked, and holds none of the caller's descriptors. */

#ifndef REEVE_BASE_SEND_H
#define REEVE_BASE_SEND_H

#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"

enum send_flag
{
  SEND_GROUP = 1, /* to the process group `pid` */
  SEND_CONT = 2 /* SIGCONT as well, after it */
} ;

struct send
{
  pid_t pid ; /* an unreaped child, or the process group of one, unless there is fd */
  int fd ; /* a pidfd of `pid`, or, with SEND_GROUP, of a process in its own group; -1: none */
  int sig ;
  unsigned int flags ;
} ;

/* Returns 1 when it was sent, or 0 with errno: ESRCH when there is no such process (any
   more), EINPROGRESS when children are about to send it (to a group: to those of its
   processes that are other users'), EAGAIN when there are too many of these already, else
   why not. Never blocks, allocates nothing. */
extern int send_signal (struct send const *send) ;

/* The same for an unreaped child, or, negative, for a process group that has one; SIGCONT
   follows with SEND_CONT. */
extern int send_to (pid_t pid, int sig, unsigned int flags) ;

/* The same for an unreaped child that is to end by the signal. su and runuser wait for what
   they have started, and end that themselves when they are told to: by SIGTERM, and 2 s
   later by SIGKILL, whatever it is saving. So what they have started is sent the signal
   instead of them, which end with it, and with its code; they themselves only where the
   kernel has no pidfds, or /proc does not tell. SIGKILL is sent to the child itself. */
extern int send_to_end (pid_t pid, int sig, unsigned int flags) ;
/* Who is it that send_to_end() sends it to? */
extern pid_t send_end_of (pid_t pid) ;

/* The same to every process of our PID namespace, but for ourselves: only for its PID 1. */
extern int send_to_all (int sig, unsigned int flags) ;

/* Is the process a child that sends? */
extern int send_is_sender (pid_t pid) ;

/* A child has ended, and was reaped. Was it one that sends?
     what  if not null, and it was: what it was to send; its `fd` is -1
     err   if not null, and it was: 0 when it has sent it, else errno: ESRCH when there is no
           such process any more, ETIMEDOUT when its time was over */
extern int send_ended (pid_t child, int wstat, struct send *what, int *err) ;

/* ---- signals that may be sent into the void ---- */

/* Does the signal do nothing to a process that has not installed a handler (yet)? CHLD,
   CONT, URG, WINCH. */
extern int send_is_ignored_by_default (int sig) ;

/* What was found just before a signal was sent that is ignored by default. */
struct send_found
{
  int known ; /* 0: /proc does not tell */
  int caught ;
  int blocked ; /* by its first thread */
} ;

/* Is it to be sent again, since nobody may have heard it?
     last_ms  after which delay it was sent this time; 0: it was the first time
   Returns the delay in milliseconds: 50, then twice as long each time, up to 1 s; 0: no.
   Where /proc does not tell, it is sent again until the process ends: who asks somebody to
   end loses less by asking twice than by not having been heard. Pure. */
extern uint32_t send_again_ms (struct send_found const *found, uint32_t last_ms) ;

/* ---- who has a terminal ---- */

/* It is told to end by SIGTERM. Is it sent SIGHUP, too? An interactive shell ignores SIGTERM, and
   ends by SIGHUP. But a program that catches SIGTERM, to end in order, must not be killed
   meanwhile by a SIGHUP that it does not expect.
     signals  what it does with signals; 0: not known. Pure. */
extern int send_hangs_up (struct process_signals const *signals) ;

#endif
