#include "base/livedir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "wire/channels.h"
#include "wire/lock.h"

#define SYSTEM_PLACE "/run/service"

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

/* Makes a directory that only we write to; one that exists must be ours and no link. */
static int make_ours (char const *path, mode_t mode)
{
  struct stat st ;
  if (!mkdir(path, mode)) return chmod(path, mode) != -1 ;
  if (errno != EEXIST) return 0 ;
  if (lstat(path, &st) == -1) return 0 ;
  if (!S_ISDIR(st.st_mode)) return (errno = ENOTDIR, 0) ;
  if (st.st_uid != geteuid()) return (errno = EPERM, 0) ;
  if (st.st_mode & 022 && chmod(path, st.st_mode & 07755) == -1) return 0 ;
  return 1 ;
}

/* A link that we (or root) made to a directory of ours will do. */
static int own_link (char const *path)
{
  struct stat st ;
  if (lstat(path, &st) == -1 || !S_ISLNK(st.st_mode) || (st.st_uid != geteuid() && st.st_uid)) return 0 ;
  return stat(path, &st) != -1 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() ;
}

int livedir_use (char const *path)
{
  if (!own_link(path) && !make_ours(path, geteuid() ? 0700 : 0755)) return 0 ;
  /* Whether it can be written, not who may: a read-only mount tells only so. */
  return !faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) ;
}

static int private_place (char out[LIVEDIR_PATH_MAX], char const *root, uid_t uid, char const *rest)
{
  char number[UID_FMT] ;
  number[uid_fmt(number, uid)] = 0 ;
  return join(out, root, number, rest) ;
}

static int try_place (char out[LIVEDIR_PATH_MAX], unsigned int i)
{
  char parent[LIVEDIR_PATH_MAX] ;
  if (!i) return join(out, SYSTEM_PLACE, "", "") && livedir_use(out) ;
  if (!private_place(parent, private_roots[i - 1], geteuid(), "")) return 0 ;
  if (!private_place(out, private_roots[i - 1], geteuid(), "/service")) return 0 ;
  return make_ours(parent, 0700) && livedir_use(out) ;
}

int livedir_choose (char out[LIVEDIR_PATH_MAX], struct livedir_attempt attempts[3], unsigned int *n)
{
  char const *named = getenv("REEVE_LIVE") ;
  *n = 0 ;
  if (named && *named)
  {
    if (join(out, named, "", "") && livedir_use(out)) return 1 ;
    attempts[0].err = errno ;
    join(attempts[0].path, "$REEVE_LIVE: ", strlen(named) < 4000 ? named : "(too long)", "") ;
    *n = 1 ;
    return 0 ;
  }
  for (unsigned int i = 0 ; i < 3 ; i++)
  {
    if (try_place(out, i)) return 1 ;
    attempts[*n].err = errno ;
    memcpy(attempts[*n].path, out, LIVEDIR_PATH_MAX) ;
    ++*n ;
  }
  return 0 ;
}

void livedir_die_without_place (struct livedir_attempt const *attempts, unsigned int n, char const *by)
{
  for (unsigned int i = 0 ; i < n ; i++)
    strerr_warnw4x("the live directory cannot be ", attempts[i].path, ": ", attempts[i].err == EPERM ? "somebody else owns it" : strerror(attempts[i].err)) ;
  strerr_dief3x(111, "there is no place for the live directory: name one that can be written with ", by, ", or mount a tmpfs on /run") ;
}

static int is_held (char const *live, char const *lock)
{
  char path[LIVEDIR_PATH_MAX] ;
  int foreign ;
  pid_t holder ;
  if (!join(path, live, "/", lock)) return -1 ;
  holder = lock_holder(path, &foreign) ;
  return holder < 0 ? -1 : holder || foreign ;
}

/* One that runs, or what is about to become it. 1, 0, or -1 with errno: that cannot be
   told. */
static int has_scanner (char const *live)
{
  int r = is_held(live, SCAN_LOCK) ;
  return r ? r : is_held(live, PREPARING_LOCK) ;
}

static int find_of (char out[LIVEDIR_PATH_MAX], uid_t uid)
{
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    struct stat st ;
    if (!private_place(out, private_roots[i], uid, "/service")) continue ;
    /* Another user's fake of it would be obeyed otherwise. */
    if (lstat(out, &st) == -1 || !S_ISDIR(st.st_mode) || st.st_uid != uid) continue ;
    if (has_scanner(out) > 0) return 1 ;
  }
  return 0 ;
}

int livedir_find (char out[LIVEDIR_PATH_MAX])
{
  char const *named = getenv("REEVE_LIVE") ;
  struct stat init ;
  int err = ENOENT ;
  int r ;
  if (named && *named) return join(out, named, "", "") ;
  r = has_scanner(SYSTEM_PLACE) ;
  if (r > 0) return join(out, SYSTEM_PLACE, "", "") ;
  if (r < 0) err = errno ;
  if (find_of(out, geteuid())) return 1 ;
  if (!geteuid() && !stat("/proc/1", &init) && init.st_uid && find_of(out, init.st_uid)) return 1 ;
  errno = err ;
  return 0 ;
}
