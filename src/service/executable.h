/* Why a script cannot be executed, in words for whoever wrote it. */

#ifndef REEVE_SERVICE_EXECUTABLE_H
#define REEVE_SERVICE_EXECUTABLE_H

#include <stddef.h>

#define EXECUTABLE_WHY_MAX 512

/* Behind the name of a program without a slash that was not found; PATH follows. */
#define EXECUTABLE_NOT_IN_PATH ": it is in no directory of PATH: "

/* Explains why execve() of the file `path` failed with `err`, and how to mend
   it: no execute permission, a directory, a dangling link, an empty file, no
   `#!` line, a carriage return in it, its interpreter missing, a binary for
   another machine, a mount with noexec; else what errno says.
   Writes a NUL-terminated text, at most `size` bytes, to `out` and returns it.
   Allocates nothing; waits for nothing (a fifo is not opened). */
extern char const *executable_why_not (char const *path, int err, char *out, size_t size) ;

#endif
