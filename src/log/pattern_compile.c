#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "log/pattern_program.h"

#define OPS_MAX 30000
#define SETS_MAX 1000
#define REPEAT_MAX 255 /* POSIX' RE_DUP_MAX */
#define DEPTH_MAX 200 /* parentheses within parentheses */
#define NO_LIMIT (-1)

struct parser
{
  struct pattern *p ;
  char const *at ;
  char const *fault ;
  unsigned int depth ;
  unsigned int no_memory : 1 ;
} ;

static void add_to (struct set *set, unsigned char c)
{
  set->bits[c >> 5] |= (uint32_t)1 << (c & 31) ;
}

/* Each part is appended to the program. */

static int fail (struct parser *parser, char const *fault)
{
  parser->fault = fault ;
  return 0 ;
}

/* Makes room for `n` ops at `at`. Jumps are relative, so the ops that move need no change. */
static int insert (struct parser *parser, size_t at, size_t n)
{
  struct pattern *p = parser->p ;
  struct op *ops ;
  if (p->nops + n > OPS_MAX) return fail(parser, "too large") ;
  ops = realloc(p->ops, (p->nops + n) * sizeof *ops) ;
  if (!ops)
  {
    parser->no_memory = 1 ;
    return 0 ;
  }
  p->ops = ops ;
  memmove(ops + at + n, ops + at, (p->nops - at) * sizeof *ops) ;
  p->nops += n ;
  return 1 ;
}

static int put (struct parser *parser, size_t at, enum code code, int x, int y)
{
  if (!insert(parser, at, 1)) return 0 ;
  parser->p->ops[at] = (struct op) { .code = code, .x = x, .y = y } ;
  return 1 ;
}

static int append (struct parser *parser, enum code code, int x)
{
  return put(parser, parser->p->nops, code, x, 0) ;
}

static struct set *append_set (struct parser *parser)
{
  struct pattern *p = parser->p ;
  struct set *sets = p->nsets < SETS_MAX ? realloc(p->sets, (p->nsets + 1) * sizeof *sets) : 0 ;
  if (!sets)
  {
    parser->no_memory = 1 ;
    return 0 ;
  }
  p->sets = sets ;
  if (!append(parser, OP_SET, (int)p->nsets)) return 0 ;
  memset(sets + p->nsets, 0, sizeof *sets) ;
  return sets + p->nsets++ ;
}

static void invert (struct set *set)
{
  for (size_t i = 0 ; i < 8 ; i++) set->bits[i] = ~set->bits[i] ;
}

static void add_class (struct set *set, int (*is) (int))
{
  for (int c = 0 ; c < 128 ; c++)
    if ((*is)(c)) add_to(set, (unsigned char)c) ;
}

static int named_class (struct parser *parser, struct set *set, char const *name, size_t len)
{
  static struct { char name[8] ; int (*is) (int) ; } const classes[] =
  {
    { "alpha", &isalpha }, { "digit", &isdigit }, { "alnum", &isalnum }, { "upper", &isupper }, { "lower", &islower },
    { "space", &isspace }, { "blank", &isblank }, { "punct", &ispunct }, { "print", &isprint }, { "graph", &isgraph },
    { "cntrl", &iscntrl }, { "xdigit", &isxdigit }
  } ;
  for (size_t i = 0 ; i < sizeof classes / sizeof *classes ; i++)
    if (strlen(classes[i].name) == len && !memcmp(classes[i].name, name, len))
    {
      add_class(set, classes[i].is) ;
      return 1 ;
    }
  return fail(parser, "unknown class in [ ]") ;
}

/* Reads one end of a range, or a single element: a byte, [.c.] or [=c=]. */
static int element (struct parser *parser, unsigned char *c)
{
  char const *s = parser->at ;
  if (s[0] == '[' && (s[1] == '.' || s[1] == '='))
  {
    if (!s[2] || s[3] != s[1] || s[4] != ']') return fail(parser, "in [ ], only single characters between [. .] and [= =]") ;
    parser->at += 5 ;
    *c = (unsigned char)s[2] ;
    return 1 ;
  }
  if (!*s) return fail(parser, "[ without ]") ;
  parser->at++ ;
  *c = (unsigned char)*s ;
  return 1 ;
}

