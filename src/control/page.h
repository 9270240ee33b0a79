/* Printing for a person. Lines have at most 80 columns, as far as their words allow. Columns are
   counted as base/width.h does. What is printed here does no harm to a terminal: control characters,
   and bytes that are not UTF-8, become question marks. */

#ifndef REEVE_CONTROL_PAGE_H
#define REEVE_CONTROL_PAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PAGE_WIDTH 80

/* Prints `text` after what stands in the line already, `at` columns: behind it, after two spaces; or, if
   there is no room, in lines of its own below, indented by 4. Prints no newline at the end. */
extern void page_print_after (size_t at, char const *text) ;
/* Prints `text` from column `at` on, and a newline. Further lines begin at column `indent`. */
extern void page_print (size_t at, size_t indent, char const *text) ;

/* Prints the whole text, and spaces up to `columns`. Prints no newline. Returns how many columns this has
   taken: more than `columns` if the text is longer. */
extern size_t page_print_padded (char const *text, size_t columns) ;
/* Writes exactly `columns` to `out`: a longer text is cut and ends with "..". */
extern void page_put_cell (FILE *out, char const *text, size_t columns) ;

/* The width of the terminal; PAGE_WIDTH if stdout is no terminal. */
extern int page_columns (void) ;

/* Shall there be colours? Not if stdout is no terminal, nor with NO_COLOR or TERM=dumb. */
extern int page_has_colours (void) ;

/* To be called when everything is printed. Returns EXIT_YES; or, after a message, EXIT_SYSTEM: stdout could
   not be written. */
extern int page_end (void) ;

#define PAGE_DURATION_MAX 32
/* Writes a duration: "340 ms", "12 s", "5 min 3 s", "3 d 4 h". Returns `out`. */
extern char const *page_duration (char out[PAGE_DURATION_MAX], uint64_t ms) ;
/* The same, but with milliseconds below a minute: "12.345 s". */
extern char const *page_precise (char out[PAGE_DURATION_MAX], uint64_t ms) ;

#endif
