/* Waiting for a service that was started before: loops, programs, and bare sleeps. */

#include <stdlib.h>
#include <string.h>

#include "migrate/analysis.h"

/* The part of a loop's condition that asks somebody, such that it succeeds when he is
   ready; 0: none does. */
static char const *extract_probe (struct analysis *a, struct statement *condition, int negate)
{
  char const *text ;
  size_t len ;
  if (condition->kind == STATEMENT_NOT && condition->body) return extract_probe(a, condition->body, !negate) ;
  if (condition->kind == STATEMENT_AND || condition->kind == STATEMENT_OR)
  {
    char const *left = extract_probe(a, condition->body, negate) ;
    char const *right = extract_probe(a, condition->body->next, negate) ;
    if (!left || !right) return left ? left : right ;
    return pool_printf(a->pool, (condition->kind == STATEMENT_AND) ^ negate ? "%s && %s" : "{ %s || %s; }", left, right) ;
  }
  text = statement_text(a, condition) ;
  if (!is_probe(text)) return 0 ;
  len = strspn(text, "[") ;
  if (negate && len && !strncmp(text + len, " ! -", 4)) return pool_printf(a->pool, "%.*s%s", (int)len, text, text + len + 2) ;
  return negate ? pool_printf(a->pool, "! %s", text) : text ;
}

struct leaving
{
  struct analysis *a ;
  char const *probe ;
} ;

/* break, or, in a function, return: not with a failure */
static int leaves_loop (struct statement *list)
{
  for (; list ; list = list->next)
  {
    if (!strcmp(statement_command(list), "break")) return 1 ;
    if (!strcmp(statement_command(list), "return") && (list->nwords == 1 || !strcmp(statement_word(list, 1), "0"))) return 1 ;
  }
  return 0 ;
}

/* COND && break; if COND; then break; fi */
static int find_break (struct statement *statement, void *data)
{
  struct leaving *leaving = data ;
  if ((statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR)
   && (leaves_loop(statement->body->next) || leaves_loop(statement->body->next->body)))
    leaving->probe = extract_probe(leaving->a, statement->body, statement->kind == STATEMENT_OR) ;
  else if (statement->kind == STATEMENT_IF && statement->branches && statement->branches->condition)
  {
    struct branch *branch = statement->branches ;
    if (leaves_loop(branch->body)) leaving->probe = extract_probe(leaving->a, branch->condition, 0) ;
    else if (branch->next && !branch->next->condition && leaves_loop(branch->next->body))
      leaving->probe = extract_probe(leaving->a, branch->condition, 1) ;
  }
  return !!leaving->probe ;
}

static int is_background (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background ;
}

/* Does the loop do more than ask, sleep and count? Then what ends it is no question to a service. */
static int does_work (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  return statement->kind == STATEMENT_COMMAND && !find_function(a, statement_command(statement))
   && !shell_one_of(statement_command(statement), "sleep echo printf exit break continue return true false : test [ let expr date cat tail logger kill ps") && !is_probe(statement_text(a, statement)) ;
}

char const *loop_probe (struct analysis *a, struct statement *statement)
{
  struct leaving leaving = { .a = a } ;
  struct branch *branch = statement->branches ;
  if (statement_walk(branch->body ? branch->body : statement, &is_background, 0)) return 0 ;
  if (statement->kind == STATEMENT_LOOP && branch->condition && !branch->condition->next)
    leaving.probe = extract_probe(a, branch->condition, !statement->until) ;
  if (leaving.probe) return leaving.probe ;
  for (struct statement *one = branch->body ; one ; one = one->next)
    if (statement_walk(one, &does_work, a)) return 0 ;
  for (struct statement *one = branch->body ; one && !leaving.probe ; one = one->next) statement_walk(one, &find_break, &leaving) ;
  return leaving.probe ;
}

