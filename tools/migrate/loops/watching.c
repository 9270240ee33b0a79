/* Does a loop watch processes, and what does it ask? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

#define WATCHERS "ps pgrep pidof jobs kill supervisorctl"
#define HARMLESS GREPS " awk wc sleep echo printf exit break continue true false : test [ wait date logger"

struct watching
{
  struct statement const *whole ; /* the loop, which may be in the background */
  struct analysis *a ;
  char const *asked ; /* the words of what it asks, and waits for */
  struct range started ; /* what is started in the background last: its parts are part of that */
  struct seen seen ;
} ;

/* kill -0 $!: what the script has started last; a loop that starts something itself may mean that. */
static int asks_last_pid (struct watching *watching, struct statement const *statement)
{
  struct statement alone = *watching->whole ;
  alone.next = 0 ;
  alone.background = 0 ;
  return (strstr(statement_text(watching->a, statement), "$!") || strstr(statement_text(watching->a, statement), "${!}")) && !statement_walk(&alone, &statement_is_background, 0) ;
}

static void add_asked (struct watching *watching, struct statement const *statement)
{
  struct texts names = { 0 } ;
  if (asks_last_pid(watching, statement)) services_of_pid(watching->a, "$!", &names) ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (statement->words[i].raw[0] == '%') services_of_pid(watching->a, statement->words[i].raw, &names) ; /* kill -0 %1 */
  if (!strcmp(statement_command(statement), "supervisorctl")) texts_add(watching->a->pool, &names, "supervisord") ; /* whom it asks */
  watching->asked = pool_printf(watching->a->pool, "%s %s %s", watching->asked, statement_text(watching->a, statement), texts_join(watching->a->pool, &names, " ")) ;
}

/* kill -HUP, kill -s USR1: no end */
static int tells_something (struct statement const *kill)
{
  unsigned int first ;
  char const *signal = kill_signal(kill, &first) ;
  return *signal && !is_ending_signal(signal) ;
}

static int looks_at_processes (struct statement *statement, void *data)
{
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
    if (shell_one_of(one->text, WATCHERS)) return 1 ;
  if (!strcmp(statement_command(statement), "kill")) return asks_whether_alive(statement, 0) ;
  if (statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "test ["))
    return strstr(source_copy(((struct analysis *)data)->source, statement->range), "/proc/") != 0 ;
  return statement->kind == STATEMENT_COMMAND && shell_one_of(statement_command(statement), WATCHERS) ;
}

static int does_work (struct statement *statement, void *data)
{
  (void)data ;
  return statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement),
    WATCHERS " " GREPS " awk wc sleep echo printf exit return true false : test [ wait date logger local read cut tr head tail sed") ;
}

static int asks_only (struct analysis *a, struct statement *body, unsigned int depth) ;

struct asking
{
  struct analysis *a ;
  unsigned int depth ;
  int asks ;
} ;

/* Stops at a statement that is neither a question nor part of one. */
static int is_no_question (struct statement *statement, void *data)
{
  struct asking *asking = data ;
  struct function *function = called_function(asking->a, statement) ;
  if (looks_at_processes(statement, asking->a) || asks_status_of_service(statement) || asks_own_status(asking->a, statement))
  {
    asking->asks = 1 ;
    return 0 ;
  }
  if (function && function->statement->body && asking->depth < 5 && asks_only(asking->a, function->statement->body, asking->depth + 1))
  {
    function->walked = asking->asks = 1 ;
    return 0 ;
  }
  return does_work(statement, 0) ;
}

/* Does the body of a function only ask whether processes run? */
static int asks_only (struct analysis *a, struct statement *body, unsigned int depth)
{
  struct asking asking = { .a = a, .depth = depth } ;
  return !statement_walk(body, &is_no_question, &asking) && asking.asks ;
}

/* alive "$API": a function that only asks, perhaps by calling others */
static int asks_by_function (struct watching *watching, struct statement *statement)
{
  struct function *function = called_function(watching->a, statement) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || !asks_only(watching->a, body, 0)) return 0 ;
  add_asked(watching, body) ;
  function->walked = watching->seen.watches = 1 ;
  return 1 ;
}

/* redis-cli shutdown, nginx -s quit, service cron stop */
static int ends_by_client (struct statement const *statement)
{
  return says_stop(statement) && shell_one_of(statement_command(statement),
    "redis-cli valkey-cli mysqladmin mariadb-admin nginx service systemctl pg_ctl pg_ctlcluster apachectl apache2ctl supervisorctl rabbitmqctl") ;
}

static int ends_more (struct statement *statement, void *data)
{
  return statement->background || (statement->kind == STATEMENT_COMMAND && !is_message(data, statement) && !ends_by_client(statement) && !shell_one_of(statement_command(statement),
    "kill pkill killall wait exit return echo printf true false : test [ sleep date logger local read trap")) ;
}

