/* Does a script that stays ahead of /init become its arguments? exec "$@", also by a function, and by gosu. */

#include <string.h>

#include "migrate/dockerpatch/handover.h"

#define CALLS_MAX 20

struct reading
{
  struct source const *code ;
  struct statement *first ;
  struct handover *handover ;
  unsigned int calls ;
} ;

/* "$@", ${@}, $*, "${@:-bash}" */
static int is_arguments (char const *raw)
{
  raw += *raw == '"' ;
  if (*raw++ != '$') return 0 ;
  raw += *raw == '{' ;
  return *raw && strchr("@*", *raw) && (!raw[1] || strchr("\"}:-", raw[1])) ;
}

static int has_arguments (char const *raw)
{
  return strstr(raw, "$@") || strstr(raw, "${@") || strstr(raw, "$*") || strstr(raw, "${*") ;
}

/* The word that the shell becomes, or reads: behind exec -a NAME, and `.`; 0: it stays what it is. */
static unsigned int becomes_word (struct statement const *statement)
{
  unsigned int i = 1 ;
  if (!shell_one_of(statement_command(statement), "exec . source")) return 0 ;
  while (*statement_word(statement, i) == '-') i += 1 + (unsigned int)!strcmp(statement_word(statement, i), "-a") ;
  return i ;
}

int executes_arguments (struct statement const *statement)
{
  unsigned int i = becomes_word(statement) ;
  return statement->kind == STATEMENT_COMMAND && statement->nwords == i + 1 && is_arguments(statement->words[i].raw) ;
}

static struct statement *function_of (struct reading const *r, struct statement const *call)
{
  for (struct statement *one = r->first ; one ; one = one->next)
    if (one->kind == STATEMENT_FUNCTION && !strcmp(one->name, statement_command(call))) return one ;
  return 0 ;
}

/* Does the command pass the script's arguments on to what is executed? *by is what comes first: gosu, a function; 0: nothing does. */
static int passes_arguments (struct statement const *statement, struct word const **by)
{
  unsigned int i = becomes_word(statement) ;
  *by = 0 ;
  if (statement->kind != STATEMENT_COMMAND || i >= statement->nwords) return 0 ;
  if (is_arguments(statement->words[i].raw)) return 1 ;
  *by = statement->words + i ;
  for (unsigned int j = i + 1 ; j < statement->nwords ; j++)
  {
    char const *raw = statement->words[j].raw ;
    if (!has_arguments(raw)) continue ;
    if (shell_one_of(shell_basename((*by)->raw), "sh bash dash ash") && strstr(raw, "exec ")) *by = 0 ; /* bash -c "exec $*" */
    return 1 ;
  }
  return 0 ;
}

/* ---- where ---- */

static void read_list (struct reading *r, struct statement *list, int in_child) ;

static void read_command (struct reading *r, struct statement *statement, int in_child)
{
  struct handover *h = r->handover ;
  struct word const *by ;
  struct statement *function = function_of(r, statement) ;
  if (!passes_arguments(statement, &by)) return ;
  if (function)
  {
    if (r->calls++ < CALLS_MAX) read_list(r, function->body, in_child) ;
    return ;
  }
  if (by && !becomes_word(statement) && !shell_one_of(shell_basename(by->raw), OF_BASE " " CHANGES_USER " " CHANGES_USER_AS_PARENT " env nice tini dumb-init sh bash dash ash")) return ; /* prepare "$@" */
  if (in_child || !becomes_word(statement)) h->runs = statement ;
  else if (!h->becomes || !by || h->by)
  {
    h->becomes = statement ;
    h->by = by ? by->raw : 0 ;
  }
}

static void read_list (struct reading *r, struct statement *list, int in_child)
{
  for (struct statement *one = list ; one ; one = one->next)
  {
    int child = in_child || one->background || one->kind == STATEMENT_SUBSHELL || one->kind == STATEMENT_PIPELINE ;
    if (one->kind == STATEMENT_FUNCTION) continue ;
    read_command(r, one, child) ;
    read_list(r, one->body, child) ;
    for (struct branch *branch = one->branches ; branch ; branch = branch->next)
    {
      read_list(r, branch->condition, child) ;
      read_list(r, branch->body, child) ;
    }
  }
}

/* ---- always? ---- */

static int surely_becomes (struct reading *r, struct statement const *list) ;

/* Does the shell not come to what is behind the list? */
static int surely_leaves (struct reading *r, struct statement const *list)
{
  for (struct statement const *one = list ; one ; one = one->next)
    if (shell_one_of(statement_command(one), "exit return") || (!strcmp(statement_command(one), "exec") && one->nwords > 1)) return 1 ;
  return surely_becomes(r, list) ;
}

/* if [ "${BASH_SOURCE[0]}" = "$0" ]; if ! _is_sourced: it is not, where the image executes it. */
static int asks_whether_sourced (struct reading const *r, struct statement const *statement)
{
  char const *text = statement->kind == STATEMENT_IF && statement->branches ? source_copy(r->code, statement->branches->head) : "" ;
  return strstr(text, "BASH_SOURCE") || strstr(text, "sourced") || strstr(text, "(return ") ;
}

static int each_branch_leaves (struct reading *r, struct statement const *statement)
{
  int has_else = 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    if (!surely_leaves(r, branch->body)) return 0 ;
    has_else |= statement->kind == STATEMENT_IF ? !branch->condition : branch->pattern && !strcmp(branch->pattern, "*") ;
  }
  return has_else ;
}

/* [ -n "$X" ], cd /app && [ -n "$X" ] */
static int has_test (struct statement const *statement)
{
  if (statement->kind != STATEMENT_AND) return statement->kind == STATEMENT_TEST ;
  return has_test(statement->body) || has_test(statement->body->next) ;
}

/* prepare && exec "$@", as the last one; not [ -n "$X" ] && exec "$@" */
static int becomes_behind_work (struct reading *r, struct statement const *statement)
{
  for (struct statement const *one = statement->body ; one ; one = one->next)
    if (has_test(one)) return 0 ;
    else if (!one->next) return !statement->next && surely_becomes(r, one) ;
  return 0 ;
}

static int surely_becomes (struct reading *r, struct statement const *list)
{
  struct word const *by ;
  for (struct statement const *one = list ; one ; one = one->next)
  {
    struct statement const *function = function_of(r, one) ;
    if (one->background || one->kind == STATEMENT_FUNCTION) continue ;
    if (function && r->calls++ < CALLS_MAX && passes_arguments(one, &by) && surely_becomes(r, function->body)) return 1 ;
    if (one->kind == STATEMENT_COMMAND && !function && becomes_word(one) && passes_arguments(one, &by)) return 1 ;
    if ((one->kind == STATEMENT_GROUP || one->kind == STATEMENT_NOT) && surely_becomes(r, one->body)) return 1 ;
    if (asks_whether_sourced(r, one))
    {
      if (surely_becomes(r, one->branches->body)) return 1 ;
    }
    else if ((one->kind == STATEMENT_IF || one->kind == STATEMENT_CASE) && each_branch_leaves(r, one)) return 1 ;
    if (one->kind == STATEMENT_AND && becomes_behind_work(r, one)) return 1 ;
  }
  return 0 ;
}

void handover_read (struct source const *code, struct statement *first, struct handover *handover)
{
  struct reading r = { .code = code, .first = first, .handover = handover } ;
  *handover = (struct handover){ 0 } ;
  read_list(&r, first, 0) ;
  r.calls = 0 ;
  handover->always = handover->becomes && surely_becomes(&r, first) ;
}
