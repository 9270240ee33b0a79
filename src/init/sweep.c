#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/send.h"
#include "init/init.h"

#define IGNORING_MS 3000 /* as s6-overlay's default */
#define OTHERS_MS 10000
#define SAY_AFTER_MS 1000
#define LOOK_MS 50 /* how often to look for the end of processes that are not children, and to send signals again */
#define AGAIN_MS 1000 /* on a busy machine, a child that sends a signal may not come to it within its time */
#define KILL_MS 2000 /* a process that still exists so long after SIGKILL is left alone */
#define NAMES_SIZE 1000
#define STATUS_SIZE 4096
#define FIELDS_BEFORE_TERMINAL 5 /* in /proc/PID/stat, from the name on */
#define IGNORED "\nSigIgn:\t"
#define BLOCKED "\nSigBlk:\t"

/* Reaps all children that have ended. Returns whether any child is left. */
static int reap (void)
{
  for (;;)
  {
    int wstat ;
    pid_t pid = waitpid(-1, &wstat, WNOHANG) ;
    if (pid == -1 && errno == EINTR) continue ;
    if (pid <= 0) return !pid ;
    send_ended(pid, wstat, 0, 0) ;
  }
}

/* ---- the processes that are left ---- */

static int has_signal (char const *status, char const *mask, int sig)
{
  char const *at = strstr(status, mask) ;
  uint64_t bits ;
  return at && uint64_xscan(at + strlen(mask), &bits) && bits >> (sig - 1) & 1 ;
}

/* Does the process ignore SIGTERM? If it blocks SIGTERM, it may wait for it in another way, and
   does not count. */
static int ignores_sigterm (pid_t pid)
{
  char path[sizeof "/proc//status" + PID_FMT] ;
  char status[STATUS_SIZE] ;
  ssize_t n ;
  snprintf(path, sizeof path, "/proc/%ld/status", (long)pid) ;
  n = openreadnclose(path, status, sizeof status - 1) ;
  if (n <= 0) return 0 ;
  status[n] = 0 ;
  return has_signal(status, IGNORED, SIGTERM) && !has_signal(status, BLOCKED, SIGTERM) ;
}

/* Does the process have a terminal? An interactive shell ignores SIGTERM, but ends when its
   terminal is gone. */
static int has_terminal (pid_t pid)
{
  char path[sizeof "/proc//stat" + PID_FMT] ;
  char stat[STATUS_SIZE] ;
  char const *end ;
  long terminal = 0 ;
  ssize_t n ;
  snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid) ;
  n = openreadnclose(path, stat, sizeof stat - 1) ;
  stat[n > 0 ? n : 0] = 0 ;
  end = strrchr(stat, ')') ;
  for (unsigned int i = 0 ; end && i < FIELDS_BEFORE_TERMINAL ; i++) end = strchr(end + 1, ' ') ;
  if (end) terminal = strtol(end, 0, 10) ;
  return terminal != 0 ;
}

struct left
{
  int sig ; /* the signal to send; 0: none */
  unsigned int only_ignoring : 1 ; /* only to processes that ignore SIGTERM */
  unsigned int unsent : 1 ; /* not all could be signalled: too many signals are on their way already */
  unsigned int count ;
  unsigned int left_out ;
  size_t len ;
  char names[NAMES_SIZE] ;
} ;

static void add_name (struct left *left, char const *name, pid_t pid)
{
  size_t room = sizeof left->names - left->len ;
  int n = snprintf(left->names + left->len, room, "%s%s (pid %ld)", left->len ? ", " : "", name, (long)pid) ;
  if (n >= 0 && (size_t)n < room) left->len += (size_t)n ;
  else left->left_out++ ;
  left->names[left->len] = 0 ;
}

static int each (pid_t pid, void *data)
{
  struct left *left = data ;
  struct process_look look ;
  if (send_is_sender(pid)) return 1 ;
  if (!process_look(pid, &look)) look = (struct process_look) { .name = "a process" } ;
  if (look.state == 'Z' || (left->only_ignoring && !ignores_sigterm(pid))) return 1 ;
  if (left->sig && !send_to(pid, left->sig, 0) && errno == EAGAIN) left->unsent = 1 ;
  add_name(left, look.name, pid) ;
  left->count++ ;
  return 1 ;
}

/* For PID 1: calls `each_one` for every process that exists. */
static int each_process (process_child_func *each_one, void *data)
{
  struct dirent const *e ;
  DIR *dir = process_self_in_proc() == getpid() ? opendir("/proc") : 0 ;
  if (!dir) return 0 ;
  while ((e = readdir(dir)))
  {
    uint32_t pid ;
    if (uint320_scan(e->d_name, &pid) && pid != (uint32_t)getpid() && !(*each_one)((pid_t)pid, data)) break ;
  }
  closedir(dir) ;
  return 1 ;
}

static void for_each (struct left *left)
{
  if (getpid() != 1) process_each_child(&each, left) ;
  else if (!each_process(&each, left) && left->sig && !left->only_ignoring) send_to_all(left->sig, 0) ;
}

/* ---- SIGTERM ---- */

struct telling
{
  stralloc told ; /* pids of children that were told to end, in this round */
  stralloc before ; /* those of the last round */
} ;

static int was_told (struct telling const *telling, pid_t pid)
{
  for (size_t i = 0 ; i < telling->before.len ; i += sizeof pid)
    if (!memcmp(telling->before.s + i, &pid, sizeof pid)) return 1 ;
  return 0 ;
}

