/* Messages that never block whoever has something else to do.

   From message_begin() on, what skalibs' strerr functions say goes through here: one
   line is one write of at most PIPE_BUF bytes (a longer line is cut and ends in "...").
   A pipe that is full, a terminal that is stopped, a socket that nobody reads from take
   no line: after at most 20 ms, and after none at all while lines have been dropped
   already, the line is dropped and counted. The count is said as soon as a line can be
   written again:

     reeve-scan: warning: 3 messages are lost: standard error did not take them

   How it is written without waiting: output.h. Nothing is allocated, and nothing is opened
   before there is something to say. */

#ifndef REEVE_BASE_MESSAGE_H
#define REEVE_BASE_MESSAGE_H

/* For a daemon's main, once, before its first message. */
extern void message_begin (void) ;

/* From now on messages have the form that REEVE_LOG names: message_form.h. For who writes to the
   container's stderr, and not to a service's. 0: as they are. */
extern void message_as (char const *mode) ;

/* Before another program of ours is executed in this one's place: the count goes along,
   in the environment. There, after message_begin(): takes it from there. */
extern void message_hand_over (void) ;
extern void message_take_over (void) ;

/* What the loop is to poll for POLLOUT, as a count is waiting to be said; -1: nothing. */
extern int message_fd (void) ;

/* That descriptor can be written to, or has an error: says the count, if it can. */
extern void message_say_lost (void) ;

#endif
