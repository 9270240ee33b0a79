#include "wire/livedir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/exit.h"
#include "wire/channels.h"
#include "wire/lock.h"

#define SYSTEM_PLACE "/run/service"
#define CONTROL_DIRECTORY ".s6-svscan"

static char const *const private_roots[] = { "/dev/shm/reeve-", "/tmp/reeve-" } ;

static int join (char out[LIVEDIR_PATH_MAX], char const *a, char const *b, char const *c)
{
  size_t la = strlen(a) ;
  size_t lb = strlen(b) ;
  size_t lc = strlen(c) ;
  if (la + lb + lc >= LIVEDIR_PATH_MAX) return (errno = ENAMETOOLONG, 0) ;
  memcpy(out, a, la) ;
  memcpy(out + la, b, lb) ;
  memcpy(out + la + lb, c, lc + 1) ;
  return 1 ;
}

/* A system call failed on `path`: writes that to *why. Returns -1. */
static int failed (struct trust_refusal *why, char const *path)
{
  why->reason = TRUST_FAILED ;
  why->err = errno ;
  snprintf(why->path, sizeof why->path, "%s", path) ;
  return -1 ;
}

/* Makes .s6-svscan, mode 0711: others may look at those files in it that they may read. If it is
   there already, an earlier scanner or a stranger has made it, so each of its entries is tested.
   The entry `control` may belong to a group, whose members may then give commands. */
static int make_control (int live, char const *path, unsigned int flags, struct trust_refusal *why)
{
  char control[TRUST_PATH_MAX] ;
  if (!join(control, path, "/", CONTROL_DIRECTORY)) return (failed(why, path), 0) ;
  if (mkdirat(live, CONTROL_DIRECTORY, 0711) == -1 && errno != EEXIST) return (failed(why, path), 0) ;
  return trust_entries(control, flags, "control", 0, why) ;
}

int livedir_use (char const *path, unsigned int flags, struct trust_refusal *why)
{
  int fd = trust_directory(path, flags | TRUST_CREATE | TRUST_LAST_STICKY, geteuid() ? 0700 : 0755, why) ;
  if (fd == -1) return -1 ;
  if (make_control(fd, path, flags, why))
  {
    /* Only the kernel knows whether the mount is read-only. The C library's faccessat()
       may make a newer system call, which a seccomp filter can refuse with a misleading
       errno. */
    if (!syscall(SYS_faccessat, fd, ".", W_OK | X_OK)) return fd ;
    failed(why, path) ;
  }
  fd_close(fd) ;
  return -1 ;
}

static int private_place (char out[LIVEDIR_PATH_MAX], char const *root, uid_t uid, char const *rest)
{
  char number[UID_FMT] ;
  number[uid_fmt(number, uid)] = 0 ;
  return join(out, root, number, rest) ;
}

/* Makes the parent of a private place. It must be a directory of our own, and no link:
   a stranger may have taken its name. */
static int make_parent (char const *parent, unsigned int flags, struct trust_refusal *why)
{
  struct stat st ;
  int fd = trust_directory(parent, flags | TRUST_CREATE, 0700, why) ;
  if (fd == -1) return 0 ;
  fd_close(fd) ;
  if (lstat(parent, &st) == -1) return (failed(why, parent), 0) ;
  why->reason = S_ISDIR(st.st_mode) ? TRUST_OWNER : TRUST_KIND ;
  why->owner = st.st_uid ;
  snprintf(why->path, sizeof why->path, "%s", parent) ;
  return S_ISDIR(st.st_mode) && st.st_uid == geteuid() ;
}

static int try_place (char out[LIVEDIR_PATH_MAX], unsigned int i, unsigned int flags, struct trust_refusal *why)
{
  char parent[LIVEDIR_PATH_MAX] ;
  if (!i) return join(out, SYSTEM_PLACE, "", "") ? livedir_use(out, flags, why) : -1 ;
  if (!private_place(out, private_roots[i - 1], geteuid(), "/service")) return failed(why, out) ;
  if (!private_place(parent, private_roots[i - 1], geteuid(), "")) return failed(why, out) ;
  return make_parent(parent, flags, why) ? livedir_use(out, flags, why) : -1 ;
}

