/* Where the files of a unit are: in SCAN/NAME. An instance (service/instance.h) has its template's
   files; if it has a directory of its own, the files there come first. */

#ifndef REEVE_SCAN_ORIGIN_H
#define REEVE_SCAN_ORIGIN_H

#include <stddef.h>
#include <sys/stat.h>

#include "scan/scanner.h"

#define ORIGINS_MAX 2

struct origin /* of a unit that is not foreign */
{
  char name[ORIGINS_MAX][UNIT_PATH_MAX] ; /* directories in SCAN: a file comes from the first one that has it */
  unsigned int count ;
} ;

/* Finds out what the unit is: a template, an instance, or neither (unit->instances). */
extern void origin_look (struct scanner const *s, struct unit *unit) ;
extern void origin_of (struct unit const *unit, struct origin *origin) ;
extern void origin_of_logger (struct unit const *producer, struct origin *origin) ;
/* Writes the path of a file of the unit, and looks at it with lstat(). The path is in SCAN, or in
   LIVE if the unit is foreign. Returns 1, or 0 with errno; then the path is where the file would
   be. */
extern int origin_find (struct scanner const *s, struct unit const *unit, char const *file, char *out, size_t size, struct stat *st) ;

#endif
