#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "control/control.h"
#include "service/name.h"

#define PATH_MAX_OF_PROC 64
#define TEXT_MAX 4096
#define COMMAND_WIDTH 32
#define DEPTH_MAX 12 /* that is shown by indenting */
#define CMD_NAME "CMD"

/* What /proc says. */
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
  unsigned int at_most : 1 ; /* some is shared with others, nobody tells how much */
} ;

struct tree
{
  struct process *all ; /* by pid */
  size_t count ;
  struct sum reeve ; /* what it needs itself */
  unsigned int supervisors ;
} ;

/* ---- /proc ---- */

static ssize_t read_proc (pid_t pid, char const *file, char *text, size_t max)
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
  struct tree *tree = data ;
  struct process process = { .pid = pid } ;
  char text[TEXT_MAX + 1] ;
  struct process *more ;
  if (read_proc(pid, "stat", text, TEXT_MAX) <= 0 || !parse_stat(text, &process)) return 1 ; /* it has ended */
  if (!(tree->count & (tree->count - 1)))
  {
    more = realloc(tree->all, (tree->count ? 2 * tree->count : 1) * sizeof *more) ;
    if (!more) return 0 ;
    tree->all = more ;
  }
  tree->all[tree->count++] = process ;
  return 1 ;
}

static struct process *find (struct tree const *tree, pid_t pid)
{
  struct process key = { .pid = pid } ;
  return tree->count ? bsearch(&key, tree->all, tree->count, sizeof key, &by_pid) : 0 ;
}

/* In proportion, where memory is shared, if that may be read. */
static void add_memory (struct sum *sum, struct process const *process, struct sum *own)
{
  char text[TEXT_MAX + 1] ;
  char const *pss = read_proc(process->pid, "smaps_rollup", text, TEXT_MAX) > 0 ? strstr(text, "\nPss:") : 0 ;
  *own = (struct sum) { .cpu_ms = process->cpu_ms, .bytes = pss ? strtoull(pss + 5, 0, 10) * 1024 : process->bytes, .at_most = !pss && process->bytes } ;
  sum->cpu_ms += own->cpu_ms ;
  sum->bytes += own->bytes ;
  sum->at_most |= own->at_most ;
}

/* ---- lines ---- */

static char const *user_of (pid_t pid, char *out, size_t size)
{
  static uid_t last = (uid_t)-1 ; /* most have the same */
  static char name[64] ;
  uid_t uid ;
  gid_t gid ;
  struct passwd const *pw ;
  if (!process_user(pid, &uid, &gid)) return "?" ;
  if (uid != last)
  {
    pw = getpwuid(uid) ;
    if (pw) snprintf(name, sizeof name, "%s", pw->pw_name) ;
    else snprintf(name, sizeof name, "%lu", (unsigned long)uid) ;
    last = uid ;
  }
  snprintf(out, size, "%s", name) ;
  return out ;
}

static void print_line (int indent, char const *what, char const *pid, char const *user, struct sum const *sum)
{
  char cpu[PAGE_DURATION_MAX] ;
  char memory[32] ;
  char text[TEXT_MAX + 1] ;
  int room = COMMAND_WIDTH - indent ;
  int cut ;
  snprintf(text, sizeof text, "%s", what) ;
  cut = (int)strlen(text) > room ;
  if (cut) text[room - 2] = 0 ;
  text_make_printable(text, strlen(text)) ;
  for (char *at = text ; (at = strchr(at, '\n')) ; ) *at = ' ' ;
  snprintf(memory, sizeof memory, "%s%ju.%ju MB", sum->at_most ? "<" : "", (uintmax_t)(sum->bytes / 1000000), (uintmax_t)(sum->bytes / 100000 % 10)) ;
  printf("%*s%s%*s %-7s %-10.10s %11s %12s\n", indent, "", text, room - (int)strlen(text), cut ? ".." : "", pid, user, page_duration(cpu, sum->cpu_ms), memory) ;
}

/* Its command; before that what is special about it. */
static void print_process (struct process const *process, int depth, char const *mark, struct sum const *own)
{
  char words[TEXT_MAX + 1] ;
  char what[TEXT_MAX + 64] ;
  char pid[16] ;
  char user[64] ;
  ssize_t len = process->state == 'Z' ? 0 : read_proc(process->pid, "cmdline", words, TEXT_MAX) ;
  for (ssize_t i = 0 ; i + 1 < len ; i++)
    if (!words[i] || words[i] == '\n') words[i] = ' ' ;
  if (process->state == 'Z') mark = "zombie" ;
  snprintf(what, sizeof what, "%s%s%s%s", mark ? "(" : "", mark ? mark : "", mark ? ") " : "", len > 0 ? words : process->name) ;
  snprintf(pid, sizeof pid, "%ld", (long)process->pid) ;
  print_line(2 * (depth < DEPTH_MAX ? depth : DEPTH_MAX), what, pid, user_of(process->pid, user, sizeof user), own) ;
}

