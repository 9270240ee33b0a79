/* Traps: the signals that services were sent, and what else was done at the end. */

#include <string.h>

#include <skalibs/sig.h>

#include "migrate/analysis.h"

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
  drop_remarks(a, statement) ;
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
  struct statement const *call ; /* of the function whose body is looked at; 0: the trap itself */
  char const *killed ; /* the first that it sends a signal to */
  int waited ; /* since then */
  int kills ;
  int works ;
  int reloads ; /* not the end: HUP */
  struct texts signalled ; /* services that it told to end */
  int all_signalled ; /* or it may have told any */
  char const *work ; /* what it did before it waited, and is done in finish now; 0: nothing */
  char const *early ; /* of that, what it did before it told any of them to end, and may need one of them; 0: nothing */
} ;

static int comes_before (struct service const *first, struct service const *second)
{
  while (first && first != second) first = first->next ;
  return !!first ;
}

/* Is the first one stopped before the second, or can it be? What is stopped later has to be
   started earlier. */
static int is_ordered (struct analysis *a, struct service *first, struct service *second)
{
  if (first == second || texts_has(&first->dependencies, second->name)) return 1 ;
  if (first->is_oneshot || second->is_oneshot || !comes_before(second, first)) return 0 ;
  texts_add(a->pool, &first->dependencies, second->name) ;
  texts_add(a->pool, &first->optional, second->name) ;
  return 1 ;
}

/* kill A; wait; kill B: one behind the other. */
static void note_order (struct trapping *t, struct statement const *statement)
{
  struct analysis *a = t->a ;
  char const *whom = statement->nwords ? statement->words[statement->nwords - 1].raw : "" ;
  struct texts first = { 0 } ;
  struct texts second = { 0 } ;
  int ordered = 1 ;
  if (!t->killed) t->killed = whom ;
  if (!t->waited || !strcmp(t->killed, whom)) return ;
  services_of_pid(a, t->killed, &first) ;
  services_of_pid(a, whom, &second) ;
  for (struct text const *one = first.first ; one ; one = one->next)
    for (struct text const *other = second.first ; other ; other = other->next)
      ordered &= is_ordered(a, plan_find(a->plan, one->text), plan_find(a->plan, other->text)) ;
  t->killed = whom ;
  t->waited = 0 ;
  if (ordered && first.first && second.first)
    t->claim->what = pool_printf(a->pool, "%s; it ended %s before %s, as dependencies.d does", t->claim->what,
      texts_join(a->pool, &first, ", "), texts_join(a->pool, &second, ", ")) ;
  else texts_add_once(a->pool, &t->claim->todo,
    "it ended them one behind the other, which is lost: a service is stopped before those that its dependencies.d names") ;
}

/* $1, "${1:-TERM}": as the call has it */
static char const *of_call (struct trapping const *t, char const *word)
{
  char const *p = word + (*word == '"') ;
  char const *end ;
  unsigned int i ;
  if (*p++ != '$') return word ;
  if (*p == '{') p++ ;
  i = shell_number(p, 9, &end) ;
  if (end != p + 1 || !i) return word ;
  if (t->call && i < t->call->nwords) return t->call->words[i].raw ;
  if (strncmp(end, ":-", 2) != 0) return word ;
  return pool_copy(t->a->pool, end + 2, strcspn(end + 2, "}")) ;
}

/* Its name without SIG; 0: it is not known. */
static char const *signal_of (struct trapping *t, char const *word)
{
  char const *name = unquoted(t->a->pool, of_call(t, word)) ;
  char const *end ;
  unsigned int n = shell_number(name, 65, &end) ;
  if (!strcmp(name, "0")) return name ;
  if (end > name && !*end && n < 65 && strcmp(sig_name((int)n), "???") != 0) return sig_name((int)n) ;
  if (!strncasecmp(name, "SIG", 3)) name += 3 ;
  if (sig_number(name)) return name ;
  texts_add_once(t->a->pool, &t->claim->todo, pool_printf(t->a->pool, "which signal is %s?", word)) ;
  return 0 ;
}

