/* Telling `reeve` which services have dependencies (wire/dependents.h). */

#ifndef REEVE_SCAN_DEPENDENTS_H
#define REEVE_SCAN_DEPENDENTS_H

#include "scan/scanner.h"

/* What an earlier scanner has written does not hold any more. */
extern void dependents_begin (struct scanner *s) ;
/* Writes the names if they have changed (s->needs.listed). */
extern void dependents_progress (struct scanner *s) ;

#endif
