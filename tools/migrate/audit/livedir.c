/* rm -rf of all that is in /run: with /init, /run/service is there, by which the scanner and the services are controlled. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

/* "/run/"*: quotes may be anywhere. */
static int is_all_of_run (struct pool *pool, char const *raw)
{
  char *path = (char *)pool_copy(pool, raw, strlen(raw)) ;
  size_t len = 0 ;
  for (; *raw ; raw++)
    if (!strchr("\"'", *raw)) path[len++] = *raw ;
  path[len] = 0 ;
  if (shell_one_of(path, "/var/run /var/run/")) return 0 ; /* a link, which alone goes */
  if (!strncmp(path, "/var", 4)) path += 4 ;
  if (strncmp(path, "/run", 4) != 0) return 0 ;
  path += 4 ;
  return !*path || shell_one_of(path, "/ /* /** /service /service/ /service/*") ;
}

/* rm -rf, find -delete: not rm -f, which leaves folders. */
static int goes_deep (struct statement const *statement)
{
  int is_find = !strcmp(statement_command(statement), "find") ;
  if (!is_find && strcmp(statement_command(statement), "rm") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (is_find && strstr(raw, "name")) return 0 ;
    if (is_find ? shell_one_of(raw, "-delete -exec") : *raw == '-' && (strpbrk(raw, "rR") || !strcmp(raw, "--recursive"))) return 1 ;
  }
  return 0 ;
}

static int empties_run (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct claim *claim = claim_of(a, statement) ;
  if (statement->kind != STATEMENT_COMMAND || !goes_deep(statement) || !audit_is_unmarked(claim)) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    if (!is_all_of_run(a->pool, statement->words[i].raw)) continue ;
    audit_todo(a, claim, line_of(a, statement), pool_printf(a->pool, "%s: what /init keeps is in there (/run/service, /run/s6), by which services are started and stopped, and have their environment: name what has to go", statement_text(a, statement))) ;
    return 0 ;
  }
  return 0 ;
}

void audit_livedir (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)files ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &empties_run, a) ;
}
