/* What a service is called that the script starts: also by the words of CMD, and those of `set --`. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

/* "$@", and perhaps more: the program is not named in the script. */
static int runs_arguments (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  return launch.first < statement->nwords && (takes_arguments(statement->words[launch.first].raw) || strstr(statement->words[launch.first].raw, "${@:-")) ;
}

/* exec "$1", exec "${@:-bash}": a name by what CMD makes of it; 0: not known. */
static char const *name_by_cmd (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  char const *value ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  if (command_is_entrypoint(shell_basename(statement_word(statement, launch.first))) && launch.first + 1 < statement->nwords
   && takes_arguments(statement->words[launch.first + 1].raw) && a->arguments && a->arguments[0] && a->arguments[0][0] != '-')
    return command_service_name(a->pool, a->arguments) ;
  if (launch.first >= statement->nwords || !strchr(statement->words[launch.first].raw, '$')) return 0 ;
  value = value_by_cmd(a, statement->words[launch.first].raw) ;
  if (!value || !*value) return 0 ;
  return command_service_name(a->pool, (char const *const []){ pool_copy(a->pool, value, strcspn(value, " ")), 0 }) ;
}

/* Of CMD's words: sh -c "gunicorn app" is gunicorn. */
static char const *name_of_cmd (struct analysis *a)
{
  char const *const *words = command_behind_runners(a->pool, a->arguments) ;
  int is_code = words[0] && words[1] && words[2] && shell_one_of(shell_basename(words[0]), "sh bash ash dash") && shell_one_of(words[1], "-c -lc -ec") ;
  char const *name = is_code ? name_of_code(a, words[2]) : "service" ;
  return shell_one_of(name, "service sh bash ash dash") ? command_service_name(a->pool, a->arguments) : name ;
}

/* set -- /app/server "$@": server; 0: no such line is known. */
static char const *name_of_set_words (struct analysis *a)
{
  for (unsigned int i = a->plan->npieces ; i ; i--)
  {
    struct piece const *piece = a->plan->pieces + i - 1 ;
    struct source code ;
    struct statement const *set = !piece->is_function && !strncmp(piece->text, "set -- ", 7) ? shell_parse_text(a->pool, &code, piece->text) : 0 ;
    char const *argv[COMMAND_WORDS_MAX] ;
    if (!set || set->kind != STATEMENT_COMMAND || set->nwords < 3 || takes_arguments(set->words[2].raw)) continue ;
    if (!set->words[2].value || *set->words[2].value == '-') return 0 ;
    command_argv(set, 2, argv) ;
    return command_service_name(a->pool, argv) ;
  }
  return 0 ;
}

/* Of exec "$@", where the script has put other words around those of CMD. */
static char const *name_of_image_command (struct analysis *a)
{
  char const *const *words = a->arguments ;
  if (words && words[0] && *words[0] != '-' && !a->loses_arguments) return name_of_cmd(a) ;
  return name_of_set_words(a) ? name_of_set_words(a) : "cmd" ;
}

char const *program_of_cmd (struct analysis *a)
{
  char const *const *words = command_behind_runners(a->pool, a->arguments) ;
  struct source code ;
  struct statement const *one ;
  if (!words || !words[0]) return "" ;
  if (!shell_one_of(shell_basename(words[0]), "sh bash ash dash") || !words[1] || !words[2] || strcmp(words[1], "-c") != 0) return shell_basename(words[0]) ;
  one = shell_parse_text(a->pool, &code, words[2]) ;
  if (!one || one->next || one->kind != STATEMENT_COMMAND) return "" ;
  return shell_basename(statement_word(one, !strcmp(statement_command(one), "exec"))) ;
}

char const *name_of_start (struct analysis *a, struct statement *statement, int by_cmd)
{
  char const *name = by_cmd ? name_of_cmd(a) : name_by_cmd(a, statement) ;
  if (!name) name = runs_arguments(a, statement) && !a->positional ? name_of_image_command(a) : name_of(a, statement) ;
  return distinct_name(a, name, statement) ;
}
