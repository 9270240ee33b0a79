/* What all parts of the analysis ask about a statement. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

#define PRINTS_DEPTH_MAX 200 /* of the calls that are looked into */

struct source *source_of (struct analysis *a, struct statement const *statement)
{
  return statement->source ? statement->source : a->source ;
}

uint32_t line_of (struct analysis *a, struct statement const *statement)
{
  return source_line(source_of(a, statement), statement->range.start) ;
}

int is_started_in (struct service const *service, struct statement const *statement)
{
  return service->claim && service->claim->range.start >= statement->range.start && service->claim->range.start < statement->range.end ;
}

int runs_beside (struct service const *service)
{
  return service->is_background && !service->is_oneshot ;
}

int has_main (struct analysis const *a)
{
  struct service const *one = a->plan->services ;
  while (one && !one->is_main) one = one->next ;
  return !!one ;
}

struct claim *claim_statement (struct analysis *a, struct statement const *statement, char const *where, char const *what)
{
  return source_claim(a->source, statement->range, where, what) ;
}

struct claim *claim_of (struct analysis *a, struct statement const *statement)
{
  uint32_t owner = statement->range.start < a->source->len ? a->source->owner[statement->range.start] : 0 ;
  return owner ? a->source->claims[owner - 1] : 0 ;
}

char const *statement_text (struct analysis *a, struct statement const *statement)
{
  return source_copy(source_of(a, statement), statement->range) ;
}

char const *condition_text (struct analysis *a, struct branch const *branch)
{
  return branch->condition ? source_copy(source_of(a, branch->condition), branch->condition_range) : "" ;
}

/* In a call, or a round: with its words there. */
static void place_setup (struct analysis *a)
{
  a->plan->setup[a->plan->nsetup - 1].placed = a->positional ;
  a->plan->setup[a->plan->nsetup - 1].npieces = a->plan->npieces ;
}

void add_setup (struct analysis *a, struct range range, int does_something)
{
  for (unsigned int i = 0 ; a->anew_words && !does_something && i < a->plan->nsetup ; i++)
    if (a->source == a->plan->source && a->plan->setup[i].range.start == range.start && a->plan->setup[i].range.end == range.end) return ; /* that reading has it */
  plan_setup(a->plan, range, a->source == a->plan->source ? 0 : source_copy(a->source, range), does_something) ;
  place_setup(a) ;
}

void add_setup_text (struct analysis *a, char const *text, int does_something)
{
  plan_setup(a->plan, (struct range){ 0, 0 }, text, does_something) ;
  place_setup(a) ;
}

struct function *find_function (struct analysis *a, char const *name)
{
  struct function *function = *name ? a->functions : 0 ;
  while (function && strcmp(function->name, name) != 0) function = function->next ;
  return function ;
}

struct function *called_function (struct analysis *a, struct statement const *statement)
{
  if (statement->nwords && strchr(statement->words[0].raw, '/')) return 0 ; /* a file, whatever it is called */
  return find_function(a, statement_command(statement)) ;
}

int calls_wait (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "wait") ;
}

struct walking
{
  struct analysis *a ;
  statement_visit *visit ;
  void *data ;
} ;

static int visit_called (struct statement *statement, void *data)
{
  struct walking *walking = data ;
  struct function *function = called_function(walking->a, statement) ;
  int r = (*walking->visit)(statement, walking->data) ;
  if (r || !function || !function->statement->body || function->asked == walking->a->questions) return r ;
  function->asked = walking->a->questions ;
  return statement_walk(function->statement->body, &visit_called, walking) ;
}

int walk_with_calls (struct analysis *a, struct statement *statement, statement_visit *visit, void *data)
{
  struct walking walking = { .a = a, .visit = visit, .data = data } ;
  a->questions++ ;
  return statement_walk(statement, &visit_called, &walking) ;
}

/* ---- what only talks ---- */

/* A function that is executed in $( ) works if one of its own commands does. */
static int works (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  return statement->kind == STATEMENT_COMMAND && *statement_command(statement) && !only_answers(statement_command(statement)) && !is_question(statement)
   && !shell_one_of(statement_command(statement), "local return export declare set exit break continue shift") && !is_probe(statement_text(a, statement)) ;
}

/* echo "key: $(make-key)": does a substitution in its words not only answer? */
static int ask_words_work (struct analysis *a, struct statement const *statement)
{
  char const *text = statement->kind != STATEMENT_CASE ? statement_text(a, statement) : statement->nwords ? statement->words[0].raw : "" ;
  struct texts programs = { 0 } ;
  int is_known = statement->kind != STATEMENT_CASE ;
  for (struct text const *one = statement->programs.first ; one ; one = one->next) is_known &= only_answers(one->text) ;
  if (!is_known) add_work_in_words(a->pool, text, &programs) ;
  for (struct text const *one = programs.first ; one ; one = one->next)
  {
    struct function *function = find_function(a, one->text) ;
    if (!function || !function->statement->body || statement_walk(function->statement->body, &works, a)) return 1 ;
  }
  return 0 ;
}

