/* Messages that never block a program that has something else to do.

   From message_begin() on, the messages of skalibs' strerr functions go through here. One line is
   one write of at most PIPE_BUF bytes; a longer line is cut and ends in "...". A full pipe, a
   stopped terminal, or a socket that nobody reads does not take a line. The line is then dropped
   and counted: after at most 20 ms, or at once if lines have been dropped already. The count is
   said as soon as a line can be written again:
     reeve-scan: warning: 3 messages are lost: standard error did not take them

   What could act on a terminal (text.h), such as a byte of a service's name, is written as "?". In
   JSON it is escaped.

   A message that is the same as the last one is counted, not repeated. The count is said before the
   next different message, at the end, and when the same message comes again after a second; then
   after 2 s, 4 s, and so on:
     reeve-scan: warning: unable to ... (said 17 times more)

   Messages that leave the container have the form of the services' lines (message_form.h). That is
   so where $REEVE_LOG is `prefix` or `json`, and standard error is still the file that
   $REEVE_STDERR (DEVICE:INODE) names, which is the scanner's or /init's. Messages to a service's
   own file, to a logger's pipe, or into a shell's variable stay plain text.

   For writing without waiting see output.h. Nothing is allocated, and nothing is opened before
   there is a message. */

#ifndef REEVE_BASE_MESSAGE_H
#define REEVE_BASE_MESSAGE_H

#include <limits.h>
#include <stddef.h>

#define SERVICE_VARIABLE "REEVE_SERVICE" /* the service's name, in the environment of all that the service executes */

/* For a daemon's main: once, before its first message. */
extern void message_begin (void) ;

/* For a program that has nothing better to do than to wait: a message waits for room, and none is
   lost or counted. */
extern void message_begin_waiting (void) ;

/* For a program that has the container's standard error, after message_begin(): from here on its
   messages, and those of programs that it executes, have the form of `mode` (0: none). Allocates. */
extern void message_announce (char const *mode) ;

/* Returns what PROG should be: `name`, and in a service its name as well: "reeve-exec web".
   Borrowed. */
extern char const *message_program (char const *name) ;

/* The next message is about this service: the JSON form names it in a field of its own. Returns its
   argument, so that the name can be one of the message's words. Borrowed until the message is said. */
extern char const *message_about (char const *service) ;

/* Formats "PROGRAM: LEVEL: TEXT" as the line that would be written (message_form.h); for a signal
   handler. Returns its length. */
extern size_t message_format (char out[PIPE_BUF], char const *text, size_t len) ;

/* Says how often the last message was repeated. The next message is then said in any case. Call it
   before the process ends or executes another program, and when somebody has given a command, and
   so waits for messages about it. */
extern void message_end (void) ;

/* message_hand_over(): before another program of Reeve's is executed in this one's place. It calls
   message_end(), and puts the count of lost messages into the environment. message_take_over(): the
   new program takes it from there, after message_begin(). */
extern void message_hand_over (void) ;
extern void message_take_over (void) ;

/* The descriptor that the loop has to poll for POLLOUT, because a count waits to be said; -1: none. */
extern int message_fd (void) ;

/* That descriptor can be written to, or has an error: says the count, if possible. */
extern void message_say_lost (void) ;

#endif
