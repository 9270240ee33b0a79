#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/process.h"
#include "base/text.h"
#include "control/processes.h"
#include "service/name.h"

#define TEXT_MAX 4096
#define COMMAND_WIDTH 32
#define DEPTH_MAX 12 /* that is shown by indenting */
#define CMD_NAME "CMD"

struct tree
{
  struct processes processes ;
  struct sum reeve ; /* what it needs itself */
  unsigned int supervisors ;
} ;

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
  ssize_t len = process->state == 'Z' ? 0 : processes_read_proc(process->pid, "cmdline", words, TEXT_MAX) ;
  for (ssize_t i = 0 ; i + 1 < len ; i++)
    if (!words[i] || words[i] == '\n') words[i] = ' ' ;
  if (process->state == 'Z') mark = "zombie" ;
  snprintf(what, sizeof what, "%s%s%s%s", mark ? "(" : "", mark ? mark : "", mark ? ") " : "", len > 0 ? words : process->name) ;
  snprintf(pid, sizeof pid, "%ld", (long)process->pid) ;
  print_line(2 * (depth < DEPTH_MAX ? depth : DEPTH_MAX), what, pid, user_of(process->pid, user, sizeof user), own) ;
}

/* ---- services ---- */

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
  process = supervisor ? processes_find(&tree->processes, supervisor) : 0 ;
  if (process)
  {
    struct sum own ;
    process->shown = 1 ;
    tree->supervisors++ ;
    processes_add(&tree->reeve, process, &own) ;
    processes_walk_service(&tree->processes, name, supervisor, &view, &sum, 0) ;
  }
  snprintf(what, sizeof what, "%s  %s", name, view_state_name(view.state)) ;
  print_line(0, what, "", "", &sum) ;
  if (process) processes_walk_service(&tree->processes, name, supervisor, &view, &again, &print_process) ;
  return 1 ;
}

static void show_command (struct tree *tree)
{
  char after[1] ;
  struct view view ;
  struct sum sum = { .bytes = 0 } ;
  struct sum again = { .bytes = 0 } ;
  struct process *process = view_read_command(&view, after, sizeof after) && view.pid ? processes_find(&tree->processes, view.pid) : 0 ;
  if (!process) return ;
  processes_walk(&tree->processes, process, 1, 0, &sum, 0) ;
  print_line(0, CMD_NAME, "", "", &sum) ;
  processes_walk(&tree->processes, process, 1, 0, &again, &print_process) ;
}

/* Whatever else is the scanner's child has been left behind, by nobody knows whom; and what Reeve needs itself. */
static void show_rest (struct tree *tree)
{
  pid_t pid = services_scanner() ;
  struct process *scanner = pid ? processes_find(&tree->processes, pid) : 0 ;
  char what[64] ;
  char text[16] ;
  char user[64] ;
  struct sum own ;
  int any = 0 ;
  if (!scanner) return ;
  for (size_t i = 0 ; i < tree->processes.count ; i++)
  {
    struct sum sum = { .bytes = 0 } ;
    if (tree->processes.all[i].parent != pid || tree->processes.all[i].shown || tree->processes.all + i == scanner) continue ;
    if (!any) puts("of no service") ;
    any = 1 ;
    processes_walk(&tree->processes, tree->processes.all + i, 1, "stray", &sum, &print_process) ;
  }
  processes_add(&tree->reeve, scanner, &own) ;
  snprintf(what, sizeof what, "reeve-scan, %u supervisor%s", tree->supervisors, tree->supervisors == 1 ? "" : "s") ;
  snprintf(text, sizeof text, "%ld", (long)pid) ;
  print_line(0, what, text, user_of(pid, user, sizeof user), &tree->reeve) ;
}

int command_tree (struct request const *request)
{
  struct tree tree = { .supervisors = 0 } ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  if (!processes_learn(&tree.processes)) return EXIT_SYSTEM ;
  printf("%-*s %-7s %-10s %11s %12s\n", COMMAND_WIDTH, "SERVICE, PROCESSES", "PID", "USER", "CPU", "MEMORY") ;
  for (size_t i = 0 ; i < request->count && !code ; i++)
    if (!show_service(&tree, request->names[i]))
    {
      strerr_warnwu5sys("read the state of ", request->names[i], " in ", request->live, services_who_may()) ;
      code = EXIT_SYSTEM ;
    }
  if (!code && request->listed) show_command(&tree) ;
  if (!code && request->listed && !request->all) show_rest(&tree) ;
  free(tree.processes.all) ;
  return code ? code : page_end() ;
}
