/* The processes that /proc shows, and whose they are. */

#ifndef REEVE_CONTROL_PROCESSES_H
#define REEVE_CONTROL_PROCESSES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/control.h"

struct process
{
  pid_t pid ;
  pid_t parent ;
  uint64_t started ; /* clock ticks */
  uint64_t cpu_ms ;
  uint64_t bytes ; /* resident */
  char name[32] ;
  char state ;
  unsigned int shown : 1 ;
  unsigned int walking : 1 ; /* a pid that was used again while we read could make a circle */
} ;

struct sum
{
  uint64_t cpu_ms ;
  uint64_t bytes ;
  unsigned int count ;
  unsigned int at_most : 1 ; /* some is shared with others, nobody tells how much */
} ;

struct processes
{
  struct process *all ; /* by pid; allocated */
  size_t count ;
} ;

/* Returns 0 when that cannot be learnt, which has been said. */
extern int processes_learn (struct processes *tree) ;
/* 0: there is none. */
extern struct process *processes_find (struct processes const *tree, pid_t pid) ;
/* A file of /proc/PID, a NUL behind it: its length, or -1 with errno. */
extern ssize_t processes_read_proc (pid_t pid, char const *file, char *text, size_t max) ;
/* Adds one process to the sum; of memory that is shared, its part, if that may be read. *own is its own. */
extern void processes_add (struct sum *sum, struct process const *process, struct sum *own) ;

/* Called for each; `mark`: what is special about it, or 0. */
typedef void processes_print (struct process const *process, int depth, char const *mark, struct sum const *own) ;
/* Adds up a process and what descends from it; lines are printed by one walk, sums needed before
   them by another, for which `print` is 0. */
extern void processes_walk (struct processes *tree, struct process *process, int depth, char const *mark, struct sum *sum, processes_print *print) ;
/* The same for all that belongs to a service. */
extern void processes_walk_service (struct processes *tree, char const *name, pid_t supervisor, struct view const *view, struct sum *sum, processes_print *print) ;

#endif
