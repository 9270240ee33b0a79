#include <ctype.h>
#include <string.h>

#include "migrate/analysis.h"

/* ---- pids ---- */

int takes_pid (struct analysis *a, struct statement *statement)
{
  char const *text = statement_text(a, statement) ;
  if (statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_DECLARATION)
  {
    char const *value = strstr(text, "=$!") ;
    struct pid_variable *pid ;
    size_t begin ;
    if (!value) value = strstr(text, "=\"$!\"") ;
    if (!value) value = strstr(text, "=${!}") ;
    if (!value)
    {
      /* pids+=($!) */
      if (!strstr(text, "$!")) return 0 ;
      claim_statement(a, statement, "dropped", "the pid: the supervisor knows it") ;
      return 1 ;
    }
    begin = (size_t)(value - text) ;
    while (begin && (isalnum((unsigned char)text[begin - 1]) || text[begin - 1] == '_')) begin-- ;
    pid = pool_alloc(a->pool, sizeof(*pid)) ;
    pid->name = pool_copy(a->pool, text + begin, (size_t)(value - text) - begin) ;
    pid->service = a->last ;
    pid->next = a->pids ;
    a->pids = pid ;
    claim_statement(a, statement, "dropped", a->last ? pool_printf(a->pool, "the pid of %s: its supervisor knows it", a->last->name) : "the pid: the supervisor knows it") ;
    return 1 ;
  }
  /* echo $! >file */
  if (statement->kind == STATEMENT_COMMAND && shell_one_of(statement_command(statement), "echo printf") && strstr(text, "$!"))
  {
    struct claim *claim = claim_statement(a, statement, "dropped", "the pid: the supervisor knows it") ;
    if (statement->nredirects) texts_add(a->pool, &claim->todo, pool_printf(a->pool, "does somebody read it from %s?", statement->redirects[0].target)) ;
    return 1 ;
  }
  return 0 ;
}

struct service *service_of_pid (struct analysis *a, char const *raw)
{
  if (strstr(raw, "$!")) return a->last ;
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next)
    if (shell_mentions(raw, pid->name)) return pid->service ;
  return 0 ;
}

/* ---- wait ---- */

static void make_tasks (struct analysis *a, struct statement *statement, struct texts const *names)
{
  for (struct text const *one = names->first ; one ; one = one->next)
  {
    struct service *service = plan_find(a->plan, one->text) ;
    if (!service) continue ;
    service->is_oneshot = 1 ;
    add_ready(a, service) ;
  }
  claim_statement(a, statement, "dropped", pool_printf(a->pool, "waited for %s before it went on: a task, on which the rest depends", texts_join(a->pool, names, ", "))) ;
}

static void wait_for_any (struct analysis *a, struct statement *statement)
{
  struct texts names = { 0 } ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    if (!service->is_background || service->is_oneshot) continue ;
    service->is_main = 1 ;
    texts_add(a->pool, &names, service->name) ;
  }
  claim_statement(a, statement, "dropped", names.first
    ? pool_printf(a->pool, "waited for the first to end: main are %s", texts_join(a->pool, &names, ", ")) : "waited for the first to end") ;
}

static void wait_for_all (struct analysis *a, struct statement *statement)
{
  struct service *only = 0 ;
  unsigned int n = 0 ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->is_background && !service->is_oneshot)
    {
      only = service ;
      n++ ;
    }
  if (n == 1)
  {
    only->is_main = 1 ;
    claim_statement(a, statement, "dropped", pool_printf(a->pool, "waited for %s: main", only->name)) ;
    return ;
  }
  claim_statement(a, statement, "dropped", n
    ? "waited until all had ended: none is main, each is restarted; flag-main for the one with which the container should end" : "waited for nothing") ;
  if (n > 1) plan_mistake(a->plan, line_of(a, statement), "wait without a pid returns 0 when all have ended: the end of one goes unnoticed, and their exit codes are lost") ;
}

void walk_wait (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct texts names = { 0 } ;
  int any = 0 ;
  int unknown = 0 ;
  unsigned int n = 0 ;
  close_task(a) ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    struct service *service ;
    if (!strcmp(raw, "-n")) any = 1 ;
    if (*raw == '-') continue ;
    service = service_of_pid(a, raw) ;
    n++ ;
    if (service) texts_add_once(a->pool, &names, service->name) ;
    else unknown = 1 ;
  }
  if (!any && !a->waited_line && starts_later(a, frame))
  {
    if (!n)
      for (struct service *service = a->plan->services ; service ; service = service->next)
        if (service->is_background && !service->is_oneshot) texts_add(a->pool, &names, service->name) ;
    make_tasks(a, statement, &names) ;
    return ;
  }
  if (any && !names.first) wait_for_any(a, statement) ;
  else if (!n || (unknown && !names.first)) wait_for_all(a, statement) ;
  else
  {
    int first = !a->waited_line ;
    for (struct text *one = names.first ; one && (first || any) ; one = one->next)
      if (plan_find(a->plan, one->text)) plan_find(a->plan, one->text)->is_main = 1 ;
    claim_statement(a, statement, "dropped", first || any
      ? pool_printf(a->pool, "waited for %s: main", texts_join(a->pool, &names, ", ")) : "the scanner waits for all") ;
  }
  script_waits(a, line_of(a, statement)) ;
}

