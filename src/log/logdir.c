/* A directory, as s6-log and multilog know it:

   current     what is being written; executable: its logger has ended well
   lock        held by the logger
   previous    was current, and is being processed or archived
   processed   the processor's output; executable: complete
   state       what the last processor left for the next; newstate: what it is writing
   @STAMP.s    archived
   @STAMP.u    archived, but its logger was killed: its end may be missing

   Each step of a rotation leaves a state from which open_all brings order, so that
   it does not matter when a logger is killed. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/spawn.h"
#include "base/trust.h"
#include "log/log.h"
#include "wire/lock.h"

#define CURRENT_MODE 0644
#define DONE_MODE 0744

/* Once, until it works again. */
static int fail (struct logdir *d, char const *what, char const *file)
{
  int err = errno ;
  if (!d->said) strerr_warnwu8x(what, " ", d->path, *file ? "/" : "", file, ": ", strerror(err), " (trying again; lines wait)") ;
  d->said = 1 ;
  errno = err ;
  return 0 ;
}

static void say_refused (struct logdir *d, struct trust_refusal const *why, char const *what)
{
  char text[TRUST_WHY_MAX] ;
  if (!d->said) strerr_warnw5x(d->path, ": ", trust_why(why, text), what, "") ;
  d->said = 1 ;
}

static void close_one (int *fd)
{
  if (*fd >= 0) fd_close(*fd) ;
  *fd = -1 ;
}

/* To be opened anew. */
static void shut (struct logdir *d)
{
  close_one(&d->current) ;
  close_one(&d->dir) ;
  close_one(&d->lock) ;
  close_one(&d->unfinished) ;
  d->rotation = ROTATION_NONE ;
}

static int is_done (struct logdir *d, char const *file, struct stat *st)
{
  return !fstatat(d->dir, file, st, AT_SYMLINK_NOFOLLOW) && st->st_mode & S_IXUSR ;
}

/* ---- opening ---- */

/* Whoever may put files into the directory may have put there another name of any file. */
static int is_of_directory (struct logdir *d, struct stat const *st, struct trust_refusal *why)
{
  struct stat dir ;
  if (!S_ISREG(st->st_mode)) why->reason = TRUST_KIND ;
  else if (!d->anyones) return 1 ;
  else if (st->st_nlink > 1) why->reason = TRUST_HARD_LINK ;
  else if (st->st_uid != geteuid() && (fstat(d->dir, &dir) == -1 || st->st_uid != dir.st_uid)) why->reason = TRUST_OWNER ;
  else return 1 ;
  why->owner = st->st_uid ;
  return 0 ;
}

/* Opens a file of the directory, and no other file. Returns -1 with errno; EPERM, with
   why->path, when it is refused. */
static int open_file (struct logdir *d, char const *file, int flags, struct trust_refusal *why)
{
  struct stat st ;
  int err ;
  int fd = openat(d->dir, file, (flags & ~O_TRUNC) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, CURRENT_MODE) ;
  why->path[0] = 0 ;
  if (fd == -1) return -1 ;
  if (fstat(fd, &st) == -1) err = errno ;
  else if (!is_of_directory(d, &st, why))
  {
    snprintf(why->path, sizeof why->path, "%s", file) ;
    err = EPERM ;
  }
  else if (!(flags & O_TRUNC) || ftruncate(fd, 0) != -1) return fd ;
  else err = errno ;
  fd_close(fd) ;
  errno = err ;
  return -1 ;
}

static int open_or_say (struct logdir *d, char const *file, int flags)
{
  struct trust_refusal why ;
  int fd = open_file(d, file, flags, &why) ;
  if (fd == -1 && why.path[0]) say_refused(d, &why, " (trying again)") ;
  return fd ;
}

