/* An upgrade: a program executes, in its own place and with the same pid, the one that is on
   disk now.

   First the new one shows, as a child that is started with --can-continue DIR, that it can go
   on from what the present one has written down; it changes nothing. Then it is executed with
   --continue NUMBERS: the descriptors that it takes over, as one argument. Whatever fails is
   said, and the present program goes on. */

#ifndef REEVE_BASE_UPGRADE_H
#define REEVE_BASE_UPGRADE_H

#include <sys/types.h>

#define UPGRADE_TRIAL_MS 5000 /* a trial that takes longer is to be killed */
#define UPGRADE_FDS_MAX 8

#define UPGRADE_TRIAL "--can-continue"
#define UPGRADE_GO "--continue"

/* Starts the trial of the program `name` with `argv`. Returns its pid; 0: said. */
extern pid_t upgrade_try (char const *name, char const *const *argv) ;

/* The trial has ended so; `timed_out`: it was killed, which was said. Can it go on? If not, that is said. */
extern int upgrade_can (int wstat, int timed_out) ;

/* Executes the program `name` with `argv`, in which it is handed the open ones of these
   descriptors. Returns only when that has failed: said, and they are close-on-exec again. */
extern void upgrade_execute (char const *name, char const *const *argv, int const *fds, unsigned int count) ;

/* The argument; -1: none. Descriptors are 3 or more. */
extern void upgrade_format (char out[UPGRADE_FDS_MAX * 12], int const *fds, unsigned int count) ;
/* Takes them over: close-on-exec. Returns 1, or 0 for what upgrade_format could not have written. */
extern int upgrade_take_over (char const *text, int *fds, unsigned int count) ;

#endif
