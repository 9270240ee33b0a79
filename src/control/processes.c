#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "control/processes.h"
#include "control/view.h"

#define PATH_MAX_OF_PROC 64
#define STAT_MAX 4096

static ssize_t read_proc (pid_t pid, char const *file, char *text, size_t max)
{
  char path[PATH_MAX_OF_PROC] ;
  snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, file) ;
  return file_read(AT_FDCWD, path, text, max) ;
}

/* ---- reading ---- */

/* Fields of /proc/PID/stat, as proc(5) counts them; the state is field 3. */
enum { FIELD_PARENT = 4, FIELD_USER = 14, FIELD_SYSTEM, FIELD_ENDED_USER, FIELD_ENDED_SYSTEM, FIELD_STARTED = 22, FIELD_PAGES = 24, FIELD_COUNT } ;

static int parse_stat (char *text, struct process *process)
{
  char *begin = strchr(text, '(') ;
  char *at = strrchr(text, ')') ; /* the name may contain parentheses */
  int64_t fields[FIELD_COUNT] = { 0 } ;
  if (!begin || !at || strlen(at) < 3) return 0 ;
  *at = 0 ;
  snprintf(process->name, sizeof process->name, "%s", begin + 1) ;
  process->state = at[2] ;
  at += 3 ;
  for (size_t i = FIELD_PARENT ; i < FIELD_COUNT ; i++) fields[i] = strtoll(at, &at, 10) ;
  process->parent = (pid_t)fields[FIELD_PARENT] ;
  process->started = (uint64_t)fields[FIELD_STARTED] ;
  process->sum.cpu_ms = (uint64_t)(fields[FIELD_USER] + fields[FIELD_SYSTEM]) * PROCESS_TICK_MS ;
  process->sum.ended_ms = (uint64_t)(fields[FIELD_ENDED_USER] + fields[FIELD_ENDED_SYSTEM]) * PROCESS_TICK_MS ;
  process->sum.bytes = (uint64_t)fields[FIELD_PAGES] * (uint64_t)getpagesize() ;
  process->sum.count = 1 ;
  process->sum.at_most = !!process->sum.bytes ;
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
  struct processes *processes = data ;
  struct process process = { .pid = pid } ;
  char text[STAT_MAX + 1] ;
  struct process *more ;
  if (read_proc(pid, "stat", text, STAT_MAX) <= 0 || !parse_stat(text, &process)) return 1 ; /* the process has ended */
  if (!(processes->count & (processes->count - 1)))
  {
    more = realloc(processes->all, (processes->count ? 2 * processes->count : 1) * sizeof *more) ;
    if (!more) return 0 ;
    processes->all = more ;
  }
  processes->all[processes->count++] = process ;
  return 1 ;
}

int processes_look (struct processes *processes)
{
  processes->count = 0 ;
  if (!process_each(&add, processes)) return 0 ;
  qsort(processes->all, processes->count, sizeof *processes->all, &by_pid) ;
  for (struct process *child = processes->all + processes->count ; child-- > processes->all ; )
  {
    struct process *parent = processes_find(processes, child->parent) ;
    if (!parent || parent == child) continue ;
    child->next = parent->first ;
    parent->first = child ;
  }
  return 1 ;
}

void processes_free (struct processes *processes)
{
  free(processes->all) ;
}

struct process *processes_find (struct processes const *processes, pid_t pid)
{
  struct process key = { .pid = pid } ;
  return processes->count && pid ? bsearch(&key, processes->all, processes->count, sizeof key, &by_pid) : 0 ;
}

void processes_measure (struct process *process)
{
  char text[STAT_MAX + 1] ;
  char const *pss ;
  if (process->measured) return ;
  process->measured = 1 ;
  pss = read_proc(process->pid, "smaps_rollup", text, STAT_MAX) > 0 ? strstr(text, "\nPss:") : 0 ;
  if (!pss) return ;
  process->sum.bytes = strtoull(pss + 5, 0, 10) * 1024 ;
  process->sum.at_most = 0 ;
}

