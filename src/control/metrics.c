#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/djbtime.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/text.h"
#include "base/version.h"
#include "control/control.h"
#include "control/page.h"
#include "control/processes.h"
#include "control/services.h"
#include "control/view.h"

struct service
{
  char const *name ;
  struct view view ;
  struct sum sum ;
} ;

enum metric { UP, READY, HEALTHY, WANTED, CRASHES, RESTARTS, START_TIME, MEMORY, CPU, PROCESSES, METRIC_COUNT } ;

/* The name of a counter ends with _total. */
static struct { char const *name ; char const *unit ; char const *help ; int is_counter ; } const metrics[METRIC_COUNT] =
{
  [UP] = { "up", 0, "Does its run execute?", 0 },
  [READY] = { "ready", 0, "Is it ready, or a task that is done?", 0 },
  [HEALTHY] = { "healthy", 0, "Is it ready, and do its health checks pass, if it has any?", 0 },
  [WANTED] = { "wanted", 0, "Is it wanted up?", 0 },
  [CRASHES] = { "crashes", 0, "Ends that nobody asked for.", 1 },
  [RESTARTS] = { "restarts", 0, "Starts after the first, whatever for.", 1 },
  [START_TIME] = { "start_time_seconds", "seconds", "When its run was executed, since 1970; of one that is up.", 0 },
  [MEMORY] = { "memory_bytes", "bytes", "Memory of its processes; what is shared in proportion where that may be read.", 0 },
  [CPU] = { "cpu_seconds", "seconds", "CPU time of its processes, since its supervisor began.", 1 },
  [PROCESSES] = { "processes", 0, "Its processes.", 0 },
} ;

static void print_head (char const *what, char const *name, char const *unit, int is_counter, char const *help)
{
  printf("# TYPE %s%s %s\n", what, name, is_counter ? "counter" : "gauge") ;
  if (unit) printf("# UNIT %s%s %s\n", what, name, unit) ;
  printf("# HELP %s%s %s\n", what, name, help) ;
}

/* Prints the text of a label. Different bytes that are not UTF-8 stay different. */
static void print_label (char const *text)
{
  for (size_t left = strlen(text) ; left ; )
  {
    size_t len = text_utf8(text, left) ;
    if (!len) printf("\\\\x%02x", (unsigned char)*text) ;
    else if (*text == '"' || *text == '\\') printf("\\%c", *text) ;
    else printf("%.*s", (int)len, text) ;
    text += len ? len : 1 ;
    left -= len ? len : 1 ;
  }
}

static void print_ms (uint64_t ms)
{
  printf("%ju.%03u\n", (uintmax_t)(ms / 1000), (unsigned int)(ms % 1000)) ;
}

static void print_value (struct service const *service, enum metric metric)
{
  struct view const *view = &service->view ;
  struct timespec since = { .tv_sec = 0 } ;
  switch (metric)
  {
    case UP : printf("%u\n", view->up) ; break ;
    case READY : printf("%u\n", view->ready) ; break ;
    case HEALTHY : printf("%u\n", view->healthy) ; break ;
    case WANTED : printf("%u\n", view->wanted_up) ; break ;
    case CRASHES : printf("%u\n", view->crashes) ; break ;
    case RESTARTS : printf("%u\n", view->restarts) ; break ;
    case MEMORY : printf("%ju\n", (uintmax_t)service->sum.bytes) ; break ;
    case CPU : print_ms(service->sum.cpu_ms + service->sum.ended_ms) ; break ;
    case PROCESSES : printf("%u\n", service->sum.count) ; break ;
    default :
      timespec_sysclock_from_tain(&since, &view->since) ;
      print_ms((uint64_t)since.tv_sec * 1000 + (uint64_t)since.tv_nsec / 1000000) ;
  }
}