static void set_signal (struct trapping *t, struct service *service, char const *signal)
{
  struct analysis *a = t->a ;
  if (!service || !signal || !strcmp(signal, "0")) return ;
  texts_add_once(a->pool, &t->signalled, service->name) ;
  if (t->reloads)
  {
    /* As down-signal, it would keep the service from ever ending. */
    if (strcmp(signal, "HUP") != 0) service_set(a->plan, service, "reload-signal", signal) ;
    t->claim->what = pool_printf(a->pool, "%s; `reeve reload %s` sends %s", t->claim->what, service->name, signal) ;
    plan_todo(a->plan, service, t->claim, t->trap->line, pool_printf(a->pool,
      "docker kill -s%.*s CONTAINER reached it, and does not any more: `reeve reload %s` in the container sends it %s", (int)strlen(t->trap->signals) - 1, t->trap->signals, service->name, signal)) ;
    return ;
  }
  if (!strcasecmp(signal, "TERM")) return ;
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
  char const *signal = "TERM" ; /* 0: not known */
  int by_name = shell_one_of(statement_command(kill), "pkill killall") ;
  for (unsigned int i = 1 ; i < kill->nwords ; i++)
  {
    char const *raw = kill->words[i].raw ;
    if (!strcmp(raw, "--")) continue ;
    if (shell_one_of(raw, "-s -n --signal") && i + 1 < kill->nwords) signal = signal_of(t, kill->words[++i].raw) ;
    else if (*raw == '-' && i == 1 && strncmp(raw, "-$$", 3) != 0 && !shell_one_of(raw, "-f -x -1")) signal = signal_of(t, raw + 1) ;
    else if (*raw == '-' && by_name) continue ;
    else
    {
      struct texts meant = { 0 } ;
      int all ;
      if (!by_name) services_of_pid(a, raw, &meant) ;
      t->all_signalled |= !meant.first ;
      all = !by_name && !meant.first && (shell_one_of(raw, "0 -1") || shell_mentions(raw, "jobs") || strstr(raw, "$$")) ;
      for (struct text const *one = meant.first ; one ; one = one->next) set_signal(t, plan_find(a->plan, one->text), signal) ;
      for (struct service *service = a->plan->services ; service ; service = service->next)
        if (all || (by_name && (shell_mentions(raw, service->program) || shell_mentions(raw, service->name)))) set_signal(t, service, signal) ;
      if (!meant.first && !all && !by_name && (!signal || strcmp(signal, "0") != 0) && strchr(raw, '$'))
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

static struct service *apache_service (struct analysis *a)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (shell_one_of(service->program, "apachectl apache2ctl apache2 httpd apache2-foreground httpd-foreground")) return service ;
  return 0 ;
}

static int says_stop (struct statement const *statement)
{
  if (shell_one_of(statement_command(statement), "echo printf log logger")) return 0 ;
  if (strstr(statement_command(statement), "stop")) return 1 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (shell_one_of(statement_word(statement, i), "stop shutdown quit --stop --shutdown --quit -stop")) return 1 ;
  return 0 ;
}

static char const *command_text (struct pool *pool, struct statement const *statement)
{
  char const *text = statement->nwords ? statement->words[0].raw : "" ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++) text = pool_printf(pool, "%s %s", text, statement->words[i].raw) ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++) text = pool_printf(pool, "%s >%s", text, statement->redirects[i].target) ;
  return text ;
}

