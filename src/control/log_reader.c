#include "control/log_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "wire/kept.h"

#define NS 1000000000ULL
#define READ_MIN 8192
#define HEAD 256

/* ---- beginning, end ---- */

static int is_older (struct stat const *st, uint64_t since)
{
  return st->st_mtim.tv_sec < 0 || (uint64_t)st->st_mtim.tv_sec * NS + (uint64_t)st->st_mtim.tv_nsec < since ;
}

/* Finds where to begin in a file. Returns 1 if no line of an older file is wanted. */
static int find_start (struct log_reader const *r, int fd, struct stat const *st, uint64_t *count, off_t *offset)
{
  off_t begin = 0 ;
  *offset = *count == LOG_ALL ? 0 : log_start_last(fd, st->st_size, count) ;
  if (r->since) begin = log_start_since(fd, st->st_size, r->place.without_leaps, r->since) ;
  if (begin > *offset) *offset = begin ;
  return *offset || !*count ;
}

static void note_newest (struct log_reader *r, struct log_files const *files)
{
  for (size_t i = 0 ; i < files->count ; i++)
    if (*files->names[i] == '@') snprintf(r->newest, sizeof r->newest, "%s", files->names[i]) ;
}

static void take_files (struct log_reader *r, struct log_files *files, size_t at)
{
  log_place_free(r->names, r->count) ;
  r->names = files->names ;
  r->count = files->count ;
  r->at = at ;
  r->last = files->current ;
  r->listed = files->listed ;
  *r->newest = 0 ;
  note_newest(r, files) ;
}

static void use (struct log_reader *r, int fd, off_t offset)
{
  if (r->fd >= 0) fd_close(r->fd) ;
  r->fd = fd ;
  r->offset = offset ;
  r->is_last = 0 ;
}

/* Makes the current file the next one to read: the last. */
static void use_current (struct log_reader *r, off_t offset)
{
  use(r, r->last, offset) ;
  r->last = -1 ;
  r->is_last = r->fd >= 0 ;
}

int log_reader_open (struct log_reader *r, uint64_t count, uint64_t since)
{
  struct log_files files ;
  off_t offset = 0 ;
  int done = 0 ;
  if (!log_place_find(&r->place, r->name)) return 0 ;
  r->since = since ;
  if (!log_files_list(&r->place, &files))
  {
    log_reader_close(r) ;
    return 0 ;
  }
  take_files(r, &files, files.count) ;
  r->is_open = 1 ;
  if (r->last >= 0) done = find_start(r, r->last, &files.st, &count, &offset) ;
  for (size_t i = files.count ; !done && i ; i--)
  {
    struct stat st ;
    int one = log_files_open_old(&r->place, files.names[i - 1], r->quiet, &st) ;
    if (one == -1) *files.names[i - 1] = 0 ; /* it is not tried again, and no second message is written */
    else if (since && is_older(&st, since))
    {
      fd_close(one) ;
      done = 1 ;
    }
    else
    {
      use(r, one, 0) ;
      r->at = i ;
      done = find_start(r, one, &st, &count, &offset) ;
    }
  }
  if (r->fd == -1) use_current(r, offset) ;
  r->offset = offset ;
  return 1 ;
}

void log_reader_close (struct log_reader *r)
{
  log_place_free(r->names, r->count) ;
  if (r->place.dir >= 0) fd_close(r->place.dir) ;
  if (r->last >= 0) fd_close(r->last) ;
  if (r->fd >= 0) fd_close(r->fd) ;
  free(r->bytes) ;
  *r = (struct log_reader) { .name = r->name, .place = { .dir = -1 }, .follows = r->follows, .quiet = r->quiet, .last = -1, .fd = -1, .ns = r->ns } ;
}

/* Does the logger write elsewhere now, or to a new directory of the same name? */
static int is_stale (struct log_reader const *r)
{
  struct stat st ;
  if (!r->is_open || fstat(r->place.dir, &st) == -1 || !st.st_nlink) return 1 ;
  return !r->place.kept && (!r->place.pid || (kill(r->place.pid, 0) == -1 && errno == ESRCH)) ;
}

