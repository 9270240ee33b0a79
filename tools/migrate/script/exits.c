/* exit, in the script or in a branch of it. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"

/* if X; then exec a; fi; exit 1: nothing runs when no branch was taken. */
static void end_otherwise (struct analysis *a, struct statement *statement)
{
  char const *code = statement_word(statement, 1) ;
  struct claim *claim ;
  drop_remarks(a, statement) ;
  claim = claim_statement(a, statement, plan_setup_where(a->plan), "where none of the branches above was taken, the container ends, as the script did") ;
  if (*code && strcmp(code, "0") != 0)
    add_setup_text(a, pool_printf(a->pool, "if %s; then\n  %s\nfi", texts_join(a->pool, &a->otherwise, " && "), statement_text(a, statement)), 1) ;
  else
  {
    claim->where = "dropped" ;
    texts_add(a->pool, &claim->todo, "with 0, which cont-init.d cannot end it with: here it stays up, with what is started on other conditions") ;
  }
}

/* Behind starts that nothing waited for. */
void walk_exit_of_branch (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct service *last = a->last ;
  drop_exit(a, statement, "the script's end: ") ;
  if (!a->waited_line && last && last->claim && starts_later(a, frame))
    plan_todo(a->plan, last, last->claim, last->line, pool_printf(a->pool,
      "where %s, the script ended in line %u, and the container with it: what comes later is started all the same now: is that meant?",
      texts_join(a->pool, &a->conditions, " && "), line_of(a, statement))) ;
}

void walk_exit (struct analysis *a, struct statement *statement)
{
  if (a->otherwise.first && !a->in_function) end_otherwise(a, statement) ;
  else drop_exit(a, statement, "the script's end: ") ;
  if (a->in_function) return ;
  a->replaced_line = line_of(a, statement) ;
  a->exited = 1 ;
}
