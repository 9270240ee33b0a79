#include <string.h>

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/shell/shell.h"

/* ---- the file into instructions ---- */

struct reading
{
  struct dockerfile *dockerfile ;
  struct source *source ;
  struct instruction **end ;
  uint32_t line ; /* the next */
} ;

static char const *line_text (struct source const *source, uint32_t line)
{
  return source_copy(source, source_line_range(source, line)) ;
}

/* # escape=`: only above everything else. */
static void read_directives (struct reading *r)
{
  r->dockerfile->escape = '\\' ;
  for (; r->line <= r->source->nlines ; r->line++)
  {
    char const *p = line_text(r->source, r->line) ;
    char const *value ;
    p += strspn(p, " \t") ;
    if (*p != '#') return ;
    p++ ;
    p += strspn(p, " \t") ;
    value = p + strspn(p, NAME_LETTERS) ;
    if (value == p || value[strspn(value, " \t")] != '=') return ;
    value += strspn(value, " \t=") ;
    if (!strncasecmp(p, "escape", 6) && (*value == '`' || *value == '\\')) r->dockerfile->escape = *value ;
  }
}

#define BLANKS " \t\v\f"

/* How many bytes of the line are blanks ahead of anything else: also no-break spaces and the like. */
static size_t indent_of (char const *text)
{
  static char const *const others[] = { "\xC2\xA0", "\xC2\x85", "\xE3\x80\x80", "\xE2\x80\xAF", "\xE2\x80\x83" } ;
  size_t n = strspn(text, BLANKS) ;
  for (size_t i = 0 ; i < ROWS(others) ; i++)
    if (!strncmp(text + n, others[i], strlen(others[i]))) return n + strlen(others[i]) + indent_of(text + n + strlen(others[i])) ;
  return n ;
}

/* An empty line or a comment, below the instruction's first line. */
static int is_nothing (struct source const *source, struct range range)
{
  size_t blanks = indent_of(source->text + range.start) ;
  return blanks >= range.end - range.start || source->text[range.start + blanks] == '#' ;
}

/* The escape at the end of a line, which may have blanks behind it; 0: there is none. */
static char *escape_of (struct dockerfile const *dockerfile, char *begin, size_t len)
{
  while (len && strchr(" \t", begin[len - 1])) len-- ;
  return len && begin[len - 1] == dockerfile->escape ? begin + len - 1 : 0 ;
}

/* Copies the source's bytes of the instruction; each byte keeps its place. *last: the last line. */
static char *read_logical (struct reading *r, uint32_t first, uint32_t *last)
{
  struct source *source = r->source ;
  uint32_t from = source->line_start[first - 1] ;
  char *text ;
  for (*last = first ; *last < source->nlines ; ++*last)
  {
    struct range range = source_line_range(source, *last) ;
    if ((*last == first || !is_nothing(source, range)) && !escape_of(r->dockerfile, (char *)source->text + range.start, range.end - range.start)) break ;
  }
  text = (char *)source_copy(source, (struct range){ from, source_line_range(source, *last).end }) ;
  for (uint32_t line = first ; line <= *last ; line++)
  {
    struct range range = source_line_range(source, line) ;
    char *begin = text + (range.start - from) ;
    char *escape = escape_of(r->dockerfile, begin, range.end - range.start) ;
    if (line > first && is_nothing(source, range)) memset(begin, ' ', range.end - range.start) ;
    else if (escape) *escape = ' ' ;
    if (line < *last) text[range.end - from] = ' ' ; /* the newline */
  }
  return text ;
}

