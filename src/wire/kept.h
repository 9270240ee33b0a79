/* The last lines of a service whose output the collector reads (`reeve-log --collect`), in a tree
   with REEVE_LOG. Of a service with a log/ these are the lines of its stderr; a logger's own are kept
   as those of NAME/log. Written by the collector, read by `reeve logs`.

   LIVE/NAME/supervise/kept, mode 0600, is appended to. A line of it:

     STAMP SPACE STREAM SPACE LINE NEWLINE

   STAMP is a TAI64N label, `@` and 24 hexadecimal digits: when the collector has read the line.
   STREAM is `o` for the service's stdout and `e` for its stderr. LINE is what the service has
   written, byte for byte. A long line, or one whose end was late, is several here.

   When the file has become longer than half of what is to be kept, it is renamed to `kept.old`
   in the same directory, and a new one begins with the next line: who reads both, the old one
   first, has all that is kept. Each is written in whole lines; the last one may be in the
   midst of being written. In a flood, lines that would not have outlived the next rename
   are left out. */

#ifndef REEVE_WIRE_KEPT_H
#define REEVE_WIRE_KEPT_H

#define KEPT_FILE "supervise/kept" /* in LIVE/NAME */
#define KEPT_OLD_FILE "supervise/kept.old"
#define KEPT_STAMP 25 /* bytes of STAMP: TIMESTAMP of skalibs' djbtime.h */
#define KEPT_HEAD (KEPT_STAMP + 3) /* bytes before LINE */
#define KEPT_STDOUT 'o'
#define KEPT_STDERR 'e'
#define KEPT_DEFAULT 65536 /* REEVE_LOG_KEEP: bytes to keep of each service; 0: nothing */

#endif
