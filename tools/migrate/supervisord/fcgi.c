/* [fcgi-program:x]: supervisord opened a socket, and gave it to each process as its stdin. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/supervisord/supervisord.h"

/* Each process has its own: /run/php.sock becomes /run/php_01.sock, a port the next one. */
static char const *own_place (struct pool *pool, struct service const *service, char const *place, int is_path, int i)
{
  char const *slash = strrchr(place, '/') ;
  char const *colon = strrchr(place, ':') ;
  if (is_path) return slash ? pool_printf(pool, "%.*s/%s.sock", (int)(slash - place), place, service->name) : place ;
  return colon ? pool_printf(pool, "%.*s:%u", (int)(colon - place), place, shell_number(colon + 1, 65535, 0) + (unsigned int)i) : place ;
}

/* The lines that supervisord's own defaults come to: 0700, and the program's user. */
static char const *prepare (struct pool *pool, struct fcgi const *fcgi, char const *place)
{
  char const *owner = fcgi->owner ? fcgi->owner : fcgi->user ;
  char const *code = "" ;
  if (owner) code = pool_printf(pool, "chown %s %s || exit 111; ", shell_quote(pool, owner), place) ;
  return pool_printf(pool, "%schmod %s %s || exit 111; ", code, fcgi->mode ? fcgi->mode : "0700", place) ;
}

int supervisord_fcgi (struct plan *plan, struct service *service, struct fcgi const *fcgi, int i, int n)
{
  struct pool *pool = plan->pool ;
  int is_path = !strncmp(fcgi->socket, "unix://", 7) ;
  char const *place = fcgi->socket + 7 ;
  char const *code ;
  char const *inner = texts_join(pool, &service->options, " ") ;
  if (!is_path && strncmp(fcgi->socket, "tcp://", 6) != 0) return 0 ;
  if (!is_path) place = fcgi->socket + 6 ;
  if (strpbrk(place, "$ \"'`") || !service->command) return 0 ;
  if (!is_path && !strncmp(place, "localhost:", 10)) place = pool_printf(pool, "127.0.0.1:%s", place + 10) ;
  if (!is_path && (*place == ':' || *place == '*')) place = pool_printf(pool, "0.0.0.0%s", place + (*place == '*')) ;
  if (n > 1) place = own_place(pool, service, place, is_path, i) ;
  if (n > 1)
    plan_todo(plan, service, service->claim, service->line, pool_printf(pool,
      "supervisord gave all %d processes one socket (%s); here each has its own (%s): let the server in front know all of them", n, fcgi->socket, place)) ;
  code = pool_printf(pool, "%sunset LISTEN_FDS LISTEN_PID LISTEN_FDNAMES; exec \"$@\" <&3 3<&-", is_path ? prepare(pool, fcgi, place) : "") ;
  service->command = pool_printf(pool, "/bin/sh -c %s sh %s%s%s%s", shell_quote(pool, code), *inner ? "reeve-exec " : "", inner, *inner ? " -- " : "", service->command) ;
  service->options = (struct texts){ 0 } ;
  texts_add(pool, &service->options, is_path ? "--listen-unix" : "--listen") ;
  texts_add(pool, &service->options, place) ;
  return 1 ;
}