int log_reader_renew (struct log_reader *r)
{
  struct log_place place ;
  struct stat before ;
  struct stat now ;
  uint64_t since = r->ns && r->ns >= r->since ? r->ns + 1 : r->since ;
  if (!is_stale(r)) return 1 ;
  if (!log_place_find(&place, r->name)) return !!r->is_open ;
  if (r->is_open && !fstat(r->place.dir, &before) && !fstat(place.dir, &now) && log_files_is_same(&before, &now))
  {
    fd_close(place.dir) ;
    place.dir = r->place.dir ;
    r->place = place ;
    return 1 ;
  }
  fd_close(place.dir) ;
  log_reader_close(r) ;
  return log_reader_open(r, LOG_ALL, since) ? 2 : 0 ;
}

/* ---- the next file ---- */

/* Has another file taken the name of the file that we read? If our file was cut, reading goes on at its
   beginning. */
static int was_rotated (struct log_reader *r, struct stat const *st)
{
  struct stat now ;
  struct stat dir ;
  struct log_files files ;
  if (fstatat(r->place.dir, log_place_current(&r->place), &now, AT_SYMLINK_NOFOLLOW) == -1) return 0 ;
  if (!log_files_is_same(&now, st)) return 1 ;
  if (now.st_size < r->offset) r->offset = 0 ;
  if (fstat(r->place.dir, &dir) == -1 || (dir.st_mtim.tv_sec == r->listed.tv_sec && dir.st_mtim.tv_nsec == r->listed.tv_nsec)) return 0 ;
  if (log_files_list(&r->place, &files))
  {
    int same = files.current >= 0 && log_files_is_same(&files.st, st) ;
    if (same) note_newest(r, &files) ;
    if (same) r->listed = files.listed ;
    log_files_free(&files) ;
    return !same ;
  }
  return 0 ;
}

/* Has a processor made the file `name` from the file that we read? Then it has no new lines. */
static int begins_alike (struct log_reader const *r, char const *name)
{
  char ours[HEAD] ;
  char theirs[HEAD] ;
  struct stat st ;
  int fd = log_place_open(&r->place, name, &st) ;
  ssize_t n ;
  int alike ;
  if (fd == -1) return 1 ;
  n = pread(r->fd, ours, HEAD, 0) ;
  alike = log_files_is_compressed(fd) || (n > 0 && pread(fd, theirs, HEAD, 0) == n && !memcmp(ours, theirs, (size_t)n)) ;
  fd_close(fd) ;
  return alike ;
}

/* Lists the files that are newer than the file that we read. */
static int take_new_files (struct log_reader *r, struct stat const *own)
{
  struct log_files files ;
  size_t at = 0 ;
  char newest[NAME_MAX + 1] ;
  if (!log_files_list(&r->place, &files)) return 0 ;
  memcpy(newest, r->newest, sizeof newest) ;
  for (size_t i = files.count ; !at && i ; i--)
  {
    struct stat st ;
    if (fstatat(r->place.dir, files.names[i - 1], &st, AT_SYMLINK_NOFOLLOW) != -1 && log_files_is_same(&st, own)) at = i ;
  }
  for (size_t i = 0 ; !at && i < files.count ; i++) /* our file is not in the list any more */
    if ((!r->place.kept && *files.names[i] == '@' && strcmp(files.names[i], newest) <= 0) || begins_alike(r, files.names[i])) *files.names[i] = 0 ;
  take_files(r, &files, at) ;
  return 1 ;
}

/* There was no file at the last look. Lists all that came since. */
static int take_first_files (struct log_reader *r)
{
  struct log_files files ;
  size_t at = 0 ;
  if (!log_files_list(&r->place, &files)) return 0 ;
  while (at < files.count && (r->place.kept || *files.names[at] != '@' || strcmp(files.names[at], r->newest) <= 0)) at++ ;
  take_files(r, &files, at) ;
  return 1 ;
}

/* Opens the next file. Returns 0 when there is none. */
static int next_file (struct log_reader *r)
{
  struct stat own ;
  struct stat st ;
  if (r->is_last || r->fd == -1)
  {
    if (!r->follows) return 0 ;
    if (r->fd == -1 ? !take_first_files(r) : fstat(r->fd, &own) == -1 || !take_new_files(r, &own)) return 0 ;
  }
  while (r->at < r->count)
  {
    int fd = log_files_open_old(&r->place, r->names[r->at++], r->quiet, &st) ;
    if (fd == -1) continue ;
    use(r, fd, 0) ;
    return 1 ;
  }
  if (r->last >= 0) use_current(r, 0) ;
  else if (r->fd >= 0 && r->follows) return (r->is_last = 1, 0) ; /* the logger goes on in this file */
  else if (r->fd >= 0) use(r, -1, 0) ;
  return r->fd >= 0 ;
}

