/* Opening a file, and reading a whole small file, such as a script or a setting. */

#ifndef REEVE_BASE_FILE_H
#define REEVE_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* As open(), and close-on-exec. (It makes one system call; musl's open() makes two for a
   close-on-exec descriptor.) */
extern int file_open (char const *path, int flags, mode_t mode) ;

/* Reads at most `max` bytes of a file into `text`, and puts a NUL behind them. Never blocks: a fifo
   without a writer is empty.
     dir   where `path` begins if it is not absolute; AT_FDCWD
     text  the caller's, of max + 1 bytes; "" when the file cannot be read
   Returns the number of bytes, or -1 with errno. */
extern ssize_t file_read (int dir, char const *path, char *text, size_t max) ;

/* The same for an open file, which is closed. */
extern ssize_t file_read_close (int fd, char *text, size_t max) ;

/* Makes the file anew, so that who reads it sees the old bytes or the new ones: writes them to `fresh`, which
   becomes `path`. Both are in one directory, to which nobody else may write. Returns 1, or 0 with errno. */
extern int file_replace (char const *path, char const *fresh, char const *bytes, size_t len) ;

#endif
