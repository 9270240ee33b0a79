/* The table of commands, and what is printed of it: usage, help for one command, completion. */

#ifndef REEVE_CONTROL_HELP_H
#define REEVE_CONTROL_HELP_H

#include "control/control.h"

enum option_bit { OPTION_NO_WAIT = 1, OPTION_TIMEOUT = 2, OPTION_JSON = 4, OPTION_ALL = 8, OPTION_ONLY = 16, OPTION_DOT = 64, OPTION_MERMAID = 128,
  OPTION_FOLLOW = 256, OPTION_TAIL = 512, OPTION_SINCE = 1024, OPTION_TIMESTAMPS = 2048 } ;

enum word { WORD_NONE, WORD_OPTIONAL, WORD_REQUIRED, WORD_OF_SCALE } ;

enum names
{
  NAMES_NONE,
  NAMES_REQUIRED, /* or --all */
  NAMES_ELSE_ALL, /* and the loggers */
  NAMES_ONE_ELSE_ALL,
  NAMES_TEMPLATES,
  NAMES_ONE, /* service, and the rest is a command */
  NAMES_HELP,
  NAMES_FREE /* directories, or whatever: no scanner is needed */
} ;

struct command
{
  char const *name ;
  char const *arguments ;
  char const *purpose ;
  int (*run) (struct request const *) ;
  unsigned int options ;
  enum word word ;
  enum names names ;
  char const *words ; /* what the first argument may be, separated by spaces; 0: that depends */
} ;

#define LOOKS 32 /* no option: it does not wait until /init has become the scanner */

/* Prints all commands. */
extern void help_usage (struct command const *commands, size_t count) ;
/* What one does. Returns an exit code. */
extern int help_command (struct command const *command) ;
/* The name of an option. */
extern char const *help_option (unsigned int bits) ;
/* What has a shell complete the words of a line. Returns an exit code. */
extern int help_completion (char const *shell) ;
/* What the last of the words in request->names may be, a line each. Returns an exit code. */
extern int help_words (struct command const *commands, size_t count, struct request *request) ;

#endif
