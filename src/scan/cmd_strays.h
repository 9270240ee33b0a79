/* The strays of CMD: the processes that outlive it in its process group (`sh -c 'server; true'`),
   and those that descended from it when it was told to end (su, timeout). They count as CMD: they
   are told to end, the tree waits for them, and only the stop's budget kills them. */

#ifndef REEVE_SCAN_CMD_STRAYS_H
#define REEVE_SCAN_CMD_STRAYS_H

#include "scan/scanner.h"

/* CMD is about to be told to end: notes which processes descend from it. */
extern void cmd_strays_follow (pid_t cmd) ;
/* CMD has ended; `cmd` was its pid. */
extern void cmd_strays_begin (struct scanner *s, pid_t cmd) ;
/* Signals the strays as is due now. Returns whether there is a stray; always 0 while CMD runs. */
extern int cmd_strays_end (struct scanner *s) ;
/* A stray may have ended, or the budget is over: look at all strays again. */
extern void cmd_strays_changed (struct scanner *s) ;
/* A child was reaped; it may have been a stray of CMD. */
extern void cmd_strays_ended (struct scanner *s, pid_t pid) ;
/* Does CMD or a stray of it run, as far as was seen at the last look? */
extern int cmd_runs (struct scanner const *s) ;

#endif
