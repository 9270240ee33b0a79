/* The exit codes of all programs. */

#ifndef REEVE_BASE_EXIT_H
#define REEVE_BASE_EXIT_H

enum exit_code
{
  EXIT_YES = 0,
  EXIT_NO = 1, /* the answer is no */
  EXIT_TIMED_OUT = 99,
  EXIT_USAGE = 100,
  EXIT_SYSTEM = 111, /* a system call failed */
  EXIT_NOT_EXECUTED = 126, /* a program exists, but cannot be executed */
  EXIT_NOT_FOUND = 127, /* a program does not exist */
  EXIT_SIGNAL = 128, /* + the number of the signal that ended a process */
  EXIT_KILLED = 137 /* EXIT_SIGNAL + SIGKILL */
} ;

#endif
