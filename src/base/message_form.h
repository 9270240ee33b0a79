/* The form of a message that leaves the container: that of the services' lines (-L of reeve-scan,
   REEVE_LOG). Pure.
     plain    reeve-supervise web: warning: ended with code 1 ...
     prefix   reeve | reeve-supervise web: warning: ended with code 1 ...
     json     {"time":"2026-11-25T15:06:49.505165Z","service":"reeve","stream":"stderr",
              "level":"warning","program":"reeve-supervise","about":"web",
              "message":"reeve-supervise web: warning: ended with code 1 ..."}
              (one line; "about": the service that the message is about, if there is one;
              "level": info, warning, usage or fatal) */

#ifndef REEVE_BASE_MESSAGE_FORM_H
#define REEVE_BASE_MESSAGE_FORM_H

#include <limits.h>
#include <stddef.h>
#include <time.h>

enum message_form { MESSAGE_PLAIN, MESSAGE_PREFIX, MESSAGE_JSON } ;

/* The form for the mode "prefix" or "json"; MESSAGE_PLAIN for all else, and for 0. */
extern enum message_form message_form_of (char const *mode) ;

/* Writes the message as one line of at most PIPE_BUF bytes; what does not fit becomes "...".
     line     "PROGRAM: LEVEL: TEXT", without its newline
     program  the speaker: the first word is its name, the rest the service
     about    the service that the message is about; 0: the one in `program`, if any
   Returns the bytes written. */
extern size_t message_form_write (char out[PIPE_BUF], enum message_form form, char const *program, char const *about, char const *line, size_t len, struct timespec const *now) ;

#endif
