/* What the three files of base/trust.h share; for nobody else.
     trust.c          one file: may it be believed, or why not?
     trust_way.c      a trusted directory, with the whole way to it, and what is in it
     trust_anyones.c  directories that may be anybody's
   The last two call the first one. */

#ifndef REEVE_BASE_TRUST_ONE_H
#define REEVE_BASE_TRUST_ONE_H

#include "base/trust.h"

extern int trust_is_trusted (uid_t uid) ;

/* May others write? A group that is the caller's own does not count. */
extern int trust_others_may_write (struct stat const *st) ;

/* Both fill in `why`, except its path, which trust_name() does, and return 0. trust_fail() takes
   errno. */
extern int trust_refuse (struct trust_refusal *why, enum trust_reason reason, uid_t owner) ;
extern int trust_fail (struct trust_refusal *why) ;
extern void trust_name (struct trust_refusal *why, char const *path) ;

#endif
