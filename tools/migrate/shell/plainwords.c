/* Words that the grammar does not take where they stand: [ "$x" = - ], [ "$x" \> b ], for name do, $(grep x$). It gets others of the same length. */

#include <string.h>

#include "migrate/shell/tree.h"

#define CONDITION_MAX 4096 /* bytes: a condition that is longer is left as it is, so that many that never end take no time */

/* The quote that ends what begins with the one at `open`; 0: none does. */
static char *end_of_quoted (char *open)
{
  char *p = open + 1 ;
  for (; *p && *p != *open && p < open + CONDITION_MAX ; p++)
    if (*p == '\\' && *open == '"' && p[1]) p++ ;
  return *p == *open ? p : 0 ;
}

/* The } of the { at `open`; 0: it is not found, or there are more inside than are read. */
static char *closing_brace (char *open)
{
  unsigned int depth = 0 ;
  for (char *p = open ; *p && p < open + CONDITION_MAX && depth <= DEPTH_MAX ; p++)
  {
    char before = p > open ? p[-1] : ' ' ;
    if (*p == '\\' && p[1]) p++ ;
    else if (*p == '\'' || *p == '"')
    {
      p = end_of_quoted(p) ;
      if (!p) return 0 ;
    }
    else if (*p == '{' && strchr(" \t\n;(!", before) && strchr(" \t\n", p[1])) depth++ ;
    else if (*p == '}' && strchr(" \t\n;", before) && strchr(" \t\n;&|)", p[1]) && !--depth) return p ;
  }
  return 0 ;
}

/* ! { a; } && b: the grammar does not know the { behind !, but a ( there. What is read there is a group all the same: shell.c */
static void with_negated_groups (char *text)
{
  for (char *p = text ; (p = strstr(p, "! {")) ; p += 3)
  {
    char *end = (p == text || strchr(" \t\n;&|({", p[-1])) && p[3] && strchr(" \t\n", p[3]) ? closing_brace(p + 2) : 0 ;
    if (!end) continue ;
    p[2] = '(' ;
    *end = ')' ;
  }
}

/* while ! </dev/tcp/db/5432: a redirection without a command, which the grammar does not know behind !. */
static void with_plain_loops (char *text, char const *from, char const *to)
{
  for (char *p = text ; (p = strstr(p, from)) ; p += 5)
  {
    char *bang = p + 5 + strspn(p + 5, " \t") ;
    if ((p > text && !strchr(" \t\n;&|({", p[-1])) || bang == p + 5 || *bang != '!' || bang[1 + strspn(bang + 1, " \t")] != '<') continue ;
    memcpy(p, to, 5) ;
    *bang = ' ' ;
  }
}

/* The end of the ( ), (( )), [[ ]] or { } at `open`; 0: it is not found, or it is something else. */
static char *end_of_compound (char *open)
{
  unsigned int depth = 0 ;
  int is_test = !strncmp(open, "[[", 2) ;
  if (*open == '{' && open[1] && strchr(" \t\n", open[1]))
  {
    char *end = closing_brace(open) ;
    return end ? end + 1 : 0 ;
  }
  if (!is_test && *open != '(') return 0 ;
  for (char *p = open ; *p && p < open + CONDITION_MAX && depth <= DEPTH_MAX ; p++)
  {
    if (*p == '\\' && p[1]) p++ ;
    else if (*p == '\'' || *p == '"')
    {
      p = end_of_quoted(p) ;
      if (!p) return 0 ;
    }
    else if (is_test && !strncmp(p, " ]]", 3)) return p + 3 ;
    else if (is_test && *p == '\n') return 0 ;
    else if (*p == '(') depth++ ;
    else if (*p == ')' && !--depth && !is_test) return p + 1 ;
  }
  return 0 ;
}

static int is_elif (char const *text, char const *p)
{
  return p >= text + 2 && !strncmp(p - 2, "elif", 4) ;
}

/* while ( true ) do, if [[ -n $X ]] then: behind these Bash needs no semicolon, but the grammar does. */
static void with_semicolons (char *text, char const *keyword, char const *next)
{
  size_t len = strlen(keyword) ;
  for (char *p = text ; (p = strstr(p, keyword)) ; p += len)
  {
    char *open = p + len + strspn(p + len, " \t") ;
    char *end = (p > text && !strchr(" \t\n;&|({", p[-1]) && !is_elif(text, p)) || (open == p + len && *open != '(') ? 0 : end_of_compound(open) ;
    char *word = end ? end + strspn(end, " \t") : 0 ;
    if (word > end && !strncmp(word, next, strlen(next)) && word[strlen(next)] && strchr(" \t\n;", word[strlen(next)])) *end = ';' ;
  }
}

/* [ $A ==b ], [ "$A"= b ]: two words, which [ does not take, and the grammar neither. It gets one. */
static void with_one_word (char *text)
{
  for (char *p = text ; (p = strstr(p, "[ ")) ; p += 2)
  {
    char *sign = p + 2 + strcspn(p + 2, "=]\n;&|(") ;
    size_t len = strspn(sign, "=") ;
    char *ahead = sign - 1 - (sign[-1] == '!') ;
    int is_ahead = *ahead == ' ' ;
    if ((p > text && !strchr(" \t\n;&|(!", p[-1])) || !len || len > 2 || is_ahead == (sign[len] == ' ')) continue ;
    if (is_ahead) *ahead = '_' ;
    else sign[len] = '_' ;
  }
}

void with_plain_words (char *text)
{
  with_semicolons(text, "while", "do") ;
  with_semicolons(text, "until", "do") ;
  with_semicolons(text, "if", "then") ; /* elif, too */
  with_plain_loops(text, "while", "until") ;
  with_plain_loops(text, "until", "while") ;
  with_negated_groups(text) ;
  with_one_word(text) ;
  for (char *p = text ; (p = strstr(p, "= -")) ; p++)
  {
    size_t n = strspn(p + 2, "-") ;
    if (n < 3 && p[2 + n] == ' ' && p[2 + n + strspn(p + 2 + n, " ")] == ']') memset(p + 2, '_', n) ;
  }
  for (char *p = text ; (p = strchr(p, '\\')) ; p += 2)
  {
    if (!p[1]) break ;
    if (p > text && p[-1] == ' ' && strchr("<>", p[1]) && p[2] == ' ') memcpy(p, "!=", 2) ; /* [ "$A" \> b ] */
  }
  for (char *p = text ; (p = strstr(p, "$)")) ; p += 2)
    if (p > text && !strchr(" \t\n$\"'\\", p[-1])) *p = '_' ; /* $(grep -v ^x$): a $ at a word's end is none of a variable */
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
