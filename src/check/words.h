/* The words of a shell script: what check_shell.c reads commands from. */

#ifndef REEVE_CHECK_WORDS_H
#define REEVE_CHECK_WORDS_H

#include <stddef.h>

#define NESTED_MAX 32
#define WORDS_SIZE 8192

struct script
{
  char const *text ;
  size_t len ;
  size_t at ;
  unsigned int line ; /* from 1 */
  char buffer[WORDS_SIZE] ; /* words that were read, each ended by 0 */
  size_t used ;
  int too_long ; /* for the buffer */
} ;

struct word
{
  char const *text ; /* in the buffer */
  int quoted ; /* in part at least */
} ;

/* The byte `ahead` of the next one; -1 at the end. */
extern int words_peek (struct script const *script, size_t ahead) ;
extern int words_take (struct script *script) ;
extern void words_skip_blanks (struct script *script, int newlines_too) ;
extern void words_skip_line (struct script *script) ; /* up to its end */

/* Goes behind the next `close`, past what is nested and quoted.
   Returns 0 when there is none, or when it is not certain. */
extern int words_skip_to (struct script *script, int close) ;

/* Reads the word that begins here, perhaps an empty one. Returns 0 when it is not
   understood or has no room. */
extern int words_read (struct script *script, struct word *word) ;

#endif
