/* What several audits ask of a plan. */

#include <string.h>

#include "migrate/audit/audit.h"

struct claim *claim_at (struct analysis *a, uint32_t byte)
{
  uint32_t owner = byte < a->source->len ? a->source->owner[byte] : 0 ;
  return owner ? a->source->claims[owner - 1] : 0 ;
}

void audit_todo (struct analysis *a, struct claim *claim, uint32_t line, char const *text)
{
  struct service *service = 0 ;
  if (!strncmp(claim->where, "services.d/", 11)) service = plan_find(a->plan, pool_copy(a->pool, claim->where + 11, strcspn(claim->where + 11, "/"))) ;
  plan_todo(a->plan, service, claim, line, text) ;
}