static void set_check (struct analysis *a, struct statement *statement, struct waiting const *waiting)
{
  struct service *service = waiting->service ;
  char const *builtin = service->check ? 0 : builtin_check(a->pool, waiting->asks) ;
  struct claim *claim = claim_statement(a, statement, service_where(a->plan, service, builtin ? "run" : "data/check"), "") ;
  uint32_t line = line_of(a, statement) ;
  service->check = service->check ? pool_printf(a->pool, "%s || exit\n%s", service->check, waiting->check) : waiting->check ;
  service->builtin = builtin ;
  service->check_npieces = a->plan->npieces ;
  service->check_positional = a->positional ;
  note_waited(a, statement, waiting, claim) ;
  if (!waiting->certain) plan_todo(a->plan, service, claim, line, pool_printf(a->pool, "nothing in it names %s, the last that was started: is it the one that is asked?", service->name)) ;
  if (waiting->gives_up && !waiting->limit_ms) plan_todo(a->plan, service, claim, line, "the script gave up after some time, which is not known here: write timeout-up") ;
  if (waiting->reads_log && (!strchr(service->redirects, '>') || strstr(service->redirects, ">>")))
    plan_todo(a->plan, service, claim, line, "its log may have that line from an earlier run, and it counts as ready too early then: empty the log in run, ahead of the command") ;
  drop_remarks(a, statement) ;
  close_task(a) ;
  add_ready(a, service) ;
}

/* until A && B : each of them asks its own. */
static int walk_both (struct analysis *a, struct statement *statement, char const *probe)
{
  struct source code ;
  struct statement *both = shell_parse_text(a->pool, &code, probe) ;
  struct claim *claim ;
  int left ;
  int right ;
  if (!both || both->next || both->kind != STATEMENT_AND) return 0 ;
  left = walk_probe(a, statement, source_copy(&code, both->body->range)) ;
  claim = a->awaited.claim ;
  right = walk_probe(a, statement, source_copy(&code, both->body->next->range)) ;
  if (left && right) claim->what = pool_printf(a->pool, "%s; %s", claim->what, a->awaited.claim->what) ;
  else if (left || right)
    plan_todo(a->plan, a->awaited.service, a->awaited.claim, line_of(a, statement),
      pool_printf(a->pool, "it also waited for what was not started here: %s", source_copy(&code, left ? both->body->next->range : both->body->range))) ;
  return left || right ;
}

/* A task that came behind it has worked with it: that it is ready is known, and what is asked now may
   be what the task has made. */
static int has_been_used (struct analysis *a, struct service const *service)
{
  for (struct service const *one = service->next ; one ; one = one->next)
    if (one->is_oneshot && texts_has(&one->dependencies, service->name) && is_client_of(service, pool_printf(a->pool, "%s\n%s",
      one == a->task ? task_text(a) : texts_join(a->pool, &one->run, "\n"), one->command ? one->command : ""))) return 1 ;
  return 0 ;
}

int walk_probe (struct analysis *a, struct statement *statement, char const *probe)
{
  struct waiting waiting = { .check = probe, .asks = probe, .certain = 1 } ;
  if (a->plan->services && walk_both(a, statement, probe)) return 1 ;
  if (!a->plan->services || probes_elsewhere(probe)) return 0 ;
  waiting.service = probed_service(a, probe, &waiting.certain) ;
  if (!waiting.service || (!waiting.certain && may_probe_elsewhere(probe)) || has_been_used(a, waiting.service)) return 0 ;
  waiting.limit_ms = wait_limit(a, statement, statement_text(a, statement)) ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next) waiting.gives_up |= may_end_script(branch->body) ;
  set_check(a, statement, &waiting) ;
  return 1 ;
}

int walk_asked_once (struct analysis *a, struct statement *statement)
{
  struct waiting waiting = { .certain = 1, .gives_up = 1 } ;
  if (statement->kind == STATEMENT_OR) waiting.check = extract_probe(a, statement->body, 0) ;
  else if (statement->kind == STATEMENT_AND) waiting.check = extract_probe(a, statement->body, 1) ;
  else if (statement->kind == STATEMENT_IF && statement->branches && statement->branches->condition && !statement->branches->next)
    waiting.check = extract_probe(a, statement->branches->condition, 1) ;
  waiting.asks = waiting.check ;
  if (!waiting.check || probes_elsewhere(waiting.check)) return 0 ;
  waiting.service = probed_service(a, waiting.check, &waiting.certain) ;
  if (!waiting.service || !waiting.certain) return 0 ;
  set_check(a, statement, &waiting) ;
  return 1 ;
}

/* wait-for-it.sh HOST:PORT -- COMMAND: the command comes when the wait is over. 0: there is none. */
static struct statement *behind_dashes (struct analysis *a, struct statement const *statement)
{
  for (unsigned int i = 1 ; i + 1 < statement->nwords ; i++)
    if (!strcmp(statement->words[i].raw, "--"))
    {
      struct statement *command = pool_alloc(a->pool, sizeof(*command)) ;
      *command = *statement ;
      command->words += i + 1 ;
      command->nwords -= i + 1 ;
      command->range.start = command->core.start = command->words[0].range.start ;
      command->background = 0 ;
      return command ;
    }
  return 0 ;
}

