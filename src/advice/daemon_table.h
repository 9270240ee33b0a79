/* The tables behind daemons.h: facts, from the programs' manuals. */

#ifndef REEVE_ADVICE_DAEMON_TABLE_H
#define REEVE_ADVICE_DAEMON_TABLE_H

#include <stddef.h>

/* Lists are words with spaces between them; 0: empty. A name may end in `*`; name+word is
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
  char const *foreground ; /* options with which it stays; they win */
  char const *ends ; /* options with which it does something else, and ends; they win, too */
  char const *add[2] ; /* what keeps it in the foreground; 0: nothing (more) */
  char const *mend ; /* the same in words; 0: not needed */
  unsigned char stays ; /* what it does without any of these: an enum daemon_stays */
  unsigned int at_end : 1 ; /* add behind all words, else behind the first */
  unsigned int configured : 1 ; /* a configuration file may decide */
  unsigned int strays : 1 ; /* what it leaves behind is meant to live on */
  unsigned int no_clusters : 1 ; /* letters behind a letter are its argument */
} ;

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

#define INIT_WORDS 8 /* with the 0 at the end */

struct init_script
{
  char const *names ;
  char const *words[INIT_WORDS] ;
} ;

extern struct daemon const daemon_table[] ;
extern size_t const daemon_table_rows ;

extern struct wrapper const wrapper_table[] ;
extern size_t const wrapper_table_rows ;

extern struct init_script const init_script_table[] ;
extern size_t const init_script_table_rows ;

#endif
