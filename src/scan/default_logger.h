/* Option -L: a service without a log/ gets a reeve-log that writes to the scanner's stdout. */

#ifndef REEVE_SCAN_DEFAULT_LOGGER_H
#define REEVE_SCAN_DEFAULT_LOGGER_H

#include "scan/scanner.h"

/* `format`: prefix, json. Exits when the option cannot be used. */
extern void default_logger_use (struct scanner *s, char const *format) ;
/* Is the service one that gets this logger? */
extern int default_logger_wanted (struct scanner const *s, struct unit const *unit) ;

#endif
