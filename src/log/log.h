/* The logger. It is one program with several names. Under each name the command line becomes a
   list of directives, and each line goes through this list:

   reeve-log         options of its own                                   options.c
   s6-log            s6-log's options and script                          script.c
   logutil-service   s6-overlay's wrapper of s6-log                       logutil.c
   run               LIVE/.log/run, made by reeve-scan -L: reeve-log --collect. It is another
                     program in the same file, without directives         collect.h

   reeve-log.c   the table of names, the loop
   syslog.c      --syslog: datagrams instead of stdin
   input.c       stdin: reads a copy; takes from the pipe what is written
   lines.c       sends a line through the directives to the sinks
   sink.c        what is to be written to one place
   signals.c     obeys signals, also while the logger waits
   logdir.c      a directory: writes and rotates
   logdir_open.c opens the files of a directory, and cleans up after a killed logger
   processor.c   the program that processes each old file
   archive.c     old files
   unfinished.c  records the beginning of a line for the next logger, if this one is killed
   stamp.c       time as text
   pattern.c     does a line match? Compiled by pattern_compile.c

   The logger holds no more than what one read has brought. It writes that to all places
   before it reads again. So a line is in its file at once, where possible even before the line's
   end has come, and memory does not grow. If a place takes nothing, the logger waits. Then its pipe
   fills up, and the service waits, too. */

#ifndef REEVE_LOG_LOG_H
#define REEVE_LOG_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <skalibs/tai.h>

#include "base/clock.h"
#include "base/exit.h"
#include "base/output.h"
#include "log/pattern.h"

#define INPUT_MAX 65536 /* a longer line is cut for patterns, stdout and stderr, but stays whole in a directory */
#define SINK_MAX 65536
#define EXIT_LEFT EXIT_SYSTEM /* the logger was told to end, and could not write all that it had read */

/* ---- a directory: logdir.c, logdir_open.c, processor.c ---- */

#define LOGDIR_DONE_MODE 0744 /* mode of a complete file */

enum rotation { ROTATION_NONE, ROTATION_RENAME, ROTATION_CREATE, ROTATION_FINISH } ; /* the next step */
enum processing { PROCESSING_NONE, PROCESSING_START, PROCESSING_RUNS, PROCESSING_COLLECT } ;

struct logdir
{
  char const *path ;
  uint64_t rotate_at ; /* limit of `current`, in bytes */
  uint64_t total ; /* limit of all archived files, in bytes; 0: none */
  uint64_t age_ms ; /* limit of the age of `current`; 0: none */
  uint32_t files ; /* limit of the number of archived files */
  uint32_t retry_ms ; /* how long to wait after a failure */
  char const *processor ; /* 0: none */
  int dir ; /* descriptors; -1: not open */
  int lock ;
  int current ; /* open only when all the others are */
  int unfinished ;
  uint64_t size ;
  int64_t born_ms ; /* when the first line in `current` was written; monotonic, negative if that was before the system's start */
  enum rotation rotation ;
  enum processing processing ;
  uint64_t process_at_ms ; /* when PROCESSING_START or _COLLECT is due; monotonic */
  pid_t pid ; /* the processor, while it runs */
  unsigned int processor_is_shells : 1 ; /* the shell runs it; else execlineb */
  unsigned int mid_line : 1 ; /* the last byte of `current` is no newline: rotate later */
  unsigned int rotate_soon : 1 ; /* a rotation was ordered */
  unsigned int anyones : 1 ; /* users other than root and the logger's may put files there */
  unsigned int first_time : 1 ; /* this logger has not opened the directory before */
  unsigned int resumes : 1 ; /* `current` ends with the beginning of the next line */
  unsigned int begins : 1 ; /* the bytes that are written now are the beginning of a line, and stay in the pipe */
  unsigned int said : 1 ; /* the present failure has been reported */
  unsigned int said_trim : 1 ; /* a message has said that an old file cannot be removed */
} ;

#define LOGDIR_ZERO { .dir = -1, .lock = -1, .current = -1, .unfinished = -1 }

/* logdir_open.c */

