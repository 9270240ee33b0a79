/* The tables behind daemons.h: facts, from the programs' manuals. */

#ifndef REEVE_SERVICE_DAEMON_TABLE_H
#define REEVE_SERVICE_DAEMON_TABLE_H

#include <stddef.h>

/* Lists are words with spaces between them. A name may end in `*`; name+word is
   that program with that word among its own. An option is one of these:
     -f           that letter; as a reason to stay also among others: -df
     --name       also --name=value
     -long, word  the word itself
     *text        a word with that text in it, or for name+*text, at its end
     a+b          two words; a+? is a and any word
   For the foreground, an option that puts a program into the background is left
   out, but one with a mark behind it: `>` replaced by the first word to be added,
   `&` kept, `!` there is no such form of the command line. */
struct daemon
{
  char const *names ;
  char const *background ; /* options that put it into the background */
  char const *foreground ; /* options with which it stays, and behind a `|` those with which it does
                              something else and ends; they win */
  char const *add[2] ; /* what keeps it in the foreground */
  char const *mend ; /* the same in words */
  unsigned char stays ; /* what it does without either: an enum daemon_stays */
  unsigned char flags ;
} ;

#define DAEMON_AT_END 1 /* add behind all words, else behind the first */
#define DAEMON_CONFIGURED 2 /* a configuration file may decide */
#define DAEMON_STRAYS 4
#define DAEMON_NO_CLUSTERS 8 /* letters behind a letter are its argument */

/* Programs that execute the rest of their line. */
struct wrapper
{
  char const *names ;
  char const *with_argument ; /* letters of options that take one */
  unsigned char positional ; /* words between its options and the program */
  unsigned char kind ;
} ;

enum wrapper_kind
{
  WRAPPER_SEEN_THROUGH,
  WRAPPER_ASSIGNS, /* NAME=VALUE... first */
  WRAPPER_LEAVES, /* by itself: to be left out */
  WRAPPER_HOLDS, /* whatever leaves */
  WRAPPER_REEVE /* which of its long options take a value is known */
} ;

#define INIT_WORDS 8

struct init_script
{
  char const *names ;
  char const *words[INIT_WORDS] ; /* ended by 0 */
} ;

extern struct daemon const daemon_table[] ;
extern size_t const daemon_table_rows ;
extern struct wrapper const wrapper_table[] ;
extern size_t const wrapper_table_rows ;
extern struct init_script const init_script_table[] ;
extern size_t const init_script_table_rows ;

#endif
