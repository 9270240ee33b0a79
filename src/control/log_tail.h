/* The last lines of a log. */

#ifndef REEVE_CONTROL_LOG_TAIL_H
#define REEVE_CONTROL_LOG_TAIL_H

/* Reads the last lines of the log of the service `name` (log_reader.h), at most `count`. The text is safe
   to show on a terminal: without stamps, a newline after each line, only the beginning of a long line.
   Returns an allocated text, or 0: there is no log, or this user may not read it. */
extern char *log_tail_read (char const *name, unsigned int count) ;

#endif