/* echo stop >&3, printf 'quit\n' >/run/console: to a program that reads its stdin */
static int writes_stop (struct statement const *statement)
{
  static char const *const words[] = { "stop", "quit", "shutdown", "exit", "end", "halt" } ;
  if (!shell_one_of(statement_command(statement), "echo printf") || !statement->nredirects || shell_one_of(statement->redirects[0].target, "1 2 /dev/stderr /dev/stdout /dev/null")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    for (size_t j = 0 ; j < sizeof(words) / sizeof(*words) ; j++)
      if (shell_mentions(statement->words[i].raw, words[j])) return 1 ;
  return 0 ;
}

/* Whom it waits for has to end, or be ended by what was done before: that is no work for
   afterwards then. */
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

/* The programs' own ways to be stopped: the signal that means the same. */
static int stops_by_program (struct trapping *t, struct statement const *statement)
{
  struct analysis *a = t->a ;
  char const *command = statement_command(statement) ;
  char const *text = statement->nwords ? statement->words[0].raw : "" ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++) text = pool_printf(a->pool, "%s %s", text, statement->words[i].raw) ;
  if (!strcmp(command, "nginx") && strstr(text, "-s quit")) set_signal(t, service_by_program(a, "nginx"), "QUIT") ;
  else if (!strcmp(command, "nginx") && strstr(text, "-s stop")) return 1 ;
  else if (shell_one_of(command, "apachectl apache2ctl") && strstr(text, "graceful-stop")) set_signal(t, apache_service(a), "WINCH") ;
  else if (shell_one_of(command, "apachectl apache2ctl") && strstr(text, "stop")) return 1 ;
  else if (shell_one_of(command, "pg_ctl pg_ctlcluster") && shell_mentions(text, "stop"))
  {
    int certain = 1 ;
    struct service *service = probed_service(a, "pg_isready", &certain) ;
    set_signal(t, service, strstr(text, "smart") ? "TERM" : strstr(text, "immediate") ? "QUIT" : "INT") ;
  }
  else if (!says_stop(statement)) return 0 ;
  else if (!shell_one_of(command, "redis-cli mysqladmin mariadb-admin service systemctl doveadm rabbitmqctl supervisorctl rndc") && !service_by_program(a, command)
    && !same_daemon(a, command))
    texts_add_once(a->pool, &t->claim->todo, pool_printf(a->pool, "a command that stops something: %s; the supervisor sends a signal instead: does that do?", text)) ;
  return 1 ;
}

/* for pid in "${pids[@]}" */
static void alias_loop (struct analysis *a, struct statement const *loop)
{
  struct texts meant = { 0 } ;
  for (unsigned int i = 0 ; i < loop->nwords ; i++) services_of_pid(a, loop->words[i].raw, &meant) ;
  if (meant.first) alias_pid(a, loop->name, &meant) ;
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

static int names_word (struct statement const *statement, char const *word)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (!strcmp(statement_word(statement, i), word)) return 1 ;
  return 0 ;
}

static int needs_services (struct statement *statement, void *data)
{
  (void)data ;
  return statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement), "rm rmdir mv cp touch sync mkdir chmod chown ln echo printf true : test [ date logger sleep") ;
}

static int look_at_trap (struct statement *statement, void *data)
{
  struct trapping *t = data ;
  char const *command = statement_command(statement) ;
  if (statement->kind == STATEMENT_FOR) alias_loop(t->a, statement) ;
  if (statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_TEST || statement->kind == STATEMENT_DECLARATION) return 0 ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (shell_one_of(command, "kill pkill killall"))
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
  else if (stops_by_program(t, statement)) t->kills = t->all_signalled = 1 ;
  else if (writes_stop(statement))
  {
    t->kills = t->all_signalled = 1 ;
    if (!t->reloads)
      texts_add_once(t->a->pool, &t->claim->todo, pool_printf(t->a->pool, "it stopped something by writing to it: %s; the supervisor sends a signal instead: does that do?", command_text(t->a->pool, statement))) ;
  }
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
  if (!strstr(t->claim->what, "; what else it did is done")) t->claim->what = pool_printf(a->pool, "%s; what else it did is done each time that %s has ended", t->claim->what, service->name) ;
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
      struct statement const *call = t->call ;
      function->walked = 1 ;
      alias_arguments(t->a, one) ;
      t->call = one ;
      t->a->depth++ ;
      apply_list(t, body->kind == STATEMENT_GROUP ? body->body : body, t->a->source) ;
      t->a->depth-- ;
      t->call = call ;
      continue ;
    }
    if (one->kind == STATEMENT_FUNCTION || one->kind == STATEMENT_COMMENT) continue ;
    statement_walk(one, &look_at_trap, t) ;
    if (!t->works) continue ;
    if (t->kills || t->reloads) texts_add(t->a->pool, &t->claim->todo, pool_printf(t->a->pool, t->kills ? "mixes signals with work: %s" : "what it did is not done any more: %s", source_copy(text, one->range))) ;
    else
    {
      finish_with(t, source_copy(text, one->range)) ;
      t->work = source_copy(text, one->range) ;
      if (!t->killed && !t->all_signalled && !t->early && statement_walk(one, &needs_services, 0)) t->early = t->work ;
    }
  }
}

