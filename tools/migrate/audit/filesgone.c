/* A file that a service reads at each start, and that the script removed behind its start: the service is started again,
   which the script did not do, and would not find it. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct gone
{
  struct analysis *a ;
  struct file const *files ;
} ;

static int is_ended_by (struct service const *service)
{
  return service->is_oneshot || service->is_main ;
}

/* Does the command of the service name the file, as a word or behind = or <? */
static int names_path (char const *text, char const *path)
{
  size_t len = strlen(path) ;
  for (char const *at = text ; (at = strstr(at, path)) ; at++)
    if (at > text && strchr(" \t\"'=<:", at[-1]) && (!at[len] || strchr(" \t\"';&|)\n", at[len]))) return 1 ;
  return 0 ;
}

static void look_at_path (struct gone *gone, struct statement const *statement, char const *raw)
{
  struct analysis *a = gone->a ;
  char const *path = shell_without_quotes(a->pool, with_known_values(a, raw)) ;
  struct claim *claim = claim_of(a, statement) ;
  if (!strchr(path, '/') || strpbrk(path, "*?[ ") || !audit_is_unmarked(claim)) return ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    char const *run = audited_text(a, gone->files, service, "run") ;
    if (is_ended_by(service) || (service->line > line_of(a, statement) && !plan_is_code(a->plan, service->claim)) || !service->command || strstr(claim->where, service_where(a->plan, service, ""))) continue ;
    if (!names_path(service->command, path) && !names_path(service->redirects, path)) continue ;
    if (strstr(run, "rm ")) continue ; /* it makes and removes it itself */
    plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool,
      "this removes %s, which %s reads each time that it is started, and it is started again when it has ended: keep the file, or let run of %s make it", raw, service->name, service->name)) ;
  }
}

/* rm FILE, shred -u FILE, by the script's own shell or a task. */
static int removes (struct statement *statement, void *data)
{
  if (statement->kind != STATEMENT_COMMAND || !shell_one_of(statement_command(statement), "rm unlink shred")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (*statement->words[i].raw != '-') look_at_path(data, statement, statement->words[i].raw) ;
  return 0 ;
}

void audit_filesgone (struct analysis *a, struct statement *first, struct file const *files)
{
  struct gone gone = { a, files } ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &removes, &gone) ;
}