/* Reads what follows a `[`. */
static int bracket (struct parser *parser, char negation)
{
  struct set *set = append_set(parser) ;
  int inverted = *parser->at == '^' || *parser->at == negation ;
  int begun = 0 ;
  if (!set) return 0 ;
  parser->at += inverted ;
  while (*parser->at != ']' || !begun)
  {
    char const *end = strncmp(parser->at, "[:", 2) ? 0 : strstr(parser->at + 2, ":]") ;
    unsigned char from ;
    unsigned char to ;
    begun = 1 ;
    if (end)
    {
      if (!named_class(parser, set, parser->at + 2, (size_t)(end - parser->at - 2))) return 0 ;
      parser->at = end + 2 ;
      continue ;
    }
    if (!element(parser, &from)) return 0 ;
    to = from ;
    if (parser->at[0] == '-' && parser->at[1] != ']')
    {
      parser->at++ ;
      if (!element(parser, &to)) return 0 ;
    }
    if (to < from) return fail(parser, "a range in [ ] that ends before it begins") ;
    for (unsigned int c = from ; c <= to ; c++) add_to(set, (unsigned char)c) ;
  }
  parser->at++ ;
  if (inverted) invert(set) ;
  return 1 ;
}

static int escaped (struct parser *parser)
{
  char c = *parser->at ;
  struct set *set ;
  if (!c) return fail(parser, "\\ at the end") ;
  if (c >= '1' && c <= '9') return fail(parser, "back-references are not supported") ;
  parser->at++ ;
  if (strchr("bB<>", c)) return append(parser, OP_EDGE, c) ;
  if (!strchr("wWsS", c)) return append(parser, OP_BYTE, (unsigned char)c) ;
  set = append_set(parser) ;
  if (!set) return 0 ;
  add_class(set, c == 'w' || c == 'W' ? &pattern_is_word : &isspace) ;
  if (c == 'W' || c == 'S') invert(set) ;
  return 1 ;
}

/* Appends what begins at `from` `n` times more. */
static int again (struct parser *parser, size_t from, size_t len, int n)
{
  for (; n > 0 ; n--)
  {
    size_t at = parser->p->nops ;
    if (!insert(parser, at, len)) return 0 ;
    memcpy(parser->p->ops + at, parser->p->ops + from, len * sizeof *parser->p->ops) ;
  }
  return 1 ;
}

/* Repeats what begins at `from` min to max times. */
static int repeat (struct parser *parser, size_t from, int min, int max)
{
  struct pattern *p = parser->p ;
  size_t len = p->nops - from ;
  size_t last ;
  if (!max) p->nops = from ;
  if (!max || !len) return 1 ;
  if (!again(parser, from, len, (max == NO_LIMIT ? (min ? min : 1) : max) - 1)) return 0 ;
  if (max == NO_LIMIT)
  {
    last = p->nops - len ;
    if (min) return put(parser, p->nops, OP_SPLIT, -(int)len, 1) ;
    return put(parser, last, OP_SPLIT, 1, (int)len + 2) && append(parser, OP_JUMP, -(int)len - 1) ;
  }
  for (int i = max ; i > min ; i--) /* each of the last ones can be skipped, with all that follow it */
  {
    size_t at = from + (size_t)(i - 1) * len ;
    if (!put(parser, at, OP_SPLIT, 1, (int)(p->nops - at) + 1)) return 0 ;
  }
  return 1 ;
}

static int number (struct parser *parser, int *n)
{
  *n = 0 ;
  if (!isdigit((unsigned char)*parser->at)) return 0 ;
  while (isdigit((unsigned char)*parser->at) && *n <= REPEAT_MAX) *n = *n * 10 + (*parser->at++ - '0') ;
  return 1 ;
}

static int interval (struct parser *parser, int *min, int *max)
{
  int given = number(parser, min) ;
  *max = *min ;
  if (*parser->at == ',')
  {
    parser->at++ ;
    if (!number(parser, max)) *max = NO_LIMIT ;
    else given = 1 ;
  }
  if (*parser->at != '}' || !given) return fail(parser, "bad { }") ;
  parser->at++ ;
  if (*min > REPEAT_MAX || *max > REPEAT_MAX || (*max != NO_LIMIT && *min > *max)) return fail(parser, "bad { }") ;
  return 1 ;
}

static int repetitions (struct parser *parser, size_t from)
{
  for (;;)
  {
    int min = 0 ;
    int max = NO_LIMIT ;
    switch (*parser->at)
    {
      case '*' : break ;
      case '+' : min = 1 ; break ;
      case '?' : max = 1 ; break ;
      case '{' : break ;
      default : return 1 ;
    }
    if (*parser->at++ == '{' && !interval(parser, &min, &max)) return 0 ;
    if (!repeat(parser, from, min, max)) return 0 ;
  }
}

static int alternatives (struct parser *parser) ;

