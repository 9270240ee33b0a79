#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/trust_one.h"

int trust_is_trusted (uid_t uid)
{
  return !uid || uid == geteuid() ;
}

/* Is the group the caller's own, so that it may write? */
static int own_group (gid_t gid)
{
  uid_t uid = geteuid() ;
  return uid && gid == getegid() && (!gid || gid == uid) ;
}

int trust_others_may_write (struct stat const *st)
{
  return st->st_mode & S_IWOTH || (st->st_mode & S_IWGRP && !own_group(st->st_gid)) ;
}

int trust_refuse (struct trust_refusal *why, enum trust_reason reason, uid_t owner)
{
  why->reason = reason ;
  why->owner = owner ;
  why->err = 0 ;
  return 0 ;
}

int trust_fail (struct trust_refusal *why)
{
  trust_refuse(why, TRUST_FAILED, 0) ;
  why->err = errno ;
  return 0 ;
}

int trust_stat (struct stat const *st, mode_t kind, int group, struct trust_refusal *why)
{
  if (kind && (st->st_mode & S_IFMT) != kind) return trust_refuse(why, TRUST_KIND, st->st_uid) ;
  if (!trust_is_trusted(st->st_uid)) return trust_refuse(why, TRUST_OWNER, st->st_uid) ;
  if (S_ISLNK(st->st_mode)) return 1 ;
  if (group ? (st->st_mode & S_IWOTH) != 0 : trust_others_may_write(st)) return trust_refuse(why, TRUST_WRITABLE, st->st_uid) ;
  return 1 ;
}

void trust_name (struct trust_refusal *why, char const *path)
{
  /* cppcheck-suppress ctuuninitvar ; only its size is read */
  snprintf(why->path, sizeof why->path, "%s", path) ;
}

int trust_entry (int dir, char const *entry, mode_t kind, int group, struct trust_refusal *why)
{
  struct stat st ;
  trust_name(why, entry) ;
  if (fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) == -1) return trust_fail(why) ;
  if (S_ISLNK(st.st_mode)) return trust_is_trusted(st.st_uid) || trust_refuse(why, TRUST_LINK, st.st_uid) ;
  return trust_stat(&st, kind, group, why) ;
}

int trust_is_missing (struct trust_refusal const *why)
{
  return why->reason == TRUST_FAILED && why->err == ENOENT ;
}

char const *trust_why (struct trust_refusal const *why, char out[TRUST_WHY_MAX])
{
  unsigned long owner = (unsigned long)why->owner ;
  switch (why->reason)
  {
    case TRUST_FAILED : snprintf(out, TRUST_WHY_MAX, "%s: %s", why->path, strerror(why->err)) ; break ;
    case TRUST_OWNER : snprintf(out, TRUST_WHY_MAX, "somebody else owns it: %s belongs to the user %lu", why->path, owner) ; break ;
    case TRUST_WRITABLE : snprintf(out, TRUST_WHY_MAX, "others than its owner may write to %s: chmod go-w", why->path) ; break ;
    case TRUST_LINK : snprintf(out, TRUST_WHY_MAX, "%s is a link that somebody else has made, the user %lu", why->path, owner) ; break ;
    case TRUST_HARD_LINK : snprintf(out, TRUST_WHY_MAX, "%s is a hard link: it is another file as well", why->path) ; break ;
    case TRUST_KIND : snprintf(out, TRUST_WHY_MAX, "%s is not what it must be", why->path) ; break ;
  }
  return out ;
}
