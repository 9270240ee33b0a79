/* What ends with the statement that it belongs to: the redirections of a group, a branch, a loop or a
   call, and what a subshell has changed. */

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

static char const *redirects_text (struct analysis *a, struct statement const *statement, struct texts *files)
{
  /* As a command of its own, so that appending_text() looks at it. */
  struct statement exec = { .kind = STATEMENT_COMMAND, .source = statement->source, .name = "", .nwords = 1, .nredirects = statement->nredirects, .redirects = statement->redirects } ;
  struct word word = { .raw = "exec", .value = "exec" } ;
  struct texts ignored = { 0 } ;
  exec.words = &word ;
  exec.range = (struct range){ statement->redirects[0].range.start, statement->redirects[statement->nredirects - 1].range.end } ;
  return pool_printf(a->pool, "exec %s", appending_text(a, &exec, files, &ignored)) ;
}

void begin_scope (struct analysis *a, struct statement const *statement, struct scope *scope)
{
  struct texts files = { 0 } ;
  struct piece *piece ;
  if (statement->nredirects || statement->kind == STATEMENT_SUBSHELL) close_task(a) ; /* it came before */
  *scope = (struct scope){ .first = a->plan->npieces, .nsetup = a->plan->nsetup, .errexit = a->errexit } ;
  if (!statement->nredirects) return ;
  piece = plan_piece(a->plan, redirects_text(a, statement, &files), " ") ;
  piece->always = 1 ;
  place_piece(a, piece) ;
  scope->claim = piece->claim = source_claim(a->source, (struct range){ statement->redirects[0].range.start, statement->redirects[statement->nredirects - 1].range.end },
    "", files.first ? pool_printf(a->pool, "redirections of all in it; each service appends to %s, which nothing empties any more", texts_join(a->pool, &files, ", "))
      : "redirections of all in it") ;
}

void end_scope (struct analysis *a, struct statement const *statement, struct scope const *scope)
{
  unsigned int end = a->plan->npieces ;
  if (scope->claim || statement->kind == STATEMENT_SUBSHELL) close_task(a) ;
  if (statement->kind == STATEMENT_SUBSHELL) a->errexit = scope->errexit ;
  unsigned int last = statement->kind == STATEMENT_SUBSHELL ? end : scope->first + !!scope->claim ;
  for (unsigned int i = scope->first ; i < last ; i++)
    if (!a->plan->pieces[i].end) a->plan->pieces[i].end = end ;
  if (last > scope->first) plan_piece(a->plan, "", " ") ; /* so that what comes later has more of them */
  if (scope->claim && a->plan->nsetup > scope->nsetup)
    texts_add(a->pool, &scope->claim->todo, "what of it is setup now does not have these redirections: write them there") ;
}