void processes_add (struct sum *sum, struct sum const *own)
{
  sum->cpu_ms += own->cpu_ms ;
  sum->ended_ms += own->ended_ms ;
  sum->bytes += own->bytes ;
  sum->at_most |= own->at_most ;
  sum->count += own->count ;
}

/* ---- whose they are ---- */

static void walk (struct process *process, int depth, char const *mark, processes_visit *visit, void *data)
{
  if (process->walking) return ;
  process->shown = process->walking = 1 ;
  (*visit)(process, depth, mark, data) ;
  for (struct process *child = process->first ; child ; child = child->next) walk(child, depth + 1, 0, visit, data) ;
  process->walking = 0 ;
}

/* Returns the mark of a child of the supervisor: "stray": it has outlived the main process; "check": a
   health check; 0: the main process, or another part of the service. */
static char const *mark_of (struct processes const *processes, struct process const *child, struct view const *view)
{
  struct process const *main_process = processes_find(processes, view->process) ;
  if (child->pid == view->process || !strcmp(child->name, PROCESS_HELPER_NAME)) return 0 ;
  if (view->check && child->pid == view->check) return "check" ;
  return main_process && main_process->started <= child->started ? 0 : "stray" ;
}

struct process *processes_of_service (struct processes *processes, char const *name, struct view const *view, processes_visit *visit, void *data)
{
  pid_t pid = view->state == STATE_UNSUPERVISED || view->state == STATE_DISABLED ? 0 : view_supervisor(name) ;
  struct process *supervisor = processes_find(processes, pid) ;
  struct process *adopted = processes_find(processes, view->process) ;
  if (!supervisor) return 0 ;
  supervisor->shown = 1 ;
  if (adopted && adopted->parent != pid) walk(adopted, 1, 0, visit, data) ;
  for (struct process *child = supervisor->first ; child ; child = child->next) walk(child, 1, mark_of(processes, child, view), visit, data) ;
  return supervisor ;
}

void processes_below (struct process *process, processes_visit *visit, void *data)
{
  walk(process, 1, 0, visit, data) ;
}

int processes_strays (struct process const *scanner, processes_visit *visit, void *data)
{
  int any = 0 ;
  for (struct process *child = scanner->first ; child ; child = child->next)
  {
    if (child->shown) continue ;
    any = 1 ;
    walk(child, 1, "stray", visit, data) ;
  }
  return any ;
}

/* ---- words ---- */

char const *processes_user (pid_t pid)
{
  static uid_t last = (uid_t)-1 ; /* most processes have the same user as the one before */
  static char name[PROCESSES_USER_MAX] ;
  uid_t uid ;
  gid_t gid ;
  struct passwd const *pw ;
  if (!process_user(pid, &uid, &gid)) return "?" ;
  if (uid == last) return name ;
  pw = getpwuid(uid) ;
  if (pw) snprintf(name, sizeof name, "%s", pw->pw_name) ;
  else snprintf(name, sizeof name, "%lu", (unsigned long)uid) ;
  text_make_printable(name, strlen(name)) ;
  last = uid ;
  return name ;
}

char const *processes_command (struct process const *process, char words[PROCESSES_COMMAND_MAX + 1])
{
  ssize_t len = process->state == 'Z' ? 0 : read_proc(process->pid, "cmdline", words, PROCESSES_COMMAND_MAX) ;
  for (ssize_t i = 0 ; i + 1 < len ; i++)
    if (!words[i] || words[i] == '\n') words[i] = ' ' ;
  if (len <= 0) snprintf(words, PROCESSES_COMMAND_MAX, "%s", process->name) ;
  text_make_printable(words, strlen(words)) ;
  for (char *at = words ; (at = strchr(at, '\n')) ; ) *at = ' ' ;
  return words ;
}

char const *processes_memory (struct sum const *sum, char out[PROCESSES_MEMORY_MAX])
{
  snprintf(out, PROCESSES_MEMORY_MAX, "%s%ju.%ju MB", sum->at_most ? "<" : "", (uintmax_t)(sum->bytes / 1000000), (uintmax_t)(sum->bytes / 100000 % 10)) ;
  return out ;
}
