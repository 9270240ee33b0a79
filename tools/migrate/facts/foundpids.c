/* Pids that the script looks up: by a search for the program, or in the file that it writes its pid to. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

struct searched
{
  struct process_names processes ;
  int by_words ; /* pgrep -f, ps: among all words of a command */
} ;

static int look_at_search (struct statement *statement, void *data)
{
  struct searched *searched = data ;
  char const *command = statement_command(statement) ;
  if (!strcmp(command, "ps")) searched->by_words = 1 ;
  for (unsigned int i = 1 ; !strcmp(command, "pgrep") && i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    searched->by_words |= !strcmp(raw, "--full") || (raw[0] == '-' && raw[1] != '-' && strchr(raw, 'f')) ;
  }
  return add_process_names(statement, &searched->processes) ;
}

/* "$(pgrep -f /game/server | head -1)", `pidof web`: what it looks for; none: it is something else. */
static struct searched searched (struct analysis *a, char const *raw)
{
  struct searched searched = { .processes.a = a } ;
  struct source source ;
  char const *code = code_substituted(a->pool, raw) ;
  if (code && (shell_mentions(code, "pgrep") || shell_mentions(code, "pidof") || shell_mentions(code, "ps")))
    for (struct statement *one = shell_parse_text(a->pool, &source, code) ; one ; one = one->next) statement_walk(one, &look_at_search, &searched) ;
  return searched ;
}

static int has_words (struct service const *service, struct texts const *names)
{
  for (struct text const *one = names->first ; one ; one = one->next)
    if (strstr(service->text, one->text)) return 1 ;
  return 0 ;
}

/* Whose it is, if one service alone has a program of that name, or else those words; 0: none, or several. */
static struct service *by_search (struct analysis *a, char const *raw)
{
  struct searched const search = searched(a, raw) ;
  char const *names = texts_join(a->pool, &search.processes.names, " ") ;
  for (int by_words = 0 ; *names && by_words <= search.by_words ; by_words++)
  {
    struct service *found = 0 ;
    unsigned int n = 0 ;
    for (struct service *one = a->plan->services ; one ; one = one->next)
    {
      if (one->is_oneshot || !*one->program || !(by_words ? has_words(one, &search.processes.names) : shell_mentions(names, one->program))) continue ;
      found = one ;
      n++ ;
    }
    if (n) return n == 1 ? found : 0 ;
  }
  return 0 ;
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
  char const *text = statement_text(a, statement) ;
  char const *value = text + strspn(text, NAME_LETTERS) ;
  if (statement->kind != STATEMENT_ASSIGNMENT || *value != '=') return 0 ;
  *len = (size_t)(value++ - text) ;
  return by_search(a, value) ? by_search(a, value) : by_file(a, value + (*value == '"')) ;
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

void note_found_pids (struct analysis *a, struct statement *loop)
{
  statement_walk(loop, &note_each, a) ;
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
  else if (!*asked || !searched(a, asked + 1).processes.names.first) return ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (shell_mentions(asked, one->program) || shell_mentions(asked, one->name)) texts_add_once(a->pool, &meant, one->name) ;
  if (meant.first) alias_pid(a, name, &meant) ;
}

