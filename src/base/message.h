/* Messages that never block whoever has something else to do.

   From message_begin() on, what skalibs' strerr functions say goes through here: one
   line is one write of at most PIPE_BUF bytes (a longer line is cut and ends in "...").
   A pipe that is full, a terminal that is stopped, a socket that nobody reads from take
   no line: after at most 20 ms, and after none at all while lines have been dropped
   already, the line is dropped and counted. The count is said as soon as a line can be
   written again:

     reeve-scan: warning: 3 messages are lost: standard error did not take them

   A message that is the same as the last one is counted, not repeated. The count is said
   before the next other message, at the end, and when the same comes again after a second;
   then after 2 s, 4 s, and so on:

     reeve-scan: warning: unable to ... (said 17 times more)

   The form of messages that leave the container (message_form.h) is that of the services' lines: where
   $REEVE_LOG is `prefix` or `json`, and standard error is still the file that $REEVE_STDERR (DEVICE:INODE)
   names: the one that the scanner, or /init, has. What is in a file of a service's own, in a pipe
   to a logger, or in a shell's variable stays plain text.

   How it is written without waiting: output.h. Nothing is allocated, and nothing is opened
   before there is something to say. */

#ifndef REEVE_BASE_MESSAGE_H
#define REEVE_BASE_MESSAGE_H

#include <limits.h>
#include <stddef.h>

#define SERVICE_VARIABLE "REEVE_SERVICE" /* the service's name, in the environment of all that it executes */

/* For a daemon's main, once, before its first message. */
extern void message_begin (void) ;

/* For a program that has nothing better to do than to wait: messages are written as skalibs
   does it, and none is lost or counted, but they have the form. */
extern void message_begin_waiting (void) ;

/* For whoever has the container's standard error, after message_begin(): from here on messages have
   the form of `mode` (0: none), also those of the programs that are executed. Allocates. */
extern void message_announce (char const *mode) ;

/* What PROG should be: `name`, and in a service also whose: "reeve-exec web". Borrowed. */
extern char const *message_program (char const *name) ;

/* The next message speaks of this service: the form names it in a field of its own. Returns its argument,
   so that the name can be one of the message's words. Borrowed until the message is said. */
extern char const *message_about (char const *service) ;

/* The line that is written for "PROGRAM: LEVEL: TEXT" (message_form.h), for a signal handler. Returns its bytes. */
extern size_t message_format (char out[PIPE_BUF], char const *text, size_t len) ;

/* Before the process ends, or executes another program, and when somebody has given a command, who waits
   for what is said of it: says how often the last message came again. The next one is said in any case. */
extern void message_end (void) ;

/* Before another program of ours is executed in this one's place: message_end(), and the count of lost
   messages goes along, in the environment. There, after message_begin(): takes it from there. */
extern void message_hand_over (void) ;
extern void message_take_over (void) ;

/* What the loop is to poll for POLLOUT, as a count is waiting to be said; -1: nothing. */
extern int message_fd (void) ;

/* That descriptor can be written to, or has an error: says the count, if it can. */
extern void message_say_lost (void) ;

#endif