static int atom (struct parser *parser)
{
  size_t from = parser->p->nops ;
  char c = *parser->at++ ;
  int ok ;
  switch (c)
  {
    case '^' : ok = append(parser, OP_BEGIN, 0) ; break ;
    case '$' : ok = append(parser, OP_END, 0) ; break ;
    case '*' : case '+' : case '?' : case '{' : return fail(parser, "nothing to repeat") ;
    case '.' : ok = append(parser, OP_ANY, 0) ; break ;
    case '[' : ok = bracket(parser, '^') ; break ;
    case '\\' : ok = escaped(parser) ; break ;
    case '(' :
      if (++parser->depth > DEPTH_MAX) return fail(parser, "too many ( )") ;
      if (!alternatives(parser)) return 0 ;
      if (*parser->at++ != ')') return fail(parser, "( without )") ;
      parser->depth-- ;
      return repetitions(parser, from) ;
    default : ok = append(parser, OP_BYTE, (unsigned char)c) ;
  }
  if (!ok) return 0 ;
  switch (parser->p->ops[from].code)
  {
    case OP_BEGIN : case OP_END : case OP_EDGE : return 1 ; /* these cannot be repeated: reading the next atom reports it */
    default : return repetitions(parser, from) ;
  }
}

static int alternatives (struct parser *parser)
{
  size_t from = parser->p->nops ;
  while (*parser->at && *parser->at != '|' && !(*parser->at == ')' && parser->depth))
    if (!atom(parser)) return 0 ;
  if (*parser->at == '|')
  {
    size_t jump ;
    parser->at++ ;
    jump = parser->p->nops + 1 ;
    if (!put(parser, from, OP_SPLIT, 1, (int)(jump - from) + 1) || !append(parser, OP_JUMP, 0) || !alternatives(parser)) return 0 ;
    parser->p->ops[jump].x = (int)(parser->p->nops - jump) ;
  }
  return 1 ;
}

static int glob (struct parser *parser)
{
  if (!append(parser, OP_BEGIN, 0)) return 0 ;
  while (*parser->at)
  {
    size_t from = parser->p->nops ;
    char c = *parser->at++ ;
    int ok ;
    switch (c)
    {
      case '*' : ok = append(parser, OP_ANY, 0) && repeat(parser, from, 0, NO_LIMIT) ; break ;
      case '?' : ok = append(parser, OP_ANY, 0) ; break ;
      case '[' : ok = bracket(parser, '!') ; break ;
      case '\\' :
        c = *parser->at ? *parser->at++ : '\\' ; /* FALLTHROUGH */
      default : ok = append(parser, OP_BYTE, (unsigned char)c) ;
    }
    if (!ok) return 0 ;
  }
  return append(parser, OP_END, 0) ;
}

/* Finds the bytes with which a match can begin, whatever the edges and ends are. */
static void find_first (struct pattern *p)
{
  size_t depth = 0 ;
  p->round++ ;
  p->stack[depth++] = 0 ;
  while (depth)
  {
    unsigned int pc = p->stack[--depth] ;
    struct op const *op = p->ops + pc ;
    if (p->seen[pc] == p->round) continue ;
    p->seen[pc] = p->round ;
    switch (op->code)
    {
      case OP_MATCH : p->matches_empty = 1 ; return ;
      case OP_SPLIT :
        p->stack[depth++] = (unsigned int)((int)pc + op->y) ;
        p->stack[depth++] = (unsigned int)((int)pc + op->x) ;
        break ;
      case OP_JUMP : p->stack[depth++] = (unsigned int)((int)pc + op->x) ; break ;
      case OP_BEGIN : case OP_END : case OP_EDGE : p->stack[depth++] = pc + 1 ; break ;
      default :
        for (unsigned int c = 0 ; c <= UCHAR_MAX ; c++)
          if (pattern_takes(p, op, (unsigned char)c)) add_to(&p->first, (unsigned char)c) ;
    }
  }
}

struct pattern *pattern_compile (enum pattern_kind kind, char const *text, char const **fault)
{
  struct parser parser = { .at = text } ;
  struct pattern *p = parser.p = calloc(1, sizeof *p) ;
  int ok ;
  *fault = 0 ;
  if (!p) return 0 ;
  ok = (kind == PATTERN_GLOB ? glob(&parser) : alternatives(&parser)) && append(&parser, OP_MATCH, 0) ;
  if (ok)
  {
    p->seen = calloc(p->nops, sizeof *p->seen) ;
    p->now = calloc(p->nops * 5, sizeof *p->now) ; /* two lists, and a stack, on which an op can be once for each op that leads to it */
    if (p->seen && p->now)
    {
      p->next = p->now + p->nops ;
      p->stack = p->next + p->nops ;
      find_first(p) ;
      return p ;
    }
  }
  *fault = parser.fault ;
  pattern_free(p) ;
  return 0 ;
}
