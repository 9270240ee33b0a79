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

/* *code: CMD's, if it is of several commands. The source keeps its lines. */
extern enum cmdcode cmdcode_put (struct pool *pool, struct source *source, char const *const *cmd, char const **code) ;

#endif
