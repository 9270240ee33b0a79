/* What changes the input in the image, for dockeredits.c and inputpaths.c. */

#ifndef REEVE_MIGRATE_CHANGES_H
#define REEVE_MIGRATE_CHANGES_H

#include "migrate/dockerpatch/patching.h"
#include "migrate/shell/shell.h"

struct changes
{
  struct patching *p ;
  struct source *code ;
  struct statement *first ; /* of the code */
  int in_build ;
  uint32_t line ; /* that the code begins at */
  struct instruction const *run ; /* that the code is the arguments of; 0: of none */
  struct texts names ; /* that the input, and what it includes, has in the image: without folders */
  struct texts paths ; /* the same with folders, as far as COPY and RUN tell that; empty: not known */
  char const *read ; /* the one of these that supervisord is told to read; 0: none */
  char const *known ; /* the input's text, as plain() makes it */
  struct texts found ; /* commands, with their lines */
  struct texts programs ; /* of supervisord, that they add */
} ;

/* inputpaths.c: which files are the input. Writes names, paths and read.
   Returns the last COPY that brings the input by its name; 0: none does. */
extern struct instruction const *input_copy (struct changes *c) ;
extern char const *file_of_word (struct changes const *c, char const *raw) ; /* without quotes; if it is only a variable, the value that the code gives that */
extern int word_is_input (struct changes const *c, char const *raw) ; /* or a file that supervisord reads as well */
extern int input_is_of_supervisord (struct changes const *c) ;

#endif
