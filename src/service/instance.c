#include "service/instance.h"

#include <stdio.h>
#include <string.h>

#include <skalibs/types.h>

#include "service/settings.h"

/* The first @ of the name; 0: there is none, or nothing before it. */
static char const *mark_of (char const *name)
{
  char const *mark = strchr(name, '@') ;
  return mark == name ? 0 : mark ;
}

int instance_is_template (char const *name)
{
  char const *mark = mark_of(name) ;
  return mark && !mark[1] ;
}

char const *instance_of (char const *name)
{
  char const *mark = mark_of(name) ;
  return mark && mark[1] && mark[1] != '/' ? mark + 1 : 0 ;
}

int instance_template (char const *name, char template[SERVICE_NAME_MAX + 1], char const **rest)
{
  char const *x = instance_of(name) ;
  size_t len = x ? (size_t)(x - name) : 0 ;
  if (!len || len > SERVICE_NAME_MAX) return 0 ;
  memcpy(template, name, len) ;
  template[len] = 0 ;
  if (rest) *rest = x + strcspn(x, "/") ;
  return 1 ;
}

int instance_is_of (char const *name, char const *template)
{
  size_t len = strlen(template) ;
  return instance_is_template(template) && !strncmp(name, template, len) && name[len] && name[len] != '/' ;
}

int instance_name (char out[SERVICE_NAME_MAX + 1], char const *template, uint32_t number)
{
  int n = snprintf(out, SERVICE_NAME_MAX + 1, "%s%u", template, (unsigned int)number) ;
  return n > 0 && n <= SERVICE_NAME_MAX ;
}

uint32_t instance_number (char const *name)
{
  char const *x = instance_of(name) ;
  uint32_t number ;
  size_t len ;
  if (!x || *x < '1' || *x > '9') return 0 ;
  len = uint32_scan(x, &number) ;
  return len && !x[len] ? number : 0 ;
}

static int is_letter (char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ;
}

/* The length of the variable's name at the beginning of `text`. */
static size_t variable_length (char const *text)
{
  size_t len = 0 ;
  while (is_letter(text[len]) || (len && text[len] >= '0' && text[len] <= '9')) len++ ;
  return len ;
}

int instance_count_parse (struct instance_count *count, char const *text)
{
  struct instance_count parsed = { .variable = "" } ;
  size_t len ;
  if (*text != '$')
  {
    if (!setting_parse_uint(text, 0, COUNT_MAX, &parsed.number)) return 0 ;
    *count = parsed ;
    return 1 ;
  }
  text++ ;
  len = variable_length(text) ;
  if (!len || len >= sizeof parsed.variable) return 0 ;
  memcpy(parsed.variable, text, len) ;
  text += len ;
  parsed.has_default = *text == ':' ;
  if (parsed.has_default ? !setting_parse_uint(text + 1, 0, COUNT_MAX, &parsed.number) : text[strspn(text, " \t\r\n")]) return 0 ;
  *count = parsed ;
  return 1 ;
}

int instance_count_resolve (struct instance_count const *count, char const *value, uint32_t *number)
{
  int is_set = value && *value ;
  *number = count->has_default || !*count->variable ? count->number : COUNT_DEFAULT ;
  if (!*count->variable || (!is_set && count->has_default)) return 1 ;
  return is_set && setting_parse_uint(value, 0, COUNT_MAX, number) ;
}
