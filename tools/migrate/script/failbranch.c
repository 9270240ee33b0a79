/* load || { kill $DB; wait $DB; exit 3; }: whoever ends the script ends the others, as the scanner does. What is left is
   the exit, so that nobody else has to know the rest of it. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

/* kill $DB 2>/dev/null || true */
static struct statement *plain (struct statement *statement)
{
  return statement->kind == STATEMENT_OR && shell_one_of(statement_command(statement->body->next), "true :") ? statement->body : statement ;
}

static int ends_others (struct statement *statement)
{
  unsigned int first ;
  statement = plain(statement) ;
  return !statement->background && statement->kind == STATEMENT_COMMAND && !strcmp(statement_command(statement), "kill") && is_ending_signal(kill_signal(statement, &first))
   && strcmp(kill_signal(statement, &first), "0") != 0 ;
}

/* The exit with a failure that the list ends with; 0: it ends with something else. */
static struct statement *failing_end (struct analysis *a, struct statement *list)
{
  struct statement *last = uncommented_last(list) ;
  char const *code ;
  code = last && !strcmp(statement_command(last), "exit") ? shell_exit_code(a->pool, statement_word(last, 1)) : 0 ;
  return code && strspn(code, "0123456789") == strlen(code) && strspn(code, "0") < strlen(code) ? last : 0 ;
}

/* Not where it waits for something first, or has started something: that is more than an end. */
static int only_fails (struct statement *list, struct statement const *end)
{
  int ended = 0 ;
  for (; list != end ; list = list->next)
  {
    if (list->background || (!ended && !strcmp(statement_command(plain(list)), "wait"))) return 0 ;
    ended |= ends_others(list) ;
  }
  return ended ;
}

static void drop_ends (struct analysis *a, struct statement **list)
{
  struct statement *end = failing_end(a, *list) ;
  int ended = 0 ;
  if (!end || !only_fails(*list, end)) return ;
  while (*list != end)
  {
    struct statement *one = *list ;
    int ends = ends_others(one) ;
    ended |= ends ;
    if (ends || (ended && shell_one_of(statement_command(plain(one)), "wait sleep")))
    {
      claim_statement(a, one, "dropped", "ended the others ahead of the exit: the scanner does") ;
      source_blank(a->source, one->range) ;
      *list = one->next ;
    }
    else list = &one->next ;
  }
}

struct search
{
  struct analysis *a ;
  struct statement *first ; /* of the script */
  uint32_t apart_until ; /* the end of a loop, or of what a trap calls: these are read as they are */
} ;

static int names_in_trap (struct statement *statement, void *data)
{
  return !strcmp(statement_command(statement), "trap") && statement->nwords > 1 && shell_mentions(statement->words[1].raw, data) ;
}

static int is_of_trap (struct search const *search, char const *name)
{
  for (struct statement *one = search->first ; one ; one = one->next)
    if (statement_walk(one, &names_in_trap, (void *)name)) return 1 ;
  return 0 ;
}

static int look_at_branch (struct statement *statement, void *data)
{
  struct search *search = data ;
  if (statement->range.start < search->apart_until) return 0 ;
  if (statement->background || statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR || (statement->kind == STATEMENT_FUNCTION && is_of_trap(search, statement->name)))
  {
    search->apart_until = statement->range.end ;
    return 0 ;
  }
  if (statement->kind == STATEMENT_GROUP) drop_ends(search->a, &statement->body) ;
  for (struct branch *branch = statement->kind == STATEMENT_IF || statement->kind == STATEMENT_CASE ? statement->branches : 0 ; branch ; branch = branch->next) drop_ends(search->a, &branch->body) ;
  return 0 ;
}

void drop_ends_ahead_of_exits (struct analysis *a, struct statement *first)
{
  struct search search = { .a = a, .first = first } ;
  for (; first ; first = first->next) statement_walk(first, &look_at_branch, &search) ;
}