/* Opens the directory. Makes it if need be, and cleans up after a killed logger.
   Returns 1, or 0: the reason has been reported, once. */
extern int logdir_open (struct logdir *d) ;
/* Closes everything; logdir_open() can open it again. */
extern void logdir_shut (struct logdir *d) ;
/* Opens `current` for writing, and makes it if need be. Returns 1, or 0 with errno. */
extern int logdir_begin (struct logdir *d) ;
/* Opens another file of the directory. Returns a descriptor, or -1 with errno. Reports a file that
   it does not trust. */
extern int logdir_file (struct logdir *d, char const *file, int flags) ;
/* Reports "unable to WHAT DIRECTORY/FILE" with errno, but only once until something works again.
   Returns 0, and keeps errno. */
extern int logdir_fail (struct logdir *d, char const *what, char const *file) ;

/* processor.c */

/* PROCESSING_START: starts the processor. PROCESSING_COLLECT: takes what it has made. If that fails, sets
   when to try again. */
extern void processor_attend (struct logdir *d) ;
/* A child has ended. Returns 1 if it was the processor of the directory. */
extern int processor_ended (struct logdir *d, pid_t pid, int wstat) ;

/* logdir.c */

/* Writes what it can, and rotates at the end of a line. Returns the number of bytes written, or
   -1: the reason has been reported; try again after retry_ms. */
extern ssize_t logdir_write (struct logdir *d, char const *bytes, size_t len) ;
/* Orders a rotation: at the end of the present line. */
extern void logdir_rotate (struct logdir *d) ;
/* Does what is due: rotation by age, the processor. */
extern void logdir_attend (struct logdir *d) ;
/* Returns the milliseconds until something is due; -1: nothing is. */
extern int logdir_due_ms (struct logdir const *d) ;
/* Finishes the directory, as the logger ends well. Returns 0 if there is something to wait for: call it
   again. */
extern int logdir_finish (struct logdir *d) ;

/* ---- archive.c: in the directory d->dir; each returns 1, or 0 with errno ---- */

/* Renames the file, if it exists, to @STAMP.suffix, with a stamp later than all others, and trims. With `u`
   an empty file is removed instead. */
extern int archive_file (struct logdir *d, char const *file, char suffix) ;
/* Removes the oldest archived files beyond the limits. Writes to *newest_ms the time of the newest file,
   or 0 if there is none. */
extern int archive_trim (struct logdir *d, uint64_t *newest_ms) ;
extern int archive_remove (struct logdir *d, char const *file) ; /* 1 also if the file does not exist */

/* ---- unfinished.c: a logger is killed in the middle of a line

   The logger writes the beginning of a line before the line's end has come. If it is killed then,
   the next logger must know whether this beginning is still in the pipe. The file `unfinished` in
   the directory says so, by a letter and a size of `current`:
     p  the bytes of `current` behind that size are still in the pipe
     t  the bytes before that size were taken from the pipe; those behind it were not
   The file is stale if `current` has a newline behind that size, or stdin is another pipe. ---- */

struct taken
{
  size_t before ; /* bytes of lines that were cut; perhaps not in `current` */
  size_t piece ; /* the bytes behind them: the last bytes of `current` */
} ;

extern void unfinished_in_pipe (struct logdir *d) ; /* call it before the beginning is written */
extern void unfinished_taken (struct logdir *d, struct taken const *taken) ; /* call it before the bytes are taken */
extern void unfinished_remove (struct logdir *d) ;
/* Cuts off the end of `current` if it is still in the pipe. Returns 1 if `current` then ends with
   the beginning of a line, and the rest will come from the pipe. */
extern int unfinished_recover (struct logdir *d) ;

/* ---- sink.c ---- */

enum waits_for { FOR_TIME, FOR_ROOM, FOR_LOCK } ;

