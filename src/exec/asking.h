/* A built-in check while it asks; for the files of it alone.

   ask.c          which check it is
   ask_http.c     an HTTP request and its answer, over a connection
   ask_connect.c  connecting: Unix and TCP sockets, looking up a host's name
   ask_limit.c    the time limit, waiting within it, and why the answer is no

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

/* Say why the answer is no: `what` and `detail`; that the time was over. Return the exit code. */
extern int asking_no (struct asking const *a, int code, char const *what, char const *detail) ;
extern int asking_timed_out (struct asking const *a, char const *what) ;

/* Milliseconds of this process that count: not those in which it, and so whoever is asked, was
   suspended. */
extern uint64_t asking_awake_ms (void) ;

/* Woken up `late_ms` late: if that is so much that it was suspended, or the machine is very busy,
   `ms` do not count, and it returns 1. May be called by a signal's handler. */
extern int asking_overslept (uint64_t late_ms, uint64_t ms) ;

/* What is there counts, even if the deadline is over.
   Returns 0 with errno, ETIMEDOUT at the deadline. */
extern int asking_wait (int fd, short events, uint64_t deadline) ;

/* A moment, for a Unix socket whose queue is full. Returns likewise. */
extern int asking_wait_for_queue (uint64_t deadline) ;

/* ---- ask_connect.c ---- */

/* Returns an exit code. */
extern int asking_unix (struct asking const *a) ;

/* `localhost` is never looked up: many an image has no /etc/hosts. `late`: what is written to
   stderr when a lookup takes too long, which ends this process; 0: nothing.
   Returns a socket, non-blocking, or -1 with an exit code in *code. */
extern int asking_connect (struct asking const *a, char const *late, int *code) ;

/* ---- ask_http.c ---- */

/* Returns an exit code. */
extern int asking_http (struct asking const *a, int fd) ;

#endif
