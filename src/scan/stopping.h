/* What is true of the stop: whether it was asked for, how far it is, and with which code it
   ends. Sources and deeds ask and tell here; stop.h acts. */

#ifndef REEVE_SCAN_STOPPING_H
#define REEVE_SCAN_STOPPING_H

#include "scan/scanner.h"

/* Asks for the stop, which loop.c begins next; `loggers_too`: they are told to end as well. */
extern void stopping_ask (struct scanner *s, int loggers_too) ;
/* The same, as a main service has ended by itself. */
extern void stopping_main_ended (struct scanner *s, struct unit const *unit, unsigned int wstat) ;
/* The same, as a main service can never start: `needed`, which it needs, has ended. */
extern void stopping_main_cannot_start (struct scanner *s, struct unit const *unit, char const *needed, unsigned int wstat) ;
/* The command, which is to start after `needed`, cannot, as that has ended: starts it all the same
   (`starts`), or asks for the stop. That is said. */
extern void stopping_cmd_cannot_start (struct scanner *s, char const *needed, unsigned int wstat, int starts) ;
/* Something was sent SIGKILL, which in a stop makes the exit code 137. */
extern void stopping_killed (struct scanner *s) ;
extern int stopping_has_come (struct scanner const *s, enum stage stage) ;
/* Has the stage come in which what still runs is killed? */
extern int stopping_kills (struct scanner const *s) ;
/* The exit code for a wait status: 128 and the signal, as a shell has it. */
extern int stopping_code_of (int wstat) ;
/* Lets go of a unit, if it is no logger: a logger's producer ends it. */
extern void stopping_let_go (struct scanner *s, struct unit *unit) ;
/* The same, if all that is to be stopped before it has ended, or order is given up. */
extern void stopping_let_go_in_order (struct scanner *s, struct unit *unit) ;
extern void stopping_let_loggers_go (struct scanner *s) ;

#endif
