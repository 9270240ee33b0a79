/* Reads a shell script as far as its commands go, with no meaning of its own:
   quotes, comments, continued lines, here-documents, compound commands. */

#ifndef REEVE_CHECK_SHELL_H
#define REEVE_CHECK_SHELL_H

#include <stddef.h>

enum shell_kind
{
  SHELL_SIMPLE,
  SHELL_COMPOUND, /* if, while, for, case, { }, ( ), at its end */
  SHELL_FUNCTION /* the head of its definition */
} ;

/* What separates commands: the character, but for && and ||. */
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
  unsigned int line ; /* of its first word; of a compound command, its end */
  unsigned int depth ; /* compound commands that it is in */
  unsigned int elsewhere : 1 ; /* in a function or a subshell */
  enum shell_operator before ;
  enum shell_operator after ;
  char const *const *words ; /* ended by 0, valid during the call: no quotes, no redirections, expansions as they
                                are written. SHELL_FUNCTION: its name. SHELL_COMPOUND: none */
  size_t count ;
} ;

typedef void shell_command_func (struct shell_command const *command, void *data) ;

/* Calls `each` for every command of a script, in their order. Commands inside of
   words, as $(date), are not looked at.
     text  `len` bytes of any kind
   Returns 1, or 0 when it does not understand all of it; then what `each` was
   told does not hold. Allocates nothing. */
extern int shell_read (char const *text, size_t len, shell_command_func *each, void *data) ;

/* The words of the last command in an execline script, which is what its process
   becomes in the end; those behind the last block.
     buffer  the caller's, where the words are put; `size` bytes
     line    where it begins
   Returns how many, 0 when it does not understand the script. */
extern size_t execline_last (char const *text, size_t len, char const **words, size_t max, char *buffer, size_t size, unsigned int *line) ;

#endif