int livedir_choose (char out[LIVEDIR_PATH_MAX], unsigned int flags, struct livedir_attempt attempts[3], unsigned int *n)
{
  char const *named = getenv("REEVE_LIVE") ;
  int fd ;
  *n = 0 ;
  if (named && *named)
  {
    fd = join(out, named, "", "") ? livedir_use(out, flags, &attempts[0].why) : failed(&attempts[0].why, "it") ;
    if (fd >= 0) return fd ;
    join(attempts[0].path, "$REEVE_LIVE: ", strlen(named) < 4000 ? named : "(too long)", "") ;
    *n = 1 ;
    return -1 ;
  }
  for (unsigned int i = 0 ; i < 3 ; i++)
  {
    fd = try_place(out, i, flags, &attempts[*n].why) ;
    if (fd >= 0) return fd ;
    memcpy(attempts[*n].path, out, LIVEDIR_PATH_MAX) ;
    ++*n ;
  }
  return -1 ;
}

/* Why the place cannot be used; without its path, if that is the attempt's own. */
static char const *why_not (struct livedir_attempt const *attempt, char text[TRUST_WHY_MAX])
{
  if (attempt->why.reason == TRUST_FAILED && !strcmp(attempt->why.path, attempt->path)) return strerror(attempt->why.err) ;
  return trust_why(&attempt->why, text) ;
}

void livedir_say_other_place (char const *live, struct livedir_attempt const *attempts, unsigned int n)
{
  static char text[TRUST_WHY_MAX] ;
  static char other[TRUST_WHY_MAX] ;
  if (n == 1) strerr_warnw6x("the live directory is ", live, ", as ", attempts[0].path, " cannot be: ", why_not(attempts, text)) ;
  if (n == 2)
    strerr_warnw10x("the live directory is ", live, ", as ", attempts[0].path, " cannot be: ", why_not(attempts, text), ", nor ",
      attempts[1].path, ": ", why_not(attempts + 1, other)) ;
}

void livedir_die_without_place (struct livedir_attempt const *attempts, unsigned int n, char const *by)
{
  static char text[TRUST_WHY_MAX] ;
  for (unsigned int i = 0 ; i < n ; i++)
    strerr_warnw4x("the live directory cannot be ", attempts[i].path, ": ", why_not(attempts + i, text)) ;
  strerr_dief3x(EXIT_SYSTEM, "there is no place for the live directory: name one that can be written with ", by, ", or mount a tmpfs on /run") ;
}

static int is_held (char const *live, char const *lock)
{
  char path[LIVEDIR_PATH_MAX] ;
  int foreign ;
  pid_t holder ;
  if (!join(path, live, "/", lock)) return -1 ;
  holder = lock_holder_shown(path, &foreign) ;
  return holder < 0 ? -1 : holder || foreign ;
}

/* Does a scanner run there, or /init, which is about to become one? `left`: or did it? Returns 1,
   0, or -1 with errno when it cannot be told. */
static int has_scanner (char const *live, int left)
{
  char path[LIVEDIR_PATH_MAX] ;
  int r = is_held(live, SCAN_LOCK) ;
  if (!r && left) return (join(path, live, "/", SCAN_LOCK) && !access(path, F_OK)) || (join(path, live, "/", PREPARING_LOCK) && !access(path, F_OK)) ;
  return r ? r : is_held(live, PREPARING_LOCK) ;
}

static int find_of (char out[LIVEDIR_PATH_MAX], uid_t uid, int left)
{
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    struct stat st ;
    if (!private_place(out, private_roots[i], uid, "/service")) continue ;
    /* The client would obey another user's fake. */
    if (lstat(out, &st) == -1 || !S_ISDIR(st.st_mode) || st.st_uid != uid) continue ;
    if (has_scanner(out, left) > 0) return 1 ;
  }
  return 0 ;
}

static int find (char out[LIVEDIR_PATH_MAX], int left)
{
  char const *named = getenv("REEVE_LIVE") ;
  struct stat init ;
  int err = ENOENT ;
  int r ;
  if (named && *named) return join(out, named, "", "") ;
  r = has_scanner(SYSTEM_PLACE, left) ;
  if (r > 0) return join(out, SYSTEM_PLACE, "", "") ;
  if (r < 0) err = errno ;
  if (find_of(out, geteuid(), left)) return 1 ;
  if (!geteuid() && !stat("/proc/1", &init) && init.st_uid && find_of(out, init.st_uid, left)) return 1 ;
  errno = err ;
  return 0 ;
}

int livedir_find (char out[LIVEDIR_PATH_MAX])
{
  return find(out, 0) ;
}

int livedir_find_left (char out[LIVEDIR_PATH_MAX])
{
  return find(out, 1) ;
}
