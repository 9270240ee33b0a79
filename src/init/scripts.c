#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/send.h"
#include "base/spawn.h"
#include "init/init.h"
#include "service/executable.h"

#define SPEAK_AFTER_MS 1000 /* a script is named only after this time of its own */

/* ---- which scripts ---- */

static int by_name (void const *a, void const *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b) ;
}

static int is_directory (int dir, char const *name)
{
  struct stat st ;
  return !fstatat(dir, name, &st, 0) && S_ISDIR(st.st_mode) ;
}

void scripts_free (char **names, size_t count)
{
  for (size_t i = 0 ; i < count ; i++) free(names[i]) ;
  free(names) ;
}

static int add (char ***names, size_t *count, char const *name)
{
  char **more = realloc(*names, (*count + 1) * sizeof *more) ;
  if (!more) return 0 ;
  *names = more ;
  more[*count] = strdup(name) ;
  if (!more[*count]) return 0 ;
  ++*count ;
  return 1 ;
}

char **scripts_list (char const *directory, size_t *count)
{
  char **names = malloc(sizeof *names) ;
  struct dirent *e ;
  DIR *dir = opendir(directory) ;
  int ok = names && (dir || errno == ENOENT || errno == ENOTDIR) ;
  *count = 0 ;
  while (ok && dir && (errno = 0, e = readdir(dir)))
    if (e->d_name[0] != '.' && !is_directory(dirfd(dir), e->d_name)) ok = add(&names, count, e->d_name) ;
  if (ok && dir) ok = !errno ;
  if (dir)
  {
    int err = errno ;
    closedir(dir) ;
    errno = err ;
  }
  if (!ok)
  {
    scripts_free(names, *count) ;
    return 0 ;
  }
  qsort(names, *count, sizeof *names, &by_name) ;
  return names ;
}

/* ---- running one ---- */

enum limit { LIMIT_NONE, LIMIT_EACH, LIMIT_ALL, LIMIT_STOP } ;

struct running
{
  pid_t pid ;
  uint64_t started_ms ;
  uint64_t deadline_ms ; /* clock_ms(): when it is killed; 0: never */
  enum limit limit ; /* where the deadline comes from */
  unsigned int stopping : 1 ;
  unsigned int said : 1 ; /* a message has said that it still runs */
} ;

static void limit (struct running *running, enum limit limit, uint64_t deadline_ms)
{
  if (running->deadline_ms && running->deadline_ms <= deadline_ms) return ;
  running->deadline_ms = deadline_ms ;
  running->limit = limit ;
}

static void kill_group (struct running const *running, int sig)
{
  send_to(-running->pid, sig, 0) ; /* it leads its group, and has not been reaped */
}

static void stop (struct scripts *scripts, struct running *running)
{
  if (running->stopping) return ;
  running->stopping = 1 ;
  scripts->stop_began_ms = clock_ms() ;
  kill_group(running, SIGTERM) ;
  kill_group(running, SIGCONT) ;
  if (scripts->stop_ms) limit(running, LIMIT_STOP, scripts->stop_began_ms + (scripts->stop_ms > KILL_BEFORE_MS ? scripts->stop_ms - KILL_BEFORE_MS : 0)) ;
  else scripts->speak_ms = scripts->stop_began_ms + SPEAK_MS ;
}

static void too_late (struct scripts *scripts, struct running *running, char const *path)
{
  static char const *const why[] =
  {
    [LIMIT_NONE] = "",
    [LIMIT_EACH] = ", which has not ended in time (S6_KILL_FINISH_MAXTIME)",
    [LIMIT_ALL] = ", which has not ended within what is left of the stop's budget (REEVE_STOP_TIMEOUT)",
    [LIMIT_STOP] = ", which has not ended within the stop's budget (REEVE_STOP_TIMEOUT)",
  } ;
  kill_group(running, SIGKILL) ;
  if (running->stopping) scripts->had_to_kill = 1 ;
  strerr_warnw3x("killing ", path, why[running->limit]) ;
  running->deadline_ms = 0 ;
  running->said = 1 ;
}

