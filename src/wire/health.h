/* The result of a service's last health check, for `reeve status`: DIR/supervise/health. It is
   written to another file and renamed, so that no reader sees half of it. Text:

     bytes 0 to 31  RESULT, padded with spaces, and a newline; RESULT is `exit CODE`,
                    `signal NUMBER`, `timeout` (longer than health-timeout) or `flood` (too much output)
     from byte 32   the first HEALTH_OUTPUT_MAX bytes of its stdout and stderr, unchanged */

#ifndef REEVE_WIRE_HEALTH_H
#define REEVE_WIRE_HEALTH_H

#include <stddef.h>

#define HEALTH_RECORD_FILE "supervise/health"
#define HEALTH_OUTPUT_MAX 1024
#define HEALTH_RESULT_MAX 64

enum health_result_kind { HEALTH_EXIT, HEALTH_SIGNAL, HEALTH_TIMEOUT, HEALTH_FLOOD, HEALTH_RESULT_COUNT } ;

struct health_result
{
  enum health_result_kind kind ;
  unsigned int number ; /* the exit code, or the signal's number */
} ;

struct health_record
{
  struct health_result result ;
  size_t len ;
  char output[HEALTH_OUTPUT_MAX] ;
} ;

/* For the supervisor: begins a record in the current directory. Returns a descriptor, or -1 with
   errno. */
extern int health_record_begin (void) ;
/* Adds to the output, which has `at` bytes already. Output beyond the limit is dropped. Returns 1,
   or 0 with errno. */
extern int health_record_add (int fd, size_t at, char const *bytes, size_t len) ;
/* Ends and publishes the record; `fd` stays open. Returns 1, or 0 with errno. */
extern int health_record_end (int fd, struct health_result const *result) ;
/* Writes the last line of the kept output of a record that was begun, made printable. Returns
   `out`. */
extern char const *health_record_line (int fd, char *out, size_t size) ;

/* Reads the record of DIR. Returns 1, or 0 with errno: ENOENT when there is none, EPROTO for
   garbage. Allocates nothing. */
extern int health_record_read (char const *dir, struct health_record *record) ;

/* Describes the result; the check is the subject: "exited 1". Returns `out`. */
extern char const *health_result_describe (char out[HEALTH_RESULT_MAX], struct health_result const *result) ;

#endif
