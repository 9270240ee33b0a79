/* What a service has logged, line by line, wherever that is: in the directory to which its logger writes, or in
   what the collector keeps of it (wire/kept.h).

   log_place.c   where that is
   log_stamp.c   the time before a line
   log_start.c   where the last lines begin, or those since some time
   log_reader.c  the files in order, also while they are written and rotated
   log_tail.c    the last lines as one text
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
  int dir ; /* a descriptor */
  pid_t pid ; /* the logger's; 0: it does not run */
  uid_t owner ; /* whose the files have to be, if `checked`, ... */
  uid_t other ; /* ... or this one's */
  unsigned int checked : 1 ; /* others may have put files there */
  unsigned int kept : 1 ; /* by the collector */
  unsigned int without_leaps : 1 ; /* multilog's and svlogd's TAI64N knows no leap seconds */
  char path[PATH_MAX] ; /* for messages */
} ;

/* The place of the service `name`, with a descriptor that the caller closes. Returns 1; or 0 with errno: ENOENT
   when there is none (as far as can be told; place->path: one that the logger is to make, or ""), else it is there,
   and cannot be opened. */
extern int log_place_find (struct log_place *place, char const *name) ;
/* Opens a file of the place: a regular one, no link, and of whom it should be. Returns a descriptor, or -1 with
   errno. */
extern int log_place_open (struct log_place const *place, char const *file, struct stat *st) ;
/* The file that is written, and, in the order of time, those that were before it. */
extern char const *log_place_current (struct log_place const *place) ;
extern char **log_place_list (struct log_place const *place, size_t *count) ; /* free each, and it; 0 with errno */
extern void log_place_free (char **names, size_t count) ;

/* ---- log_stamp.c: pure ---- */

/* How many bytes of the line are stamps as loggers write them: TAI64N; ISO 8601 as reeve-log, s6-log (local time)
   and svlogd have it. *ns: nanoseconds since 1970, as it is where there is none. Of a JSON object of reeve-log's
   the time is read, and 0 returned.
     without_leaps  TAI64N is as multilog and svlogd have it */
extern size_t log_stamp (char const *line, size_t len, int without_leaps, uint64_t *ns) ;

/* ---- log_start.c ---- */

#define LOG_LINE_MAX (16 << 20) /* a longer line becomes several */

/* Where the last *count lines of the file begin; *count: how many more there might be. Reads no more than that many of
   the longest lines. */
extern off_t log_start_last (int fd, off_t size, uint64_t *count) ;
/* Where those begin that are not older than `since`: not later than there, and at the beginning of a line. */
extern off_t log_start_since (int fd, off_t size, int without_leaps, uint64_t since) ;

/* ---- log_reader.c ---- */

#define LOG_ALL UINT64_MAX

struct log_line
{
  char *text ; /* without stamp and newline; until the next call for its reader */
  size_t len ;
  uint64_t ns ; /* when it was logged, as far as that is known */
  unsigned int has_stamp : 1 ;
} ;

struct log_reader
{
  char const *name ; /* the service's; borrowed */
  struct log_place place ;
  uint64_t since ; /* nanoseconds since 1970 */
  unsigned int is_open : 1 ;
  unsigned int follows : 1 ; /* the caller's: the end of a file is not the end */
  unsigned int quiet : 1 ; /* the caller's: no word of files that are passed over */
  unsigned int is_last : 1 ; /* `fd` is what was written last, when it was opened */
  char **names ; /* of files to read next */
  size_t count ;
  size_t at ;
  int last ; /* what comes behind them; -1: none */
  int fd ; /* -1: none */
  off_t offset ; /* of `fd`, behind what is in `bytes` */
  char newest[NAME_MAX + 1] ; /* of the files that were before `fd`, which `is_last` */
  struct timespec listed ; /* when that was so: the directory's time */
  char *bytes ;
  size_t size ;
  size_t begin ; /* of what is in it */
  size_t end ;
  uint64_t ns ; /* the last line's */
} ;

#define LOG_READER(service) { .name = (service), .place = { .dir = -1 }, .last = -1, .fd = -1 }

/* Begins with the last `count` lines, without those that are older than `since`. Returns 1, or 0 as
   log_place_find() does. */
extern int log_reader_open (struct log_reader *r, uint64_t count, uint64_t since) ;
extern void log_reader_close (struct log_reader *r) ;
/* The next line. Returns 0 when there is none (now). A file that cannot be read is passed over. */
extern int log_reader_next (struct log_reader *r, struct log_line *line) ;
/* After log_reader_next() has returned 0: goes on where the service logs now, if its place was not there, or was
   replaced, with what is newer than the last line. Returns 0 if there is no place, 2 if it is another one. */
extern int log_reader_renew (struct log_reader *r) ;

#endif
