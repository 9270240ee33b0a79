#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include "base/process.h"
#include "log/log.h"

#define FILE_NAME "unfinished"
#define RECORD_SIZE 256

enum { IN_PIPE = 'p', TAKEN = 't' } ;

/* Which pipe stdin is, and in which life of the system: a pipe is empty after that. */
static char const *input_name (void)
{
  static char name[PROCESS_LIFE_MAX + 64] ;
  char life[PROCESS_LIFE_MAX] ;
  struct stat st ;
  if (name[0]) return name ;
  if (fstat(0, &st) == -1 || !S_ISFIFO(st.st_mode) || !process_namespace_life(life)) return "" ;
  life[strcspn(life, "\n")] = 0 ;
  snprintf(name, sizeof name, "%ju %ju %s", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino, life) ;
  return name ;
}

/* Is it the user's own file, without another name? */
static int open_own (struct logdir *d, char const *file, int flags)
{
  struct stat st ;
  int fd = openat(d->dir, file, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, 0600) ;
  if (fd == -1) return -1 ;
  if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_nlink == 1 && st.st_uid == geteuid()) return fd ;
  fd_close(fd) ;
  return -1 ;
}

/* Writes it by one call, which the kernel does not interrupt. If it cannot be written, a line may be torn when
   the logger is killed in the middle of it. */
static void note (struct logdir *d, int kind, struct taken const *taken)
{
  char record[RECORD_SIZE] = "" ;
  char const letter[2] = { (char)kind, 0 } ;
  if (!*input_name()) return ;
  if (d->unfinished == -1) d->unfinished = open_own(d, FILE_NAME, O_CREAT) ;
  if (d->unfinished == -1) return ;
  snprintf(record, sizeof record, "%s %ju %ju %ju %s\n", letter, (uintmax_t)d->size, (uintmax_t)taken->before, (uintmax_t)taken->piece, input_name()) ;
  if (pwrite(d->unfinished, record, sizeof record, 0) != (ssize_t)sizeof record) unlinkat(d->dir, FILE_NAME, 0) ;
}

void unfinished_in_pipe (struct logdir *d)
{
  struct taken const none = { 0, 0 } ;
  note(d, IN_PIPE, &none) ;
}

void unfinished_taken (struct logdir *d, struct taken const *taken)
{
  note(d, TAKEN, taken) ;
}

void unfinished_remove (struct logdir *d)
{
  if (d->unfinished >= 0) unlinkat(d->dir, FILE_NAME, 0) ;
}

/* ---- after a killed logger ---- */

struct record
{
  int kind ;
  uint64_t at ;
  uint64_t before ;
  uint64_t piece ;
} ;

static int read_record (struct logdir *d, struct record *record)
{
  uint64_t *const numbers[] = { &record->at, &record->before, &record->piece } ;
  char bytes[RECORD_SIZE + 1] ;
  char *rest = bytes + 2 ;
  ssize_t r ;
  int fd = open_own(d, FILE_NAME, 0) ;
  if (fd == -1) return 0 ;
  r = pread(fd, bytes, RECORD_SIZE, 0) ;
  fd_close(fd) ;
  if (r != RECORD_SIZE || (bytes[0] != IN_PIPE && bytes[0] != TAKEN) || bytes[1] != ' ') return 0 ;
  bytes[RECORD_SIZE] = 0 ;
  record->kind = (unsigned char)bytes[0] ;
  for (unsigned int i = 0 ; i < sizeof numbers / sizeof *numbers ; i++)
  {
    size_t n = uint64_scan(rest, numbers[i]) ;
    if (!n || rest[n] != ' ') return 0 ;
    rest += n + 1 ;
  }
  rest[strcspn(rest, "\n")] = 0 ;
  return *input_name() && !strcmp(rest, input_name()) && record->piece <= record->at && record->before <= INPUT_MAX ;
}

/* Is there no newline in the file from `at` on? */
static int is_one_line (int fd, uint64_t at)
{
  char bytes[4096] ;
  ssize_t r ;
  while ((r = pread(fd, bytes, sizeof bytes, (off_t)at)) > 0)
  {
    if (memchr(bytes, '\n', (size_t)r)) return 0 ;
    at += (uint64_t)r ;
  }
  return !r ;
}

/* Does the pipe hold the piece with which the file ends, at the place where it should be? Then it was perhaps
   not taken. */
static int is_in_pipe (int file, struct record const *record)
{
  static char theirs[INPUT_MAX + 4096] ;
  char ours[4096] ;
  size_t len = record->piece < sizeof ours ? (size_t)record->piece : sizeof ours ;
  size_t all = (size_t)record->before + len ;
  int copy[2] ;
  int in_pipe ;
  int same = 1 ;
  if (!ioctl(0, FIONREAD, &in_pipe) && (uint64_t)in_pipe < record->before + record->piece) return 0 ;
  if (pipe2(copy, O_CLOEXEC) == -1) return 1 ;
  if (tee(0, copy[1], all, SPLICE_F_NONBLOCK) == (ssize_t)all && allread(copy[0], theirs, all) == all
   && pread(file, ours, len, (off_t)(record->at - record->piece)) == (ssize_t)len)
    same = !memcmp(theirs + record->before, ours, len) ;
  fd_close(copy[0]) ;
  fd_close(copy[1]) ;
  return same ;
}

int unfinished_recover (struct logdir *d)
{
  struct record record ;
  struct stat st ;
  char last ;
  int resumes = 0 ;
  int fd ;
  if (!read_record(d, &record)) return 0 ;
  fd = open_own(d, "current", O_APPEND) ;
  if (fd == -1) return 0 ;
  if (!fstat(fd, &st) && (uint64_t)st.st_size >= record.at && !(st.st_mode & S_IXUSR) && is_one_line(fd, record.at))
  {
    if (record.kind == TAKEN && record.at && pread(fd, &last, 1, (off_t)record.at - 1) == 1 && last != '\n')
      resumes = (uint64_t)st.st_size > record.at || !is_in_pipe(fd, &record) ;
    if ((record.kind == IN_PIPE || resumes) && (uint64_t)st.st_size > record.at && ftruncate(fd, (off_t)record.at) == -1) resumes = 0 ;
  }
  fd_close(fd) ;
  return resumes ;
}
