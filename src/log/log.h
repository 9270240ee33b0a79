/* The logger. One program under several names, which all end in the same list of
   directives that each line goes through:

   reeve-log         its own options                                     options.c
   run               LIVE/.log/run, made by reeve-scan -L: reeve-log --collect,
                     which has nothing of what follows                   collect.h
   s6-log            s6-log's options and script                          script.c
   logutil-service   s6-overlay's wrapper around that                     logutil.c

   reeve-log.c   the table of names, the loop
   syslog.c      datagrams, with --syslog instead of stdin
   input.c       stdin: read without taking, taken when it is written
   lines.c       a line's way through the directives to the sinks
   sink.c        what waits to be written to one place
   signals.c     what signals order, and the waits in which they are heard
   logdir.c      a directory: writing, rotation
   logdir_open.c its files: opened, and brought into order
   processor.c   the program that gets each old file
   archive.c     old files
   unfinished.c  the beginning of a line, for the next logger if this one is killed
   stamp.c       time, as text
   pattern.c     does a line match? pattern_compile.c

   The logger holds no more than one read has brought. It writes that to every place
   before it reads again: so a line is in its file at once (even before the line's end has
   come, where that is possible), and memory does not grow. Where a place takes nothing,
   the logger waits, and its pipe fills up until the service waits, too. */

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

#define INPUT_MAX 65536 /* a longer line is cut for patterns, stdout and stderr, but not in a directory */
#define SINK_MAX 65536
#define EXIT_LEFT EXIT_SYSTEM /* the logger was told to end, but could not write what it had read */

/* ---- a directory: logdir.c, logdir_open.c, processor.c ---- */

#define LOGDIR_DONE_MODE 0744 /* of a file that is complete */

enum rotation { ROTATION_NONE, ROTATION_RENAME, ROTATION_CREATE, ROTATION_FINISH } ; /* the next step */
enum processing { PROCESSING_NONE, PROCESSING_START, PROCESSING_RUNS, PROCESSING_COLLECT } ;

struct logdir
{
  char const *path ;
  uint64_t rotate_at ; /* bytes of `current` */
  uint64_t total ; /* bytes of archived files; 0: no limit */
  uint64_t age_ms ; /* of `current`; 0: no limit */
  uint32_t files ; /* archived ones */
  uint32_t retry_ms ; /* after a failure */
  char const *processor ; /* 0: none */
  int dir ; /* descriptors; -1: not open */
  int lock ;
  int current ; /* open only when all is */
  int unfinished ;
  uint64_t size ;
  int64_t born_ms ; /* monotonic, of the first line in `current`; perhaps before the system's start */
  enum rotation rotation ;
  enum processing processing ;
  uint64_t process_at_ms ; /* monotonic, of PROCESSING_START and _COLLECT */
  pid_t pid ; /* the processor's, while it runs */
  unsigned int processor_is_shells : 1 ; /* else execlineb's */
  unsigned int mid_line : 1 ; /* the last byte is no newline: no time to rotate */
  unsigned int rotate_soon : 1 ; /* a rotation was ordered */
  unsigned int anyones : 1 ; /* others than root and us may put files there */
  unsigned int first_time : 1 ; /* this logger has not opened it before */
  unsigned int resumes : 1 ; /* `current` ends with the beginning of the first line to come */
  unsigned int begins : 1 ; /* the bytes written now are the beginning of a line, and stay in the pipe */
  unsigned int said : 1 ; /* the present failure has been reported */
  unsigned int said_trim : 1 ; /* it has been reported that an old file cannot be removed */
} ;

#define LOGDIR_ZERO { .dir = -1, .lock = -1, .current = -1, .unfinished = -1 }

/* logdir_open.c */

/* Opens the directory: makes it, and cleans up what a logger that was killed left there.
   Returns 1, or 0: the reason has been reported, once. */
extern int logdir_open (struct logdir *d) ;
/* Closes all; the next logdir_open opens it anew. */
extern void logdir_shut (struct logdir *d) ;
/* Opens `current`, which it makes if need be, as the file that is written. Returns 1, or 0
   with errno. */
extern int logdir_begin (struct logdir *d) ;
/* Opens another file of the directory. Returns a descriptor, or -1 with errno; a file that
   is not to be trusted is reported. */
extern int logdir_file (struct logdir *d, char const *file, int flags) ;
/* Reports "unable to WHAT DIRECTORY/FILE" with errno, once until something works again.
   Returns 0, and keeps errno. */
extern int logdir_fail (struct logdir *d, char const *what, char const *file) ;

/* processor.c */

/* Starts the processor, or takes what it has made, and says when to try again if that
   fails. For d->processing _START and _COLLECT. */
extern void processor_attend (struct logdir *d) ;
/* Returns 1 if the process was the directory's processor. */
extern int processor_ended (struct logdir *d, pid_t pid, int wstat) ;

/* logdir.c */

/* Writes what it can, and rotates where a line ends. Returns the bytes written, or
   -1: the reason has been reported; try again after retry_ms. */
