/* The processes in /proc, and to which service each belongs: for `reeve tree` and `reeve top`. */

#ifndef REEVE_CONTROL_PROCESSES_H
#define REEVE_CONTROL_PROCESSES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/view.h"

/* What processes use together. */
struct sum
{
  uint64_t cpu_ms ; /* CPU time of the processes themselves */
  uint64_t ended_ms ; /* CPU time of their children that have ended */
  uint64_t bytes ; /* memory */
  unsigned int count ; /* of processes */
  unsigned int at_most : 1 ; /* `bytes` is an upper bound: an unknown part is shared with other processes */
} ;

/* One process, as /proc describes it. */
struct process
{
  pid_t pid ;
  pid_t parent ;
  struct process *first ; /* its children, by pid */
  struct process *next ;
  uint64_t started ; /* clock ticks since the boot */
  struct sum sum ; /* memory: all that is resident, until processes_measure() */
  char name[32] ;
  char state ; /* a letter, as in /proc/PID/stat */
  unsigned int measured : 1 ; /* processes_measure() was called */
  unsigned int shown : 1 ; /* it was visited: it belongs to a service */
  unsigned int walking : 1 ; /* we are below it now. A pid that was used again while we read /proc could make a circle */
} ;

struct processes
{
  struct process *all ; /* by pid */
  size_t count ;
} ;

/* Reads all processes anew. At the first call processes->all is 0. Returns 1, or 0 with errno. */
extern int processes_look (struct processes *processes) ;
extern void processes_free (struct processes *processes) ;
/* Returns 0 when there is no process `pid`. */
extern struct process *processes_find (struct processes const *processes, pid_t pid) ;
/* Counts memory that the process shares with others only in part (PSS), if this user may read that. A
   second call does nothing. */
extern void processes_measure (struct process *process) ;
extern void processes_add (struct sum *sum, struct sum const *own) ;

/* Called for each process that is visited.
     depth  1: the first process; 2: a child of it; and so on
     mark   "stray", "check" and the like: what is special about the process; 0: nothing
     data   the caller's */
typedef void processes_visit (struct process *process, int depth, char const *mark, void *data) ;
/* Visits each process of the service `name`. Returns the process of its supervisor; 0: there is none. */
extern struct process *processes_of_service (struct processes *processes, char const *name, struct view const *view, processes_visit *visit, void *data) ;
/* Visits the process and all of its descendants. */
extern void processes_below (struct process *process, processes_visit *visit, void *data) ;
/* To be called when all services were visited. Visits the scanner's other children. These are strays, and
   nobody knows which service they belong to. Returns 0 when there are none. */
extern int processes_strays (struct process const *scanner, processes_visit *visit, void *data) ;

/* These three are safe to show on a terminal. */
#define PROCESSES_USER_MAX 64
extern char const *processes_user (pid_t pid) ; /* its user's name, or number; valid until the next call */
#define PROCESSES_COMMAND_MAX 4096
extern char const *processes_command (struct process const *process, char words[PROCESSES_COMMAND_MAX + 1]) ;
#define PROCESSES_MEMORY_MAX 32
extern char const *processes_memory (struct sum const *sum, char out[PROCESSES_MEMORY_MAX]) ; /* "<12.3 MB" */

#endif