/* Lines are printed by one walk, sums needed before them by another. */
static void walk (struct tree *tree, struct process *process, int depth, char const *mark, struct sum *sum, int print)
{
  struct sum own ;
  if (process->walking) return ;
  process->shown = process->walking = 1 ;
  add_memory(sum, process, &own) ;
  if (print) print_process(process, depth, mark, &own) ;
  for (size_t i = 0 ; i < tree->count ; i++)
    if (tree->all[i].parent == process->pid && tree->all + i != process) walk(tree, tree->all + i, depth + 1, 0, sum, print) ;
  process->walking = 0 ;
}

/* ---- services ---- */

/* What a child of its supervisor is: 0 the service, or a part of it that is no child of its main
   process; "stray" what has outlived the main process. */
static char const *mark_of (struct tree const *tree, struct process const *child, struct view const *view, struct state const *state)
{
  struct process const *main_process = view->process ? find(tree, view->process) : 0 ;
  if (child->pid == view->process || !strcmp(child->name, PROCESS_HELPER_NAME)) return 0 ;
  if (state && child->pid == state->check.pid) return "check" ;
  return main_process && main_process->started <= child->started ? 0 : "stray" ;
}

static void show_children (struct tree *tree, char const *name, pid_t supervisor, struct view const *view, struct sum *sum, int print)
{
  struct state state ;
  int has_state = state_read(name, &state, 0) ;
  struct process *adopted = view->process ? find(tree, view->process) : 0 ;
  if (adopted && adopted->parent != supervisor) walk(tree, adopted, 1, 0, sum, print) ;
  for (size_t i = 0 ; i < tree->count ; i++)
    if (tree->all[i].parent == supervisor) walk(tree, tree->all + i, 1, mark_of(tree, tree->all + i, view, has_state ? &state : 0), sum, print) ;
}

/* Returns 0 when its state cannot be read. */
static int show_service (struct tree *tree, char const *name)
{
  char what[SERVICE_NAME_MAX + 64] ;
  struct view view ;
  struct sum sum = { .bytes = 0 } ;
  struct sum again = { .bytes = 0 } ;
  pid_t supervisor ;
  struct process *process ;
  if (!view_read(&view, name)) return 0 ;
  supervisor = view.state == STATE_UNSUPERVISED ? 0 : view_supervisor(name) ;
  process = supervisor ? find(tree, supervisor) : 0 ;
  if (process)
  {
    struct sum own ;
    process->shown = 1 ;
    tree->supervisors++ ;
    add_memory(&tree->reeve, process, &own) ;
    show_children(tree, name, supervisor, &view, &sum, 0) ;
  }
  snprintf(what, sizeof what, "%s  %s", name, view_state_name(view.state)) ;
  print_line(0, what, "", "", &sum) ;
  if (process) show_children(tree, name, supervisor, &view, &again, 1) ;
  return 1 ;
}

static void show_command (struct tree *tree)
{
  char after[1] ;
  struct view view ;
  struct sum sum = { .bytes = 0 } ;
  struct sum again = { .bytes = 0 } ;
  struct process *process = view_read_command(&view, after, sizeof after) && view.pid ? find(tree, view.pid) : 0 ;
  if (!process) return ;
  walk(tree, process, 1, 0, &sum, 0) ;
  print_line(0, CMD_NAME, "", "", &sum) ;
  walk(tree, process, 1, 0, &again, 1) ;
}

/* Whatever else is the scanner's child has been left behind, by nobody knows whom; and what Reeve needs itself. */
static void show_rest (struct tree *tree)
{
  pid_t pid = services_scanner() ;
  struct process *scanner = pid ? find(tree, pid) : 0 ;
  char what[64] ;
  char text[16] ;
  char user[64] ;
  struct sum own ;
  int any = 0 ;
  if (!scanner) return ;
  for (size_t i = 0 ; i < tree->count ; i++)
  {
    struct sum sum = { .bytes = 0 } ;
    if (tree->all[i].parent != pid || tree->all[i].shown || tree->all + i == scanner) continue ;
    if (!any) puts("of no service") ;
    any = 1 ;
    walk(tree, tree->all + i, 1, "stray", &sum, 1) ;
  }
  add_memory(&tree->reeve, scanner, &own) ;
  snprintf(what, sizeof what, "reeve-scan, %u supervisor%s", tree->supervisors, tree->supervisors == 1 ? "" : "s") ;
  snprintf(text, sizeof text, "%ld", (long)pid) ;
  print_line(0, what, text, user_of(pid, user, sizeof user), &tree->reeve) ;
}

int command_tree (struct request const *request)
{
  struct tree tree = { .count = 0 } ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  if (!process_each(&add, &tree))
  {
    strerr_warnwu1sys("list the processes in /proc") ;
    return EXIT_SYSTEM ;
  }
  qsort(tree.all, tree.count, sizeof *tree.all, &by_pid) ;
  printf("%-*s %-7s %-10s %11s %12s\n", COMMAND_WIDTH, "SERVICE, PROCESSES", "PID", "USER", "CPU", "MEMORY") ;
  for (size_t i = 0 ; i < request->count && !code ; i++)
    if (!show_service(&tree, request->names[i]))
    {
      strerr_warnwu5sys("read the state of ", request->names[i], " in ", request->live, services_who_may()) ;
      code = EXIT_SYSTEM ;
    }
  if (!code && request->listed) show_command(&tree) ;
  if (!code && request->listed && !request->all) show_rest(&tree) ;
  free(tree.all) ;
  return code ? code : page_end() ;
}
