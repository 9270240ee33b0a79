/* What is in an image for another system, and is not read by Reeve; and what scripts
   name that such a system would have made. */

#ifndef REEVE_ADVICE_FOREIGN_H
#define REEVE_ADVICE_FOREIGN_H

#include <stddef.h>

/* Programs that read what is theirs: where one is run, that is in use after all. */
enum foreign_system
{
  FOREIGN_SUPERVISORD = 1,
  FOREIGN_RUNIT = 2, /* runit, daemontools */
  FOREIGN_MY_INIT = 4
} ;

/* The systems that a command line or a script's text seems to run, a set of the above. */
extern unsigned int foreign_systems (char const *text) ;

/* What foreign_look finds: a path, and what to do instead. */
typedef void foreign_found_func (char const *path, char const *mend, void *data) ;

/* Looks for files and directories of other systems, but for those in `used`. Each system
   is told once. Reads directories. */
extern void foreign_look (unsigned int used, foreign_found_func *each, void *data) ;

enum foreign_name
{
  FOREIGN_S6_SERVICES, /* s6-overlay's scan directory, as s6-svscanctl -t /var/run/s6/services names it */
  FOREIGN_STDOUT, /* /proc/1/fd/1, which nobody but PID 1's user may open */
  FOREIGN_STDERR /* /proc/1/fd/2 */
} ;

typedef void foreign_name_func (enum foreign_name name, char const *line, unsigned int number, void *data) ;

/* Tells every line of a text that names one of these, but for comments that begin with #.
     text    `len` bytes, with a NUL behind them
     line    where it begins; it ends where the next one does
     number  from 1 */
extern void foreign_names (char const *text, size_t len, foreign_name_func *each, void *data) ;

#endif
