/* up=no; until curl URL; do ...; up=yes; done; exec app --cache=$up: the loop is a readiness check now, which sets
   nothing for what comes behind it. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct asking
{
  struct analysis inner ; /* of the text of a run */
  char const *name ;
} ;

enum use { USES_NOTHING, USES_VALUE, SETS_ANEW } ;

/* The first use that is no message; what is shown alone decides nothing. */
static int use_of (struct statement *statement, void *data)
{
  struct asking *asking = data ;
  char const *text ;
  if (statement->kind == STATEMENT_FOR) return !strcmp(statement->name, asking->name) ? SETS_ANEW : USES_NOTHING ;
  if (statement->kind == STATEMENT_CASE) return statement->nwords && asks_variable(statement->words[0].raw, asking->name) ? USES_VALUE : USES_NOTHING ;
  if (statement->kind != STATEMENT_COMMAND && statement->kind != STATEMENT_ASSIGNMENT && statement->kind != STATEMENT_DECLARATION && statement->kind != STATEMENT_TEST) return USES_NOTHING ;
  text = statement_text(&asking->inner, statement) ;
  if (strstr(text, pool_printf(asking->inner.pool, "$reeve_place/%s\"", asking->name)) || only_prints(&asking->inner, statement) || !strcmp(statement_word(statement, !strcmp(statement_command(statement), "exec")), "logger")) return USES_NOTHING ;
  if (asks_variable(text, asking->name)) return USES_VALUE ;
  return strstr(names_defined(&asking->inner, statement), pool_printf(asking->inner.pool, " %s ", asking->name)) ? SETS_ANEW : USES_NOTHING ;
}

/* Without what the script had set ahead of the loop */
static char const *behind (struct analysis *a, char const *run, struct statement const *loop)
{
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    char const *line = pool_printf(a->pool, "\n%s\n", piece->text) ;
    char const *at = piece->claim && !piece->is_function && piece->claim->range.end <= loop->range.start ? strstr(run, line) : 0 ;
    if (at) run = pool_printf(a->pool, "%.*s%s", (int)(at - run), run, at + strlen(line) - 1) ;
  }
  return run ;
}

static int uses_value (struct analysis *a, char const *run, char const *name)
{
  struct source code ;
  struct asking asking = { .inner = *a, .name = name } ;
  int use = USES_NOTHING ;
  struct statement *one = asks_variable(run, name) ? shell_parse_text(a->pool, &code, run) : 0 ;
  asking.inner.source = &code ;
  for (; one && use == USES_NOTHING ; one = one->next)
    if (one->kind != STATEMENT_FUNCTION) use = statement_walk(one, &use_of, &asking) ;
  return use == USES_VALUE ;
}

struct checks
{
  struct analysis *a ;
  struct file const *files ;
  uint32_t seen ; /* up to here */
} ;

static int look_at_check (struct statement *statement, void *data)
{
  struct checks *checks = data ;
  struct analysis *a = checks->a ;
  struct function *function = called_function(a, statement) ;
  struct claim *claim = statement->range.start < checks->seen ? 0 : claim_of(a, statement) ;
  struct service const *asked = claim ? a->plan->services : 0 ;
  char const *names ;
  while (asked && (!asked->check || asked->check_claim != claim)) asked = asked->next ;
  if (!asked || (statement->kind != STATEMENT_LOOP && statement->kind != STATEMENT_FOR && !function)) return 0 ;
  checks->seen = statement->range.end ;
  names = function ? names_called(a, function->statement->body) : names_defined(a, statement) ;
  for (char const *p = names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *name = pool_copy(a->pool, p, strcspn(p, " ")) ;
    for (struct service *one = a->plan->services ; one ; one = one->next)
    {
      if (!one->claim || plan_is_code(a->plan, one->claim) || one->claim->range.start < statement->range.end) continue ;
      if (strstr(texts_join(a->pool, &one->todo, "\n"), pool_printf(a->pool, "$%s is not known here", name))) continue ;
      if (uses_value(a, behind(a, audited_text(a, checks->files, one, "run"), statement), name))
        plan_todo(a->plan, one, claim, line_of(a, statement), pool_printf(a->pool,
          "the waiting for %s set $%s, too, and is a readiness check now, which sets nothing: set $%s here as it is when %s is ready", asked->name, name, name, asked->name)) ;
    }
  }
  return 0 ;
}

void audit_waitset (struct analysis *a, struct statement *first, struct file const *files)
{
  struct checks checks = { .a = a, .files = files } ;
  for (; first ; first = first->next) statement_walk(first, &look_at_check, &checks) ;
}