/* ---- lines ---- */

/* A hole has no lines, only zeros that nobody wrote, and may be larger than any disk. */
static void skip_hole (struct log_reader *r)
{
  struct stat st ;
  off_t data ;
  if (r->fd == -1 || fstat(r->fd, &st) == -1 || st.st_size <= r->offset) return ;
  data = lseek(r->fd, r->offset, SEEK_DATA) ;
  if (data > r->offset) r->offset = data ;
  else if (data == -1 && errno == ENXIO) r->offset = st.st_size ;
}

/* Reads more bytes. Returns 0 when there are none. */
static int fill (struct log_reader *r)
{
  ssize_t n ;
  if (r->begin) memmove(r->bytes, r->bytes + r->begin, r->end -= r->begin) ;
  r->begin = 0 ;
  if (r->size - r->end < READ_MIN / 2)
  {
    size_t size = r->size ? 2 * r->size : (size_t)2 * READ_MIN ;
    char *more = realloc(r->bytes, size) ;
    if (!more) return 0 ;
    r->bytes = more ;
    r->size = size ;
  }
  skip_hole(r) ;
  n = r->fd >= 0 ? pread(r->fd, r->bytes + r->end, r->size - r->end, r->offset) : 0 ;
  if (n <= 0) return 0 ;
  r->end += (size_t)n ;
  r->offset += n ;
  return 1 ;
}

/* The time of lines before the first stamp: that of the first stamp; without any, the last change of the
   file. */
static uint64_t guess (struct log_reader const *r, size_t from)
{
  struct stat st ;
  uint64_t ns = 0 ;
  for (char const *line = r->bytes + from ; !ns && line < r->bytes + r->end ; )
  {
    char const *newline = memchr(line, '\n', (size_t)(r->bytes + r->end - line)) ;
    log_stamp(line, (size_t)(r->bytes + r->end - line), r->place.without_leaps, &ns) ;
    line = newline ? newline + 1 : r->bytes + r->end ;
  }
  if (!ns && fstat(r->fd, &st) != -1) ns = (uint64_t)st.st_mtim.tv_sec * NS + (uint64_t)st.st_mtim.tv_nsec ;
  return ns ;
}

/* Makes a line of the next `len` bytes. Returns 0 if the line is too old. */
static int take_line (struct log_reader *r, size_t len, struct log_line *line)
{
  size_t from = r->begin ;
  size_t stamp ;
  uint64_t ns = 0 ;
  *line = (struct log_line) { .text = r->bytes + from, .len = len } ;
  r->begin = from + len + (from + len < r->end && r->bytes[from + len] == '\n') ;
  stamp = log_stamp(line->text, len, r->place.without_leaps, &ns) ;
  if (r->place.kept && stamp == KEPT_STAMP + 1 && len >= KEPT_HEAD) stamp = KEPT_HEAD ;
  line->text += stamp ;
  line->len -= stamp ;
  line->has_stamp = !!ns ;
  if (ns) r->ns = ns ;
  else if (!r->ns) r->ns = guess(r, r->begin) ;
  line->ns = r->ns ;
  return r->ns >= r->since ;
}

int log_reader_next (struct log_reader *r, struct log_line *line)
{
  if (!r->is_open) return 0 ;
  for (;;)
  {
    size_t len = r->end - r->begin ;
    char const *newline = len ? memchr(r->bytes + r->begin, '\n', len) : 0 ;
    struct stat st ;
    if (newline || len >= LOG_LINE_MAX)
    {
      if (take_line(r, newline ? (size_t)(newline - r->bytes) - r->begin : len, line)) return 1 ;
      continue ;
    }
    if (fill(r)) continue ;
    if (r->is_last && r->follows)
    {
      if (fstat(r->fd, &st) == -1 || !was_rotated(r, &st))
      {
        if (fill(r)) continue ;
        break ;
      }
      if (fill(r)) continue ; /* bytes that came just before the rotation */
    }
    if (len)
    {
      if (take_line(r, len, line)) return 1 ;
      continue ;
    }
    if (!next_file(r)) break ;
  }
  if (r->begin == r->end)
  {
    free(r->bytes) ;
    r->bytes = 0 ;
    r->size = r->begin = r->end = 0 ;
  }
  return 0 ;
}
