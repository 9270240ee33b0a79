/* The words of a shell script. shell.c reads commands from them. */

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
  unsigned int line ; /* counted from 1 */
  char buffer[WORDS_SIZE] ; /* the words that were read, each ended by a NUL */
  size_t used ;
  int too_long ; /* the words do not fit into the buffer */
} ;

struct word
{
  char const *text ; /* in the buffer */
  int quoted ; /* at least a part of it */
} ;

/* The byte that is `ahead` bytes after the next one; -1 at the end. */
extern int words_peek (struct script const *script, size_t ahead) ;
extern int words_take (struct script *script) ;
extern void words_skip_blanks (struct script *script, int newlines_too) ;
extern void words_skip_line (struct script *script) ; /* to the end of the line */

/* Goes past the next `close`, but not one that is nested or quoted. Returns 0 when there is none,
   or when it is not certain. */
extern int words_skip_to (struct script *script, int close) ;

/* Reads the word that begins here; it may be empty. Returns 0 when it is not understood, or does
   not fit into the buffer. */
extern int words_read (struct script *script, struct word *word) ;

#endif
