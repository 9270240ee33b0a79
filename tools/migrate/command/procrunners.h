/* What starts the processes of a Procfile: foreman and its like, each with its own ways. Pure. */

#ifndef REEVE_MIGRATE_PROCRUNNERS_H
#define REEVE_MIGRATE_PROCRUNNERS_H

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/plan/plan.h"

/* How the image starts the processes. */
struct procrun
{
  char const *name ; /* foreman */
  char const *command ; /* all words, for messages */
  char const *procfile ; /* the one that it reads; 0: ./Procfile */
  char const *folder ; /* it works there; 0: in the image's working directory */
  char const *env ; /* files of variables; 0: .env, "": none */
  int env_in_folder ; /* it looks for .env in `folder` */
  int env_keeps ; /* a variable that is set stays, or it is not known what it does with one */
  struct configuration *env_files ; /* those that COPY brings; 0: none, or not all of them */
  char const *settings ; /* a file that may hold options, too; 0: none */
  char const *counts ; /* web=1,worker=3; 0: one of each */
  char const *wanted ; /* names with commas between them; 0: all */
  char const *ignored ;
  char const *can_die ; /* these do not end the others; "all" */
  char const *restarts ; /* these are started again; "all" */
  char const *signals ; /* web=TERM,worker=INT */
  char const *signal ; /* that all others get at the end; 0: TERM */
  int only_failures_end ; /* a process that ends with 0 does not end the others */
  int is_other ; /* it is not told to start processes, but to do something else: run */
  int is_mixed ; /* `wanted` has numbers: web=2,worker */
  int unnamed_is_none ; /* counts without `all`: those that they do not name are not started */
  unsigned int port ; /* of the first process */
  unsigned int own_port ; /* the same, by its options; 0: these have none */
  char const *own_text ; /* the variable that they have for it, which docker run may change; 0: a number */
  unsigned int next_port ; /* the next process has so many more */
  int no_ports ; /* no process gets one */
  int takes_port ; /* it counts from the PORT that it gets */
  int has_env_port ; /* `port` is that of its files of variables */
  unsigned int timeout ; /* seconds until it killed what did not end; 0: its own 5, or none */
  unsigned int image_port ; /* the image's PORT, from which it counts; 0: from a number of its own, or of its options */
  unsigned int port_step ; /* each further instance of one has so many more */
  int counts_all_lines ; /* PORT counts the Procfile's lines, not the processes that are started */
  struct texts unclear ; /* words with a variable that is not known */
  struct texts computed ; /* words whose variables are the Dockerfile's */
} ;

/* Is it one of them? */
extern int procrunner_is (char const *name) ;
/* The name of the i-th one; 0: there are no more. */
extern char const *procrunner_name (unsigned int i) ;

/* From the command that the image executes; 0: it executes none of them. */
extern struct procrun *procrun_read (struct dockerfile const *dockerfile, struct docker_start const *start) ;

/* Is the name in the list (a,b)? `all` is every name. 0: there is no list. */
extern int procrun_lists (char const *list, char const *name) ;
/* The value of `name` in NAME=VALUE,NAME=VALUE, or that of `all`; 0: it has none. */
extern char const *procrun_value (struct pool *pool, char const *list, char const *name) ;
/* How many of the process; "0": none. */
extern char const *procrun_count (struct pool *pool, struct procrun const *run, char const *name) ;

/* What was before the runner (bundle exec, poetry run) was before each of its processes. */
extern void procrun_prefix (struct plan *plan, char const *prefix) ;

#endif
