#include "control/glob.h"

#include <string.h>

#include "base/text.h"

static size_t length_of (char const *character)
{
  size_t len = *character ? text_utf8(character, strlen(character)) : 0 ;
  return len || !*character ? len : 1 ;
}

/* In the order of their numbers: of UTF-8, the longer one is the greater. */
static int compare (char const *one, char const *other)
{
  size_t len = length_of(one) ;
  size_t other_len = length_of(other) ;
  if (len != other_len) return len < other_len ? -1 : 1 ;
  return memcmp(one, other, len) ;
}

static char const *next_of (char const *character)
{
  return character + length_of(character) ;
}

/* `set` is behind the `[`. Returns what is behind its `]`, and whether the character is meant;
   0: it has no end. */
static char const *match_set (char const *set, char const *character, int *matches)
{
  int inverted = *set == '!' || *set == '^' ;
  char const *at = set + inverted ;
  *matches = inverted ;
  do
  {
    char const *last ;
    if (*at == '\\' && at[1]) at++ ;
    last = at ;
    if (!*at) return 0 ;
    at = next_of(at) ;
    if (*at == '-' && at[1] && at[1] != ']')
    {
      char const *first = last ;
      last = at + 1 + (at[1] == '\\' && at[2]) ;
      at = next_of(last) ;
      if (compare(first, character) <= 0 && compare(character, last) <= 0) *matches = !inverted ;
    }
    else if (!compare(last, character)) *matches = !inverted ;
  }
  while (*at != ']') ;
  return at + 1 ;
}

/* Returns what follows in the pattern on what stands for the character; 0: it is not meant. */
static char const *match_one (char const *pattern, char const *character)
{
  char const *behind ;
  int matches ;
  if (*pattern == '?') return *character == '/' ? 0 : pattern + 1 ;
  if (*pattern == '[' && (behind = match_set(pattern + 1, character, &matches))) return matches && *character != '/' ? behind : 0 ;
  if (*pattern == '\\' && pattern[1]) pattern++ ;
  return *pattern && !compare(pattern, character) ? next_of(pattern) : 0 ;
}

int glob_matches (char const *pattern, char const *name)
{
  char const *star = 0 ; /* behind the last one */
  char const *taken = 0 ; /* where what it stands for ends */
  for (;;)
  {
    char const *behind ;
    if (*pattern == '*')
    {
      star = ++pattern ;
      taken = name ;
    }
    else if (!*name && !*pattern) return 1 ;
    else if (*name && (behind = match_one(pattern, name)))
    {
      pattern = behind ;
      name = next_of(name) ;
    }
    else if (star && *taken && *taken != '/')
    {
      pattern = star ;
      name = taken = next_of(taken) ;
    }
    else return 0 ;
  }
}