int words_work (struct analysis *a, struct statement *statement)
{
  if (!statement->words_work) statement->words_work = ask_words_work(a, statement) ? 1 : -1 ;
  return statement->words_work > 0 ;
}

/* echo none >/run/state */
int goes_to_file (struct statement const *statement)
{
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (!shell_one_of(statement->redirects[i].target, "1 2 /dev/null /dev/stderr /dev/stdout")) return 1 ;
  return 0 ;
}

/* log_info, bashio::log.info: of a file that the script reads, by its name */
static int says_log (char const *name)
{
  return !strncmp(name, "log_", 4) || strstr(name, "::log") ;
}

/* echo "$@" | tee -a /var/log/start.log: shown, and noted */
static int notes_message (struct analysis *a, struct statement const *pipeline)
{
  struct statement const *tee = pipeline->kind == STATEMENT_PIPELINE && pipeline->body ? pipeline->body->next : 0 ;
  return tee && !tee->next && tee->nwords == 3 && !strcmp(statement_command(tee), "tee") && shell_one_of(statement_word(tee, 1), "-a --append")
    && strcasestr(shell_basename(tee->words[2].raw), "log") && is_message(a, pipeline->body) ;
}

/* Does its body have only these commands, and calls of functions that print? */
static int has_only (struct analysis *a, struct function const *function, char const *commands)
{
  struct statement *body = function ? function->statement->body : 0 ;
  int only = body && body->kind == STATEMENT_GROUP && body->body && a->depth < PRINTS_DEPTH_MAX ;
  a->depth++ ;
  for (struct statement *one = only ? body->body : 0 ; one && only ; one = one->next)
    only = (shell_one_of(statement_command(one), commands) && !goes_to_file(one) && !words_work(a, one)) || one->kind == STATEMENT_COMMENT || notes_message(a, one) || (called_function(a, one) && is_message(a, one)) ;
  a->depth-- ;
  return only ;
}

/* Asked once: functions that call each other would double the work with each. */
static int prints (struct analysis *a, struct function *function)
{
  if (!function->prints)
  {
    function->prints = -1 ;
    if (has_only(a, function, "echo printf local")) function->prints = 1 ;
  }
  return function->prints > 0 ;
}

int is_message (struct analysis *a, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  if (goes_to_file(statement) || words_work(a, statement)) return 0 ;
  if (notes_message(a, statement)) return 1 ;
  if (function && function->statement->body && function->statement->body->kind == STATEMENT_GROUP) return prints(a, function) ;
  return shell_one_of(statement_command(statement), "echo printf") || (!function && says_log(statement_command(statement))) ;
}

int only_prints (struct analysis *a, struct statement *statement)
{
  char const *text = statement_text(a, statement) ;
  char const *at = text ;
  if (!is_message(a, statement)) return 0 ;
  while ((at = strstr(at, "$(")) && !strncmp(at, "$(date", 6)) at += 2 ;
  return !at && !strchr(text, '`') ;
}

static int does_more (struct statement *statement, void *data)
{
  if (statement->background || statement->assigns || goes_to_file(statement) || words_work(data, statement)) return 1 ;
  if (has_only(data, called_function(data, statement), "echo printf local exit return")) return 0 ; /* die "no server" */
  return statement->kind == STATEMENT_COMMAND ? !shell_one_of(statement_command(statement), "echo printf exit return true false : test [ kill logger")
   : statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_DECLARATION || statement->kind == STATEMENT_OTHER || statement->kind == STATEMENT_LOOP ;
}

int only_talks (struct analysis *a, struct statement *statement)
{
  return (statement->kind == STATEMENT_IF || is_and_or(statement) || statement->kind == STATEMENT_CASE)
   && !statement_walk(statement, &does_more, a) ;
}

/* ---- what only keeps the container alive ---- */

static int follows (struct statement const *statement)
{
  if (strcmp(statement_command(statement), "tail") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (!strncmp(raw, "--follow", 8) || !strcmp(raw, "--retry")) return 1 ;
    if (raw[0] == '-' && raw[1] != '-' && strpbrk(raw, "fF")) return 1 ;
  }
  return 0 ;
}

int is_always_true (struct statement const *condition)
{
  return condition && !condition->next && shell_one_of(statement_command(condition), "true : sleep") ;
}

/* echo "still running at $(date)" */
static int is_sign_of_life (struct statement const *statement)
{
  if (!shell_one_of(statement_command(statement), "echo printf date") || goes_to_file(statement)) return 0 ;
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
    if (strcmp(one->text, "date") != 0) return 0 ;
  return 1 ;
}

