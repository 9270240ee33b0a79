/* A loop that has become a service, and looks whether other services run: their supervisors start them again, so that it sees
   another state than the script did, or what it does then is done too often. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

/* set -- nginx; while pgrep "$1": the code of a function, with the word that it was called with */
static char const *code_of_run (struct analysis *a, struct service const *own)
{
  char const *first = own->run.first->text ;
  char const *code = texts_join(a->pool, &own->run, "\n") ;
  char const *at ;
  if (strncmp(first, "set -- ", 7) != 0 || strpbrk(first + 7, " $`\"'")) return code ;
  while ((at = strstr(code, "$1"))) code = pool_printf(a->pool, "%.*s%s%s", (int)(at - code), code, first + 7, at + 2) ;
  return code ;
}

/* It stands behind the script's text, so that the ranges of the script's functions hold there, too. */
static struct statement *parse_behind_script (struct analysis *a, struct source *code, char const *text)
{
  struct source const *script = a->plan->source ;
  struct statement *first = shell_parse_text(a->pool, code, pool_printf(a->pool, "%*s%s", (int)script->len, "", text)) ;
  code->text = pool_printf(a->pool, "%s%s", script->text, text) ;
  return first ;
}

/* The names of the other services that its code looks for. */
static struct texts watched_by (struct analysis *a, struct service const *own)
{
  struct source *code = pool_alloc(a->pool, sizeof(*code)) ;
  struct source *source = a->source ;
  struct statement *one = parse_behind_script(a, code, code_of_run(a, own)) ;
  struct texts names = { 0 } ;
  a->source = code ;
  for (; one ; one = one->next)
  {
    struct seen seen ;
    char const *asked = look_for_watching_in(a, one, &seen) ;
    if ((one->kind != STATEMENT_LOOP && one->kind != STATEMENT_FOR) || !seen.watches || acts_on_change(a, one)) continue ;
    for (struct service const *other = a->plan->services ; other ; other = other->next)
      if (other != own && !other->is_oneshot && is_watched(a, other, asked)) texts_add_once(a->pool, &names, other->name) ;
  }
  a->source = source ;
  return names ;
}

void audit_watching (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)first ;
  (void)files ;
  for (struct service *own = a->plan->services ; own ; own = own->next)
  {
    struct texts names = { 0 } ;
    if (own->is_oneshot || own->command || !own->run.first || !own->claim || own->watching_is_told) continue ;
    names = watched_by(a, own) ;
    a->end_is_told |= !!names.first ;
    if (names.first)
      plan_todo(a->plan, own, own->claim, own->line, pool_printf(a->pool,
        "it looks whether these run, and their supervisors start them again: %s: what it did when one had ended belongs into finish of that, with flag-main where the script ended; leave other work here", texts_join(a->pool, &names, ", "))) ;
  }
}