/* The directory, and what leads to it, may be anybody's. */
static int open_directory (struct logdir *d)
{
  struct trust_refusal why = { .reason = TRUST_FAILED } ;
  char path[PATH_MAX] ;
  char const *last ;
  struct stat st ;
  size_t len = strlen(d->path) ;
  int parent ;
  while (len > 1 && d->path[len - 1] == '/') len-- ;
  if (len >= sizeof path) return (errno = ENAMETOOLONG, fail(d, "open the directory", "")) ;
  memcpy(path, d->path, len) ;
  path[len] = 0 ;
  parent = trust_anyones_parent(AT_FDCWD, path, &last, &why) ;
  if (parent >= 0)
  {
    int made = mkdirat(parent, *last ? last : ".", 0700) != -1 || errno == EEXIST ;
    if (made) d->dir = trust_anyones_directory(parent, last, &why) ;
    else fail(d, "make the directory", "") ;
    fd_close(parent) ;
    if (!made) return 0 ;
  }
  if (d->dir == -1 && why.reason != TRUST_FAILED) say_refused(d, &why, " (trying again; lines wait)") ;
  if (d->dir == -1 || fstat(d->dir, &st) == -1) return fail(d, "open the directory", "") ;
  d->anyones = !trust_stat(&st, S_IFDIR, 0, &why) ;
  return 1 ;
}

static int take_lock (struct logdir *d)
{
  struct trust_refusal why = { .path = "lock" } ;
  struct stat st ;
  if (d->lock >= 0) return 1 ;
  d->lock = lock_take_at(d->dir, "lock") ; /* s6-log's, and multilog's */
  if (d->lock >= 0 && (fstat(d->lock, &st) == -1 || !is_of_directory(d, &st, &why)))
  {
    say_refused(d, &why, " (trying again; lines wait)") ;
    return (errno = EPERM, 0) ;
  }
  if (d->lock >= 0 && flock(d->lock, LOCK_EX | LOCK_NB) != -1) return 1 ;
  if (d->lock >= 0 && errno == EWOULDBLOCK) errno = EBUSY ;
  return 0 ;
}

static int open_current (struct logdir *d)
{
  struct trust_refusal why ;
  struct stat st ;
  int fd = open_file(d, "current", O_WRONLY | O_APPEND | O_CREAT, &why) ;
  if (fd == -1 && why.path[0] && why.reason != TRUST_KIND)
  {
    say_refused(d, &why, " (archiving it, and beginning a new one)") ;
    d->said = 0 ;
    if (!archive_file(d, "current", 'u')) return 0 ;
    fd = open_file(d, "current", O_WRONLY | O_APPEND | O_CREAT | O_EXCL, &why) ;
  }
  else if (fd == -1 && why.path[0]) say_refused(d, &why, " (trying again; lines wait)") ;
  if (fd == -1) return 0 ;
  if (fchmod(fd, CURRENT_MODE) == -1 || fstat(fd, &st) == -1)
  {
    int err = errno ;
    fd_close(fd) ;
    errno = err ;
    return 0 ;
  }
  close_one(&d->current) ;
  d->current = fd ;
  d->size = (uint64_t)st.st_size ;
  d->mid_line = 0 ;
  return 1 ;
}

static int empty_state (struct logdir *d)
{
  int fd = open_or_say(d, "state", O_WRONLY | O_CREAT | O_TRUNC) ;
  if (fd == -1) return 0 ;
  fd_close(fd) ;
  return 1 ;
}

/* What a logger left that did not end well. */
static int clean_up (struct logdir *d)
{
  struct stat st ;
  int left = !fstatat(d->dir, "previous", &st, AT_SYMLINK_NOFOLLOW) || !fstatat(d->dir, "processed", &st, AT_SYMLINK_NOFOLLOW) ;
  if (!left && is_done(d, "current", &st)) return 1 ;
  if (!archive_remove(d, "newstate") || !archive_remove(d, "state")) return 0 ;
  if (is_done(d, "processed", &st))
  {
    if (!archive_remove(d, "previous") || !archive_file(d, "processed", 's')) return 0 ;
  }
  else if (!archive_remove(d, "processed") || !archive_file(d, "previous", 'u')) return 0 ;
  if (!d->resumes && !is_done(d, "current", &st) && !archive_file(d, "current", 'u')) return 0 ;
  return empty_state(d) ;
}

