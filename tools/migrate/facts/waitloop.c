/* Loops that wait for a service: the question that they ask. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"


struct leaving
{
  struct analysis *a ;
  struct statement const *loop ;
  char const *probe ;
} ;

/* The command in "$(...)" or `...`; 0: the value is something else. */
static char const *asked_by (struct analysis *a, char const *value)
{
  size_t len = strlen(value) ;
  if (len > 1 && *value == '"' && value[len - 1] == '"')
  {
    value++ ;
    len -= 2 ;
  }
  if (len > 3 && !strncmp(value, "$(", 2) && value[2] != '(' && value[len - 1] == ')') return pool_copy(a->pool, value + 2, len - 3) ;
  if (len > 2 && *value == '`' && value[len - 1] == '`' && !memchr(value, '\\', len)) return pool_copy(a->pool, value + 1, len - 2) ;
  return 0 ;
}

/* [ $code = 200 ], where the loop has set code=$(curl ...): the answer of that command in the
   variable's place. A variable that is asked for behind the loop keeps its place. */
static char const *with_answer (struct leaving const *leaving, char const *text, struct statement const *set)
{
  struct pool *pool = leaving->a->pool ;
  char const *raw = set->kind == STATEMENT_ASSIGNMENT ? statement_text(leaving->a, set) : "" ;
  size_t len = strspn(raw, NAME_LETTERS) ;
  char const *name = pool_copy(pool, raw, len) ;
  char const *command = len && raw[len] == '=' ? asked_by(leaving->a, raw + len + 1) : 0 ;
  char const *rest = leaving->a->source->text + leaving->loop->range.end ;
  char const *forms[] = { pool_printf(pool, "\"$%s\"", name), pool_printf(pool, "\"${%s}\"", name), pool_printf(pool, "${%s}", name), pool_printf(pool, "$%s", name) } ;
  int is_pid = command && (shell_mentions(command, "pgrep") || shell_mentions(command, "pidof")) ; /* its service is known, whoever asks for it */
  if (!command || !is_probe(command) || (!is_pid && (strstr(rest, forms[2]) || shell_mentions(rest, forms[3])))) return text ;
  for (size_t i = 0 ; i < sizeof(forms) / sizeof(*forms) ; i++)
  {
    char const *at = strstr(text, forms[i]) ;
    char const *behind = at ? at + strlen(forms[i]) : 0 ;
    if (at && (i < 3 || !strspn(behind, NAME_LETTERS)))
      return pool_printf(pool, "%.*s\"$(%s)\"%s", (int)(at - text), text, command, behind) ;
  }
  return text ;
}

static char const *with_answers (struct leaving const *leaving, char const *text)
{
  struct statement const *set = leaving->loop && leaving->loop->branches ? leaving->loop->branches->body : 0 ;
  for (; set ; set = set->next) text = with_answer(leaving, text, set) ;
  return text ;
}

/* Clients that do what a file, or their words, say. */
#define DOES_WHAT_IT_READS "psql mysql mariadb sqlplus sqlcmd mongo mongosh influx clickhouse-client cqlsh redis-cli valkey-cli cypher-shell rabbitmqctl ldapmodify"

int does_what_it_reads (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  static char const *const words[] = { "CREATE ", "INSERT ", "GRANT ", "ALTER ", "DROP ", "UPDATE ", "DELETE ", "add_user", "add_vhost" } ;
  struct launch launch ;
  char const *text ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  text = statement_text(a, statement) ;
  command_unwrap(a->pool, statement, &launch) ;
  if (!shell_one_of(shell_basename(statement_word(statement, launch.first)), DOES_WHAT_IT_READS)) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (*statement->redirects[i].raw == '<' && statement->redirects[i].raw[1] != '<' && strcmp(statement->redirects[i].target, "/dev/null") != 0) return 1 ;
  for (unsigned int i = launch.first + 1 ; i < statement->nwords ; i++)
    if (!strcmp(statement_word(statement, launch.first), "psql") && (!strcmp(statement->words[i].raw, "-f") || !strncmp(statement->words[i].raw, "--file", 6))) return 1 ;
  for (size_t i = 0 ; i < sizeof(words) / sizeof(*words) ; i++)
    if (strcasestr(text, words[i])) return 1 ;
  return 0 ;
}