/* ---- programs that wait ---- */

static char const *value_of_option (struct statement const *statement, unsigned int i, char const *letter, char const *word)
{
  char const *raw = statement->words[i].raw ;
  if (!strcmp(raw, letter) || !strcmp(raw, word)) return i + 1 < statement->nwords ? statement->words[i + 1].raw : "" ;
  return !strncmp(raw, word, strlen(word)) && raw[strlen(word)] == '=' ? raw + strlen(word) + 1 : "" ;
}

static void of_wait_for (struct analysis *a, struct statement const *statement, struct waiting *waiting)
{
  char const *address = "" ;
  char const *name = "localhost" ;
  char const *port = "" ;
  size_t host ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (!strcmp(raw, "--")) break ;
    if (*raw != '-' && strchr(raw, ':') && !*address) address = raw ;
    if (shell_one_of(raw, "-t --timeout")) waiting->limit_ms = duration_ms(statement_word(statement, i + 1)) ;
    else if (!strncmp(raw, "--timeout=", 10)) waiting->limit_ms = duration_ms(raw + 10) ;
    else if (!strncmp(raw, "-t", 2) && strcmp(raw, "-t") != 0) waiting->limit_ms = duration_ms(raw + 2) ;
    if (!strcmp(raw, "--strict")) waiting->gives_up = 1 ;
    if (*value_of_option(statement, i, "-h", "--host")) name = value_of_option(statement, i, "-h", "--host") ;
    if (*value_of_option(statement, i, "-p", "--port")) port = value_of_option(statement, i, "-p", "--port") ;
  }
  if (!*address && *port) address = pool_printf(a->pool, "%s:%s", name, port) ;
  host = strcspn(address, ":") ;
  if (!*address) return ;
  if (!host) waiting->check = pool_printf(a->pool, "nc -z localhost %s", address + 1) ;
  else waiting->check = strchr(address, '"') ? pool_printf(a->pool, "%s %s -t 1", statement->words[0].raw, address)
    : pool_printf(a->pool, "nc -z %.*s %s", (int)host, address, address + host + 1) ;
}

/* timeout 60 bash -c 'until CONDITION; do sleep 1; done' */
static void of_timeout (struct analysis *a, struct statement const *statement, struct waiting *waiting)
{
  struct analysis inner = *a ;
  struct source code ;
  struct statement *loop ;
  unsigned int i = 1 ;
  while (statement_word(statement, i)[0] == '-') i += shell_one_of(statement_word(statement, i), "-s -k --signal --kill-after") ? 2 : 1 ;
  if (i + 4 != statement->nwords || !shell_one_of(shell_basename(statement_word(statement, i + 1)), "sh bash dash ash")) return ;
  loop = shell_parse_text(a->pool, &code, statement_word(statement, i + 3)) ;
  inner.source = &code ;
  if (!loop || loop->next || (loop->kind != STATEMENT_LOOP && loop->kind != STATEMENT_FOR) || !loop->branches) return ;
  waiting->check = loop_probe(&inner, loop) ;
  waiting->limit_ms = duration_ms(statement_word(statement, i)) ;
}

/* wget --retry-connrefused, curl --retry: what they fetch is thrown away. */
static int only_asks (struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (shell_one_of(raw, "-O -o --output --output-document") && shell_one_of(statement_word(statement, i + 1), "- /dev/null")) continue ;
    if (!strncmp(raw, "-O", 2) && raw[2] && !shell_one_of(raw + 2, "- /dev/null")) return 0 ;
    if (shell_one_of(raw, "-O -o --output --output-document --remote-name")) return 0 ;
  }
  return 1 ;
}

static unsigned long option_number (struct statement const *statement, char const *name)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    size_t len = strlen(name) ;
    if (!strcmp(raw, name)) return strtoul(statement_word(statement, i + 1), 0, 10) ;
    if (!strncmp(raw, name, len) && raw[len] == '=') return strtoul(raw + len + 1, 0, 10) ;
  }
  return 0 ;
}

