/* The supervisor of one service: its state, and who does what with it.

   reeve-supervise.c  start, the loop
   life.c             what happens next (pure)
   act.c              doing it: starting, stopping, publishing
   command.c          commands, orders and signals -> events
   publish.c          status, events, reports
   logger_input.c     the fifo between a service and its logger */

#ifndef REEVE_SUPERVISE_SUPERVISOR_H
#define REEVE_SUPERVISE_SUPERVISOR_H

#include <stdint.h>
#include <sys/types.h>

#include <skalibs/tai.h>

#include "service/settings.h"
#include "supervise/life.h"
#include "wire/status.h"

struct supervisor
{
  char const *name ; /* DIR as it was given: the service's name under a scanner */
  enum phase phase ;
  struct status status ; /* as published; its flags hold what is wanted */
  struct settings settings ; /* read at the last start; the stopping ones at the last stop */
  struct life_delay delay ;
  tain started ; /* monotonic: when ./run was last started */
  tain deadline ; /* monotonic; its meaning is the phase's */
  uint64_t up_ms ; /* how long the last ./run was up */
  pid_t group ; /* the process group of the last ./run: finish's fourth argument */
  uint32_t restarts ;
  unsigned int drain_restarts ; /* of a logger that runs dry */
  int reports ; /* descriptor of the scanner's fifo; -1: no scanner */
  int notification ; /* the reading end; -1: none expected */
  int logger_input ; /* a logger's: what holds its input open; -1: no logger */
  unsigned int has_deadline : 1 ;
  unsigned int last_event_heard : 1 ; /* somebody listens */
  unsigned int leaving : 1 ;
  unsigned int asked : 1 ; /* somebody asked for the end of ./run */
  unsigned int started_once : 1 ;
  unsigned int failed_for_good : 1 ; /* ./finish has exited 125 */
  unsigned int running_dry : 1 ; /* a logger whose input is no longer held open */
  unsigned int status_pending : 1 ; /* could not be published yet */
  unsigned int state_pending : 1 ;
  unsigned int report_pending : 1 ;
} ;

/* act.c: takes the step for `event`, and all that follow from it. */
extern void act (struct supervisor *s, enum life_event event) ;
/* SIGKILL, CONT, ... to ./run if it runs; `group` to its process group. */
extern void act_signal (struct supervisor *s, int sig, int group) ;
/* `r`: the down-signal, and the end counts as asked for. */
extern void act_restart (struct supervisor *s) ;
/* Reaps what has ended, and acts on it. */
extern void act_reap (struct supervisor *s) ;

/* command.c */
extern void command_letter (struct supervisor *s, char letter) ;
extern void command_order (struct supervisor *s, char order) ;
extern void command_signal (struct supervisor *s, int sig) ;
/* What ./run wrote to notification-fd. */
extern void command_notified (struct supervisor *s) ;

/* publish.c */
extern void publish_status (struct supervisor *s) ;
/* To every listener. */
extern void publish_event (struct supervisor *s, char event) ;
/* Retries what could not be written, and sends the report that is due.
   The caller's loop calls it once before each sleep. */
extern void publish_pending (struct supervisor *s) ;

/* logger_input.c */
/* A logger's supervisor: holds its input open. Done before the first start. */
extern void logger_input_hold (struct supervisor *s) ;
/* Lets go of it: the logger gets end of file when the last writer has gone. */
extern void logger_input_run_dry (struct supervisor *s) ;
/* Is there anything that the logger has not read? */
extern int logger_input_left (struct supervisor const *s) ;
/* Descriptors for the start of ./run, the caller's to close; -1: none. */
extern int logger_input_for_stdin (struct supervisor const *s) ;
extern int logger_input_for_stdout (struct supervisor const *s) ;

#endif
