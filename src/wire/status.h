/* The status that a supervisor publishes: DIR/supervise/status, s6's format.

   35 bytes, big-endian:

        0  12  since        TAI64N, wall clock: the last change between up and down
       12  12  ready_since  TAI64N, wall clock
       24   8  pid          of ./run, or of ./finish while flag FINISHING is set; 0: none
       32   2  wstat        of the last ./run that ended, as waitpid() gave it
       34   1  flags        enum status_flag

   It is written to another file and renamed, so that no reader sees half of it. */

#ifndef REEVE_WIRE_STATUS_H
#define REEVE_WIRE_STATUS_H

#include <sys/types.h>

#include <skalibs/tai.h>

#define STATUS_SIZE 35
#define STATUS_FILE "supervise/status"
#define STATUS_WSTAT_UNKNOWN (255 << 8) /* nobody could learn how it ended; the format has no value for that */

enum status_flag
{
  STATUS_PAUSED = 1,
  STATUS_FINISHING = 2,
  STATUS_WANT_UP = 4,
  STATUS_READY = 8
} ;

struct status
{
  tain since ;
  tain ready_since ;
  pid_t pid ;
  unsigned int wstat ;
  unsigned int flags ;
} ;

extern void status_pack (char out[STATUS_SIZE], struct status const *status) ;
extern void status_unpack (char const in[STATUS_SIZE], struct status *status) ;

/* Publishes `status` in the current directory.
   Returns 1, or 0 with errno; then the former status is still in its place. */
extern int status_write (struct status const *status) ;

/* Reads the last status that a supervisor published.
     dir     the service directory; borrowed
     status  the caller's; written only on success
   Returns 1, or 0 with errno: ENOENT never supervised, EPROTO wrong size, else
   that of open() or read(). Prints, allocates and waits for nothing. */
extern int status_read (char const *dir, struct status *status) ;

#endif
