/* What a trap did: its signals become settings, its work becomes finish. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"
#include "migrate/traps/trapping.h"
#include "migrate/traps/traps.h"

#define CALLS_MAX 200 /* more: each call may double the work */

static char const *command_text (struct pool *pool, struct statement const *statement)
{
  char const *text = statement->nwords ? statement->words[0].raw : "" ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++) text = pool_printf(pool, "%s %s", text, statement->words[i].raw) ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++) text = pool_printf(pool, "%s >%s", text, statement->redirects[i].target) ;
  return text ;
}

/* echo stop >&3, printf 'quit\n' >/run/console: a command for a program that reads its stdin */
static int writes_stop (struct statement const *statement)
{
  static char const *const words[] = { "stop", "quit", "shutdown", "exit", "end", "halt" } ;
  if (!shell_one_of(statement_command(statement), "echo printf") || !statement->nredirects || shell_one_of(statement->redirects[0].target, "1 2 /dev/stderr /dev/stdout /dev/null")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    for (size_t j = 0 ; j < sizeof(words) / sizeof(*words) ; j++)
      if (shell_mentions(statement->words[i].raw, words[j])) return 1 ;
  return 0 ;
}

/* If the trap waits for a service without a signal, the work before it may have ended the
   service. Such work must not move to finish. */
static void look_at_wait (struct trapping *t, struct statement const *statement)
{
  struct analysis *a = t->a ;
  for (unsigned int i = 1 ; t->work && !t->all_signalled && i < statement->nwords ; i++)
  {
    struct texts meant = { 0 } ;
    services_of_pid(a, statement->words[i].raw, &meant) ;
    for (struct text const *one = meant.first ; one ; one = one->next)
      if (!texts_has(&t->signalled, one->text))
        texts_add_once(a->pool, &t->claim->todo, pool_printf(a->pool,
          "it waited for %s, which it sent no signal: was it `%s` that ended it? That is done only when %s has ended; the supervisor sends a signal", one->text, t->work, one->text)) ;
  }
}

/* stop "$PID": what the function calls $1 */
static void alias_arguments (struct analysis *a, struct statement const *call)
{
  for (unsigned int i = 1 ; i < 10 && i < call->nwords ; i++)
  {
    char const digit = (char)('0' + i) ;
    struct texts meant = { 0 } ;
    services_of_pid(a, call->words[i].raw, &meant) ;
    alias_pid(a, pool_copy(a->pool, &digit, 1), &meant) ;
  }
}

/* exit 143; of `exit $?` and the like nothing is known */
static void note_code (struct trapping *t, struct statement const *statement)
{
  char const *code = statement->nwords > 1 ? statement->words[1].raw : "" ;
  if (*code && strcmp(code, "0") != 0 && !strstr(code, "$?")) t->code = code ;
}

void tell_code (struct trapping *t)
{
  if (t->code && !t->reloads && !t->is_exit)
    t->claim->what = pool_printf(t->a->pool, "%s; it ended the container with %s: docker stop ends it with 0 now", t->claim->what, t->code) ;
}

static int names_word (struct statement const *statement, char const *word)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (!strcmp(statement_word(statement, i), word)) return 1 ;
  return 0 ;
}

/* sudo nginx -s stop: without what is put before it */
static struct statement without_prefix (struct analysis *a, struct statement const *statement)
{
  struct statement plain = *statement ;
  struct launch launch ;
  if (statement->kind != STATEMENT_COMMAND) return plain ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.code || launch.replaced || launch.first >= statement->nwords) return plain ;
  plain.words += launch.first ;
  plain.nwords -= launch.first ;
  return plain ;
}

/* $(jobs -p), `ps -o pid= --ppid $$`, $(pgrep -P $$), or a variable that holds that */
static int are_children (struct trapping const *t, char const *text)
{
  if (strstr(text, "jobs -p") || (strstr(text, "$$") && (strstr(text, "--ppid") || strstr(text, "-P")))) return 1 ;
  for (struct text const *one = t->jobs.first ; one ; one = one->next)
    if (shell_mentions(text, one->text)) return 1 ;
  return 0 ;
}

