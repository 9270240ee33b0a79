/* Pids that the script looks up: by a search for the program, or in the file that it writes its pid to. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* pgrep -f WORDS: the one service whose command has them; 0: none, or several. */
static struct service *by_words (struct analysis *a, char const *text)
{
  char const *last = strrchr(text, ' ') ;
  char const *words = last ? pool_copy(a->pool, last + 1 + strspn(last + 1, "\"'"), strcspn(last + 1 + strspn(last + 1, "\"'"), "\"')`")) : "" ;
  struct service *found = 0 ;
  for (struct service *one = a->plan->services ; *words && one ; one = one->next)
  {
    if (one->is_oneshot || !strstr(one->text, words)) continue ;
    if (found) return 0 ;
    found = one ;
  }
  return found ;
}

/* $(pgrep -f /game/server), `pidof web`: whose it is, if one service alone has a program of that name. */
static struct service *by_search (struct analysis *a, char const *search)
{
  struct service *found = 0 ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (one->is_oneshot || !*one->program || !shell_mentions(search, one->program)) continue ;
    if (found) return 0 ;
    found = one ;
  }
  return found || (!strstr(search, " -f ") && !strstr(search, " -af ")) ? found : by_words(a, search) ;
}

/* $(cat FILE): the one service whose pid is in it, or that is called as the file is; 0: none, or several. */
static struct service *by_file (struct analysis *a, char const *read)
{
  struct texts names = { 0 } ;
  char const *path = pidfile_read(a, read) ;
  if (!path) return 0 ;
  services_of_pid(a, read, &names) ;
  if (!names.first && strstr(path, ".pid"))
    for (struct service const *one = a->plan->services ; one ; one = one->next)
      if (!one->is_oneshot && *one->program && shell_mentions(path, one->program)) texts_add(a->pool, &names, one->name) ;
  return names.first && !names.first->next ? plan_find(a->plan, names.first->text) : 0 ;
}

/* ---- PID=$(...) ---- */

/* `len`: of the variable's name. Returns 0 if it is another statement, or nobody's pid. */
static struct service *look_up (struct analysis *a, struct statement const *statement, size_t *len)
{
  static char const *const searches[] = { "$(pgrep ", "$(pidof ", "`pgrep ", "`pidof " } ;
  char const *text = statement_text(a, statement) ;
  char const *value = text + strspn(text, NAME_LETTERS) ;
  if (statement->kind != STATEMENT_ASSIGNMENT || *value != '=') return 0 ;
  *len = (size_t)(value++ - text) ;
  value += *value == '"' ;
  for (size_t i = 0 ; i < sizeof(searches) / sizeof(*searches) ; i++)
    if (!strncmp(value, searches[i], strlen(searches[i]))) return by_search(a, value) ;
  return by_file(a, value) ;
}

static void note_found (struct analysis *a, struct statement const *statement, struct service const *service, size_t len)
{
  struct texts names = { 0 } ;
  texts_add(a->pool, &names, service->name) ;
  alias_pid(a, pool_copy(a->pool, statement_text(a, statement), len), &names) ;
}

static int does_more (struct statement *statement, void *data)
{
  if (statement->background || keeps_alive(statement) || writes_files(statement)) return 1 ;
  if (statement->kind != STATEMENT_COMMAND) return statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR || statement->kind == STATEMENT_OTHER ;
  return !is_message(data, statement) && !shell_one_of(statement_command(statement), "[ test pgrep pidof ps grep kill exit return sleep tail cat true false :") ;
}

/* Do all parts of these branches ask, talk, or look up the pid of one service? */
static int all_look_up (struct analysis *a, struct statement const *statement, struct service **whose)
{
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    if (branch->condition && (branch->condition->next || !is_question(branch->condition))) return 0 ;
    for (struct statement *one = branch->body ; one ; one = one->next)
    {
      size_t len ;
      struct service *found = look_up(a, one, &len) ;
      if (found && (!*whose || *whose == found)) *whose = found ;
      else if (found || (statement_walk(one, &does_more, a) && (one->kind != STATEMENT_IF || !all_look_up(a, one, whose)))) return 0 ;
    }
  }
  return 1 ;
}

static int note_each (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  size_t len ;
  struct service *found = look_up(a, statement, &len) ;
  if (found) note_found(a, statement, found, len) ;
  return 0 ;
}

int takes_found_pid (struct analysis *a, struct statement *statement)
{
  size_t len ;
  struct service *whose = look_up(a, statement, &len) ;
  if (whose) note_found(a, statement, whose, len) ;
  else if (statement->kind != STATEMENT_IF || !all_look_up(a, statement, &whose) || !whose) return 0 ;
  else statement_walk(statement, &note_each, a) ;
  claim_statement(a, statement, "dropped", pool_printf(a->pool, "the pid of %s: its supervisor knows it", whose->name)) ;
  return 1 ;
}

void alias_found (struct analysis *a, struct statement const *set)
{
  struct texts meant = { 0 } ;
  char const *text = set->kind == STATEMENT_ASSIGNMENT ? statement_text(a, set) : "" ;
  char const *name = pool_copy(a->pool, text, strspn(text, NAME_LETTERS)) ;
  char const *asked = text + strlen(name) ;
  size_t len ;
  struct service const *found = look_up(a, set, &len) ;
  if (found) texts_add(a->pool, &meant, found->name) ;
  else if (!strstr(asked, "$(pidof ") && !strstr(asked, "$(pgrep ") && !strstr(asked, "`pidof ") && !strstr(asked, "`pgrep ")) return ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (shell_mentions(asked, one->program) || shell_mentions(asked, one->name)) texts_add_once(a->pool, &meant, one->name) ;
  if (meant.first) alias_pid(a, name, &meant) ;
}

