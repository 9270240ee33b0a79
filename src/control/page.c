#include <stdio.h>
#include <string.h>

#include "control/control.h"

#define INDENT 4

/* A character of UTF-8 is one column. */
static size_t columns (char const *text, size_t len)
{
  size_t n = 0 ;
  for (size_t i = 0 ; i < len ; i++) n += (text[i] & 0xc0) != 0x80 ;
  return n ;
}

static void print_words (size_t at, size_t indent, char const *text)
{
  size_t begin = at ;
  while (*text)
  {
    size_t len = strcspn(text, " ") ;
    size_t n = columns(text, len) ;
    if (at > begin && at + 1 + n > PAGE_WIDTH)
    {
      printf("\n%*s", (int)indent, "") ;
      begin = at = indent ;
    }
    if (at > begin) putchar(' ') ;
    at += n + (at > begin) ;
    printf("%.*s", (int)len, text) ;
    text += len ;
    text += strspn(text, " ") ;
  }
}

void page_print_after (size_t at, char const *text)
{
  if (at + 2 + columns(text, strlen(text)) <= PAGE_WIDTH)
  {
    printf("  %s", text) ;
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
