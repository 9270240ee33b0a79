/* A kernel of its own for the fuzz targets of the scanner: its children, its signals and
   its clocks. What the scanner starts lives until the target ends it. */

#ifndef REEVE_TESTS_FUZZ_SCAN_WORLD_H
#define REEVE_TESTS_FUZZ_SCAN_WORLD_H

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>

#include "base/process.h"
#include "base/program.h"
#include "base/spawn.h"
#include "base/upgrade.h"
#include "fuzz.h"
#include "scan/held.h"
#include "scan/loop.h"
#include "scan/reap.h"
#include "scan/scanner.h"
#include "scan/stop.h"
#include "scan/stopping.h"
#include "scan/turns.h"
#include "wire/channels.h"
#include "wire/lock.h"

#define CHILDREN_MAX 512
#define CHILDREN_AT_ONCE 64
#define FIRST_PID 0x20000000 /* higher than any that the kernel gives */

enum kind { SUPERVISOR, TRIAL, STRAY } ;

struct child
{
  enum kind kind ;
  char name[UNIT_PATH_MAX] ; /* whose supervisor it is */
  ino_t directory ; /* and of which directory of this name; 0: of none */
  int wstat ;
  unsigned int ended : 1 ;
  unsigned int reaped : 1 ;
  unsigned int told : 1 ; /* to leave */
} ;

struct world
{
  struct child child[CHILDREN_MAX] ;
  unsigned int children ;
  unsigned int living ; /* not reaped */
  unsigned int executions ;
  uint64_t now_ms ;
  int refuses ; /* to start anything */
  int stopping ; /* the lock that a scanner keeps from the beginning of its stop to its own end; -1: none */
} ;

static struct world world ;

static pid_t pid_of (struct child const *c)
{
  return (pid_t)(FIRST_PID + (c - world.child)) ;
}

static struct child *child_of (pid_t pid)
{
  unsigned int i = (unsigned int)pid - FIRST_PID ;
  return i < world.children && !world.child[i].reaped ? world.child + i : 0 ;
}

static ino_t directory_of (char const *name)
{
  struct stat st ;
  return stat(name, &st) == -1 ? 0 : st.st_ino ;
}

static struct child *add_child (enum kind kind, char const *name)
{
  struct child *c = world.child + world.children ;
  if (world.children == CHILDREN_MAX || world.living == CHILDREN_AT_ONCE) return 0 ;
  *c = (struct child) { .kind = kind, .directory = directory_of(name) } ;
  snprintf(c->name, sizeof c->name, "%s", name) ;
  world.children++ ;
  world.living++ ;
  return c ;
}

static void end_child (struct child *c, int wstat)
{
  if (c->ended) return ;
  c->ended = 1 ;
  c->wstat = wstat ;
}

/* ---- what the linker puts in the place of the real ones ---- */

extern pid_t __wrap_spawn (struct spawn const *spawn, int *executing) ;
extern int __wrap_kill (pid_t pid, int sig) ;
extern pid_t __wrap_waitpid (pid_t pid, int *wstat, int options) ;
extern int __wrap_execve (char const *path, char *const *argv, char *const *envp) ;
extern int __wrap_process_each_child (process_child_func *each, void *data) ;
extern int __wrap_process_is_child (pid_t pid) ;
extern int __wrap_process_look (pid_t pid, struct process_look *look) ;
extern int __wrap_process_group_has_child (pid_t group) ;
extern int __wrap_lock_take (char const *path, mode_t mode) ;
extern int __real_lock_take (char const *path, mode_t mode) ;
extern void __wrap_program_self (char out[PROGRAM_PATH_MAX], char const *name) ;
extern int __wrap_program_beside (char out[PROGRAM_PATH_MAX], char const *name) ;
extern uint64_t __wrap_clock_ms (void) ;

