/* Opening a file, and reading a whole small one: a script, a setting. */

#ifndef REEVE_BASE_FILE_H
#define REEVE_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* As open(), and close-on-exec. (It makes one system call, where the open() of musl makes two
   for a close-on-exec descriptor.) */
extern int file_open (char const *path, int flags, mode_t mode) ;

/* Reads at most `max` bytes of a file into `text`, and puts a NUL behind them. Nothing
   blocks: a fifo without a writer is empty.
     dir   where `path` begins if it is not absolute; AT_FDCWD
     text  the caller's, of max + 1 bytes; "" when it cannot be read
   Returns their number, or -1 with errno. */
extern ssize_t file_read (int dir, char const *path, char *text, size_t max) ;

/* The same of what is open, which is closed. */
extern ssize_t file_read_close (int fd, char *text, size_t max) ;

#endif
