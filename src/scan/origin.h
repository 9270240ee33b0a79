/* Where the files of a unit are: in SCAN/NAME. Those of an instance (service/instance.h) are its
   template's, with those of its own directory in their places, if it has one. */

#ifndef REEVE_SCAN_ORIGIN_H
#define REEVE_SCAN_ORIGIN_H

#include <stddef.h>
#include <sys/stat.h>

#include "scan/scanner.h"

#define ORIGINS_MAX 2

struct origin /* of a unit that is not foreign */
{
  char name[ORIGINS_MAX][UNIT_PATH_MAX] ; /* in SCAN; the first that has a file is where that is */
  unsigned int count ;
} ;

/* Looks what the unit is: a template, an instance, or neither (unit->instances). */
extern void origin_look (struct scanner const *s, struct unit *unit) ;
extern void origin_of (struct unit const *unit, struct origin *origin) ;
extern void origin_of_logger (struct unit const *producer, struct origin *origin) ;
/* Writes the path of a file of the unit, of LIVE if it is foreign, and looks at it as lstat() does.
   Returns 1, or 0 with errno: then the path is where it would be. */
extern int origin_find (struct scanner const *s, struct unit const *unit, char const *file, char *out, size_t size, struct stat *st) ;

#endif
