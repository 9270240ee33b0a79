#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbtime.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/send.h"
#include "base/spawn.h"
#include "init/init.h"
#include "service/executable.h"

#define KILL_BEFORE_MS 1000 /* before the end of a stop's budget, as the scanner does */

/* ---- what is to be run ---- */

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

struct running
{
  pid_t pid ;
  tain deadline ; /* monotonic: it is killed then */
  unsigned int has_deadline : 1 ;
  unsigned int stopping : 1 ;
} ;

static void sooner (struct running *running, tain const *moment)
{
  if (running->has_deadline && !tain_less(moment, &running->deadline)) return ;
  running->deadline = *moment ;
  running->has_deadline = 1 ;
}

static void after (tain *moment, tain const *from, uint32_t ms)
{
  tain delay ;
  tain_from_millisecs(&delay, ms > INT_MAX ? INT_MAX : (int)ms) ;
  tain_add(moment, from, &delay) ;
}

static void kill_group (struct running const *running, int sig)
{
  send_to(-running->pid, sig, 0) ; /* it leads its group, and has not been reaped */
}

static void stop (struct scripts *scripts, struct running *running)
{
  tain moment ;
  if (running->stopping) return ;
  running->stopping = 1 ;
  tain_now(&scripts->stop_began) ;
  kill_group(running, SIGTERM) ;
  kill_group(running, SIGCONT) ;
  if (!scripts->stop_ms) return ;
  after(&moment, &scripts->stop_began, scripts->stop_ms > KILL_BEFORE_MS ? scripts->stop_ms - KILL_BEFORE_MS : 0) ;
  sooner(running, &moment) ;
}

static void too_late (struct scripts *scripts, struct running *running, char const *path)
{
  kill_group(running, SIGKILL) ;
  running->has_deadline = 0 ;
  if (running->stopping) scripts->had_to_kill = 1 ;
  strerr_warnw3x("killing ", path, running->stopping ? ", which has not ended within the stop's budget (REEVE_STOP_TIMEOUT)" :
    ", which has not ended in time (S6_KILL_FINISH_MAXTIME, and what is left of REEVE_STOP_TIMEOUT)") ;
}

/* The next signal, or 0 at the deadline. */
static int next_signal (struct scripts const *scripts, struct running const *running)
{
  sigset_t set = scripts->stops ;
  struct timespec left ;
  tain now ;
  tain t = TAIN_ZERO ;
  int sig ;
  sigaddset(&set, SIGCHLD) ;
  if (!running->has_deadline)
  {
    while ((sig = sigwaitinfo(&set, 0)) == -1) ;
    return sig ;
  }
  tain_now(&now) ;
  if (tain_less(&now, &running->deadline)) tain_sub(&t, &running->deadline, &now) ;
  left = (struct timespec) { .tv_sec = (time_t)t.sec.x, .tv_nsec = (long)t.nano } ;
  sig = sigtimedwait(&set, 0, &left) ;
  return sig > 0 ? sig : 0 ;
}

/* Reaps all that have ended; has ours? */
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
  struct running running = { .has_deadline = scripts->has_deadline, .deadline = scripts->deadline } ;
  tain moment ;
  int executing = 0 ;
  int nothing = spawn_nothing_to_read() ; /* the container's stdin is CMD's */
  int wstat = 0 ;
  request.path = argv[0] ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.chdir = getenv(WORKDIR_VARIABLE) ;
  if (scripts->tell) strerr_warni2x("running ", argv[0]) ;
  if (nothing >= 0)
  {
    request.fd[request.nfds++] = (struct spawn_fd) { .from = nothing, .to = 0 } ;
    running.pid = spawn(&request, &executing) ;
    fd_close(nothing) ;
  }
  if (!running.pid) return not_executed(scripts, argv[0], errno, executing) ;
  tain_now(&moment) ;
  after(&moment, &moment, scripts->each_ms) ;
  if (scripts->each_ms) sooner(&running, &moment) ;
  for (;;)
  {
    int sig = next_signal(scripts, &running) ;
    tain now ;
    if (sig && sig != SIGCHLD) stop(scripts, &running) ;
    if (reap(running.pid, &wstat)) break ;
    tain_now(&now) ;
    if (running.has_deadline && !tain_less(&now, &running.deadline)) too_late(scripts, &running, argv[0]) ;
  }
  scripts->code = WIFSIGNALED(wstat) ? EXIT_SIGNAL + WTERMSIG(wstat) : WEXITSTATUS(wstat) ;
  return running.stopping ? SCRIPT_STOPPED : SCRIPT_ENDED ;
}
