/* Messages, questions and exits around the starts of a script. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

static void drop (struct analysis *a, struct statement *statement, char const *why)
{
  claim_statement(a, statement, "dropped", why) ;
}

/* kill -0 "$PID" || exit 1; pgrep nginx || exit 1 */
static int asks_processes (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  char const *text = statement_text(a, statement) ;
  if (shell_one_of(statement_command(statement), "kill pgrep pidof ps jobs")) return 1 ;
  if (statement->kind != STATEMENT_TEST && statement->kind != STATEMENT_COMMAND) return 0 ;
  for (struct pid_variable const *pid = a->pids ; pid ; pid = pid->next)
    if (shell_mentions(text, pid->name)) return 1 ;
  return strstr(text, "$(pgrep") || strstr(text, "$(pidof") || strstr(text, "/proc/") || strstr(text, "$(jobs") ;
}

/* Does it ask for more than variables: files, sockets, a program's answer? */
static int asks_outside (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  if (statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "test ["))
  {
    char const *text = statement_text(a, statement) ;
    if (!strncmp(text, "test ", 5)) text = pool_printf(a->pool, "[ %s", text + 5) ; /* the word itself would count as a question */
    return is_probe(text) || strstr(text, "$(") || strchr(text, '`') || strstr(text, " -d ") || strstr(text, "-r ") || strstr(text, "-w ") ;
  }
  return statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement), "echo printf exit return true false :") ;
}

/* The service that began first, in the order of the script; 0: none. */
static struct service *first_started (struct analysis *a)
{
  struct service *first = 0 ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (one->claim && (!first || one->claim->range.start < first->claim->range.start)) first = one ;
  return first ;
}

/* X=VALUE, ${X:=VALUE}, read -r X, printf -v X: does it stand there? `at`: the name in the text */
static int is_set_at (char const *text, char const *at, size_t len)
{
  char const *line = at ;
  if (at == text || !strchr(" \t\n;({", at[-1]) || (at[len] && strchr(NAME_LETTERS, at[len]))) return 0 ;
  if (at[len] == '=' || (at[-1] == '{' && !strncmp(at + len, ":=", 2))) return 1 ;
  while (line > text && !strchr("\n;|&", line[-1])) line-- ;
  line += strspn(line, " \t({") ;
  return at[-1] != '{' && (!strncmp(line, "read ", 5) || !strncmp(line, "mapfile ", 8) || !strncmp(line, "readarray ", 10) || !strncmp(line, "printf -v ", 10)) ;
}

/* Is the variable at the beginning of `name` set between the two places? */
static int is_set_between (struct analysis *a, char const *name, uint32_t from, uint32_t to)
{
  size_t len = strspn(name, NAME_LETTERS) ;
  char const *text = source_copy(a->source, (struct range){ from, to }) ;
  char const *set = len ? pool_copy(a->pool, name, len) : 0 ;
  for (char const *at = text ; set && (at = strstr(at, set)) ; at++)
    if (is_set_at(text, at, len)) return 1 ;
  return 0 ;
}

static int does_more (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  if (statement->background || writes_files(statement)) return 1 ;
  if (called_function(a, statement)) return 0 ;
  return statement->kind == STATEMENT_COMMAND ? !shell_one_of(statement_command(statement), "echo printf exit return true false : test [ kill logger pgrep pidof ps grep jobs wc cat tail head ls date sleep")
   : (statement->kind == STATEMENT_ASSIGNMENT && !empties_pid(a, statement)) || (statement->kind == STATEMENT_DECLARATION && strcmp(statement_command(statement), "local") != 0) || statement->kind == STATEMENT_OTHER || statement->kind == STATEMENT_LOOP ;
}

static int ends_unasked (struct analysis *a, struct statement *list) ;

static int any_asks_processes (struct analysis *a, struct statement *condition)
{
  for (; condition ; condition = condition->next)
    if (statement_walk(condition, &asks_processes, a)) return 1 ;
  return 0 ;
}

/* Does the first of the list end the script on something else than what it asked of processes? */
static int one_ends_unasked (struct analysis *a, struct statement *statement)
{
  if (is_and_or(statement)) return one_ends_unasked(a, statement->body) || (!statement_walk(statement->body, &asks_processes, a) && one_ends_unasked(a, statement->body->next)) ;
  if (statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_NOT) return ends_unasked(a, statement->body) ;
  if (statement->kind != STATEMENT_IF) return may_end(a, statement) ;
  for (struct branch *branch = statement->branches ; branch && !any_asks_processes(a, branch->condition) ; branch = branch->next)
    if (ends_unasked(a, branch->body)) return 1 ;
  return 0 ;
}

static int ends_unasked (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (one_ends_unasked(a, list)) return 1 ;
  return 0 ;
}

/* Does it ask processes, and nothing else, whether to end the script? */
static int asks_for_processes (struct analysis *a, struct statement *statement)
{
  return statement_walk(statement, &asks_processes, a) && !one_ends_unasked(a, statement) ;
}

