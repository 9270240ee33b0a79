#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/exit.h"
#include "base/text.h"
#include "base/width.h"
#include "control/page.h"

#define INDENT 4

/* Writes the first `len` bytes of `text` so that they do no harm. */
static void put (FILE *out, char const *text, size_t len)
{
  size_t one ;
  for (size_t at = 0 ; at < len ; at += one)
  {
    char character[4] ;
    one = text_utf8(text + at, len - at) ;
    if (!one) one = 1 ;
    memcpy(character, text + at, one) ;
    text_make_printable(character, one) ;
    if (*character == '\n') *character = '?' ;
    fwrite(character, 1, one, out) ;
  }
}

static void print_words (size_t at, size_t indent, char const *text)
{
  size_t begin = at ;
  while (*text)
  {
    size_t len = strcspn(text, " ") ;
    size_t n = width_of(text, len) ;
    if (at > begin && at + 1 + n > PAGE_WIDTH)
    {
      printf("\n%*s", (int)indent, "") ;
      begin = at = indent ;
    }
    if (at > begin) putchar(' ') ;
    at += n + (at > begin) ;
    put(stdout, text, len) ;
    text += len ;
    text += strspn(text, " ") ;
  }
}

void page_print_after (size_t at, char const *text)
{
  if (at + 2 + width_of_string(text) <= PAGE_WIDTH)
  {
    fputs("  ", stdout) ;
    put(stdout, text, strlen(text)) ;
    return ;
  }
  printf("\n%*s", INDENT, "") ;
  print_words(INDENT, INDENT, text) ;
}

void page_print (size_t at, size_t indent, char const *text)
{
  print_words(at, indent, text) ;
  putchar('\n') ;
}

size_t page_print_padded (char const *text, size_t columns)
{
  size_t width = width_of_string(text) ;
  put(stdout, text, strlen(text)) ;
  for ( ; width < columns ; width++) putchar(' ') ;
  return width ;
}

void page_put_cell (FILE *out, char const *text, size_t columns)
{
  char const *end = width_of_string(text) > columns ? ".." : "" ;
  size_t len = width_fit(text, columns > strlen(end) ? columns - strlen(end) : 0) ;
  put(out, text, len) ;
  fputs(end, out) ;
  for (size_t width = width_of(text, len) + strlen(end) ; width < columns ; width++) fputc(' ', out) ;
}

char const *page_duration (char out[PAGE_DURATION_MAX], uint64_t ms)
{
  static struct { uint64_t seconds ; char const *name ; } const units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } } ;
  uint64_t seconds = ms / 1000 ;
  size_t i = 0 ;
  int n ;
  if (!seconds)
  {
    snprintf(out, PAGE_DURATION_MAX, "%u ms", (unsigned int)ms) ;
    return out ;
  }
  while (seconds < units[i].seconds) i++ ;
  n = snprintf(out, PAGE_DURATION_MAX, "%ju %s", (uintmax_t)(seconds / units[i].seconds), units[i].name) ;
  seconds %= units[i].seconds ;
  if (i < 3 && seconds >= units[i + 1].seconds)
    snprintf(out + n, PAGE_DURATION_MAX - (size_t)n, " %ju %s", (uintmax_t)(seconds / units[i + 1].seconds), units[i + 1].name) ;
  return out ;
}

int page_columns (void)
{
  struct winsize size ;
  return ioctl(1, TIOCGWINSZ, &size) != -1 && size.ws_col ? size.ws_col : PAGE_WIDTH ;
}

int page_has_colours (void)
{
  char const *unwanted = getenv("NO_COLOR") ;
  char const *terminal = getenv("TERM") ;
  return isatty(1) && !(unwanted && *unwanted) && !(terminal && !strcmp(terminal, "dumb")) ;
}

char const *page_precise (char out[PAGE_DURATION_MAX], uint64_t ms)
{
  if (ms < 1000 || ms >= 60000) return page_duration(out, ms) ;
  snprintf(out, PAGE_DURATION_MAX, "%u.%03u s", (unsigned int)(ms / 1000), (unsigned int)(ms % 1000)) ;
  return out ;
}

int page_end (void)
{
  if (!fflush(stdout) && !ferror(stdout)) return EXIT_YES ;
  strerr_warnwu1sys("write to stdout") ;
  return EXIT_SYSTEM ;
}
