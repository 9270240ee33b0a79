/* May each service repeat a statement, and does it change the directory for later ones? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* X=..., export X=..., printf -v X ..., : ${X:=...}, ((X = ...)) */
static int sets_value (struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  if (statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_DECLARATION || statement->assigns) return 1 ;
  return shell_one_of(command, ": let read") || (!strcmp(command, "printf") && !strcmp(statement_word(statement, 1), "-v")) ;
}

/* Do all programs in its substitutions give the same answer again? */
static int substitutions_are_pure (struct analysis *a, struct statement const *statement)
{
  if ((statement->programs.first || sets_value(statement)) && is_another_each_time(statement_text(a, statement))) return 0 ;
  if (evaluates_hook(statement, statement_text(a, statement))) return 1 ;
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
    if (!is_harmless_again(one->text)) return 0 ;
  return 1 ;
}

/* eval $(printenv | sed ... >>/etc/profile) prints nothing, if it is one pipeline. */
int evaluates_nothing (struct statement const *statement)
{
  if (!statement->substitutes_to_file) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (strpbrk(statement->words[i].raw, ";&\n") || strstr(statement->words[i].raw, "||")) return 0 ;
  return 1 ;
}

/* Each function is asked once: else calls of calls would double the work. */
static int function_is_repeatable (struct analysis *a, struct function *function)
{
  if (!function->repeatable)
  {
    function->repeatable = -1 ;
    if (is_repeatable(a, function->statement->body)) function->repeatable = 1 ;
  }
  return function->repeatable == 1 ;
}

static int is_not_repeatable (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  char const *command = statement_command(statement) ;
  if (statement->background) return 1 ;
  if (statement->kind == STATEMENT_DAMAGED || statement->kind == STATEMENT_OTHER || sourced_only_works(a, statement)) return 1 ;
  if (statement->kind == STATEMENT_COMMAND)
  {
    int redirects_all = redirects_everything(statement) ;
    int is_pure = is_harmless_builtin(command) || redirects_all || sets_up_shell(statement) ;
    if (!is_pure && (!called_function(a, statement) || !function_is_repeatable(a, called_function(a, statement)))) return 1 ;
    if (!redirects_all && writes_files(statement)) return 1 ;
  }
  else if (writes_files(statement)) return 1 ;
  return statement->substitutes_to_file || !substitutions_are_pure(a, statement) ;
}

int is_repeatable (struct analysis *a, struct statement *statement)
{
  return statement && !statement_walk(statement, &is_not_repeatable, a) ;
}

int moves_shell (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "cd pushd popd umask ulimit") ;
}

/* cd web && make && cd .., pushd web && { make; popd; }: what is behind it is where it was. */
int comes_back (struct statement const *statement)
{
  struct statement const *first = statement ;
  struct statement const *last ;
  struct statement const *middle ;
  char const *to ;
  if (statement->kind != STATEMENT_AND) return 0 ;
  last = statement->body->next ;
  middle = last->kind == STATEMENT_GROUP ? last->body : 0 ;
  if (middle) last = statement_last(middle) ;
  for (; middle && middle != last ; middle = middle->next) if (changes_place(middle)) return 0 ;
  while (first->kind == STATEMENT_AND)
  {
    if (first != statement && changes_place(first->body->next)) return 0 ;
    first = first->body ;
  }
  to = statement_word(first, 1) ;
  if (!strcmp(statement_command(first), "pushd")) return !strcmp(statement_command(last), "popd") ;
  if (strcmp(statement_command(first), "cd") != 0 || strcmp(statement_command(last), "cd") != 0 || last->nwords != 2) return 0 ;
  if (shell_one_of(last->words[1].raw, "- $OLDPWD \"$OLDPWD\"")) return 1 ;
  return !strcmp(last->words[1].raw, "..") && *to && *to != '.' && !strchr(to, '/') ;
}

int changes_place (struct statement const *statement)
{
  return !comes_back(statement) && statement_walk_here((struct statement *)statement, &moves_shell, 0) ;
}

