/* A task's failure: where it ended the script, it holds what comes later, or ends the container; where the script
   went on, it does neither. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct failures
{
  struct analysis *a ;
  struct file const *files ;
  int errexit ; /* where the audit is */
} ;

/* The task whose run has the statement as a whole; 0: none, or a task in the background, which nothing waited for. */
static struct service *task_of (struct analysis *a, struct statement const *statement)
{
  struct claim const *claim = claim_at(a, statement->range.start) ;
  for (struct service *one = claim ? a->plan->services : 0 ; one ; one = one->next)
    if (one->is_oneshot && one->claim && !strcmp(claim->where, service_where(a->plan, one, "run"))
     && claim->range.start == statement->range.start && claim->range.end >= statement->core.end)
      return one->must_succeed || one->is_forgiven ? one : 0 ;
  return 0 ;
}

/* Is it the last thing that its run does, so that its status is the run's? */
static int decides (struct failures const *f, struct service const *task, struct statement const *statement)
{
  char const *path = service_where(f->a->plan, task, "run") ;
  char const *run = "" ;
  for (uint32_t i = 0 ; i < f->a->source->nclaims ; i++)
    if (!strcmp(f->a->source->claims[i]->where, path) && f->a->source->claims[i]->range.start > statement->range.start) return 0 ;
  for (struct file const *one = f->files ; one ; one = one->next)
    if (!strcmp(one->path, path)) run = one->content ;
  return !strstr(run, "\nexit 0 # ") ;
}

/* Who is not started when it has failed; "": nobody. */
static char const *held_with (struct analysis *a, struct service const *task)
{
  struct texts names = { 0 } ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (texts_has(&one->dependencies, task->name) && !texts_has(&one->optional, task->name) && !texts_has(&one->needed, task->name)) texts_add(a->pool, &names, one->name) ;
  return texts_join(a->pool, &names, ", ") ;
}

static int ends_container (struct service const *task)
{
  for (struct text const *one = task->finish.first ; one ; one = one->next)
    if (strstr(one->text, "reeve shutdown")) return 1 ;
  return 0 ;
}

static int is_needed (struct analysis *a, struct service const *task)
{
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (texts_has(&one->needed, task->name) || (texts_has(&one->dependencies, task->name) && !texts_has(&one->optional, task->name))) return 1 ;
  return ends_container(task) ;
}

/* migrate; [ $? -eq 0 ] || exit 1: what comes next decides. */
static int is_looked_at (struct analysis *a, struct statement const *statement)
{
  struct statement const *next = statement->next ;
  while (next && next->kind == STATEMENT_COMMENT) next = next->next ;
  return next && strstr(statement_text(a, next), "$?") ;
}

static void look_at_task (struct failures const *f, struct service *task, struct statement *statement)
{
  struct analysis *a = f->a ;
  struct claim *claim = claim_at(a, statement->range.start) ;
  char const *held = held_with(a, task) ;
  int ends = failing_ends_script(a, statement, f->errexit) ;
  if (claim->todo.first || is_looked_at(a, statement)) return ;
  if (ends && !is_needed(a, task))
    plan_todo(a->plan, task, claim, line_of(a, statement), pool_printf(a->pool, "the script ended where this had failed, and here nothing does: let finish of %s run `reeve shutdown` with the code ($1)", task->name)) ;
  else if (!ends && (*held || ends_container(task)) && ends_by_errexit(a, statement) && decides(f, task, statement))
    plan_todo(a->plan, task, claim, line_of(a, statement), pool_printf(a->pool, "the script went on where this had failed, and here %s: let run end with `exit 0`, if that is not meant",
      *held ? pool_printf(a->pool, "what depends on it is not started (%s)", held) : "the container ends")) ;
}

static void look_at_list (struct failures *f, struct statement *list)
{
  for (; list ; list = list->next)
  {
    struct service *task = task_of(f->a, list) ;
    int sets = statement_sets_errexit(list) ;
    if (sets) f->errexit = sets > 0 ;
    else if (task) look_at_task(f, task, list) ;
    else if (list->kind == STATEMENT_GROUP) look_at_list(f, list->body) ;
    else if (list->kind == STATEMENT_IF || list->kind == STATEMENT_CASE)
      for (struct branch *branch = list->branches ; branch ; branch = branch->next) look_at_list(f, branch->body) ;
  }
}

void audit_failures (struct analysis *a, struct statement *first, struct file const *files)
{
  struct failures f = { .a = a, .files = files, .errexit = shell_has_errexit(a->plan->shell) || (a->plan->shell_options && strchr(a->plan->shell_options, 'e')) } ;
  look_at_list(&f, first) ;
}