static void print_metric (struct service const *services, size_t count, enum metric metric)
{
  print_head("reeve_service_", metrics[metric].name, metrics[metric].unit, metrics[metric].is_counter, metrics[metric].help) ;
  for (size_t i = 0 ; i < count ; i++)
  {
    if (metric == START_TIME && !services[i].view.up) continue ;
    printf("reeve_service_%s%s{service=\"", metrics[metric].name, metrics[metric].is_counter ? "_total" : "") ;
    print_label(services[i].name) ;
    printf("\"} ") ;
    print_value(services + i, metric) ;
  }
}

/* The version is a gauge: the textfile collector refuses a file with the type info. */
static void print_version (void)
{
  print_head("reeve_", "build_info", 0, 0, "Always 1; the version of the reeve that prints this.") ;
  printf("reeve_build_info{version=\"") ;
  print_label(version_text) ;
  printf("\"} 1\n") ;
}

/* Prints the metrics of the scanner, and what it and the supervisors use. */
static void print_own (struct processes const *processes, struct sum const *sum)
{
  pid_t pid = services_scanner() ;
  struct process const *scanner = pid ? processes_find(processes, pid) : 0 ;
  uint64_t ago ;
  if (!scanner) return ;
  ago = process_clock_ms() - scanner->started * PROCESS_TICK_MS ;
  print_head("reeve_", "start_time_seconds", "seconds", 0, "When the scanner was executed, since 1970.") ;
  printf("reeve_start_time_seconds ") ;
  print_ms(clock_wall_ms() - ago) ;
  print_head("reeve_", "memory_bytes", "bytes", 0, "Memory of the scanner and the supervisors.") ;
  printf("reeve_memory_bytes %ju\n", (uintmax_t)sum->bytes) ;
  print_head("reeve_", "cpu_seconds", "seconds", 1, "CPU time of the scanner and the supervisors.") ;
  printf("reeve_cpu_seconds_total ") ;
  print_ms(sum->cpu_ms) ;
}

static void add_own (struct processes const *processes, pid_t pid, struct sum *sum)
{
  struct process *process = processes_find(processes, pid) ;
  if (!process) return ;
  processes_measure(process) ;
  processes_add(sum, &process->sum) ;
}

static void add_process (struct process *process, int depth, char const *mark, void *sum)
{
  (void)depth ;
  (void)mark ;
  processes_measure(process) ;
  processes_add(sum, &process->sum) ;
}

int command_metrics (struct request const *request)
{
  struct processes processes = { .count = 0 } ;
  struct sum own = { .bytes = 0 } ;
  struct service *services ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  if (!processes_look(&processes))
  {
    strerr_warnwu1sys("list the processes in /proc") ;
    return EXIT_SYSTEM ;
  }
  services = calloc(request->count + 1, sizeof *services) ;
  if (!services)
  {
    strerr_warnwu1sys("remember the services") ;
    code = EXIT_SYSTEM ;
  }
  for (size_t i = 0 ; !code && i < request->count ; i++)
  {
    struct process const *supervisor ;
    services[i].name = request->names[i] ;
    if (!view_read(&services[i].view, request->names[i]))
    {
      strerr_warnwu5sys("read the state of ", request->names[i], " in ", request->live, services_who_may()) ;
      code = EXIT_SYSTEM ;
      break ;
    }
    supervisor = processes_of_service(&processes, request->names[i], &services[i].view, &add_process, &services[i].sum) ;
    if (!supervisor) continue ;
    services[i].sum.ended_ms += supervisor->sum.ended_ms ; /* counts these as well: a counter must never go down */
    add_own(&processes, supervisor->pid, &own) ;
  }
  add_own(&processes, services_scanner(), &own) ;
  for (int i = 0 ; !code && i < METRIC_COUNT ; i++) print_metric(services, request->count, (enum metric)i) ;
  if (!code && request->listed && !request->all)
  {
    print_version() ;
    print_own(&processes, &own) ;
  }
  if (!code) puts("# EOF") ;
  free(services) ;
  processes_free(&processes) ;
  return code ? code : page_end() ;
}
