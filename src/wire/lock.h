/* File locks, by fcntl(): each has one holder, and the kernel drops it when the holder ends. */

#ifndef REEVE_WIRE_LOCK_H
#define REEVE_WIRE_LOCK_H

#include <sys/types.h>

/* Takes the lock of the file `path`. The file is made with `mode` if there is none; 0600 where
   strangers can reach it, because whoever may read a file can lock it, too, and so keep the lock
   from a writer. Follows no link, and never waits. The descriptor must stay open, and this process
   must not open the file elsewhere: closing any descriptor of it drops the lock. Returns the
   descriptor, close-on-exec and the caller's, or -1 with errno: EBUSY when another process holds
   the lock, else that of open() or fcntl(). */
extern int lock_take (char const *path, mode_t mode) ;
extern int lock_take_at (int dir, char const *path, mode_t mode) ; /* `path` is relative to an open directory */

/* Who holds the lock of the file `path`?
     foreign  the caller's; always written. 1: a process holds it that has no pid in
              this PID namespace, and 0 is returned
   Returns the holder's pid; 0 when nobody, or only a foreign process, holds it, or
   there is no such file; -1 with errno when it cannot be told.
   Never call it for a file whose lock this process holds: that would drop it. */
extern pid_t lock_holder (char const *path, int *foreign) ;

/* The same for a client that may not be allowed to read the file. /proc/locks shows to everybody
   who holds which lock; the file is found there by its inode. Allocates. */
extern pid_t lock_holder_shown (char const *path, int *foreign) ;

#endif
