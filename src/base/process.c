#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>
#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/listing.h"

#define PATH_SIZE 64
#define STAT_SIZE 1024
#define EXITING 0x4 /* PF_EXITING */
#define STATUS_SIZE 4096
#define OWN_STATUS_SIZE 1536 /* enough for a process that is in few groups, as Reeve's programs are */
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
  clock_read(CLOCK_BOOTTIME, &now) ;
  return (uint64_t)now.tv_sec * MS_A_SECOND + (uint64_t)now.tv_nsec / NS_A_MS ;
}

pid_t process_self_in_proc (void)
{
  char self[PATH_SIZE] ;
  uint32_t pid ;
  ssize_t r = readlink("/proc/self", self, sizeof self - 1) ;
  if (r < 0) return 0 ;
  self[r] = 0 ;
  return uint320_scan(self, &pid) && pid <= INT32_MAX ? (pid_t)pid : 0 ;
}

static char const *path_of (char *out, char const *before, pid_t pid, char const *after)
{
  size_t n = strlen(before) ;
  memcpy(out, before, n) ;
  n += pid_fmt(out + n, pid) ;
  memcpy(out + n, after, strlen(after) + 1) ;
  return out ;
}

/* Is /proc that of this process's PID namespace? Another one would tell of other processes under
   the same pids. */
static int proc_is_ours (void)
{
  static int known = -1 ;
  pid_t self ;
  if (known >= 0) return known ;
  self = process_self_in_proc() ;
  if (!self) return 0 ; /* /proc may still be mounted later */
  known = self == getpid() ;
  return known ;
}

/* Reads a file of /proc as text. One read gives all of it, or as much as fits. */
static int read_text (char const *path, char *text, size_t size)
{
  ssize_t n ;
  int fd = file_open(path, O_RDONLY, 0) ;
  if (fd == -1) return 0 ;
  n = fd_read(fd, text, size - 1) ;
  fd_close(fd) ;
  text[n > 0 ? n : 0] = 0 ;
  return n > 0 ? 1 : (errno = ENOENT, 0) ;
}

static int read_proc (char const *path, char *text, size_t size)
{
  return proc_is_ours() ? read_text(path, text, size) : (errno = ENOENT, 0) ;
}

/* The fields of a stat file after the name. The name is the second field and may hold anything; the
   next one is a letter, all others are numbers. */
enum field { FIELD_PARENT = 1, FIELD_GROUP = 2, FIELD_SESSION = 3, FIELD_TERMINAL = 4, FIELD_FLAGS = 6, FIELD_START = 19, FIELD_COUNT = 20 } ;

