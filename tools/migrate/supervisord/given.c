/* Variables that supervisord gave each program, where the program, or the script that it is, asks for them. Those of
   environment= came later. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/supervisord/translation.h"

/* The command, and the text of each script of the build context that it names. */
static char const *what_asks (struct translation const *t)
{
  char const *command = t->service->command ? t->service->command : "" ;
  char const *text = command ;
  for (struct configuration const *one = t->plan->scripts ; one ; one = one->next)
    if (strstr(command, one->path)) text = pool_printf(t->plan->pool, "%s\n%s", text, one->text) ;
  return text ;
}

static void give (struct translation *t, char const *name, char const *value)
{
  texts_add(t->plan->pool, &t->service->before, pool_printf(t->plan->pool, "export %s=%s # supervisord set it", name, value)) ;
}

void set_given (struct translation *t)
{
  struct pool *pool = t->plan->pool ;
  char const *text = what_asks(t) ;
  char const *name = ini_take(t->source, t->section, "process_name", "", 0) ;
  if (!strstr(text, "SUPERVISOR_")) return ;
  if (shell_mentions(text, "SUPERVISOR_ENABLED")) give(t, "SUPERVISOR_ENABLED", "1") ;
  if (shell_mentions(text, "SUPERVISOR_PROCESS_NAME")) give(t, "SUPERVISOR_PROCESS_NAME", supervisord_word(pool, &t->expansion, name ? name : "%(program_name)s")) ;
  if (shell_mentions(text, "SUPERVISOR_GROUP_NAME")) give(t, "SUPERVISOR_GROUP_NAME", supervisord_word(pool, &t->expansion, "%(group_name)s")) ;
  if (shell_mentions(text, "SUPERVISOR_SERVER_URL"))
    plan_todo(t->plan, t->service, t->service->claim, t->service->line, "it asks for SUPERVISOR_SERVER_URL, where nobody answers any more: let it use the reeve command") ;
}
