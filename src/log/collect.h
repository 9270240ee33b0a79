/* The collector: `reeve-log --collect`, which reads the output of all services that have no log/
   and passes it on, in whole lines, to its own stdout and stderr. The scanner runs it as the
   service LIVE/.log, and makes for each of the others two fifos; whoever begins to hold these,
   says so in a third one (wire/channels.h).

   collect.c        the services, and whose turn it is
   collect_sink.c   reading what one has written, and writing it where it goes
   collect_form.c   the form of a line; pure
   collect_kept.c   the last lines of each service (wire/kept.h)

   A fifo is emptied only of what has been written: what a collector has not passed on, its
   successor finds there. So memory does not grow; where stdout takes nothing, those that
   write to it wait, as with a pipe.

   The beginning of a line stays in the fifo while its end may come soon. After half a second
   it is passed on as it is, as prompts and dots are to be seen; so are the pieces of a line that
   is longer than a fifo. When another service writes next, a newline comes between. Who is in
   the midst of such a long line is not interrupted before it is silent for 100 ms, but not
   longer than 1 s or 1 MiB. */

#ifndef REEVE_LOG_COLLECT_H
#define REEVE_LOG_COLLECT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/json.h"
#include "base/output.h"
#include "log/log.h"
#include "service/name.h"

#define TURN_MAX 65536 /* bytes that are read at once: what a fifo holds */

/* ---- collect_form.c ---- */

enum form { FORM_LINES, FORM_PREFIX, FORM_JSON } ;

#define HEAD_MAX 2048 /* JSON: a name of 251 bytes, escaped */
#define FORMED_MAX (JSON_ESCAPED_MAX(TURN_MAX) + HEAD_MAX + 4)

/* What stands before the line of a service; `name` without the dot of what is the tool's own.
     width   of the longest name, in columns (base/width.h); 0 to 6 in `colour`: 0: none
   Returns its length. */
extern size_t form_head (char out[HEAD_MAX], enum form form, char const *name, int is_stderr, unsigned int width, unsigned int colour) ;

/* How many of the bytes are to be passed on now: those up to the last newline; without one
   all of them if `at_once`, else none. */
extern size_t form_ready (char const *bytes, size_t len, int at_once) ;

/* How many of them are whole characters: all but the beginning of one at their end. */
extern size_t form_whole (char const *bytes, size_t len) ;

/* Writes the lines in `bytes` to `out`, each in its form. The last one may lack its newline, which
   only JSON adds.
     goes_on   the first is the rest of one that was written: without a head, if not JSON
     used      written: how many bytes of `bytes` there was room for, whole lines
   Returns the bytes written. */
extern size_t form_lines (char out[FORMED_MAX], enum form form, char const *head, size_t head_len, int goes_on, char const *bytes, size_t len, size_t *used) ;

/* ---- what is read ---- */

struct source ;

struct stream /* a service's stdout, or stderr */
{
  struct source *source ;
  struct stream *next_napping ;
  int fd ; /* -1: it has ended, or is not there */
  size_t seen ; /* the beginning of a line that is left in the fifo */
  uint32_t nap_ms ; /* until the next look at it */
  uint64_t look_ms ; /* monotonic; 0: it does not nap */
  char *held ; /* what was read, and is not taken yet, where fifos can only be read: TURN_MAX bytes; 0: none yet */
  size_t held_len ;
  int left ; /* when the collector ends: bytes that are still to be read */
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
  int streams ; /* an epoll descriptor: of all that are written here */
  struct stream *turn ; /* whose bytes are being written; 0: nobody's */
  size_t take ; /* so many are taken from its fifo then */
  struct stream *mid ; /* who has written the beginning of the line that stdout is in; it may be 0 */
  uint64_t hold_ms ; /* monotonic: until then `mid` is not interrupted; 0: it is */
  uint64_t hold_end_ms ; /* not even if it goes on then */
  size_t held ; /* bytes of its line, in pieces */
  uint64_t retry_ms ; /* monotonic: after an error that can pass; 0: none */
  uint64_t stuck_ms ; /* since when nothing could be written; 0: something can */
  char const *bytes ; /* to be written: */
  size_t begin ;
  size_t end ;
  unsigned int in_line : 1 ; /* its last byte is no newline */
  unsigned int gone : 1 ; /* nobody is there to read: all is dropped */
  unsigned int coloured : 1 ;
  char raw[1 + TURN_MAX] ; /* a newline, if one must come between, and what was read */
  char formed[1 + FORMED_MAX] ;
} ;

struct collector
{
  enum form form ;
  struct source *sources ;
  unsigned int count ; /* so many have come */
  unsigned int width ; /* of the longest name */
  struct stream *napping ;
  struct sink_of_all *sinks[2] ; /* of stdout and stderr: perhaps the same */
  int reads ; /* COLLECTOR_READS; -1: it could not be opened */
  int copy[2] ; /* a pipe; -1: fifos can only be read, as there is no tee() */
  unsigned int ending ;
  unsigned int is_last : 1 ; /* told by SIGINT: no other collector will read what this one leaves */
} ;

enum turn_result { TURN_DONE, TURN_NOTHING, TURN_OVER } ; /* passed on, or being written; nothing (yet); the stream has ended */

extern void sink_open (struct collector *c, int fd) ;
/* Reads what the stream has, and writes it. `goes_on`: a long line, of which each piece is passed on. */
extern enum turn_result sink_turn (struct collector *c, struct stream *stream, int goes_on) ;
/* Goes on writing. Returns 1 when all is written. */
extern int sink_write (struct sink_of_all *sink) ;
/* A newline, where one is missing. */
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
/* Writes what waits to be written; of this source, if not 0. */
extern void kept_flush (struct source const *source) ;
/* Is there any? */
extern int kept_waits (void) ;

/* ---- collect.c ---- */

/* In LIVE/.log. */
extern int collect (void) ;

#endif
