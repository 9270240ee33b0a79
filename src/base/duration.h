/* Durations as people write them: `500ms`, `5s`, `2m`, `1h`; a bare number is
   seconds. */

#ifndef REEVE_BASE_DURATION_H
#define REEVE_BASE_DURATION_H

#include <stdint.h>

/* Returns 1 and writes *ms; or 0, also when the value does not fit, and writes nothing. */
extern int duration_parse (char const *text, uint64_t *ms) ;

#endif