/* RUN <<EOF, COPY <<"A" <<B /x/: the lines up to each of the words. */
static void read_documents (struct reading *r, struct instruction *instruction)
{
  struct pool *pool = r->source->pool ;
  if (!shell_one_of(instruction->name, "RUN COPY ADD") || strchr("[", *instruction->arguments)) return ;
  for (char const *p = instruction->arguments ; (p = strstr(p, "<<")) ; )
  {
    struct texts lines = { 0 } ;
    char const *word = p + 2 ;
    char const *end ;
    uint32_t line ;
    int tabs = *word == '-' ;
    word += tabs ;
    end = strchr("\"'", *word) ? strchr(word + 1, *word) : word + strcspn(word, " \t<>|;&()") ; /* EOF, nginx.conf */
    if (strchr("\"'", *word)) word++ ;
    if ((p > instruction->arguments && !strchr(" \t0123456789(", p[-1])) || !end || end == word || strchr("0123456789$<", *word))
    {
      p += 2 ; /* a here-string, or a number that is shifted */
      continue ;
    }
    p = end ;
    word = pool_copy(pool, word, (size_t)(end - word)) ;
    for (line = instruction->last + 1 ; line <= r->source->nlines ; line++)
    {
      char const *text = line_text(r->source, line) ;
      if (tabs) text += strspn(text, "\t") ;
      if (!strcmp(text, word)) break ;
      texts_add(pool, &lines, text) ;
    }
    if (line > r->source->nlines) return ; /* it has no end: it is none */
    instruction->last = line ;
    texts_add(pool, &instruction->documents, texts_join(pool, &lines, "\n")) ;
  }
}

static void read_instruction (struct reading *r)
{
  struct pool *pool = r->source->pool ;
  struct instruction *instruction = pool_alloc(pool, sizeof(*instruction)) ;
  char *text = read_logical(r, r->line, &instruction->last) ;
  char *begin = text + indent_of(text) ;
  size_t len = strcspn(begin, BLANKS) ;
  char *name = (char *)pool_copy(pool, begin, len) ;
  char const *flags ;
  for (char *p = name ; *p ; p++) if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 32) ;
  instruction->name = name ;
  instruction->first = r->line ;
  begin += len ;
  begin += strspn(begin, BLANKS) ;
  for (flags = begin ; !strncmp(begin, "--", 2) ; begin += strspn(begin, " \t")) begin += strcspn(begin, " \t") ;
  instruction->flags = pool_copy(pool, flags, (size_t)(begin - flags)) ;
  instruction->arguments = begin ;
  instruction->start = r->source->line_start[r->line - 1] + (uint32_t)(begin - text) ;
  read_documents(r, instruction) ;
  r->line = instruction->last + 1 ;
  *r->end = instruction ;
  r->end = &instruction->next ;
}

/* ---- stages ---- */

/* IMAGE [AS NAME] */
static char const *nth_word (struct pool *pool, char const *text, unsigned int n)
{
  text += strspn(text, " \t") ;
  while (n--)
  {
    text += strcspn(text, " \t") ;
    text += strspn(text, " \t") ;
  }
  return pool_copy(pool, text, strcspn(text, " \t")) ;
}

static void mark_stage (struct instruction *from, enum stage_kind kind)
{
  from->stage = kind ;
  for (struct instruction *one = from->next ; one && strcmp(one->name, "FROM") != 0 ; one = one->next) one->stage = kind ;
}

/* The last stage, and those that it is made from. */
static void mark_stages (struct dockerfile *dockerfile)
{
  struct pool *pool = dockerfile->source->pool ;
  struct instruction *from = 0 ;
  for (struct instruction *one = dockerfile->instructions ; one ; one = one->next)
    if (!strcmp(one->name, "FROM")) from = one ;
  dockerfile->from = from ;
  if (!from)
  {
    for (struct instruction *one = dockerfile->instructions ; one ; one = one->next) one->stage = STAGE_LAST ;
    return ;
  }
  mark_stage(from, STAGE_LAST) ;
  while (from)
  {
    char const *image = nth_word(pool, from->arguments, 0) ;
    struct instruction *base = 0 ;
    for (struct instruction *one = dockerfile->instructions ; one != from ; one = one->next)
      if (!strcmp(one->name, "FROM") && !strcasecmp(nth_word(pool, one->arguments, 1), "as") && !strcasecmp(nth_word(pool, one->arguments, 2), image)) base = one ;
    if (base) mark_stage(base, STAGE_BASE) ;
    from = base ;
  }
}

