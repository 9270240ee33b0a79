/* What a scanner writes down for the new program in an upgrade (base/upgrade.h), and for `reeve`:
   LIVE/.s6-svscan/state, replaced by rename. All else a scanner learns from the supervisors and
   their directories.

   Fields, each ended by a NUL:

     "reeve-scan 002"  the format's version
     UPGRADES FAILED   how many upgrades have succeeded, and how many have failed
     SCAN              absolute path
     ORIGIN            absolute path: the scanner's working directory at its start, which is CMD's */

#ifndef REEVE_WIRE_SCAN_STATE_H
#define REEVE_WIRE_SCAN_STATE_H

#include <stddef.h>
#include <stdint.h>

#define SCAN_STATE_FILE ".s6-svscan/state"
#define SCAN_STATE_PATH_MAX 4096
#define SCAN_STATE_SIZE_MAX (2 * SCAN_STATE_PATH_MAX + 128)

struct scan_state
{
  uint32_t upgrades ;
  uint32_t failed_upgrades ;
  char scan[SCAN_STATE_PATH_MAX] ;
  char origin[SCAN_STATE_PATH_MAX] ;
} ;

/* Returns the length written. */
extern size_t scan_state_format (char out[SCAN_STATE_SIZE_MAX], struct scan_state const *state) ;
/* Returns 1, or 0 with errno: EPROTO for anything that scan_state_format() could not have written,
   EPROTONOSUPPORT for another version's. */
extern int scan_state_parse (struct scan_state *state, char const *bytes, size_t len) ;

/* Reads or writes the file in LIVE, the current directory. Each returns 1, or 0 with errno. */
extern int scan_state_read (struct scan_state *state) ;
extern int scan_state_write (struct scan_state const *state) ;

#endif
