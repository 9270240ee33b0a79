/* What a supervisor tells the scanner: one line in LIVE/.s6-svscan/reports, a fifo
   that all supervisors share.

     PHASE WANTED READY PID WSTAT RESTARTS SUPERVISOR MAIN NAME \n

   separated by one space each:

     PHASE       a letter
     WANTED      `u`, `d` or, after the command `x`, `x`
     READY       1: the service is ready. Without notification-fd it is ready when it is up; a
                 task is ready when it is done, in the phase `down` (an older scanner takes that
                 for down). 2: it is not ready, but has been, or has ended, once. 0: neither
     PID         of ./run or ./finish; 0: none
     WSTAT       the last wait status
     RESTARTS    the starts after the first
     SUPERVISOR  the supervisor's own pid
     MAIN        `M`: a main service (flag-main). `m`: a main service that has ended by itself and
                 is not started again. `e`: the same of any other service. `-`: none of these.
                 `k`, in a line of its own after the one with the present state: something had to
                 be killed since the supervisor was told to leave (an older scanner does not
                 know that letter, and drops only that line)
     NAME        the service's name. It has no control character, so the newline ends it

   A line has the whole present state and is no longer than PIPE_BUF. So a write is never torn,
   and only the latest line of a service counts. */

#ifndef REEVE_WIRE_REPORT_H
#define REEVE_WIRE_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define REPORTS_FIFO ".s6-svscan/reports" /* in LIVE */
#define REPORT_NAME_MAX (251 + sizeof "/log" - 1)
#define REPORT_SIZE_MAX (REPORT_NAME_MAX + 96)

enum phase /* supervise/life.h */
{
  PHASE_DOWN, /* nothing runs, nothing is scheduled */
  PHASE_WAITING, /* nothing runs; ./run is started at a deadline */
  PHASE_UP, /* ./run runs */
  PHASE_STOP_DUE, /* ./run has to be told to end */
  PHASE_STOPPING, /* ./run was told to end */
  PHASE_SEARCHING, /* ./run has gone into the background: which process is the service? */
  PHASE_CODE_DUE, /* ./run, which was adopted, has ended; its exit code is still to come */
  PHASE_STRAYS, /* ./run has ended; its strays are being ended */
  PHASE_FINISHING, /* ./finish runs */
  PHASE_FINISH_CODE_DUE, /* ./finish, which was adopted, has ended; its exit code is still to come */
  PHASE_LEFTOVERS, /* ./finish has ended; its strays are being ended */
  PHASE_EXITED, /* the supervisor exits */
  PHASE_HELD, /* nothing runs; ./run is started when the scanner says that the needed services are ready */
  PHASE_COUNT
} ;

/* Is the service up: does ./run run, and has its end not been noted yet? */
extern int phase_is_up (enum phase phase) ;
/* Has a process ended whose exit code is still to come? */
extern int phase_awaits_code (enum phase phase) ;

struct report
{
  enum phase phase ;
  char wanted ; /* 'u', 'd' or 'x' */
  int ready ;
  int settled ; /* the service is ready, or was ready once, or has ended once */
  pid_t pid ;
  unsigned int wstat ;
  uint32_t restarts ;
  pid_t supervisor ;
  int main_service ;
  int ended ; /* it has ended by itself, and is not started again */
  int killed ; /* something was killed; then the line does not tell the last two */
  char name[REPORT_NAME_MAX + 1] ;
} ;

/* Writes the line of `report`, with its newline and no NUL.
   Returns its length. */
extern size_t report_format (char out[REPORT_SIZE_MAX], struct report const *report) ;

/* Parses a line of `len` bytes, without its newline.
   Returns 1, or 0 for anything that report_format could not have written. */
extern int report_parse (struct report *report, char const *line, size_t len) ;

/* The phase in a word or two, for messages. */
extern char const *phase_name (enum phase phase) ;

#endif
