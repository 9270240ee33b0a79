/* Whom a path belongs to: what may be believed, and what may only be looked at.

   Trusted are root and the caller's effective user. A directory is trusted when one of
   them owns it and nobody else may write to it. Once a whole path has been found so,
   nobody else can change what it leads to: from then on it may be used by name. Which file does
   what: base/trust_one.h. */

#ifndef REEVE_BASE_TRUST_H
#define REEVE_BASE_TRUST_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#define TRUST_PATH_MAX 4096
#define TRUST_WHY_MAX (TRUST_PATH_MAX + 160)

/* Why something was refused. The reason is not an errno: an errno has one meaning, that
   of the system call that failed. */
enum trust_reason
{
  TRUST_FAILED, /* a system call: err */
  TRUST_OWNER, /* somebody else's: owner */
  TRUST_WRITABLE, /* somebody else may write to it */
  TRUST_LINK, /* a link that somebody else has made: owner */
  TRUST_HARD_LINK, /* it has another name, perhaps in another directory */
  TRUST_KIND /* it is not what it must be: a directory, a regular file, a fifo */
} ;

struct trust_refusal
{
  enum trust_reason reason ;
  int err ; /* TRUST_FAILED's */
  uid_t owner ;
  char path[TRUST_PATH_MAX] ; /* what was refused: the path given, or a directory on the way */
} ;

/* For trust_directory. */
enum trust_flag
{
  TRUST_CREATE = 1, /* makes the last directory where there is none; parents must exist */
  TRUST_SET_STICKY = 2, /* sets the sticky bit on a directory on the way that is the caller's and that others may write to */
  TRUST_LAST_STICKY = 4, /* the last one may be sticky as well: what is in it is to be asked for its owner */
  TRUST_HERE = 8 /* the working directory is trusted already, and so is what leads to it */
} ;

/* Opens a directory, component by component from the root on. All on the way must be
   trusted, and so must the last one be. On the way
   - a sticky directory that others may write to will do: what is in it is only removed
     or renamed by its owner;
   - the owner of the root directory is trusted like root;
   - a link is followed that root or the caller owns.
   A directory's group may write to it where that is the caller's own: it has the user's
   number, or it is root's and the caller, who is not root, is in it (OpenShift).
     flags   enum trust_flag
     mode    with TRUST_CREATE: of a directory that is made, whatever the umask
     why     the caller's; written when it is refused
   Returns a descriptor (O_PATH, close-on-exec) for fchdir() and *at(), or -1. */
extern int trust_directory (char const *path, unsigned int flags, mode_t mode, struct trust_refusal *why) ;

/* Opens a directory that may be anybody's, for a caller who has more rights than its
   owner. A link is followed only if root or the caller owns it, or if it leads to a
   directory of the link's owner, who could do there as he likes himself.
     at      where `path` begins, if it is not absolute
   Returns a descriptor (O_PATH, close-on-exec), or -1 with errno; *why, if not 0, tells
   more: with any reason but TRUST_FAILED errno is EPERM. */
extern int trust_anyones_directory (int at, char const *path, struct trust_refusal *why) ;

/* Opens the directory that `path` is in likewise; *last: the rest of `path`, a name in it. */
extern int trust_anyones_parent (int at, char const *path, char const **last, struct trust_refusal *why) ;

/* Writes the file `path` anew, in a directory that may be anybody's: under another name,
   .new.PID beside it, which is then renamed: of several that write at once the last one's
   stays. No link is followed, and no file that is there already is written to.
   Returns 1, or 0 with errno. */
extern int trust_write (int at, char const *path, mode_t mode, char const *bytes, size_t len) ;

/* From now on trust_open() opens files in directories that may be anybody's: for a client
   that has more rights than the tree's user. */
extern void trust_nobody (void) ;

/* open(), close-on-exec and following no link at the end of `path`. After trust_nobody():
   by trust_anyones_directory(), and the file must be root's, the caller's or that of the
   directory's owner; one that is not the owner's must not have another name elsewhere.
   Returns a descriptor, or -1 with errno: EPERM, with a message, when it is refused. */
extern int trust_open (char const *path, int flags, mode_t mode) ;

/* After trust_nobody(): until trust_release(), trust_open() opens what is in this directory by one look at
   the way there, not by one each: for a few files that are read together. Where it cannot be opened
   (there is none), nothing changes. One at a time. */
extern void trust_hold (char const *directory) ;
extern void trust_release (void) ;

/* May the entry `name` of a trusted directory be believed, or executed? A link if root
   or the caller has made it, wherever it leads; anything else if one of them owns it and
   nobody else may write to it.
     kind    S_IFREG, S_IFDIR, S_IFIFO: what it must be; 0: anything
     group   1: its group may write to it
   Returns 1; or 0, with why->reason TRUST_FAILED and why->err ENOENT when it is missing. */
extern int trust_entry (int dir, char const *name, mode_t kind, int group, struct trust_refusal *why) ;

/* The same of all entries of a directory, by path; `groups`: the one whose group may write
   to it, 0: none; `anyones`: the fifo, root's or the caller's, to which everybody may write, 0:
   none. One that is missing by then will do. */
extern int trust_entries (char const *directory, unsigned int flags, char const *groups, char const *anyones, struct trust_refusal *why) ;

/* The same of what is open already. */
extern int trust_stat (struct stat const *st, mode_t kind, int group, struct trust_refusal *why) ;

extern int trust_is_missing (struct trust_refusal const *why) ;

/* In words, for the end of a message. */
extern char const *trust_why (struct trust_refusal const *why, char out[TRUST_WHY_MAX]) ;

#endif
