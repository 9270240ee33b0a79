/* Which programs put themselves into the background, and how they are kept from
   it: what a supervised program must not do. A table; no I/O.

   Only what is certain is said. A word that begins with `$` may be anything, so
   the words are given as the shell's, quotes taken off. */

#ifndef REEVE_ADVICE_DAEMONS_H
#define REEVE_ADVICE_DAEMONS_H

#include <stddef.h>

enum daemon_stays
{
  DAEMON_UNKNOWN,
  DAEMON_IN_FOREGROUND,
  DAEMON_IN_BACKGROUND
} ;

struct daemon_advice
{
  enum daemon_stays stays ;
  char const *program ; /* its name, in argv; 0: it is not in the table */
  char const *mend ; /* how to keep it in the foreground: "add -g 'daemon off;'"; static; 0: not needed.
                        With DAEMON_UNKNOWN: its configuration file decides, this overrules it */
  unsigned int means_strays : 1 ; /* what it leaves behind is meant to live on: flag-keep-strays */
  unsigned int ends : 1 ; /* DAEMON_IN_FOREGROUND, but it only does something else: checks its configuration, ... */
  unsigned int unless_configured : 1 ; /* DAEMON_IN_BACKGROUND, but its configuration file may say otherwise */
} ;

/* Writes what is known of a command line to `advice`.
     argv  words of a simple command, ended by 0; argv[0] may be a path. Programs
           that execute the rest of their line (env, s6-setuidgid, ...) are seen
           through; of a path, the last part counts. */
extern void daemon_look (char const *const *argv, struct daemon_advice *advice) ;

/* The program's own words in a command line, behind programs that execute the
   rest of it; 0 when it is not certain where they begin. */
extern char const *const *daemon_command (char const *const *argv) ;

/* Writes the form of a command line that stays in the foreground to `out`, ended
   by 0: the line itself when it does already. Its words point into argv or are
   static.
     max  the room in `out`, the 0 included
   Returns the number of words, or 0 when it is not known or there is no room. */
extern size_t daemon_foreground (char const *const *argv, char const **out, size_t max) ;

/* The same for what an init script starts: `service NAME start`, /etc/init.d/NAME
   start. All words are static. */
extern size_t daemon_of_init_script (char const *name, char const **out, size_t max) ;

#endif
