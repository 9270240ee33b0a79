/* What is taken off before a command: shared by unwrap.c, and changeuser.c, which knows the programs
   that change the user. */

#ifndef REEVE_MIGRATE_UNWRAPPING_H
#define REEVE_MIGRATE_UNWRAPPING_H

#include "migrate/command/command.h"

struct unwrapping
{
  struct pool *pool ;
  struct statement const *statement ;
  struct launch *launch ;
  unsigned int i ; /* the word that is looked at */
} ;

static inline char const *word (struct unwrapping const *u, unsigned int i)
{
  return statement_word(u->statement, i) ;
}

static inline char const *raw (struct unwrapping const *u, unsigned int i)
{
  return i < u->statement->nwords ? u->statement->words[i].raw : "" ;
}

static inline void drop (struct unwrapping *u, char const *why)
{
  texts_add_once(u->pool, &u->launch->dropped, why) ;
}

/* ---- changeuser.c: each sets u->i behind the program and its options ---- */
extern void unwrap_user (struct unwrapping *u, char const *user, char const *group) ; /* reeve-exec --user */
extern void unwrap_gosu (struct unwrapping *u) ;
extern void unwrap_setuidgid (struct unwrapping *u) ;
extern void unwrap_su (struct unwrapping *u) ;
extern void unwrap_runuser (struct unwrapping *u) ;
extern void unwrap_sudo (struct unwrapping *u) ;
extern void unwrap_doas (struct unwrapping *u) ;
extern void unwrap_setpriv (struct unwrapping *u) ;
extern void unwrap_chroot (struct unwrapping *u) ; /* nothing, if it changes no user */

#endif
