/* An upgrade: a program executes the program that is on disk now, in its own place and with the
   same pid.

   First the new program is started as a child with --can-continue DIR. It shows that it can go on
   from what the present program has written down, and changes nothing. Then it is executed with
   --continue NUMBERS: the descriptors that it takes over, in one argument. Each failure is
   reported, and the present program goes on. */

#ifndef REEVE_BASE_UPGRADE_H
#define REEVE_BASE_UPGRADE_H

#include <sys/types.h>

#define UPGRADE_TRIAL_MS 5000 /* a trial that takes longer is killed */
#define UPGRADE_FDS_MAX 8

#define UPGRADE_TRIAL "--can-continue"
#define UPGRADE_GO "--continue"

/* Starts the trial of the program `name` with `argv`. Returns its pid, or 0; then a message was
   written. */
extern pid_t upgrade_try (char const *name, char const *const *argv) ;

/* The trial has ended with `wstat`; `timed_out`: it was killed, and a message has said so. Can the
   new program go on? If not, a message says so. */
extern int upgrade_can (int wstat, int timed_out) ;

/* Executes the program `name` with `argv`, and hands over those of the descriptors that are open
   (not -1). Returns only on failure: a message was written, and they are close-on-exec again. */
extern void upgrade_execute (char const *name, char const *const *argv, int const *fds, unsigned int count) ;

/* Writes the argument for --continue. A descriptor of -1 means none; the others are 3 or more. */
extern void upgrade_format (char out[UPGRADE_FDS_MAX * 12], int const *fds, unsigned int count) ;
/* Takes over the descriptors, and makes them close-on-exec. Returns 1, or 0 for anything that
   upgrade_format() could not have written. */
extern int upgrade_take_over (char const *text, int *fds, unsigned int count) ;

#endif
