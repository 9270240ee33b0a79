/* Does the configuration of a program keep it in the foreground? Read where it is known which file that is. */

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "check/check.h"

#define CONFIGURATION_MAX 65536
#define SERVICES "etc/services.d/"

/* A tree that is copied to /, or that of the running image: its nginx.conf is beside the services. */
static char const *beside_services (struct check const *check)
{
  char const *at = strstr(check->path, SERVICES) ;
  char const *name = at ? at + sizeof SERVICES - 1 : "" ;
  if (!*name || strchr(name, '/') || (at > check->path && at[-1] != '/')) return 0 ;
  return "../../nginx/nginx.conf" ;
}

/* daemon off; on a line of its own */
static int says_daemon_off (char const *text)
{
  for (char const *p = text ; p && *p ; p = strchr(p, '\n'))
  {
    p += strspn(p, " \t\r\n") ;
    if (strncmp(p, "daemon", 6) != 0 || !strchr(" \t", p[6])) continue ;
    p += 6 + strspn(p + 6, " \t") ;
    if (!strncmp(p, "off", 3) && strchr(" \t;", p[3])) return 1 ;
  }
  return 0 ;
}

enum configured check_nginx_configured (struct check const *check, char const *const *argv)
{
  static char text[CONFIGURATION_MAX + 1] ;
  char const *path = beside_services(check) ;
  ssize_t n ;
  for (; *argv ; argv++)
    if (!strcmp(*argv, "-c") && argv[1]) path = argv[1] ;
  if (!path || (*path != '/' && *path != '.')) return CONFIGURED_UNKNOWN ;
  n = file_read(AT_FDCWD, path, text, CONFIGURATION_MAX) ;
  if (n < 0) return CONFIGURED_UNKNOWN ;
  text[n] = 0 ;
  return says_daemon_off(text) ? CONFIGURED_STAYS : CONFIGURED_NOT ;
}