static int tell (pid_t pid, void *data)
{
  struct telling *telling = data ;
  if (send_is_sender(pid)) return 1 ;
  if (!was_told(telling, pid) && !send_to(pid, SIGTERM, SEND_CONT) && errno == EAGAIN) return 1 ; /* it is told when another sender has ended */
  stralloc_catb(&telling->told, (char const *)&pid, sizeof pid) ; /* without memory it would be told twice */
  return 1 ;
}

/* Tells all children to end by SIGTERM, each once. Orphans become children, so this is called
   again. A child keeps its pid until it is reaped. */
static void terminate_children (void)
{
  static struct telling telling = { .told = STRALLOC_ZERO, .before = STRALLOC_ZERO } ;
  stralloc told = telling.before ;
  telling.before = telling.told ;
  telling.told = told ;
  telling.told.len = 0 ;
  process_each_child(&tell, &telling) ;
}

static int hang_up (pid_t pid, void *data)
{
  (void)data ;
  if (!send_is_sender(pid) && ignores_sigterm(pid) && has_terminal(pid)) send_to(pid, SIGHUP, SEND_CONT) ;
  return 1 ;
}

static void terminate (int first)
{
  if (getpid() != 1) terminate_children() ;
  else if (first)
  {
    send_to_all(SIGTERM, SEND_CONT) ; /* all processes of the container, and nobody else's */
    each_process(&hang_up, 0) ;
  }
}

/* Is any process left? *nobodys: one that need not be a child. (For PID 1: a process that was
   started in the container from outside.) */
static int is_left (int *nobodys)
{
  struct left left = { .sig = 0 } ;
  *nobodys = 0 ;
  if (reap()) return 1 ;
  if (getpid() == 1) for_each(&left) ;
  *nobodys = left.count > 0 ;
  return *nobodys ;
}

/* ---- messages ---- */

static void say (struct left const *left, char const *before, char const *after)
{
  char more[UINT_FMT + sizeof " and  more"] = "" ;
  if (!left->count) return ;
  if (left->left_out) snprintf(more, sizeof more, " and %u more", left->left_out) ;
  strerr_warnw4x(before, left->names, more, after) ;
}

static void say_waiting (void)
{
  struct left left = { .sig = 0 } ;
  for_each(&left) ;
  say(&left, "waiting for what still runs after the services, told to end by SIGTERM: ", " (S6_KILL_GRACETIME says how long, in milliseconds)") ;
}

/* Kills the processes that ignore SIGTERM. A shell blocks its signals for a moment while it starts
   a program; a later look finds it. Returns the milliseconds until that look. */
static unsigned int kill_ignoring (void)
{
  struct left left = { .sig = SIGKILL, .only_ignoring = 1 } ;
  for_each(&left) ;
  say(&left, "killing what still runs after the services and ignores SIGTERM: ", " (S6_KILL_GRACETIME, if set, says after how many milliseconds)") ;
  return left.unsent ? LOOK_MS : AGAIN_MS ;
}

static uint64_t earliest (uint64_t a, uint64_t b)
{
  return a && (!b || a < b) ? a : b ;
}

static void wait_until (uint64_t until_ms, int nobodys)
{
  sigset_t set ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  signals_wait(&set, nobodys ? earliest(clock_ms() + LOOK_MS, until_ms) : until_ms) ;
}

/* Kills all processes, and does so again for those that were forked meanwhile, or that could not be
   signalled. But not at each SIGCHLD: children that send signals cause some, too. */
static void kill_all (int by_deadline)
{
  uint64_t until_ms = clock_ms() + KILL_MS ;
  uint64_t again_ms = clock_ms() + LOOK_MS ;
  struct left left = { .sig = SIGKILL } ;
  int nobodys ;
  for_each(&left) ;
  say(&left, "killing what has not ended after the services: ", by_deadline ? " (the stop's budget, REEVE_STOP_TIMEOUT, is over)" : " (after S6_KILL_GRACETIME)") ;
  while (is_left(&nobodys) && clock_ms() < until_ms)
  {
    struct left again = { .sig = SIGKILL } ;
    if (clock_ms() >= again_ms)
    {
      for_each(&again) ;
      again_ms = clock_ms() + LOOK_MS ;
    }
    wait_until(earliest(again_ms, until_ms), nobodys) ;
  }
}

/* ---- all together ---- */

void sweep (struct options const *options, uint64_t deadline_ms)
{
  uint64_t now = clock_ms() ;
  uint64_t end_ms = now + (options->kill_grace_given ? options->kill_grace_ms : OTHERS_MS) ;
  uint64_t ignoring_ms = options->kill_grace_given ? 0 : now + IGNORING_MS ; /* 0: never */
  uint64_t say_ms = now + SAY_AFTER_MS ;
  int by_deadline = deadline_ms && deadline_ms < end_ms ;
  int first = 1 ;
  int nobodys ;
  if (by_deadline) end_ms = deadline_ms ;
  while (is_left(&nobodys))
  {
    terminate(first) ;
    first = 0 ;
    now = clock_ms() ;
    if (now >= end_ms)
    {
      kill_all(by_deadline) ;
      return ;
    }
    if (ignoring_ms && now >= ignoring_ms) ignoring_ms = now + kill_ignoring() ;
    if (say_ms && now >= say_ms)
    {
      say_ms = 0 ;
      say_waiting() ;
    }
    wait_until(earliest(say_ms, earliest(ignoring_ms, end_ms)), nobodys) ;
  }
}
