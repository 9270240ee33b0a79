/* The values of supervisord.conf: its expansions, and commands, which are split like a shell's
   words, but not expanded by a shell. */

#ifndef REEVE_MIGRATE_SUPERVISORD_H
#define REEVE_MIGRATE_SUPERVISORD_H

#include "migrate/plan/plan.h"

/* The values of %(...)s. */
struct expansion
{
  char const *program ;
  char const *group ;
  int number ; /* of the process; in a template: of the first one */
  int is_template ; /* the process's number is known only in run */
  char const *count ; /* how many processes; 0: one */
  struct texts *lines ; /* of run, that the variables for its number need; 0: none are wanted */
  char const *here ; /* the folder of supervisord's configuration in the image; 0: not known */
} ;

/* X when the value is %(ENV_X)s and nothing else; 0: it is not. */
extern char const *supervisord_variable (struct pool *pool, char const *value) ;

/* A value as plain text: %(ENV_X)s becomes ${X}. */
extern char const *supervisord_plain (struct pool *pool, struct expansion const *expansion, char const *value) ;
/* A value as one word of a shell. */
extern char const *supervisord_word (struct pool *pool, struct expansion const *expansion, char const *value) ;
/* A command as words of a shell. *splits: becomes 1 if one of them is a variable that is not quoted. *todo: what is not certain; untouched otherwise. */
extern char const *supervisord_command (struct pool *pool, struct expansion const *expansion, char const *command, int *splits, char const **todo) ;
/* KEY="value",... as lines with export. Returns 0 when some of it makes no sense. */
extern int supervisord_environment (struct pool *pool, struct expansion const *expansion, char const *value, struct texts *lines) ;
/* A command that puts itself into the background gets its foreground form. is_restarted: supervisord started it again when it had left. */
extern void supervisord_foreground (struct plan *plan, struct service *service, int is_restarted, uint32_t line) ;

/* What [fcgi-program:x] says of its socket. */
struct fcgi
{
  char const *socket ; /* unix:///PATH, tcp://HOST:PORT */
  char const *owner ; /* 0: not said */
  char const *mode ;
  char const *user ; /* of the program; 0: root */
} ;
/* Has reeve-exec open it, for process `i` of `n`, and the command get it as its stdin. 0: the
   socket is not understood. */
extern int supervisord_fcgi (struct plan *plan, struct service *service, struct fcgi const *fcgi, int i, int n) ;

/* ":9001" of supervisord's page; 0: it has none. Claims nothing of the source. */
extern char const *supervisord_page (struct source const *source) ;
/* Does the text name the place? :9001 is not in :90010. */
extern int names_place (char const *text, char const *place) ;

extern void migrate_supervisord (struct plan *plan) ; /* the whole file */

#endif
