/* reeve-exec's own options: which were given, with which values. */

#ifndef REEVE_EXEC_OPTIONS_H
#define REEVE_EXEC_OPTIONS_H

#include <sys/types.h>

#include "exec/exec.h"

/* Letters for the long options; some are short options, too. */
enum option_letter
{
  OPTION_USER = 'u',
  OPTION_KEEP_HOME = 'k',
  OPTION_USER_ENV = 'U',
  OPTION_ENV_FILE = 'f',
  OPTION_ENV_DIR = 'e',
  OPTION_SECRET = 's',
  OPTION_UNSET = 'x',
  OPTION_CHDIR = 'C',
  OPTION_CHROOT = '/',
  OPTION_UMASK = 'm',
  OPTION_NICE = 'n',
  OPTION_LIMIT = 'l',
  OPTION_SESSION = 'S',
  OPTION_GROUP = 'g',
  OPTION_LOCK = 'L',
  OPTION_ARGV0 = '0',
  OPTION_READY = 'r',
  OPTION_SD_NOTIFY = 'N',
  OPTION_WATCHDOG = 'w',
  OPTION_CHECK = 'c',
  OPTION_TIMEOUT = 't',
  OPTION_EVERY = 'E',
  OPTION_CRON = 'T',
  OPTION_LISTEN = 'i',
  OPTION_LISTEN_UNIX = 'I',
  OPTION_HELP = 'h'
} ;

/* An option as it was given. */
struct given
{
  int letter ;
  char const *value ; /* "" for an option without a value */
} ;

/* Parses the options, and checks their values before anything is done, so that a mistake has no
   effect: it exits 100. For --help it exits 0. Sets optind. */
extern void options_parse (int argc, char **argv) ;

/* The next option of this letter after `last`; the first for 0. Returns 0 when there is none. */
extern struct given const *option_next (int letter, struct given const *last) ;
/* The value of an option that counts once: the last one. Returns 0 when it was not given. */
extern char const *option_value (int letter) ;

/* These parse a value; they exit 100 if it is wrong. */
extern mode_t option_umask (char const *text) ;
extern int option_nice (char const *text) ;
extern void option_limit (char const *text, struct limit *limit) ;

#endif
