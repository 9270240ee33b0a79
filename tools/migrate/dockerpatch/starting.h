/* Looking for the input among the words that the image executes: what dockerstart.c and
   dockerwords.c share. */

#ifndef REEVE_MIGRATE_STARTING_H
#define REEVE_MIGRATE_STARTING_H

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/shell/shell.h"

struct starting
{
  struct dockerfile const *dockerfile ;
  struct pool *pool ;
  struct texts names ; /* that the input has in the image */
  struct texts words ; /* that the image executes */
  int by_file ; /* only what names the input's own file executes it: supervisord -c FILE */
  int is_read ; /* another program reads the input: one of the names is executed in its place */
  unsigned int nentrypoint ; /* of these, ENTRYPOINT's, when it gets more from docker run */
  struct docker_script *scripts ; /* of the build context */
  char const *code ; /* of the script that is looked into */
  struct statement const *given ; /* that executes the input there, */
  unsigned int given_from ; /* and gives it these words */
  struct docker_start *start ;
} ;

/* They wait, and become the command behind their --. */
#define WAITERS "wait-for-it wait-for-it.sh wait-for wait-for.sh waitforit waitforit.sh"

extern int is_starter (char const *word) ; /* it only starts another program, as sh and tini do */
extern int env_sets (char const *word, char const *next) ; /* env -u X, env X=1: more than the start of a program */
extern int takes_code (char const *option) ; /* -c, -euc of a shell: the next word is code */
/* bundle (exec), poetry (run), ...: it makes the programs of a project known to what it starts. */
extern int is_project_starter (char const *word) ;
/* The program that word `i` is: also "${SUPERVISORD:-/usr/bin/supervisord}", or a variable that the script sets once. */
extern char const *executed_word (struct starting const *s, struct statement const *statement, unsigned int i) ;
extern int starts_supervisor (struct statement const *statement) ; /* service supervisor start */

/* Of `-c FILE`, `--configuration=FILE` and the like, behind `at`; 0: there is none. */
extern char const *option_value (struct pool *pool, struct text const *at, char const *letter, char const *name) ;

/* Can it only be a program, and no script? Interpreters, servers and tools. */
extern int is_known_program (struct starting const *s, char const *word) ;

/* ---- dockerstart.c ---- */
/* The last ENTRYPOINT, and the last CMD that it is given; 0: there is none. */
extern void find_instructions (struct dockerfile const *dockerfile, struct instruction **entrypoint, struct instruction **cmd) ;
extern void add_start_words (struct starting *s) ; /* what the image executes; also whose line that is, and a CMD that is lost */

/* ---- dockerahead.c ---- */
extern char const *executed_name (char const *word) ; /* without folders; of supervisor.supervisord, as of python -m, supervisord */
extern int names_input (struct starting const *s, char const *word) ;
extern char const *keep_options (struct pool *pool, char const *before, char const *word) ; /* -e, -u, -x, as `set` has them */
extern void set_prefix (struct starting *s, struct texts const *words) ; /* bundle exec */
/* What is ahead of the input, in start->front and start->entrypoint, without tini -g -- , sh -x, sudo -u app, and the like, the loss of which a TODO
   says. The shell of a script that stays is in the new ENTRYPOINT as well: such a script need not be executable. */
extern void add_front (struct starting *s, struct statement const *statement, unsigned int end) ; /* its words ahead of word `end` */
extern void add_front_words (struct starting *s, struct text const *until) ; /* of the words that are executed; 0: all of them */
extern void set_arguments (struct starting *s, struct texts const *words) ;

/* ---- dockercode.c ---- */
extern void set_command (struct starting *s, struct statement const *statement, unsigned int i) ; /* from its word `i` on */
extern void find_in_code (struct starting *s) ;

/* CMD bash /entry.sh: the words of the shell's only command, in place of the shell. */
extern void open_code (struct starting *s) ;

/* dockerkeep.c: the last command of the code, but for what only kept the container alive (tail -f, sleep infinity),
   which *kept is set to; 0: there is none. */
extern struct statement *last_work (struct statement *list, struct statement **kept) ;
extern struct statement *ahead_of_pipe (struct statement *statement) ; /* /start.sh 2>&1 | tee LOG: the first command; any other statement as it is */

/* When none of the input's names is there, one of the programs is taken for it: one that executes
   "$@" comes first, another one last. Arguments count when they look like a script, and not at all
   behind a program that is known to be none. */
extern char const *guess_name (struct starting *s, char const *text) ;

/* ---- shellscript.c ---- */
/* Is the file one for a shell? Without a #!, only if a shell reads it, or its name says so. */
extern int is_shell_script (char const *path, char const *text, int of_shell) ;

/* ---- moved.c ---- */
extern void add_moved_names (struct starting *s) ; /* s->names: those that a RUN gives to the input by ln, mv, cp or install */
/* COPY <<"EOF" /start.sh: the text of the file at *place in the image, which a RUN may have moved there: *place becomes where COPY has it.
   0: it is no such file. *expanded is set to a file whose variables the builder expands, as there are no quotes: its text is not known. */
extern char const *document_at (struct dockerfile const *dockerfile, char const **place, char const **expanded) ;

#endif