pid_t __wrap_spawn (struct spawn const *request, int *executing)
{
  int supervises = !strcmp(request->argv[0], "reeve-supervise") ;
  char const *name = request->argv[1] ;
  struct child *c = 0 ;
  CHECK(supervises || !strcmp(name, UPGRADE_TRIAL)) ;
  CHECK(request->ours && request->nfds == (unsigned int)supervises && !request->fd[0].to) ; /* a supervisor has not CMD's stdin */
  if (supervises && request->argv[2]) name = request->argv[2] ;
  /* Never two for one service, never two trials. Another directory of the same name is another service. */
  for (unsigned int i = 0 ; i < world.children ; i++)
  {
    struct child const *other = world.child + i ;
    CHECK(other->reaped || other->kind != (supervises ? SUPERVISOR : TRIAL) || strcmp(other->name, name) != 0 || other->directory != directory_of(name)) ;
  }
  *executing = 0 ;
  if (!world.refuses) c = add_child(supervises ? SUPERVISOR : TRIAL, name) ;
  if (!c) errno = EAGAIN ;
  return c ? pid_of(c) : 0 ;
}

/* Whom it signals is there: a pid that was reaped may be another's. */
int __wrap_kill (pid_t pid, int sig)
{
  struct child *c = child_of(pid) ;
  CHECK(c) ;
  if (sig == SIGTERM || sig == SIGHUP) c->told = 1 ;
  if (sig == SIGKILL)
  {
    CHECK(c->kind != SUPERVISOR) ;
    end_child(c, SIGKILL) ;
  }
  return 0 ;
}

pid_t __wrap_waitpid (pid_t pid, int *wstat, int options)
{
  CHECK(pid == -1 && options == WNOHANG) ;
  for (unsigned int i = 0 ; i < world.children ; i++)
  {
    struct child *c = world.child + i ;
    if (!c->ended || c->reaped) continue ;
    c->reaped = 1 ;
    world.living-- ;
    *wstat = c->wstat ;
    return pid_of(c) ;
  }
  return world.living ? 0 : (errno = ECHILD, -1) ;
}

/* It fails, so that the present program goes on. What it would inherit is what it needs. */
int __wrap_execve (char const *path, char *const *argv, char *const *envp)
{
  CHECK(*path && argv && envp && !strcmp(argv[1], UPGRADE_GO)) ;
  world.executions++ ;
  errno = ENOEXEC ;
  return -1 ;
}

int __wrap_process_each_child (process_child_func *each, void *data)
{
  for (unsigned int i = 0 ; i < world.children ; i++)
    if (!world.child[i].reaped && !(*each)(pid_of(world.child + i), data)) break ;
  return 1 ;
}

int __wrap_process_is_child (pid_t pid)
{
  return !!child_of(pid) ;
}

int __wrap_process_look (pid_t pid, struct process_look *look)
{
  struct child const *c = child_of(pid) ;
  if (!c) return (errno = ENOENT, 0) ;
  *look = (struct process_look) { .state = c->ended ? 'Z' : 'S', .parent = getpid(), .session = pid, .started_ms = world.now_ms } ;
  strcpy(look->name, "stray") ;
  return 1 ;
}

int __wrap_process_group_has_child (pid_t group)
{
  (void)group ;
  return 0 ;
}

int __wrap_lock_take (char const *path, mode_t mode)
{
  int fd = __real_lock_take(path, mode) ;
  if (strcmp(path, STOPPING_LOCK) != 0) return fd ;
  CHECK(fd >= 0 && world.stopping == -1) ;
  return world.stopping = fd ;
}

void __wrap_program_self (char out[PROGRAM_PATH_MAX], char const *name)
{
  snprintf(out, PROGRAM_PATH_MAX, "/nonexistent/%s", name) ;
}

int __wrap_program_beside (char out[PROGRAM_PATH_MAX], char const *name)
{
  __wrap_program_self(out, name) ;
  return 1 ;
}

