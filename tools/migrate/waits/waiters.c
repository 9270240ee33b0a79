/* Programs, and functions of the script, that wait for a service. */

#include <stdlib.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

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

static char const *value_of_option (struct statement const *statement, unsigned int i, char const *letter, char const *word)
{
  char const *raw = statement->words[i].raw ;
  if (!strcmp(raw, letter) || !strcmp(raw, word)) return i + 1 < statement->nwords ? statement->words[i + 1].raw : "" ;
  return !strncmp(raw, word, strlen(word)) && raw[strlen(word)] == '=' ? raw + strlen(word) + 1 : "" ;
}

/* The colon ahead of the port: $HOST:${PORT:-5432}; 0: none, as in ${ADDRESS:-db:5432} */
static char const *before_port (char const *address)
{
  char const *colon = 0 ;
  int depth = 0 ;
  for (char const *p = address ; *p ; p++)
    if (!strncmp(p, "${", 2)) depth++ ;
    else if (*p == '}') depth-- ;
    else if (*p == ':' && depth <= 0) colon = p ;
  return colon ;
}

static void of_wait_for (struct analysis *a, struct statement const *statement, struct waiting *waiting)
{
  char const *address = "" ;
  char const *name = "localhost" ;
  char const *port = "" ;
  char const *colon ;
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
  if (!*address || strstr(address, "://")) return ;
  colon = before_port(address) ;
  if (colon == address) waiting->check = pool_printf(a->pool, "nc -z localhost %s", colon + 1) ;
  else waiting->check = !colon || strchr(address, '"') ? pool_printf(a->pool, "%s %s -t 1", statement->words[0].raw, address)
    : pool_printf(a->pool, "nc -z %.*s %s", (int)(colon - address), address, colon + 1) ;
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

/* wget --retry-connrefused, curl --retry: is the answer thrown away? */
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

/* The check's text with the call's arguments, and the values of `local host=$1`. */
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

static int returns_failure (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "return") && statement->nwords > 1 && strcmp(statement_word(statement, 1), "0") != 0 ;
}

/* The loop in the body, if all else is assignments, messages and returns; 0: there is more. */
static struct statement *only_loop (struct analysis *a, struct statement *body, struct texts *setting)
{
  struct statement *loop = 0 ;
  for (struct statement *one = body->body ; one ; one = one->next)
  {
    if (one->kind == STATEMENT_COMMENT || is_message(a, one)) continue ;
    if (!loop && (one->kind == STATEMENT_ASSIGNMENT || one->kind == STATEMENT_DECLARATION)) texts_add(a->pool, setting, statement_text(a, one)) ;
    else if (!loop && (one->kind == STATEMENT_LOOP || one->kind == STATEMENT_FOR)) loop = one ;
    else if (!loop || !(only_talks(a, one) || shell_one_of(statement_command(one), "return exit true false :"))) return 0 ;
  }
  return loop ;
}

/* Does the text ask for a name that the assignment sets? */
static int sets_for (struct pool *pool, char const *setting, char const *text)
{
  for (char const *p = setting ; (p = strchr(p, '=')) ; p++)
  {
    char const *begin = p ;
    while (begin > setting && strchr(NAME_LETTERS, begin[-1])) begin-- ;
    if (begin < p && shell_mentions(text, pool_copy(pool, begin, (size_t)(p - begin)))) return 1 ;
  }
  return 0 ;
}

/* The assignments that the text needs, perhaps for others that it needs. */
static void keep_needed (struct pool *pool, struct texts *setting, char const *text)
{
  struct texts kept ;
  unsigned int before ;
  unsigned int n = 0 ;
  do
  {
    before = n ;
    n = 0 ;
    kept = (struct texts){ 0 } ;
    for (struct text const *one = setting->first ; one ; one = one->next)
    {
      if (!sets_for(pool, one->text, text)) continue ;
      texts_add(pool, &kept, one->text) ;
      n++ ;
    }
    text = pool_printf(pool, "%s\n%s", text, texts_join(pool, &kept, "\n")) ;
  }
  while (n != before) ;
  *setting = kept ;
}

/* Does it end so behind the loop, or in it for another reason than that a process has died? */
static int ends_in_vain (struct analysis *a, struct statement *body, struct statement *loop, statement_visit *visit)
{
  for (struct statement *one = body->body ; one ; one = one->next)
    if (one == loop ? gives_up_by(a, loop->branches->body, visit) || (loop->branches->condition && walk_with_calls(a, loop->branches->condition, visit, 0)) : walk_with_calls(a, one, visit, 0)) return 1 ;
  return 0 ;
}

