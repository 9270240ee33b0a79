/* The built-in checks: what `reeve-exec --check` and `--ready` take, and what a text file `health`
   contains. Parsing is pure; exec/ask.c asks.

     tcp:PORT               this machine (127.0.0.1 or ::1) accepts a connection
     tcp:HOST:PORT
     unix:PATH
     http://HOST:PORT/PATH  the answer's status is 200 to 399; `:PORT` (default 80) and `/PATH` may
                            be left out

   HOST is a name, an IPv4 address, or an IPv6 address in brackets. The word before the first colon
   may be in capitals. */

#ifndef REEVE_SERVICE_PROBE_H
#define REEVE_SERVICE_PROBE_H

#include <stddef.h>

#define PROBE_FORMS "tcp:PORT, tcp:HOST:PORT, unix:PATH, http://HOST:PORT/PATH"
#define PROBE_MAX 1023 /* bytes of a whole check */
#define PROBE_HOST_MAX 253 /* the limit of a name */
#define PROBE_LOCALHOST "localhost"

enum probe_kind { PROBE_TCP, PROBE_UNIX, PROBE_HTTP } ;

struct probe
{
  enum probe_kind kind ;
  char host[PROBE_HOST_MAX + 1] ; /* without brackets */
  char port[sizeof "65535"] ; /* decimal */
  int is_address ; /* the host is a numeric address */
  char const *path ; /* PROBE_UNIX: the path; PROBE_HTTP: the path without its first slash. Points into the text, and does not end in a NUL */
  size_t path_len ;
} ;

/* Is it meant as a built-in check, right or wrong, rather than as the path of a program? */
extern int probe_is_meant (char const *text) ;

/* Parses a check; white space at its end is allowed. Returns 0 and fills in *probe; or returns what
   is wrong, and how to write it: static. */
extern char const *probe_parse (char const *text, struct probe *probe) ;

#endif
