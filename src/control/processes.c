#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/file.h"
#include "base/process.h"
#include "control/processes.h"

#define PATH_MAX_OF_PROC 64
#define TEXT_MAX 4096

ssize_t processes_read_proc (pid_t pid, char const *file, char *text, size_t max)
{
  char path[PATH_MAX_OF_PROC] ;
  snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, file) ;
  return file_read(AT_FDCWD, path, text, max) ;
}

/* Numbers of /proc/PID/stat, as proc(5) counts them; the state is 3. */
enum { FIELD_PARENT = 4, FIELD_USER = 14, FIELD_SYSTEM, FIELD_STARTED = 22, FIELD_PAGES = 24, FIELD_COUNT } ;

static int parse_stat (char *text, struct process *process)
{
  char *begin = strchr(text, '(') ;
  char *at = strrchr(text, ')') ; /* a name may contain some */
  int64_t fields[FIELD_COUNT] = { 0 } ;
  if (!begin || !at || strlen(at) < 3) return 0 ;
  *at = 0 ;
  snprintf(process->name, sizeof process->name, "%s", begin + 1) ;
  process->state = at[2] ;
  at += 3 ;
  for (size_t i = FIELD_PARENT ; i < FIELD_COUNT ; i++) fields[i] = strtoll(at, &at, 10) ;
  process->parent = (pid_t)fields[FIELD_PARENT] ;
  process->started = (uint64_t)fields[FIELD_STARTED] ;
  process->cpu_ms = (uint64_t)(fields[FIELD_USER] + fields[FIELD_SYSTEM]) * PROCESS_TICK_MS ;
  process->bytes = (uint64_t)fields[FIELD_PAGES] * (uint64_t)getpagesize() ;
  return 1 ;
}

static int by_pid (void const *a, void const *b)
{
  pid_t x = ((struct process const *)a)->pid ;
  pid_t y = ((struct process const *)b)->pid ;
  return (x > y) - (x < y) ;
}

static int add (pid_t pid, void *data)
{
  struct processes *tree = data ;
  struct process process = { .pid = pid } ;
  char text[TEXT_MAX + 1] ;
  struct process *more ;
  if (processes_read_proc(pid, "stat", text, TEXT_MAX) <= 0 || !parse_stat(text, &process)) return 1 ; /* it has ended */
  if (!(tree->count & (tree->count - 1)))
  {
    more = realloc(tree->all, (tree->count ? 2 * tree->count : 1) * sizeof *more) ;
    if (!more) return 0 ;
    tree->all = more ;
  }
  tree->all[tree->count++] = process ;
  return 1 ;
}

struct process *processes_find (struct processes const *tree, pid_t pid)
{
  struct process key = { .pid = pid } ;
  return tree->count ? bsearch(&key, tree->all, tree->count, sizeof key, &by_pid) : 0 ;
}

void processes_add (struct sum *sum, struct process const *process, struct sum *own)
{
  char text[TEXT_MAX + 1] ;
  char const *pss = processes_read_proc(process->pid, "smaps_rollup", text, TEXT_MAX) > 0 ? strstr(text, "\nPss:") : 0 ;
  *own = (struct sum) { .cpu_ms = process->cpu_ms, .bytes = pss ? strtoull(pss + 5, 0, 10) * 1024 : process->bytes, .at_most = !pss && process->bytes } ;
  sum->cpu_ms += own->cpu_ms ;
  sum->bytes += own->bytes ;
  sum->at_most |= own->at_most ;
  sum->count++ ;
}

void processes_walk (struct processes *tree, struct process *process, int depth, char const *mark, struct sum *sum, processes_print *print)
{
  struct sum own ;
  if (process->walking) return ;
  process->shown = process->walking = 1 ;
  processes_add(sum, process, &own) ;
  if (print) (*print)(process, depth, mark, &own) ;
  for (size_t i = 0 ; i < tree->count ; i++)
    if (tree->all[i].parent == process->pid && tree->all + i != process) processes_walk(tree, tree->all + i, depth + 1, 0, sum, print) ;
  process->walking = 0 ;
}

/* What a child of its supervisor is: 0 the service, or a part of it that is no child of its main
   process; "stray" what has outlived the main process. */
static char const *mark_of (struct processes const *tree, struct process const *child, struct view const *view, struct state const *state)
{
  struct process const *main_process = view->process ? processes_find(tree, view->process) : 0 ;
  if (child->pid == view->process || !strcmp(child->name, PROCESS_HELPER_NAME)) return 0 ;
  if (state && child->pid == state->check.pid) return "check" ;
  return main_process && main_process->started <= child->started ? 0 : "stray" ;
}

void processes_walk_service (struct processes *tree, char const *name, pid_t supervisor, struct view const *view, struct sum *sum, processes_print *print)
{
  struct state state ;
  int has_state = state_read(name, &state, 0) ;
  struct process *adopted = view->process ? processes_find(tree, view->process) : 0 ;
  if (adopted && adopted->parent != supervisor) processes_walk(tree, adopted, 1, 0, sum, print) ;
  for (size_t i = 0 ; i < tree->count ; i++)
    if (tree->all[i].parent == supervisor) processes_walk(tree, tree->all + i, 1, mark_of(tree, tree->all + i, view, has_state ? &state : 0), sum, print) ;
}

int processes_learn (struct processes *tree)
{
  *tree = (struct processes) { .count = 0 } ;
  if (!process_each(&add, tree))
  {
    strerr_warnwu1sys("list the processes in /proc") ;
    return 0 ;
  }
  qsort(tree->all, tree->count, sizeof *tree->all, &by_pid) ;
  return 1 ;
}
