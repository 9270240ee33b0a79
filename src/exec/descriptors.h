/* The descriptors that the options of reeve-exec ask for: locks, listening sockets, readiness. */

#ifndef REEVE_EXEC_DESCRIPTORS_H
#define REEVE_EXEC_DESCRIPTORS_H

/* Takes the locks and binds the sockets, and moves notification-fd away from the program.
     argc  the number of words on the command line
   Returns the descriptor on which the helper tells readiness; -1: there is no helper. */
extern int descriptors_open (int argc) ;

/* The descriptors of the program besides 0, 1 and 2, which the helper must not hold, ended by -1;
   0: none. */
extern int const *descriptors_of_program (void) ;

#endif
