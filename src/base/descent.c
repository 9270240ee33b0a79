#include "base/descent.h"

static void add (struct descent *set, pid_t pid, uint64_t started_ms)
{
  for (unsigned int i = 0 ; i < set->count ; i++)
    if (set->member[i].pid == pid)
    {
      set->member[i].started_ms = started_ms ; /* the process that had the pid before has ended */
      return ;
    }
  if (set->count < DESCENT_MAX) set->member[set->count++] = (struct descent_member) { .pid = pid, .started_ms = started_ms } ;
}

void descent_add (struct descent *set, pid_t child)
{
  struct process_look look ;
  add(set, child, process_look(child, &look) ? look.started_ms : 0) ;
}

struct following
{
  struct descent *set ;
  pid_t parent ;
} ;

static int each (pid_t pid, void *data)
{
  struct following *following = data ;
  struct process_look look ;
  if (process_look(pid, &look) && look.parent == following->parent) add(following->set, pid, look.started_ms) ;
  return following->set->count < DESCENT_MAX ;
}

/* Does the pid still belong to the process that was listed? If not, the children that were found
   are another process's. */
static int is_the_same (pid_t pid, uint64_t started_ms)
{
  struct process_look look ;
  return !started_ms || (process_look(pid, &look) && look.started_ms == started_ms) ;
}

static void follow (struct descent *set, pid_t pid, uint64_t started_ms)
{
  unsigned int before = set->count ;
  struct following following = { .set = set, .parent = pid } ;
  process_each_started_by(pid, &each, &following) ;
  if (!is_the_same(pid, started_ms)) set->count = before ;
}

/* The set is also the queue: each process that is added is followed in turn. */
void descent_follow (struct descent *set, pid_t pid)
{
  unsigned int first = set->count ;
  uint64_t started_ms = 0 ;
  for (unsigned int i = 0 ; i < set->count ; i++)
    if (set->member[i].pid == pid) started_ms = set->member[i].started_ms ;
  follow(set, pid, started_ms) ;
  for (unsigned int i = first ; i < set->count ; i++) follow(set, set->member[i].pid, set->member[i].started_ms) ;
}

void descent_ended (struct descent *set, pid_t pid)
{
  for (unsigned int i = 0 ; i < set->count ; i++)
    if (set->member[i].pid == pid)
    {
      set->member[i] = set->member[--set->count] ;
      return ;
    }
}

int descent_has (struct descent const *set, pid_t pid, struct process_look const *look)
{
  for (unsigned int i = 0 ; i < set->count ; i++)
    if (set->member[i].pid == pid)
      return !set->member[i].started_ms || (look && look->started_ms == set->member[i].started_ms) ;
  return 0 ;
}
