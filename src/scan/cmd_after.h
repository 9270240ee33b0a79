/* REEVE_CMD_AFTER: the services that CMD starts after. It is held as a service is, by a node of
   the graph that no service needs. Where one of them can never be ready, everything stops with
   that one's code; but a CMD with a terminal is started then, as a person wants to look. */

#ifndef REEVE_SCAN_CMD_AFTER_H
#define REEVE_SCAN_CMD_AFTER_H

#include "scan/scanner.h"

/* All services are known: starts CMD, or has it wait. A name that is no service's is a mistake:
   everything is stopped, with code 100. */
extern void cmd_after_begin (struct scanner *s) ;
/* Starts CMD if it may start now. To be called after needs_progress(). */
extern void cmd_after_progress (struct scanner *s) ;
/* A stop begins: it waits no more. */
extern void cmd_after_end (struct scanner *s) ;

#endif
