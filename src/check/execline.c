#include <string.h>

#include "check/shell.h"

struct chain
{
  char const *text ;
  size_t len ;
  size_t at ;
  unsigned int line ;
  char *buffer ;
  size_t size ;
  size_t used ;
} ;

static int next (struct chain *chain)
{
  if (chain->at == chain->len) return -1 ;
  if (chain->text[chain->at] == '\n') chain->line++ ;
  return (unsigned char)chain->text[chain->at++] ;
}

static int is_space (int c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' ;
}

/* Goes to the next word. Returns 0 at the end. */
static int skip_space (struct chain *chain)
{
  while (chain->at < chain->len)
  {
    int c = (unsigned char)chain->text[chain->at] ;
    if (c == '#')
      while (chain->at < chain->len && chain->text[chain->at] != '\n') chain->at++ ;
    else if (is_space(c)) next(chain) ;
    else return 1 ;
  }
  return 0 ;
}

static int put (struct chain *chain, int c)
{
  if (chain->used == chain->size) return 0 ;
  chain->buffer[chain->used++] = (char)c ;
  return 1 ;
}

/* Reads a word into the buffer. Returns 0 when it is not understood, or does not fit. */
static int read_word (struct chain *chain, int *is_quoted)
{
  int quoted = 0 ;
  *is_quoted = 0 ;
  while (quoted || (chain->at < chain->len && !is_space((unsigned char)chain->text[chain->at])))
  {
    int c = next(chain) ;
    if (c == '"') quoted = !quoted, *is_quoted = 1 ;
    else if (c == '\\')
    {
      c = next(chain) ;
      if (c == -1 || (quoted && strchr("0123456789nrtab", c)) || !put(chain, c)) return 0 ;
      *is_quoted = 1 ;
    }
    else if (c <= 0 || !put(chain, c)) return 0 ;
  }
  return put(chain, 0) ;
}

size_t execline_last (char const *text, size_t len, char const **words, size_t max, char *buffer, size_t size, unsigned int *line)
{
  struct chain chain = { text, len, 0, 1, buffer, size, 0 } ;
  unsigned int depth = 0 ;
  size_t n = 0 ;
  while (skip_space(&chain))
  {
    char *word = buffer + chain.used ;
    unsigned int began = chain.line ;
    int is_quoted ;
    if (!read_word(&chain, &is_quoted)) return 0 ;
    if (!is_quoted && !strcmp(word, "{")) depth++ ;
    else if (!is_quoted && !strcmp(word, "}"))
    {
      if (!depth--) return 0 ;
      n = 0 ;
    }
    else if (!depth)
    {
      if (n + 1 >= max) return 0 ;
      if (!n) *line = began ;
      words[n++] = word ;
      words[n] = 0 ;
      continue ;
    }
    chain.used = (size_t)(word - buffer) ;
  }
  return depth ? 0 : n ;
}
