/* A function of the script that a file calls, and does not have: the shell finds no such command there. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct calls
{
  struct analysis *a ;
  struct texts defined ;
  int reads_files ; /* which may define it */
  char const *missing ;
} ;

static int find_definition (struct statement *statement, void *data)
{
  struct calls *calls = data ;
  if (statement->kind == STATEMENT_FUNCTION && statement->name) texts_add(calls->a->pool, &calls->defined, statement->name) ;
  calls->reads_files |= shell_one_of(statement_command(statement), ". source eval") ;
  return 0 ;
}

static int find_missing (struct statement *statement, void *data)
{
  struct calls *calls = data ;
  struct function *function = statement->kind == STATEMENT_COMMAND ? called_function(calls->a, statement) : 0 ;
  if (function && !texts_has(&calls->defined, function->name)) calls->missing = function->name ;
  return !!calls->missing ;
}

/* Where the file calls it: the first part of the script that the file has. */
static struct claim *claim_of_call (struct analysis *a, char const *path, char const *name)
{
  struct claim *any = 0 ;
  for (uint32_t i = 0 ; i < a->source->nclaims ; i++)
  {
    struct claim *claim = a->source->claims[i] ;
    if (!strstr(claim->where, path)) continue ;
    if (shell_mentions(source_copy(a->source, claim->range), name)) return claim ;
    if (!any) any = claim ;
  }
  return any ;
}

void audit_defined (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)first ;
  for (; files ; files = files->next)
  {
    struct calls calls = { .a = a } ;
    struct source code ;
    struct statement *written = files->executable ? shell_parse_text(a->pool, &code, files->content) : 0 ;
    struct claim *claim ;
    for (struct statement *one = written ; one ; one = one->next) statement_walk(one, &find_definition, &calls) ;
    for (struct statement *one = written ; one && !calls.missing ; one = one->next) statement_walk(one, &find_missing, &calls) ;
    if (!calls.missing || calls.reads_files) continue ;
    claim = claim_of_call(a, files->path, calls.missing) ;
    if (claim) audit_todo(a, claim, source_line(a->source, claim->range.start), pool_printf(a->pool,
      "%s is a function of the script, which %s calls and does not have: write it there, too", calls.missing, files->path)) ;
  }
}