static char const *with_each (struct pool *pool, char const *text, char const *mark, char const *with)
{
  char const *at = strstr(text, mark) ;
  return at ? pool_printf(pool, "%.*s%s%s", (int)(at - text), text, with, with_each(pool, at + strlen(mark), mark, with)) : text ;
}

#define PARTS_MAX 20

/* How often is it there? PARTS_MAX, too, if it is in quotes, where it joins nothing. */
static unsigned int count_joins (char const *text, char const *mark)
{
  unsigned int n = 0 ;
  int is_quoted = 0 ;
  for (; *text && n < PARTS_MAX ; text++)
    if (*text == '"') is_quoted = !is_quoted ;
    else if (!strncmp(text, mark, strlen(mark))) n += is_quoted ? PARTS_MAX : 1 ;
  return n ;
}

/* [[ A || B ]], [ A -o B ]: a test of each part; 0: it has one part, or they are not all joined alike. */
static char const *in_parts (struct pool *pool, char const *text)
{
  int is_double = !strncmp(text, "[[ ", 3) ;
  char const *either = is_double ? " || " : " -o " ;
  char const *both = is_double ? " && " : " -a " ;
  if ((!is_double && strncmp(text, "[ ", 2) != 0) || strpbrk(text, "()`'\\") || !strstr(text, either) == !strstr(text, both)
   || count_joins(text, either) >= PARTS_MAX || count_joins(text, both) >= PARTS_MAX) return 0 ;
  text = with_each(pool, text, either, is_double ? " ]] || [[ " : " ] || [ ") ;
  return with_each(pool, text, both, is_double ? " ]] && [[ " : " ] && [ ") ;
}

/* The part of a loop's condition that asks a service, in the form that succeeds when the
   service is ready; 0: there is none. */
static char const *extract (struct leaving const *leaving, struct statement *condition, int negate)
{
  struct analysis *a = leaving->a ;
  char const *text ;
  char const *parts ;
  size_t len ;
  if (condition->kind == STATEMENT_NOT && condition->body) return extract(leaving, condition->body, !negate) ;
  if (is_and_or(condition) && condition->body)
  {
    char const *left = extract(leaving, condition->body, negate) ;
    char const *right ;
    /* until db-status || [ $? -eq 3 ]: both are one question */
    if (left && strstr(statement_text(a, condition->body->next), "$?")) return pool_printf(a->pool, "%s{ %s; }", negate ? "! " : "", statement_text(a, condition)) ;
    right = extract(leaving, condition->body->next, negate) ;
    if (!left || !right) return left ? left : right ;
    return pool_printf(a->pool, (condition->kind == STATEMENT_AND) ^ negate ? "%s && %s" : "{ %s || %s; }", left, right) ;
  }
  text = with_answers(leaving, statement_text(a, condition)) ;
  parts = in_parts(a->pool, text) ;
  if (parts)
  {
    struct source code ;
    struct analysis inner = *a ;
    struct leaving const of_parts = { .a = &inner } ;
    inner.source = &code ;
    condition = shell_parse_text(a->pool, &code, parts) ;
    return condition && !condition->next && is_and_or(condition) ? extract(&of_parts, condition, negate) : 0 ;
  }
  if (!is_probe(text) || statement_walk(condition, &does_what_it_reads, a)) return 0 ;
  len = strspn(text, "[") ;
  if (negate && len && !strncmp(text + len, " ! -", 4) && !strstr(text, " || ") && !strstr(text, " && ") && !strstr(text, " -o ") && !strstr(text, " -a ")) return pool_printf(a->pool, "%.*s%s", (int)len, text, text + len + 2) ;
  return negate ? pool_printf(a->pool, "! %s", text) : text ;
}

