/* $! is what the shell of its own file has started last in the background: where that is nothing, it is empty. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

/* $! or ${!}, not ${!name}, nor what is in other quotes: the code of another shell */
static int asks_last (char const *raw)
{
  return *raw != '\'' && (strstr(raw, "$!") || strstr(raw, "${!}")) ;
}

static int mentions_last (struct statement const *statement)
{
  if (statement->kind == STATEMENT_TEST) return asks_last(source_copy(statement->source, statement->range)) ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
    if (asks_last(statement->words[i].raw)) return 1 ;
  for (unsigned int i = 0 ; i < statement->nassignments ; i++)
    if (asks_last(statement->assignments[i].raw)) return 1 ;
  return 0 ;
}

/* In order: 1, where it asks before something is in the background. */
static int asks_too_early (struct statement *statement, void *data)
{
  int *any = data ;
  if (!*any && !statement->is_interruptible && mentions_last(statement)) return 1 ;
  *any |= statement->background || statement->is_interruptible ;
  return 0 ;
}

static int is_empty_in (struct analysis *a, char const *content)
{
  struct source code ;
  int any = 0 ;
  for (struct statement *one = shell_parse_text(a->pool, &code, content) ; one && !any ; one = one->next)
    if (statement_walk(one, &asks_too_early, &any)) return 1 ;
  return 0 ;
}

struct looking
{
  struct analysis *a ;
  struct file const *file ;
  struct claim *claim ; /* of what asks; 0: not found */
  uint32_t line ;
} ;

static int look_for_asking (struct statement *statement, void *data)
{
  struct looking *looking = data ;
  struct claim *claim = !statement->is_interruptible && mentions_last(statement) ? claim_of(looking->a, statement) : 0 ;
  if (!claim || !strstr(claim->where, looking->file->path)) return 0 ;
  looking->claim = claim ;
  looking->line = line_of(looking->a, statement) ;
  return 1 ;
}

static int is_started_between (struct statement *statement, void *data)
{
  struct range const *between = data ;
  return statement->background && statement->range.start >= between->start && statement->range.end <= between->end ;
}

/* The service whose pid it was, in the order of the text; 0: that is not the order in which it ran, or something else that is no
   service was started behind it. */
static struct service const *whose (struct analysis *a, struct statement *first, struct claim const *claim)
{
  struct service const *found = 0 ;
  struct range between ;
  if (audited_definition(a, claim)) return 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->is_background && one->claim && one->claim->range.end <= claim->range.start && (!found || one->claim->range.start > found->claim->range.start)) found = one ;
  if (!found) return 0 ;
  between = (struct range){ found->claim->range.end, claim->range.start } ;
  for (; first ; first = first->next)
    if (statement_walk(first, &is_started_between, &between)) return 0 ;
  return found ;
}

void audit_lastpid (struct analysis *a, struct statement *first, struct file const *files)
{
  for (struct file const *file = files ; file ; file = file->next)
  {
    struct looking looking = { .a = a, .file = file } ;
    struct service const *service ;
    if ((!strstr(file->content, "$!") && !strstr(file->content, "${!}")) || !is_empty_in(a, file->content)) continue ;
    for (struct statement *one = first ; one && !looking.claim ; one = one->next) statement_walk(one, &look_for_asking, &looking) ;
    if (!looking.claim) continue ;
    service = whose(a, first, looking.claim) ;
    audit_todo(a, looking.claim, looking.line, pool_printf(a->pool, "$! is empty here: it was the pid of %s, which only its supervisor knows (%s)", service ? service->name : "what the script had started last",
      service && shell_mentions(source_copy(a->source, looking.claim->range), "kill") ? pool_printf(a->pool, "`reeve kill SIGNAL %s` sends it a signal", service->name) : "`reeve status --json`")) ;
  }
}