extern ssize_t logdir_write (struct logdir *d, char const *bytes, size_t len) ;
/* Orders a rotation. */
extern void logdir_rotate (struct logdir *d) ;
/* Does what is due. */
extern void logdir_attend (struct logdir *d) ;
/* Milliseconds until something is due; -1: nothing is. */
extern int logdir_due_ms (struct logdir const *d) ;
/* Leaves the directory as a logger that ends well does. Returns 0 if there is something to
   wait for. */
extern int logdir_finish (struct logdir *d) ;

/* ---- archive.c: in the directory d->dir; each returns 1, or 0 with errno ---- */

/* Renames the file, if it is there, to @STAMP.suffix, later than all others, and trims. An
   empty file of a logger that was killed (.u) is removed instead. */
extern int archive_file (struct logdir *d, char const *file, char suffix) ;
/* Removes the oldest archived files beyond the limits; *newest_ms: the time of the newest file,
   0 if there is none. */
extern int archive_trim (struct logdir *d, uint64_t *newest_ms) ;
extern int archive_remove (struct logdir *d, char const *file) ; /* if it is there */

/* ---- unfinished.c: the beginning of a line is written before its end has come

   A logger that is killed in the midst of a line has written the line's beginning. The
   next logger must know whether that beginning is still in the pipe, too. The file
   `unfinished` in the directory tells, by a letter and a size of `current`:
     p  the bytes of `current` behind that size are still in the pipe
     t  the bytes before that size were taken from the pipe, those behind it were not
   The file is stale if `current` has a newline behind that size, or stdin is another pipe. ---- */

struct taken
{
  size_t before ; /* bytes of lines that were cut: `current` need not have them */
  size_t piece ; /* the bytes behind those: the last ones in `current` */
} ;

extern void unfinished_in_pipe (struct logdir *d) ; /* before it is written */
extern void unfinished_taken (struct logdir *d, struct taken const *taken) ; /* before they are taken */
extern void unfinished_remove (struct logdir *d) ;
/* Cuts off from `current` what is still in the pipe. Returns 1 if `current` then ends with
   the beginning of a line whose rest comes from the pipe. */
extern int unfinished_recover (struct logdir *d) ;

/* ---- sink.c ---- */

enum waits_for { FOR_TIME, FOR_ROOM, FOR_LOCK } ;

struct sink
{
  struct sink *next ;
  struct logdir *logdir ; /* 0: a stream */
  int fd ; /* of a stream; -1: closed, its lines are dropped */
  size_t begin ; /* of what waits in `bytes` */
  size_t end ;
  struct output output ; /* of a stream: how it is written */
  enum waits_for waits_for ; /* after a try that has to be repeated */
  uint64_t stuck_since_ms ; /* monotonic: of the first such try; 0: none */
  int lock_ms ; /* the last pause for a lock */
  unsigned int locked : 1 ; /* a stream: others that write whole lines wait */
  unsigned int mid_line : 1 ; /* a stream: a part of a long line was written */
  char bytes[SINK_MAX] ;
} ;

struct logger ;

/* Waits for room if there is none; exits with EXIT_LEFT if there is none when the logger has
   been told to end. */
extern void sink_put (struct logger *l, struct sink *sink, char const *bytes, size_t len) ;
/* At the end of a line: writes everything to every sink, and returns when all is written. */
extern void sinks_flush (struct logger *l) ;

/* ---- signals.c ---- */

/* Reads the signals that have come, and does what they order. */
extern void logger_signals (struct logger *l) ;
/* Waits for a signal, or until `fd` (-1: none) has room, at most `ms` (-1: no limit); does
   what signals order. */
extern void logger_pause (struct logger *l, int fd, int ms) ;

/* ---- stamp.c ---- */

enum stamp /* bits, in this order */
{
  STAMP_TAI = 1, /* @400000006b06f9ae1e1c3569 and a space */
  STAMP_LOCAL = 2, /* 2026-11-25 15:06:49.505165161 and two spaces */
  STAMP_UTC = 4 /* 2026-11-25T15:06:49.505165Z and a space */
} ;

#define STAMPS_MAX 256

/* Returns the bytes written, no NUL among them. */
extern size_t stamp_format (char out[STAMPS_MAX], unsigned int stamps, tain const *now) ;

/* ---- lines.c ---- */

enum directive_kind
{
  SELECT, /* selects lines that match */
  DESELECT, /* deselects lines that match */
  SELECT_UNUSED, /* selects the lines that have gone nowhere yet, and deselects the others */
  TO_STREAM,
  TO_STATUS, /* a file that holds the last line */
  TO_LOGDIR
} ;

struct directive
{
  enum directive_kind kind ;
  struct pattern *pattern ; /* of SELECT and DESELECT */
  struct sink *sink ;
  char const *prefix ; /* before each line, a space behind it; with json, the service's name; 0: none */
  char const *file ; /* TO_STATUS */
  size_t most ; /* bytes: of a line in an alert, of the file of a status; 0: no limit */
  char *header ; /* before each line of this read */
  size_t header_len ;
  char *status ; /* the last line, complete, if status_len */
  size_t status_len ;
  unsigned int stamps ; /* enum stamp */
  unsigned int json : 1 ;
  unsigned int alert : 1 ;
  unsigned int taken : 1 ; /* the present line goes there */
} ;