char const *extract_probe (struct analysis *a, struct statement *condition, int negate)
{
  struct leaving const no_loop = { .a = a } ;
  return extract(&no_loop, condition, negate) ;
}

/* break, or, in a function, return: not with a failure */
static int leaves_loop (struct statement *list, unsigned int inside)
{
  for (; list ; list = list->next)
  {
    if (!strcmp(statement_command(list), "break") && breaks_out(list, inside)) return 1 ;
    if (!strcmp(statement_command(list), "return") && (list->nwords == 1 || !strcmp(statement_word(list, 1), "0"))) return 1 ;
  }
  return 0 ;
}

/* COND && break; if COND; then break; fi */
static void find_break (struct leaving *leaving, struct statement *statement, unsigned int inside)
{
  if (is_and_or(statement)
   && (leaves_loop(statement->body->next, inside) || leaves_loop(statement->body->next->body, inside)))
    leaving->probe = extract(leaving, statement->body, statement->kind == STATEMENT_OR) ;
  else if (statement->kind == STATEMENT_IF && statement->branches && statement->branches->condition)
  {
    struct branch *branch = statement->branches ;
    if (leaves_loop(branch->body, inside)) leaving->probe = extract(leaving, branch->condition, 0) ;
    else if (branch->next && !branch->next->condition && leaves_loop(branch->next->body, inside))
      leaving->probe = extract(leaving, branch->condition, 1) ;
  }
  inside += statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR ;
  for (struct statement *one = statement->body ; !leaving->probe && one ; one = one->next) find_break(leaving, one, inside) ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
  {
    for (struct statement *one = branch->condition ; !leaving->probe && one ; one = one->next) find_break(leaving, one, inside) ;
    for (struct statement *one = branch->body ; !leaving->probe && one ; one = one->next) find_break(leaving, one, inside) ;
  }
}

#define ASKS_AND_COUNTS "sleep usleep echo printf exit break continue return true false : test [ let expr date cat tail logger kill wait local export shift set unset seq "\
  "ps grep awk head ls df free netstat ss lsof hostname whoami id"

/* Does the loop do more than ask, sleep and count? Then its end is not a readiness check. */
static int does_work (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  return statement->kind == STATEMENT_COMMAND && *statement_command(statement) && !called_function(a, statement)
   && !shell_one_of(statement_command(statement), ASKS_AND_COUNTS) && !is_probe(statement_text(a, statement)) ;
}

/* exit 1 in the list: what is done ahead of that is done for a failure. */
static int fails (struct statement const *list)
{
  for (; list ; list = list->next)
    if (!strcmp(statement_command(list), "exit") && strcmp(statement_word(list, 1), "0") != 0) return 1 ;
  return 0 ;
}

/* Does one round, or its last one ahead of break, work? A command whose answer nobody asks for works, though it
   talks to a service: if docker info; then docker load -i x.tar; break; fi */
static int list_works (struct analysis *a, struct statement *list, unsigned int question, unsigned int depth)
{
  if (depth > CALL_DEPTH_MAX || fails(list)) return 0 ;
  for (; list ; list = list->next)
  {
    struct function *function = called_function(a, list) ;
    int is_known = function && function->asked == question ;
    struct statement *body = is_known ? 0 : function ? function->statement->body : list->body ;
    char const *command = list->kind == STATEMENT_COMMAND ? statement_command(list) : "" ;
    if (list->kind == STATEMENT_NOT || list->kind == STATEMENT_PIPELINE)
    {
      if (statement_walk(list, &does_work, a)) return 1 ;
      continue ;
    }
    if (function) function->asked = question ; /* once: functions that call each other would double the work with each */
    if (*command && !function && !is_message(a, list) && (!shell_one_of(command, ASKS_AND_COUNTS) || goes_to_file(list))) return 1 ;
    if (body && is_and_or(list))
    {
      struct statement left = *body ;
      left.next = 0 ;
      if (statement_walk(&left, &does_work, a)) return 1 ;
      if (body->kind == STATEMENT_AND && called_function(a, body->body->next) && list_works(a, body->body->next, question, depth + 1)) return 1 ; /* ready && work && break */
      body = body->next ;
    }
    if (list_works(a, body, question, depth + 1)) return 1 ;
    for (struct branch *branch = list->branches ; branch ; branch = branch->next)
    {
      for (struct statement *one = branch->condition ; one ; one = one->next)
        if (statement_walk(one, &does_work, a)) return 1 ;
      if (list_works(a, branch->body, question, depth + 1)) return 1 ;
    }
  }
  return 0 ;
}

