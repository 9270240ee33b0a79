/* A task, or the setup, exports a variable or goes to another directory while it works: if ...; then export TOKEN=...;
   ./seed; fi. The script's later programs had that, too. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

struct exporting
{
  struct statement *statement ;
  struct statement *body ; /* of the function that it calls, or the statement itself */
  char const *names ; /* that it sets */
  struct claim *claim ;
  struct service *task ; /* 0: the setup */
  struct exporting *next ;
} ;

#define COMPUTED "it exports variables whose names are computed, which reach no service: write them by name"

void mark_exports (struct analysis *a, struct service *task, struct statement *statement, struct claim *claim)
{
  if (exports_in_calls(a, statement)) plan_todo(a->plan, task, claim, line_of(a, statement), COMPUTED) ;
}

void note_exporting (struct analysis *a, struct service *task, struct statement *statement, struct claim *claim)
{
  struct function const *function = called_function(a, statement) ;
  struct statement *body = function && function->statement->body ? function->statement->body : statement ;
  char const *names = body != statement ? names_called(a, body) : names_defined(a, statement) ;
  struct exporting *one ;
  if (task && !strstr(statement_text(a, body), "$(") && statement_walk(body, &exports_computed, 0)) plan_todo(a->plan, task, claim, line_of(a, statement), COMPUTED) ;
  mark_exports(a, task, statement, claim) ;
  if ((statement->kind == STATEMENT_COMMAND && body == statement) || (strlen(names) == 1 && !changes_place(body))) return ;
  one = pool_alloc(a->pool, sizeof(*one)) ;
  *one = (struct exporting){ statement, body, names, claim, task, a->exporting } ;
  a->exporting = one ;
}

/* Does the service get the name from another statement behind that one? */
static int is_set_anew (struct analysis *a, struct exporting const *exporting, struct service const *service, char const *name)
{
  char const *word = pool_printf(a->pool, " %s ", name) ;
  for (unsigned int i = 0 ; i < service->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    if (piece->claim && piece->claim->range.start >= exporting->statement->range.end && strstr(piece->names, word)) return 1 ;
  }
  return service->assignments && shell_mentions(service->assignments, name) ;
}

/* `name` 0: whatever it sets. */
static int is_wanted (struct analysis *a, struct exporting const *exporting, char const *name)
{
  for (struct service const *one = exporting->task ? exporting->task->next : a->plan->services ; one ; one = one->next)
    if (one->claim && one->line >= line_of(a, exporting->statement) && !(exporting->task && are_exclusive(a, one, exporting->task)) && !(name && is_set_anew(a, exporting, one, name))) return 1 ;
  return 0 ;
}

void settle_exporting (struct analysis *a)
{
  for (struct exporting *one = a->exporting ; one ; one = one->next)
  {
    struct texts exported = { 0 } ;
    struct texts lost = { 0 } ;
    exported_names(a->pool, statement_text(a, one->body), &exported) ;
    for (char const *p = one->names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    {
      char const *name = pool_copy(a->pool, p, strcspn(p, " ")) ;
      if ((texts_has(&exported, name) || is_exported(a, name)) && is_wanted(a, one, name)) texts_add(a->pool, &lost, name) ;
    }
    if (lost.first) plan_todo(a->plan, one->task, one->claim, line_of(a, one->statement), pool_printf(a->pool,
      "it also exports %s, which reaches no other file: export that in the run of each service that needs it, too", texts_join(a->pool, &lost, ", "))) ;
    if (one->task && one->statement == one->body && changes_place(one->statement) && is_wanted(a, one, 0)) plan_todo(a->plan, one->task, one->claim, line_of(a, one->statement),
      "it also changes directory, umask or limits for what comes behind it, which reaches no other file: do that there, too") ;
  }
}
