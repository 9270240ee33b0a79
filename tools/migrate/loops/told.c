/* Questions of a loop that watches processes whose answer is only printed: the end of what they ask for ended nothing. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

struct telling
{
  struct analysis *a ;
  char *text ; /* the script's, with blanks in place of what only prints */
} ;

static int only_prints_in (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (list->kind != STATEMENT_COMMENT && !is_message(a, list) && !shell_one_of(statement_command(list), "true :")) return 0 ;
  return 1 ;
}

static int leads_elsewhere (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || sends_signal(statement, 0) || shell_one_of(statement_command(statement), "break continue return exec") ;
}

/* pgrep cron || echo "cron is gone"; if [ $? -ne 0 ]; then echo "cron is gone"; fi */
static int only_tells (struct analysis *a, struct statement *statement)
{
  struct branch const *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ;
  if (may_end(a, statement) || statement_walk(statement, &leads_elsewhere, 0)) return 0 ;
  if (is_and_or(statement)) return only_prints_in(a, statement->body->next) ;
  for (; branch ; branch = branch->next)
    if (!only_prints_in(a, branch->body)) return 0 ;
  return statement->kind == STATEMENT_IF ;
}

/* Is the variable asked for? */
static int is_used (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *at = text ; (at = strstr(at, name)) ; at++)
  {
    if ((at > text && strchr(NAME_LETTERS, at[-1])) || (at[len] && strchr(NAME_LETTERS, at[len]))) continue ;
    if (at[len] != '=' || at[len + 1] == '=') return 1 ;
  }
  return 0 ;
}

/* Does what comes next take the answer, and only print it, or keep it where nobody asks for it? */
static int only_tells_next (struct telling const *t, struct statement *question)
{
  struct statement *next = uncommented_first(question->next) ;
  if (!next || t->a->errexit || question->background || !asks_for_processes(t->a, question)) return 0 ;
  if (question->kind != STATEMENT_COMMAND && question->kind != STATEMENT_PIPELINE && question->kind != STATEMENT_TEST) return 0 ;
  if (next->kind == STATEMENT_ASSIGNMENT && status_kept(t->a, next)) return !is_used(t->text, status_kept(t->a, next)) ;
  return strstr(statement_text(t->a, next), "$?") && only_tells(t->a, next) ;
}

/* Puts blanks in the place of what only prints. */
static int blank (struct statement *statement, void *data)
{
  struct telling *t = data ;
  if (only_tells(t->a, statement)) memset(t->text + statement->range.start, ' ', statement->range.end - statement->range.start) ;
  return 0 ;
}

static struct statement *copy_without (struct telling *t, struct statement *list, int is_list) ;

static struct branch *copy_branches (struct telling *t, struct branch const *branch)
{
  struct branch *first = 0 ;
  struct branch **end = &first ;
  for (; branch ; branch = branch->next)
  {
    struct branch *one = pool_alloc(t->a->pool, sizeof(*one)) ;
    *one = *branch ;
    one->body = copy_without(t, branch->body, 1) ;
    *end = one ;
    end = &one->next ;
  }
  return first ;
}

/* `is_list`: its statements stand for themselves, and are no parts of a question. */
static struct statement *copy_without (struct telling *t, struct statement *list, int is_list)
{
  struct statement *first = 0 ;
  struct statement **end = &first ;
  for (; list ; list = list->next)
  {
    struct statement *one ;
    int joins = is_and_or(list) || list->kind == STATEMENT_PIPELINE || list->kind == STATEMENT_NOT ;
    if (is_list && (only_tells(t->a, list) || only_tells_next(t, list))) continue ;
    one = pool_alloc(t->a->pool, sizeof(*one)) ;
    *one = *list ;
    one->next = 0 ;
    one->body = copy_without(t, list->body, !joins) ;
    one->branches = copy_branches(t, list->branches) ;
    *end = one ;
    end = &one->next ;
  }
  return first ;
}

struct statement *without_told (struct analysis *a, struct statement *loop)
{
  struct telling t = { .a = a, .text = pool_alloc(a->pool, strlen(a->source->text) + 1) } ;
  struct statement alone = *loop ;
  alone.next = 0 ;
  memcpy(t.text, a->source->text, strlen(a->source->text) + 1) ;
  statement_walk(&alone, &blank, &t) ;
  return copy_without(&t, &alone, 0) ;
}
