/* The program that a command starts in the end: by a shell's code, or by a program that only starts it. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

#define INSIDE_MAX 5 /* shells in each other */

struct statement *last_command (struct statement *list)
{
  while (list && list->next) list = list->next ;
  while (list && (list->kind == STATEMENT_AND || list->kind == STATEMENT_OR)) list = list->body->next ;
  return list && list->kind == STATEMENT_COMMAND && !list->background ? list : 0 ;
}

/* su app -c CODE, sh -c CODE: the code's last command; 0: it has no code, or none that is known. */
static struct statement *end_of_code (struct analysis *a, struct statement const *statement, struct launch const *launch)
{
  struct source code ;
  int is_code ;
  unsigned int of_shell = launch->code ? 0 : statement_of_shell(statement, launch->first, &is_code) ;
  char const *raw = launch->code ? launch->code : of_shell && is_code ? statement->words[of_shell].raw : 0 ;
  char const *value = raw ? shell_unquote(a->pool, raw) : 0 ;
  if (raw && !value && *raw == '"') value = shell_without_quotes(a->pool, raw) ;
  return value ? last_command(shell_parse_text(a->pool, &code, value)) : 0 ;
}

/* docker-php-entrypoint COMMAND; not timeout 60 COMMAND, which ends it. */
static struct statement *behind_runners (struct analysis *a, struct statement const *statement, unsigned int first)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *const *behind ;
  struct statement *inner ;
  command_argv(statement, first, argv) ;
  if (!argv[0] || !strcmp(shell_basename(argv[0]), "timeout")) return 0 ;
  behind = command_behind_runners(a->pool, argv) ;
  if (behind <= argv || behind >= argv + COMMAND_WORDS_MAX) return 0 ;
  inner = pool_alloc(a->pool, sizeof(*inner)) ;
  *inner = *statement ;
  inner->words += first + (unsigned int)(behind - argv) ;
  inner->nwords -= first + (unsigned int)(behind - argv) ;
  return inner ;
}

struct statement *command_inside (struct analysis *a, struct statement *statement)
{
  for (unsigned int i = 0 ; i < INSIDE_MAX && statement->kind == STATEMENT_COMMAND ; i++)
  {
    struct launch launch ;
    struct statement *inner ;
    command_unwrap(a->pool, statement, &launch) ;
    inner = end_of_code(a, statement, &launch) ;
    if (!inner && !launch.code) inner = behind_runners(a, statement, launch.first) ;
    if (!inner) break ;
    statement = inner ;
  }
  return statement ;
}
