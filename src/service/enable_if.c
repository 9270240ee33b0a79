#include "service/enable_if.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define NAME_MAX_BYTES 255
#define SHOWN_MAX 40
#define SPACE " \t\r"

/* ---- one line ---- */

static int is_space (char c)
{
  return c && strchr(SPACE, c) ;
}

static int is_letter (char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ;
}

static int is_of_name (char c)
{
  return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' ;
}

/* Removes white space at both ends. */
static void trim (char const **text, size_t *len)
{
  while (*len && is_space(**text)) ++*text, --*len ;
  while (*len && is_space((*text)[*len - 1])) --*len ;
}

static int is_value (char const *value, size_t len)
{
  return len && !memchr("=\"'$", *value, 4) ;
}

size_t enable_if_value (struct enable_if_line const *line, char const **at)
{
  char const *end = line->values + line->values_len ;
  char const *value = *at ? memchr(*at, '|', (size_t)(end - *at)) : line->values ;
  char const *bar ;
  size_t len ;
  if (!value) return 0 ;
  if (*at) value++ ;
  bar = memchr(value, '|', (size_t)(end - value)) ;
  len = (size_t)((bar ? bar : end) - value) ;
  trim(&value, &len) ;
  *at = value ;
  return len ;
}

static size_t count_values (struct enable_if_line const *line)
{
  size_t count = 1 ;
  for (size_t i = 0 ; i < line->values_len ; i++) count += line->values[i] == '|' ;
  return count ;
}

static int are_values (struct enable_if_line const *line)
{
  char const *value = 0 ;
  for (size_t left = count_values(line) ; left ; left--)
  {
    size_t len = enable_if_value(line, &value) ;
    if (!is_value(value, len)) return 0 ;
  }
  return 1 ;
}

static int parse (struct enable_if_line *line, char const *text, size_t len)
{
  char const *equals ;
  size_t n = 0 ;
  line->negated = *text == '!' ;
  if (line->negated)
  {
    text++, len-- ;
    trim(&text, &len) ;
  }
  equals = memchr(text, '=', len) ;
  line->values = equals ? equals + 1 : 0 ;
  line->values_len = equals ? len - (size_t)(equals + 1 - text) : 0 ;
  if (equals) len = (size_t)(equals - text) ;
  trim(&text, &len) ;
  line->name = text ;
  line->name_len = len ;
  if (!len || len > NAME_MAX_BYTES || !is_letter(*text)) return 0 ;
  while (n < len && is_of_name(text[n])) n++ ;
  return n == len && (!equals || are_values(line)) ;
}

int enable_if_next (char const **text, struct enable_if_line *line)
{
  while (**text)
  {
    char const *begin = *text ;
    size_t len = strcspn(begin, "\n") ;
    *text += len + (begin[len] == '\n') ;
    line->number++ ;
    trim(&begin, &len) ;
    if (!len || *begin == '#') continue ;
    if (parse(line, begin, len)) return 1 ;
    line->name = begin ;
    line->name_len = len ;
    return -1 ;
  }
  return 0 ;
}

int enable_if_holds (struct enable_if_line const *line, char const *value)
{
  char const *at = 0 ;
  size_t len ;
  int is_one = !line->values && value && *value ;
  if (line->values)
    while (value && !is_one && (len = enable_if_value(line, &at))) is_one = len == strlen(value) && !memcmp(at, value, len) ;
  return is_one != (int)line->negated ;
}

/* ---- all lines ---- */

static int shown (size_t len)
{
  return len < SHOWN_MAX ? (int)len : SHOWN_MAX ;
}

/* Writes the values as a list: "worker, scheduler or all". */
static void list_values (struct enable_if_line const *line, char *out, size_t size)
{
  char const *at = 0 ;
  size_t count = count_values(line) ;
  size_t used = 0 ;
  for (size_t i = 0 ; i < count && used < size ; i++)
  {
    int len = shown(enable_if_value(line, &at)) ;
    used += (size_t)snprintf(out + used, size - used, "%s%.*s", !i ? "" : i + 1 == count ? " or " : ", ", len, at) ;
  }
}

static void say (struct enable_if_line const *line, char const *value, char why[ENABLE_IF_WHY_MAX])
{
  int used ;
  int name_len = shown(line->name_len) ;
  if (!line->values) snprintf(why, ENABLE_IF_WHY_MAX, "%.*s is %s", name_len, line->name, !value ? "not set" : *value ? "set" : "empty") ;
  else if (line->negated) snprintf(why, ENABLE_IF_WHY_MAX, "%.*s is %.*s", name_len, line->name, shown(strlen(value)), value) ;
  else
  {
    if (!value || !*value) used = snprintf(why, ENABLE_IF_WHY_MAX, "%.*s is %s, so not ", name_len, line->name, value ? "empty" : "not set") ;
    else used = snprintf(why, ENABLE_IF_WHY_MAX, "%.*s is %.*s, not ", name_len, line->name, shown(strlen(value)), value) ;
    list_values(line, why + used, ENABLE_IF_WHY_MAX - (size_t)used) ;
  }
}

int enable_if (char const *text, enable_if_lookup_func *lookup, void *data, char why[ENABLE_IF_WHY_MAX])
{
  struct enable_if_line line = { .number = 0 } ;
  int enabled = 1 ;
  int any = 0 ;
  int r ;
  *why = 0 ;
  while ((r = enable_if_next(&text, &line)) == 1)
  {
    char name[NAME_MAX_BYTES + 1] ;
    char const *value ;
    any = 1 ;
    if (!enabled) continue ; /* the remaining lines are only checked */
    memcpy(name, line.name, line.name_len) ;
    name[line.name_len] = 0 ;
    value = (*lookup)(name, data) ;
    enabled = enable_if_holds(&line, value) ;
    if (!enabled) say(&line, value, why) ;
  }
  if (r == -1) snprintf(why, ENABLE_IF_WHY_MAX, "%.*s", shown(line.name_len), line.name) ;
  for (char *c = why ; (c = strchr(c, '\n')) ; ) *c = '?' ;
  text_make_printable(why, strlen(why)) ;
  return r == -1 || !any ? -1 : enabled ;
}
