#include <string.h>

#include "exec/exec.h"

#define SWITCHING_PROTOCOLS 101

int answer_status (char const *text, size_t len, int whole)
{
  static char const form[] = "HTTP/9.9 999" ; /* a 9 stands for any digit */
  size_t i = 0 ;
  for (; i < sizeof form - 1 && i < len ; i++)
  {
    int is_digit = text[i] >= '0' && text[i] <= '9' ;
    if (form[i] == '9' ? !is_digit : text[i] != form[i]) return ANSWER_WRONG ;
  }
  if (i < sizeof form - 1) return whole ? ANSWER_WRONG : ANSWER_UNFINISHED ;
  if (len > i && !memchr(" \t\r\n", text[i], 4)) return ANSWER_WRONG ;
  if (!whole && !memchr(text, '\n', len)) return ANSWER_UNFINISHED ;
  return (text[9] - '0') * 100 + (text[10] - '0') * 10 + text[11] - '0' ;
}

int answer_is_interim (int status)
{
  return status >= 100 && status < 200 && status != SWITCHING_PROTOCOLS ;
}

size_t answer_head_size (char const *text, size_t len)
{
  char const *newline = memchr(text, '\n', len) ;
  while (newline)
  {
    char const *line = newline + 1 ;
    size_t left = len - (size_t)(line - text) ;
    if (left && *line == '\n') return len - left + 1 ;
    if (left > 1 && line[0] == '\r' && line[1] == '\n') return len - left + 2 ;
    newline = memchr(line, '\n', left) ;
  }
  return 0 ;
}