static void of_fetcher (struct analysis *a, struct statement const *statement, struct waiting *waiting)
{
  char const *text = statement_text(a, statement) ;
  char const *command = statement_command(statement) ;
  if (shell_one_of(command, "curl") && strstr(text, "--retry") && only_asks(statement)) waiting->check = text ;
  if (shell_one_of(command, "wget") && strstr(text, "--retry-connrefused") && only_asks(statement)) waiting->check = text ;
  if (waiting->check)
  {
    unsigned long tries = option_number(statement, "--retry") + option_number(statement, "--tries") ;
    unsigned long pause = option_number(statement, "--retry-delay") + option_number(statement, "--waitretry") ;
    if (tries < 10000 && pause < 3600) waiting->limit_ms = 1000 * tries * (pause ? pause : 1) ;
  }
}

/* ---- functions that wait: wait_for localhost 5432 ---- */

static void replace_all (struct pool *pool, char const **text, char const *mark, char const *value)
{
  size_t len = strlen(mark) ;
  char const *out = "" ;
  char const *p = *text ;
  for (char const *at ; (at = strstr(p, mark)) ; p = at + len) out = pool_printf(pool, "%s%.*s%s", out, (int)(at - p), p, value) ;
  *text = pool_printf(pool, "%s%s", out, p) ;
}

static void replace_name (struct pool *pool, char const **text, char const *name, char const *value)
{
  char const *bare = pool_printf(pool, "$%s", name) ;
  char const *end ;
  replace_all(pool, text, pool_printf(pool, "${%s}", name), value) ;
  end = strstr(*text, bare) ;
  if (end && !shell_mentions(end + 1, name)) return ; /* the beginning of a longer one */
  replace_all(pool, text, bare, value) ;
}

/* ${2:-60}, ${2-60} */
static void replace_default (struct pool *pool, char const **text, unsigned int i, char const *value)
{
  char const *mark = pool_printf(pool, "${%u", i) ;
  char const *at = strstr(*text, mark) ;
  char const *end = at ? strchr(at, '}') : 0 ;
  char const *dash = end ? memchr(at, '-', (size_t)(end - at)) : 0 ;
  if (!dash || dash > at + strlen(mark) + 1) return ;
  if (!value) value = pool_copy(pool, dash + 1, (size_t)(end - dash - 1)) ;
  replace_all(pool, text, pool_copy(pool, at, (size_t)(end + 1 - at)), value) ;
}

/* Its text with the call's arguments, and what `local host=$1` makes of them. */
static char const *with_arguments (struct analysis *a, struct statement const *call, struct texts const *setting, char const *probe)
{
  char const *text = probe ;
  for (struct text const *one = setting->first ; one ; one = one->next)
    for (char const *p = one->text ; (p = strchr(p, '=')) ; p++)
    {
      char const *begin = p ;
      size_t len = 1 + strcspn(p + 1, " \t\n;") ;
      while (begin > one->text && !strchr(" \t\n;", begin[-1])) begin-- ;
      if (begin < p) replace_name(a->pool, &text, pool_copy(a->pool, begin, (size_t)(p - begin)), pool_copy(a->pool, p + 1, len - 1)) ;
    }
  for (unsigned int i = 1 ; i < 10 ; i++)
  {
    char const *value = i >= call->nwords ? 0 : call->words[i].value ? call->words[i].value : call->words[i].raw ;
    replace_default(a->pool, &text, i, value) ;
    if (value) replace_name(a->pool, &text, pool_printf(a->pool, "%u", i), value) ;
  }
  replace_all(a->pool, &text, "\"\"", "\"") ;
  return text ;
}

static int returns (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "return") && statement->nwords > 1 && strcmp(statement_word(statement, 1), "0") != 0 ;
}

/* The loop in its body, which has nothing else than settings, words and ends; 0: it is no such function. */
static struct statement *only_loop (struct analysis *a, struct statement *body, struct texts *setting)
{
  struct statement *loop = 0 ;
  for (struct statement *one = body->body ; one ; one = one->next)
  {
    if (one->kind == STATEMENT_COMMENT || is_message(a, one)) continue ;
    if (!loop && (one->kind == STATEMENT_ASSIGNMENT || one->kind == STATEMENT_DECLARATION)) texts_add(a->pool, setting, statement_text(a, one)) ;
    else if (!loop && (one->kind == STATEMENT_LOOP || one->kind == STATEMENT_FOR)) loop = one ;
    else if (!loop || !(only_talks(one) || shell_one_of(statement_command(one), "return exit true false :"))) return 0 ;
  }
  return loop ;
}

