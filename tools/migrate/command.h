/* One simple command: which program it runs, and what was put before it. */

#ifndef REEVE_MIGRATE_COMMAND_H
#define REEVE_MIGRATE_COMMAND_H

#include "migrate/shell.h"

#define COMMAND_WORDS_MAX 256

/* A command without the programs that only start another one. */
struct launch
{
  unsigned int first ; /* the word that it really runs; nwords when there is none */
  struct texts options ; /* reeve-exec's, shell words */
  struct texts before ; /* lines that set what the starter would have set */
  struct texts dropped ; /* what was taken off, with a word of why */
  char const *code ; /* shell code that it runs instead of words; 0: none */
  char const *code_prefix ; /* what executes that code, behind reeve-exec's options */
  char const *todo ; /* 0: nothing */
  int detached ; /* setsid -f and the like: it was in the background by itself */
  int replaced ; /* exec */
  unsigned int dashes ; /* a word behind `first` that is left out: `--`; 0: none */
} ;

extern void command_unwrap (struct pool *pool, struct statement const *statement, struct launch *launch) ;

/* The words from `first` on as an array ended by 0, values where known, else raw;
   at most COMMAND_WORDS_MAX. */
extern void command_argv (struct statement const *statement, unsigned int first, char const *argv[COMMAND_WORDS_MAX]) ;

/* What a service that runs these words would be called. */
extern char const *command_service_name (struct pool *pool, char const *const *argv) ;

/* Does the command put itself into the background? Writes the foreground form, ended
   by 0, when it is known, else 0 words. */
struct foreground
{
  char const *init_script ; /* its name; 0: it is none */
  int init_is_known ; /* what else that does has been seen to */
  int is_daemon ; /* a program that is known to serve, wherever it stays */
  int in_background ;
  int ends ; /* a daemon's program, which only checks its configuration, or the like */
  int is_init_script ; /* `service x start`, /etc/init.d/x start */
  char const *argv[COMMAND_WORDS_MAX] ; /* argv[0] 0: not known, or nothing to be changed */
  char const *mend ; /* words of advice, or 0 */
  int means_strays ;
} ;
extern void command_foreground (struct statement const *statement, unsigned int first, struct foreground *foreground) ;

#endif
