/* Changes of a text by lines, as a unified diff. Pure. */

#ifndef REEVE_MIGRATE_PATCH_H
#define REEVE_MIGRATE_PATCH_H

#include "migrate/text/source.h"

struct edit
{
  uint32_t first ; /* lines that go, from 1; last < first: none go, the new ones come before `first` */
  uint32_t last ;
  struct texts lines ; /* that come instead */
  struct edit *next ;
} ;

/* Adds an edit in order of lines. Edits of the same place stay in order. */
extern struct edit *edit_add (struct pool *pool, struct edit **edits, uint32_t first, uint32_t last) ;

/* "" when there are no edits. */
extern char const *patch_text (struct source const *source, struct edit const *edits) ;

/* The text behind the edits. */
extern char const *patched_text (struct source const *source, struct edit const *edits) ;

#endif
