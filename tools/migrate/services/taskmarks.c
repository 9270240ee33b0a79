/* TODOs for what the script did itself, and a task or the setup cannot do in its place: starting something, keeping its
   own pid, ending everything. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

static int is_file_word (char const *name)
{
  return strchr(name, '.') && !shell_one_of(strrchr(name, '.'), ".sh .bash .py .pl .rb") ;
}

/* su app -c "start-dfs.sh && start-yarn.sh" */
static int starts_in_code (struct analysis *a, char const *raw)
{
  struct source code ;
  struct statement *one = shell_parse_text(a->pool, &code, shell_without_quotes(a->pool, raw)) ;
  while (one && !statement_walk(one, &names_starter, a)) one = one->next ;
  return !!one ;
}

/* start-dfs.sh, _start_daemons of a sourced file: does a name say that it starts something? */
int names_starter (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct launch launch ;
  char const *name ; /* also of $HOME/bin/start-all, sh bin/startup.sh */
  unsigned int first ;
  int is_code ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  first = launch.code ? 0 : statement_of_shell(statement, launch.first, &is_code) ;
  if (launch.code || (first && is_code)) return starts_in_code(a, launch.code ? launch.code : statement->words[first].raw) ;
  if (!called_function(a, statement)) statement = command_inside(a, statement) ; /* gosu hadoop start-dfs.sh */
  command_unwrap(a->pool, statement, &launch) ;
  first = statement_of_shell(statement, launch.first, &is_code) ;
  if (!first) first = launch.first ;
  name = first < statement->nwords ? shell_basename(shell_without_quotes(a->pool, statement->words[first].raw)) : "" ;
  if (strpbrk(name, "$`)}")) return 0 ;
  if (find_function(a, name) || is_file_word(name) || shell_one_of(name, "start-stop-daemon startx")) return 0 ;
  return !strncasecmp(name, "start", 5) || strcasestr(name, "_start") || strcasestr(name, "-start") || strcasestr(name, "startup") || !strncasecmp(name, "launch", 6) ;
}

struct holding
{
  struct analysis *a ;
  char const *text ; /* of the command with what its variables hold */
} ;

/* One of the values that the script gives the variable: NAME="A B"; 0: none. */
static char const *set_somewhere (struct analysis *a, char const *raw)
{
  char const *text = source_uncommented(a->source) ;
  char const *name = raw + strspn(raw, "\"${") ;
  char const *set = pool_printf(a->pool, "%.*s=\"", (int)strspn(name, NAME_LETTERS), name) ;
  for (char const *at = text ; set[2] && (at = strstr(at, set)) ; at++)
    if (at == text || strchr(" \t\n;({&|", at[-1])) return pool_copy(a->pool, at + strlen(set), strcspn(at + strlen(set), "\"\n")) ;
  return 0 ;
}

/* CMD="server --daemonize $MORE"; $CMD: by what a variable holds, it leaves a daemon. */
static int holds_daemon (struct statement *statement, void *data)
{
  struct holding *holding = data ;
  struct analysis *a = holding->a ;
  struct texts words = { 0 } ;
  struct source code ;
  struct statement *one ;
  struct launch launch ;
  struct foreground foreground ;
  int any = 0 ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    char const *held = !statement->words[i].value && raw[*raw == '"'] == '$' ? held_by(a, raw) : 0 ;
    if (!held && !statement->words[i].value && *raw == '$') held = set_somewhere(a, raw) ;
    any |= !!held ;
    texts_add(a->pool, &words, held ? held : raw) ;
  }
  holding->text = texts_join(a->pool, &words, " ") ;
  one = any ? shell_parse_text(a->pool, &code, holding->text) : 0 ;
  if (!one || one->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, one, &launch) ;
  foreground_of(a->plan, one, launch.first, &foreground) ;
  return !foreground.ends && (foreground.in_background || foreground.is_daemon || foreground.may_leave || launch.detached) ;
}

static int calls_starter (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  return statement->kind == STATEMENT_COMMAND && !called_function(a, statement) && sourced_start(a, statement_command(statement)) ;
}

/* echo $$ >FILE: FILE, raw; 0: something else */
static char const *pid_file (struct statement const *statement)
{
  if (!shell_one_of(statement_command(statement), "echo printf") || !writes_files(statement)) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (shell_one_of(statement->words[i].raw, "$$ \"$$\" ${$} \"${$}\" $BASHPID \"$BASHPID\"")) return written_file(statement) ;
  return 0 ;
}

static int writes_own_pid (struct statement *statement, void *data)
{
  char const **file = data ;
  *file = pid_file(statement) ;
  return *file && **file ;
}

