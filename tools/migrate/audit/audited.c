/* What several audits ask of a plan. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

char const *audited_text (struct analysis *a, struct file const *files, struct service const *service, char const *name)
{
  char const *path = service_where(a->plan, service, name) ;
  for (; files ; files = files->next)
    if (!strcmp(files->path, path)) return files->content ;
  return "" ;
}

int audit_is_unmarked (struct claim const *claim)
{
  return claim && !claim->todo.first && !claim_is_dropped(claim) ;
}

int audit_stops (char const *text)
{
  static char const *const words[] = { "kill", "stop", "shutdown", "quit", "terminate" } ;
  for (size_t i = 0 ; i < ROWS(words) ; i++)
    if (strcasestr(text, words[i])) return 1 ;
  return 0 ;
}

int audited_definition (struct analysis *a, struct claim const *claim)
{
  for (struct function const *function = a->functions ; function ; function = function->next)
    if (claim_of(a, function->statement) == claim) return 1 ;
  return 0 ;
}

struct service *audited_service (struct analysis *a, struct claim const *claim)
{
  if (strncmp(claim->where, "services.d/", 11) != 0) return 0 ;
  return plan_find(a->plan, pool_copy(a->pool, claim->where + 11, strcspn(claim->where + 11, "/"))) ;
}

char const *audited_ending (struct analysis *a, struct file const *files, struct claim const *claim)
{
  struct service const *service = audited_service(a, claim) ;
  if (strchr(claim->where, ',')) return 0 ;
  if (service ? !service->is_oneshot || !strstr(claim->where, "/run") : strncmp(claim->where, "cont-init.d/", 12) != 0) return 0 ;
  for (; files ; files = files->next)
    if (!strcmp(files->path, claim->where)) return files->content ;
  return 0 ;
}

void audit_todo (struct analysis *a, struct claim *claim, uint32_t line, char const *text)
{
  plan_todo(a->plan, audited_service(a, claim), claim, line, text) ;
}

struct file *audited_files (struct analysis *a, struct file const *files)
{
  struct file *first = 0 ;
  struct file **end = &first ;
  for (; files ; files = files->next)
  {
    struct file *copy = pool_alloc(a->pool, sizeof(*copy)) ;
    *copy = *files ;
    copy->content = shell_uncommented(a->pool, files->content) ;
    copy->next = 0 ;
    *end = copy ;
    end = &copy->next ;
  }
  return first ;
}