/* `may_print`: what it prints is for whom looks at the script alone */
static int body_only_sleeps (struct statement const *body, int may_print)
{
  if (!body) return 0 ;
  for (; body ; body = body->next)
  {
    int keeps = keeps_alive(body) ; /* once: loops in loops would double the work with each */
    if (keeps && !body->background && !statement_sleeps_days(body)) return 1 ; /* what is behind it never runs */
    if (!keeps && body->kind != STATEMENT_COMMENT && !shell_one_of(statement_command(body), "sleep wait : true read") && !(may_print && is_sign_of_life(body))) return 0 ;
  }
  return 1 ;
}

/* sleep infinity >FIFO: it keeps that open. */
static int holds_file (struct statement const *statement)
{
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (statement->redirects[i].is_output && !shell_one_of(statement->redirects[i].target, "0 1 2 /dev/null /dev/stderr /dev/stdout")
     && strncmp(statement->redirects[i].target, "/proc/", 6) != 0) return 1 ;
  return 0 ;
}

int keeps_alive (struct statement const *statement)
{
  if (holds_file(statement)) return 0 ;
  if (statement->kind == STATEMENT_LOOP)
    return is_always_true(statement->branches->condition) && body_only_sleeps(statement->branches->body, !statement->background) ;
  if (statement->kind == STATEMENT_COMMAND && !strcmp(statement_command(statement), "exec") && statement->nwords > 1)
  {
    struct statement inner = *statement ;
    inner.words++ ;
    inner.nwords-- ;
    return keeps_alive(&inner) ;
  }
  if (statement->kind == STATEMENT_PIPELINE || statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL)
    return statement->body && !statement->body->next && keeps_alive(statement->body) ;
  return statement->kind == STATEMENT_COMMAND && (statement_sleeps_for_ever(statement) || follows(statement) || shell_one_of(statement_command(statement), "pause")
   || (!strcmp(statement_command(statement), "pm2") && shell_one_of(statement_word(statement, 1), "logs log monit"))) ;
}

/* ---- functions ---- */

int ends_with_exec (struct statement const *body)
{
  struct statement const *last = body->kind == STATEMENT_GROUP ? statement_last(body->body) : 0 ;
  return last && !last->background && !strcmp(statement_command(last), "exec") && last->nwords > 1 ;
}

void script_waits (struct analysis *a, uint32_t line)
{
  a->ends_waiting = 0 ;
  if (!a->waited_line) a->waited_line = line ;
  if (!a->conditions.first) a->waits_always = 1 ;
  else texts_add_once(a->pool, &a->branch_waits, pool_printf(a->pool, "line %u (only if %s)", line, texts_join(a->pool, &a->conditions, " && "))) ;
}

void waits_for_success (struct analysis *a, uint32_t line)
{
  script_waits(a, line) ;
  a->ends_waiting = a->errexit ;
}

void note_errexit (struct analysis *a, int sets)
{
  a->sets_errexit |= sets > 0 ;
  if (sets > 0) a->errexit = 1 ;
  else if (sets < 0 && !a->conditions.first) a->errexit = 0 ;
}

int redirects_everything (struct statement const *statement)
{
  return statement->kind == STATEMENT_COMMAND && statement->nwords == 1 && statement->nredirects && !strcmp(statement_command(statement), "exec") ;
}

int starts_in_background (struct statement const *list)
{
  for (; list ; list = list->next)
    if (list->background) return 1 ;
  return 0 ;
}

static struct statement *last_part (struct statement *statement)
{
  struct statement *last = statement->kind == STATEMENT_PIPELINE ? statement->body : statement ;
  while (last && last != statement && last->next) last = last->next ;
  return last ;
}

/* while read f; do echo "$f"; done only shows what it reads. */
static int acts (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || writes_files(statement) || (statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement), "read echo printf date logger")) ;
}

struct statement *event_loop (struct statement *statement)
{
  struct statement *last = last_part(statement) ;
  return statement->kind == STATEMENT_PIPELINE && shell_one_of(statement_command(statement->body), EVENT_PROGRAMS) && last->kind == STATEMENT_LOOP && statement_walk(last, &acts, 0) ? last : 0 ;
}

struct statement *starting_part (struct statement *statement)
{
  struct statement *last = last_part(statement) ;
  return !event_loop(statement) && last && last->kind == STATEMENT_LOOP && last->branches && starts_in_background(last->branches->body) ? last : 0 ;
}

int is_image_command (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  unsigned int n = statement->nwords ;
  if (statement->kind != STATEMENT_COMMAND || !n || !shell_one_of(statement->words[n - 1].raw, "\"$@\" $@ \"${@}\" ${@} $* \"$*\"")) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  return launch.first + 1 == n ;
}

int runs_nothing (struct analysis *a, struct statement const *statement)
{
  return is_image_command(a, statement) && a->arguments && !a->positional && !a->shifted && !a->arguments[0] ;
}
