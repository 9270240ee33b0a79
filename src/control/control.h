/* The client: `reeve [-l LIVE] COMMAND ...`. Each command is a file of its own. What several commands need
   is in these files; their headers say more:

   reeve.c         options, and the table of commands
   enter.c         finds LIVE, and waits for its scanner
   owner.c         root takes the rights of the user whose tree it is
   caller.c        finds out whether a service waits for this very command
   services.c      lists services and templates, and finds the scanner
   match.c         finds the services that names and patterns mean
   view.c          reads what is known of a service
   dependencies.c  reads what each service needs
   await.c         sends commands to supervisors, and waits for what they bring about
   told.c          starts several services in order
   signal.c        asks a supervisor to send a signal
   try_lock.c      keeps other commands away from a service that `reeve try` runs
   likeness.c      reads how a process runs: user, limits, environment
   processes.c     reads /proc, and finds the processes of a service
   log_reader.c    reads what services have logged
   log_tail.c      reads the last lines of a log
   backlog.c       finds loggers that are stuck
   timeline.c      finds when each service was ready, and what it waited for
   why_end.c       describes the end of a service
   page.c          prints within 80 columns
   terminal.c      uses the whole terminal
   help.c          prints the help, and the completion of shells

   Every command works in LIVE, its working directory. (`check` and `new` do not need LIVE.) Every command
   returns the exit code of the program. */

#ifndef REEVE_CONTROL_CONTROL_H
#define REEVE_CONTROL_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include <skalibs/tai.h>

#include "base/exit.h"

/* What the user has typed. */
struct request
{
  char const *live ; /* the path of LIVE, for messages */
  char const *word ; /* what comes before the names: a signal, a state, a code; 0: none */
  char **names ; /* of the services that are meant; of `check`: directories */
  char **command ; /* of `exec` and `new` */
  size_t count ; /* of the names */
  tain deadline ; /* --timeout, by the monotonic clock; see has_deadline */
  unsigned int has_deadline : 1 ;
  unsigned int no_wait : 1 ; /* -n of commands that wait */
  unsigned int json : 1 ; /* --json */
  unsigned int dot : 1 ; /* --dot */
  unsigned int mermaid : 1 ; /* --mermaid */
  unsigned int follow : 1 ; /* -f */
  unsigned int stamps : 1 ; /* -t of `logs` */
  unsigned int has_tail : 1 ; /* -n of `logs` was given */
  uint64_t tail ; /* -n of `logs`: lines */
  uint64_t since_ms ; /* --since of `logs`; 0: no limit */
  unsigned int all : 1 ; /* --all */
  unsigned int only : 1 ; /* --only: dependencies and dependents are left alone */
  unsigned int listed : 1 ; /* the user gave no names: `names` are all that services_list() gives */
  unsigned int acts : 1 ; /* the command changes services, or waits for them: disabled ones are meant only if they are named */
  unsigned int owned : 1 ; /* `names` are allocated, for services_free() */
  unsigned int of_scanner : 1 ; /* the order went to the scanner, not to the service. Another command may revoke it, and no event tells that */
  char *const *leaving ; /* of `scale`: the instances that are to go */
  size_t leaving_count ;
} ;

/* ---- the commands, a file each ---- */

extern int command_status (struct request const *request) ;
extern int command_start (struct request const *request) ;
extern int command_stop (struct request const *request) ;
extern int command_restart (struct request const *request) ;
extern int command_reload (struct request const *request) ;
extern int command_kill (struct request const *request) ;
extern int command_wait (struct request const *request) ;
extern int command_scale (struct request const *request) ; /* word: how many; names: of templates */
extern int command_rescan (struct request const *request) ;
extern int command_upgrade (struct request const *request) ;
extern int command_shutdown (struct request const *request) ;
extern int command_graph (struct request const *request) ;
extern int command_exec (struct request const *request) ;
extern int command_env (struct request const *request) ;
extern int command_try (struct request const *request) ;
extern int command_disable (struct request const *request) ;
extern int command_enable (struct request const *request) ;
extern int command_new (struct request const *request) ; /* word: a path; names: a command; not in LIVE */
extern int command_tree (struct request const *request) ;
extern int command_logs (struct request const *request) ;
extern int command_blame (struct request const *request) ;
extern int command_critical_chain (struct request const *request) ;
extern int command_plot (struct request const *request) ;
extern int command_top (struct request const *request) ;
extern int command_events (struct request const *request) ;
extern int command_metrics (struct request const *request) ;
extern int command_why (struct request const *request) ;
extern int command_check (struct request const *request) ; /* names: directories; not in LIVE */

#endif
