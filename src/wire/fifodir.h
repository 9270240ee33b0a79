/* The event fifodir of a service: DIR/event, s6's.

   A listener makes a fifo `ftrig1:@` + 24 hex digits of TAI64N + `:` + 6 random
   characters (39 in all) in it and reads; the notifier writes each event, one
   byte, to all such fifos. Mode 03730: the group may listen, only the owner may
   list. Events: s u U d D O x. */

#ifndef REEVE_WIRE_FIFODIR_H
#define REEVE_WIRE_FIFODIR_H

#include <sys/types.h>

#define FIFODIR "event"
#define FIFODIR_NAME_SIZE 39

/* Makes the fifodir `path` for the group `gid`; one that exists stays as it is.
   Returns 1, or 0 with errno: ENOTDIR if the name is taken by something else. */
extern int fifodir_make (char const *path, gid_t gid) ;

/* Writes `event` to every listener in the fifodir `path`. A fifo that nobody
   reads is removed; what is no fifo, or a link, is left alone.
   Returns how many were told, or -1 with errno when the directory cannot be
   listed or a listener could not be told (EAGAIN: its fifo is full); the others
   have been.
   Allocates nothing and never blocks. */
extern int fifodir_notify (char const *path, char event) ;

/* A subscription of the caller's. */
struct fifodir_listener
{
  int fd ; /* to poll and read events from; close-on-exec, non-blocking */
  int holder ; /* keeps the fifo open for writing, so that there is no end of file */
  char *path ; /* allocated */
} ;

/* Subscribes to the fifodir `path`: every event sent after the return is read
   from listener->fd. Returns 1, or 0 with errno. */
extern int fifodir_listen (struct fifodir_listener *listener, char const *path) ;

/* Unsubscribes and releases all that `listener` owns. */
extern void fifodir_unlisten (struct fifodir_listener *listener) ;

#endif
