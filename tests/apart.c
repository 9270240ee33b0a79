/* apart [-i] LIMIT_S GRACE_MS COMMAND...: runs a command of the test suite so that it can
   neither hang nor leave anything behind.

   The command has a session of its own and /dev/null as stdin, so that no terminal
   reaches it. It is ended when LIMIT_S seconds have passed (0: no limit), when our stdin
   was a terminal that is no more (only its first process, make say, is told of that), and
   when SIGHUP, SIGINT, SIGQUIT or SIGTERM comes: what is in its session gets SIGTERM and has
   GRACE_MS milliseconds for its clean-up (none at the second signal). Whatever it has
   started, in any session, is killed at its end.

   -i is for bats: its session gets SIGINT instead, and the grace ends with bats itself. At
   SIGTERM bats would remove its folder while its test's clean-up still needs it.

   Exits with the command's code, 128 + N when signal N has ended it or came to us,
   124 when it was ended for its limit, 111 when a system call failed.

   When APART_TIMES is set, it appends a line to the file of this name: the seconds of CPU
   time in user and in system mode that all of this has taken, the seconds from its start
   to its end, and the last word of the command. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_AGAIN_MS 20
#define TERMINAL_MS 1000 /* how often we look whether it is still there */
#define ENDED_FOR_LIMIT 124
#define GENERATIONS_MAX 100 /* from a process up to us */

static char const usage[] = "usage: apart [-i] LIMIT_S GRACE_MS COMMAND...\n" ;

struct process
{
  pid_t pid ;
  pid_t parent ;
  pid_t session ;
} ;

static struct process *processes ;
static size_t count ;
static size_t room ;

static void die (char const *what)
{
  fprintf(stderr, "apart: fatal: unable to %s: %s\n", what, strerror(errno)) ;
  _exit(111) ;
}

static int64_t clock_ms (void)
{
  struct timespec now ;
  clock_gettime(CLOCK_MONOTONIC, &now) ;
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 ;
}

/* ---- what the command has started ---- */

/* Reads parent and session; 0 when it has gone, or has ended and is only not reaped. */
static int look (struct process *p)
{
  char path[32] ;
  char line[512] ;
  char state ;
  char const *after_name ;
  int parent ;
  int session ;
  ssize_t n ;
  int fd ;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)p->pid) ;
  fd = open(path, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  n = read(fd, line, sizeof line - 1) ;
  close(fd) ;
  if (n <= 0) return 0 ;
  line[n] = 0 ;
  after_name = strrchr(line, ')') ;
  if (!after_name || sscanf(after_name, ") %c %d %*d %d", &state, &parent, &session) != 3) return 0 ;
  p->parent = parent ;
  p->session = session ;
  return state != 'Z' ;
}

static void look_at_all (void)
{
  struct dirent *e ;
  DIR *proc = opendir("/proc") ;
  if (!proc) die("open /proc") ;
  count = 0 ;
  while ((e = readdir(proc)))
  {
    struct process p = { .pid = (pid_t)atoi(e->d_name) } ;
    if (p.pid <= 0 || !look(&p)) continue ;
    if (count == room)
    {
      room = room ? 2 * room : 256 ;
      processes = realloc(processes, room * sizeof *processes) ;
      if (!processes) die("remember the processes") ;
    }
    processes[count++] = p ;
  }
  closedir(proc) ;
}

static struct process const *find (pid_t pid)
{
  for (size_t i = 0 ; i < count ; i++) if (processes[i].pid == pid) return processes + i ;
  return 0 ;
}

static int is_ours (struct process const *p)
{
  for (unsigned int i = 0 ; p && i < GENERATIONS_MAX ; i++)
  {
    if (p->parent == getpid()) return 1 ;
    p = find(p->parent) ;
  }
  return 0 ;
}

/* Sends a signal to all, or to those in `session`. Returns how many there were. */
static size_t signal_ours (int sig, pid_t session)
{
  size_t n = 0 ;
  look_at_all() ;
  for (size_t i = 0 ; i < count ; i++)
    if ((!session || processes[i].session == session) && is_ours(processes + i))
    {
      n++ ;
      if (sig) kill(processes[i].pid, sig) ;
    }
  return n ;
}

/* ---- the command ---- */

static pid_t start (char **argv, sigset_t const *before)
{
  pid_t pid = fork() ;
  int null ;
  if (pid == -1) die("fork") ;
  if (pid) return pid ;
  setsid() ;
  null = open("/dev/null", O_RDONLY) ;
  if (null == -1 || dup2(null, 0) == -1) die("open /dev/null") ;
  if (null) close(null) ;
  sigprocmask(SIG_SETMASK, before, 0) ;
  execvp(*argv, argv) ;
  fprintf(stderr, "apart: fatal: unable to execute %s: %s\n", *argv, strerror(errno)) ;
  _exit(errno == ENOENT ? 127 : 126) ;
}