/* ---- traps ---- */

static char const *unquoted (struct pool *pool, char const *raw)
{
  char const *value = shell_unquote(pool, raw) ;
  size_t len = strlen(raw) ;
  if (value) return value ;
  if (len >= 2 && *raw == '"') return pool_copy(pool, raw + 1, len - 2) ;
  return raw ;
}

void walk_trap (struct analysis *a, struct statement *statement)
{
  struct trap **end = &a->traps ;
  struct trap *trap ;
  char const *signals = " " ;
  unsigned int first = 1 ;
  if (!strcmp(statement_word(statement, 1), "--")) first++ ;
  if (first + 1 >= statement->nwords || !strcmp(statement->words[first].raw, "-"))
  {
    claim_statement(a, statement, "dropped", "the shell's signals: the supervisor has its own") ;
    return ;
  }
  for (unsigned int i = first + 1 ; i < statement->nwords ; i++)
    signals = pool_printf(a->pool, "%s%s ", signals, statement_word(statement, i)) ;
  trap = pool_alloc(a->pool, sizeof(*trap)) ;
  trap->statement = statement ;
  trap->code = unquoted(a->pool, statement->words[first].raw) ;
  trap->signals = signals ;
  trap->line = line_of(a, statement) ;
  while (*end) end = &(*end)->next ;
  *end = trap ;
}

struct trapping
{
  struct analysis *a ;
  struct trap *trap ;
  struct claim *claim ;
  int kills ;
  int works ;
} ;

static char const *signal_of (char const *word)
{
  if (!strncasecmp(word, "SIG", 3)) word += 3 ;
  if (!strcmp(word, "15")) return "TERM" ;
  if (!strcmp(word, "2")) return "INT" ;
  if (!strcmp(word, "3")) return "QUIT" ;
  if (!strcmp(word, "1")) return "HUP" ;
  if (!strcmp(word, "9")) return "KILL" ;
  if (!strcmp(word, "10")) return "USR1" ;
  if (!strcmp(word, "12")) return "USR2" ;
  return word ;
}

static void set_signal (struct trapping *t, struct service *service, char const *signal)
{
  struct analysis *a = t->a ;
  if (!service || !strcmp(signal, "TERM") || !*signal || !strcmp(signal, "0")) return ;
  if (!strcmp(signal, "KILL"))
  {
    plan_mistake(a->plan, t->trap->line, "SIGKILL gives no process the time to end properly") ;
    return ;
  }
  service_set(a->plan, service, "down-signal", signal) ;
  t->claim->what = pool_printf(a->pool, "%s; down-signal of %s: %s", t->claim->what, service->name, signal) ;
}

static void set_signals (struct trapping *t, struct statement const *kill)
{
  struct analysis *a = t->a ;
  char const *signal = "TERM" ;
  int by_name = shell_one_of(statement_command(kill), "pkill killall") ;
  for (unsigned int i = 1 ; i < kill->nwords ; i++)
  {
    char const *raw = kill->words[i].raw ;
    if (!strcmp(raw, "--")) continue ;
    if (shell_one_of(raw, "-s -n --signal") && i + 1 < kill->nwords) signal = signal_of(kill->words[++i].raw) ;
    else if (*raw == '-' && i == 1 && !strchr(raw, '$') && !shell_one_of(raw, "-f -x -1")) signal = signal_of(raw + 1) ;
    else if (*raw == '-' && by_name) continue ;
    else
    {
      struct service *one = by_name ? 0 : service_of_pid(a, raw) ;
      int all = !by_name && !one && (shell_one_of(raw, "0 -1") || shell_mentions(raw, "jobs") || strstr(raw, "$$")) ;
      if (one) set_signal(t, one, signal) ;
      for (struct service *service = a->plan->services ; service ; service = service->next)
        if (all || (by_name && (shell_mentions(raw, service->program) || shell_mentions(raw, service->name)))) set_signal(t, service, signal) ;
      if (!one && !all && !by_name && strcmp(signal, "0") != 0 && strchr(raw, '$'))
        texts_add_once(a->pool, &t->claim->todo, pool_printf(a->pool, "whose pid is %s?", raw)) ;
    }
  }
}

static struct service *service_by_program (struct analysis *a, char const *program)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (!strcmp(service->program, program) || !strcmp(service->name, program)) return service ;
  return 0 ;
}

