/* This program's own file, and the programs that belong to it.

   The file is the one that the process was executed as: AT_EXECFN, if that is absolute and
   a program; not if it is a script that this program interprets. Else /proc/self/exe. A
   relative AT_EXECFN is never used: the process may have changed its directory since. Where
   links lead to is looked at anew each time: a file may be replaced. */

#ifndef REEVE_BASE_PROGRAM_H
#define REEVE_BASE_PROGRAM_H

#define PROGRAM_PATH_MAX 4096
#define PROGRAM_COMMAND_DIRECTORY "/command" /* where an overlay has its programs */

/* The path of the file that this process executes; where that was replaced since, of the
   file that is there now. Returns 1; or 0 if that cannot be known (a relative name, and no
   /proc), or if the file there may be somebody else's, in /tmp say: then `out` is `name`
   where programs were installed. */
extern int program_self (char out[PROGRAM_PATH_MAX], char const *name) ;

/* The program `name`. It is looked for
     1. beside this one, as it was executed
     2. beside the file that a link has led to, and in `command` there: an overlay that
        was unpacked in some folder
     3. in /command
     4. where programs were installed
   A directory that others than its owner may write to is passed over, as in /tmp others
   could put a program beside ours. Whoever else could put one there could as well have
   replaced this program.
   Returns 1, or 0 with errno; `out` is in the last place then. */
extern int program_beside (char out[PROGRAM_PATH_MAX], char const *name) ;

#endif
