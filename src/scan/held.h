/* Words: what a service that is held waits for. Said after 10 s of holding, and then at 1, 10
   and 60 minutes, with the state of what it needs, and since when that is so. */

#ifndef REEVE_SCAN_HELD_H
#define REEVE_SCAN_HELD_H

#include "scan/scanner.h"

/* Says what is due, and arms s->needs.say_ms for the next time. */
extern void held_say (struct scanner *s) ;
/* The unit is held from now on. */
extern void held_begin (struct scanner *s, struct unit *unit) ;

#endif
