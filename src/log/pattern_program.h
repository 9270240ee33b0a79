/* What pattern_compile.c makes and pattern.c runs. */

#ifndef REEVE_LOG_PATTERN_PROGRAM_H
#define REEVE_LOG_PATTERN_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "log/pattern.h"

enum code
{
  OP_BYTE, /* one byte: x */
  OP_ANY,
  OP_SET, /* one byte that is in sets[x] */
  OP_SPLIT, /* goes on at +x and at +y */
  OP_JUMP, /* goes on at +x */
  OP_BEGIN,
  OP_END,
  OP_EDGE, /* the edge of a word: x is one of b B < > */
  OP_MATCH
} ;

struct op
{
  enum code code ;
  int x ;
  int y ;
} ;

struct set
{
  uint32_t bits[8] ;
} ;

struct pattern
{
  struct op *ops ;
  size_t nops ;
  struct set *sets ;
  size_t nsets ;
  struct set first ; /* bytes that a match can begin with */
  unsigned int matches_empty : 1 ; /* the empty text matches, so `first` does not matter */
  /* The threads of a run: where each is, and when each op was last taken up. */
  unsigned int *now ;
  unsigned int *next ;
  unsigned int *stack ;
  size_t *seen ;
  size_t round ;
} ;

/* A letter, a digit or _. */
extern int pattern_is_word (int c) ;

static inline int pattern_takes (struct pattern const *p, struct op const *op, unsigned char c)
{
  switch (op->code)
  {
    case OP_BYTE : return op->x == c ;
    case OP_SET : return p->sets && p->sets[op->x].bits[c >> 5] >> (c & 31) & 1 ;
    default : return 1 ;
  }
}

#endif