/* pids=$(jobs -p); for pid in $pids */
static void note_jobs (struct trapping *t, struct statement const *statement)
{
  char const *text = source_copy(t->text, statement->range) ;
  size_t len = strspn(text, NAME_LETTERS) ;
  if (statement->kind == STATEMENT_ASSIGNMENT && text[len] == '=' && are_children(t, text)) texts_add_once(t->a->pool, &t->jobs, pool_copy(t->a->pool, text, len)) ;
  for (unsigned int i = 0 ; statement->kind == STATEMENT_FOR && i < statement->nwords ; i++)
    if (are_children(t, statement->words[i].raw)) texts_add_once(t->a->pool, &t->jobs, statement->name) ;
}

/* kill "$W"; wait "$W"; worker & : its supervisor starts it again */
static int starts_again (struct trapping const *t, struct statement *statement)
{
  return t->reloads && statement->background && t->text == t->a->source && service_of_program(t->a, statement) ;
}

static int look_at_trap (struct statement *whole, void *data)
{
  struct trapping *t = data ;
  struct statement plain = without_prefix(t->a, whole) ;
  struct statement *statement = &plain ;
  char const *command = statement_command(statement) ;
  if (statement->kind == STATEMENT_FOR) alias_loop(t->a, statement) ;
  if (statement->kind == STATEMENT_OR) t->fallback = statement->body->next ;
  t->is_fallback = whole == t->fallback ;
  note_jobs(t, statement) ;
  if (statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_TEST || statement->kind == STATEMENT_DECLARATION) return 0 ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (asks_whether_alive(statement, 0))
  {
    t->kills = 1 ;
    t->waited |= asks_for_killed(t, statement) ; /* for i in 1 2 3; do kill -0 $PID || break; sleep 1; done */
  }
  else if (shell_one_of(command, "kill pkill killall"))
  {
    t->kills = 1 ;
    note_order(t, statement) ;
    set_signals(t, statement) ;
  }
  else if (!strcmp(command, "xargs") && names_word(statement, "kill")) t->kills = 1 ;
  else if (!strcmp(command, "wait") || (!strcmp(command, "tail") && statement->nwords > 1 && !strncmp(statement->words[1].raw, "--pid", 5)))
  {
    look_at_wait(t, statement) ;
    if (t->killed) t->waited = 1 ;
  }
  else if (!strcmp(command, "sleep"))
  {
    if (t->killed) t->waited = 1 ;
    else if (!t->all_signalled) t->pause = command_text(t->a->pool, statement) ;
  }
  else if (redirects_everything(statement)) return 0 ; /* the shell's own output */
  else if (apply_reload(t, statement)) t->kills = 1 ;
  else if (apply_stop(t, statement)) t->kills = t->all_signalled = 1 ;
  else if (writes_stop(statement))
  {
    t->kills = t->all_signalled = 1 ;
    if (!t->reloads)
      texts_add_once(t->a->pool, &t->claim->todo, pool_printf(t->a->pool, "it stopped something by writing to it: %s; the supervisor sends a signal instead: does that do?", command_text(t->a->pool, statement))) ;
  }
  else if (!strcmp(command, "exit")) note_code(t, statement) ;
  else if ((shell_one_of(command, "echo printf") && !is_message(t->a, statement)) || goes_to_file(statement)) t->works = 1 ; /* date >>/var/log/stops */
  else if (starts_again(t, whole)) return 0 ;
  else if (!shell_one_of(command, "wait exit echo printf return true false : trap test [ log sleep date jobs set pgrep pidof ps break continue seq let") && !asks_for_life(statement) && !(t->reloads && checks_configuration(statement))) t->works = 1 ;
  return 0 ;
}

/* Anything but work: the supervisor does that, or the report tells it. */
static int ends_or_waits (struct statement *whole, void *data)
{
  struct trapping *t = data ;
  struct statement const plain = without_prefix(t->a, whole) ;
  if (plain.kind != STATEMENT_COMMAND || redirects_everything(&plain)) return 0 ;
  return shell_one_of(statement_command(&plain), "kill pkill killall wait sleep exit nginx apachectl apache2ctl pg_ctl pg_ctlcluster trap")
    || names_word(&plain, "kill") || stops_something(&plain) || writes_stop(&plain) ;
}

/* Only a function has these. */
static int has_own_words (struct statement *statement, void *data)
{
  (void)data ;
  return sets_positional(statement, 0) || !strcmp(statement_command(statement), "return")
    || (statement->kind == STATEMENT_DECLARATION && !strcmp(statement_word(statement, 0), "local")) ;
}

/* Does the function only work, in a way that needs its own words? finish calls it then. */
static int is_kept_whole (struct trapping *t, struct statement *call, struct statement *body)
{
  return !t->reloads && statement_walk(body, &has_own_words, 0) && !walk_with_calls(t->a, call, &ends_or_waits, t) ;
}

