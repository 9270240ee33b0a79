#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include "base/exit.h"
#include "base/file.h"

#define SIGNAL_MAX 64
#define STANDARD_SIGNAL_MAX 31
#define OURS_BELOW 4096 /* Reeve's descriptors are below this: each got the lowest number that was free */

/* Gives the signal its default disposition. This does not use sigaction(): the C library reserves
   two signals and refuses to change them; but glibc's posix_spawn() leaves them ignored in its
   children, make's for instance. */
static void reset (int sig)
{
  static char const by_default[64] ; /* the kernel's struct sigaction; SIG_DFL is 0 */
  syscall(SYS_rt_sigaction, (long)sig, by_default, 0L, (long)(SIGNAL_MAX / 8)) ;
}

static int blocks_all (sigset_t const *mask)
{
  for (int sig = 1 ; sig <= STANDARD_SIGNAL_MAX ; sig++)
    if (sig != SIGKILL && sig != SIGSTOP && sigismember(mask, sig) != 1) return 0 ;
  return 1 ;
}

void spawn_prepare_signals (void)
{
  struct process_signals own ;
  sigset_t all ;
  sigset_t before ;
  sigfillset(&all) ;
  sigprocmask(SIG_SETMASK, &all, &before) ;
  if (blocks_all(&before)) return ;
  if (!process_own_signals(&own)) own.ignored = UINT64_MAX ; /* without /proc: reset all */
  for (int sig = 1 ; sig <= SIGNAL_MAX ; sig++)
    if (own.ignored >> (sig - 1) & 1) reset(sig) ;
}

int spawn_sanitize_stdio (void)
{
  struct pollfd stdio[] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } } ;
  int answered = poll(stdio, 3, 0) != -1 ; /* if poll() fails, ask for each */
  for (int fd = 0 ; fd < 3 ; fd++)
    if ((!answered || stdio[fd].revents & POLLNVAL) && fcntl(fd, F_GETFD) == -1 /* poll() also refuses an open O_PATH descriptor */
      && open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd) return 0 ;
  return 1 ;
}

int spawn_nothing_to_read (void)
{
  int ends[2] ;
  int fd = file_open("/dev/null", O_RDONLY, 0) ;
  if (fd >= 0) return fd ;
  if (pipe2(ends, O_CLOEXEC) == -1) return -1 ;
  close(ends[1]) ;
  return ends[0] ;
}

static void unblock_signals (void)
{
  sigset_t none ;
  sigemptyset(&none) ;
  sigprocmask(SIG_SETMASK, &none, 0) ;
}

static int is_target (struct spawn const *spawn, int fd)
{
  for (unsigned int i = 0 ; i < spawn->nfds ; i++)
    if (spawn->fd[i].to == fd) return 1 ;
  return 0 ;
}

/* Duplicates the descriptor to a number that is no target. (A target's own number will be
   replaced.) */
static int move_away (struct spawn const *spawn, int fd)
{
  int other = fcntl(fd, F_DUPFD_CLOEXEC, 3) ;
  while (other != -1 && is_target(spawn, other)) other = fcntl(fd, F_DUPFD_CLOEXEC, other + 1) ;
  return other ;
}

/* In the child: puts the descriptors in their places. One that is in another's place moves away
   first. */
static int place_fds (struct spawn const *spawn)
{
  int from[SPAWN_FDS_MAX] ;
  for (unsigned int i = 0 ; i < spawn->nfds ; i++)
  {
    from[i] = spawn->fd[i].from ;
    for (unsigned int j = 0 ; j < i ; j++)
      if (from[i] == spawn->fd[j].to && (from[i] = move_away(spawn, from[i])) == -1) return 0 ;
  }
  for (unsigned int i = 0 ; i < spawn->nfds ; i++)
  {
    if (from[i] == spawn->fd[i].to)
    {
      if (fcntl(from[i], F_SETFD, 0) == -1) return 0 ;
    }
    else if (dup2(from[i], spawn->fd[i].to) == -1) return 0 ;
  }
  return 1 ;
}

/* In the child: takes the terminal, so that input and Ctrl-C go to the child and not to the caller.
   From the background this is allowed only while SIGTTOU is blocked; else the child would be
   stopped here, and with vfork() its parent as well. */
static void take_terminal (void)
{
  pid_t callers = getpgrp() ;
  sigset_t stop ;
  sigemptyset(&stop) ;
  sigaddset(&stop, SIGTTOU) ;
  sigprocmask(SIG_BLOCK, &stop, 0) ; /* the child's mask, not the caller's */
  pid_t foreground = tcgetpgrp(0) ;
  if (setpgid(0, 0) != -1 && foreground == callers) tcsetpgrp(0, getpid()) ;
}

/* In the child: its pid. In a new PID namespace getpid() is 1, but /proc is still the outer one's. */
static pid_t own_pid (struct spawn const *spawn)
{
  return spawn->new_pid_namespace ? process_self_in_proc() : getpid() ;
}

/* In the child: its parent's pid. getppid() does not know a parent outside of the PID namespace. */
static pid_t present_parent (struct spawn const *spawn)
{
  struct process_look look ;
  if (!spawn->new_pid_namespace) return getppid() ;
  return process_look(own_pid(spawn), &look) ? look.parent : 0 ;
}

/* In the child: writes its birth. From here on its identity is on record, whoever dies. But if the
   parent has died already, its successor may have looked before: then this returns 0. */
