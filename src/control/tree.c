#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/json.h"
#include "control/control.h"
#include "control/page.h"
#include "control/processes.h"
#include "control/services.h"
#include "control/view.h"
#include "service/name.h"
#include "wire/channels.h"

#define COMMAND_WIDTH_MIN 8
#define ALL_COLUMNS_FROM 72 /* a narrower terminal shows no users and no CPU time */
#define USER_COLUMNS 10
#define DEPTH_MAX 12 /* deeper processes are not indented further */
#define CMD_NAME "CMD"
#define SUPERVISOR_NAME "reeve-supervise" /* the kernel keeps 15 characters of a name: this one fits */

struct tree
{
  struct request const *request ;
  struct processes processes ;
  struct sum reeve ; /* what the scanner and the supervisors use */
  struct sum sum ; /* what the visited processes use */
  unsigned int supervisors ;
  int width ; /* columns of the first column */
  int has_room ; /* the terminal is wide enough for all columns */
  char const *between ; /* JSON: what to print before the next object */
} ;

static void add_to_sum (struct process *process, int depth, char const *mark, void *data)
{
  struct tree *tree = data ;
  (void)depth ;
  (void)mark ;
  processes_measure(process) ;
  processes_add(&tree->sum, &process->sum) ;
}

/* ---- lines ---- */

static void print_line (struct tree const *tree, int indent, char const *what, char const *pid, char const *user, struct sum const *sum)
{
  char cpu[PAGE_DURATION_MAX] ;
  char memory[PROCESSES_MEMORY_MAX] ;
  if (indent > tree->width - COMMAND_WIDTH_MIN) indent = tree->width - COMMAND_WIDTH_MIN ;
  printf("%*s", indent, "") ;
  page_put_cell(stdout, what, (size_t)(tree->width - indent)) ;
  printf(" %-7s", pid) ;
  if (tree->has_room)
  {
    putchar(' ') ;
    page_put_cell(stdout, user, USER_COLUMNS) ;
    printf(" %11s", page_duration(cpu, sum->cpu_ms)) ;
  }
  printf(" %12s\n", processes_memory(sum, memory)) ;
}

/* Prints the mark of the process, if it has one, and its command. */
static void print_process (struct process *process, int depth, char const *mark, void *data)
{
  char words[PROCESSES_COMMAND_MAX + 1] ;
  char what[PROCESSES_COMMAND_MAX + 64] ;
  char pid[16] ;
  if (process->state == 'Z') mark = "zombie" ;
  snprintf(what, sizeof what, "%s%s%s%s", mark ? "(" : "", mark ? mark : "", mark ? ") " : "", processes_command(process, words)) ;
  snprintf(pid, sizeof pid, "%ld", (long)process->pid) ;
  print_line(data, 2 * (depth < DEPTH_MAX ? depth : DEPTH_MAX), what, pid, processes_user(process->pid), &process->sum) ;
}

/* ---- JSON ---- */

static void print_sum (struct sum const *sum)
{
  printf("\"cpu_ms\":%ju,\"memory\":%ju,\"memory_is_shared\":%s", (uintmax_t)sum->cpu_ms, (uintmax_t)sum->bytes, sum->at_most ? "true" : "false") ;
}

static void print_object (struct process *process, int depth, char const *mark, void *data)
{
  struct tree *tree = data ;
  char words[PROCESSES_COMMAND_MAX + 1] ;
  (void)depth ;
  printf("%s\n    {\"pid\":%ld,\"parent\":%ld,\"user\":", tree->between, (long)process->pid, (long)process->parent) ;
  tree->between = "," ;
  json_print(processes_user(process->pid)) ;
  printf(",\"command\":") ;
  json_print(processes_command(process, words)) ;
  printf(",\"is_stray\":%s,\"is_check\":%s,\"is_zombie\":%s,", mark && *mark == 's' ? "true" : "false", mark && *mark == 'c' ? "true" : "false", process->state == 'Z' ? "true" : "false") ;
  print_sum(&process->sum) ;
  putchar('}') ;
}

/* ---- services ---- */

static void begin (struct tree *tree, char const *name, enum view_state state, int first)
{
  char what[SERVICE_NAME_MAX + 64] ;
  if (!tree->request->json)
  {
    snprintf(what, sizeof what, *name ? "%s  %s" : CMD_NAME, name, view_state_name(state)) ;
    print_line(tree, 0, what, "", "", &tree->sum) ;
    return ;
  }
  printf("%s{\"name\":", first ? "\n  " : ",\n  ") ;
  json_print(*name ? name : CMD_NAME) ;
  printf(",\"state\":\"%s\",", view_state_name(state)) ;
  print_sum(&tree->sum) ;
  printf(",\"processes\":[") ;
  tree->between = "" ;
}

static void end (struct tree const *tree)
{
  if (tree->request->json) printf("]}") ;
}

static processes_visit *visitor (struct tree const *tree)
{
  return tree->request->json ? &print_object : &print_process ;
}

static void show_service (struct tree *tree, char const *name, struct view const *view, int first)
{
  struct process *supervisor ;
  tree->sum = (struct sum) { .bytes = 0 } ;
  supervisor = processes_of_service(&tree->processes, name, view, &add_to_sum, tree) ;
  if (supervisor)
  {
    tree->supervisors++ ;
    processes_measure(supervisor) ;
    processes_add(&tree->reeve, &supervisor->sum) ;
  }
  begin(tree, name, view->state, first) ;
  processes_of_service(&tree->processes, name, view, visitor(tree), tree) ;
  end(tree) ;
}

