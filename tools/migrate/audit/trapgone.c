/* A run that sets a trap, and becomes a program then: the trap is gone with its shell. */

#include <string.h>

#include "migrate/audit/audit.h"

/* The code of a trap that is set ahead of an exec; 0: there is none. trap '' TERM outlives exec. */
static char const *trap_ahead (struct pool *pool, char const *content)
{
  struct source code ;
  char const *trap = 0 ;
  for (struct statement const *one = shell_parse_text(pool, &code, content) ; one ; one = one->next)
    if (!strcmp(statement_command(one), "trap") && one->nwords > 2 && one->words[1].raw[2] && *one->words[1].raw != '-') trap = source_copy(&code, one->range) ;
    else if (trap && !strcmp(statement_command(one), "exec") && one->nwords > 1) return trap ;
  return 0 ;
}

void audit_trapgone (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)first ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    char const *trap = service->claim ? trap_ahead(a->pool, audited_text(a, files, service, "run")) : 0 ;
    if (trap) plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "exec ends the shell that has the trap, so that it is never done: %s: do that in finish, or start the program without exec", trap)) ;
  }
}
