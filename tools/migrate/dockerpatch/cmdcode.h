/* CMD's shell code in place of the script's exec "$@". Pure. */

#ifndef REEVE_MIGRATE_CMDCODE_H
#define REEVE_MIGRATE_CMDCODE_H

#include "migrate/text/source.h"

enum cmdcode
{
  CMDCODE_NONE, /* CMD is no code of several commands, or the script does not execute it */
  CMDCODE_LEFT, /* it is, but it cannot simply be put there */
  CMDCODE_PUT /* the source has it now */
} ;

/* sh -c "sh -c 'CODE'": the code in the end; the same text, if it is something else. *shell: that reads
   it, set if it is another text. */
extern char const *cmdcode_innermost (struct pool *pool, char const *text, char const **shell) ;

/* *code: CMD's, if it is of several commands. The source keeps its lines. */
extern enum cmdcode cmdcode_put (struct pool *pool, struct source *source, char const *const *cmd, char const **code) ;

/* The script goes on with that command, in the line of its last statement; an exit there ended only the script.
   CMDCODE_NONE: the script ends in exec. */
extern enum cmdcode cmdcode_append (struct pool *pool, struct source *source, char const *command) ;

/* Does the script end in a program in the foreground that is not known, or in exec? */
extern int cmdcode_may_serve (struct pool *pool, struct source const *source) ;

#endif