/* pgrep nginx || exit 1; kill -0 $PID || echo gone */
static int only_looks (struct analysis *a, struct statement *statement)
{
  if (statement->kind != STATEMENT_IF && !is_and_or(statement)) return 0 ;
  if (!asks_for_processes(a, statement) || walk_with_calls(a, statement, &does_more, a)) return 0 ;
  return may_end(a, statement) || !statement_walk(statement, &sends_signal, 0) ;
}

/* check_nginx: a function that does nothing else */
static int calls_look (struct analysis *a, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  struct statement *body = function ? function->statement->body : 0 ;
  int looks = 0 ;
  if (!body || body->kind != STATEMENT_GROUP) return 0 ;
  for (struct statement *one = body->body ; one ; one = one->next)
    if (only_looks(a, one)) looks = 1 ;
    else if (one->kind != STATEMENT_COMMENT && !is_message(a, one) && !only_talks(a, one) && strcmp(statement_command(one), "return") != 0) return 0 ;
  return looks ;
}

static int works_too (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || goes_to_file(statement) || (statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement), "ps pgrep pidof jobs wc awk head tail " GREPS)) ;
}

/* ps aux | grep server | grep -q -v grep, pgrep server: a look whose answer is asked for behind it, or only printed */
static int is_look (struct analysis *a, struct statement *statement)
{
  if (statement->kind != STATEMENT_PIPELINE && !shell_one_of(statement_command(statement), "pgrep pidof")) return 0 ;
  return statement_walk(statement, &asks_processes, a) && !statement_walk(statement, &works_too, 0) ;
}

/* Does the text ask for a variable that is set between `from` and the statement? */
static int asks_what_is_set (struct analysis *a, struct statement const *statement, char const *text, uint32_t from)
{
  for (char const *at = text ; (at = strchr(at, '$')) ; )
  {
    at += 1 + (at[1] == '{') ;
    if (is_set_between(a, at, from, statement->range.start)) return 1 ;
  }
  return 0 ;
}

/* Does it ask a variable that was set behind the first start? Its answer is not known before. */
static int asks_later (struct analysis *a, struct statement *statement)
{
  struct service const *first = first_started(a) ;
  return first && asks_what_is_set(a, statement, statement_text(a, statement), first->claim->range.start) ;
}

/* Does it ask what the task before it has found out? Then it is the task's end. */
static int asks_task (struct analysis *a, struct statement *statement)
{
  return a->task && asks_what_is_set(a, statement, condition_of(a, statement), a->task_statements->statement->range.start) ;
}

/* kill -0 $PID || exit 1, or the same without an end */
static void drop_look (struct analysis *a, struct statement *statement)
{
  drop_statement(a, statement, may_end(a, statement) ? LOOKED_AND_ENDED : "looked whether it still ran: the supervisor does")->tells_exit = may_end(a, statement) ;
}

/* What may end the script, behind a start. What it asks may be made by that, so that it is not
   asked before; a variable is not, unless it is set there, or only some come to the question. */
static void walk_question (struct analysis *a, struct statement *statement)
{
  if (asks_task(a, statement)) add_ordinary(a, statement) ;
  else if (asks_for_processes(a, statement)) drop_look(a, statement) ;
  else if (statement_walk(statement, &asks_outside, a))
  {
    if (!walk_asked_once(a, statement)) add_ordinary(a, statement) ;
  }
  else if (asks_later(a, statement) || a->conditions.first || a->otherwise.first) add_ordinary(a, statement) ;
  else
  {
    /* A check of the script's input: it is done before all services. */
    claim_statement(a, statement, plan_setup_where(a->plan), "a check that may end the script, before all services") ;
    add_setup(a, statement->range, 1) ;
  }
}

/* Is the last command, whose status is asked for, work of the branch or of the open task? */
static int is_behind_work (struct analysis const *a)
{
  struct held const *held = a->pending ;
  while (held && held->next) held = held->next ;
  return a->task || (held && held->statement->kind != STATEMENT_COMMENT) ;
}

/* server & >/dev/null 2>&1: these have no command. 1: they make and empty no file, either. */
static int walk_redirections (struct analysis *a, struct statement *statement)
{
  if (statement->kind != STATEMENT_OTHER || statement->body || !statement->nredirects) return 0 ;
  if (a->last && a->last->is_background && a->last->line == line_of(a, statement))
    plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "behind the &, this redirects nothing of %s: %s", a->last->name, statement_text(a, statement))) ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (!shell_one_of(statement->redirects[i].target, "1 2 /dev/null /dev/stdout /dev/stderr")) return 0 ;
  drop(a, statement, "redirections without a command") ;
  return 1 ;
}

/* curl -f URL || exit 1, without a loop, of what was started: its readiness check */
static int walk_gives_up_once (struct analysis *a, struct statement *statement)
{
  struct branch const *only = statement->kind == STATEMENT_IF && !statement->branches->next ? statement->branches : 0 ;
  struct statement *list = only ? only->body : statement->kind == STATEMENT_OR ? statement->body->next : 0 ;
  char const *probe = !list ? 0 : only ? extract_probe(a, only->condition, 1) : extract_probe(a, statement->body, 0) ;
  if (!probe || !builtin_check(a->pool, probe) || !only_gives_up(a, list) || !walk_asked_once(a, statement)) return 0 ;
  mark_lost_verdict(a, list, a->awaited.claim) ;
  return 1 ;
}

