/* Orders of the scanner to a supervisor: lines in DIR/supervise/orders (channels.h).

     LETTER \n            or
     LETTER PID WSTAT \n

   A line is far shorter than PIPE_BUF, so it is never torn; but a read may end within a line. */

#ifndef REEVE_WIRE_ORDER_H
#define REEVE_WIRE_ORDER_H

#include <stddef.h>
#include <sys/types.h>

#define ORDER_SIZE_MAX 40 /* with the newline */

enum order_letter
{
  ORDER_REPORT = 'r', /* send a report, even if nothing has changed */
  ORDER_RUN_DRY = 'd', /* to a logger: let go of the input, and exit when all is read (as SIGHUP) */
  ORDER_KILL = 'k', /* SIGKILL to the process group of ./run; ./finish goes on */
  ORDER_ABANDON = 'a', /* SIGKILL to all that runs, no ./finish, and exit when it is gone */
  ORDER_UPGRADE = 'u', /* execute the program that is on disk now */
  ORDER_GO = 'g', /* the needed services are ready: start ./run, if it is held */
  ORDER_ENDED = 'e' /* PID WSTAT: an adopted process has ended, and the scanner has reaped it */
} ;

struct order
{
  enum order_letter letter ;
  pid_t pid ; /* only with ORDER_ENDED */
  unsigned int wstat ;
} ;

/* Writes the line with its newline, no NUL. Returns its length. */
extern size_t order_format (char out[ORDER_SIZE_MAX], struct order const *order) ;

/* Parses a line of `len` bytes, without its newline. Returns 1, or 0 for anything
   that order_format could not have written. */
extern int order_parse (struct order *order, char const *line, size_t len) ;

/* Sends an order to the supervisor of the service directory `dir`, as fifo_send does.
   Returns 1, or 0 with errno. */
extern int order_send (char const *dir, struct order const *order) ;

#endif
