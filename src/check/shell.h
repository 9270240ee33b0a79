/* Reads the commands of a shell script: understands quotes, comments, continued lines,
   here-documents and compound commands, but not what the commands mean. Also reads execline
   scripts. */

#ifndef REEVE_CHECK_SHELL_H
#define REEVE_CHECK_SHELL_H

#include <stddef.h>

enum shell_kind
{
  SHELL_SIMPLE,
  SHELL_COMPOUND, /* if, while, for, case, { }, ( ): reported at its end */
  SHELL_FUNCTION /* the name in its definition */
} ;

/* What separates two commands: its character, except for && and ||. */
enum shell_operator
{
  SHELL_END = ';', /* or a newline, or nothing */
  SHELL_BACKGROUND = '&',
  SHELL_PIPE = '|',
  SHELL_AND = 'a',
  SHELL_OR = 'o'
} ;

struct shell_command
{
  enum shell_kind kind ;
  unsigned int line ; /* the line of its first word; of a compound command, of its end */
  unsigned int depth ; /* how many compound commands contain it */
  unsigned int elsewhere : 1 ; /* in a function or a subshell */
  enum shell_operator before ;
  enum shell_operator after ;
  char const *const *words ; /* ended by 0, valid during the call: no quotes or redirections; expansions as written. SHELL_FUNCTION: its name */
  size_t count ;
} ;

typedef void shell_command_func (struct shell_command const *command, void *data) ;

/* Calls `each` for every command of a script, in their order; but not for commands inside of words,
   such as $(date). Allocates nothing.
     text  `len` bytes of any kind
   Returns 1, or 0 when it does not understand the whole script; then do not trust what `each` was
   told. */
extern int shell_read (char const *text, size_t len, shell_command_func *each, void *data) ;

/* Finds the last command of an execline script: the words after the last block. The process becomes
   that program in the end.
     buffer  the caller's, of `size` bytes: the words are put there
     line    set to the command's first line
   Returns the number of words; 0 when it does not understand the script. */
extern size_t execline_last (char const *text, size_t len, char const **words, size_t max, char *buffer, size_t size, unsigned int *line) ;

#endif
