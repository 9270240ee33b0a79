/* The program that a command starts in the end: by a shell's code, by a program that only starts it, or by a function
   that executes its words. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

#define INSIDE_MAX 5 /* shells in each other */

struct statement *last_command (struct statement *list)
{
  while (list && list->next) list = list->next ;
  while (list && is_and_or(list))
    list = list->kind == STATEMENT_OR && shell_one_of(statement_command(list->body->next), "exit return true :") ? list->body : list->body->next ;
  return list && list->kind == STATEMENT_COMMAND && !list->background ? list : 0 ;
}

/* su app -c CODE, sh -c CODE: the code's last command; 0: it has no code, or none that is known. */
static struct statement *end_of_code (struct analysis *a, struct statement const *statement, struct launch const *launch)
{
  struct source code ;
  int is_code ;
  unsigned int of_shell = launch->code ? 0 : statement_of_shell(statement, launch->first, &is_code) ;
  int is_eval = !strcmp(statement_command(statement), "eval") && statement->nwords == 2 ;
  char const *raw = launch->code ? launch->code : is_eval ? statement->words[1].raw : of_shell && is_code ? statement->words[of_shell].raw : 0 ;
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

/* ---- as_app() { gosu app "$@"; } ---- */

#define ALL "\"$@\" \"${@}\" $@ ${@} \"$*\" \"${*}\" $* ${*}"

/* $1, "${2}": its number; 0: another word. */
static unsigned int number_of (char const *raw)
{
  char const *end ;
  unsigned int n ;
  raw += *raw == '"' ;
  if (*raw++ != '$') return 0 ;
  raw += *raw == '{' ;
  n = shell_number(raw, 9, &end) ;
  return end > raw && strspn(end, "}\"") == strlen(end) ? n : 0 ;
}

struct helper
{
  struct statement *command ; /* the first that executes the words of a call; 0: none does */
  unsigned int shifted ;
  int starts ; /* something in the background */
} ;

static int look_for_command (struct statement *statement, void *data)
{
  struct helper *helper = data ;
  helper->starts |= statement->background ;
  if (statement->kind != STATEMENT_COMMAND || helper->command) return 0 ;
  helper->shifted += !strcmp(statement_command(statement), "shift") ;
  if (shell_one_of(statement_command(statement), "echo printf test [ command type which hash local export set shift return exit")) return 0 ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
    if (shell_one_of(statement->words[i].raw, ALL) || number_of(statement->words[i].raw)) helper->command = statement ;
  return 0 ;
}

/* The words of the call from `from` on as one: su app -c "$*" */
static struct word joined (struct analysis *a, struct statement const *call, unsigned int from)
{
  struct texts texts = { 0 } ;
  for (unsigned int i = from ; i < call->nwords ; i++)
    texts_add(a->pool, &texts, call->words[i].value ? call->words[i].value : shell_without_quotes(a->pool, call->words[i].raw)) ;
  return (struct word){ .raw = pool_printf(a->pool, "\"%s\"", texts_join(a->pool, &texts, " ")) } ;
}

/* The command that a function executes with the words of a call; 0: it is no such call. */
static struct statement *with_words (struct analysis *a, struct statement const *call)
{
  struct function *function = called_function(a, call) ;
  struct helper helper = { 0 } ;
  struct statement *inner ;
  unsigned int from ;
  if (!function || !function->statement->body || call->background) return 0 ;
  statement_walk(function->statement->body, &look_for_command, &helper) ;
  from = 1 + helper.shifted ;
  if (!helper.command || helper.starts || from >= call->nwords) return 0 ;
  inner = pool_alloc(a->pool, sizeof(*inner)) ;
  *inner = *helper.command ;
  inner->words = pool_alloc(a->pool, (size_t)helper.command->nwords * call->nwords * sizeof(*inner->words)) ;
  inner->nwords = 0 ;
  for (unsigned int i = 0 ; i < helper.command->nwords ; i++)
  {
    struct word const *word = helper.command->words + i ;
    unsigned int n = number_of(word->raw) + helper.shifted ;
    if (!shell_one_of(word->raw, ALL)) inner->words[inner->nwords++] = n == helper.shifted ? *word : n < call->nwords ? call->words[n] : (struct word){ .raw = "", .value = "" } ;
    else if (strchr(word->raw, '*')) inner->words[inner->nwords++] = joined(a, call, from) ;
    else
      for (unsigned int j = from ; j < call->nwords ; j++) inner->words[inner->nwords++] = call->words[j] ;
  }
  return inner ;
}

struct statement *command_inside (struct analysis *a, struct statement *statement)
{
  for (unsigned int i = 0 ; i < INSIDE_MAX && statement->kind == STATEMENT_COMMAND ; i++)
  {
    struct launch launch ;
    struct statement *inner = with_words(a, statement) ;
    command_unwrap(a->pool, statement, &launch) ;
    if (!inner) inner = end_of_code(a, statement, &launch) ;
    if (!inner && !launch.code) inner = behind_runners(a, statement, launch.first) ;
    if (!inner) break ;
    statement = inner ;
  }
  return statement ;
}
