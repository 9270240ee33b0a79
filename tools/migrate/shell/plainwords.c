/* Words that the grammar does not take where they stand: [ "$x" = - ], for name do. It gets others of the same length. */

#include <string.h>

#include "migrate/shell/tree.h"

void with_plain_words (char *text)
{
  for (char *p = text ; (p = strstr(p, "= -")) ; p++)
  {
    size_t n = strspn(p + 2, "-") ;
    if (n < 3 && p[2 + n] == ' ' && p[2 + n + strspn(p + 2 + n, " ")] == ']') memset(p + 2, '_', n) ;
  }
  for (char *p = text ; (p = strstr(p, "for ")) ; p++)
  {
    char *end = p + 4 + strspn(p + 4, " ") ;
    end += strspn(end, NAME_LETTERS) ;
    if ((p == text || strchr(" \t\n;&|(", p[-1])) && end[-1] != ' ' && !strncmp(end, " do", 3) && strchr(" \t\n", end[3])) *end = ';' ;
  }
}

/* server &! : disown in zsh. In Bash a ! with nothing behind it, which the grammar takes for the next line's. */
void without_disown (struct source *source, char *text)
{
  for (char *p = text ; (p = strchr(p, '&')) ; p++)
  {
    char *bang = p + 1 + strspn(p + 1, " \t") ;
    uint32_t at = (uint32_t)(bang - text) ;
    if (*bang != '!' || (p > text && strchr("&<>", p[-1])) || !strchr("\n#", bang[1 + strspn(bang + 1, " \t")])) continue ;
    *bang = ' ' ;
    source_claim(source, (struct range){ at, at + 1 }, "dropped", "! behind &: it does nothing") ;
  }
}
