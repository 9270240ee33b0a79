/* Finds what an image has for another system, such as supervisord or runit, and Reeve does not
   read; and names in scripts that only such a system would make. */

#ifndef REEVE_ADVICE_FOREIGN_H
#define REEVE_ADVICE_FOREIGN_H

#include <stddef.h>

/* Other systems. If a script runs one of them, its files are used after all. */
enum foreign_system
{
  FOREIGN_SUPERVISORD = 1,
  FOREIGN_RUNIT = 2, /* runit, daemontools */
  FOREIGN_MY_INIT = 4
} ;

/* The systems that a command line or a script's text seems to run: a set of the above. */
extern unsigned int foreign_systems (char const *text) ;

/* Gets a path that foreign_look() has found, and what to do instead. */
typedef void foreign_found_func (char const *path, char const *mend, void *data) ;

/* Looks for files and directories of other systems, except those in `used`. Reports a system only
   once. Reads directories. */
extern void foreign_look (unsigned int used, foreign_found_func *each, void *data) ;

enum foreign_name
{
  FOREIGN_S6_SERVICES, /* s6-overlay's scan directory, as in s6-svscanctl -t /var/run/s6/services */
  FOREIGN_STDOUT, /* /proc/1/fd/1, which only PID 1's user may open */
  FOREIGN_STDERR /* /proc/1/fd/2 */
} ;

typedef void foreign_name_func (enum foreign_name name, char const *line, unsigned int number, void *data) ;

/* Reports every line of a text with one of these names, but not comments that begin with #.
     text    `len` bytes; a NUL follows
     line    where the line begins; it ends at its newline or at the end of the text
     number  counted from 1 */
extern void foreign_names (char const *text, size_t len, foreign_name_func *each, void *data) ;

#endif
