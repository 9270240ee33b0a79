/* if [ -n "$DEBUG" ]; then web --debug & else web & fi: one service, whose run chooses its words. As two services, each
   would ask for itself at each of its starts, and one may change what the other asks. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

/* The start in a branch, among messages and what takes its pid; 0: there is more, or none. */
static struct statement *only_start (struct analysis *a, struct statement *body)
{
  struct statement *start = 0 ;
  for (struct statement *one = body ; one ; one = one->next)
  {
    if (one->kind == STATEMENT_COMMENT || (!start && only_prints(a, one))) continue ;
    if (start && one->kind == STATEMENT_ASSIGNMENT && strstr(statement_text(a, one), "=$!")) continue ;
    if (start || one->kind != STATEMENT_COMMAND || (!one->background && strcmp(statement_command(one), "exec") != 0)) return 0 ;
    start = one ;
  }
  return start ;
}

/* Is its command in run just what the script says? */
static int is_plain (struct analysis *a, struct statement *start, struct launch *launch)
{
  struct foreground foreground ;
  if (!start->nwords) return 0 ; /* >FILE & */
  command_unwrap(a->pool, start, launch) ;
  for (unsigned int i = 0 ; i < start->nredirects ; i++)
    if (start->redirects[i].range.start < start->words[start->nwords - 1].range.start) return 0 ; /* between the words */
  if (mentions_positional(statement_text(a, start))) return 0 ; /* run's own `set --` would take those words away */
  if (launch->first >= start->nwords || launch->code || launch->dashes || launch->before_user || launch->todo || called_function(a, start)
   || is_image_command(a, start) || strchr(start->words[launch->first].raw, '$') || start->nassignments) return 0 ;
  foreground_of(a->plan, start, launch->first, &foreground) ;
  return !foreground.in_background && !foreground.may_leave && !foreground.ends && !foreground.works ;
}

static char const *redirections (struct analysis *a, struct statement const *start)
{
  struct texts all = { 0 } ;
  for (unsigned int i = 0 ; i < start->nredirects ; i++) texts_add(a->pool, &all, start->redirects[i].raw) ;
  return texts_join(a->pool, &all, " ") ;
}

/* How many words have both at their beginning? */
static unsigned int common_words (struct statement const *one, struct statement const *other, unsigned int max)
{
  unsigned int n = 0 ;
  while (n < max && n < one->nwords && n < other->nwords && !strcmp(one->words[n].raw, other->words[n].raw)) n++ ;
  return n ;
}

/* app web, app worker; but not app --debug serve, app serve */
static int have_other_roles (struct analysis *a, struct statement const *statement, unsigned int nwords)
{
  int roles = 0 ;
  int options = 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    struct statement const *start = only_start(a, branch->body) ;
    char const *word = start->nwords > nwords ? start->words[nwords].raw : "" ;
    roles |= *word && strspn(word, NAME_LETTERS "-") == strlen(word) && *word != '-' ;
    options |= *word == '-' ;
  }
  return roles && !options ;
}

int find_same_starts (struct analysis *a, struct statement *statement, struct same_starts *these)
{
  struct branch const *last = statement->branches ;
  struct launch launch ;
  char const *name = "" ;
  *these = (struct same_starts){ 0 } ;
  while (last && last->next) last = last->next ;
  if (!last || last == statement->branches || case_falls(a, statement) || !branch_is_else(last)) return 0 ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
  {
    struct statement *start = only_start(a, branch->body) ;
    if (branch->head.start == branch->head.end) return 0 ; /* made for a `return`: it has no words of its own */
    if (!start || !is_plain(a, start, &launch) || (branch->condition && statement_walk(branch->condition, &does_something, a))) return 0 ;
    if (!these->start)
    {
      these->start = start ;
      these->nwords = start->nwords ;
      name = name_of(a, start) ;
    }
    if (start->background != these->start->background || strcmp(name, name_of(a, start)) != 0
     || strcmp(redirections(a, start), redirections(a, these->start)) != 0) return 0 ;
    these->nwords = common_words(these->start, start, these->nwords) ;
    if (these->nwords <= launch.first) return 0 ;
    these->chooses |= start->nwords != these->start->nwords ;
  }
  these->chooses |= these->nwords < these->start->nwords ;
  these->first = launch.first ;
  return !have_other_roles(a, statement, these->nwords) ;
}

static char const *words_from (struct analysis *a, struct statement const *start, unsigned int first, unsigned int end)
{
  return first >= end ? "" : source_copy(a->source, (struct range){ start->words[first].range.start, start->words[end - 1].range.end }) ;
}

/* What the branch printed, and its own words. */
static char const *branch_text (struct analysis *a, struct same_starts const *these, struct branch const *branch)
{
  struct texts lines = { 0 } ;
  struct statement const *one = branch->body ;
  struct statement const *start = only_start(a, branch->body) ;
  char const *words = words_from(a, start, these->nwords, start->nwords) ;
  for (; one != start ; one = one->next) texts_add(a->pool, &lines, pool_printf(a->pool, "  %s\n", statement_text(a, one))) ;
  if (these->chooses) texts_add(a->pool, &lines, pool_printf(a->pool, "  set --%s%s\n", *words ? " " : "", words)) ;
  if (!lines.first) texts_add(a->pool, &lines, "  :\n") ;
  return texts_join(a->pool, &lines, "") ;
}

void end_same_starts (struct analysis *a, struct statement *statement, struct same_starts const *these)
{
  struct service *service = plan_last(a->plan) ;
  int is_case = statement->kind == STATEMENT_CASE ;
  char const *text = is_case ? pool_printf(a->pool, "case %s in\n", statement->words[0].raw) : "" ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    struct statement *one = branch->body ;
    text = pool_printf(a->pool, "%s%s\n%s%s", text, is_case ? pool_printf(a->pool, "%s)", branch->pattern) : source_copy(a->source, branch->head),
      branch_text(a, these, branch), is_case ? "  ;;\n" : "") ;
    for (one = only_start(a, one)->next ; one ; one = one->next) takes_pid(a, one) ;
  }
  texts_add(a->pool, &service->run, pool_printf(a->pool, "%s%s", text, is_case ? "esac" : "fi")) ;
  if (these->chooses) service->command = pool_printf(a->pool, "%s \"$@\"", words_from(a, these->start, these->first, these->nwords)) ;
  if (service->claim) service->claim->what = pool_printf(a->pool, "%s; each branch started it: run chooses its words", service->claim->what) ;
  claim_statement(a, statement, service_where(a->plan, service, "run"), "what chooses its words, at each of its starts") ;
}