/* load & wait $!; [ $? -eq 0 ] || exit 1: the script ended where that had failed. */
static void keep_waited_failure (struct analysis *a)
{
  for (struct text const *one = a->waited_tasks.first ; one ; one = one->next)
  {
    struct service *task = plan_find(a->plan, one->text) ;
    if (!task || !task->is_forgiven) continue ;
    task->must_succeed = 1 ;
    task->is_forgiven = 0 ;
  }
}

/* What the script did where the status that it asks for said that a start had failed; 0: it is no such thing. */
static struct statement *done_when_failed (struct analysis *a, struct statement const *statement)
{
  struct statement left ;
  enum meaning meaning ;
  if (statement->kind == STATEMENT_IF) return !statement->branches->next && meaning_of(a, statement->branches->condition) == MEANS_FAILED ? statement->branches->body : 0 ;
  if (!is_and_or(statement)) return 0 ;
  left = *statement->body ;
  left.next = 0 ;
  meaning = asks_status(a, statement_text(a, &left)) ? meaning_of(a, &left) : MEANS_UNKNOWN ;
  return meaning == (statement->kind == STATEMENT_AND ? MEANS_FAILED : MEANS_ZERO) ? statement->body->next : 0 ;
}

/* varnishd; if [ $? -ne 0 ]; then ./notify failed; exit 1; fi */
static int walk_failed_start (struct analysis *a, struct statement *statement)
{
  struct service *last = plan_last(a->plan) ;
  struct statement *list ;
  struct claim *claim ;
  if (a->waited_line || is_behind_work(a) || !last || last->is_oneshot || starts_something(a, statement) || !asks_status(a, condition_of(a, statement))) return 0 ;
  list = done_when_failed(a, statement) ;
  if (!list) return 0 ;
  claim = drop_statement(a, statement, "looked whether it had failed: the supervisor does") ;
  claim->tells_exit = 1 ;
  start_must_succeed(a, may_end(a, statement)) ;
  for (; list ; list = list->next) mark_lost_when(a, pool_printf(a->pool, "the start of %s had failed", last->name), list, claim) ;
  return 1 ;
}

int walk_talk (struct analysis *a, struct statement *statement)
{
  char const *text = statement_text(a, statement) ;
  char const *status = status_kept(a, statement) ;
  if (walk_redirections(a, statement)) return 1 ;
  if (status)
  {
    texts_add_once(a->pool, &a->status_names, status) ;
    find_lost_failure(a, statement) ;
    if (is_behind_work(a)) add_look(a, statement) ;
    else drop(a, statement, a->waited_line ? "the container's exit code is the main service's" : "the status of a start: the supervisor looks at it") ;
    return 1 ;
  }
  if (calls_look(a, statement) || (is_look(a, statement) && !is_behind_work(a)))
  {
    drop_look(a, statement) ;
    return 1 ;
  }
  if (walk_gives_up_once(a, statement) || walk_failed_start(a, statement)) return 1 ;
  if (!only_talks(a, statement) && !only_looks(a, statement)) return 0 ;
  if (asks_status(a, text) && is_behind_work(a) && may_end(a, statement)) add_look(a, statement) ;
  else if (asks_status(a, text) && a->waited_line) drop_end_question(a, statement, "looked whether it had failed: the supervisor does") ;
  else if (asks_status(a, text))
  {
    drop_statement(a, statement, "looked whether it had failed: the supervisor does")->tells_exit = 1 ;
    if (may_end(a, statement)) keep_waited_failure(a) ;
    start_must_succeed(a, may_end(a, statement)) ;
  }
  else if (a->waited_line) drop_end_message(a, statement) ;
  else if (may_end(a, statement)) walk_question(a, statement) ;
  else if (statement_walk(statement, &asks_processes, a)) drop_look(a, statement) ;
  else
  {
    struct claim *claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "a message: %s", text)) ;
    if (a->in_function && statement_walk(statement, &statement_returns, 0))
      texts_add(a->pool, &claim->todo, pool_printf(a->pool, "where this held, the function went no further, and did not start what is behind it: let run of that ask for it: %s", text)) ;
  }
  return 1 ;
}

/* [ $status -eq 3 ] && exec recover, behind what is main. */
int walk_remedy (struct analysis *a, struct statement *statement)
{
  struct service *main = a->plan->services ;
  struct claim *claim ;
  if (!a->waited_line || !starts_something(a, statement)) return 0 ;
  while (main && !main->is_main && main->next) main = main->next ;
  if (!main || !asks_status(a, condition_of(a, statement))) return 0 ;
  claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "what was started, depending on how %s had ended", main->name)) ;
  plan_todo(a->plan, main, claim, line_of(a, statement), pool_printf(a->pool,
    "when it had ended, the script went on depending on its exit code: %s: let run do that, without exec ahead of the program", statement_text(a, statement))) ;
  return 1 ;
}
