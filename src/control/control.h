/* The client: `reeve [-l LIVE] COMMAND ...`. One file per command; beside them, each with
   its own header, which says more

   reeve.c         options, the table of commands
   enter.c         which LIVE, and whether somebody is there
   owner.c         whose tree it is, for root
   caller.c        whether what is waited for waits for us
   services.c      which services there are
   try_lock.c      who has a service in the foreground
   match.c         which of them are meant
   view.c          what is known of one
   help.c          what there is, and completion
   page.c          printing within 80 columns
   why_end.c       how an end came about, in words
   terminal.c      a terminal for one program alone
   log_reader.c    what services have logged
   dependencies.c  which of them need which
   timeline.c      when each was ready, and whom it waited for
   processes.c     the processes of /proc, and whose they are
   log_tail.c      the last lines of a log
   backlog.c       output that a logger does not take
   told.c          starting several services in order
   likeness.c      as what a process runs
   await.c         sending commands, waiting for what they bring about
   signal.c        having a signal sent

   Every command but `check`, which executes reeve-check, works in LIVE, its working directory. Each returns the
   program's exit code. */

#ifndef REEVE_CONTROL_CONTROL_H
#define REEVE_CONTROL_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include <skalibs/tai.h>

#include "base/exit.h"

struct request
{
  char const *live ; /* for messages */
  char const *word ; /* what comes before the names: a signal, a state, a code; 0: none */
  char **names ; /* of services: all that are meant; for `check` directories */
  char **command ; /* of `exec`, and of `new` */
  size_t count ;
  tain deadline ; /* monotonic */
  unsigned int has_deadline : 1 ;
  unsigned int no_wait : 1 ;
  unsigned int json : 1 ;
  unsigned int dot : 1 ;
  unsigned int mermaid : 1 ;
  unsigned int follow : 1 ; /* `logs`: these four */
  unsigned int stamps : 1 ;
  unsigned int has_tail : 1 ;
  uint64_t tail ; /* lines */
  uint64_t since_ms ; /* 0: no limit */
  unsigned int all : 1 ;
  unsigned int only : 1 ; /* what depends on them, or they on, is left alone */
  unsigned int listed : 1 ; /* names are all that services_list() gives */
  unsigned int acts : 1 ; /* it is not about what is disabled, unless that is named */
  unsigned int owned : 1 ; /* names are to be freed by services_free() */
  unsigned int of_scanner : 1 ; /* it is the scanner that was told, not the service; another command may take that back without an event */
  char *const *leaving ; /* for `scale`: instances that are to go */
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
