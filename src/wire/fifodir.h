/* The event fifodir of a service: DIR/event, s6's.

   A listener makes a fifo `ftrig1:@` + 24 hex digits of TAI64N + `:` + 6 random
   characters (39 in all) in it and reads; the notifier writes each event, one
   byte, to all such fifos. Mode 03730: the group may listen, only the owner may
   list. Events: s u U d D O x.

   s6's programs (s6-svlisten1, `s6-svc -wr`) read what has come as one, and drop what
   follows the event that they wait for: a restart whose start is told before they have
   taken the end is lost on them. Ours look at the status instead, and say so by a `=`
   as the first of the random characters, which s6 never writes. */

#ifndef REEVE_WIRE_FIFODIR_H
#define REEVE_WIRE_FIFODIR_H

#include <sys/types.h>

#define FIFODIR "event"
#define FIFODIR_NAME_SIZE 39

/* Makes the fifodir `path` for the group `gid`; one that exists stays as it is.
   Returns 1, or 0 with errno: ENOTDIR if the name is taken by something else. */
extern int fifodir_make (char const *path, gid_t gid) ;

/* Writes the events, a string, to every listener in the fifodir `path`. A fifo that nobody
   reads is removed; what is no fifo, or a link, is left alone.
   Returns how many were told, or -1 with errno when the directory cannot be
   listed or a listener could not be told (EAGAIN: its fifo is full); the others
   have been.
     followed  how many of s6's were told that had read all that came before: one that
               is stuck is not among them; 0: the caller does not ask
   Allocates nothing and never blocks. */
extern int fifodir_notify (char const *path, char const *events, unsigned int *followed) ;

/* Has one of s6's listeners in the fifodir `path` not read all that it was told?
   Allocates nothing and never blocks. */
extern int fifodir_unread (char const *path) ;

/* A subscription of the caller's. */
struct fifodir_listener
{
  int fd ; /* to poll and read events from; close-on-exec, non-blocking; both ends, so that there is no end of file */
  int dir ; /* the fifodir */
  char name[FIFODIR_NAME_SIZE + 1] ; /* of the fifo in it */
} ;

/* Subscribes to the fifodir `path`: every event sent after the return is read
   from listener->fd. The fifodir may be anybody's (trust_anyones_directory).
   Returns 1, or 0 with errno. The umask is changed for a moment: not for a program
   with threads. */
extern int fifodir_listen (struct fifodir_listener *listener, char const *path) ;

/* Unsubscribes and releases all that `listener` owns. */
extern void fifodir_unlisten (struct fifodir_listener *listener) ;

#endif
