#include "check/shell.h"

#include <string.h>

#include "check/words.h"

#define DEPTH_MAX 32
#define WORDS_MAX 128
#define HERE_MAX 4
#define HERE_SIZE 64

enum state
{
  STATE_COMMAND, /* a command may begin here */
  STATE_WORDS, /* in a simple command */
  STATE_HEADER, /* in the head of `for`: words that are not a command */
  STATE_CLOSED /* after a compound command */
} ;

struct frame
{
  char kind ; /* i(f) l(oop) c(ase) { ( */
  unsigned char is_elsewhere ;
  enum shell_operator before ;
} ;

struct here
{
  char end[HERE_SIZE] ;
  int without_tabs ;
} ;

struct reader
{
  struct script script ;
  enum state state ;
  enum shell_operator before ;
  struct frame stack[DEPTH_MAX] ;
  unsigned int depth ;
  int function_follows ;
  struct here here[HERE_MAX] ;
  unsigned int heres ;
  char const *words[WORDS_MAX + 1] ;
  size_t count ;
  unsigned int line ; /* of the current command */
  shell_command_func *each ;
  void *data ;
} ;

/* ---- commands ---- */

static int is_elsewhere (struct reader const *r)
{
  return r->depth && r->stack[r->depth - 1].is_elsewhere ;
}

static void tell (struct reader *r, enum shell_kind kind, enum shell_operator after)
{
  struct shell_command command =
  {
    .kind = kind,
    .line = kind == SHELL_FUNCTION ? r->script.line : r->line,
    .depth = r->depth,
    .elsewhere = is_elsewhere(r) ? 1 : 0,
    .before = r->before,
    .after = after,
    .words = r->words,
    .count = r->count
  } ;
  r->words[r->count] = 0 ;
  (*r->each)(&command, r->data) ;
}

static void end_command (struct reader *r, enum shell_operator operator)
{
  if (r->state == STATE_WORDS) tell(r, SHELL_SIMPLE, operator) ;
  if (r->state == STATE_CLOSED) tell(r, SHELL_COMPOUND, operator) ;
  if (r->state != STATE_COMMAND) r->before = operator ;
  r->state = STATE_COMMAND ;
  r->count = 0 ;
  r->script.used = 0 ;
}

static int push (struct reader *r, char kind)
{
  if (r->depth == DEPTH_MAX) return 0 ;
  r->stack[r->depth] = (struct frame) { kind, is_elsewhere(r) || r->function_follows || kind == '(', r->before } ;
  r->depth++ ;
  r->function_follows = 0 ;
  r->before = SHELL_END ;
  return 1 ;
}

static int is_in (struct reader const *r, char kind)
{
  return r->depth && r->stack[r->depth - 1].kind == kind ;
}

static int pop (struct reader *r, char kind)
{
  if (!is_in(r, kind)) return 0 ;
  r->depth-- ;
  r->before = r->stack[r->depth].before ;
  r->line = r->script.line ;
  r->state = STATE_CLOSED ;
  return 1 ;
}

/* Reads the next pattern of `case`, or its end. */
static int read_pattern (struct reader *r)
{
  struct word word ;
  words_skip_blanks(&r->script, 1) ;
  if (words_peek(&r->script, 0) == '(') words_take(&r->script) ;
  for (;;)
  {
    words_skip_blanks(&r->script, 0) ;
    r->script.used = 0 ;
    if (!words_read(&r->script, &word)) return 0 ;
    if (!word.quoted && !strcmp(word.text, "esac")) return pop(r, 'c') ;
    words_skip_blanks(&r->script, 0) ;
    switch (words_peek(&r->script, 0))
    {
      case '|' : words_take(&r->script) ; break ;
      case ')' : words_take(&r->script) ; r->before = SHELL_END ; r->state = STATE_COMMAND ; return 1 ;
      default : return 0 ;
    }
  }
}

static int read_case (struct reader *r)
{
  struct word word ;
  words_skip_blanks(&r->script, 0) ;
  if (!push(r, 'c') || !words_read(&r->script, &word)) return 0 ;
  words_skip_blanks(&r->script, 1) ;
  return words_read(&r->script, &word) && !strcmp(word.text, "in") && read_pattern(r) ;
}

static int define_function (struct reader *r, char const *name)
{
  r->words[0] = name ;
  r->count = 1 ;
  tell(r, SHELL_FUNCTION, SHELL_END) ;
  r->count = 0 ;
  r->script.used = 0 ;
  r->state = STATE_COMMAND ;
  r->function_follows = 1 ;
  return 1 ;
}

static int read_function (struct reader *r)
{
  struct word word ;
  words_skip_blanks(&r->script, 0) ;
  if (!words_read(&r->script, &word) || !*word.text) return 0 ;
  words_skip_blanks(&r->script, 0) ;
  if (words_peek(&r->script, 0) == '(' && words_peek(&r->script, 1) == ')') r->script.at += 2 ;
  return define_function(r, word.text) ;
}

