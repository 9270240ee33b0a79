/* The collector, `reeve-log --collect`, reads what services and their loggers write, and passes it on in
   whole lines to its own stdout and stderr. The scanner runs it as the service LIVE/.log, and makes two
   fifos for each service and each logger. The supervisor that begins to hold such fifos writes the name to a
   third fifo (wire/channels.h). A logger reads the stdout of its service, so the collector reads only stderr
   there; what the logger writes goes to the logger's own fifos, and never back to its input.

   collect.c          the loop: whose turn it is, signals, the end
   collect_sources.c  services that come and go, and their fifos
   collect_sink.c     reads what a service has written, and writes it
   collect_form.c     the form of a line; pure
   collect_kept.c     the last lines of each service (wire/kept.h)

   The collector takes from a fifo only what it has written. What it has not passed on, its successor
   finds there. So memory does not grow, and if stdout takes nothing, services wait, as with a pipe.

   The beginning of a line stays in the fifo while its end may come soon. After half a second it is passed on
   as it is: people want to see prompts and dots. A line that is longer than a fifo is passed on in pieces.
   If another service writes next, a newline comes first. Nobody interrupts such a long line before its service
   has been silent for 100 ms, but not longer than for 1 s or 1 MiB. */

#ifndef REEVE_LOG_COLLECT_H
#define REEVE_LOG_COLLECT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/json.h"
#include "base/output.h"
#include "log/log.h"
#include "service/name.h"

#define TURN_MAX 65536 /* bytes that are read at once: as many as a fifo holds */

/* ---- collect_form.c ---- */

enum form { FORM_LINES, FORM_PREFIX, FORM_JSON } ;

#define HEAD_MAX 2048 /* enough for JSON with a name of 255 bytes, escaped */
#define FORMED_MAX (JSON_ESCAPED_MAX(TURN_MAX) + HEAD_MAX + 4)

/* What stands before the line of a service; `name` without the dot of what is the tool's own.
     width   of the longest name, in columns (base/width.h); 0 to 6 in `colour`: 0: none
   Returns its length. */
extern size_t form_head (char out[HEAD_MAX], enum form form, char const *name, int is_stderr, unsigned int width, unsigned int colour) ;

/* Returns how many of the bytes to pass on now: those up to the last newline. If there is none: all
   of them if `at_once`, else none. */
extern size_t form_ready (char const *bytes, size_t len, int at_once) ;

/* Returns how many of the bytes are whole characters: all but the beginning of a character at their end. */
extern size_t form_whole (char const *bytes, size_t len) ;

/* Writes the lines in `bytes` to `out`, each in its form. The last line may lack its newline; only JSON
   adds one.
     goes_on   the first line is the rest of a line that was written: no head, unless JSON
     used      written: how many of the bytes there was room for, in whole lines
   Returns the number of bytes written to `out`. */
extern size_t form_lines (char out[FORMED_MAX], enum form form, char const *head, size_t head_len, int goes_on, char const *bytes, size_t len, size_t *used) ;

/* ---- what is read ---- */

struct source ;

struct stream /* a service's stdout, or stderr */
{
  struct source *source ;
  struct stream *next_napping ;
  int fd ; /* -1: it has ended, or does not exist */
  size_t seen ; /* bytes of the beginning of a line that is left in the fifo */
  uint32_t nap_ms ; /* how long to wait before the next look at them */
  uint64_t look_ms ; /* when that look is due; monotonic; 0: nothing is left */
  char *held ; /* if fifos cannot be copied, only read: what was read and is not written yet, TURN_MAX bytes; 0: nothing was */
  size_t held_len ;
  int left ; /* when the collector ends: bytes that it still has to read */
  unsigned int is_stderr : 1 ;
  unsigned int no_writer : 1 ;
} ;

#define SOURCE_NAME_MAX (SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX - 1)

struct source /* a service, or a logger */
{
  struct source *next ;
  struct stream stream[2] ;
  unsigned int number ;
  char name[] ; /* NAME or NAME/log: its directory in LIVE */
} ;

