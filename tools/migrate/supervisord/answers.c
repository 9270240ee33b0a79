/* Where supervisord itself answered: the port of its page, its socket. */

#include <string.h>

#include "migrate/supervisord/ini.h"
#include "migrate/supervisord/supervisord.h"

char const *supervisord_page (struct source const *source)
{
  struct source parsed ;
  struct ini ini ;
  source_init(&parsed, source->pool, source->name, source->text, source->len) ; /* ini_read() claims lines */
  ini_read(&parsed, &ini) ;
  for (struct ini_section *section = ini.sections ; section ; section = section->next)
  {
    char const *port = strcmp(section->name, "inet_http_server") != 0 ? 0 : ini_take(&parsed, section, "port", "", 0) ;
    char const *number = port && strrchr(port, ':') ? strrchr(port, ':') + 1 : port ;
    if (number && strspn(number, "0123456789")) return pool_printf(source->pool, ":%s", number) ;
  }
  return 0 ;
}

int names_place (char const *text, char const *place)
{
  size_t len = strlen(place) ;
  for (char const *at = text ; (at = strstr(at, place)) ; at++)
    if (!(at[len] >= '0' && at[len] <= '9')) return 1 ;
  return 0 ;
}
