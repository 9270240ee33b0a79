/* Locks of files, by fcntl: one holder each; the kernel drops it when that ends. */

#ifndef REEVE_WIRE_LOCK_H
#define REEVE_WIRE_LOCK_H

#include <sys/types.h>

/* Takes the lock of the file `path`, which is made with `mode` if need be (0600 where others may
   look for it: who may read a file can lock it as well, against any writer's lock); follows no link and
   never waits. The descriptor must stay open, and the file must be opened nowhere
   else in this process: closing any descriptor of it drops the lock.
   Returns the descriptor, close-on-exec and the caller's, or -1 with errno: EBUSY
   when another process holds it, else that of open() or fcntl(). */
extern int lock_take (char const *path, mode_t mode) ;
extern int lock_take_at (int dir, char const *path, mode_t mode) ; /* of a directory that is open */

/* Who holds the lock of the file `path`?
     foreign  the caller's; always written. 1: a process holds it that has no pid in
              this PID namespace, and 0 is returned
   Returns the holder's pid; 0 when nobody, or only a foreign process, holds it, or
   there is no such file; -1 with errno when it cannot be told.
   Never call it for a file whose lock this process holds: that would drop it. */
extern pid_t lock_holder (char const *path, int *foreign) ;

/* The same for a client that may perhaps not read the file: /proc/locks shows everybody who holds
   what, and the file is found by its inode. Allocates. */
extern pid_t lock_holder_shown (char const *path, int *foreign) ;

#endif
