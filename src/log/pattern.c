#include <ctype.h>
#include <stdlib.h>

#include "log/pattern_program.h"

int pattern_is_word (int c)
{
  return isalnum(c) || c == '_' ;
}

static int can_begin (struct pattern const *p, char c)
{
  return p->first.bits[(unsigned char)c >> 5] >> (c & 31) & 1 ;
}

static int edge_at (char which, char const *line, size_t len, size_t at)
{
  int before = at > 0 && pattern_is_word((unsigned char)line[at - 1]) ;
  int behind = at < len && pattern_is_word((unsigned char)line[at]) ;
  switch (which)
  {
    case 'b' : return before != behind ;
    case 'B' : return before == behind ;
    case '<' : return !before && behind ;
    default : return before && !behind ;
  }
}

/* Adds a thread at `pc`, and all threads that follow from it without reading a byte.
   Returns 1 if one of them is at the end of the pattern: a match. */
static int take_up (struct pattern *p, unsigned int pc, unsigned int *list, size_t *n, char const *line, size_t len, size_t at)
{
  size_t depth = 0 ;
  p->stack[depth++] = pc ;
  while (depth)
  {
    struct op const *op ;
    pc = p->stack[--depth] ;
    if (p->seen[pc] == p->round) continue ;
    p->seen[pc] = p->round ;
    op = p->ops + pc ;
    switch (op->code)
    {
      case OP_MATCH : return 1 ;
      case OP_SPLIT :
        p->stack[depth++] = (unsigned int)((int)pc + op->y) ;
        p->stack[depth++] = (unsigned int)((int)pc + op->x) ;
        break ;
      case OP_JUMP : p->stack[depth++] = (unsigned int)((int)pc + op->x) ; break ;
      case OP_BEGIN : if (!at) p->stack[depth++] = pc + 1 ; break ;
      case OP_END : if (at == len) p->stack[depth++] = pc + 1 ; break ;
      case OP_EDGE : if (edge_at((char)op->x, line, len, at)) p->stack[depth++] = pc + 1 ; break ;
      default : list[(*n)++] = pc ;
    }
  }
  return 0 ;
}

int pattern_match (struct pattern *p, char const *line, size_t len)
{
  int anchored = p->ops[0].code == OP_BEGIN ;
  size_t n = 0 ;
  p->round++ ;
  for (size_t at = 0 ; ; at++)
  {
    unsigned int *former = p->now ;
    size_t former_n = n ;
    if (!n && !p->matches_empty && at < len && !can_begin(p, line[at]))
    {
      if (anchored) return 0 ;
      while (++at < len && !can_begin(p, line[at])) ;
      p->round++ ; /* what was seen was at another byte */
    }
    if ((!at || !anchored) && take_up(p, 0, p->now, &former_n, line, len, at)) return 1 ;
    if (at >= len || (anchored && !former_n)) return 0 ;
    n = 0 ;
    p->round++ ;
    for (size_t i = 0 ; i < former_n ; i++)
      if (pattern_takes(p, p->ops + former[i], (unsigned char)line[at])
       && take_up(p, former[i] + 1, p->next, &n, line, len, at + 1)) return 1 ;
    p->now = p->next ;
    p->next = former ;
  }
}

void pattern_free (struct pattern *p)
{
  if (!p) return ;
  free(p->ops) ;
  free(p->sets) ;
  free(p->now < p->next ? p->now : p->next) ;
  free(p->seen) ;
  free(p) ;
}