/* Reads [[ ... ]], in which && and < are not the shell's operators. */
static int read_condition (struct reader *r)
{
  struct word word ;
  do
  {
    size_t used = r->script.used ;
    words_skip_blanks(&r->script, 1) ;
    if (words_peek(&r->script, 0) == -1 || !words_read(&r->script, &word)) return 0 ;
    r->script.used = used ;
    if (!*word.text && !word.quoted) words_take(&r->script) ;
  }
  while (strcmp(word.text, "]]") != 0) ;
  r->line = r->script.line ;
  r->words[0] = "[[" ;
  r->count = 1 ;
  r->state = STATE_WORDS ;
  return 1 ;
}

enum action { OPENS, GOES_ON, CLOSES, HEADS, CASE, FUNCTION, CONDITION, NOTHING } ;

static struct { char const *word ; enum action action ; char frame ; } const reserved[] =
{
  { "if", OPENS, 'i' }, { "then", GOES_ON, 'i' }, { "elif", GOES_ON, 'i' }, { "else", GOES_ON, 'i' }, { "fi", CLOSES, 'i' },
  { "while", OPENS, 'l' }, { "until", OPENS, 'l' }, { "for", HEADS, 'l' }, { "select", HEADS, 'l' }, { "do", GOES_ON, 'l' }, { "done", CLOSES, 'l' },
  { "{", OPENS, '{' }, { "}", CLOSES, '{' }, { "case", CASE, 'c' }, { "esac", CLOSES, 'c' },
  { "function", FUNCTION, 0 }, { "[[", CONDITION, 0 }, { "!", NOTHING, 0 }
} ;

/* Returns 1 if it was a reserved word; 0 if not; -1 if it is not understood. */
static int read_reserved (struct reader *r, char const *word)
{
  size_t i = 0 ;
  int ok = 1 ;
  for (; i < sizeof reserved / sizeof *reserved ; i++)
    if (!strcmp(reserved[i].word, word)) break ;
  if (i == sizeof reserved / sizeof *reserved) return 0 ;
  if (r->state == STATE_CLOSED && reserved[i].action != CLOSES) return -1 ;
  if (r->state == STATE_CLOSED) end_command(r, SHELL_END) ;
  r->script.used = 0 ;
  switch (reserved[i].action)
  {
    case OPENS : ok = push(r, reserved[i].frame) ; break ;
    case GOES_ON : ok = is_in(r, reserved[i].frame) ; r->before = SHELL_END ; break ;
    case CLOSES : ok = pop(r, reserved[i].frame) ; break ;
    case HEADS : ok = push(r, reserved[i].frame) ; r->state = STATE_HEADER ; break ;
    case CASE : ok = read_case(r) ; break ;
    case FUNCTION : ok = read_function(r) ; break ;
    case CONDITION : ok = read_condition(r) ; break ;
    case NOTHING : break ;
  }
  return ok ? 1 : -1 ;
}

static int is_number (char const *word)
{
  return *word && !word[strspn(word, "0123456789")] ;
}

static int read_ordinary (struct reader *r)
{
  struct word word ;
  unsigned int line = r->script.line ;
  size_t used = r->script.used ;
  int c ;
  if (!words_read(&r->script, &word)) return 0 ;
  c = words_peek(&r->script, 0) ;
  if (!word.quoted && is_number(word.text) && (c == '<' || c == '>'))
  {
    r->script.used = used ;
    return 1 ;
  }
  if (!word.quoted && r->state != STATE_WORDS && r->state != STATE_HEADER)
  {
    int known = read_reserved(r, word.text) ;
    if (known) return known == 1 ;
  }
  if (r->state == STATE_CLOSED) return 0 ;
  if (r->state == STATE_COMMAND)
  {
    r->state = STATE_WORDS ;
    r->line = line ;
  }
  if (r->count == WORDS_MAX) return 0 ;
  r->words[r->count++] = word.text ;
  return 1 ;
}

/* ---- redirections ---- */

