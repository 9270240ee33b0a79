/* Which programs put themselves into the background, which a supervised program must not do; and
   how to keep them in the foreground. Only looks into tables (daemon_table.h); no I/O.

   Says only what is certain. A word that begins with `$` may stand for anything. So the caller
   gives the words as the shell's script has them, without quotes. */

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
  char const *program ; /* its name, in argv; 0: it is not in the table, and no wrapper keeps it in the foreground */
  char const *mend ; /* what to do, static, e.g. "add -g 'daemon off;'"; 0: nothing. With DAEMON_UNKNOWN, a configuration file decides, and this overrules it */
  unsigned int means_strays : 1 ; /* its strays are meant to live on: flag-keep-strays */
  unsigned int ends : 1 ; /* with DAEMON_IN_FOREGROUND: it does not serve, but does something else and ends, e.g. checks its configuration */
  unsigned int unless_configured : 1 ; /* with DAEMON_IN_BACKGROUND: its configuration file may say otherwise */
} ;

/* Writes what is known about a command line to `advice`.
     argv  the words of a simple command, ended by 0. Programs that execute the rest of their line
            (env, s6-setuidgid, ...) are skipped. Of a program's path, only the last part counts */
extern void daemon_look (char const *const *argv, struct daemon_advice *advice) ;

/* The part of a command line that begins with the program itself, after programs that only execute
   the rest of their line; 0 when it is not certain where that is. */
extern char const *const *daemon_command (char const *const *argv) ;

/* Is it called `daemon`, as the program that puts others into the background is, but no program of the distribution?
     path  as it is written: /app/bin/daemon is one, /usr/bin/daemon and daemon are not
   Returns 1 or 0. */
extern int daemon_is_own (char const *path) ;

/* Writes the command line to `out`, ended by 0, in the form that stays in the foreground; unchanged
   if it stays there already. The words point into argv or are static.
     max  the room in `out`, including the 0
   Returns the number of words; 0 when no such form is known, or there is no room. */
extern size_t daemon_foreground (char const *const *argv, char const **out, size_t max) ;

/* The same for the program that an init script starts (`service NAME start`, /etc/init.d/NAME
   start). All words are static. */
extern size_t daemon_of_init_script (char const *name, char const **out, size_t max) ;

#endif