static char const *find_probe (struct analysis *a, struct statement *statement)
{
  struct leaving leaving = { .a = a, .loop = statement } ;
  struct branch *branch = statement->branches ;
  if (statement_walk(branch->body ? branch->body : statement, &statement_is_background, 0) || list_works(a, branch->body, ++a->questions, 0)) return 0 ;
  if (statement->kind == STATEMENT_LOOP && branch->condition && !branch->condition->next)
    leaving.probe = extract(&leaving, branch->condition, !statement->until) ;
  if (leaving.probe) return leaving.probe ;
  for (struct statement *one = branch->body ; one ; one = one->next)
    if (statement_walk(one, &does_work, a)) return 0 ;
  for (struct statement *one = branch->body ; one && !leaving.probe ; one = one->next) find_break(&leaving, one, 0) ;
  return leaving.probe ;
}

/* ---- waiting for the end ---- */

/* Clients, and programs that look for a process: their success means that it is there. */
#define ASKS_WHETHER_IT_RUNS "pgrep pidof nc ncat netcat curl wget mysqladmin mariadb-admin mysql mariadb psql pg_isready redis-cli valkey-cli mongo mongosh rabbitmqctl "\
  "rabbitmq-diagnostics etcdctl ldapsearch rndc kill lsof fuser"

static struct statement *last_of (struct statement *list)
{
  while (list && list->next) list = list->next ;
  return list ;
}

/* [ -n "$(pidof x)" ], [ -S x.sock ] */
static int test_asks_for_end (struct pool *pool, char const *text, int negated)
{
  int is_empty = strstr(text, "-z ") || strstr(text, "= \"\"") || strstr(text, "-eq 0") ;
  int enough = asks_for_enough(pool, text) ;
  if (enough == -1) enough = asks_for_answer(pool, text) ;
  if (enough != -1) return enough == negated ;
  if (strstr(text, "pidof ") || strstr(text, "pgrep "))
    return is_empty ? !negated : negated && !strstr(text, "-eq") && !strstr(text, "-ge") && !strstr(text, "-gt") ;
  if (!strstr(text, "-S ") && !strstr(text, "/proc/") && !strstr(text, ".pid") && !strstr(text, ".sock")) return 0 ;
  return strstr(text, " ! -") ? !negated : negated ;
}

/* Does what grep looks for say that a service does not run? */
static int looks_for_down (struct pool *pool, struct statement const *grep)
{
  static char const *const words[] = { "exited", "fatal", "stopped", "backoff", "not running", "inactive", "dead", "failed", "is down", "starting" } ;
  struct texts patterns = looked_for(pool, grep) ;
  for (struct text const *one = patterns.first ; one ; one = one->next)
    for (size_t i = 0 ; i < sizeof(words) / sizeof(*words) ; i++)
      if (strcasestr(one->text, words[i])) return 1 ;
  return 0 ;
}

/* service db status | grep -q "not running", supervisorctl status db | grep -v RUNNING */
static int finds_status (struct pool *pool, struct statement const *pipeline, int ended)
{
  struct statement const *last = last_of(pipeline->body) ;
  if (!asks_status_of_service(pipeline->body) || !is_grep(last)) return 0 ;
  return (looks_for_down(pool, last) ^ selects_others(pool, last)) == ended ;
}

