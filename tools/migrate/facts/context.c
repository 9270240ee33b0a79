#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* Does it apply to all later statements, whether they mention it or not? */
static int applies_always (struct statement *statement, void *data)
{
  char const *command = statement_command(statement) ;
  (void)data ;
  if (shell_one_of(command, "declare typeset")) return statement_word(statement, 1)[0] == '-' && strchr(statement_word(statement, 1), 'x') ;
  if (redirects_everything(statement)) return 1 ;
  if (!strcmp(command, "set")) return !shell_one_of(statement_word(statement, 1), "--") && statement->nwords > 1 ;
  return sets_up_shell(statement) || shell_one_of(command, "export unset cd pushd popd umask ulimit shopt source . eval") ;
}

/* : "${PORT:=80}", read -r PORT: a variable that the image exports has its new value in every later program. */
static int changes_exported (struct analysis *a, char const *names)
{
  for (char const *p = names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    if (is_exported(a, pool_copy(a->pool, p, strcspn(p, " ")))) return 1 ;
  return 0 ;
}

/* export A B=1; set -a */
static int note_exports (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  char const *command = statement_command(statement) ;
  char const *option = statement_word(statement, 1) ;
  if (!strcmp(command, "set"))
  {
    if (!strcmp(option, "-a") || (!strcmp(option, "-o") && !strcmp(statement_word(statement, 2), "allexport"))) a->exports_all = 1 ;
    else if (!strcmp(option, "+a") || (!strcmp(option, "+o") && !strcmp(statement_word(statement, 2), "allexport"))) a->exports_all = 0 ;
  }
  for (char const *p = evaluated_names(statement) ; *(p += strspn(p, " ")) ; p += strcspn(p, " ")) texts_add_once(a->pool, &a->plan->environment, pool_copy(a->pool, p, strcspn(p, " "))) ;
  if (strcmp(command, "export") != 0 && (!shell_one_of(command, "declare typeset") || *option != '-' || !strchr(option, 'x'))) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (*statement->words[i].raw != '-')
      texts_add_once(a->pool, &a->plan->environment, pool_copy(a->pool, statement->words[i].raw, strcspn(statement->words[i].raw, "=+"))) ;
  return 0 ;
}

static char const *describe (struct analysis *a, struct statement *statement, char const *names)
{
  char const *command = statement_command(statement) ;
  if (statement->kind == STATEMENT_FUNCTION) return pool_printf(a->pool, "function %s", statement->name) ;
  if (shell_one_of(command, "cd pushd popd")) return "working directory" ;
  if (shell_one_of(command, "umask ulimit")) return command ;
  if (sets_positional(statement, 0)) return "the script's arguments" ;
  if (shell_one_of(command, "set shopt")) return "options of the shell" ;
  if (!strcmp(command, "exec")) return "redirections of everything behind it" ;
  if (strlen(names) > 1) return pool_printf(a->pool, "environment:%.*s", (int)strlen(names) - 1, names) ;
  return "environment" ;
}

/* `local` has no place in run. Nor may a run empty a file that others write to. */
static char const *for_each_service (struct analysis *a, struct statement *statement)
{
  struct texts ignored = { 0 } ;
  if (statement->kind != STATEMENT_DECLARATION || strcmp(statement_command(statement), "local") != 0) return appending_text(a, statement, &ignored, &ignored) ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (statement->words[i].raw[0] != '-' && strchr(statement->words[i].raw, '='))
      return source_copy(source_of(a, statement), (struct range){ statement->words[i].range.start, statement->range.end }) ;
  return ":" ;
}

/* Files that are sourced, and not known here, may do more than set variables. */
static int sources_many (struct statement *statement, void *data)
{
  return !sourced_text(data, statement) && shell_one_of(statement_command(statement), "source .") && statement->nwords > 1 && strchr(statement->words[1].raw, '$') ;
}

/* export "$name=$value", export $name */
int exports_computed (struct statement *statement, void *data)
{
  (void)data ;
  if (!shell_one_of(statement_command(statement), "export declare typeset")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (raw[*raw == '"'] == '$') return 1 ;
  }
  return 0 ;
}

static int evaluates (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "eval") && statement->nwords > 1 && strchr(statement->words[1].raw, '$')
   && !strstr(statement->words[1].raw, "$(") ;
}

