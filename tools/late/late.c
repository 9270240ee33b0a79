/* Linked into each program of `make late`: by chance, a system call begins late, as on a busy
   machine where the process has just lost the processor. What a test expects at once then comes
   later, and two processes do things in another order than they mostly do.

   These are the calls by which a process changes what others see, and reads what they changed.
     LATE_MS   so many milliseconds late (60); 0: never
     LATE_IN   one call in so many (5)
   An environment that a program does not get, such as a container's, leaves the defaults. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long number (char const *variable, long otherwise)
{
  char const *text = getenv(variable) ;
  return text ? strtol(text, 0, 10) : otherwise ;
}

/* Not the same in two processes, and not the same in a child that goes on with this memory. */
static unsigned long chance (void)
{
  static unsigned long state ;
  struct timespec now ;
  clock_gettime(CLOCK_MONOTONIC, &now) ;
  state += (unsigned long)now.tv_nsec + (unsigned long)getpid() ;
  state = state * 6364136223846793005ul + 1442695040888963407ul ;
  return state >> 33 ;
}

/* No signal ends the pause early, nor is a handler run in it: the call is what is late. */
static void late (void)
{
  static long ms = -1 ;
  static long one_in ;
  int const error = errno ;
  if (ms == -1)
  {
    ms = number("LATE_MS", 60) ;
    one_in = number("LATE_IN", 5) ;
  }
  if (ms > 0 && (one_in < 2 || chance() % (unsigned long)one_in == 0))
  {
    struct timespec pause = { ms / 1000, ms % 1000 * 1000000 } ;
    sigset_t all, before ;
    sigfillset(&all) ;
    sigprocmask(SIG_SETMASK, &all, &before) ;
    nanosleep(&pause, 0) ;
    sigprocmask(SIG_SETMASK, &before, 0) ;
  }
  errno = error ;
}

#define LATE(type, name, parameters, ...) \
  type name parameters \
  { \
    late() ; \
    return (type)syscall(__VA_ARGS__) ; \
  }

LATE(int, rename, (char const *old, char const *new), SYS_renameat, AT_FDCWD, old, AT_FDCWD, new)
LATE(int, renameat, (int from, char const *old, int to, char const *new), SYS_renameat, from, old, to, new)
LATE(int, unlink, (char const *path), SYS_unlinkat, AT_FDCWD, path, 0)
LATE(int, unlinkat, (int dir, char const *path, int flags), SYS_unlinkat, dir, path, flags)
LATE(int, rmdir, (char const *path), SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR)
LATE(int, mkdir, (char const *path, mode_t mode), SYS_mkdirat, AT_FDCWD, path, mode)
LATE(int, mkdirat, (int dir, char const *path, mode_t mode), SYS_mkdirat, dir, path, mode)
LATE(int, mkfifo, (char const *path, mode_t mode), SYS_mknodat, AT_FDCWD, path, mode | S_IFIFO, 0)
LATE(int, mkfifoat, (int dir, char const *path, mode_t mode), SYS_mknodat, dir, path, mode | S_IFIFO, 0)
LATE(int, symlink, (char const *text, char const *path), SYS_symlinkat, text, AT_FDCWD, path)
LATE(int, symlinkat, (char const *text, int dir, char const *path), SYS_symlinkat, text, dir, path)
LATE(int, flock, (int fd, int operation), SYS_flock, fd, operation)
LATE(ssize_t, read, (int fd, void *bytes, size_t size), SYS_read, fd, bytes, size)
LATE(ssize_t, write, (int fd, void const *bytes, size_t size), SYS_write, fd, bytes, size)
LATE(ssize_t, writev, (int fd, struct iovec const *parts, int n), SYS_writev, fd, parts, n)
LATE(ssize_t, pwrite, (int fd, void const *bytes, size_t size, off_t at), SYS_pwrite64, fd, bytes, size, at)
LATE(int, kill, (pid_t pid, int signal), SYS_kill, pid, signal)
LATE(int, execve, (char const *path, char *const *argv, char *const *envp), SYS_execve, path, argv, envp)
LATE(pid_t, waitpid, (pid_t pid, int *wstat, int options), SYS_wait4, pid, wstat, options, 0)
LATE(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options), SYS_waitid, type, id, info, options, 0)

/* Only one that makes a file, or that writes: a directory has many files that are only read. */
static int open_late (int dir, char const *path, int flags, va_list rest)
{
  mode_t mode = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0 ;
  if ((flags & O_ACCMODE) != O_RDONLY) late() ;
  return (int)syscall(SYS_openat, dir, path, flags, mode) ;
}

int open (char const *path, int flags, ...)
{
  va_list rest ;
  va_start(rest, flags) ;
  int fd = open_late(AT_FDCWD, path, flags, rest) ;
  va_end(rest) ;
  return fd ;
}

int openat (int dir, char const *path, int flags, ...)
{
  va_list rest ;
  va_start(rest, flags) ;
  int fd = open_late(dir, path, flags, rest) ;
  va_end(rest) ;
  return fd ;
}
