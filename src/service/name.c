#include "service/name.h"

#include <string.h>

#include "base/text.h"

char const *service_name_fault (char const *name)
{
  size_t len = strlen(name) ;
  if (!len) return "it is empty" ;
  if (len > SERVICE_NAME_MAX) return "it is longer than 251 bytes" ;
  if (name[0] == '.') return "it begins with a dot" ;
  if (strchr(name, '/')) return "it contains a slash" ;
  return text_has_control(name) ? "it contains a control character" : 0 ;
}

char const *service_name_printable (char *out, size_t size, char const *name)
{
  size_t i = 0 ;
  for (; i < size - 1 && name[i] ; i++) out[i] = (unsigned char)name[i] < 32 || name[i] == 127 ? '?' : name[i] ;
  out[i] = 0 ;
  text_make_printable(out, i) ;
  return out ;
}
