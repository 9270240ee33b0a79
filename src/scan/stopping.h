/* The state of the stop: whether it was asked for, how far it is, and with which code it ends.
   Sources and deeds ask and tell here; stop.h acts. */

#ifndef REEVE_SCAN_STOPPING_H
#define REEVE_SCAN_STOPPING_H

#include "scan/scanner.h"

/* Asks for the stop, which loop.c begins next. `loggers_too`: loggers are told to end as well. */
extern void stopping_ask (struct scanner *s, int loggers_too) ;
/* A main service has ended by itself: notes its exit code, and asks for the stop. */
extern void stopping_main_ended (struct scanner *s, struct unit const *unit, unsigned int wstat) ;
/* A main service can never start, because `needed`, which it needs, has ended: notes the exit code
   of that, and asks for the stop. */
extern void stopping_main_cannot_start (struct scanner *s, struct unit const *unit, char const *needed, unsigned int wstat) ;
/* CMD was to start after `needed`, which has ended. Says so, and that CMD is started all the same
   (`starts`); else asks for the stop. */
extern void stopping_cmd_cannot_start (struct scanner *s, char const *needed, unsigned int wstat, int starts) ;
/* Something was killed; in a stop that makes the exit code 137. */
extern void stopping_killed (struct scanner *s) ;
extern int stopping_has_come (struct scanner const *s, enum stage stage) ;
/* Has the stage come in which services that still run are killed? */
extern int stopping_kills (struct scanner const *s) ;
/* The exit code for a wait status; for a signal, 128 plus its number, as in a shell. */
extern int stopping_code_of (int wstat) ;
/* Lets go of a unit. A logger is skipped: it is let go when its producer has ended. */
extern void stopping_let_go (struct scanner *s, struct unit *unit) ;
/* The same, but only if all units that need this one have ended, or if the order of the stop was
   given up. */
extern void stopping_let_go_in_order (struct scanner *s, struct unit *unit) ;
extern void stopping_let_loggers_go (struct scanner *s) ;

#endif