/* `current` goes on: it is as old as the last rotation, or the first start. A time to
   come is none: the clock was set back since. */
static int find_age (struct logdir *d)
{
  uint64_t now = clock_wall_ms() ;
  uint64_t born = 0 ;
  uint64_t times[2] ;
  struct stat st ;
  if (!archive_trim(d, times) || fstat(d->lock, &st) == -1) return 0 ;
  times[1] = (uint64_t)st.st_mtim.tv_sec * 1000 ;
  for (unsigned int i = 0 ; i < 2 ; i++)
    if (times[i] > born && times[i] <= now) born = times[i] ;
  d->born_ms = (int64_t)(clock_ms() - (now - born)) ;
  return 1 ;
}

static int open_all (struct logdir *d)
{
  struct stat st ;
  if (!open_directory(d)) return 0 ;
  if (!take_lock(d)) return fail(d, errno == EBUSY ? "have the directory for itself: another logger has locked" : "lock", "lock") ;
  if (d->first_time) d->resumes = !!unfinished_recover(d) ;
  if (!clean_up(d)) return fail(d, "clean up what a logger that was killed left in", "") ;
  if (!find_age(d)) return fail(d, "read the directory", "") ;
  if (fstatat(d->dir, "state", &st, AT_SYMLINK_NOFOLLOW) == -1 && !empty_state(d)) return fail(d, "make", "state") ;
  return open_current(d) || fail(d, "open", "current") ;
}

int logdir_open (struct logdir *d)
{
  if (d->current >= 0) return 1 ;
  if (!open_all(d))
  {
    shut(d) ;
    return 0 ;
  }
  d->said = 0 ;
  d->mid_line = d->resumes ;
  d->first_time = d->resumes = 0 ;
  return 1 ;
}

/* ---- the processor ---- */

static int find_in (char path[PATH_MAX], char const *directories)
{
  for (;; directories++)
  {
    size_t len = strcspn(directories, ":") ;
    if ((size_t)snprintf(path, PATH_MAX, "%.*s/execlineb", (int)len, directories) < PATH_MAX && *path == '/' && !access(path, X_OK)) return 1 ;
    directories += len ;
    if (!*directories) return 0 ;
  }
}

static int find_execlineb (char path[PATH_MAX])
{
  char const *directories = getenv("PATH") ;
  return (directories && find_in(path, directories)) || find_in(path, "/command:/usr/bin:/bin:/usr/lib/execline/bin")
      || (errno = ENOENT, 0) ;
}

