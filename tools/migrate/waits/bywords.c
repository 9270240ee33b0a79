/* Readiness checks that the words of a start tell. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

/* docker-entrypoint.sh postgres, of the official images: while it prepares the database, a server without a port
   listens at the socket, so the port is asked. */
char const *entrypoint_check (struct analysis *a, char const *command)
{
  static char const *const ports[][2] = { { "postgres", "5432" }, { "mysqld", "3306" }, { "mariadbd", "3306" }, { "redis-server", "6379" }, { "valkey-server", "6379" } } ;
  static char const *const marks[] = { "port", " -p", "listen", " -h", "bind", "skip-networking", "conf", "defaults-file", "$" } ; /* another port, perhaps */
  char const *words = command + strcspn(command, " ") ;
  char const *program = pool_copy(a->pool, words + strspn(words, " "), strcspn(words + strspn(words, " "), " ")) ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    if (strstr(words, marks[i])) return 0 ;
  for (size_t i = 0 ; i < sizeof(ports) / sizeof(*ports) ; i++)
    if (!strcmp(program, ports[i][0])) return pool_printf(a->pool, "nc -z 127.0.0.1 %s", ports[i][1]) ;
  return 0 ;
}

/* redis-server --unixsocket PATH */
char const *redis_socket (struct analysis *a, char const *command)
{
  char const *path = strstr(command, " --unixsocket ") ;
  size_t len ;
  if (!path) return 0 ;
  path += 14 + strspn(path + 14, " ") ;
  len = strcspn(path, " ") ;
  return *path == '/' && strcspn(path, "$`\"'\\*?") >= len ? pool_copy(a->pool, path, len) : 0 ;
}