/* cleanup: a function that ends the processes, and perhaps the script. */
int only_ends_processes (struct analysis *a, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || statement_walk(body, &ends_more, a)) return 0 ;
  function->walked = 1 ;
  return 1 ;
}

/* service cron restart; rsyslogd, which is a service by now, and leaves by itself */
static int starts_again (struct analysis *a, struct statement *statement)
{
  struct service const *one = a->plan->services ;
  struct foreground foreground ;
  foreground_inside(a->plan, statement, &foreground) ;
  if (foreground.is_init_script) return 1 ;
  while (one && !(one->is_daemon && !strcmp(one->text, statement_text(a, statement)))) one = one->next ;
  return !!one ;
}

/* /opt/solr/bin/solr status, behind /opt/solr/bin/solr start */
int asks_own_status (struct analysis *a, struct statement const *statement)
{
  char const *program = statement_word(statement, 0) ;
  size_t len = strlen(program) ;
  struct service const *one = a->plan->services ;
  if (statement->kind != STATEMENT_COMMAND || !len || !shell_one_of(statement_word(statement, 1), "status is-active is-running describe")) return 0 ;
  while (one && (one->is_oneshot || strncmp(one->text, program, len) != 0 || one->text[len] != ' ' || !strstr(one->text + len, " start"))) one = one->next ;
  return !!one ;
}

/* until app.sh status; do ...; app.sh status && break: it waits for the start. */
static int waits_for_own_start (struct statement *statement, void *data)
{
  struct statement *question = statement->kind == STATEMENT_AND ? statement->body : statement->branches ? statement->branches->condition : 0 ;
  int negated = statement->kind == STATEMENT_LOOP && !statement->until ;
  for (; question && question->kind == STATEMENT_NOT ; question = question->body) negated = !negated ;
  if (!question || negated || !asks_own_status(data, question)) return 0 ;
  return statement->kind == STATEMENT_LOOP || breaks_out(statement, 0) || may_end(data, statement) ;
}

/* for name in web worker; do pgrep "$name" || exit; done */
static void add_words (struct watching *watching, struct statement const *loop)
{
  for (unsigned int i = 0 ; i < loop->nwords ; i++)
  {
    struct texts words = { 0 } ;
    if (loop->words[i].value) texts_add(watching->a->pool, &words, loop->words[i].value) ;
    else if (!known_words(watching->a, loop->words[i].raw, &words)) continue ;
    watching->asked = pool_printf(watching->a->pool, "%s %s", watching->asked, texts_join(watching->a->pool, &words, " ")) ;
  }
}

/* while $RUNNING */
int is_variable (struct statement const *condition)
{
  return condition->kind == STATEMENT_COMMAND && condition->nwords == 1 && condition->words[0].raw[strspn(condition->words[0].raw, "$\"{}" NAME_LETTERS)] == 0 ;
}

/* Is it the loop's condition, and a variable alone? */
int is_flag_of (struct statement const *loop, struct statement const *statement)
{
  struct statement const *condition = loop->kind == STATEMENT_LOOP && loop->branches ? loop->branches->condition : 0 ;
  return condition && statement->range.start == condition->range.start && is_variable(statement) ;
}

/* echo $! >FILE */
static int keeps_pid (struct analysis *a, struct statement const *statement)
{
  return shell_one_of(statement_command(statement), "echo printf") && strstr(statement_text(a, statement), "$!") ;
}

static int look_for_watching (struct statement *statement, void *data)
{
  struct watching *watching = data ;
  char const *command = statement_command(statement) ;
  if (statement->range.start >= watching->started.start && statement->range.start < watching->started.end) return 0 ;
  if (statement->background && statement != watching->whole && strcmp(command, "sleep") != 0)
  {
    watching->seen.starts = 1 ;
    if (statement->kind == STATEMENT_PIPELINE) watching->started = statement->range ;
    else if (is_and_or(statement)) watching->started = statement->body->next->range ; /* pgrep web || web & */
  }
  if (statement->kind == STATEMENT_FOR) add_words(watching, statement) ;
  if (statement->kind == STATEMENT_TEST)
  {
    char const *text = statement_text(watching->a, statement) ;
    add_asked(watching, statement) ;
    if (strstr(text, "/proc/") || shell_mentions(text, "pgrep") || shell_mentions(text, "pidof")) watching->seen.watches = 1 ;
  }
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
  {
    if (shell_one_of(one->text, WATCHERS)) watching->seen.watches = 1 ;
    else if (!shell_one_of(one->text, HARMLESS " cat cut tr head tail sed sort uniq seq hostname expr")) watching->seen.works = 1 ;
  }
  if (writes_files(statement) && !keeps_pid(watching->a, statement)) watching->seen.works = 1 ;
  if ((statement->programs.first && !sends_signal(statement, 0)) || (statement->kind == STATEMENT_PIPELINE && statement_walk(statement, &looks_at_processes, watching->a))) add_asked(watching, statement) ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (!strcmp(command, "supervisorctl") && shell_one_of(statement_word(statement, 1), "start restart")) watching->seen.starts = 1 ;
  if (!strcmp(command, "kill") && !asks_whether_alive(statement, 0) && tells_something(statement)) watching->seen.works = 1 ;
  else if (shell_one_of(command, WATCHERS))
  {
    watching->seen.watches = 1 ;
    if (strcmp(command, "kill") != 0 || asks_whether_alive(statement, 0)) add_asked(watching, statement) ;
  }
  else if (!strcmp(command, "wait")) add_asked(watching, statement) ;
  else if (asks_by_function(watching, statement)) add_asked(watching, statement) ;
  else if (only_ends_processes(watching->a, statement)) return 0 ;
  else if (called_function(watching->a, statement) && starts_something(watching->a, called_function(watching->a, statement)->statement->body)) watching->seen.starts = 1 ;
  else if (asks_status_of_service(statement) || asks_own_status(watching->a, statement))
  {
    watching->seen.watches = 1 ;
    add_asked(watching, statement) ;
  }
  else if (starts_again(watching->a, statement)) watching->seen.starts = 1 ;
  else if (!shell_one_of(command, HARMLESS) && !statement->background && !is_flag_of(watching->whole, statement)) watching->seen.works = 1 ;
  return 0 ;
}

