/* Deeds: executing the program that is on disk now in place of this one (`reeve upgrade`). First a
   child tries whether the new program can go on from what this one writes down. */

#ifndef REEVE_SCAN_UPGRADE_H
#define REEVE_SCAN_UPGRADE_H

#include "scan/scanner.h"

/* Asks for an upgrade. In a stop it fails. */
extern void upgrade_order (struct scanner *s) ;
/* Goes on with the upgrade when nothing is under way that it would lose. Does not return when it
   succeeds. */
extern void upgrade_progress (struct scanner *s) ;
/* The trial has ended. */
extern void upgrade_tried (struct scanner *s, int wstat) ;
/* Orders the unit's supervisor to upgrade itself. If it cannot be told, it is tried again every
   second. */
extern void upgrade_pass_on (struct scanner *s, struct unit *unit) ;
/* Writes LIVE/.s6-svscan/state, from which `reeve` learns of upgrades, and of services that no scan
   has come to yet. If it cannot be written, it is tried again every second. */
extern void upgrade_tell_client (struct scanner *s) ;

/* In the new program: the trial. Returns the exit code. */
extern int upgrade_check (char const *live) ;
/* In the new program: takes over the descriptors and the state of the old one. Returns 1, or 0 when
   `numbers` names no descriptors. */
extern int upgrade_take (struct scanner *s, char const *numbers) ;

#endif
