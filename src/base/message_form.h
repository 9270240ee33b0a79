/* The form of our messages where all that leaves a container has one (REEVE_LOG): as a line of a
   service with the name `reeve`. */

#ifndef REEVE_BASE_MESSAGE_FORM_H
#define REEVE_BASE_MESSAGE_FORM_H

#include <stddef.h>
#include <time.h>

enum message_form { MESSAGE_PLAIN, MESSAGE_PREFIX, MESSAGE_JSON } ;

/* Of REEVE_LOG's value; 0: it is not set. */
extern enum message_form message_form_of (char const *mode) ;

/* Writes the message `text`, "PROGRAM: LEVEL: ..." or "PROGRAM NAME: LEVEL: ..." with its newline, in that
   form: `reeve | TEXT`, or an object with time, service, stream, level, message, and as `about` that
   NAME, a service. What has no room in `size` bytes, at least 512, is cut off.
   Returns the bytes written. */
extern size_t message_form_line (char *out, size_t size, enum message_form form, struct timespec const *now, char const *text, size_t len) ;

#endif