char const *look_for_watching_in (struct analysis *a, struct statement *statement, struct seen *seen)
{
  struct watching watching = { .a = a, .whole = statement, .asked = "" } ;
  statement_walk(statement, &look_for_watching, &watching) ;
  *seen = watching.seen ;
  return with_known_values(a, watching.asked) ;
}

int asks_for_processes (struct analysis *a, struct statement *question)
{
  struct seen seen ;
  look_for_watching_in(a, question, &seen) ;
  return seen.watches || strstr(statement_text(a, question), "/proc/") ;
}

/* until supervisorctl status db | grep RUNNING; do sleep 1; done: it ends when that runs, and so waits for a start. */
static int waits_for_status (struct analysis *a, struct statement *statement)
{
  struct source code ;
  char const *probe = statement->kind == STATEMENT_LOOP ? loop_probe(a, statement) : 0 ;
  struct statement const *question = probe ? shell_parse_text(a->pool, &code, probe) : 0 ;
  while (question && question->kind != STATEMENT_COMMAND && question->body) question = question->body ;
  return question && asks_status_of_service(question) ;
}

struct statement *reaching_question (struct analysis *a, struct statement *loop)
{
  struct statement *first = loop->kind == STATEMENT_FOR && loop->branches ? loop->branches->body : 0 ;
  struct statement *last ;
  while (first && (first->kind == STATEMENT_COMMENT || (first->kind == STATEMENT_COMMAND && is_message(a, first)))) first = first->next ;
  if (!first || first->kind != STATEMENT_IF || !first->branches->next || !first->branches->condition || statement_walk(first->branches->condition, &looks_at_processes, a)) return 0 ;
  last = statement_last(first->branches->body) ;
  return last && !strcmp(statement_command(last), "break") ? first : 0 ;
}

int acts_on_change (struct analysis *a, struct statement *loop)
{
  return waits_for_event(statement_text(a, loop)) && !statement_walk(loop, &looks_at_processes, a) ;
}

int watches_processes (struct analysis *a, struct statement *statement)
{
  struct watching watching = { .a = a, .whole = statement, .asked = "" } ;
  char const *text = statement_text(a, statement) ;
  if (acts_on_change(a, statement)) return 0 ;
  statement_walk(statement, &look_for_watching, &watching) ;
  if (!watching.seen.watches && (strstr(text, "$(ps ") || strstr(text, "$(pgrep") || strstr(text, "$(pidof") || strstr(text, "`ps ") || strstr(text, "/proc/$")))
    watching.seen.watches = 1 ;
  return watching.seen.watches && (!watching.seen.works || watching.seen.starts) && !waits_for_status(a, statement) && !statement_walk(statement, &waits_for_own_start, a) ;
}

struct asking_only
{
  struct analysis *a ;
  int asks ; /* a probe, and not only for a process */
} ;

static int does_more_than_ask (struct statement *statement, void *data)
{
  struct asking_only *only = data ;
  if (statement->kind != STATEMENT_COMMAND || statement->background || shell_one_of(statement_command(statement), WATCHERS " wait pkill killall " HARMLESS)) return 0 ;
  if (called_function(only->a, statement) && starts_something(only->a, called_function(only->a, statement)->statement->body)) return 0 ; /* it starts that again */
  only->asks = 1 ;
  return writes_files(statement) || !is_probe(statement_text(only->a, statement)) ;
}

int only_asks (struct analysis *a, struct statement *loop)
{
  struct asking_only only = { .a = a } ;
  return !statement_walk(loop, &does_more_than_ask, &only) && only.asks ;
}
