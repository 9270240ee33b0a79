#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "log/pattern.h"
#include "unit.h"

/* 1 matches, 0 does not, -1 is no pattern. */
static int ours (enum pattern_kind kind, char const *text, char const *line)
{
  char const *fault ;
  struct pattern *pattern = pattern_compile(kind, text, &fault) ;
  int r ;
  if (!pattern) return fault ? -1 : -2 ;
  r = pattern_match(pattern, line, strlen(line)) ;
  /* Again: nothing may be left over from the first time. */
  if (r != pattern_match(pattern, line, strlen(line))) r = -3 ;
  pattern_free(pattern) ;
  return r ;
}

static int libcs (char const *text, char const *line)
{
  regex_t re ;
  int r ;
  if (regcomp(&re, text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE)) return -1 ;
  r = !regexec(&re, line, 0, 0, 0) ;
  regfree(&re) ;
  return r ;
}

static void random_text (char *out, char const *const *parts, size_t nparts, unsigned int most)
{
  unsigned int n = (unsigned int)rand() % (most + 1) ;
  *out = 0 ;
  while (n--) strcat(out, parts[(size_t)rand() % nparts]) ;
}

#define PARTS(list) list, sizeof list / sizeof *list

TEST(an_expression_matches_what_libcs_matches)
{
  static char const *const expression[] =
    { "a", "b", "c", "a", "b", "ab", "_", " ", "-", ".", "*", "+", "?", "{2}", "{1,3}", "{0,1}", "{2,}", "{,2}", "{0}", "(", ")", "(", ")", "()", "|", "|",
      "^", "$", "[ab]", "[^a]", "[a-c]", "[]a]", "[[:alpha:]]", "[^[:space:][:digit:]]", "[[.a.]-b]", "[[=b=]]", "\\.", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "\\<", "\\>", "1", "\\\\" } ;
  static char const *const text[] = { "a", "b", "c", "ab", "_", " ", "-", ".", "1", "\\", "]", "\xc3\xa9" } ;
  unsigned int compiled = 0 ;
  unsigned int matched = 0 ;
  srand(1) ;
  for (unsigned int i = 0 ; i < 40000 ; i++)
  {
    char pattern[256] ;
    char line[256] ;
    int theirs ;
    random_text(pattern, PARTS(expression), 8) ;
    random_text(line, PARTS(text), 7) ;
    theirs = libcs(pattern, line) ;
    compiled += theirs >= 0 ;
    matched += theirs > 0 ;
    if (ours(PATTERN_ERE, pattern, line) != theirs)
      printf("# '%s' on '%s': ours %d, libc's %d\n", pattern, line, ours(PATTERN_ERE, pattern, line), theirs) ;
    CHECK(ours(PATTERN_ERE, pattern, line) == theirs) ;
  }
  CHECK(compiled > 8000 && matched > 3000 && matched < compiled) ;
}

TEST(a_glob_matches_what_libcs_matches)
{
  static char const *const glob[] = { "a", "b", "ab", "*", "*", "?", "[ab]", "[!a]", "[a-c]", "[]a]", "[[:alpha:]]", "\\*", "\\a", ".", "+", "(", "^", "$" } ;
  static char const *const text[] = { "a", "b", "c", "ab", "*", ".", "(", "]", "^" } ;
  unsigned int matched = 0 ;
  srand(2) ;
  for (unsigned int i = 0 ; i < 40000 ; i++)
  {
    char pattern[256] ;
    char line[256] ;
    int theirs ;
    random_text(pattern, PARTS(glob), 5) ;
    random_text(line, PARTS(text), 5) ;
    theirs = !fnmatch(pattern, line, 0) ;
    matched += theirs > 0 ;
    if (ours(PATTERN_GLOB, pattern, line) != theirs) printf("# '%s' on '%s': libc's %d\n", pattern, line, theirs) ;
    CHECK(ours(PATTERN_GLOB, pattern, line) == theirs) ;
  }
  CHECK(matched > 1000 && matched < 39000) ;
}

TEST(what_is_no_expression_is_refused_with_words)
{
  static char const *const bad[] = { "(", "(a", "[", "[a", "[b-a]", "*", "+a", "?", "{2}", "a{", "a{2", "a{3,2}", "a{256}", "a|*", "(*)", "\\", "^*", "[[:no:]]", "[[.ab.]]", "\\1", "(a{200}){200}" } ;
  for (size_t i = 0 ; i < sizeof bad / sizeof *bad ; i++)
  {
    char const *fault ;
    struct pattern *pattern = pattern_compile(PATTERN_ERE, bad[i], &fault) ;
    if (pattern || !fault) printf("# %s\n", bad[i]) ;
    CHECK(!pattern && fault && *fault) ;
    pattern_free(pattern) ;
  }
}

TEST(a_line_may_hold_any_byte)
{
  char const *fault ;
  struct pattern *pattern = pattern_compile(PATTERN_ERE, "^a.[^x]b$", &fault) ;
  CHECK(pattern) ;
  if (!pattern) return ;
  CHECK(pattern_match(pattern, "a\0\nb", 4)) ;
  CHECK(!pattern_match(pattern, "a\0xb", 4)) ;
  CHECK(!pattern_match(pattern, "a\0\nb\0", 5)) ;
  CHECK(!pattern_match(pattern, "", 0)) ;
  pattern_free(pattern) ;
}

/* A matcher that tries one way after the other would not end before the sun does. */
TEST(no_pattern_takes_more_than_time_that_grows_with_the_line)
{
  static char line[20000] ;
  char const *fault ;
  struct pattern *pattern = pattern_compile(PATTERN_ERE, "(a*)*(a|a?)+(aa|a)*b", &fault) ;
  memset(line, 'a', sizeof line - 1) ;
  CHECK(pattern) ;
  if (pattern) CHECK(!pattern_match(pattern, line, sizeof line - 1)) ;
  pattern_free(pattern) ;
}
