/* Patterns for names, as a shell's. fnmatch() would bring the tables of all the world's letters. */

#ifndef REEVE_CONTROL_GLOB_H
#define REEVE_CONTROL_GLOB_H

/* Does `name` match all of `pattern`? A `*` stands for any characters, `?` for one, `[a-z]` for
   one of a set, `[!a-z]` and `[^a-z]` for one that is not in it, and none of them for a slash. A
   backslash takes from the character behind it what it means. A `[` without an end is itself.
   A character is one of UTF-8; a byte that is none counts as one. */
extern int glob_matches (char const *pattern, char const *name) ;

#endif