/* clock_ms(): when a script without a limit is named; 0: never. */
static uint64_t speak_ms (struct scripts const *scripts, struct running const *running)
{
  uint64_t first = running->started_ms + SPEAK_AFTER_MS ;
  if (!scripts->speak_ms || running->deadline_ms || running->said) return 0 ;
  return first > scripts->speak_ms ? first : scripts->speak_ms ;
}

static void deadlines (struct scripts *scripts, struct running *running, char const *path)
{
  uint64_t now = clock_ms() ;
  uint64_t speak = speak_ms(scripts, running) ;
  if (running->deadline_ms && now >= running->deadline_ms) too_late(scripts, running, path) ;
  else if (speak && now >= speak)
  {
    running->said = 1 ;
    strerr_warnw5x("still running: ", path, ": nothing is killed without a limit, but the container's runtime does so when its grace is over:",
      " raise that (docker stop --time, stop_grace_period, terminationGracePeriodSeconds)", "; S6_KILL_FINISH_MAXTIME and REEVE_STOP_TIMEOUT are limits for Reeve") ;
  }
}

/* Reaps all children that have ended. Returns whether `ours` is among them. */
static int reap (pid_t ours, int *wstat)
{
  int ended = 0 ;
  for (;;)
  {
    int w ;
    pid_t pid = waitpid(-1, &w, WNOHANG) ;
    if (pid == -1 && errno == EINTR) continue ;
    if (pid <= 0) return ended ;
    if (pid != ours)
    {
      send_ended(pid, w, 0, 0) ;
      continue ;
    }
    *wstat = w ;
    ended = 1 ;
  }
}

static enum script_end not_executed (struct scripts *scripts, char const *path, int err, int executing)
{
  char why[EXECUTABLE_WHY_MAX] ;
  scripts->code = err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED ;
  if (executing) strerr_warnwu4x("execute ", path, ": ", executable_why_not(path, err, why, sizeof why)) ;
  else strerr_warnwu2sys("start ", path) ;
  return SCRIPT_NOT_EXECUTED ;
}

enum script_end script_run (struct scripts *scripts, char const *const *argv)
{
  struct spawn request = SPAWN_ZERO ;
  struct running running = { .started_ms = clock_ms() } ;
  sigset_t signals = scripts->stops ;
  int executing = 0 ;
  int nothing = spawn_nothing_to_read() ; /* the container's stdin belongs to CMD */
  int wstat = 0 ;
  request.path = argv[0] ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.chdir = getenv(WORKDIR_VARIABLE) ;
  for (int i = 0 ; i < 2 && scripts->output ; i++) request.fd[request.nfds++] = (struct spawn_fd) { .from = scripts->output[i], .to = i + 1 } ;
  if (scripts->tell) strerr_warni2x("running ", argv[0]) ;
  if (nothing >= 0)
  {
    request.fd[request.nfds++] = (struct spawn_fd) { .from = nothing, .to = 0 } ;
    running.pid = spawn(&request, &executing) ;
    fd_close(nothing) ;
  }
  if (!running.pid) return not_executed(scripts, argv[0], errno, executing) ;
  sigaddset(&signals, SIGCHLD) ;
  if (scripts->each_ms) limit(&running, LIMIT_EACH, running.started_ms + scripts->each_ms) ;
  if (scripts->deadline_ms) limit(&running, LIMIT_ALL, scripts->deadline_ms) ;
  for (;;)
  {
    int sig = signals_wait(&signals, running.deadline_ms ? running.deadline_ms : speak_ms(scripts, &running)) ;
    if (sig && sig != SIGCHLD) stop(scripts, &running) ;
    if (reap(running.pid, &wstat)) break ;
    deadlines(scripts, &running, argv[0]) ;
  }
  scripts->code = WIFSIGNALED(wstat) ? EXIT_SIGNAL + WTERMSIG(wstat) : WEXITSTATUS(wstat) ;
  return running.stopping ? SCRIPT_STOPPED : SCRIPT_ENDED ;
}