static int parse_fields (char const *text, uint64_t field[FIELD_COUNT])
{
  for (unsigned int i = 1 ; i < FIELD_COUNT ; i++)
  {
    text = strchr(text, ' ') ;
    if (!text++) return 0 ;
    if (!uint64_scan(text, field + i) && *text != '-') return 0 ; /* the terminal's group may be -1 */
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
  char const *name ;
  char const *end ;
  if (!read_proc(path_of(path, "/proc/", pid, "/stat"), text, sizeof text)) return 0 ;
  name = strchr(text, '(') ;
  end = strrchr(text, ')') ;
  if (!name || !end || end[1] != ' ' || !end[2] || !parse_fields(end + 2, field)) return (errno = EPROTO, 0) ;
  copy_name(look->name, name + 1, (size_t)(end - name - 1)) ;
  look->state = end[2] ;
  look->parent = (pid_t)field[FIELD_PARENT] ;
  look->group = (pid_t)field[FIELD_GROUP] ;
  look->session = (pid_t)field[FIELD_SESSION] ;
  look->has_terminal = !!field[FIELD_TERMINAL] ;
  look->exiting = !!(field[FIELD_FLAGS] & EXITING) ;
  look->started_ms = field[FIELD_START] * PROCESS_TICK_MS ;
  return 1 ;
}

int process_name (pid_t pid, char name[PROCESS_NAME_MAX])
{
  char path[PATH_SIZE] ;
  if (!read_proc(path_of(path, "/proc/", pid, "/comm"), name, PROCESS_NAME_MAX)) return 0 ;
  name[strcspn(name, "\n")] = 0 ;
  return 1 ;
}

/* Parses a line of a status file, such as "SigBlk:\t0000000000004000". */
static uint64_t signal_set (char const *text, char const *name)
{
  uint64_t set = 0 ;
  char const *at = strstr(text, name) ;
  if (at) uint64_xscan(at + strlen(name) + strspn(at + strlen(name), ": \t"), &set) ;
  return set ;
}

static int parse_signals (char const *text, struct process_signals *signals)
{
  if (!strstr(text, "\nSigCgt")) return (errno = EPROTO, 0) ; /* cut off: the line stands behind the groups, which are too many */
  *signals = (struct process_signals)
  {
    .pending = signal_set(text, "\nSigPnd") | signal_set(text, "\nShdPnd"),
    .blocked = signal_set(text, "\nSigBlk"),
    .ignored = signal_set(text, "\nSigIgn"),
    .caught = signal_set(text, "\nSigCgt")
  } ;
  return 1 ;
}

int process_signals (pid_t pid, struct process_signals *signals)
{
  char path[PATH_SIZE] ;
  char text[STATUS_SIZE] ;
  return read_proc(path_of(path, "/proc/", pid, "/status"), text, sizeof text) && parse_signals(text, signals) ;
}

int process_own_signals (struct process_signals *signals)
{
  char text[OWN_STATUS_SIZE] ;
  return read_text("/proc/self/status", text, sizeof text) && parse_signals(text, signals) ;
}

/* Parses "Uid:\t1000\t1000\t1000\t1000"; the first number is the real id. */
static int real_id (char const *text, char const *name, uint32_t *id)
{
  char const *at = strstr(text, name) ;
  return at && uint32_scan(at + strlen(name) + strspn(at + strlen(name), ": \t"), id) ;
}

int process_user (pid_t pid, uid_t *uid, gid_t *gid)
{
  char path[PATH_SIZE] ;
  char text[STATUS_SIZE] ;
  uint32_t u ;
  uint32_t g ;
  if (!read_proc(path_of(path, "/proc/", pid, "/status"), text, sizeof text)) return 0 ;
  if (!real_id(text, "\nUid", &u) || !real_id(text, "\nGid", &g)) return (errno = EPROTO, 0) ;
  *uid = (uid_t)u ;
  *gid = (gid_t)g ;
  return 1 ;
}

int process_lives (struct process_birth const *birth)
{
  struct process_look look ;
  if (birth->pid <= 0) return 0 ;
  if (!proc_is_ours()) return (errno = ENOSYS, -1) ;
  if (!process_look(birth->pid, &look)) return errno == ENOENT || errno == ESRCH ? 0 : -1 ;
  return look.started_ms <= birth->before_ms && look.started_ms + PROCESS_TICK_MS >= birth->after_ms ;
}

/* "0.10 0.05 0.01 1/234 5678": the 1 is this process. */
int process_alone (void)
{
  char text[64] ;
  char const *slash ;
  if (!read_proc("/proc/loadavg", text, sizeof text)) return 0 ;
  slash = strchr(text, '/') ;
  return slash && slash - text > 1 && slash[-1] == '1' && slash[-2] == ' ' ;
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

int process_any_child (void)
{
  return has_child(P_ALL, 0) ;
}

int process_group_has_child (pid_t group)
{
  return group > 1 && has_child(P_PGID, group) ;
}

/* Returns 1; 0 with errno; or -1: `each` has ended the listing. */
static int each_in_file (char const *path, process_child_func *each, void *data)
{
  char text[512] ;
  size_t held = 0 ;
  ssize_t r = 0 ;
  int more = 1 ;
  int err ;
  int fd = file_open(path, O_RDONLY, 0) ;
  if (fd == -1) return 0 ;
  while (more && (r = fd_read(fd, text + held, sizeof text - 1 - held)) > 0)
  {
    char *at = text ;
    char *space ;
    held += (size_t)r ;
    text[held] = 0 ;
    for (; more && (space = strchr(at, ' ')) ; at = space + 1)
    {
      uint32_t pid ;
      if (uint32_scan(at, &pid)) more = (*each)((pid_t)pid, data) ;
    }
    held = strlen(at) ; /* the rest of the read: each number ends with a space */
    memmove(text, at, held) ;
  }
  err = errno ;
  fd_close(fd) ;
  errno = err ;
  if (r < 0) return 0 ;
  return more ? 1 : -1 ;
}

int process_each_child_of (pid_t parent, process_child_func *each, void *data)
{
  char path[PATH_SIZE] ;
  if (!proc_is_ours()) return (errno = ENOSYS, 0) ;
  path_of(path, "/proc/", parent, "/task/") ;
  path_of(path + strlen(path), "", parent, "/children") ;
  if (each_in_file(path, each, data)) return 1 ;
  if (errno == ENOENT || errno == EPERM || errno == EACCES) errno = ENOSYS ;
  return 0 ;
}

int process_each_child (process_child_func *each, void *data)
{
  return process_each_child_of(getpid(), each, data) ;
}

struct numbers
{
  process_child_func *each ;
  void *data ;
} ;

static int each_name (int dir, char const *name, void *data)
{
  struct numbers const *numbers = data ;
  uint32_t pid ;
  (void)dir ;
  return !uint320_scan(name, &pid) || pid > INT32_MAX || (*numbers->each)((pid_t)pid, numbers->data) ;
}

/* Calls `each` for every entry of the directory that is a number. */
static int each_number (char const *path, process_child_func *each, void *data)
{
  struct numbers numbers = { .each = each, .data = data } ;
  return listing_each(path, &each_name, &numbers) ;
}

int process_each (process_child_func *each, void *data)
{
  if (!proc_is_ours()) return (errno = ENOSYS, 0) ;
  return each_number("/proc", each, data) ;
}

struct threads
{
  pid_t pid ;
  process_child_func *each ;
  void *data ;
  int err ;
} ;

static int each_of_thread (pid_t thread, void *data)
{
  struct threads *threads = data ;
  char task[PATH_SIZE] ;
  char path[PATH_SIZE] ;
  int r = each_in_file(path_of(path, path_of(task, "/proc/", threads->pid, "/task/"), thread, "/children"), threads->each, threads->data) ;
  if (!r && errno != ENOENT && errno != ESRCH) threads->err = errno ; /* else that thread has ended */
  return r == 1 || (!r && !threads->err) ;
}

int process_each_started_by (pid_t parent, process_child_func *each, void *data)
{
  char path[PATH_SIZE] ;
  struct threads threads = { .pid = parent, .each = each, .data = data } ;
  if (!proc_is_ours()) return (errno = ENOSYS, 0) ;
  if (!each_number(path_of(path, "/proc/", parent, "/task"), &each_of_thread, &threads)) return 0 ;
  errno = threads.err ;
  return !threads.err ;
}

int process_watch (struct process_birth const *birth)
{
  int fd = (int)syscall(SYS_pidfd_open, (long)birth->pid, 0L) ;
  int it ;
  int err ;
  if (fd == -1) return -1 ;
  it = process_lives(birth) ; /* looked at after the opening: a match proves that the pidfd is of this process */
  if (it == 1) return fd ;
  err = it ? errno : ESRCH ;
  fd_close(fd) ;
  errno = err ;
  return -1 ;
}

static int has_pidfds (void)
{
  static int known = -1 ;
  int fd ;
  if (known >= 0) return known ;
  fd = (int)syscall(SYS_pidfd_open, (long)getpid(), 0L) ;
  if (fd == -1) return errno == ENOSYS || errno == EPERM ? (known = 0) : 1 ;
  known = process_signal_watched(fd, 0, 0) || (errno != ENOSYS && errno != EPERM) ;
  fd_close(fd) ;
  return known ;
}

int process_signal_watched (int fd, int sig, int group)
{
  return syscall(SYS_pidfd_send_signal, (long)fd, (long)sig, 0L, group ? (long)SIGNAL_PROCESS_GROUP : 0L) != -1 ;
}

int process_can_prove (void)
{
  return proc_is_ours() && has_pidfds() ;
}

int process_namespace_life (char out[PROCESS_LIFE_MAX])
{
  char boot[PATH_SIZE] ;
  struct process_look init ;
  struct stat st ;
  size_t n ;
  if (!read_proc("/proc/sys/kernel/random/boot_id", boot, sizeof boot)) return 0 ;
  if (stat("/proc/self/ns/pid", &st) == -1 || !process_look(1, &init)) return 0 ;
  n = strcspn(boot, "\n") ;
  memcpy(out, boot, n) ;
  out[n++] = ' ' ;
  n += uint64_fmt(out + n, (uint64_t)st.st_ino) ;
  out[n++] = ' ' ;
  n += uint64_fmt(out + n, init.started_ms) ;
  out[n++] = '\n' ;
  out[n] = 0 ;
  return 1 ;
}