uint64_t __wrap_clock_ms (void)
{
  return world.now_ms ;
}

/* ---- */

static void begin_scanner (struct scanner *s)
{
  static char const *const none[] = { 0 } ;
  *s = (struct scanner) { .own_code = -1, .cmd.fd = -1, .units.pidfds = -1, .inotify = -1, .scan_watch = -1, .parent_watch = -1 } ;
  s->arguments = none ;
  world.children = world.living = world.executions = 0 ;
  world.refuses = 0 ;
  world.stopping = -1 ;
  world.now_ms = 1000000 ;
  strcpy(s->supervise, "/nonexistent/reeve-supervise") ;
}

/* What its loop does at each wake-up, but for reading. */
static void wake_up (struct scanner *s)
{
  loop_settle(s) ;
  loop_deadlines(s) ;
  loop_look(s) ;
  turns_progress(s) ;
  held_say(s) ;
  loop_settle(s) ;
  units_sweep(&s->units) ;
}

/* Every child is known for what it is, and every unit's supervisor is a child. */
static void check_children (struct scanner *s)
{
  size_t n = 0 ;
  for (unsigned int i = 0 ; i < world.children ; i++)
  {
    struct child *c = world.child + i ;
    struct unit const *unit ;
    if (c->reaped) continue ;
    if (c->kind != SUPERVISOR) continue ;
    unit = units_by_supervisor(&s->units, pid_of(c)) ;
    CHECK(unit && unit->supervisor.pid == pid_of(c) && unit->supervisor.is_child && unit->phase != UNIT_RELEASED) ;
  }
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next, n++)
  {
    CHECK(unit->phase < UNIT_PHASE_COUNT && !unit->supervisor.has_ended) ;
    CHECK(!unit->supervisor.pid || child_of(unit->supervisor.pid)) ;
    CHECK(unit->phase != UNIT_RUNNING || unit->supervisor.pid) ;
    CHECK(unit->phase != UNIT_MISSING || unit->supervisor.pid || unit->wait.kind != DEADLINE_NONE) ;
    CHECK(unit->phase != UNIT_WAITING || unit->wait.kind == DEADLINE_RETRY) ;
    CHECK(!unit->inherited || !unit->inherited->pid || units_by_process(&s->units, unit->inherited->pid) == unit) ;
  }
  CHECK(n == s->units.count) ;
}

static void end_all (struct scanner *s, int (*which) (struct child const *), int wstat)
{
  for (unsigned int i = 0 ; i < world.children ; i++)
    if (!world.child[i].reaped && (*which)(world.child + i)) end_child(world.child + i, wstat) ;
  reap(s) ;
  loop_settle(s) ;
}

static int was_told (struct child const *c)
{
  return c->kind == SUPERVISOR && c->told ;
}

static int is_no_supervisor (struct child const *c)
{
  return c->kind != SUPERVISOR ;
}

/* Every supervisor is told to leave; when they have left, nothing is left of the tree. */
static void end_scanner (struct scanner *s)
{
  world.refuses = 0 ;
  s->stop.at_once = 0 ;
  stopping_ask(s, 1) ;
  loop_settle(s) ;
  for (unsigned int rounds = 0 ; !stop_progress(s) || world.living ; rounds++)
  {
    CHECK(rounds < 64) ;
    world.now_ms += 1000 ;
    end_all(s, &is_no_supervisor, SIGTERM) ;
    end_all(s, &was_told, 0) ;
    wake_up(s) ;
    check_children(s) ;
  }
  CHECK(!s->units.count && !s->units.all && !s->units.by_identity && !s->units.by_supervisor && !s->units.by_watch) ;
  CHECK(!s->needs.graph.count && !s->units.by_process && !s->look.dir && s->units.pidfds == -1) ;
  CHECK(fcntl(world.stopping, F_GETFD) == FD_CLOEXEC) ;
  close(world.stopping) ; /* as its end would */
}

#endif