/* Reaps what has ended. 1 when the command is among it, whose code is then written. */
static int reap (pid_t command, int *code)
{
  int found = 0 ;
  int wstat ;
  pid_t pid ;
  while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0)
    if (pid == command)
    {
      found = 1 ;
      *code = WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat) ;
    }
  return found ;
}

/* Waits for one of the signals until then; 0: none has come. */
static int next_signal (sigset_t const *set, int64_t until_ms)
{
  int64_t left = until_ms - clock_ms() ;
  struct timespec patience ;
  int sig ;
  if (left < 0) left = 0 ;
  patience = (struct timespec) { .tv_sec = (time_t)(left / 1000), .tv_nsec = left % 1000 * 1000000 } ;
  sig = sigtimedwait(set, 0, &patience) ;
  return sig > 0 ? sig : 0 ;
}

static int is_stop (int sig)
{
  return sig && sig != SIGCHLD ;
}

/* Until its session is empty (for bats: until it has ended itself), or the grace is over. */
static void end_gently (pid_t command, int is_bats, int grace_ms, sigset_t const *set)
{
  int64_t until = clock_ms() + grace_ms ;
  int ignored ;
  signal_ours(is_bats ? SIGINT : SIGTERM, command) ;
  while (signal_ours(0, command) && clock_ms() < until)
  {
    if (is_stop(next_signal(set, clock_ms() + LOOK_AGAIN_MS))) return ;
    if (reap(command, &ignored) && is_bats) return ;
  }
}

static void end_all (pid_t command, sigset_t const *set)
{
  int ignored ;
  while (signal_ours(SIGKILL, 0))
  {
    next_signal(set, clock_ms() + LOOK_AGAIN_MS) ;
    reap(command, &ignored) ;
  }
}

/* All that has run is among our children that have ended, as we are the subreaper. */
static void tell_times (char const *command, int64_t began_ms)
{
  char const *path = getenv("APART_TIMES") ;
  struct rusage use ;
  FILE *file ;
  int64_t ms = clock_ms() - began_ms ;
  if (!path) return ;
  if (getrusage(RUSAGE_CHILDREN, &use) == -1) die("ask for the CPU time") ;
  file = fopen(path, "a") ;
  if (!file) die("write to the file of APART_TIMES") ;
  fprintf(file, "%jd.%02d %jd.%02d %jd.%02d %s\n",
    (intmax_t)use.ru_utime.tv_sec, (int)(use.ru_utime.tv_usec / 10000),
    (intmax_t)use.ru_stime.tv_sec, (int)(use.ru_stime.tv_usec / 10000),
    (intmax_t)(ms / 1000), (int)(ms % 1000 / 10), command) ;
  fclose(file) ;
}

static int number (char const *text)
{
  char *end ;
  long n = strtol(text, &end, 10) ;
  if (!*text || *end || n < 0 || n > 1000000)
  {
    fputs(usage, stderr) ;
    exit(100) ;
  }
  return (int)n ;
}

int main (int argc, char **argv)
{
  static int const awaited[] = { SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM } ;
  sigset_t set ;
  sigset_t before ;
  int64_t began_ms = clock_ms() ;
  int64_t deadline ;
  int limit_s ;
  int grace_ms ;
  int code = 0 ;
  int sig = 0 ;
  int terminal = isatty(0) ;
  int is_bats = argc > 1 && !strcmp(argv[1], "-i") ;
  pid_t command ;
  argc -= is_bats ;
  argv += is_bats ;
  if (argc < 4)
  {
    fputs(usage, stderr) ;
    return 100 ;
  }
  limit_s = number(argv[1]) ;
  grace_ms = number(argv[2]) ;
  sigemptyset(&set) ;
  for (size_t i = 0 ; i < sizeof awaited / sizeof *awaited ; i++)
  {
    signal(awaited[i], SIG_DFL) ; /* one that is ignored would not be told */
    sigaddset(&set, awaited[i]) ;
  }
  sigprocmask(SIG_BLOCK, &set, &before) ;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == -1) die("become a subreaper") ;
  deadline = limit_s ? began_ms + (int64_t)limit_s * 1000 : INT64_MAX / 2 ;
  command = start(argv + 3, &before) ;
  while (!is_stop(sig) && clock_ms() < deadline)
  {
    if (sig == SIGCHLD && reap(command, &code))
    {
      end_all(command, &set) ;
      tell_times(argv[argc - 1], began_ms) ;
      return code ;
    }
    sig = next_signal(&set, terminal && deadline > clock_ms() + TERMINAL_MS ? clock_ms() + TERMINAL_MS : deadline) ;
    if (!is_stop(sig) && terminal && !isatty(0)) sig = SIGHUP ;
  }
  end_gently(command, is_bats, grace_ms, &set) ;
  end_all(command, &set) ;
  tell_times(argv[argc - 1], began_ms) ;
  if (is_stop(sig)) return 128 + sig ;
  fprintf(stderr, "apart: %s has not ended within %d s: ended, with all that it had started\n", argv[3], limit_s) ;
  return ENDED_FOR_LIMIT ;
}