/* unset A B: adds those that the services have by themselves. */
struct unsetting
{
  struct analysis *a ;
  struct texts names ;
} ;

static int is_set_by_script (struct analysis *a, char const *name)
{
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (strstr(a->plan->pieces[i].names, pool_printf(a->pool, " %s ", name))) return !is_exported(a, name) ;
  return 0 ;
}

static int unsets (struct statement *statement, void *data)
{
  struct unsetting *unsetting = data ;
  struct analysis *a = unsetting->a ;
  if (strcmp(statement_command(statement), "unset") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (statement->words[i].raw[0] != '-' && !is_set_by_script(a, statement->words[i].raw)) texts_add_once(a->pool, &unsetting->names, statement->words[i].raw) ;
  return 0 ;
}

static void mark_unset (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  struct unsetting unsetting = { .a = a } ;
  if (statement_is_apart(statement)) return ;
  walk_with_calls(a, statement, &unsets, &unsetting) ;
  if (unsetting.names.first) plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool,
    "it also takes %s out of the environment, which reaches no other file: unset it in the run of each service behind it", texts_join(a->pool, &unsetting.names, ", "))) ;
}

struct files_read
{
  struct analysis *a ;
  struct texts files ;
} ;

/* Adds the files that it reads, as part of what else it does. */
static int add_files_read (struct statement *statement, void *data)
{
  struct files_read *read = data ;
  struct function *function = called_function(read->a, statement) ;
  if (reads_file(statement, 0) && !sourced_sets_nothing(read->a, statement)) texts_add_once(read->a->pool, &read->files, statement->words[1].raw) ;
  if (!function || !function->statement->body || function->asked == read->a->questions) return 0 ;
  function->asked = read->a->questions ;
  return statement_walk_here(function->statement->body, &add_files_read, read) ;
}

static void mark_reading (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  struct files_read read = { .a = a } ;
  if (reads_file(statement, 0)) return ; /* by itself it is none of the work */
  a->questions++ ;
  statement_walk_here(statement, &add_files_read, &read) ;
  if (read.files.first) plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool,
    "it also reads %s: the variables that are set there reach no other file: read it in the run of each service that needs them", texts_join(a->pool, &read.files, ", "))) ;
}

void mark_move (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  mark_unset(a, service, statement, claim) ;
  mark_reading(a, service, statement, claim) ;
  if (statement->kind == STATEMENT_COMMAND || !changes_place(statement) || service) return ; /* of a task: services/exports.c */
  plan_todo(a->plan, service, claim, line_of(a, statement),
    "it also changes directory, umask or limits for what comes behind it, which reaches no other file: do that there, too") ;
}

static int sets_trap (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "trap") && statement->nwords > 2 && !shell_one_of(statement->words[1].raw, "- -p -l") && !trap_taken_off(statement)
   && !shell_one_of(statement_word(statement, statement->nwords - 1), "ERR DEBUG RETURN") ;
}

static int sets_trap_of_exit (struct statement *statement, void *data)
{
  if (!sets_trap(statement, data)) return 0 ;
  for (unsigned int i = 2 ; i < statement->nwords ; i++)
    if (shell_one_of(statement_word(statement, i), "EXIT 0")) return 1 ;
  return 0 ;
}

void mark_traps (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  struct function *function = statement->kind == STATEMENT_COMMAND ? called_function(a, statement) : 0 ;
  struct statement *body = function ? function->statement->body : statement ;
  if (!body || statement->background || !statement_walk(body, &sets_trap, 0)) return ;
  plan_todo(a->plan, service, claim, line_of(a, statement), statement_walk(body, &sets_trap_of_exit, 0)
    ? "the trap in it has no effect on the services, and what it does on EXIT is done when this file ends: take it out, and write that as finish, and what it does on TERM as down-signal"
    : "the trap in it has no effect on the services: write what it does on TERM as down-signal and finish") ;
}
