/* How many numbered instances of a template there shall be, if a command has said so:
   LIVE/.s6-svscan/scale/NAME@, a decimal number and a newline, replaced by rename. `reeve scale`
   writes it, and the scanner reads it. The scanner makes the directory, and removes it when the
   container has restarted. LIVE is the working directory. */

#ifndef REEVE_WIRE_SCALE_H
#define REEVE_WIRE_SCALE_H

#include <stdint.h>

#define SCALE_DIRECTORY ".s6-svscan/scale"

/* Returns 1 with the number, 0 when there is none, or -1 with errno; EPROTO: it is not a number. */
extern int scale_read (char const *template, uint32_t *count) ;
/* Returns 1, or 0 with errno. */
extern int scale_write (char const *template, uint32_t count) ;

#endif
