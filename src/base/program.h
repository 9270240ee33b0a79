/* This program's own file, and the programs that belong to it.

   The own file is the one that was executed: AT_EXECFN, if that is absolute and a program, and not
   a script that this program interprets; else /proc/self/exe. A relative AT_EXECFN is never used,
   because the process may have changed its directory since. Links are followed anew each time,
   because a file may be replaced. */

#ifndef REEVE_BASE_PROGRAM_H
#define REEVE_BASE_PROGRAM_H

#define PROGRAM_PATH_MAX 4096
#define PROGRAM_COMMAND_DIRECTORY "/command" /* where the overlay has its programs */

/* Writes the path of the file that this process executes; if that was replaced since, of the file
   that is there now. Returns 1. Returns 0 if it cannot be known (a relative name, and no /proc), or
   if the file there may be somebody else's, as in /tmp; then `out` is `name` in the directory where
   programs were installed. */
extern int program_self (char out[PROGRAM_PATH_MAX], char const *name) ;

/* Looks for the program `name`:
     1. beside this program, as it was executed
     2. if that was by a link: beside the file that the link leads to, and in `command` there
        (an overlay that was unpacked in some folder)
     3. in /command
     4. where programs were installed
   A directory to which others than its owner may write is passed over: in /tmp, others could put a
   program beside this one. Whoever may write to the other directories could as well have replaced
   this program. Returns 1, or 0 with errno; `out` is then in the last place. */
extern int program_beside (char out[PROGRAM_PATH_MAX], char const *name) ;

#endif