/* ---- questions ---- */

struct instruction *dockerfile_next (struct dockerfile const *dockerfile, struct instruction const *after, char const *names)
{
  struct instruction *one = after ? after->next : dockerfile->instructions ;
  int is_one = !strchr(names, ' ') ;
  while (one && (one->stage == STAGE_OTHER || !(is_one ? !strcmp(one->name, names) : shell_one_of(one->name, names)))) one = one->next ;
  return one ;
}

struct instruction *dockerfile_last (struct dockerfile const *dockerfile, char const *name)
{
  struct instruction *found = 0 ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, name)) ; ) found = one ;
  return found ;
}

char const *dockerfile_joined (struct dockerfile const *dockerfile, struct instruction const *instruction, char const *between)
{
  struct source *source = dockerfile->source ;
  char const *out = "" ;
  for (uint32_t line = instruction->first ; line <= instruction->last ; line++)
  {
    struct range range = source_line_range(source, line) ;
    char *text ;
    char *escape ;
    int is_left_out = line > instruction->first && is_nothing(source, range) ;
    if (range.start < instruction->start) range.start = instruction->start < range.end ? instruction->start : range.end ;
    text = (char *)source_copy(source, range) ;
    escape = escape_of(dockerfile, text, strlen(text)) ;
    if (is_left_out) *text = 0 ;
    else if (escape) *escape = 0 ;
    out = pool_printf(source->pool, "%s%s%s", out, text, line < instruction->last ? between : "") ;
  }
  return out ;
}

int dockerfile_exec_form (struct pool *pool, char const *arguments, struct texts *words)
{
  char const *p = arguments + strspn(arguments, " \t") ;
  struct texts list = { 0 } ;
  if (*p != '[') return 0 ;
  for (p++ ; *(p += strspn(p, " \t,")) == '"' ; )
  {
    char *word = pool_alloc(pool, strlen(p) + 1) ;
    char *out = word ;
    for (p++ ; *p && *p != '"' ; p++)
    {
      if (*p == '\\' && p[1])
      {
        p++ ;
        *out++ = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p ;
      }
      else *out++ = *p ;
    }
    if (!*p++) return 0 ;
    texts_add(pool, &list, word) ;
  }
  if (*p != ']') return 0 ;
  for (struct text *one = list.first ; one ; one = one->next) texts_add(pool, words, one->text) ;
  return 1 ;
}

char const *dockerfile_word (struct dockerfile const *dockerfile, char const **p, char const *ends)
{
  char *word = pool_alloc(dockerfile->source->pool, strlen(*p) + 1) ;
  size_t n = 0 ;
  size_t len = 0 ; /* without blanks at the end */
  char quote = 0 ;
  for (; **p && (quote || !strchr(ends, **p)) ; ++*p)
  {
    char const *c = *p ;
    if (*c == quote) quote = 0 ;
    else if (!quote && strchr("\"'", *c)) quote = *c ;
    else if (*c == dockerfile->escape && c[1] && (!quote ? c[1] != '$' : quote == '"' && (c[1] == '"' || c[1] == *c))) word[n++] = *++*p ;
    else
    {
      word[n++] = *c ;
      if (!quote && strchr(" \t", *c)) continue ;
    }
    len = n ;
  }
  word[len] = 0 ;
  return word ;
}

void dockerfile_instructions (struct source *source, struct dockerfile *dockerfile)
{
  struct reading r = { .dockerfile = dockerfile, .source = source, .end = &dockerfile->instructions, .line = 1 } ;
  memset(dockerfile, 0, sizeof(*dockerfile)) ;
  dockerfile->source = source ;
  read_directives(&r) ;
  while (r.line <= source->nlines)
  {
    char const *text = line_text(source, r.line) ;
    text += indent_of(text) ;
    if (!*text || *text == '#') r.line++ ;
    else read_instruction(&r) ;
  }
  mark_stages(dockerfile) ;
}