/* as_app "$COMMAND", where as_app executes its words: what it starts is not known. */
static int executes_unknown (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct statement *inside = called_function(a, statement) ? command_inside(a, statement) : statement ;
  struct launch launch ;
  int is_code ;
  unsigned int first ;
  if (inside == statement) return 0 ;
  command_unwrap(a->pool, inside, &launch) ;
  first = launch.code ? 0 : statement_of_shell(inside, launch.first, &is_code) ;
  if (!launch.code && (!first || !is_code)) first = launch.first ;
  return !called_function(a, inside) && (launch.code ? launch.code[*launch.code == '"'] == '$'
    : first + 1 == inside->nwords && inside->words[first].raw[*inside->words[first].raw == '"'] == '$') ;
}

void mark_starting (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  struct holding holding = { .a = a } ;
  if (walk_with_calls(a, statement, &holds_daemon, &holding))
    plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool, "by what a variable may hold, this starts a server: %s: make it a service, in the foreground", holding.text)) ;
  else if (statement_walk(statement, &calls_starter, a))
    plan_todo(a->plan, service, claim, line_of(a, statement), "a function of a file that is read, which starts something: put the function into the script, and migrate that") ;
  else if (statement_walk(statement, &names_starter, a))
    plan_todo(a->plan, service, claim, line_of(a, statement), "by its name it starts something: if that goes on running, make it a service, in the foreground") ;
  if (statement_walk(statement, &executes_unknown, a))
    plan_todo(a->plan, service, claim, line_of(a, statement), "only the start tells what it executes: if that is a daemon, make it a service, in the foreground") ;
}

void mark_starter (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  char const *file ;
  mark_starting(a, service, statement, claim) ;
  mark_traps(a, service, statement, claim) ;
  if (statement_walk(statement, &writes_own_pid, &file))
    plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool, "this was the pid of the script, as long as it ran; here it is that of a file which ends: who reads %s?", file)) ;
  mark_started_in_words(a, service, statement, claim) ;
  mark_started_elsewhere(a, service, statement, claim, 1) ;
}

void mark_start_word (struct analysis *a, struct service *service, struct statement *statement)
{
  if (service->is_oneshot || service->todo.first || service_has(service, "flag-forks") || !says_start(a, statement)) return ;
  plan_todo(a->plan, service, service->claim, service->line, "by its word start it may put itself into the background: if it does, look up how it stays in the foreground (often run, console or foreground); "
    "until then give it flag-forks") ;
}

struct ending_well
{
  struct analysis *a ;
  char const *text ; /* of the exit */
  struct statement const *left ; /* of the last && or || */
  struct statement const *failed ; /* what the last || does */
} ;

/* exit 0; job; exit $?. Not job || exit, nor job || exit $?, which is a failure. Also in a function that is called there. */
static int ends_well (struct statement *statement, void *data)
{
  struct ending_well *ending = data ;
  struct statement const *next = uncommented_first(statement->next) ;
  struct function *function = called_function(ending->a, statement) ;
  int is_well = !strcmp(statement_command(statement), "exit") && (statement->nwords == 1 ? statement != ending->failed : !strcmp(statement_word(statement, 1), "0")) ;
  if (is_and_or(statement)) ending->left = statement->body ;
  if (statement->kind == STATEMENT_OR) ending->failed = statement->body->next ;
  if (function && function->asked != ending->a->questions && !statement->background)
  {
    function->asked = ending->a->questions ;
    if (function->statement->body && statement_walk_here(function->statement->body, &ends_well, ending)) return 1 ;
  }
  if (is_well) next = statement ;
  else if (statement == ending->left) return 0 ;
  else if (!next || strcmp(statement_command(next), "exit") != 0 || next->nwords != 2 || !shell_one_of(next->words[1].raw, "$? \"$?\"")
   || statement->kind != STATEMENT_COMMAND || is_message(ending->a, statement)) return 0 ;
  ending->text = statement_text(ending->a, next) ;
  return 1 ;
}

void mark_ending_well (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  struct ending_well ending = { .a = a } ;
  a->questions++ ;
  if ((statement->kind == STATEMENT_COMMAND && !called_function(a, statement)) || !statement_walk_here(statement, &ends_well, &ending)) return ;
  plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool, "%s ended the container here; %s, and the services are started: %s", ending.text,
    service ? "with 0 it ends this task alone" : "with 0, in cont-init.d it ends this file alone",
    service ? "run `reeve shutdown 0` ahead of it, or start them on a condition" : "exit with another code, or start them on a condition")) ;
}