/* What comes before the signals may talk to what they end: a save, a deregistration. */
static void mark_early (struct trapping *t)
{
  if (t->early && (t->killed || t->all_signalled))
    texts_add_once(t->a->pool, &t->claim->todo, pool_printf(t->a->pool,
      "it did this before it told anyone to end: %s; finish does it afterwards: if a service has to be up for it, let that service's run trap TERM, do it, and then end the program", t->early)) ;
}

/* Was it the end? Not a signal that means another thing, when others are there for the end. */
static int is_for_the_end (struct analysis *a, struct trap const *trap)
{
  static char const *const ends[] = { " TERM ", " SIGTERM ", " INT ", " SIGINT ", " QUIT ", " SIGQUIT ", " EXIT ", " 0 ", " 15 ", " 2 ", " 3 ", " PWR ", " SIGPWR " } ;
  for (size_t i = 0 ; i < sizeof(ends) / sizeof(*ends) ; i++)
    if (strstr(trap->signals, ends[i])) return 1 ;
  if (strstr(trap->signals, "HUP ") || strstr(trap->signals, " 1 ")) return 0 ;
  for (struct trap const *other = a->traps ; other ; other = other->next)
    if (other != trap && *other->code)
      for (size_t i = 0 ; i < sizeof(ends) / sizeof(*ends) ; i++)
        if (strstr(other->signals, ends[i])) return 0 ;
  return 1 ;
}

static int is_end (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "exit pkill killall") || (shell_one_of(statement_command(statement), "kill") && strcmp(statement_word(statement, 1), "-0") != 0) ;
}

/* trap 'kill $pids' CHLD: the end of one was the end of all. */
static int ends_all (struct analysis *a, struct trap const *trap)
{
  struct source code ;
  struct function *function = find_function(a, trap->code) ;
  if (function) function->walked = 1 ;
  for (struct statement *one = function ? function->statement->body : shell_parse_text(a->pool, &code, trap->code) ; one ; one = function ? 0 : one->next)
    if (statement_walk(one, &is_end, 0)) return 1 ;
  return 0 ;
}

static void all_are_main (struct analysis *a, struct claim *claim)
{
  struct texts names = { 0 } ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->is_background && !service->is_oneshot)
    {
      service->is_main = 1 ;
      texts_add(a->pool, &names, service->name) ;
    }
  if (names.first) claim->what = pool_printf(a->pool, "watched its children, and ended all when one had ended: main are %s", texts_join(a->pool, &names, ", ")) ;
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
      if (ends_all(a, trap)) all_are_main(a, t.claim) ;
      continue ;
    }
    t.reloads = !is_for_the_end(a, trap) ;
    if (function)
    {
      struct statement *body = function->statement->body ;
      function->walked = 1 ;
      if (body) apply_list(&t, body->kind == STATEMENT_GROUP ? body->body : body, a->source) ;
      source_claim(a->source, function->statement->range, t.claim->where, pool_printf(a->pool, "function %s, the trap of line %u: %s", function->name, trap->line, t.claim->what)) ;
    }
    else apply_list(&t, shell_parse_text(a->pool, &code, trap->code), &code) ;
    mark_early(&t) ;
  }
}
