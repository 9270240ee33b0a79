/* The table of commands, and what is printed from it: the usage, the help of a command, and the words
   with which a shell completes a line. */

#ifndef REEVE_CONTROL_HELP_H
#define REEVE_CONTROL_HELP_H

#include "control/control.h"

/* Options; a command takes the sum of some. */
enum option_bit { OPTION_NO_WAIT = 1, OPTION_TIMEOUT = 2, OPTION_JSON = 4, OPTION_ALL = 8, OPTION_ONLY = 16, OPTION_DOT = 64, OPTION_MERMAID = 128,
  OPTION_FOLLOW = 256, OPTION_TAIL = 512, OPTION_SINCE = 1024, OPTION_TIMESTAMPS = 2048 } ;

/* Does a word come before the names? */
enum word
{
  WORD_NONE,
  WORD_OPTIONAL,
  WORD_REQUIRED,
  WORD_OF_SCALE /* it comes after the names */
} ;

/* What names does a command take? */
enum names
{
  NAMES_NONE,
  NAMES_REQUIRED, /* of services; or --all, which means all services but loggers */
  NAMES_ELSE_ALL, /* of services; without names, all services and loggers */
  NAMES_ONE_ELSE_ALL, /* of one service; without a name, all services and loggers */
  NAMES_TEMPLATES,
  NAMES_ONE, /* of one service, and then a command */
  NAMES_HELP, /* of a command of reeve */
  NAMES_FREE /* anything; the command needs no scanner */
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
  char const *words ; /* what the first argument may be, separated by spaces, for completion; 0: no fixed words */
} ;

#define LOOKS 32 /* among the options, but none: the command only looks, and does not wait for /init (enter.h) */

/* Prints all commands and options. */
extern void help_usage (struct command const *commands, size_t count) ;
/* Prints what a command does, and its options. Returns an exit code. */
extern int help_command (struct command const *command) ;
/* Returns the name of the first option in `bits`. */
extern char const *help_option (unsigned int bits) ;
/* Prints the script with which a shell (bash, zsh, fish) completes lines. Returns an exit code. */
extern int help_completion (char const *shell) ;
/* For these scripts: prints what the last word in request->names may be, one word a line. Returns an
   exit code. */
extern int help_words (struct command const *commands, size_t count, struct request *request) ;

#endif
