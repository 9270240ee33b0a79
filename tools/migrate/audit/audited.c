/* What several audits ask of a plan. */

#include <string.h>

#include "migrate/audit/audit.h"

char const *audited_text (struct analysis *a, struct file const *files, struct service const *service, char const *name)
{
  char const *path = service_where(a->plan, service, name) ;
  for (; files ; files = files->next)
    if (!strcmp(files->path, path)) return files->content ;
  return "" ;
}

int audit_stops (char const *text)
{
  static char const *const words[] = { "kill", "stop", "shutdown", "quit", "terminate" } ;
  for (size_t i = 0 ; i < ROWS(words) ; i++)
    if (strcasestr(text, words[i])) return 1 ;
  return 0 ;
}

void audit_todo (struct analysis *a, struct claim *claim, uint32_t line, char const *text)
{
  struct service *service = 0 ;
  if (!strncmp(claim->where, "services.d/", 11)) service = plan_find(a->plan, pool_copy(a->pool, claim->where + 11, strcspn(claim->where + 11, "/"))) ;
  plan_todo(a->plan, service, claim, line, text) ;
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