struct logger
{
  struct directive *directives ; /* in order */
  size_t ndirectives ;
  struct sink *sinks ;
  size_t line_max ; /* a longer line becomes several; 0: no limit */
  size_t line_len ; /* bytes of the present line that have been written already */
  uint32_t ready_fd ; /* gets a newline when all is open; 0: none */
  int signals ; /* the descriptor */
  char const *socket_path ; /* where datagrams are received, instead of lines from stdin; 0: nowhere */
  int socket ;
  unsigned int ending ; /* how often the logger was told to end */
  unsigned int in_line : 1 ; /* the present line goes on */
  unsigned int takes_parts : 1 ; /* nothing needs a whole line: each goes as it is to directories */
  unsigned int nul_ends_line : 1 ;
  unsigned int ignores_sigterm : 1 ;
  unsigned int quiet : 1 ;
} ;

/* Adds a directive with `sink` or 0 and no other content; exits 111 without memory. */
extern struct directive *logger_add (struct logger *l, enum directive_kind kind) ;
extern struct sink *logger_stream (struct logger *l, int fd) ; /* the one there is, if there is */
extern struct sink *logger_directory (struct logger *l, struct logdir const *logdir) ; /* copied; exits 100 if it was named before */
extern void logger_pattern (struct logger *l, enum directive_kind kind, enum pattern_kind syntax, char const *text) ; /* exits 100 */

/* Once, before the first line. */
extern void lines_prepare (struct logger *l) ;
/* Once, when all directories are open. */
extern void lines_resume (struct logger *l) ;
/* Puts lines that one read has brought: `len` bytes, the last of which is a newline. */
extern void lines_put (struct logger *l, char const *bytes, size_t len) ;
/* Puts a part of a line, or the line's end if `last`, without the newline. */
extern void lines_put_part (struct logger *l, char const *bytes, size_t len, int last) ;
/* How many of the bytes to take so that no character is torn. */
extern size_t lines_cut (char const *bytes, size_t len) ;

/* ---- input.c ---- */

enum input_result
{
  INPUT_MORE, /* something has been read and written: there may be more */
  INPUT_EMPTY, /* everything has been read and, but for a line that has no end yet, written */
  INPUT_END
} ;

struct input
{
  int copy[2] ; /* a pipe; -1: stdin can only be read */
  uint64_t taken ; /* bytes, since the start */
  uint64_t drain_to ; /* of them, if draining */
  size_t held ; /* taken, in `bytes`: the beginning of a line */
  size_t seen ; /* the beginning of a line that is left in the pipe; written, if `takes_parts` */
  size_t most ; /* bytes to leave there */
  uint32_t nap_ms ; /* until the next look at them */
  uint64_t look_ms ; /* monotonic; 0: nothing is left */
  unsigned int draining : 1 ;
  unsigned int no_writer : 1 ; /* poll() has said so */
  unsigned int one_line : 1 ; /* not beyond the end of the first line */
  char bytes[INPUT_MAX] ;
} ;

extern void input_open (struct input *in) ;
/* Reads and writes once. Never waits for input. */
extern enum input_result input_round (struct input *in, struct logger *l) ;
/* Milliseconds until input_round must be called without poll() having reported stdin; -1: only
   when poll() reports it. While this is not -1, do not ask poll() for POLLIN: the bytes left
   in the pipe would end each poll() at once. */
extern int input_due_ms (struct input const *in, struct logger const *l) ;
/* The logger has been told to end: is all written that was in the pipe at that moment, up to
   the end of a line? (Told again: even without the end of the line.) */
extern int input_has_drained (struct input *in, struct logger const *l) ;
/* Writes what is left over, the beginning of a line, as a line. */
extern void input_end (struct input *in, struct logger *l) ;

/* ---- syslog.c ---- */

/* A socket to which all may send, bound to `path`; exits when there is something that is no socket, or one that
   somebody reads from. */
extern int syslog_open (char const *path) ;
/* Removes its file, if it is still that. */
extern void syslog_unlink (char const *path) ;
/* Receives and writes some datagrams. Returns 0 when there were no more. */
extern int syslog_round (struct logger *l) ;

/* ---- ready.c ---- */

/* The descriptor that notification-fd names in the current directory, a service directory, if it is open; else 0. */
extern uint32_t ready_fd (void) ;
/* Says on it that the logger reads, and closes it. */
extern void ready_tell (uint32_t fd) ;

/* ---- options.c, script.c, logutil.c: each is a program's command line; exits 100 ---- */

extern void options_parse (struct logger *l, int argc, char **argv) ;
extern void script_parse (struct logger *l, int argc, char **argv) ;
extern void logutil_parse (struct logger *l, int argc, char **argv) ;

#endif
