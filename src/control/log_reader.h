/* Reading what a service has logged, line by line. The log is in the directory to which the service's
   logger writes, or in the file in which the collector keeps its last lines (wire/kept.h).

   log_place.c   finds that directory
   log_stamp.c   reads the time before a line
   log_files.c   lists the files of that directory at one moment
   log_start.c   finds where the last lines begin, or the lines since a time
   log_reader.c  reads the files in order, also while they are written and rotated
   log_tail.c    reads the last lines as one text
   logs.c        the command */

#ifndef REEVE_CONTROL_LOG_READER_H
#define REEVE_CONTROL_LOG_READER_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* ---- log_place.c ---- */

struct log_place
{
  int dir ; /* a descriptor of the directory */
  pid_t pid ; /* the logger's; 0: it does not run */
  uid_t owner ; /* if `checked`: only files of this user are read, ... */
  uid_t other ; /* ... and of this one */
  unsigned int checked : 1 ; /* others may have put files into the directory */
  unsigned int kept : 1 ; /* the collector keeps the lines */
  unsigned int without_leaps : 1 ; /* TAI64N stamps are without leap seconds: multilog and svlogd write such */
  char path[PATH_MAX] ; /* for messages */
} ;

/* Finds where the service `name` logs. The caller closes place->dir. Returns 1, or 0 with errno. ENOENT:
   no place is known; place->path is the directory that the logger has yet to make, or "". Any other
   errno: the directory is there, but cannot be opened. */
extern int log_place_find (struct log_place *place, char const *name) ;
/* Opens a file of the place, if it is a regular file of the right user, and no link. Returns a
   descriptor, or -1 with errno. */
extern int log_place_open (struct log_place const *place, char const *file, struct stat *st) ;
/* The name of the file that the logger writes to now. */
extern char const *log_place_current (struct log_place const *place) ;
/* Lists the names of the older files, oldest first, for log_place_free(). Returns 0 with errno. */
extern char **log_place_list (struct log_place const *place, size_t *count) ;
extern void log_place_free (char **names, size_t count) ;

/* ---- log_files.c ---- */

struct log_files
{
  char **names ; /* older files, in the order of time */
  size_t count ;
  int current ; /* a descriptor of the file that the logger writes to; -1: there is none now */
  struct stat st ; /* of the current file */
  struct timespec listed ; /* the time of the directory when it was listed */
} ;

/* Opens the current file and lists the older ones, so that no rotation comes between. If the logger
   rotates all the time, the list has only what is older than the opened file. Returns 1, or 0 with
   errno. */
extern int log_files_list (struct log_place const *place, struct log_files *files) ;
extern void log_files_free (struct log_files *files) ;
/* Opens an older file, unless it is compressed. Returns a descriptor, or -1; then, unless `quiet`, after
   a message if the file is still there. */
extern int log_files_open_old (struct log_place const *place, char const *name, int quiet, struct stat *st) ;
/* Has a processor compressed the file? */
extern int log_files_is_compressed (int fd) ;
/* Are these the same file? */
extern int log_files_is_same (struct stat const *a, struct stat const *b) ;

/* ---- log_stamp.c: pure ---- */

/* Reads the stamps at the beginning of the line: TAI64N, or ISO 8601 as reeve-log, s6-log (local time)
   and svlogd write it. Writes the time to *ns, in nanoseconds since 1970; without a stamp, *ns stays as
   it is. Returns the length of the stamps in bytes. Of a JSON object of reeve-log, the time is read and 0
   returned.
     without_leaps  TAI64N is without leap seconds, as multilog and svlogd write it */
extern size_t log_stamp (char const *line, size_t len, int without_leaps, uint64_t *ns) ;

/* ---- log_start.c ---- */

#define LOG_LINE_MAX (16 << 20) /* a longer line becomes several */

/* Finds where the last *count lines of the file begin. Reads at most as many bytes as *count lines of
   LOG_LINE_MAX have. Subtracts from *count the lines that it has found. Returns the offset. */
extern off_t log_start_last (int fd, off_t size, uint64_t *count) ;
/* Finds where the lines begin that are not older than `since`. Returns the offset of the beginning of a
   line: that one, or one before it. */
extern off_t log_start_since (int fd, off_t size, int without_leaps, uint64_t since) ;

/* ---- log_reader.c ---- */

#define LOG_ALL UINT64_MAX

struct log_line
{
  char *text ; /* without stamp and newline; valid until the next call with this reader */
  size_t len ;
  uint64_t ns ; /* when it was logged, in nanoseconds since 1970; without a stamp: as the line before */
  unsigned int has_stamp : 1 ;
} ;

struct log_reader
{
  char const *name ; /* the service's; borrowed */
  struct log_place place ;
  uint64_t since ; /* nanoseconds since 1970 */
  unsigned int is_open : 1 ;
  unsigned int follows : 1 ; /* set by the caller: the log goes on after the end of the last file */
  unsigned int quiet : 1 ; /* set by the caller: no message about files that cannot be read */
  unsigned int is_last : 1 ; /* `fd` is the file that the logger wrote to when `fd` was opened */
  char **names ; /* of the files to read next */
  size_t count ; /* of these names */
  size_t at ; /* index of the next name */
  int last ; /* the file to read after these; -1: none */
  int fd ; /* the file that is read; -1: none */
  off_t offset ; /* in `fd`: where to read on */
  char newest[NAME_MAX + 1] ; /* with is_last: the newest of the files before `fd` */
  struct timespec listed ; /* the time of the directory when `newest` was found */
  char *bytes ; /* a buffer, allocated; from `begin` to `end` are bytes that were read and not used yet */
  size_t size ;
  size_t begin ;
  size_t end ;
  uint64_t ns ; /* time of the last line */
} ;

#define LOG_READER(service) { .name = (service), .place = { .dir = -1 }, .last = -1, .fd = -1 }

/* Begins to read the log of r->name: the last `count` lines, or all (LOG_ALL), but none that is older than
   `since`. Returns 1, or 0 with errno as log_place_find() does. */
extern int log_reader_open (struct log_reader *r, uint64_t count, uint64_t since) ;
extern void log_reader_close (struct log_reader *r) ;
/* Reads the next line. Returns 0 when there is no more (now). A file that cannot be read is skipped. */
extern int log_reader_next (struct log_reader *r, struct log_line *line) ;
/* To be called after log_reader_next() has returned 0. Looks for the service's place again: it may be
   there now, or may have been replaced. Then reading goes on there, with lines that are newer than the
   last one. Returns 0: there is no place; 1: it is the same; 2: it is another one. */
extern int log_reader_renew (struct log_reader *r) ;

#endif
