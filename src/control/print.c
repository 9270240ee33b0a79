#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "control/control.h"

#define PIECE_MAX 64
#define UTF8_MAX 4

void print_json_string (char const *text)
{
  char escaped[JSON_ESCAPED_MAX((size_t)PIECE_MAX)] ;
  size_t len = strlen(text) ;
  putchar('"') ;
  while (len)
  {
    size_t piece = len < PIECE_MAX ? len : PIECE_MAX ;
    size_t n ;
    /* Not in the middle of a character. */
    while (piece < len && piece > PIECE_MAX - UTF8_MAX && ((unsigned char)text[piece] & 0xc0) == 0x80) piece-- ;
    n = json_escape(escaped, text, piece) ;
    fwrite(escaped, 1, n, stdout) ;
    text += piece ;
    len -= piece ;
  }
  putchar('"') ;
}
