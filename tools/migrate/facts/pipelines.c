/* Pipelines that end with their input. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* psql, mysql: what ends when it has read all of its input. */
static int is_client (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  return shell_one_of(shell_basename(statement_word(statement, launch.first)), "psql mysql mariadb sqlite3 sqlcmd cypher-shell clickhouse-client redis-cli valkey-cli "
    "pg_restore mongorestore mongoimport ldapadd ldapmodify tar cpio") ;
}

int ends_in_client (struct analysis *a, struct statement *statement)
{
  if (!statement || statement->background) return 0 ;
  if (is_and_or(statement))
    return ends_in_client(a, statement->kind == STATEMENT_AND && statement->body ? statement->body->next : statement->body) ;
  if (statement->kind != STATEMENT_PIPELINE) return 0 ;
  if (surely_ends(a, statement)) return 1 ;
  for (struct statement *one = statement->body ; one ; one = one->next)
    if (one->next ? one->kind != STATEMENT_COMMAND || says_serve(one, 0) : !is_client(a, one)) return 0 ;
  return 1 ;
}

/* xargs -0 -n 1 chown app: the program that it executes, "" where an option is not known */
static char const *program_of_xargs (struct statement const *xargs)
{
  unsigned int i = 1 ;
  for (; *statement_word(xargs, i) == '-' ; i++)
    if (shell_one_of(statement_word(xargs, i), "-n -L -P -I -d -s")) i++ ;
    else if (!strpbrk(statement_word(xargs, i), "0rtnLPI")) return "" ;
  return shell_basename(statement_word(xargs, i)) ;
}

int ends_with_input (struct analysis *a, struct statement *statement)
{
  struct statement *one = statement->kind == STATEMENT_PIPELINE ? statement->body : 0 ;
  if (!one || !shell_one_of(statement_command(one), "ls find echo printf seq yes")) return 0 ;
  for (; one ; one = one->next)
    if (!strcmp(statement_command(one), "xargs") ? !is_short(program_of_xargs(one)) : !surely_ends(a, one)) return 0 ;
  return 1 ;
}
