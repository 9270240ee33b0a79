/* What the code of a shell leaves in the background. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

struct leaving
{
  struct analysis *a ;
  struct texts names ;
} ;

static int end_background (struct statement *statement, void *data)
{
  (void)data ;
  statement->background = 0 ;
  return 0 ;
}

/* Of a group or a loop: its words, shortened. */
static char const *short_text (struct analysis *a, struct statement const *statement)
{
  char const *text = statement_text(a, statement) ;
  size_t len = strcspn(text, "\n") ;
  return text[len] || len > 60 ? pool_printf(a->pool, "%.*s...", len > 60 ? 60 : (int)len, text) : text ;
}

/* { a; b; } &, while :; do a; done & */
static int is_whole (struct statement const *statement)
{
  return statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL || statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR
   || is_and_or(statement) || statement->kind == STATEMENT_PIPELINE ;
}

static int add_left (struct statement *statement, void *data)
{
  struct leaving *leaving = data ;
  struct launch launch ;
  struct foreground foreground = { 0 } ;
  char const *argv[COMMAND_WORDS_MAX] ;
  /* while true; do (job &); sleep 60; done: work of each round, which ends */
  for (struct statement *one = statement->kind == STATEMENT_LOOP ? statement->branches->body : 0 ; one ; one = one->next) statement_walk(one, &end_background, 0) ;
  if (statement->background && is_whole(statement)) texts_add_once(leaving->a->pool, &leaving->names, short_text(leaving->a, statement)) ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  command_unwrap(leaving->a->pool, statement, &launch) ;
  foreground_of(leaving->a->plan, statement, launch.first, &foreground) ;
  command_argv(statement, launch.first, argv) ;
  if (!argv[0] || (statement->background ? is_short(command_behind_env(statement, launch.first)) : !foreground.in_background || foreground.ends)) return 0 ;
  texts_add_once(leaving->a->pool, &leaving->names, foreground.init_script ? foreground.init_script : shell_basename(argv[0])) ;
  return 0 ;
}

char const *left_in (struct analysis *a, struct source *code, struct statement *list)
{
  struct leaving leaving = { .a = a } ;
  struct source *outer = a->source ;
  a->source = code ;
  for (; list ; list = list->next) statement_walk(list, &add_left, &leaving) ;
  a->source = outer ;
  return texts_join(a->pool, &leaving.names, ", ") ;
}

char const *left_behind (struct analysis *a, struct statement *statement, int last_stays)
{
  struct source code ;
  struct launch launch ;
  struct statement *list ;
  struct statement *last ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *const *behind ;
  char const *raw ;
  char const *value ;
  if (statement->kind != STATEMENT_COMMAND) return "" ;
  command_unwrap(a->pool, statement, &launch) ;
  value = launch.code ? shell_unquote(a->pool, launch.code) : 0 ;
  raw = launch.code ;
  command_argv(statement, launch.first, argv) ;
  behind = command_behind_runners(a->pool, argv) ; /* xvfb-run sh -c CODE */
  if (!raw && behind[0] && shell_one_of(shell_basename(behind[0]), "sh bash dash ash"))
  {
    while (behind[1] && behind[1][0] == '-' && !strchr(behind[1], 'c')) behind++ ; /* bash -e -c CODE */
    if (behind[1] && behind[1][0] == '-' && behind[2]) raw = behind[2] ;
  }
  if (!raw) return "" ;
  for (unsigned int i = launch.first ; !launch.code && i < statement->nwords ; i++)
    if (statement->words[i].value == raw) value = raw ;
  list = shell_parse_text(a->pool, &code, value ? value : pool_copy(a->pool, raw + (launch.code != 0), strlen(raw) > 2 ? strlen(raw) - 1 - (launch.code != 0) : 0)) ;
  if (code_stops_all(a, &code, list)) return "" ;
  last = last_stays ? last_command(list) : 0 ;
  if (last) last->kind = STATEMENT_COMMENT ;
  return left_in(a, &code, list) ;
}