struct sink
{
  struct sink *next ;
  struct logdir *logdir ; /* 0: this is a stream: stdout or stderr */
  int fd ; /* of a stream; -1: it is closed, and lines to it are dropped */
  size_t begin ; /* bytes[begin] to bytes[end - 1] wait to be written */
  size_t end ;
  struct output output ; /* of a stream: how to write to it */
  enum waits_for waits_for ; /* why the last try failed */
  uint64_t stuck_since_ms ; /* when the first of the failed tries was; monotonic; 0: none failed */
  int lock_ms ; /* the last pause for a lock */
  unsigned int locked : 1 ; /* of a stream: the lock is held, so other loggers wait */
  unsigned int mid_line : 1 ; /* of a stream: a part of a long line is written */
  char bytes[SINK_MAX] ;
} ;

struct logger ;

/* Adds bytes to those that wait. If there is no room, it writes first, and waits for that. Exits with
   EXIT_LEFT if the logger has been told to end and the place takes nothing. */
extern void sink_put (struct logger *l, struct sink *sink, char const *bytes, size_t len) ;
/* Call it at the end of a line. Writes everything to every sink, and returns when all is written. */
extern void sinks_flush (struct logger *l) ;

/* ---- signals.c ---- */

/* Reads the signals that have come, and obeys them. */
extern void logger_signals (struct logger *l) ;
/* Waits for a signal, or until `fd` (-1: none) has room, but not longer than `ms` (-1: no limit). Obeys
   signals. */
extern void logger_pause (struct logger *l, int fd, int ms) ;

/* ---- stamp.c ---- */

enum stamp /* bits, in this order */
{
  STAMP_TAI = 1, /* @400000006b06f9ae1e1c3569 and a space */
  STAMP_LOCAL = 2, /* 2026-11-25 15:06:49.505165161 and two spaces */
  STAMP_UTC = 4 /* 2026-11-25T15:06:49.505165Z and a space */
} ;

#define STAMPS_MAX 256

/* Returns the number of bytes written; there is no NUL. */
extern size_t stamp_format (char out[STAMPS_MAX], unsigned int stamps, tain const *now) ;

/* ---- lines.c ---- */

enum directive_kind
{
  SELECT, /* selects lines that match */
  DESELECT, /* deselects lines that match */
  SELECT_UNUSED, /* selects lines that no directive has taken yet, deselects all others */
  TO_STREAM,
  TO_STATUS, /* to a file with only the last line */
  TO_LOGDIR
} ;

struct directive
{
  enum directive_kind kind ;
  struct pattern *pattern ; /* of SELECT and DESELECT */
  struct sink *sink ;
  char const *prefix ; /* put before each line, with a space; with json, the name of the service; 0: none */
  char const *file ; /* TO_STATUS */
  size_t most ; /* limit of an alert's line, or of a status file, in bytes; 0: none */
  char *header ; /* put before each line of this read */
  size_t header_len ;
  char *status ; /* the last line, if status_len is not 0 */
  size_t status_len ;
  unsigned int stamps ; /* enum stamp */
  unsigned int json : 1 ;
  unsigned int alert : 1 ;
  unsigned int taken : 1 ; /* the present line goes to this place */
} ;

struct logger
{
  struct directive *directives ; /* in order */
  size_t ndirectives ;
  struct sink *sinks ;
  size_t line_max ; /* a longer line becomes several; 0: no limit */
  size_t line_len ; /* bytes of the present line that are written already */
  uint32_t ready_fd ; /* gets a newline when all is open; 0: none */
  int signals ; /* the descriptor from which signals are read */
  char const *socket_path ; /* of the socket that is read instead of stdin; 0: none */
  int socket ;
  unsigned int ending ; /* how often the logger was told to end */
  unsigned int in_line : 1 ; /* the present line is not complete */
  unsigned int takes_parts : 1 ; /* nothing needs whole lines: all lines go to directories, unchanged */
  unsigned int nul_ends_line : 1 ;
  unsigned int ignores_sigterm : 1 ;
  unsigned int quiet : 1 ;
} ;

