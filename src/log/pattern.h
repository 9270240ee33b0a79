/* Does a line match? A pattern is a POSIX extended regular expression or a glob, over bytes, as in
   the C locale. It is compiled to a small program, which reads the line once: the time grows with the
   line only, whatever the pattern, and nothing is allocated. The C library's matcher would be a quarter
   of the static program's size, and allocates for each line. */

#ifndef REEVE_LOG_PATTERN_H
#define REEVE_LOG_PATTERN_H

#include <stddef.h>

enum pattern_kind
{
  PATTERN_ERE, /* matches anywhere in the line, as regcomp(REG_EXTENDED | REG_NOSUB); with
                  GNU's \w \W \s \S \b \B \< \>, without back-references */
  PATTERN_GLOB /* matches the whole line, as `case` of a shell: * ? [...] [!...] \c */
} ;

struct pattern ;

/* Compiles `text`; the caller frees the result with pattern_free.
   Returns 0 with the reason in *fault: words, or 0 for lack of memory. */
extern struct pattern *pattern_compile (enum pattern_kind kind, char const *text, char const **fault) ;
extern void pattern_free (struct pattern *pattern) ;

/* Does the line of `len` bytes, whatever they are, match? Not for two threads at once. */
extern int pattern_match (struct pattern *pattern, char const *line, size_t len) ;

#endif
