/* Source: what inotify tells about SCAN, and about directories that are being created. */

#ifndef REEVE_SCAN_CHANGES_H
#define REEVE_SCAN_CHANGES_H

#include "scan/scanner.h"

/* Reads what there is. */
extern void changes_read (struct scanner *s) ;

#endif
