/* The tables that daemons.c looks into: facts from the programs' manuals. */

#ifndef REEVE_ADVICE_DAEMON_TABLE_H
#define REEVE_ADVICE_DAEMON_TABLE_H

#include <stddef.h>

/* A list is words with spaces between them; 0: empty. A name may end in `*`, which is a version. name+*end is the
   program `name` if one of its words ends in `end`. An option is one of these:
     -f           that letter; in `foreground` and `ends` also among other letters: -df
     --name       also --name=value
     -long, word  that word
     *text        a word that contains that text
     a+b          these two words; a+? is `a` and any word, a+ is `a` at the end, or ahead of an option
   The form for the foreground leaves out the options that put the program into the background,
   unless a mark follows the option: `>` replaces it by the first word to be added (`--name=>`: its value stays behind that);
   `&` keeps it;
   `!` means that there is no such form. */
struct daemon
{
  char const *names ;
  char const *background ; /* options that put it into the background */
  char const *foreground ; /* options with which it stays in the foreground; they win */
  char const *overrules ; /* those of `background` that win over `foreground` if they come behind it: the last word counts */
  char const *letters ; /* its letters without a value: a word of these alone has each of them, whatever its length; 0: only a short word has */
  char const *ends ; /* options with which it does something else and ends; they win, too */
  char const *add[2] ; /* words that keep it in the foreground */
  char const *mend ; /* what to do, as a text for people; 0: nothing */
  unsigned char stays ; /* what it does without any of these options: an enum daemon_stays */
  unsigned int at_end : 1 ; /* add the words after all others, or ahead of `--`; else after the program */
  unsigned int configured : 1 ; /* its configuration file may decide */
  unsigned int strays : 1 ; /* its strays are meant to live on */
  unsigned int no_clusters : 1 ; /* letters after an option's letter are its argument */
} ;

/* Programs that execute the rest of their command line. */
struct wrapper
{
  char const *names ;
  char const *with_argument ; /* the letters of options that have an argument */
  char const *long_with_argument ; /* the same for long options, with blanks between them; 0: not known */
  unsigned char positional ; /* the number of words between its options and the program */
  unsigned char kind ;
} ;

enum wrapper_kind
{
  WRAPPER_SEEN_THROUGH,
  WRAPPER_ASSIGNS, /* NAME=VALUE words come first */
  WRAPPER_LEAVES, /* it goes into the background itself, so leave it out */
  WRAPPER_HOLDS, /* it stays in the foreground, even if the program does not */
  WRAPPER_LOOKS, /* with -v or -V it executes nothing: it only looks for the program */
  WRAPPER_REEVE /* reeve-exec: it is known which of its long options have a value */
} ;

#define INIT_WORDS 8 /* including the 0 at the end */

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