static void show_command (struct tree *tree, int first)
{
  char after[1] ;
  struct view view ;
  struct process *process = view_read_command(&view, after, sizeof after) ? processes_find(&tree->processes, view.pid) : 0 ;
  if (!process) return ;
  tree->sum = (struct sum) { .bytes = 0 } ;
  processes_below(process, &add_to_sum, tree) ;
  begin(tree, "", view.state, first) ;
  processes_below(process, visitor(tree), tree) ;
  end(tree) ;
}

static void print_stray (struct process *process, int depth, char const *mark, void *data)
{
  struct tree *tree = data ;
  if (!tree->request->json && *tree->between) puts("of no service") ;
  if (!tree->request->json) tree->between = "" ;
  processes_measure(process) ;
  (*visitor(tree))(process, depth, mark, data) ;
}

/* Loggers that this user may not read have supervisors, too. These are no strays. */
static void hide_supervisors (struct tree *tree, struct process const *scanner)
{
  for (struct process *child = scanner->first ; child ; child = child->next)
  {
    if (child->shown || strcmp(child->name, SUPERVISOR_NAME) != 0) continue ;
    child->shown = 1 ;
    tree->supervisors++ ;
    processes_add(&tree->reeve, &child->sum) ;
  }
}

/* The collector is part of Reeve, not of a service. Its sum is in tree->sum then.
   Returns the pid of its main process, 0: there is none. */
static pid_t hide_collector (struct tree *tree)
{
  struct view view ;
  struct process *supervisor ;
  tree->sum = (struct sum) { .bytes = 0 } ;
  if (!services_collector() || !view_read(&view, COLLECTOR)) return 0 ;
  supervisor = processes_of_service(&tree->processes, COLLECTOR, &view, &add_to_sum, tree) ;
  if (!supervisor) return 0 ;
  processes_measure(supervisor) ;
  processes_add(&tree->sum, &supervisor->sum) ;
  return view.process ;
}

static void print_own (struct tree const *tree, char const *what, pid_t pid, struct sum const *sum)
{
  char text[16] ;
  snprintf(text, sizeof text, "%ld", (long)pid) ;
  print_line(tree, 0, what, text, processes_user(pid), sum) ;
}

/* Shows the strays of which nobody knows the service (other children of the scanner), and what Reeve uses
   itself. */
static void show_rest (struct tree *tree, struct seen const *seen)
{
  struct process *scanner = processes_find(&tree->processes, services_scanner()) ;
  pid_t collector = hide_collector(tree) ;
  char what[64] ;
  tree->between = tree->request->json ? "" : "," ;
  if (tree->request->json) printf("\n ],\"strays\":[") ;
  if (scanner && seen->closed) hide_supervisors(tree, scanner) ;
  if (scanner) processes_strays(scanner, &print_stray, tree) ;
  if (scanner)
  {
    processes_measure(scanner) ;
    processes_add(&tree->reeve, &scanner->sum) ;
  }
  if (tree->request->json)
  {
    processes_add(&tree->reeve, &tree->sum) ;
    printf("],\n \"reeve\":{\"scanner\":%ld,\"supervisors\":%u,\"collector\":%ld,", scanner ? (long)scanner->pid : 0, tree->supervisors, (long)collector) ;
    print_sum(&tree->reeve) ;
    puts("}}") ;
    return ;
  }
  if (!scanner) return ;
  snprintf(what, sizeof what, "reeve-scan, %u supervisor%s", tree->supervisors, tree->supervisors == 1 ? "" : "s") ;
  print_own(tree, what, scanner->pid, &tree->reeve) ;
  if (collector) print_own(tree, "the collector of all output", collector, &tree->sum) ;
}

static int show (struct tree *tree)
{
  struct request const *request = tree->request ;
  struct seen seen ;
  int rest = request->listed && !request->all ;
  if (!view_read_all(request, &seen)) return EXIT_SYSTEM ;
  if (request->json) printf("{\"services\":[") ;
  else if (tree->has_room) printf("%-*s %-7s %-10s %11s %12s\n", tree->width, "SERVICE, PROCESSES", "PID", "USER", "CPU", "MEMORY") ;
  else printf("%-*.*s %-7s %12s\n", tree->width, tree->width, "SERVICE, PROCESSES", "PID", "MEMORY") ;
  for (size_t i = 0 ; i < seen.count ; i++) show_service(tree, request->names[i], seen.views + i, !i) ;
  if (request->listed) show_command(tree, !seen.count) ;
  if (rest) show_rest(tree, &seen) ;
  else if (request->json) puts("\n ]}") ;
  view_say_closed(&seen) ;
  free(seen.views) ;
  return page_end() ;
}

int command_tree (struct request const *request)
{
  struct tree tree = { .request = request, .width = page_columns() } ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  tree.has_room = tree.width >= ALL_COLUMNS_FROM ;
  tree.width -= tree.has_room ? 48 : 24 ;
  if (tree.width < COMMAND_WIDTH_MIN) tree.width = COMMAND_WIDTH_MIN ;
  if (!processes_look(&tree.processes))
  {
    strerr_warnwu1sys("list the processes in /proc") ;
    return EXIT_SYSTEM ;
  }
  code = show(&tree) ;
  processes_free(&tree.processes) ;
  return code ;
}
