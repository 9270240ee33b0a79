/* The event fifodir of a service: DIR/event, s6's.

   A listener makes a fifo in it and reads from that. Its name is `ftrig1:@`, 24 hex digits of
   TAI64N, `:` and 6 random characters (39 in all). The notifier writes each event, one byte, to all
   such fifos. Mode 03730: the group may listen, only the owner may list. Events: s u U d D O x.

   s6's programs (s6-svlisten1, `s6-svc -wr`) read all waiting events at once, and drop those that
   follow the event that they wait for. So a listener misses the start in a restart if it is told
   before the listener has read the end. Reeve's listeners look at the status instead. They mark
   their fifos by a `=` as the first random character, which s6 never writes. */

#ifndef REEVE_WIRE_FIFODIR_H
#define REEVE_WIRE_FIFODIR_H

#include <sys/types.h>

#define FIFODIR "event"
#define FIFODIR_NAME_SIZE 39

/* Makes the fifodir `path` for the group `gid`; one that exists stays as it is.
   Returns 1, or 0 with errno: ENOTDIR if the name is taken by something else. */
extern int fifodir_make (char const *path, gid_t gid) ;

/* Writes the events, a string, to every listener in the fifodir `path`. A fifo that nobody reads is
   removed; a link, or what is not a fifo, is left alone.
     followed  how many of s6's listeners were told that had read all earlier events: a stuck
               listener does not count; 0: the caller does not ask
   Returns how many listeners were told; or -1 with errno when the directory cannot be listed, or a
   listener could not be told (EAGAIN: its fifo is full), though the others were. Allocates nothing
   and never blocks. */
extern int fifodir_notify (char const *path, char const *events, unsigned int *followed) ;

/* Has an s6 listener in the fifodir `path` not read all its events yet? Allocates nothing and never
   blocks. */
extern int fifodir_unread (char const *path) ;

/* A subscription of the caller's. */
struct fifodir_listener
{
  int fd ; /* to poll, and to read events from; close-on-exec, non-blocking; holds both ends, so that there is no end of file */
  int dir ; /* the fifodir */
  char name[FIFODIR_NAME_SIZE + 1] ; /* the fifo's name in that directory */
} ;

/* Subscribes to the fifodir `path`: every event that is sent after the return can be read from
   listener->fd. The fifodir may be anybody's (trust_anyones_directory). Returns 1, or 0 with errno.
   Changes the umask for a moment: not for a program with threads. */
extern int fifodir_listen (struct fifodir_listener *listener, char const *path) ;

/* Unsubscribes, and releases all that `listener` owns. */
extern void fifodir_unlisten (struct fifodir_listener *listener) ;

#endif