/* The words of the call; the pids of services are not known here. */
static char const *call_words (struct analysis *a, struct statement const *call)
{
  struct texts words = { 0 } ;
  for (unsigned int i = 1 ; i < call->nwords ; i++)
  {
    struct texts services = { 0 } ;
    services_of_pid(a, call->words[i].raw, &services) ;
    texts_add(a->pool, &words, services.first ? "''" : call->words[i].raw) ;
  }
  return texts_join(a->pool, &words, " ") ;
}

static void of_function (struct analysis *a, struct statement *call, struct waiting *waiting)
{
  struct function *function = called_function(a, call) ;
  struct statement *body = function ? function->statement->body : 0 ;
  struct texts setting = { 0 } ;
  struct statement *loop = body && body->kind == STATEMENT_GROUP && !body->nredirects ? only_loop(a, body, &setting) : 0 ;
  char const *probe = loop && loop->branches && !starts_something(a, body) ? loop_probe(a, loop) : 0 ;
  if (!probe) return ;
  waiting->asks = with_arguments(a, call, &setting, probe) ;
  waiting->limit_ms = wait_limit(a, loop, with_arguments(a, call, &setting, pool_printf(a->pool, "%s\n%s", texts_join(a->pool, &setting, "\n"), statement_text(a, loop))), &waiting->gives_up) ;
  waiting->gives_up |= ends_in_vain(a, body, loop, &statement_exits) || (a->errexit && ends_in_vain(a, body, loop, &returns_failure)) ;
  waiting->died = end_if_dead(a, loop->branches->body, "exit") ;
  waiting->died_returns = end_if_dead(a, loop->branches->body, "return") ;
  if (!waiting->died && a->errexit) waiting->died = waiting->died_returns ;
  keep_needed(a->pool, &setting, probe) ;
  /* The check calls a function with the same code, so that its variables mean the same. */
  waiting->check = setting.first || mentions_positional(probe)
    ? pool_printf(a->pool, "%s_once()\n{\n%s%s%s\n}\n%s_once%s", function->name, texts_join(a->pool, &setting, "\n"), setting.first ? "\n" : "", probe, function->name,
        call->nwords > 1 ? pool_printf(a->pool, " %s", call_words(a, call)) : "")
    : probe ;
  function->walked = 1 ;
}

int find_waiting (struct analysis *a, struct statement *statement, struct waiting *waiting)
{
  char const *command = statement_command(statement) ;
  char const *text = statement_text(a, statement) ;
  struct function *function = called_function(a, statement) ;
  *waiting = (struct waiting){ .certain = 1 } ;
  if (!a->plan->services || statement->background) return 0 ;
  waiting->check = log_check(a, statement, &waiting->limit_ms) ;
  if (waiting->check)
  {
    waiting->reads_log = 1 ;
    waiting->is_endless = !waiting->limit_ms && !shell_mentions(text, "timeout") ;
  }
  else if (statement->kind != STATEMENT_COMMAND) return 0 ;
  else if (function) of_function(a, statement, waiting) ;
  else if (shell_one_of(command, "wait-for-it wait-for-it.sh wait-for wait-for.sh wait4ports")) of_wait_for(a, statement, waiting) ;
  else if (!strcmp(command, "timeout")) of_timeout(a, statement, waiting) ;
  else if (!strcmp(command, "pg_isready") || (shell_one_of(command, "mysqladmin mariadb-admin") && strstr(text, "--wait"))) waiting->check = text ;
  else of_fetcher(a, statement, waiting) ;
  if (!waiting->asks) waiting->asks = waiting->check ;
  waiting->service = waiting->check ? asked_service(a, waiting->asks, &waiting->certain) : 0 ;
  if (!waiting->service) return 0 ;
  waiting->command = statement->kind == STATEMENT_COMMAND ? behind_dashes(a, statement) : 0 ;
  if (!waiting->command && has_been_used(waiting->service))
  {
    if (function) function->walked = 0 ;
    return 0 ;
  }
  if (a->errexit) waiting->gives_up |= !!waiting->limit_ms && !function ;
  return 1 ;
}

int find_if_waiting (struct analysis *a, struct statement *statement, struct if_waiting *these)
{
  struct branch *first = statement->branches ;
  struct branch *other = first ? first->next : 0 ;
  int errexit = a->errexit ;
  int negated ;
  int found ;
  *these = (struct if_waiting){ .condition = first ? first->condition : 0 } ;
  if (statement->kind != STATEMENT_IF || !these->condition || these->condition->next || (other && other->condition)) return 0 ;
  negated = these->condition->kind == STATEMENT_NOT ;
  these->good = negated ? other : first ;
  these->bad = negated ? first : other ;
  if (negated) these->condition = these->condition->body ;
  a->errexit = 0 ; /* a condition does not end the script by set -e */
  found = these->condition && find_waiting(a, these->condition, &these->waiting) ;
  a->errexit = errexit ;
  if (!found) return 0 ;
  these->waiting.gives_up |= these->bad && may_end_script(a, these->bad->body) ;
  return 1 ;
}
