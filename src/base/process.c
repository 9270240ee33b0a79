#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#define PATH_SIZE 64
#define STAT_SIZE 1024
#define FORKED_AND_NEVER_EXECUTED 0x40 /* PF_FORKNOEXEC */
#define MS_A_SECOND 1000
#define NS_A_MS 1000000

#ifndef SYS_pidfd_send_signal
# define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
# define SYS_pidfd_open 434
#endif
#define SIGNAL_PROCESS_GROUP 4 /* PIDFD_SIGNAL_PROCESS_GROUP */

uint64_t process_clock_ms (void)
{
  struct timespec now ;
  clock_gettime(CLOCK_BOOTTIME, &now) ;
  return (uint64_t)now.tv_sec * MS_A_SECOND + (uint64_t)now.tv_nsec / NS_A_MS ;
}

/* A /proc of another PID namespace would tell of other processes under our pids. */
static int proc_is_ours (void)
{
  static int known = -1 ;
  char self[PATH_SIZE] ;
  ssize_t r ;
  if (known >= 0) return known ;
  r = readlink("/proc/self", self, sizeof self - 1) ;
  if (r < 0) return 0 ; /* may be mounted yet */
  self[r] = 0 ;
  known = strtol(self, 0, 10) == (long)getpid() ;
  return known ;
}

/* Reads a file of /proc as text. */
static int read_text (char const *path, char *text, size_t size)
{
  size_t n ;
  int fd ;
  if (!proc_is_ours()) return (errno = ENOENT, 0) ;
  fd = open(path, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  n = allread(fd, text, size - 1) ;
  fd_close(fd) ;
  text[n] = 0 ;
  return n ? 1 : (errno = ENOENT, 0) ;
}

/* The fields of a stat file after the name, which is the second and may hold
   anything; each is a number but the first. */
enum field { FIELD_PARENT = 1, FIELD_SESSION = 3, FIELD_FLAGS = 6, FIELD_START = 19, FIELD_COUNT = 20 } ;

static int parse_fields (char const *text, uint64_t field[FIELD_COUNT])
{
  for (unsigned int i = 1 ; i < FIELD_COUNT ; i++)
  {
    char *end ;
    text = strchr(text, ' ') ;
    if (!text) return 0 ;
    field[i] = strtoull(text, &end, 10) ;
    if (end == text) return 0 ;
    text = end ;
  }
  return 1 ;
}

static void copy_name (char out[PROCESS_NAME_MAX], char const *from, size_t len)
{
  size_t n = 0 ;
  for (; n < len && n < PROCESS_NAME_MAX - 1 ; n++) out[n] = (unsigned char)from[n] < 32 || from[n] == 127 ? '?' : from[n] ;
  out[n] = 0 ;
}

int process_look (pid_t pid, struct process_look *look)
{
  char path[PATH_SIZE] ;
  char text[STAT_SIZE] ;
  uint64_t field[FIELD_COUNT] ;
  long ticks = sysconf(_SC_CLK_TCK) ;
  char const *name ;
  char const *end ;
  snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid) ;
  if (!read_text(path, text, sizeof text)) return 0 ;
  name = strchr(text, '(') ;
  end = strrchr(text, ')') ;
  if (!name || !end || end[1] != ' ' || !end[2] || ticks <= 0 || !parse_fields(end + 2, field)) return (errno = EPROTO, 0) ;
  copy_name(look->name, name + 1, (size_t)(end - name - 1)) ;
  look->state = end[2] ;
  look->parent = (pid_t)field[FIELD_PARENT] ;
  look->session = (pid_t)field[FIELD_SESSION] ;
  look->never_executed = !!(field[FIELD_FLAGS] & FORKED_AND_NEVER_EXECUTED) ;
  look->started_ms = field[FIELD_START] * MS_A_SECOND / (uint64_t)ticks ;
  return 1 ;
}

int process_lives (struct process_birth const *birth)
{
  struct process_look look ;
  long ticks = sysconf(_SC_CLK_TCK) ;
  uint64_t tick_ms = ticks > 0 ? MS_A_SECOND / (uint64_t)ticks : 1 ;
  return birth->pid > 0 && process_look(birth->pid, &look)
      && look.started_ms <= birth->before_ms && look.started_ms + tick_ms >= birth->after_ms ;
}

static int has_child (idtype_t type, pid_t id)
{
  siginfo_t info ;
  int r ;
  do r = waitid(type, (id_t)id, &info, WEXITED | WNOHANG | WNOWAIT) ; while (r == -1 && errno == EINTR) ;
  return !r ;
}

int process_is_child (pid_t pid)
{
  return pid > 0 && has_child(P_PID, pid) ;
}

int process_group_has_child (pid_t group)
{
  return group > 1 && has_child(P_PGID, group) ;
}

int process_each_child (process_child_func *each, void *data)
{
  char path[PATH_SIZE] ;
  char text[512] ;
  size_t held = 0 ;
  ssize_t r ;
  int more = 1 ;
  int fd ;
  if (!proc_is_ours()) return (errno = ENOENT, 0) ;
  snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid()) ;
  fd = open(path, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  while (more && (r = fd_read(fd, text + held, sizeof text - 1 - held)) > 0)
  {
    char *at = text ;
    char *space ;
    held += (size_t)r ;
    text[held] = 0 ;
    for (; more && (space = strchr(at, ' ')) ; at = space + 1) more = (*each)((pid_t)strtol(at, 0, 10), data) ;
    held = strlen(at) ; /* each number ends with a space */
    memmove(text, at, held) ;
  }
  fd_close(fd) ;
  return 1 ;
}

int process_watch (struct process_birth const *birth)
{
  int fd = (int)syscall(SYS_pidfd_open, (long)birth->pid, 0L) ;
  if (fd == -1) return -1 ;
  if (process_lives(birth)) return fd ; /* looked at after the opening: it is this one or was reaped */
  fd_close(fd) ;
  errno = ESRCH ;
  return -1 ;
}

int process_signal_watched (int fd, int sig, int group)
{
  return syscall(SYS_pidfd_send_signal, (long)fd, (long)sig, 0L, group ? (long)SIGNAL_PROCESS_GROUP : 0L) != -1 ;
}

int process_namespace_life (char *out, size_t size)
{
  char boot[64] ;
  struct process_look init ;
  struct stat st ;
  int n ;
  if (!read_text("/proc/sys/kernel/random/boot_id", boot, sizeof boot)) return 0 ;
  boot[strcspn(boot, "\n")] = 0 ;
  if (stat("/proc/self/ns/pid", &st) == -1 || !process_look(1, &init)) return 0 ;
  n = snprintf(out, size, "%s %ju %ju\n", boot, (uintmax_t)st.st_ino, (uintmax_t)init.started_ms) ;
  return n > 0 && (size_t)n < size ? 1 : (errno = ENAMETOOLONG, 0) ;
}
