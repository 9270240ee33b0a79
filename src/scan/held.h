/* Messages: what a held service waits for. They come after 10 s, and again after 1, 10 and 60
   minutes, with the state of each needed service and how long it has been in that state. */

#ifndef REEVE_SCAN_HELD_H
#define REEVE_SCAN_HELD_H

#include "scan/scanner.h"

/* Writes the messages that are due, and arms s->needs.say_ms for the next one. */
extern void held_say (struct scanner *s) ;
/* The unit is held from now on. */
extern void held_begin (struct scanner *s, struct unit *unit) ;

#endif
