/* The last lines of a service whose output the collector reads (`reeve-log --collect`), in a tree
   with REEVE_LOG. Of a service with a log/ these are the lines of its stderr; what the logger itself
   writes is kept as the lines of NAME/log. The collector writes them; `reeve logs` reads them.

   LIVE/NAME/supervise/kept, mode 0600, is appended to. Each line is:

     STAMP SPACE STREAM SPACE LINE NEWLINE

   STAMP is a TAI64N label, `@` and 24 hexadecimal digits: when the collector read the line. STREAM
   is `o` for the service's stdout and `e` for its stderr. LINE is what the service wrote, byte for
   byte. A long line, or a line whose end came late, becomes several lines.

   When the file is longer than half of what shall be kept, it is renamed to `kept.old` in the same
   directory, and the next line begins a new file. So both files, the old one first, have all that
   is kept. They have whole lines, except that the last one may be incomplete while it is written.
   In a flood, lines that the next rename would remove are left out. */

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
