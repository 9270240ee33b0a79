#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/exit.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "base/trust.h"
#include "control/control.h"
#include "control/likeness.h"
#include "control/owner.h"
#include "control/services.h"
#include "control/view.h"
#include "service/name.h"
#include "wire/scan_state.h"
#include "wire/state.h"

#define PATH_MAX_OF_PROC 64
#define SUPERVISE "/supervise"
#define LIVE_IS "REEVE_LIVE="
#define LIMITS_COLUMN 25 /* where the first number of a line of /proc/PID/limits begins */

/* ---- reading /proc ---- */

/* Returns 0 with errno. */
static int open_proc (struct likeness *like)
{
  char path[PATH_MAX_OF_PROC] ;
  if (process_self_in_proc() != getpid()) return (errno = ENOSYS, 0) ; /* this /proc is of another PID namespace: the pid may be another process there */
  snprintf(path, sizeof path, "/proc/%ld", (long)like->pid) ;
  like->proc = file_open(path, O_PATH | O_DIRECTORY, 0) ;
  return like->proc >= 0 ;
}

/* Reads the whole file, and appends a NUL. Returns an allocated text, or 0 with errno. */
static char *read_whole (struct likeness const *like, char const *file, size_t *len)
{
  size_t room = 4096 ;
  char *text = 0 ;
  int fd = openat(like->proc, file, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  for (*len = 0 ; ; room *= 2)
  {
    char *more = realloc(text, room + 1) ;
    if (!more) break ;
    text = more ;
    errno = 0 ;
    *len += allread(fd, text + *len, room - *len) ;
    text[*len] = 0 ;
    if (*len == room) continue ;
    fd_close(fd) ;
    if (!errno || errno == EPIPE) return text ; /* the end of the file */
    free(text) ;
    return 0 ;
  }
  free(text) ;
  fd_close(fd) ;
  return (errno = ENOMEM, (char *)0) ;
}

/* Returns 0 with errno. */
static int read_environment (struct likeness *like, char const *more)
{
  size_t len ;
  size_t n = 0 ;
  char *text = read_whole(like, "environ", &len) ;
  size_t count = 3 ; /* the last variable may have no NUL of its own; and two variables are added */
  if (!text) return 0 ;
  like->text = text ;
  for (size_t i = 0 ; i < len ; i++) count += !text[i] ;
  like->environment = calloc(count + 1, sizeof *like->environment) ;
  if (!like->environment) return 0 ;
  for (char *at = text ; at < text + len ; at += strlen(at) + 1)
    if (strchr(at, '=')) like->environment[n++] = at ;
  if (more) like->environment[n] = (char *)more ;
  return 1 ;
}

static char const *find_line (char const *text, char const *key)
{
  size_t len = strlen(key) ;
  for ( ; text ; text = strchr(text, '\n'), text = text ? text + 1 : 0)
    if (!strncmp(text, key, len)) return text + len ;
  return 0 ;
}

/* Returns the first number of a line. *all_same: are all numbers of the line the same? */
static unsigned long numbers (char const *line, int base, int *all_same)
{
  char *at ;
  unsigned long first = strtoul(line, &at, base) ;
  for (*all_same = 1 ; *at == '\t' ; ) *all_same &= strtoul(at, &at, base) == first ;
  return first ;
}

/* The user who has written the pid of the service: the tree's user; in a tree of root's, the owner of the
   service's directory. */
static uid_t owner_of (char const *name)
{
  char path[SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX + sizeof SUPERVISE] ;
  struct stat st = { .st_uid = 0 } ;
  uid_t owner = owner_of_tree() ;
  int fd ;
  snprintf(path, sizeof path, "%s" SUPERVISE, name) ;
  fd = owner ? -1 : trust_anyones_directory(AT_FDCWD, path, 0) ;
  if (fd == -1) return owner ;
  if (fstat(fd, &st) == -1) st.st_uid = (uid_t)-1 ;
  fd_close(fd) ;
  return st.st_uid ;
}

/* Reads user and groups of the process. The user who has written the pid decides which process this is. A
   process of root's does not count as another user's service: no other user can make root execute
   something in an environment of that user's choice. Returns 0 with errno. */
static int read_identity (struct likeness *like)
{
  uid_t owner = owner_of(like->of) ;
  size_t len ;
  int same_uid ;
  int same_gid ;
  char *text = read_whole(like, "status", &len) ;
  char const *uid = text ? find_line(text, "Uid:") : 0 ;
  char const *gid = text ? find_line(text, "Gid:") : 0 ;
  char const *groups = text ? find_line(text, "Groups:") : 0 ;
  char const *mask = text ? find_line(text, "Umask:") : 0 ;
  int ok = uid && gid && groups ;
  if (ok)
  {
    like->uid = (uid_t)numbers(uid, 10, &same_uid) ;
    like->gid = (gid_t)numbers(gid, 10, &same_gid) ;
    for (char *end ; like->group_count < LIKENESS_GROUPS_MAX ; groups = end)
    {
      gid_t group = (gid_t)strtoul(groups, &end, 10) ;
      if (end == groups || *end == '\n') break ;
      like->groups[like->group_count++] = group ;
    }
    like->has_umask = !!mask ;
    if (mask) like->umask = (mode_t)numbers(mask, 8, &same_gid) ;
    ok = !owner || (same_uid && like->uid == owner) ;
    if (!ok) errno = EPERM ;
  }
  free(text) ;
  return ok ;
}

/* Limits that this user may not read are not taken over. */
static void read_limits (struct likeness *like)
{
  size_t len ;
  char *text = read_whole(like, "limits", &len) ;
  char *line = text ? strchr(text, '\n') : 0 ; /* after the first line they are in the order of their numbers */
  for ( ; line && strlen(line) > LIMITS_COLUMN && like->limit_count < LIKENESS_LIMITS_MAX ; line = strchr(line + 1, '\n'))
  {
    char *at = line + 1 + LIMITS_COLUMN ;
    rlim_t *each[] = { &like->limits[like->limit_count].rlim_cur, &like->limits[like->limit_count].rlim_max } ;
    for (size_t i = 0 ; i < 2 ; i++)
    {
      at += strspn(at, " ") ;
      *each[i] = *at == 'u' ? RLIM_INFINITY : (rlim_t)strtoull(at, 0, 10) ;
      at += strcspn(at, " \n") ;
    }
    like->limit_count++ ;
  }
  free(text) ;
}

int likeness_say_unreadable (struct likeness const *like, char const *what)
{
  strerr_warnwu4sys("read the ", what, " of ", like->of) ;
  if (errno == EACCES || errno == EPERM) strerr_warni1x("only its own user and root may, and root only where the service is the tree's user's") ;
  return EXIT_SYSTEM ;
}

int likeness_find (struct likeness *like, struct request const *request, enum likeness_of of)
{
  struct view view ;
  int code = services_need_scanner(request) ;
  *like = (struct likeness) { .of = request->names[0], .cwd = -1, .proc = -1 } ;
  if (code) return code ;
  if (!view_read(&view, like->of)) return likeness_say_unreadable(like, "state") ;
  like->is_scanner = of == LIKENESS_SERVICE && !view.pid ;
  like->pid = of == LIKENESS_SUPERVISOR ? view_supervisor(like->of) : view.pid ? view.pid : services_scanner() ;
  if (!like->pid) return (errno = ESRCH, likeness_say_unreadable(like, like->is_scanner ? "scanner" : "supervisor")) ;
  if (!open_proc(like) || !read_identity(like)) return likeness_say_unreadable(like, "user") ;
  read_limits(like) ;
  return EXIT_YES ;
}

int likeness_read (struct likeness *like)
{
  static char live[sizeof LIVE_IS + SCAN_STATE_PATH_MAX] ; /* large; without an initial value, as that would be in the program file */
  static struct scan_state scan ; /* large */
  struct state state ;
  if (like->environment) return 1 ;
  memcpy(live, LIVE_IS, sizeof LIVE_IS) ;
  if (like->is_scanner && !getcwd(live + sizeof LIVE_IS - 1, SCAN_STATE_PATH_MAX)) return 0 ;
  if (!read_environment(like, like->is_scanner ? live : 0)) return 0 ;
  like->cwd = !like->is_scanner ? openat(like->proc, "cwd", O_PATH | O_DIRECTORY | O_CLOEXEC) : scan_state_read(&scan) ? file_open(scan.origin, O_PATH | O_DIRECTORY, 0) : -1 ;
  if (like->is_scanner || !state_read(like->of, &state, 0) || state.process.pid != like->pid || process_lives(&state.process) == 1) return 1 ;
  errno = ESRCH ; /* the pid may be used by another process */
  return 0 ;
}

/* ---- becoming like that ---- */

void likeness_take_limits (struct likeness const *like)
{
  int lower = 0 ;
  for (int i = 0 ; i < like->limit_count ; i++)
  {
    struct rlimit now ;
    struct rlimit want = like->limits[i] ;
    if (!setrlimit(i, &want) || getrlimit(i, &now) == -1) continue ;
    lower |= want.rlim_max > now.rlim_max ;
    want.rlim_max = now.rlim_max ; /* without CAP_SYS_RESOURCE the hard limit cannot be raised */
    if (want.rlim_cur > want.rlim_max) want.rlim_cur = want.rlim_max ;
    setrlimit(i, &want) ;
  }
  if (lower) strerr_warni3x("some limits are lower than those of ", like->of, ", as this process may not raise them") ;
}

static int has_groups (struct likeness const *like)
{
  gid_t now[LIKENESS_GROUPS_MAX] ;
  int n = getgroups(LIKENESS_GROUPS_MAX, now) ;
  return n >= 0 && (size_t)n == like->group_count && !memcmp(now, like->groups, (size_t)n * sizeof *now) ;
}

int likeness_take_identity (struct likeness const *like)
{
  if (!has_groups(like) && setgroups(like->group_count, like->groups) == -1)
  {
    if (errno != EPERM || like->uid != geteuid()) return 0 ;
    strerr_warni3x("going on with this process's groups, as it may not take those of ", like->of, "") ;
  }
  if ((like->gid != getegid() || like->gid != getgid()) && setgid(like->gid) == -1) return 0 ;
  return (like->uid == geteuid() && like->uid == getuid()) || setuid(like->uid) != -1 ;
}