static void of_function (struct analysis *a, struct statement *call, struct waiting *waiting)
{
  struct function *function = find_function(a, statement_command(call)) ;
  struct statement *body = function ? function->statement->body : 0 ;
  struct texts setting = { 0 } ;
  struct statement *loop = body && body->kind == STATEMENT_GROUP && !body->nredirects ? only_loop(a, body, &setting) : 0 ;
  char const *probe = loop && loop->branches && !starts_something(a, body) ? loop_probe(a, loop) : 0 ;
  if (!probe) return ;
  waiting->asks = with_arguments(a, call, &setting, probe) ;
  waiting->limit_ms = wait_limit(a, loop, with_arguments(a, call, &setting, pool_printf(a->pool, "%s\n%s", texts_join(a->pool, &setting, "\n"), statement_text(a, loop)))) ;
  waiting->gives_up |= may_end_script(body) || (a->sets_errexit && statement_walk(body, &returns, 0)) ;
  /* The function's own words, so that all in it means what it meant. */
  waiting->check = setting.first || call->nwords > 1
    ? pool_printf(a->pool, "%s_once()\n{\n%s%s%s\n}\n%s_once%s", function->name, texts_join(a->pool, &setting, "\n"), setting.first ? "\n" : "", probe, function->name,
        source_copy(a->source, (struct range){ call->words[0].range.end, call->core.end }))
    : probe ;
  function->walked = 1 ;
}

int find_waiting (struct analysis *a, struct statement *statement, struct waiting *waiting)
{
  char const *command = statement_command(statement) ;
  char const *text = statement_text(a, statement) ;
  *waiting = (struct waiting){ .certain = 1 } ;
  if (!a->plan->services || statement->background) return 0 ;
  waiting->check = log_check(a, statement, &waiting->limit_ms) ;
  if (waiting->check) waiting->reads_log = 1 ;
  else if (statement->kind != STATEMENT_COMMAND) return 0 ;
  else if (find_function(a, command)) of_function(a, statement, waiting) ;
  else if (shell_one_of(command, "wait-for-it wait-for-it.sh wait-for wait-for.sh wait4ports")) of_wait_for(a, statement, waiting) ;
  else if (!strcmp(command, "timeout")) of_timeout(a, statement, waiting) ;
  else if (!strcmp(command, "pg_isready") || (shell_one_of(command, "mysqladmin mariadb-admin") && strstr(text, "--wait"))) waiting->check = text ;
  else of_fetcher(a, statement, waiting) ;
  if (!waiting->asks) waiting->asks = waiting->check ;
  if (!waiting->check || probes_elsewhere(waiting->asks)) return 0 ;
  waiting->service = probed_service(a, waiting->asks, &waiting->certain) ;
  if (!waiting->service || (!waiting->certain && may_probe_elsewhere(waiting->asks))) return 0 ;
  if (a->sets_errexit) waiting->gives_up |= !!waiting->limit_ms && !find_function(a, command) ;
  waiting->command = statement->kind == STATEMENT_COMMAND ? behind_dashes(a, statement) : 0 ;
  return 1 ;
}

void set_waiting (struct analysis *a, struct statement *statement, struct waiting const *waiting)
{
  set_check(a, statement, waiting) ;
}

void walk_sleep (struct analysis *a, struct statement *statement)
{
  struct claim *claim ;
  if (a->template)
  {
    claim_statement(a, statement, "dropped", "a pause between the starts of a loop") ;
    return ;
  }
  if (!a->plan->services)
  {
    add_ordinary(a, statement) ;
    return ;
  }
  if (a->conditions.first && a->branch_last == a->last)
  {
    add_ordinary(a, statement) ;
    return ;
  }
  close_task(a) ;
  drop_remarks(a, statement) ;
  claim = claim_statement(a, statement, "dropped", "a bare sleep") ;
  if (!a->last || a->last->check) return ;
  claim->what = pool_printf(a->pool, "a bare sleep, to give %s time: what comes later depends on %s instead", a->last->name, a->last->name) ;
  texts_add(a->pool, &claim->todo, pool_printf(a->pool, "warning: nothing says when %s is ready: write data/check and notification-fd", a->last->name)) ;
  texts_add(a->pool, &a->last->todo, pool_printf(a->pool,
    "# TODO reeve-migrate: line %u: the script slept here until this was ready: write data/check, and run it with reeve-exec --ready ./data/check", line_of(a, statement))) ;
  add_ready(a, a->last) ;
}
