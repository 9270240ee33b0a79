/* What a script that stays ahead of /init did behind the input, which it went on behind. */

#include <string.h>

#include "migrate/dockerpatch/handover.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/facts/facts.h"
#include "migrate/shell/shell.h"

struct behind
{
  struct pool *pool ;
  struct source const *code ;
  struct range input_at ;
  struct statement const *end ; /* in whose place /init comes; 0: there is none */
  struct texts lines ;
} ;

static int all_only_wait (struct source const *code, struct statement const *list)
{
  for (; list ; list = list->next)
    if (!only_waits_or_talks(code, list)) return 0 ;
  return 1 ;
}

static int sets_by_command (struct source const *code, struct statement const *statement)
{
  char const *text = source_copy(code, statement->range) ;
  return strstr(text, "$(") || strchr(text, '`') ;
}

int only_waits_or_talks (struct source const *code, struct statement const *statement)
{
  if (statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_FUNCTION || statement->kind == STATEMENT_TEST) return 1 ;
  if (statement->background || statement->damaged) return 0 ;
  if (statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_DECLARATION) return !sets_by_command(code, statement) ;
  if (statement->kind == STATEMENT_COMMAND) return keeps_alive(statement) || shell_one_of(statement_command(statement), "echo printf sleep wait trap set true : exit exec kill supervisorctl") ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    if (!all_only_wait(code, branch->condition) || !all_only_wait(code, branch->body)) return 0 ;
  return all_only_wait(code, statement->body) ;
}

static void add_work (struct behind *b, struct statement const *statement)
{
  uint32_t first = source_line(b->code, statement->range.start) ;
  uint32_t last = source_last_line(b->code, statement->range) ;
  char const *text = source_copy(b->code, statement->range) ;
  if (statement == b->end || only_waits_or_talks(b->code, statement)) return ;
  text = pool_copy(b->pool, text, strcspn(text, "\n")) ;
  texts_add(b->pool, &b->lines, last > first ? pool_printf(b->pool, "lines %u-%u: %s", first, last, text) : pool_printf(b->pool, "line %u: %s", first, text)) ;
}

static int add_of_list (struct behind *b, struct statement const *list) ;

static int add_inside (struct behind *b, struct statement const *statement)
{
  int found = statement->kind != STATEMENT_PIPELINE && add_of_list(b, statement->body) ;
  for (struct branch const *branch = statement->branches ; branch && !found ; branch = branch->next)
    found = add_of_list(b, branch->condition) || add_of_list(b, branch->body) ;
  return 1 ;
}

/* Adds what the list does behind the input. Returns 0 if the input is not in it. */
static int add_of_list (struct behind *b, struct statement const *list)
{
  int found = 0 ;
  char const *called = 0 ; /* the function that executes the input: what is behind its call */
  for (; list ; list = list->next)
  {
    int has_input = list->range.start <= b->input_at.start && list->range.end >= b->input_at.end ;
    if (has_input && list->kind == STATEMENT_FUNCTION) called = list->name ;
    if (has_input) found = add_inside(b, list) ;
    else if (called && !strcmp(statement_command(list), called)) called = 0 ;
    else if (found && !called) add_work(b, list) ;
  }
  return found ;
}

char const *work_behind (struct pool *pool, struct source const *code, struct statement const *first, struct range input_at, struct statement const *end)
{
  struct behind b = { .pool = pool, .code = code, .input_at = input_at, .end = end } ;
  if (input_at.end > input_at.start) add_of_list(&b, first) ;
  return b.lines.first ? texts_join(pool, &b.lines, "; ") : 0 ;
}
