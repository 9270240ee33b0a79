/* The processes of /proc, and which of them are a service's: for `reeve tree` and `reeve top`. */

#ifndef REEVE_CONTROL_PROCESSES_H
#define REEVE_CONTROL_PROCESSES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/view.h"

struct sum
{
  uint64_t cpu_ms ;
  uint64_t ended_ms ; /* CPU time of their children that have ended */
  uint64_t bytes ;
  unsigned int count ; /* of processes */
  unsigned int at_most : 1 ; /* some is shared with others, nobody tells how much */
} ;

/* What /proc says. */
struct process
{
  pid_t pid ;
  pid_t parent ;
  struct process *first ; /* its children, by pid */
  struct process *next ;
  uint64_t started ; /* clock ticks */
  struct sum sum ; /* resident, until processes_measure() */
  char name[32] ;
  char state ;
  unsigned int measured : 1 ;
  unsigned int shown : 1 ;
  unsigned int walking : 1 ; /* a pid that was used again while we read could make a circle */
} ;

struct processes
{
  struct process *all ; /* by pid */
  size_t count ;
} ;

/* Reads all anew; processes->all is kept, or 0 at first. Returns 0 with errno. */
extern int processes_look (struct processes *processes) ;
extern void processes_free (struct processes *processes) ;
/* 0: there is none. */
extern struct process *processes_find (struct processes const *processes, pid_t pid) ;
/* Its share of memory that is shared, where that may be read; once. */
extern void processes_measure (struct process *process) ;
extern void processes_add (struct sum *sum, struct sum const *own) ;

/* `mark`: what is special about it, 0: nothing. */
typedef void processes_visit (struct process *process, int depth, char const *mark, void *data) ;
/* Each process of the service, from depth 1 on. Returns its supervisor; 0: there is none. */
extern struct process *processes_of_service (struct processes *processes, char const *name, struct view const *view, processes_visit *visit, void *data) ;
extern void processes_below (struct process *process, processes_visit *visit, void *data) ;
/* What else is the scanner's child, when all services were visited, has been left behind. Returns
   0: nothing. */
extern int processes_strays (struct process const *scanner, processes_visit *visit, void *data) ;

/* For a terminal, in one line. */
#define PROCESSES_USER_MAX 64
extern char const *processes_user (pid_t pid) ; /* until the next call */
#define PROCESSES_COMMAND_MAX 4096
extern char const *processes_command (struct process const *process, char words[PROCESSES_COMMAND_MAX + 1]) ;
#define PROCESSES_MEMORY_MAX 32
extern char const *processes_memory (struct sum const *sum, char out[PROCESSES_MEMORY_MAX]) ; /* "<12.3 MB" */

#endif