/* ss -ltn | awk '/:2181/ {exit 1}': it fails when it has found something; not END {exit !found} */
static int fails_when_found (struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *at = strstr(statement->words[i].raw, "exit") ;
    if (at) return !strchr(at, '!') && shell_one_of(statement_command(statement), "awk gawk mawk nawk perl ruby python python2 python3") ;
  }
  return 0 ;
}

/* Does the question succeed when what it asks for is gone? */
static int asks_for_end (struct analysis *a, struct statement *question, struct source const *code)
{
  int negated = 0 ;
  struct launch launch ;
  while (question->kind == STATEMENT_NOT && question->body)
  {
    negated = !negated ;
    question = question->body ;
  }
  if (is_and_or(question) && question->body)
    return !negated && (asks_for_end(a, question->body, code) || asks_for_end(a, question->body->next, code)) ;
  if (question->kind == STATEMENT_TEST || shell_one_of(statement_command(question), "[ test")) return test_asks_for_end(a->pool, source_copy(code, question->range), negated) ;
  if (question->kind == STATEMENT_PIPELINE && finds_status(a->pool, question, !negated)) return 1 ;
  if (!negated) return 0 ;
  if (question->kind == STATEMENT_PIPELINE && question->body)
    return !fails_when_found(last_of(question->body)) && (shell_one_of(statement_command(question->body), "ps pgrep pidof ss netstat lsof")
     || shell_one_of(statement_command(last_of(question->body)), ASKS_WHETHER_IT_RUNS)) ;
  if (question->kind != STATEMENT_COMMAND) return 0 ;
  if (asks_status_of_service(question)) return 1 ;
  command_unwrap(a->pool, question, &launch) ;
  return launch.first < question->nwords && shell_one_of(launch.first ? shell_basename(statement_word(question, launch.first)) : statement_command(question), ASKS_WHETHER_IT_RUNS) ;
}

static int probes_for_end (struct analysis *a, char const *probe)
{
  struct source code ;
  struct statement *question = probe ? shell_parse_text(a->pool, &code, probe) : 0 ;
  return question && asks_for_end(a, question, &code) ;
}

int asks_whether_gone (struct analysis *a, char const *question)
{
  return probes_for_end(a, question) ;
}

static int is_waiting_for_end (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct statement *condition ;
  if ((statement->kind != STATEMENT_LOOP && statement->kind != STATEMENT_FOR) || !statement->branches) return 0 ;
  for (struct statement *one = statement->branches->body ; one ; one = one->next)
    if (statement_walk(one, &does_work, a)) return 0 ;
  condition = statement->kind == STATEMENT_LOOP ? statement->branches->condition : 0 ;
  if (condition && !condition->next && !strcmp(statement_command(condition), "kill")) return !statement->until ; /* while kill -0 $PID */
  return probes_for_end(a, find_probe(a, statement)) ;
}

char const *end_probe (struct analysis *a, struct statement *statement)
{
  char const *probe = statement->branches ? find_probe(a, statement) : 0 ;
  return probes_for_end(a, probe) ? probe : 0 ;
}

int waits_for_end (struct analysis *a, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  if (function && function->statement->body) return statement_walk(function->statement->body, &is_waiting_for_end, a) ;
  return is_waiting_for_end(statement, a) ;
}

char const *loop_probe (struct analysis *a, struct statement *statement)
{
  char const *probe = find_probe(a, statement) ;
  return probes_for_end(a, probe) ? 0 : probe ;
}

/* ( until pg_isready; do sleep 1; done; migrate ) & : a task that depends on it. */
int is_waiting_task (struct analysis *a, struct statement *statement)
{
  if ((statement->kind != STATEMENT_GROUP && statement->kind != STATEMENT_SUBSHELL) || !a->last || !statement->body) return 0 ;
  return statement->body->kind == STATEMENT_LOOP && statement->body->next && statement->body->branches
   && statement->body->branches->condition && is_probe(condition_text(a, statement->body->branches)) ;
}