/* ---- collect_sink.c ---- */

struct sink_of_all /* where it goes: stdout, or stderr */
{
  struct output output ;
  int streams ; /* an epoll descriptor, of all streams that are written here */
  struct stream *turn ; /* the stream whose bytes are being written; 0: none */
  size_t take ; /* how many bytes to take from its fifo when all is written */
  struct stream *mid ; /* the stream that has written the beginning of the present line; 0: none, or it has ended */
  uint64_t hold_ms ; /* until then nobody interrupts `mid`; monotonic; 0: others may */
  uint64_t hold_end_ms ; /* the latest hold_ms of this line */
  size_t held ; /* bytes of this line that are written, in pieces */
  uint64_t retry_ms ; /* when to try again after an error that can pass; monotonic; 0: there was none */
  uint64_t stuck_ms ; /* since when nothing could be written; monotonic; 0: writing works */
  char const *bytes ; /* bytes[begin] to bytes[end - 1] are to be written */
  size_t begin ;
  size_t end ;
  unsigned int in_line : 1 ; /* the last byte that was written is no newline */
  unsigned int gone : 1 ; /* nobody will read any more: everything is dropped */
  unsigned int coloured : 1 ;
  char raw[1 + TURN_MAX] ; /* room for a newline that must come first, and what was read */
  char formed[1 + FORMED_MAX] ;
} ;

struct collector
{
  enum form form ;
  struct source *sources ;
  unsigned int count ; /* of all sources so far, also of those that have gone */
  unsigned int width ; /* of the longest name, in columns */
  struct stream *napping ;
  struct sink_of_all *sinks[2] ; /* of stdout and stderr: perhaps the same */
  int reads ; /* COLLECTOR_READS; -1: it could not be opened */
  int copy[2] ; /* a pipe, for copies of what is in a fifo; -1: there is no tee(), so fifos can only be read */
  unsigned int ending ;
  unsigned int is_last : 1 ; /* SIGINT came: no other collector will read what this one leaves */
} ;

enum turn_result
{
  TURN_DONE, /* something is written, or being written */
  TURN_NOTHING, /* there was nothing to write, or not yet */
  TURN_OVER /* the stream has ended */
} ;

extern void sink_open (struct collector *c, int fd) ;
/* Reads what the stream has, and writes it. `goes_on`: it is in a long line; each piece is passed on at once. */
extern enum turn_result sink_turn (struct collector *c, struct stream *stream, int goes_on) ;
/* Goes on writing. Returns 1 if all is written. */
extern int sink_write (struct sink_of_all *sink) ;
/* Writes a newline if one is missing. */
extern void sink_end_line (struct sink_of_all *sink) ;

/* ---- collect_sources.c ---- */

/* Before the others: opens the file in which it marks what is read. */
extern void sources_begin (struct collector *c) ;
/* Begins to read the fifos of all services and loggers in LIVE, the working directory. */
extern void sources_find (struct collector *c) ;
/* Begins to read the fifos of those that are named in the fifo of news. */
extern void sources_read_news (struct collector *c, int fd) ;
/* Nobody writes to the stream any more, and all is read: closes it, and frees its source with the last one. */
extern void source_forget (struct collector *c, struct stream *stream) ;
/* Do the two descriptors lead to the same pipe or file? */
extern int sources_same_fifo (int a, int b) ;

/* ---- collect_kept.c ---- */

extern void kept_begin (void) ; /* reads REEVE_LOG_KEEP */
extern void kept_add (struct stream const *stream, char const *bytes, size_t len) ;
/* Writes to files what waits; with `source` only if it is this source's. */
extern void kept_flush (struct source const *source) ;
/* Does anything wait? */
extern int kept_waits (void) ;

/* ---- collect.c ---- */

/* Runs the collector; the working directory is LIVE/.log. Returns the exit code. */
extern int collect (void) ;

#endif
