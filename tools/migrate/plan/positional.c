/* Where a text asks for the arguments of the script: $1, "$@". In awk '{ print $1 }' it does not: the
   shell expands nothing between single quotes. */

#include <string.h>

#include "migrate/plan/plan.h"
#include "migrate/shell/shell.h"

#define DEPTH 64

/* What the text at some place is in: 0 nothing, or what ends it: a double quote, a parenthesis, a
   backquote. */
struct quoting
{
  char inside[DEPTH] ;
  unsigned int depth ;
} ;

static char innermost (struct quoting const *q)
{
  return q->depth ? q->inside[q->depth - 1] : 0 ;
}

static void enter (struct quoting *q, char end)
{
  if (q->depth < DEPTH) q->inside[q->depth++] = end ;
}

/* eval 'x=$1', trap 'f "$1"' EXIT: it is expanded later. A here-document may have lone quotes. */
static int quotes_may_lie (char const *text)
{
  return strstr(text, "<<") || shell_mentions(text, "eval") || shell_mentions(text, "trap") ;
}

/* The byte behind '...' or $'...', whose quote is at p; p, if it has no end: it is an apostrophe. */
static char const *behind_quoted (char const *p, int has_escapes)
{
  char const *end = p + 1 ;
  while (*end && *end != '\'') end += has_escapes && *end == '\\' && end[1] ? 2 : 1 ;
  return *end ? end + 1 : p ;
}

char const *next_expansion (char const *text, char const *from)
{
  struct quoting q = { .depth = 0 } ;
  char const *p = text ;
  if (quotes_may_lie(text)) return strchr(from, '$') ;
  while (*p)
  {
    char in = innermost(&q) ;
    if (*p == '\\' && p[1]) p += 2 ;
    else if (in && *p == in) (void)(q.depth--, p++) ;
    else if (*p == '"') (void)(enter(&q, '"'), p++) ;
    else if (*p == '`') (void)(enter(&q, '`'), p++) ;
    else if (in == '"' && *p == '$' && p[1] == '(')
    {
      if (p >= from) return p ;
      enter(&q, ')') ;
      p += 2 ;
    }
    else if (*p == '(' && in != '"') (void)(enter(&q, ')'), p++) ;
    else if (in != '"' && *p == '\'' && behind_quoted(p, 0) > p) p = behind_quoted(p, 0) ;
    else if (in != '"' && *p == '$' && p[1] == '\'' && behind_quoted(p + 1, 1) > p + 1) p = behind_quoted(p + 1, 1) ;
    else if (in != '"' && *p == '#' && (p == text || strchr(" \t\n;", p[-1]))) p += strcspn(p, "\n") ;
    else if (*p == '$' && p >= from) return p ;
    else p++ ;
  }
  return 0 ;
}

/* for arg; do, for arg do: without `in`, it goes through the arguments. */
static int is_bare_for (char const *p)
{
  p += strspn(p, " \t") ;
  if (!strspn(p, NAME_LETTERS)) return 0 ;
  p += strspn(p, NAME_LETTERS) ;
  p += strspn(p, " \t") ;
  if (*p == ';' || *p == '\n') p++ ;
  p += strspn(p, " \t\n") ;
  return !strncmp(p, "do", 2) && strchr(" \t\n", p[2]) ;
}

static int is_in_comment (char const *text, char const *p)
{
  for (; p > text && p[-1] != '\n' ; p--)
    if (p[-1] == '#' && (p - 1 == text || strchr(" \t\n;", p[-2]))) return 1 ;
  return 0 ;
}

/* What takes the arguments without a word for them. */
static int takes_unnamed (char const *text)
{
  if (shell_mentions(text, "getopts")) return 1 ;
  for (char const *p = text ; (p = strstr(p, "for ")) ; p += 4)
    if ((p == text || strchr(" \t\n;&|(", p[-1])) && is_bare_for(p + 4) && !is_in_comment(text, p)) return 1 ;
  return 0 ;
}

int mentions_positional (char const *text)
{
  if (takes_unnamed(text)) return 1 ;
  for (char const *p = text ; (p = next_expansion(text, p)) ; )
  {
    p++ ;
    if (*p == '{') p++ ;
    if (*p == '#' && p[-1] == '{') p++ ;
    if (*p && strchr("123456789@*", *p)) return 1 ;
    if ((*p == '#' && p[-1] == '$') || (p[-1] == '#' && *p == '}')) return 1 ;
  }
  return 0 ;
}

int takes_arguments (char const *text)
{
  for (char const *p = text ; (p = next_expansion(text, p)) ; p++)
    if (!strncmp(p, "$@", 2) || !strncmp(p, "${@}", 4)) return 1 ;
  return 0 ;
}
