/* A function of the script that a file calls, and does not have: the shell finds no such command there. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct calls
{
  struct analysis *a ;
  struct statement *written ; /* the file's first statement */
  struct texts followed ; /* functions that have been looked into */
  uint32_t function_end ; /* of one that is only defined */
  char const *missing ;
} ;

struct definition_of
{
  char const *name ;
  struct statement *found ;
} ;

static int is_definition (struct statement *statement, void *data)
{
  struct definition_of *wanted = data ;
  if (statement->kind == STATEMENT_FUNCTION && statement->name && !strcmp(statement->name, wanted->name)) wanted->found = statement ;
  return !!wanted->found ;
}

static int reads_files (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), ". source eval") ;
}

/* What the file comes to: a function that nothing calls does nothing. */
static int find_missing (struct statement *statement, void *data)
{
  struct calls *calls = data ;
  struct function *function = statement->kind == STATEMENT_COMMAND ? called_function(calls->a, statement) : 0 ;
  struct definition_of wanted = { function ? function->name : "", 0 } ;
  uint32_t end = calls->function_end ;
  if (statement->kind == STATEMENT_FUNCTION && statement->range.end > end) calls->function_end = statement->range.end ;
  if (!function || statement->range.start < end || texts_has(&calls->followed, function->name)) return 0 ;
  texts_add(calls->a->pool, &calls->followed, function->name) ;
  for (struct statement *one = calls->written ; one && !wanted.found ; one = one->next) statement_walk(one, &is_definition, &wanted) ;
  if (!wanted.found) calls->missing = function->name ;
  else if (wanted.found->body)
  {
    calls->function_end = 0 ;
    statement_walk(wanted.found->body, &find_missing, calls) ;
    calls->function_end = end ;
  }
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
    struct source code ;
    struct calls calls = { .a = a, .written = files->executable ? shell_parse_text(a->pool, &code, files->content) : 0 } ;
    struct claim *claim ;
    int reads = 0 ; /* files, which may define it */
    for (struct statement *one = calls.written ; one && !reads ; one = one->next) reads = statement_walk(one, &reads_files, 0) ;
    for (struct statement *one = calls.written ; one && !reads && !calls.missing ; one = one->next) statement_walk(one, &find_missing, &calls) ;
    claim = calls.missing ? claim_of_call(a, files->path, calls.missing) : 0 ;
    if (claim) audit_todo(a, claim, source_line(a->source, claim->range.start), pool_printf(a->pool,
      "%s is a function of the script, which %s calls and does not have: write it there, too", calls.missing, files->path)) ;
  }
}
