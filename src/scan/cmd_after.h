/* REEVE_CMD_AFTER: the services that CMD starts after. A node of the graph stands for CMD, so that
   CMD is held as a service is; no service needs that node. If one of the services can never become
   ready, everything is stopped with its exit code. A CMD with a terminal is started instead: a
   person wants to look. */

#ifndef REEVE_SCAN_CMD_AFTER_H
#define REEVE_SCAN_CMD_AFTER_H

#include "scan/scanner.h"

/* All services are known: starts CMD, or makes it wait. A name that is not a service's is the
   user's mistake: everything is stopped, with code 100. */
extern void cmd_after_begin (struct scanner *s) ;
/* Starts CMD if it may start now. To be called after turns_progress(). */
extern void cmd_after_progress (struct scanner *s) ;
/* A stop begins: CMD does not wait any more, and is not started. */
extern void cmd_after_end (struct scanner *s) ;

#endif