static int read_redirection (struct reader *r)
{
  struct word word ;
  size_t used = r->script.used ;
  int is_here = 0 ;
  int without_tabs = 0 ;
  int c = words_take(&r->script) ;
  if (c == '&') c = words_take(&r->script) ;
  if (words_peek(&r->script, 0) == '(') /* <(...) is a word */
  {
    words_take(&r->script) ;
    return words_skip_to(&r->script, ')') ;
  }
  if (c == '<' && words_peek(&r->script, 0) == '<')
  {
    words_take(&r->script) ;
    if (words_peek(&r->script, 0) == '<') words_take(&r->script) ;
    else is_here = 1 ;
    if (is_here && words_peek(&r->script, 0) == '-') without_tabs = words_take(&r->script) == '-' ;
  }
  else if (words_peek(&r->script, 0) != -1 && strchr("<>&|", words_peek(&r->script, 0))) words_take(&r->script) ;
  words_skip_blanks(&r->script, 0) ;
  if (!words_read(&r->script, &word) || (!*word.text && !word.quoted)) return 0 ;
  r->script.used = used ;
  if (!is_here) return 1 ;
  if (r->heres == HERE_MAX || strlen(word.text) >= HERE_SIZE) return 0 ;
  memcpy(r->here[r->heres].end, word.text, strlen(word.text) + 1) ;
  r->here[r->heres++].without_tabs = without_tabs ;
  return 1 ;
}

/* Skips the here-documents that begin on this line. */
static int skip_heres (struct reader *r)
{
  for (unsigned int i = 0 ; i < r->heres ; )
  {
    char const *line ;
    size_t n = 0 ;
    if (words_peek(&r->script, 0) == -1) return 0 ;
    while (r->here[i].without_tabs && words_peek(&r->script, 0) == '\t') r->script.at++ ;
    line = r->script.text + r->script.at ;
    for (; words_peek(&r->script, 0) != -1 && words_peek(&r->script, 0) != '\n' ; n++) r->script.at++ ;
    words_take(&r->script) ;
    if (n == strlen(r->here[i].end) && !memcmp(line, r->here[i].end, n)) i++ ;
  }
  r->heres = 0 ;
  return 1 ;
}

/* ---- the whole script ---- */

static int read_open (struct reader *r)
{
  if (r->state == STATE_WORDS && r->count == 1 && words_peek(&r->script, 1) == ')')
  {
    r->script.at += 2 ;
    return define_function(r, r->words[0]) ;
  }
  if (words_peek(&r->script, 1) == '(' && (r->state == STATE_COMMAND || r->state == STATE_HEADER))
  {
    words_take(&r->script) ;
    if (!words_skip_to(&r->script, ')')) return 0 ; /* arithmetic */
    if (r->state == STATE_COMMAND)
    {
      r->line = r->script.line ;
      r->state = STATE_CLOSED ;
    }
    return 1 ;
  }
  words_take(&r->script) ;
  return r->state == STATE_COMMAND && push(r, '(') ;
}

static int read_semicolon (struct reader *r)
{
  words_take(&r->script) ;
  end_command(r, SHELL_END) ;
  if (words_peek(&r->script, 0) != ';' && words_peek(&r->script, 0) != '&') return 1 ;
  while (words_peek(&r->script, 0) == ';' || words_peek(&r->script, 0) == '&') words_take(&r->script) ;
  return is_in(r, 'c') && read_pattern(r) ;
}

static int read_operator (struct reader *r)
{
  int c ;
  if (words_peek(&r->script, 0) == '&' && words_peek(&r->script, 1) == '>') return read_redirection(r) ;
  c = words_take(&r->script) ;
  if (r->state == STATE_COMMAND) return 0 ;
  if (words_peek(&r->script, 0) == c)
  {
    words_take(&r->script) ;
    end_command(r, c == '&' ? SHELL_AND : SHELL_OR) ;
    return 1 ;
  }
  if (c == '|' && words_peek(&r->script, 0) == '&') words_take(&r->script) ;
  end_command(r, c == '&' ? SHELL_BACKGROUND : SHELL_PIPE) ;
  return 1 ;
}

static int read_next (struct reader *r)
{
  switch (words_peek(&r->script, 0))
  {
    case '\n' :
      words_take(&r->script) ;
      end_command(r, SHELL_END) ;
      return skip_heres(r) ;
    case '#' :
      words_skip_line(&r->script) ;
      return 1 ;
    case ';' : return read_semicolon(r) ;
    case '&' :
    case '|' : return read_operator(r) ;
    case '<' :
    case '>' : return read_redirection(r) ;
    case '(' : return read_open(r) ;
    case ')' :
      words_take(&r->script) ;
      end_command(r, SHELL_END) ;
      return pop(r, '(') ;
    default : return read_ordinary(r) ;
  }
}

int shell_read (char const *text, size_t len, shell_command_func *each, void *data)
{
  struct reader r = { .script = { .text = text, .len = len, .line = 1 }, .state = STATE_COMMAND, .before = SHELL_END, .each = each, .data = data } ;
  if (memchr(text, 0, len)) return 0 ;
  for (;;)
  {
    words_skip_blanks(&r.script, 0) ;
    if (words_peek(&r.script, 0) == -1) break ;
    if (!read_next(&r)) return 0 ;
  }
  end_command(&r, SHELL_END) ;
  return !r.depth && !r.heres && !r.function_follows ;
}
