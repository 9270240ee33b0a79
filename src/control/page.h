/* Printing for a person. Lines have at most 80 columns, as far as their words allow. Columns are
   counted as base/width.h does. What is printed here does no harm to a terminal: control characters,
   and bytes that are not UTF-8, become question marks. */

#ifndef REEVE_CONTROL_PAGE_H
#define REEVE_CONTROL_PAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PAGE_WIDTH 80

/* Prints `text`, which comes behind what has `at` columns: there, after two spaces, or, where it has no
   room, in lines of its own below, indented by 4. No newline at its end. */
extern void page_print_after (size_t at, char const *text) ;
/* Prints `text` from column `at` on, further lines from column `indent` on. A newline at its end. */
extern void page_print (size_t at, size_t indent, char const *text) ;

/* Prints the whole text, and spaces up to `columns`. No newline at its end. Returns the columns that
   this takes. */
extern size_t page_print_padded (char const *text, size_t columns) ;
/* Writes exactly `columns` to `out`: a longer text ends with "..". */
extern void page_put_cell (FILE *out, char const *text, size_t columns) ;

/* Of the terminal that stdout is; PAGE_WIDTH of anything else. */
extern int page_columns (void) ;

/* Is stdout a terminal, and are colours wanted (NO_COLOR, TERM=dumb)? */
extern int page_has_colours (void) ;

/* All is printed: EXIT_YES, or EXIT_SYSTEM when it could not be, which is said. */
extern int page_end (void) ;

#define PAGE_DURATION_MAX 32
/* "340 ms", "12 s", "5 min 3 s", "3 d 4 h". Returns `out`. */
extern char const *page_duration (char out[PAGE_DURATION_MAX], uint64_t ms) ;
/* The same, with "12.345 s" below a minute. */
extern char const *page_precise (char out[PAGE_DURATION_MAX], uint64_t ms) ;

#endif