/* eval "$HOOK": whatever the variable holds is done here, and only here. */
int executes_variable (struct statement *statement, void *data)
{
  char const *raw = statement->nwords > 1 ? statement->words[1].raw : "" ;
  (void)data ;
  raw += *raw == '"' ;
  return !strcmp(statement_command(statement), "eval") && *raw == '$' && raw[1] != '(' ;
}

/* The same, if the variable comes from outside: a hook, and no list of variables that the script has put together. */
static int executes_hook (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  char const *name = statement->nwords > 1 ? statement->words[1].raw : "" ;
  if (!executes_variable(statement, 0)) return 0 ;
  name += strspn(name, "\"${") ;
  name = pool_printf(a->pool, " %.*s ", (int)strspn(name, NAME_LETTERS), name) ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (!a->plan->pieces[i].is_function && strstr(a->plan->pieces[i].names, name)) return 0 ;
  return 1 ;
}

/* Does the rest of the script mention one of them? */
static int is_used_later (struct analysis *a, struct statement const *statement, char const *names)
{
  for (char const *p = names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    if (shell_mentions(a->source->text + statement->range.end, pool_copy(a->pool, p, strcspn(p, " ")))) return 1 ;
  return 0 ;
}

/* Is one of them more than kept, asked for and shown? */
static int are_needed_later (struct analysis *a, struct statement const *statement, char const *names)
{
  if (!a->here) return is_used_later(a, statement, names) ;
  for (char const *p = names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    if (is_needed_later(a, a->here, pool_copy(a->pool, p, strcspn(p, " ")))) return 1 ;
  return 0 ;
}

static int applies_in_call (struct statement *statement, void *data)
{
  if (shell_one_of(statement_command(statement), "local set shopt")) return 0 ;
  note_exports(statement, data) ;
  return applies_always(statement, data) ;
}

/* The body of the function that a command calls; 0: it calls none. */
static struct statement *called (struct analysis *a, struct statement const *statement)
{
  struct function *function = statement->kind == STATEMENT_COMMAND ? called_function(a, statement) : 0 ;
  return function ? function->statement->body : 0 ;
}

/* export "$1=...", eval "export $1" */
static int exports_any (struct statement *statement, void *data)
{
  int is_eval = !strcmp(statement_command(statement), "eval") && statement->nwords > 1 ;
  return exports_computed(statement, data) || (is_eval && shell_mentions(statement->words[1].raw, "export") && strchr(statement->words[1].raw, '$')) ;
}

int exports_in_calls (struct analysis *a, struct statement *statement)
{
  if (statement->kind == STATEMENT_COMMAND || statement->kind == STATEMENT_FUNCTION || has_own_shell(a, statement)) return 0 ;
  return !statement_walk(statement, &exports_any, 0) && walk_with_calls(a, statement, &exports_any, 0) ;
}

static int applies_in (struct analysis *a, struct statement *statement)
{
  struct statement *body = called(a, statement) ;
  int r = statement_walk(statement, &applies_always, a) || exports_in_calls(a, statement) ;
  if (r || !body || a->depth > CALL_DEPTH_MAX) return r ;
  a->depth++ ;
  r = statement_walk(body, &applies_in_call, a) ;
  a->depth-- ;
  return r ;
}

/* exec > >(tee FILE), by itself or in a function: reports what each service does. */
static void tell_redirections (struct analysis *a, struct claim *claim, struct texts const *files, struct texts const *loggers, int before_all)
{
  if (files->first)
    claim->what = pool_printf(a->pool, "%s; each service appends to %s%s", claim->what, texts_join(a->pool, files, ", "), before_all ? ", which the setup empties as the script did" : "") ;
  if (files->first && !before_all)
    texts_add(a->pool, &claim->todo, pool_printf(a->pool, "it emptied %s first, which nothing does now: do that in cont-init.d", texts_join(a->pool, files, ", "))) ;
  if (!loggers->first) return ;
  claim->what = pool_printf(a->pool, "%s; each service starts for itself what receives its output: %s", claim->what, texts_join(a->pool, loggers, ", ")) ;
  for (struct text const *one = loggers->first ; one ; one = one->next)
    if (shell_mentions(one->text, "multilog") || shell_mentions(one->text, "svlogd") || strstr(one->text, "s6-log"))
      texts_add(a->pool, &claim->todo, "only one of them can have the folder: give each service a folder of its own, or a log/run") ;
}

/* read line </run/ready, which the script has made by mkfifo */
static int reads_fifo (struct analysis const *a, struct statement const *statement)
{
  if (!shell_one_of(statement_command(statement), "read mapfile readarray")) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (!statement->redirects[i].is_output && *statement->redirects[i].target && is_made_fifo(a, statement->redirects[i].target)) return 1 ;
  return 0 ;
}

/* A loop that tries again and again, behind a start, or an answer from a FIFO: the variables in it only say how that went. */
static int waits_for_something (struct analysis *a, struct statement *statement, char const *names)
{
  return (reads_fifo(a, statement) && !is_used_later(a, statement, names)) || ((statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR) && statement_has(statement, "sleep")) ;
}

/* out=$(client list); code=$? : work, whose success is looked at. */
static int is_asked_for_status (struct analysis *a, struct statement const *statement)
{
  char const *text = statement_text(a, (struct statement *)statement) ;
  return statement->kind == STATEMENT_ASSIGNMENT && (strstr(text, "=$(") || strstr(text, "=\"$(") || strstr(text, "=`"))
   && statement->next && statement->next->kind == STATEMENT_ASSIGNMENT && status_kept(a, statement->next) ;
}

/* if [ ! -f "$FILE" ]; then FILE=other; [ -f "$FILE" ] || exit 1; fi: in the run of a service it would end only that. */
static int may_end_all (struct statement *statement)
{
  return statement->kind != STATEMENT_FUNCTION && !statement_walk(statement, &moves_shell, 0) && statement_walk(statement, &statement_exits, 0) ;
}

/* read X, but not read X <FILE, read -u 3 X */
static int asks_terminal (struct statement const *statement)
{
  if (strcmp(statement_command(statement), "read") != 0 || statement->nredirects) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords && *statement->words[i].raw == '-' ; i++)
    if (strchr(statement->words[i].raw, 'u')) return 0 ;
  return 1 ;
}

struct context
{
  struct statement *statement ;
  struct statement *body ; /* of the function that it calls; 0: it calls none */
  char const *names ; /* that it defines */
  int always ; /* for all that comes later */
  int positional ;
  int repeatable ; /* each service may do it for itself */
  int asks ; /* once, ahead of the script's arguments */
  int only_asks ;
  int before_all ; /* before the first start: the setup may do it */
  int executes ; /* what a variable holds */
  struct texts files ; /* that it empties */
  struct texts loggers ;
} ;

static int is_function (struct context const *c)
{
  return c->statement->kind == STATEMENT_FUNCTION ;
}

/* A=1, export A=1 */
static int only_assigns (struct context const *c)
{
  return c->statement->kind == STATEMENT_ASSIGNMENT || c->statement->kind == STATEMENT_DECLARATION ;
}

/* : "${A:=1}" */
static int only_sets (struct context const *c)
{
  return only_assigns(c) || (!strcmp(statement_command(c->statement), ":") && !c->statement->nredirects) ;
}

static void look_at_context (struct analysis *a, struct statement *statement, struct context *c)
{
  *c = (struct context){ .statement = statement, .body = called(a, statement), .only_asks = 1 } ;
  c->names = c->body ? names_called(a, c->body) : names_defined(a, statement) ;
  c->always = applies_in(a, statement) || changes_exported(a, c->names) ;
  c->positional = statement_walk(statement, &sets_positional, 0) ;
  c->repeatable = is_function(c) || (is_repeatable(a, statement) && !(only_assigns(c) && strstr(statement_text(a, statement), "$?"))) ;
  c->asks = c->positional && !c->repeatable && !c->body && asks_ahead_of_arguments(a, statement, &c->only_asks) ;
  c->repeatable |= c->asks ;
  c->before_all = !a->last && !a->plan->services && !a->conditions.first
   && !placed_mentioned(a->positional, statement_text(a, statement)) && !(c->positional && a->in_function) ;
  c->executes = !is_function(c) && statement_walk(c->body ? c->body : statement, &evaluates, 0) ;
}

/* Is it work, which belongs where it is? */
static int is_only_work (struct analysis *a, struct context *c)
{
  struct statement *statement = c->statement ;
  if (!c->before_all && (waits_for_something(a, statement, c->names) || is_asked_for_status(a, statement))) return 1 ;
  if (!c->before_all && *evaluated_names(statement)) return 1 ; /* none of several may start that again */
  if (!c->before_all && !c->asks && block_works(a, statement)) return 1 ; /* what it exports: services/exports.c */
  if (c->executes && statement_walk(c->body ? c->body : statement, c->before_all ? &executes_hook : &executes_variable, a)) return 1 ;
  if (is_function(c)) c->always = c->positional = 0 ;
  else appending_text(a, c->body ? c->body : statement, &c->files, &c->loggers) ;
  if (strlen(c->names) == 1 && (!c->repeatable || (!c->always && !c->positional))) return 1 ; /* nothing is defined */
  /* Work between two starts that only sets variables for itself. */
  if (!c->repeatable && !c->before_all && !c->always && !only_sets(c) && !are_needed_later(a, statement, c->names)) return 1 ;
  /* No statement uses it: it can only be meant for the environment, if it is exported. */
  if (statement->kind == STATEMENT_ASSIGNMENT && c->before_all && c->repeatable && !is_used_later(a, statement, c->names)) c->always = 1 ;
  /* A function that only works for itself. */
  return c->body && ((!c->always && !is_used_later(a, statement, c->names)) || (!c->before_all && !c->repeatable)) ;
}

/* The setup does it, too. */
static void add_to_setup (struct analysis *a, struct context const *c, struct piece *piece)
{
  struct statement *statement = c->statement ;
  int does_something = piece->shared || c->files.first || c->executes || may_end_all(statement) || statement_walk(statement, &sources_many, a) ;
  if (statement->kind == STATEMENT_DECLARATION && !strcmp(statement_command(statement), "local"))
  {
    plan_setup(a->plan, (struct range){ 0, 0 }, piece->text, 0) ; /* outside of its function it would fail */
    return ;
  }
  if (does_something) remarks_to_setup(a) ;
  else remarks_to_piece(a, piece, statement) ;
  if (a->must_succeed && (piece->shared || !strcmp(statement_command(statement), "cd")))
    add_setup_text(a, pool_printf(a->pool, "%s || exit", statement_text(a, statement)), does_something) ;
  else add_setup(a, statement->range, does_something) ;
}

static void tell_context (struct analysis *a, struct context const *c, struct piece *piece)
{
  struct statement *statement = c->statement ;
  struct texts *todo = &piece->claim->todo ;
  if (!c->before_all && !c->repeatable)
    piece->todo_of_several = pool_printf(a->pool, "each service that needs%sdoes this for itself", c->names) ;
  if (c->asks && !c->only_asks) piece->todo_of_several = "the script asked this once, and each of these files asks it anew: does that do harm?" ;
  if (c->executes)
    texts_add(a->pool, todo, c->before_all ? "the setup and each service do this, whatever the variable holds" : "each service does this for itself, whatever the variable holds") ;
  if (asks_terminal(statement))
    texts_add(a->pool, todo, "it read an answer from the container's input, which no service has: let a variable say that") ;
  if (!piece->shared && statement_walk(statement, &sources_many, a))
    piece->todo_of_readers = "each service reads these files again, for their variables: what else they do is done as often" ;
  if (!is_function(c) && !piece->shared && sourced_work(a, statement)) piece->todo_of_several = sourced_work(a, statement) ;
  if (!is_function(c)) mark_traps(a, c->before_all ? 0 : plan_last(a->plan), statement, piece->claim) ;
  tell_redirections(a, piece->claim, &c->files, &c->loggers, c->before_all) ;
}

/* What only the setup computes, and hands on */
static void tell_shared (struct analysis *a, struct context const *c, struct piece *piece)
{
  struct statement *statement = c->statement ;
  struct claim *claim = piece->claim ;
  if (!*evaluated_names(statement) && (exports_in_calls(a, statement) || statement_walk(c->body ? c->body : statement, &exports_computed, 0)))
    plan_todo(a->plan, 0, claim, line_of(a, statement), "it exports variables whose names are computed, which reach no service: write them by name") ;
  if (*evaluated_names(statement))
    plan_todo(a->plan, 0, claim, line_of(a, statement), pool_printf(a->pool, "it leaves %s in the background, which nobody supervises: make that a service, in the foreground", statement->programs.first->text)) ;
  mark_move(a, 0, statement, claim) ;
  mark_arguments(a, 0, statement, claim) ;
  if (c->body && statement_walk(c->body, &moves_shell, 0))
    plan_todo(a->plan, 0, claim, line_of(a, statement), "the function also changes directory, umask or limits, which reaches no service: do that in run") ;
  piece->tells_handing = only_assigns(c) ;
  piece->is_only_setup = !piece->tells_handing ;
  if (piece->is_only_setup) claim->what = "setup, as it was" ;
  keep_redirections(a, 0, statement, claim) ;
}

int add_context (struct analysis *a, struct statement *statement)
{
  struct context c ;
  struct piece *piece ;
  struct claim *claim ;
  look_at_context(a, statement, &c) ;
  if (is_only_work(a, &c)) return 0 ;
  note_errexit(a, statement_sets_errexit(statement)) ;
  if (!is_function(&c)) statement_walk(statement, &note_exports, a) ;
  if (!is_function(&c) && !only_assigns(&c)) forget_values(a, c.names) ;
  if (c.positional) note_arguments_set(a, statement) ;
  claim = claim_statement(a, statement, "", "") ;
  claim->what = describe(a, statement, c.names) ;
  if (!is_function(&c)) mark_started_in_words(a, 0, statement, claim) ;
  piece = plan_piece(a->plan, for_each_service(a, statement), c.names) ;
  if (a->must_succeed && (statement->kind == STATEMENT_AND || (!a->errexit && (sets_up_shell(statement) || !strcmp(statement_command(statement), "cd"))))) piece->text = pool_printf(a->pool, "%s || exit", piece->text) ; /* cd DIRECTORY && server */
  place_piece(a, piece) ;
  piece->is_function = is_function(&c) ;
  piece->always = c.always ;
  piece->positional = c.positional ;
  piece->claim = claim ;
  piece->shared = !c.repeatable && c.before_all ;
  piece->in_setup = c.before_all ;
  piece->may_exit = !c.before_all && may_end_all(statement) ;
  if (c.before_all) add_to_setup(a, &c, piece) ;
  else remarks_to_piece(a, piece, statement) ;
  tell_context(a, &c, piece) ;
  if (piece->shared) tell_shared(a, &c, piece) ;
  return 1 ;
}
