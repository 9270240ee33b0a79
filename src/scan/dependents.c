#include "scan/dependents.h"

#include <skalibs/stralloc.h>

#include "scan/templates.h"
#include "wire/dependents.h"

void dependents_begin (struct scanner *s)
{
  dependents_forget() ;
  s->needs.listed = 0 ;
}

static int add_names (struct scanner const *s, stralloc *lines)
{
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
  {
    struct graph_node const *node = unit->needs.node ;
    if (node && node->need_count && (!stralloc_cats(lines, node->name) || !stralloc_append(lines, '\n'))) return 0 ;
  }
  return 1 ;
}

/* If the names cannot be written, there is no file: `reeve` looks at all services then. */
void dependents_progress (struct scanner *s)
{
  stralloc lines = STRALLOC_ZERO ;
  if (s->needs.listed || !s->needs.graph.complete || templates_under_way(s) || s->stop.on) return ;
  s->needs.listed = 1 ;
  if (!add_names(s, &lines) || !dependents_write(lines.s, lines.len)) dependents_forget() ;
  stralloc_free(&lines) ;
}
