#ifndef REEVE_MIGRATE_COMMANDLINE_H
#define REEVE_MIGRATE_COMMANDLINE_H

#include "migrate/text/pool.h"

/* What supervisord is told by its own words, each as a word of a shell; 0: not told. */
struct commandline
{
  char const *file ; /* -c */
  char const *user ;
  char const *umask ;
  char const *directory ;
  char const *minfds ;
  int stays ; /* -n: in the foreground */
  int is_last ; /* the container ends with supervisord */
  int reads_input ; /* its configuration is the input, and not a file that includes it */
} ;

/* `words`: supervisord and its arguments, as a shell reads them. 0: they are not known. */
extern struct commandline *commandline_read (struct pool *pool, struct texts const *words) ;
/* The folder of its configuration, which is %(here)s; 0: not known. `c` may be 0. */
extern char const *commandline_folder (struct pool *pool, struct commandline const *c) ;

#endif
