#include "check/words.h"

#include <string.h>

int words_peek (struct script const *script, size_t ahead)
{
  return script->at + ahead < script->len ? (unsigned char)script->text[script->at + ahead] : -1 ;
}

int words_take (struct script *script)
{
  int c = words_peek(script, 0) ;
  if (c != -1) script->at++ ;
  if (c == '\n') script->line++ ;
  return c ;
}

void words_skip_line (struct script *script)
{
  while (words_peek(script, 0) != -1 && words_peek(script, 0) != '\n') words_take(script) ;
}

static int is_blank (int c)
{
  return c == ' ' || c == '\t' ;
}

static void put (struct script *script, int c)
{
  if (script->used < sizeof script->buffer - 1) script->buffer[script->used++] = (char)c ;
  else script->too_long = 1 ;
}

static int skip_nested (struct script *script, int close, unsigned int nested)
{
  int previous = ' ' ;
  if (nested > NESTED_MAX) return 0 ;
  while (words_peek(script, 0) != -1)
  {
    int c = words_take(script) ;
    int ok = 1 ;
    if (c == close) return 1 ;
    if (close == '\'') continue ;
    if (c == '\\') words_take(script) ;
    else if (c == '`') ok = skip_nested(script, '`', nested + 1) ;
    else if (c == '"') ok = skip_nested(script, '"', nested + 1) ;
    else if (c == '\'' && close != '"') ok = skip_nested(script, '\'', nested + 1) ;
    else if (c == '$' && words_peek(script, 0) == '{')
    {
      words_take(script) ;
      ok = skip_nested(script, '}', nested + 1) ;
    }
    else if (c == '(' && (close == ')' || previous == '$')) ok = skip_nested(script, ')', nested + 1) ;
    else if (close == ')' && c == '#' && (is_blank(previous) || previous == '\n'))
      words_skip_line(script) ;
    /* A here-document may contain a single quote that quotes nothing. */
    else if (close == ')' && c == '<' && previous == '<') return 0 ;
    /* `case`: the parentheses of its patterns do not come in pairs. */
    else if (close == ')' && c == 'c' && strchr(" \t\n;(", previous) && script->len - script->at > 4 && !memcmp(script->text + script->at, "ase ", 4)) return 0 ;
    if (!ok) return 0 ;
    previous = c ;
  }
  return 0 ;
}

int words_skip_to (struct script *script, int close)
{
  return skip_nested(script, close, 0) ;
}

/* Puts an expansion, from its `$` or backquote, as it is written. */
static int put_expansion (struct script *script)
{
  size_t from = script->at ;
  int c = words_take(script) ;
  if (c == '`')
  {
    if (!words_skip_to(script, '`')) return 0 ;
  }
  else if (words_peek(script, 0) == '(' || words_peek(script, 0) == '{')
  {
    if (!words_skip_to(script, words_take(script) == '(' ? ')' : '}')) return 0 ;
  }
  for (; from < script->at ; from++) put(script, script->text[from]) ;
  return 1 ;
}

static int put_quoted (struct script *script)
{
  int quote = words_take(script) ;
  while (words_peek(script, 0) != -1)
  {
    int c = words_peek(script, 0) ;
    if (quote == '"' && (c == '$' || c == '`'))
    {
      if (!put_expansion(script)) return 0 ;
      continue ;
    }
    words_take(script) ;
    if (c == quote) return 1 ;
    if (quote == '"' && c == '\\' && words_peek(script, 0) != -1 && strchr("$`\"\\\n", words_peek(script, 0)))
    {
      c = words_take(script) ;
      if (c == '\n') continue ;
    }
    put(script, c) ;
  }
  return 0 ;
}

static int ends_word (int c)
{
  return c == -1 || strchr(" \t\n;&|<>()", c) != 0 ;
}

int words_read (struct script *script, struct word *word)
{
  size_t from = script->used ;
  word->text = script->buffer + from ;
  word->quoted = 0 ;
  for (;;)
  {
    int c = words_peek(script, 0) ;
    int ok = 1 ;
    if (c == '(' && script->used > from && script->buffer[script->used - 1] == '=')
    {
      words_take(script) ; /* an array */
      if (!words_skip_to(script, ')')) return 0 ;
      continue ;
    }
    if (ends_word(c)) break ;
    if (c == '\'' || c == '"' || (c == '$' && words_peek(script, 1) == '\''))
    {
      if (c == '$') words_take(script) ;
      word->quoted = 1 ;
      ok = put_quoted(script) ;
    }
    else if (c == '$' || c == '`') ok = put_expansion(script) ;
    else if (c == '\\')
    {
      words_take(script) ;
      c = words_take(script) ;
      word->quoted = 1 ;
      if (c == -1) return 0 ;
      if (c != '\n') put(script, c) ;
    }
    else put(script, words_take(script)) ;
    if (!ok) return 0 ;
  }
  put(script, 0) ;
  return !script->too_long ;
}

void words_skip_blanks (struct script *script, int newlines_too)
{
  for (;;)
  {
    if (is_blank(words_peek(script, 0)) || (newlines_too && words_peek(script, 0) == '\n')) words_take(script) ;
    else if (words_peek(script, 0) == '\\' && words_peek(script, 1) == '\n') script->at++, words_take(script) ;
    else if (newlines_too && words_peek(script, 0) == '#')
      words_skip_line(script) ;
    else return ;
  }
}
