/* Source: inotify's events about SCAN, and about service directories that are being created. */

#ifndef REEVE_SCAN_CHANGES_H
#define REEVE_SCAN_CHANGES_H

#include "scan/scanner.h"

/* Reads what inotify has to tell, and posts events to the units. */
extern void changes_read (struct scanner *s) ;

#endif