/* The programs' own ways to be stopped: the signal that means the same. */
static int stops_by_program (struct trapping *t, struct statement const *statement)
{
  struct analysis *a = t->a ;
  char const *command = statement_command(statement) ;
  char const *text = statement->nwords ? statement->words[0].raw : "" ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++) text = pool_printf(a->pool, "%s %s", text, statement->words[i].raw) ;
  if (!strcmp(command, "nginx") && strstr(text, "-s quit")) set_signal(t, service_by_program(a, "nginx"), "QUIT") ;
  else if (!strcmp(command, "nginx") && strstr(text, "-s stop")) return 1 ;
  else if (shell_one_of(command, "apachectl apache2ctl") && strstr(text, "graceful-stop")) set_signal(t, service_by_program(a, command), "WINCH") ;
  else if (shell_one_of(command, "apachectl apache2ctl") && strstr(text, "stop")) return 1 ;
  else if (shell_one_of(command, "pg_ctl pg_ctlcluster") && shell_mentions(text, "stop"))
  {
    int certain = 1 ;
    struct service *service = probed_service(a, "pg_isready", &certain) ;
    set_signal(t, service, strstr(text, "smart") ? "TERM" : strstr(text, "immediate") ? "QUIT" : "INT") ;
  }
  else if (shell_one_of(command, "redis-cli mysqladmin mariadb-admin") && shell_mentions(text, "shutdown")) return 1 ;
  else if (shell_one_of(command, "service systemctl") && shell_mentions(text, "stop")) return 1 ;
  else return 0 ;
  return 1 ;
}

static int look_at_trap (struct statement *statement, void *data)
{
  struct trapping *t = data ;
  char const *command = statement_command(statement) ;
  if (statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_TEST || statement->kind == STATEMENT_DECLARATION) return 0 ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (shell_one_of(command, "kill pkill killall"))
  {
    t->kills = 1 ;
    set_signals(t, statement) ;
  }
  else if (stops_by_program(t, statement)) t->kills = 1 ;
  else if (shell_one_of(command, "echo printf") && !is_message(t->a, statement)) t->works = 1 ;
  else if (!shell_one_of(command, "wait exit echo printf return true false : trap test [ log sleep date jobs set")) t->works = 1 ;
  return 0 ;
}

static struct service *who_finishes (struct analysis *a)
{
  struct service *last = 0 ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    if (service->is_main) return service ;
    if (!service->is_oneshot) last = service ;
  }
  return last ;
}

static void finish_with (struct trapping *t, char const *text)
{
  struct analysis *a = t->a ;
  struct service *service = who_finishes(a) ;
  if (!service) return ;
  texts_add(a->pool, &service->finish, text) ;
  t->claim->where = service_where(a->plan, service, "finish") ;
  t->claim->what = pool_printf(a->pool, "%s; what else it did is done each time that %s has ended", t->claim->what, service->name) ;
}

/* Each statement of a trap: signals become down-signal, the rest finish. */
static void apply_list (struct trapping *t, struct statement *list, struct source const *text)
{
  for (struct statement *one = list ; one ; one = one->next)
  {
    struct function *function = find_function(t->a, statement_command(one)) ;
    t->kills = t->works = 0 ;
    if (function && function->statement->body && t->a->depth < 10)
    {
      struct statement *body = function->statement->body ;
      function->walked = 1 ;
      t->a->depth++ ;
      apply_list(t, body->kind == STATEMENT_GROUP ? body->body : body, t->a->source) ;
      t->a->depth-- ;
      continue ;
    }
    if (one->kind == STATEMENT_FUNCTION || one->kind == STATEMENT_COMMENT) continue ;
    statement_walk(one, &look_at_trap, t) ;
    if (!t->works) continue ;
    if (t->kills) texts_add(t->a->pool, &t->claim->todo, pool_printf(t->a->pool, "mixes signals with work: %s", source_copy(text, one->range))) ;
    else finish_with(t, source_copy(text, one->range)) ;
  }
}

void apply_traps (struct analysis *a)
{
  for (struct trap *trap = a->traps ; trap ; trap = trap->next)
  {
    struct source code ;
    struct trapping t = { .a = a, .trap = trap } ;
    struct function *function = find_function(a, trap->code) ;
    t.claim = claim_statement(a, trap->statement, "dropped", pool_printf(a->pool, "trap of%.*s: the supervisor signals each service",
      (int)strlen(trap->signals) - 1, trap->signals)) ;
    if (!*trap->code)
    {
      t.claim->what = pool_printf(a->pool, "ignores%.*s: a service has the default", (int)strlen(trap->signals) - 1, trap->signals) ;
      continue ;
    }
    if (shell_one_of("ERR", trap->signals + 1) || strstr(trap->signals, " ERR ") || strstr(trap->signals, " DEBUG "))
    {
      t.claim->what = "a trap for errors of the script" ;
      continue ;
    }
    if (strstr(trap->signals, "CHLD"))
    {
      t.claim->what = "watched its children: supervision replaces it" ;
      continue ;
    }
    if (function)
    {
      struct statement *body = function->statement->body ;
      function->walked = 1 ;
      if (body) apply_list(&t, body->kind == STATEMENT_GROUP ? body->body : body, a->source) ;
      source_claim(a->source, function->statement->range, t.claim->where, pool_printf(a->pool, "function %s, the trap of line %u: %s", function->name, trap->line, t.claim->what)) ;
    }
    else apply_list(&t, shell_parse_text(a->pool, &code, trap->code), &code) ;
  }
}
