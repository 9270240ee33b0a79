/* supervisord.conf, read as Python's configparser reads it. */

#ifndef REEVE_MIGRATE_INI_H
#define REEVE_MIGRATE_INI_H

#include "migrate/text/source.h"

struct ini_option
{
  char const *name ; /* in lower case */
  char const *value ; /* continuation lines are joined by newlines */
  struct range range ; /* its lines */
  struct ini_option *next ;
} ;

struct ini_section
{
  char const *name ;
  struct range range ; /* of its first line */
  struct ini_option *options ; /* each name once: the last value counts */
  struct ini_section *next ;
} ;

struct ini
{
  struct ini_section *sections ;
  struct ini_section *last ;
} ;

/* Reads the source's text; all belongs to its pool. Lines that are neither a section,
   nor an option, nor a comment are claimed as TODO. */
extern void ini_read (struct source *source, struct ini *ini) ;

/* The value of an option; 0: none. If `what` is not 0, claims its lines for `where`. If
   another service has them already, adds `where`. */
extern char const *ini_take (struct source *source, struct ini_section const *section, char const *name, char const *where, char const *what) ;

#endif
