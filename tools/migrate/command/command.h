/* One simple command: which program it runs, and what was put before it. */

#ifndef REEVE_MIGRATE_COMMAND_H
#define REEVE_MIGRATE_COMMAND_H

#include "migrate/shell/shell.h"

#define COMMAND_WORDS_MAX 256

/* A command without the programs that only start another one. */
struct launch
{
  unsigned int first ; /* the word that it really runs; nwords if there is none */
  struct texts options ; /* reeve-exec's, shell words */
  struct texts before ; /* lines of run for what the other program would have set */
  struct texts dropped ; /* what was taken off, with the reason */
  char const *code ; /* shell code that it runs instead of words; 0: none */
  char const *code_words ; /* what the code has as $0, $1, ...; 0: nothing */
  char const *code_prefix ; /* the shell for that code, after reeve-exec's options */
  char const *todo ; /* 0: nothing */
  int detached ; /* setsid -f and the like: it went into the background by itself */
  int replaced ; /* exec */
  struct launch const *before_user ; /* the same as if sudo, doas or su were the program; 0: there is none */
  char const *kept ; /* words that stay ahead of it: sudo, with its options, and a blank; 0: none */
  unsigned int dashes ; /* a later word that is left out: `--`; 0: none */
} ;

extern void command_unwrap (struct pool *pool, struct statement const *statement, struct launch *launch) ;

/* The word behind sudo, doas, runuser or su, which is word `i`, its options and the user; nwords if nothing is. */
extern unsigned int command_behind_user (struct pool *pool, struct statement const *statement, unsigned int i) ;

/* The words from `first` on as an array ended by 0, values where known, else raw;
   at most COMMAND_WORDS_MAX. */
extern void command_argv (struct statement const *statement, unsigned int first, char const *argv[COMMAND_WORDS_MAX]) ;

/* runners.c: the words of the program that others start in the end (env -u X nice PROGRAM); the
   same words if it is the first. They are in argv, or in the pool. */
extern char const *const *command_behind_runners (struct pool *pool, char const *const *argv) ;

/* servicename.c: the name of a service that runs these words; the rule stands there. */
extern char const *command_service_name (struct pool *pool, char const *const *argv) ;
extern int command_is_entrypoint (char const *name) ; /* runners.c: an image's own script, which prepares what its words start: docker-entrypoint.sh */
extern int command_is_interpreter (char const *name) ; /* of the file that is its next word: python, sh */
extern int command_name_is_poor (char const *name) ; /* node, npm, index: what is around it says more */
extern int command_name_is_any (char const *name) ; /* app, server: it tells something, but not which of two */
extern char const *command_module_of_app (struct pool *pool, char const *word) ; /* billing.main:app: billing; 0: it is no such word, or tells nothing */
extern char const *command_plain_name (char const *name) ; /* start-mail, run_mail: mail */
extern char const *command_telling_folder (struct pool *pool, char const *directory) ; /* /srv/mail/dist: mail; 0: no folder tells anything */

/* Does the command put itself into the background? Writes the foreground form, ended by 0;
   no words if it is not known. */
struct foreground
{
  char const *init_script ; /* its name; 0: it is none */
  int init_is_known ; /* its other work has been taken over */
  int is_daemon ; /* a program that is known to serve, in the foreground or not */
  int in_background ;
  int may_leave ; /* a program that is known to serve: the same, if its configuration, or a variable, which was not looked at, says so */
  int unless_configured ; /* in_background, and no word can change that; its configuration may say otherwise */
  int by_letter ; /* in_background, as it is told -D or -d, and nobody knows the program, or by its name alone, which others may have */
  int is_guess ; /* it is told -D or -d, and nobody knows the program, perhaps behind an interpreter (python x -D) */
  int may_be_configured ; /* in_background, unless its configuration says otherwise, which argv overrules */
  int by_configuration ; /* in_background, unless its configuration file keeps it in the foreground */
  int is_supposed ; /* in_background, as the script went on behind it; its configuration, which says so or not, is not here */
  int may_stay ; /* in_background, unless its configuration file, which is not here, keeps it in the foreground */
  int is_configured ; /* in_background, but its configuration file keeps it in the foreground */
  int ends ; /* a daemon's program that only checks its configuration, or the like */
  int works ; /* command_ends() */
  int is_init_script ; /* `service x start`, /etc/init.d/x start */
  char const *argv[COMMAND_WORDS_MAX] ; /* argv[0] is 0: not known, or nothing to change */
  char const *mend ; /* words of advice, or 0 */
  int means_strays ;
} ;
/* What a program is for, by its own words; neither: nothing is known. */
extern int command_serves (char const *const *argv) ; /* servers.c: it serves, or works for ever: fastapi run, celery worker */
extern int command_ends (char const *const *argv) ; /* ends.c: it works and ends: manage.py migrate, npm ci, ollama pull */
extern int command_goes_on (char const *const *argv) ; /* ends.c: an option says that it stays until the other side ends it: curl -N URL, kubectl get pods -w */
extern int command_tests (char const *const *argv) ; /* npm test, yarn run test:e2e, pytest */
extern int command_is_program (char const *const *argv, unsigned int i) ; /* servers.c: is word i the program, perhaps behind what executes it? */
extern int command_leaves (char const *const *argv, struct foreground *foreground) ; /* leaves.c: 1: it is in its table, and *foreground is filled */
extern char const *const *command_program (char const *const *argv) ; /* program.c: the words from the program on, behind what executes it (nice, python, sh); argv itself if that is not certain */
extern char const *command_behind_env (struct statement const *statement, unsigned int first) ; /* behindenv.c: the name of word `first`, or of the program that env starts there */
extern void command_foreground (struct statement const *statement, unsigned int first, struct foreground *foreground) ;
/* The foreground form, argv, as shell words: those that the command has, too, are as they were written. */
extern char const *command_foreground_words (struct pool *pool, struct statement const *statement, unsigned int first, struct foreground const *foreground) ;

#endif
