/* This program's own file, and those that belong to it. */

#ifndef REEVE_BASE_PROGRAM_H
#define REEVE_BASE_PROGRAM_H

#define PROGRAM_PATH_MAX 4096

/* The path of the program that this process executes; where that file was replaced
   since, of the one that is there now. Without /proc, of `name` where programs were
   installed. */
extern void program_self (char out[PROGRAM_PATH_MAX], char const *name) ;

/* The program `name`: beside this one, where programs were installed, or in /command,
   where an overlay has it. Returns 1, or 0 with errno; `out` is the second then. */
extern int program_beside (char out[PROGRAM_PATH_MAX], char const *name) ;

#endif