static void follow_call (struct trapping *t, struct statement *one, struct statement *body)
{
  struct trap_call call = { .statement = one, .outer = t->call } ;
  struct texts words = { 0 } ;
  texts_add(t->a->pool, &words, "set --") ;
  for (unsigned int i = 1 ; i < one->nwords ; i++) texts_add(t->a->pool, &words, one->words[i].raw) ;
  texts_add(t->a->pool, &call.lines, texts_join(t->a->pool, &words, " ")) ;
  t->calls++ ;
  alias_arguments(t->a, one) ;
  t->call = &call ;
  t->a->depth++ ;
  apply_list(t, body->kind == STATEMENT_GROUP ? body->body : body, t->a->source) ;
  t->a->depth-- ;
  t->call = call.outer ;
}

static int is_only_message (struct trapping *t, struct statement *statement)
{
  struct source *script = t->a->source ;
  int is ;
  if (called_function(t->a, statement)) return is_message(t->a, statement) ;
  t->a->source = t->text ;
  is = is_message(t->a, statement) ;
  t->a->source = script ;
  return is ;
}

/* Each statement of a trap: signals become down-signal, the rest finish. */
void apply_list (struct trapping *t, struct statement *list, struct source *text)
{
  struct source *outer = t->text ;
  t->text = text ;
  for (struct statement *one = list ; one ; one = one->next)
  {
    struct function *function = called_function(t->a, one) ;
    struct statement *body = function ? function->statement->body : 0 ;
    t->kills = t->works = 0 ;
    if (is_only_message(t, one))
    {
      t->behind = BEHIND_ANOTHER ;
      continue ;
    }
    if (function && t->calls == CALLS_MAX)
    {
      texts_add_once(t->a->pool, &t->claim->todo, "its functions call each other too many times to follow them all: is all that they do at the end still done?") ;
      continue ;
    }
    if (body && t->a->depth < 10)
    {
      function->walked = 1 ;
      if (is_kept_whole(t, one, body)) finish_later(t, one, body, source_copy(text, one->range)) ;
      else follow_call(t, one, body) ;
      continue ;
    }
    if (one->kind == STATEMENT_FUNCTION || one->kind == STATEMENT_COMMENT || texts_has(&t->stays, source_copy(text, one->range))) continue ;
    if (t->call && sets_positional(one, 0))
    {
      texts_add(t->a->pool, &t->call->lines, source_copy(text, one->range)) ;
      continue ;
    }
    statement_walk(one, &look_at_trap, t) ;
    t->kills_plainly |= !strcmp(statement_command(one), "kill") ;
    if (one->kind == STATEMENT_ASSIGNMENT || one->kind == STATEMENT_DECLARATION) note_trap_set(t, one) ;
    else if (t->works && !t->kills && !t->reloads) finish_later(t, one, 0, source_copy(text, one->range)) ;
    else t->behind = BEHIND_ANOTHER ;
    if (t->works && (t->kills || t->reloads)) texts_add(t->a->pool, &t->claim->todo, pool_printf(t->a->pool, t->kills ? "mixes signals with work: %s" : "what it did is not done any more: %s", source_copy(text, one->range))) ;
  }
  t->text = outer ;
}

/* Work before the signals, or in place of them, may need the services that are to end: a save, a deregistration. */
void mark_early (struct trapping *t)
{
  if (t->pause && (t->killed || t->all_signalled) && !t->reloads && !t->is_exit)
    texts_add_once(t->a->pool, &t->claim->todo, pool_printf(t->a->pool,
      "it did this before it told anyone to end: %s; nothing waits now: if requests have to drain, let the service's run trap TERM, wait, and then end the program", t->pause)) ;
  if (t->early && (t->killed || t->all_signalled))
    texts_add_once(t->a->pool, &t->claim->todo, pool_printf(t->a->pool,
      "it did this before it told anyone to end: %s; finish does it afterwards: if a service has to be up for it, let that service's run trap TERM, do it, and then end the program", t->early)) ;
  else if (t->early && !t->reloads && !t->is_exit)
    texts_add_once(t->a->pool, &t->claim->todo, pool_printf(t->a->pool,
      "it sent nobody a signal: was it this that ended a service? %s; finish does it when that has ended, by a signal: if it has to be up for it, let its run trap TERM and do it", t->early)) ;
}
