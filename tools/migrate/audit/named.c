/* "$MODE", "check_$ROLE": a command whose name is computed may be a function of the script. Is that where it is called? */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

/* Is it named a second time, as in ${MODE:-web}, or does it have the parts of the name that are not computed? */
static int may_be (struct analysis *a, char const *raw, char const *name)
{
  struct parts parts ;
  size_t len = strlen(name) ;
  char const *at ;
  if (split_parameter(a->pool, raw, &parts))
    return len > strlen(parts.before) + strlen(parts.after) && !strncmp(name, parts.before, strlen(parts.before)) && !strcmp(name + len - strlen(parts.after), parts.after) ;
  for (at = a->source->text ; (at = strstr(at, name)) ; at += len)
    if (at > a->source->text && strchr("=-\"'", at[-1]) && !strchr(NAME_LETTERS "-", at[len])) return 1 ;
  return 0 ;
}

/* Its definition: in the file that has the call? */
static int is_there (struct analysis *a, struct file const *files, char const *where, struct function const *function)
{
  char const *text = shell_uncommented(a->pool, statement_text(a, function->statement)) ;
  for (; files ; files = files->next)
    if (strstr(where, files->path) && strstr(files->content, text)) return 1 ;
  return 0 ;
}

struct calling_named
{
  struct analysis *a ;
  struct file const *files ;
} ;

static int is_computed (struct statement const *statement, char const *raw)
{
  return statement->kind == STATEMENT_COMMAND && strchr(raw, '$') && !strpbrk(raw, "/(`@*") ;
}

static int look_at_call (struct statement *statement, void *data)
{
  struct calling_named const *c = data ;
  struct analysis *a = c->a ;
  struct claim *claim = claim_of(a, statement) ;
  int is_eval = statement->nwords > 1 && !strcmp(statement_command(statement), "eval") ;
  char const *raw = statement->nwords ? statement->words[is_eval].raw : "" ;
  struct texts names = { 0 } ;
  if (!is_computed(statement, raw) || !audit_is_unmarked(claim)) return 0 ;
  for (struct function const *one = a->functions ; one ; one = one->next)
    if (!one->walked && may_be(a, raw, one->name) && !is_there(a, c->files, claim->where, one)) texts_add_once(a->pool, &names, one->name) ;
  if (names.first)
    audit_todo(a, claim, line_of(a, statement), pool_printf(a->pool, "%s may be a function of the script, and that is not here: write %s where it is called, and ask there which", raw, texts_join(a->pool, &names, ", "))) ;
  return 0 ;
}

void audit_named (struct analysis *a, struct statement *first, struct file const *files)
{
  struct calling_named calling = { .a = a, .files = files } ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &look_at_call, &calling) ;
}
