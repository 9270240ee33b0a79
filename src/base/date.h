/* A time as people and programs read it: "2026-11-25T15:06:49". */

#ifndef REEVE_BASE_DATE_H
#define REEVE_BASE_DATE_H

#include <stddef.h>
#include <time.h>

#define DATE_MAX 80

/* Writes the date, the character `between`, and the time to the second; returns the length. */
extern size_t date_format (char out[DATE_MAX], struct tm const *tm, char between) ;

#endif
