/* The loop that a function, or a shell around it, only is. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

void tell_of_loop (struct analysis *a, struct function *function, struct claim const *loop)
{
  function->walked = 1 ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (a->plan->pieces[i].is_function && !strcmp(a->plan->pieces[i].names, pool_printf(a->pool, " %s ", function->name)))
      a->plan->pieces[i].became = pool_printf(a->pool, "function %s: %s", function->name, loop->what) ;
}

/* Is the word a pid that the text sets: $P, where it has P=$!? */
static int is_own_pid (struct pool *pool, char const *word, char const *text)
{
  char const *name = word + strspn(word, "\"${") ;
  size_t len = strspn(name, NAME_LETTERS) ;
  return name > word && len && strstr(text, pool_printf(pool, "%.*s=$!", (int)len, name)) ;
}

/* trap 'kill $P; exit' TERM, ahead of a loop that has P=$!: what a supervisor does to what the loop starts. */
static int only_passes_on (struct analysis *a, struct statement const *trap, char const *loop)
{
  struct source code ;
  struct statement const *list ;
  int passes = 0 ;
  unsigned int first ;
  if (strcmp(statement_command(trap), "trap") != 0 || trap->nwords < 3 || !*statement_word(trap, 1)) return 0 ;
  for (unsigned int i = 2 ; i < trap->nwords ; i++)
    if (!shell_one_of(statement_word(trap, i), "TERM SIGTERM INT SIGINT EXIT 15 2 0")) return 0 ;
  for (list = shell_parse_text(a->pool, &code, statement_word(trap, 1)) ; list ; list = list->next)
  {
    int kills = !strcmp(statement_command(list), "kill") ;
    if (!kills && !shell_one_of(statement_command(list), "exit wait")) return 0 ;
    if (!kills) continue ;
    if (!shell_one_of(kill_signal(list, &first), "TERM SIGTERM 15") || list->nwords != first + 1 || !is_own_pid(a->pool, list->words[first].raw, loop)) return 0 ;
    passes = 1 ;
  }
  return passes ;
}

/* The only statement among comments, and traps that do to a loop's program what its supervisor does; 0: there are several. */
static struct statement *only_statement (struct analysis *a, struct statement *list)
{
  struct statement *only = 0 ;
  for (struct statement *one = list ; one ; one = one->next)
    if (one->kind != STATEMENT_COMMENT && strcmp(statement_command(one), "trap") != 0)
    {
      if (only) return 0 ;
      only = one ;
    }
  for (; only && list ; list = list->next)
    if (!strcmp(statement_command(list), "trap") && !only_passes_on(a, list, statement_text(a, only))) return 0 ;
  return only ;
}

struct statement *loop_inside (struct analysis *a, struct statement *statement, struct function **function)
{
  struct statement *inside = statement ;
  *function = statement->kind == STATEMENT_COMMAND && statement->nwords == 1 && !statement->nassignments ? called_function(a, statement) : 0 ;
  if (*function && !statement->nredirects) inside = (*function)->statement->body ;
  while (inside && (inside->kind == STATEMENT_GROUP || inside->kind == STATEMENT_SUBSHELL))
    inside = inside->nredirects ? 0 : only_statement(a, inside->body) ;
  return inside && inside->kind == STATEMENT_LOOP && !inside->background ? inside : 0 ;
}
