/* The last lines of a log. */

#ifndef REEVE_CONTROL_LOG_TAIL_H
#define REEVE_CONTROL_LOG_TAIL_H

/* The last lines, `count` at most, of what the service has logged (log_reader.h), without stamps; the
   beginning of a long one. Text for a terminal, a newline behind each line. Returns an allocated text;
   0: there is nothing, or it may not be read. */
extern char *log_tail_read (char const *name, unsigned int count) ;

#endif
