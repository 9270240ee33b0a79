/* A supervisord.conf on its way into a plan: shared by supervisord.c, which goes through its
   sections, and program.c, which makes services of one. */

#ifndef REEVE_MIGRATE_TRANSLATION_H
#define REEVE_MIGRATE_TRANSLATION_H

#include "migrate/ini.h"
#include "migrate/supervisord.h"

struct translation
{
  struct plan *plan ;
  struct source *source ;
  struct ini *ini ;
  struct ini_section *section ;
  struct ini_section *global ; /* [supervisord]; without options when there is none */
  struct expansion expansion ;
  struct service *service ;
} ;

/* [program:NAME] or [fcgi-program:NAME], which t->section is: its services. */
extern void translate_program (struct translation *t, char const *name) ;
/* A TODO for each of the section's options that nobody has taken. */
extern void translate_rest (struct translation *t) ;

#endif
