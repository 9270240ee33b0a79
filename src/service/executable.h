/* Why a script cannot be executed, in words for its author. */

#ifndef REEVE_SERVICE_EXECUTABLE_H
#define REEVE_SERVICE_EXECUTABLE_H

#include <stddef.h>

#define EXECUTABLE_WHY_MAX 512

/* For a message: follows the name of a program without a slash that was not found; PATH follows. */
#define EXECUTABLE_NOT_IN_PATH ": it is in no directory of PATH: "

/* Explains why execve() of the file `path` failed with `err`, and how to fix it: no execute
   permission, a directory, a dangling link, an empty file, no `#!` line, a carriage return in it, a
   missing interpreter, a binary for another machine, a mount with noexec; else what errno says.
   Writes at most `size` bytes, with the NUL, to `out` and returns it. Allocates nothing, and waits
   for nothing (a fifo is not opened). */
extern char const *executable_why_not (char const *path, int err, char *out, size_t size) ;

#endif