/* Adds an empty directive, with `sink` (or 0). Exits 111 if there is no memory. */
extern struct directive *logger_add (struct logger *l, enum directive_kind kind) ;
/* Returns the sink of the stream; makes it at the first call. */
extern struct sink *logger_stream (struct logger *l, int fd) ;
/* Adds a sink for the directory, which is copied. Exits 100 if the directory was named before. */
extern struct sink *logger_directory (struct logger *l, struct logdir const *logdir) ;
/* Adds a directive that selects or deselects. Exits 100 if the pattern is invalid. */
extern void logger_pattern (struct logger *l, enum directive_kind kind, enum pattern_kind syntax, char const *text) ;

/* Call it once, when all directives are there, before the first line. */
extern void lines_prepare (struct logger *l) ;
/* Call it once, when all directories are open: goes on with an unfinished line. */
extern void lines_resume (struct logger *l) ;
/* Writes the lines that one read has brought: `len` bytes, the last of them a newline. */
extern void lines_put (struct logger *l, char const *bytes, size_t len) ;
/* Writes a part of a line; with `last` the last part, without its newline. */
extern void lines_put_part (struct logger *l, char const *bytes, size_t len, int last) ;
/* Returns how many of the bytes to take, so that no UTF-8 character is cut. */
extern size_t lines_cut (char const *bytes, size_t len) ;

/* ---- input.c ---- */

enum input_result
{
  INPUT_MORE, /* it has read and written something: there may be more */
  INPUT_EMPTY, /* it has read everything, and has written all but a line without an end */
  INPUT_END
} ;

struct input
{
  int copy[2] ; /* a pipe, for copies of what is in stdin; -1: stdin cannot be copied, only read */
  uint64_t taken ; /* bytes taken since the start */
  uint64_t drain_to ; /* while draining: up to this number */
  size_t held ; /* bytes of the beginning of a line, taken and in `bytes` */
  size_t seen ; /* bytes of the beginning of a line that is left in the pipe; written already if `takes_parts` */
  size_t most ; /* limit of the bytes that are left in the pipe */
  uint32_t nap_ms ; /* how long to wait before the next look at them */
  uint64_t look_ms ; /* when that look is due; monotonic; 0: nothing is left in the pipe */
  unsigned int draining : 1 ;
  unsigned int no_writer : 1 ; /* poll() has reported that nobody can write any more */
  unsigned int one_line : 1 ; /* take no more than the first line */
  char bytes[INPUT_MAX] ;
} ;

extern void input_open (struct input *in) ;
/* Reads and writes once. Does not wait for input. */
extern enum input_result input_round (struct input *in, struct logger *l) ;
/* Returns the milliseconds until input_round() must be called, whatever poll() says; -1: call it when poll()
   reports stdin. While this is not -1, do not ask poll() for POLLIN: because of the bytes that are left
   in the pipe each poll() would return at once. */
extern int input_due_ms (struct input const *in, struct logger const *l) ;
/* The logger has been told to end: is all written that was in the pipe at that moment, up to
   the end of a line? (If it was told twice: not up to the end of a line.) */
extern int input_has_drained (struct input *in, struct logger const *l) ;
/* Writes the beginning of a line that is left, as a line. */
extern void input_end (struct input *in, struct logger *l) ;

/* ---- syslog.c ---- */

/* Returns a socket to which everybody may send, bound to `path`. Exits if there is a file that is no socket,
   or a socket that somebody reads from. */
extern int syslog_open (char const *path) ;
/* Removes the file of the socket, if it still is that socket's. */
extern void syslog_unlink (char const *path) ;
/* Receives and writes some datagrams. Returns 0 if there were no more. */
extern int syslog_round (struct logger *l) ;

/* ---- ready.c ---- */

/* Returns the descriptor that notification-fd in the working directory, a service directory, names, if it is
   open; else 0. */
extern uint32_t ready_fd (void) ;
/* Tells on it that the logger is ready, and closes it. */
extern void ready_tell (uint32_t fd) ;

/* ---- options.c, script.c, logutil.c: each reads the command line of a program, and exits 100 if that is wrong ---- */

extern void options_parse (struct logger *l, int argc, char **argv) ;
extern void script_parse (struct logger *l, int argc, char **argv) ;
extern void logutil_parse (struct logger *l, int argc, char **argv) ;

#endif
