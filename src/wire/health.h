/* What the last health check of a service came to, for `reeve status`: DIR/supervise/health.
   Written beside and renamed, so that no reader sees half of one. Text:

     RESULT, then spaces up to byte 30, a newline; RESULT is `exit CODE`, `signal NUMBER`,
       `timeout` (health-timeout was over) or `flood` (it wrote more than anybody reads)
     from byte 32 on, the first HEALTH_OUTPUT_MAX bytes of what it wrote to stdout and
       stderr, as they are */

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
  unsigned int number ; /* the exit code, or the signal */
} ;

struct health_record
{
  struct health_result result ;
  size_t len ;
  char output[HEALTH_OUTPUT_MAX] ;
} ;

/* The supervisor's, in the current directory: begins a record. Returns a descriptor, or -1
   with errno. */
extern int health_record_begin (void) ;
/* Adds to the output, which has `at` bytes already. What does not fit is dropped.
   Returns 1, or 0 with errno. */
extern int health_record_add (int fd, size_t at, char const *bytes, size_t len) ;
/* Ends and publishes it; `fd` stays open. Returns 1, or 0 with errno. */
extern int health_record_end (int fd, struct health_result const *result) ;
/* The last line of the output of a record that was begun, as far as it is kept, printable.
   Returns `out`. */
extern char const *health_record_line (int fd, char *out, size_t size) ;

/* Reads that of DIR. Returns 1, or 0 with errno: ENOENT when there is none, EPROTO for
   garbage. Allocates nothing. */
extern int health_record_read (char const *dir, struct health_record *record) ;

/* In words, with the check as subject: "exited 1". Returns `out`. */
extern char const *health_result_describe (char out[HEALTH_RESULT_MAX], struct health_result const *result) ;

#endif