static int report_birth (struct spawn const *spawn)
{
  char record[BIRTH_SIZE] ;
  struct birth birth ;
  ssize_t w ;
  if (!spawn->birth || spawn->birth_fd < 0) return 1 ;
  birth = *spawn->birth ;
  birth.process.pid = own_pid(spawn) ;
  birth.process.before_ms = process_clock_ms() ;
  spawn->birth->process.before_ms = birth.process.before_ms ; /* with vfork(), this sets the parent's copy, too */
  birth_pack(record, &birth) ;
  do w = pwrite(spawn->birth_fd, record, sizeof record, BIRTH_AT) ; while (w == -1 && errno == EINTR) ;
  if (w >= 0 && w < (ssize_t)sizeof record) errno = ENOSPC ;
  if (w != (ssize_t)sizeof record) return 0 ;
  return present_parent(spawn) == spawn->birth->process.pid || (errno = ESRCH, 0) ;
}

/* Must the child not share memory with the parent? It may have to wait, and with vfork() the parent
   would wait, too. */
static int is_apart (struct spawn const *spawn)
{
  return spawn->wait_for_lock >= 0 || spawn->new_pid_namespace ;
}

void spawn_close_ours (int kept)
{
  struct rlimit limit ;
  int end = OURS_BELOW ;
  if (getrlimit(RLIMIT_NOFILE, &limit) != -1 && limit.rlim_cur < OURS_BELOW) end = (int)limit.rlim_cur ;
  for (int fd = 3 ; fd < end ; fd++)
  {
    int flags = fcntl(fd, F_GETFD) ;
    if (fd != kept && flags != -1 && flags & FD_CLOEXEC) close(fd) ;
  }
}

/* In the child: waits for the lock. First it closes Reeve's descriptors: nobody may take it for a
   program of Reeve's meanwhile, such as a client that looks who reads the control fifo. */
static void wait_for_lock (struct spawn const *spawn)
{
  int lock = spawn->wait_for_lock ;
  for (unsigned int i = 0 ; i < spawn->nfds ; i++)
    if (spawn->fd[i].from == spawn->wait_for_lock) lock = spawn->fd[i].to ;
  spawn_close_ours(lock) ;
  unblock_signals() ;
  while (flock(lock, LOCK_EX) == -1 && errno == EINTR) ;
}

/* In the child: executes the program. Returns only on failure, with errno. */
static void become (struct spawn const *spawn, int volatile *executing)
{
  if (spawn->same_session) take_terminal() ;
  else if (spawn->ours) setpgid(0, 0) ;
  else setsid() ;
  if (spawn->console) *spawn->console = ioctl(0, TIOCSCTTY, 0L) == -1 ? errno : 0 ;
  if (!is_apart(spawn) && !report_birth(spawn)) return ; /* before place_fds(), which may replace its descriptor */
  if (spawn->directory >= 0 ? fchdir(spawn->directory) == -1 : spawn->chdir && chdir(spawn->chdir) == -1) return ;
  if (!place_fds(spawn)) return ;
  if (spawn->wait_for_lock >= 0) wait_for_lock(spawn) ;
  if (!spawn->ours) unblock_signals() ;
  *executing = 1 ;
  execve(spawn->path, (char *const *)spawn->argv, (char *const *)spawn->envp) ;
}

static pid_t spawn_sharing_memory (struct spawn const *spawn, int *executing)
{
  int volatile err = 0 ;
  int volatile reached = 0 ;
  pid_t pid = vfork() ;
  if (pid == -1) return 0 ;
  if (!pid)
  {
    become(spawn, &reached) ;
    err = errno ;
    _exit(EXIT_NOT_FOUND) ;
  }
  if (!err) return pid ;
  while (waitpid(pid, 0, 0) == -1 && errno == EINTR) ;
  *executing = reached ;
  errno = err ;
  return 0 ;
}

static void say_not_executed (char const *path, int err)
{
  char const *parts[] = { "unable to execute ", path, ": ", strerror(err), "\n" } ;
  for (size_t i = 0 ; i < sizeof parts / sizeof *parts ; i++) allwrite(2, parts[i], strlen(parts[i])) ;
}

static pid_t spawn_apart (struct spawn const *spawn)
{
  struct process_look look ;
  int volatile reached = 0 ;
  int err ;
  pid_t pid ;
  if (spawn->new_pid_namespace) process_look(getpid(), &look) ; /* asked here, because the child has pid 1 and could not find out whether /proc is this namespace's */
  pid = spawn->new_pid_namespace ? (pid_t)syscall(SYS_clone, (long)(SIGCHLD | CLONE_NEWPID), 0L, 0L, 0L, 0L) : fork() ;
  if (pid == -1) return 0 ;
  if (pid) return pid ;
  if (!report_birth(spawn)) _exit(EXIT_SYSTEM) ;
  become(spawn, &reached) ;
  err = errno ;
  unblock_signals() ; /* if nobody reads standard error, the process must be possible to end */
  say_not_executed(spawn->path, err) ;
  _exit(err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED) ;
}

pid_t spawn (struct spawn const *spawn, int *executing)
{
  pid_t pid ;
  *executing = 0 ;
  if (spawn->birth)
  {
    spawn->birth->process.after_ms = process_clock_ms() ;
    spawn->birth->process.before_ms = 0 ;
  }
  if (spawn->birth && !spawn->birth->process.pid) spawn->birth->process.pid = getpid() ; /* the parent's pid, for the child's check */
  pid = is_apart(spawn) ? spawn_apart(spawn) : spawn_sharing_memory(spawn, executing) ;
  if (!pid || !spawn->birth) return pid ;
  spawn->birth->process.pid = pid ;
  if (!spawn->birth->process.before_ms) spawn->birth->process.before_ms = process_clock_ms() ; /* if vfork() is only fork(), as in musl for arm64, or in emulators */
  return pid ;
}