static int start_processor (struct logdir *d)
{
  static struct { char const *file ; int flags ; int to ; } const files[] =
  {
    { "previous", O_RDONLY, 0 },
    { "processed", O_WRONLY | O_CREAT | O_TRUNC, 1 },
    { "state", O_RDONLY | O_CREAT, 4 },
    { "newstate", O_WRONLY | O_CREAT | O_TRUNC, 5 }
  } ;
  char path[PATH_MAX] = "/bin/sh" ;
  char const *argv[4] = { d->processor_is_shells ? "sh" : "execlineb", d->processor_is_shells ? "-c" : "-Pc", d->processor, 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  char const *failed = "execlineb" ;
  if (d->processor_is_shells || find_execlineb(path))
  {
    for (failed = 0 ; !failed && request.nfds < sizeof files / sizeof *files ; request.nfds++)
    {
      int fd = open_or_say(d, files[request.nfds].file, files[request.nfds].flags) ;
      if (fd == -1)
      {
        failed = files[request.nfds].file ;
        break ;
      }
      request.fd[request.nfds] = (struct spawn_fd) { .from = fd, .to = files[request.nfds].to } ;
    }
    request.path = path ;
    request.argv = argv ;
    request.envp = (char const *const *)environ ;
    request.directory = d->dir ;
    if (!failed && !(d->pid = spawn(&request, &executing))) failed = argv[0] ;
  }
  {
    int err = errno ;
    for (unsigned int i = 0 ; i < request.nfds ; i++) fd_close(request.fd[i].from) ;
    errno = err ;
  }
  return failed ? fail(d, "start the processor in", failed) : 1 ;
}

static int sync_file (struct logdir *d, char const *file, int done)
{
  int fd = open_or_say(d, file, O_WRONLY) ;
  int ok ;
  int err ;
  if (fd == -1) return 0 ;
  ok = fsync(fd) != -1 && (!done || fchmod(fd, DONE_MODE) != -1) ;
  err = errno ;
  fd_close(fd) ;
  errno = err ;
  return ok ;
}

static int collect (struct logdir *d)
{
  struct stat st ;
  if (!fstatat(d->dir, "newstate", &st, AT_SYMLINK_NOFOLLOW)) /* else this is not the first try */
  {
    if (!sync_file(d, "processed", 1)) return fail(d, "write", "processed") ;
    if (!sync_file(d, "newstate", 0)) return fail(d, "write", "newstate") ;
    if (!archive_remove(d, "previous")) return fail(d, "remove", "previous") ;
    if (renameat(d->dir, "newstate", d->dir, "state") == -1) return fail(d, "rename to state:", "newstate") ;
  }
  return archive_file(d, "processed", 's') || fail(d, "archive", "processed") ;
}

static void process (struct logdir *d)
{
  int starts = d->processing == PROCESSING_START ;
  if (starts ? !start_processor(d) : !collect(d))
  {
    d->process_at_ms = clock_ms() + d->retry_ms ;
    return ;
  }
  d->processing = starts ? PROCESSING_RUNS : PROCESSING_NONE ;
  d->said = 0 ;
}

int logdir_ended (struct logdir *d, pid_t pid, int wstat)
{
  if (d->processing != PROCESSING_RUNS || d->pid != pid) return 0 ;
  d->process_at_ms = clock_ms() ;
  if (!wstat) d->processing = PROCESSING_COLLECT ;
  else
  {
    strerr_warnw3x(WIFSIGNALED(wstat) ? "the processor crashed in " : "the processor failed in ", d->path, " (trying again)") ;
    d->processing = PROCESSING_START ;
    d->process_at_ms += d->retry_ms ;
  }
  return 1 ;
}

/* ---- rotation ---- */

static int rotate (struct logdir *d)
{
  if (d->rotation == ROTATION_NONE)
  {
    if (fsync(d->current) == -1 && errno != EINVAL && errno != EROFS) return fail(d, "write", "current") ;
    d->rotation = ROTATION_RENAME ;
  }
  if (d->rotation == ROTATION_RENAME)
  {
    if (renameat(d->dir, "current", d->dir, "previous") == -1)
    {
      fail(d, "rename to previous:", "current") ;
      if (errno == ENOENT) shut(d) ; /* somebody has removed it, or the directory */
      return 0 ;
    }
    fchmod(d->current, DONE_MODE) ;
    d->rotation = ROTATION_CREATE ;
  }
  if (d->rotation == ROTATION_CREATE)
  {
    if (!open_current(d)) return fail(d, "open", "current") ;
    d->rotation = ROTATION_FINISH ;
  }
  if (d->processor)
  {
    d->processing = PROCESSING_START ;
    d->process_at_ms = 0 ;
  }
  else if (!archive_file(d, "previous", 's')) return fail(d, "archive", "previous") ;
  d->rotation = ROTATION_NONE ;
  d->rotate_soon = 0 ;
  d->said = 0 ;
  futimens(d->lock, 0) ; /* for find_age */
  if (d->processor) process(d) ;
  return 1 ;
}

/* Milliseconds until `current` is old enough; it is, if the clock goes back. */
static int64_t young_ms (struct logdir const *d)
{
  int64_t age = (int64_t)clock_ms() - d->born_ms ;
  return age < 0 || (uint64_t)age >= d->age_ms ? 0 : (int64_t)d->age_ms - age ;
}

static int is_old (struct logdir const *d)
{
  return d->age_ms && d->size && !young_ms(d) ;
}

/* While a file is being processed the next one may outgrow its limit: what writes to
   us does not have to wait for a processor. */
static int rotates (struct logdir const *d)
{
  return !d->mid_line && d->size && d->processing == PROCESSING_NONE
      && (d->size >= d->rotate_at || d->rotate_soon || is_old(d)) ;
}

/* To the end of the line with which the file is large enough. */
static size_t up_to_rotation (struct logdir const *d, char const *bytes, size_t len)
{
  uint64_t need = d->rotate_at > d->size ? d->rotate_at - d->size : 1 ;
  char const *newline ;
  if (need > len || d->processing != PROCESSING_NONE) return len ;
  newline = memchr(bytes + need - 1, '\n', len - need + 1) ;
  return newline ? (size_t)(newline - bytes) + 1 : len ;
}

ssize_t logdir_write (struct logdir *d, char const *bytes, size_t len)
{
  ssize_t r ;
  if (!logdir_open(d)) return -1 ;
  if ((d->rotation != ROTATION_NONE || rotates(d)) && !rotate(d)) return -1 ;
  if (d->begins && !d->mid_line) unfinished_in_pipe(d) ;
  r = write(d->current, bytes, up_to_rotation(d, bytes, len)) ;
  if (r == -1)
  {
    if (errno == EINTR) return 0 ;
    fail(d, "write", "current") ;
    return -1 ;
  }
  d->said = 0 ;
  if (!d->size && r) d->born_ms = (int64_t)clock_ms() ;
  d->size += (uint64_t)r ;
  d->mid_line = r && bytes[r - 1] != '\n' ;
  if (rotates(d)) rotate(d) ; /* what is left of it comes before the next line */
  return r ;
}

void logdir_rotate (struct logdir *d)
{
  if (d->current >= 0 && d->size && d->rotation == ROTATION_NONE && d->processing == PROCESSING_NONE) d->rotate_soon = 1 ;
}

void logdir_attend (struct logdir *d)
{
  if (d->current < 0) return ;
  if ((d->processing == PROCESSING_START || d->processing == PROCESSING_COLLECT)
   && clock_ms() >= d->process_at_ms) process(d) ;
  if (d->rotation != ROTATION_NONE || rotates(d)) rotate(d) ;
}

static int ms_until (uint64_t now, uint64_t then)
{
  return then <= now ? 0 : then - now > INT_MAX ? INT_MAX : (int)(then - now) ;
}

int logdir_due_ms (struct logdir const *d)
{
  int ms = -1 ;
  if (d->current < 0) return -1 ;
  if (d->processing == PROCESSING_START || d->processing == PROCESSING_COLLECT)
    ms = ms_until(clock_ms(), d->process_at_ms) ;
  else if (d->rotation != ROTATION_NONE) ms = (int)d->retry_ms ;
  else if (d->age_ms && d->size && !d->mid_line && d->processing == PROCESSING_NONE)
    ms = ms_until(0, (uint64_t)young_ms(d)) ;
  return ms ;
}

/* A file whose processing fails is left: the next logger archives it. */
int logdir_finish (struct logdir *d)
{
  if (d->current < 0) return 1 ;
  if (d->rotation != ROTATION_NONE && !rotate(d)) return 0 ;
  if (d->processing == PROCESSING_COLLECT) process(d) ;
  if (d->processing == PROCESSING_RUNS || d->processing == PROCESSING_COLLECT) return 0 ;
  if (d->processing == PROCESSING_START) return 1 ;
  if (fsync(d->current) == -1 && errno != EINVAL && errno != EROFS) return fail(d, "write", "current") ;
  if (fchmod(d->current, DONE_MODE) == -1) return fail(d, "mark as complete", "current") ;
  close_one(&d->current) ;
  unfinished_remove(d) ;
  return 1 ;
}
