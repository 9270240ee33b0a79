/* Programs that a person talks to: they have the container's terminal. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

static int talks (struct pool *pool, struct statement const *statement, char const *text, unsigned int depth) ;

/* sh -c bash, which a CMD bash is */
static int code_talks (struct pool *pool, char const *raw, unsigned int depth)
{
  struct source code ;
  char const *value = shell_unquote(pool, raw) ;
  struct statement *one = value && depth < 5 ? shell_parse_text(pool, &code, value) : 0 ;
  return one && !one->next && one->kind == STATEMENT_COMMAND && talks(pool, one, value, depth + 1) ;
}

/* `text` is the statement's. */
static int talks (struct pool *pool, struct statement const *statement, char const *text, unsigned int depth)
{
  struct launch launch ;
  char const *name ;
  char const *second ;
  command_unwrap(pool, statement, &launch) ;
  if (launch.code) return code_talks(pool, launch.code, depth) ;
  name = shell_basename(statement_word(statement, launch.first)) ;
  second = statement_word(statement, launch.first + 1) ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (!statement->redirects[i].is_output) return 0 ;
  if (shell_one_of(name, "psql mysql mariadb mongosh redis-cli sqlite3 htop top tmux screen irb login mc")) return !strstr(text, " -e ") && !strstr(text, " -c ") ;
  if (shell_one_of(name, "rails console") && shell_one_of(second, "console c")) return 1 ;
  if (shell_one_of(name, "python python2 python3 node ruby ipython jshell iex")) return launch.first + 1 == statement->nwords ;
  if (!shell_one_of(name, "sh bash ash dash zsh fish")) return 0 ;
  if (!strcmp(second, "-c") && launch.first + 3 == statement->nwords) return code_talks(pool, statement->words[launch.first + 2].raw, depth) ;
  for (unsigned int i = launch.first + 1 ; i < statement->nwords ; i++)
    if (!shell_one_of(statement->words[i].raw, "-i -l -li -il --login")) return 0 ;
  return 1 ;
}

/* The words of "$@", "$1", "${@:-bash}", ${SHELL:-sh}: what CMD, or nothing, makes of them; else as they are. */
static char const *with_values (struct analysis *a, struct statement const *statement)
{
  struct texts words = { 0 } ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    char const *value = strchr(raw, '$') ? value_by_cmd(a, raw) : 0 ;
    struct variable variable ;
    if (!value && strchr(raw, '$') && variable_parse(a->pool, raw, &variable)) value = variable.fallback ;
    if (!value) texts_add(a->pool, &words, raw) ;
    else if (shell_one_of(raw, "\"$@\" $@ \"${@}\" ${@}"))
      for (char const *const *one = a->arguments ; *one ; one++) texts_add(a->pool, &words, shell_quote(a->pool, *one)) ;
    else if (strchr(raw, '@') || strchr(raw, '*')) texts_add(a->pool, &words, value) ; /* several */
    else texts_add(a->pool, &words, shell_quote(a->pool, value)) ;
  }
  return texts_join(a->pool, &words, " ") ;
}

/* bash or psql as the last line, also by way of CMD, for `docker run -it`: does it read the container's stdin? */
static int talks_to_person (struct analysis *a, struct statement const *statement)
{
  struct source code ;
  char const *text ;
  struct statement *one ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  text = with_values(a, statement) ;
  if (talks(a->pool, statement, statement_text(a, statement), 0)) return 1 ;
  one = shell_parse_text(a->pool, &code, text) ;
  return one && !one->next && !statement->nredirects && one->kind == STATEMENT_COMMAND && talks(a->pool, one, text, 0) ;
}

int is_shell_for_person (struct statement const *statement)
{
  if (!shell_one_of(shell_basename(statement_word(statement, 0)), "sh bash ash dash zsh fish") || statement->nredirects) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (!shell_one_of(statement->words[i].raw, "-i -l -li -il --login")) return 0 ;
  return 1 ;
}

static int has_console (struct analysis *a)
{
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (service_has(one, "flag-console")) return 1 ;
  return 0 ;
}

static void set_console (struct analysis *a, struct service *service)
{
  service->without_signals = 0 ;
  service_set(a->plan, service, "flag-console", "") ;
  service->claim->what = pool_printf(a->pool, "%s; it has the container's terminal (flag-console), for docker run -it", service->claim->what) ;
}

int start_console (struct analysis *a, struct statement *statement)
{
  if (!talks_to_person(a, statement) || has_console(a)) return 0 ;
  set_console(a, start_service(a, statement, START_MAIN)) ;
  return 1 ;
}

void give_console (struct analysis *a, struct service *service, struct statement const *body)
{
  struct statement const *last = body->kind == STATEMENT_GROUP || body->kind == STATEMENT_SUBSHELL ? body->body : body ;
  while (last && last->next) last = last->next ;
  if (last && talks_to_person(a, last) && !has_console(a)) set_console(a, service) ;
}
