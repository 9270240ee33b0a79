/* What a command is for: does it ask, work and end, or serve? */

#include <string.h>

#include "migrate/analysis.h"

int is_short (char const *program)
{
  return shell_one_of(program, "mkdir chown chmod ln cp mv rm touch sed awk cat echo printf test [ sleep kill true false : id date ls env find grep tar install " 
     "useradd usermod groupadd adduser addgroup groupmod sysctl mount umount envsubst openssl ssh-keygen initdb createuser createdb unset export set "
     "ldconfig update-ca-certificates update-ca-trust locale-gen a2enmod a2dismod a2ensite a2dissite a2enconf a2disconf update-alternatives htpasswd rsync gzip mktemp sync chsh chpasswd passwd setcap ssh-keyscan") ;
}

/* [ -n "$X" ] && start & : asks before it starts. */
int is_question (struct statement const *statement)
{
  if (statement->kind == STATEMENT_NOT || statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR)
    return statement->body && is_question(statement->body) ;
  if (statement->kind == STATEMENT_PIPELINE)
  {
    struct statement const *last = statement->body ;
    while (last && last->next) last = last->next ;
    return last && is_question(last) ;
  }
  return statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "test [ command which type hash grep egrep pgrep pidof cmp diff nc true false : getent id ping curl wget ls stat cat") ;
}

int is_plain_command (struct statement const *statement)
{
  return statement->kind == STATEMENT_COMMAND && !is_short(shell_basename(statement_command(statement))) ;
}

/* What the script may end with: no program that ends by itself. */
int is_server (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  struct foreground foreground ;
  if (!is_plain_command(statement)) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  command_foreground(statement, launch.first, &foreground) ;
  return !foreground.ends ;
}

/* nginx -t: a daemon's program that ends. */
int only_checks (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  struct foreground foreground ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  command_foreground(statement, launch.first, &foreground) ;
  return foreground.ends ;
}
