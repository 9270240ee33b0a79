/* A built-in check while it asks; only for the files of the check.
     ask.c          decides which kind of check it is
     ask_http.c     an HTTP request and its answer, over a connection
     ask_connect.c  connecting: Unix and TCP sockets, looking up a host's name
     ask_limit.c    the time limit, waiting within it, and the reason for a no
   Each calls those below it. */

#ifndef REEVE_EXEC_ASKING_H
#define REEVE_EXEC_ASKING_H

#include "exec/exec.h"
#include "service/probe.h"

#define NO_DEADLINE UINT64_MAX

struct asking
{
  struct probe const *probe ;
  uint32_t limit_ms ;
  uint64_t deadline ; /* asking_awake_ms(), or NO_DEADLINE */
  char *why ;
} ;

/* ---- ask_limit.c ---- */

/* Say why the answer is no: `what` and `detail`, or that the time was over. Return the exit code. */
extern int asking_no (struct asking const *a, int code, char const *what, char const *detail) ;
extern int asking_timed_out (struct asking const *a, char const *what) ;

/* A clock, in milliseconds, that stands still while this process is suspended, since the process
   that is asked is suspended with it. */
extern uint64_t asking_awake_ms (void) ;

/* This process woke up `late_ms` too late. If that is so much that it was suspended, or the machine
   is very busy, `ms` milliseconds do not count, and this returns 1. A signal handler may call it. */
extern int asking_overslept (uint64_t late_ms, uint64_t ms) ;

/* Waits for the events until the deadline. An event that is there counts even after the deadline.
   Returns 1, or 0 with errno; ETIMEDOUT: the deadline has come. */
extern int asking_wait (int fd, short events, uint64_t deadline) ;

/* Pauses before a Unix socket whose queue is full is tried again. Returns as asking_wait() does. */
extern int asking_wait_for_queue (uint64_t deadline) ;

/* ---- ask_connect.c ---- */

/* Returns an exit code. */
extern int asking_unix (struct asking const *a) ;

/* Connects by TCP. `localhost` is never looked up, because many images have no /etc/hosts. `late`:
   written to stderr when a lookup takes too long, which ends this process; 0: nothing. Returns a
   socket, non-blocking, or -1 with an exit code in *code. */
extern int asking_connect (struct asking const *a, char const *late, int *code) ;

/* ---- ask_http.c ---- */

/* Returns an exit code. */
extern int asking_http (struct asking const *a, int fd) ;

#endif
