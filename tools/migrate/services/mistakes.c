/* What is wrong with the wrapper itself. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/command/configured.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

uint32_t find_dead_code (struct analysis *a, uint32_t line)
{
  uint32_t ended = a->replaced_line ? a->replaced_line : plan_last(a->plan)->line ;
  if (!a->ended_by_cmd) plan_mistake(a->plan, line, pool_printf(a->pool, "it never runs: line %u has ended the script, become another program, or never ends", ended)) ;
  return ended ;
}

static int reads_status (struct analysis *a, struct statement const *statement)
{
  return statement->kind == STATEMENT_COMMAND && shell_one_of(statement_command(statement), "exit return") && strstr(statement_text(a, statement), "$?") ;
}

/* In a trap, 0 may well be meant: docker stop is no failure. */
static int is_in_trap (struct analysis *a, struct statement const *statement)
{
  for (struct trap const *trap = a->traps ; trap ; trap = trap->next)
  {
    struct function const *function = find_function(a, trap->code) ;
    if (function && statement->range.start >= function->statement->range.start && statement->range.end <= function->statement->range.end) return 1 ;
  }
  return 0 ;
}

static int is_main_line (struct analysis *a, uint32_t line)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->line == line && service->is_main && !service->is_background) return 1 ;
  return 0 ;
}

/* wait; echo "ended: $?"; exit $? */
static void find_eaten_status (struct analysis *a, struct statement *list)
{
  struct statement *before = 0 ;
  struct statement *echo = 0 ;
  int waited = 0 ;
  for (struct statement *one = list ; one ; one = one->next)
  {
    int says = shell_one_of(statement_command(one), "echo printf") ;
    if (one->kind == STATEMENT_COMMENT) continue ;
    if (before && !strcmp(statement_command(before), "exec") && before->nwords > 1) return ; /* dead code */
    if (says && strstr(statement_text(a, one), "$?") && before && !one->next)
      plan_mistake(a->plan, line_of(a, one), "echo $? is the last command: the exit code is echo's, always 0") ;
    if (echo && reads_status(a, one))
      plan_mistake(a->plan, line_of(a, echo), pool_printf(a->pool, "echo eats the exit code: $? in line %u is echo's, always 0", line_of(a, one))) ;
    if (reads_status(a, one) && waited && before && strcmp(statement_command(before), "wait") != 0 && !shell_one_of(statement_command(before), "echo printf")
     && before->kind == STATEMENT_COMMAND)
      plan_mistake(a->plan, line_of(a, before), pool_printf(a->pool, "%s eats the exit code: $? in line %u is its own", statement_command(before), line_of(a, one))) ;
    if (!strcmp(statement_command(one), "wait")) waited = 1 ;
    if (one->kind == STATEMENT_OR && is_main_line(a, line_of(a, one)) && shell_one_of(statement_command(one->body->next), "true :"))
      plan_mistake(a->plan, line_of(a, one), "|| true: the exit code is lost") ;
    if (!strcmp(statement_command(one), "exit") && !strcmp(statement_word(one, 1), "0") && before && strcmp(statement_command(before), "exec") != 0 && is_main_line(a, line_of(a, before)) && !may_end(a, before))
      plan_mistake(a->plan, line_of(a, one), "exit 0: the exit code of the program is lost") ;
    if (before && !strcmp(statement_command(before), "wait") && !strcmp(statement_command(one), "exit") && !strcmp(statement_word(one, 1), "0") && !is_in_trap(a, one))
      plan_mistake(a->plan, line_of(a, one), "exit 0: the status that wait returned is lost") ;
    echo = says && before ? one : 0 ;
    before = one ;
  }
}

static int visit_lists (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  int truth ;
  char const *wrong = miswritten(a->source, statement, &truth) ;
  if (wrong) plan_mistake(a->plan, line_of(a, statement), wrong) ;
  else if ((statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "test [")) && fails_in_dash(a, statement_text(a, statement)))
    plan_mistake(a->plan, line_of(a, statement), "[ has no == in dash, which sh may be: it fails with 2, and this never holds") ;
  if (statement->kind != STATEMENT_AND) find_eaten_status(a, statement->body) ; /* server && exit 0: that is its code */
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next) find_eaten_status(a, branch->body) ;
  if (statement->kind == STATEMENT_PIPELINE && statement->background && statement->next && strstr(statement_text(a, statement->next), "$!"))
    plan_mistake(a->plan, line_of(a, statement->next), "$! is the pid of the pipeline's last program, not of the service") ;
  return 0 ;
}

static int handles_stop (struct trap const *trap)
{
  return !trap->is_call && (traps_term(trap) || strstr(trap->signals, "EXIT ") || strstr(trap->signals, " 0 ")) ;
}

/* The image's shell had started it, ahead of the script: no line of the script did. */
static int is_of_code (struct analysis *a, struct service const *service)
{
  return service->claim && plan_is_code(a->plan, service->claim) ;
}

static struct service *first_process (struct analysis *a)
{
  struct service *service = a->plan->services ;
  while (service && (service->is_oneshot || is_of_code(a, service))) service = service->next ;
  return service ;
}

/* The first that the script had started when it came to the trap; it never came there behind exec. */
static struct service *first_before (struct analysis *a, struct trap const *trap)
{
  struct service *service = trap->after ? a->plan->services : 0 ;
  while (service && (service->is_oneshot || service->is_exec || is_of_code(a, service) || are_exclusive(a, &trap->place, service)))
    service = service == trap->after ? 0 : service->next ;
  return service && trap->line > service->line ? service : 0 ;
}

/* ---- which services run together ---- */

static int has_all (struct texts const *texts, struct texts const *others)
{
  for (struct text const *one = others->first ; one ; one = one->next)
    if (!texts_has(texts, one->text)) return 0 ;
  return 1 ;
}

/* Had the script started `service` when it came to `main`? */
static int runs_with (struct analysis *a, struct statement *first, struct service const *service, struct service const *main)
{
  struct service const *later = service ;
  while (later && later != main) later = later->next ;
  if (!later || service == main || are_exclusive(a, service, main)) return 0 ;
  if (service->is_apart && !has_all(&main->conditions, &service->conditions)) return 0 ;
  return !service->claim || !main->claim || !are_apart(first, service->claim->range, main->claim->range) ;
}

/* Does exec end the shell, and the trap with it, in any case? */
static int is_lost (struct analysis *a, struct trap const *trap)
{
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->is_exec && !one->conditions.first && one->line > trap->line) return 1 ;
  return 0 ;
}

/* Traps do not outlive exec, and a program that became PID 1 is the only one to be signalled. */
static void find_exec_mistakes (struct analysis *a, struct statement *first, struct service const *main)
{
  struct trap *trap = a->traps ;
  struct texts names = { 0 } ;
  uint32_t line = 0 ;
  while (trap && (!handles_stop(trap) || (main->claim && are_apart(first, trap->statement->range, main->claim->range)))) trap = trap->next ;
  if (trap && trap->line < main->line)
    plan_mistake(a->plan, main->line, pool_printf(a->pool, "exec ends the shell, and the trap of line %u with it", trap->line)) ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    if (service->is_exec || service->is_oneshot || service->is_main || !runs_with(a, first, service, main)) continue ;
    if (shell_one_of(service->program, "tail")) continue ; /* it only reads */
    if (!line) line = is_of_code(a, service) ? main->line : service->line ;
    texts_add(a->pool, &names, service->name) ;
  }
  if (line && !a->plan->init_signals_all)
    plan_mistake(a->plan, line, pool_printf(a->pool, "docker stop signals %s alone: when that has ended, this is killed: %s", main->name, texts_join(a->pool, &names, ", "))) ;
}

/* for s in INT TERM; do trap stop $s; done */
static int traps_variable (struct statement *statement, void *data)
{
  (void)data ;
  for (unsigned int i = 2 ; !strcmp(statement_command(statement), "trap") && i < statement->nwords ; i++)
    if (strchr(statement->words[i].raw, '$')) return 1 ;
  return 0 ;
}

static void find_signal_mistakes (struct analysis *a, struct statement *list)
{
  struct service *first = first_process(a) ;
  int execs = 0 ;
  int handled = 0 ;
  for (struct statement *one = list ; one ; one = one->next) handled |= statement_walk(one, &traps_variable, 0) ;
  for (struct trap *trap = a->traps ; trap ; trap = trap->next)
  {
    if (!handles_stop(trap)) continue ;
    handled = 1 ;
    if (first_before(a, trap) && strcmp(trap->all, " EXIT ") != 0 && !is_lost(a, trap))
      plan_mistake(a->plan, trap->line, pool_printf(a->pool, "this trap is set too late: a signal that comes between line %u and here is not handled", first_before(a, trap)->line)) ;
  }
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    execs |= service->is_exec || shell_becomes(a, service) ;
    if (service->is_exec || shell_becomes(a, service)) find_exec_mistakes(a, list, service) ;
    if (service->is_oneshot || !service->is_main || service->is_background) continue ;
    find_late_trap(a, list, service) ;
  }
  if (first && !execs && !handled && !a->plan->init_signals_all)
    plan_mistake(a->plan, first->line, a->plan->under_init ? "no trap for TERM: the signal of docker stop ends the script alone, and what it started is killed with the container"
      : "no trap for TERM: as PID 1 the script gets no signal that it has not trapped, so docker stop waits and then kills everything") ;
}

/* Those in the background, beside a program in front. */
static void find_zombies_of (struct analysis *a, struct statement *first, struct service const *main)
{
  struct service *background = 0 ; /* the last of them */
  struct texts names = { 0 } ;
  char const *all ;
  int several ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    if (!service->is_background || service->is_main || service->is_oneshot || service->is_seen_late || !runs_with(a, first, service, main)) continue ;
    if (!background || !is_of_code(a, service)) background = service ;
    texts_add(a->pool, &names, service->name) ;
  }
  if (!background) return ;
  several = !!names.first->next ;
  all = texts_join(a->pool, &names, ", ") ;
  if (main->is_exec)
    plan_mistake(a->plan, main->line, pool_printf(a->pool, several
      ? "%s become children of %s, which does not know them: their end goes unnoticed, and they may stay zombies"
      : "%s becomes a child of %s, which does not know it: its end goes unnoticed, and it may stay a zombie", all, main->name)) ;
  else
    plan_mistake(a->plan, is_of_code(a, background) ? main->line : background->line, pool_printf(a->pool, several
      ? "nobody waits for %s: their end goes unnoticed, and they are killed when %s ends"
      : "nobody waits for %s: its end goes unnoticed, and it is killed when %s ends", all, main->name)) ;
}

static void find_zombies (struct analysis *a, struct statement *first)
{
  for (struct service const *main = a->plan->services ; main ; main = main->next)
    if (main->is_main && !main->is_background) find_zombies_of(a, first, main) ;
}

static void find_lost_status (struct analysis *a)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->is_main && !service->is_background && service->logger.first && !has_pipefail(a) && !strstr(a->source->text, "PIPESTATUS"))
      plan_mistake(a->plan, service->line, "the status of a pipeline is its last program's: the exit code of the service is lost") ;
}

static int may_stay (struct statement *statement, void *data)
{
  (void)data ;
  return keeps_alive(statement) || shell_one_of(statement_command(statement), "exec wait") ;
}

static int may_work_on (struct statement *statement, void *data)
{
  return statement->kind == STATEMENT_COMMAND && is_server(data, statement) && !surely_ends(data, statement) && !says_that_it_asks(statement_text(data, statement))
   && !is_message(data, statement) && !called_function(data, statement) && !is_short(statement_command(statement)) && strcmp(statement_command(statement), "sleep") != 0 ;
}

/* until [ -e /tmp/stop ]; do worker; done; rm -f /tmp/stop: a task by what is behind it; until its end the container was up. */
static void mark_worker_loop (struct analysis *a, struct statement *statement)
{
  struct claim *claim = statement->kind == STATEMENT_LOOP && !statement->background ? claim_of(a, statement) : 0 ;
  for (struct service *service = a->plan->services ; service && claim ; service = service->next)
    for (struct branch *branch = service->is_oneshot && !service->is_job && !service->todo.first && is_started_in(service, statement) ? statement->branches : 0 ; branch ; branch = branch->next)
      for (struct statement *one = branch->body ; one && !service->todo.first ; one = one->next)
        if (statement_walk(one, &may_work_on, a))
        {
          a->end_is_told = 1 ;
          plan_todo(a->plan, service, claim, line_of(a, statement), "if this loop works on, it is what the script waited for: give it flag-main in place of flag-oneshot, and let its finish do what is behind it") ;
        }
}

/* Everything is in the background, and then the script ends. Not if what is not understood, or an argument, may go on. */
static void find_early_end (struct analysis *a, struct statement *first)
{
  struct texts names = { 0 } ;
  struct texts ahead = { 0 } ; /* behind the last of them: the script waited for each by itself */
  struct service const *last = 0 ;
  char const *when = "at once" ;
  struct statement *list = first ;
  if (a->waited_line || a->replaced_line || a->plan->goes_on) return ;
  for (; first ; first = first->next)
  {
    if (first->damaged || (!first->next && (mentions_positional(statement_text(a, first)) || statement_walk(first, &may_stay, 0)))) return ;
    if (first->kind != STATEMENT_COMMENT) when = !strcmp(statement_command(first), "sleep") && !first->background ? pool_printf(a->pool, "behind %s", statement_text(a, first)) : "at once" ;
  }
  for (struct service const *service = a->plan->services ; service ; service = service->next)
  {
    if (service->is_main || service->is_exec) return ;
    if (service->is_oneshot && !service->is_job) texts_add(a->pool, &ahead, service->name) ;
    if (service->is_oneshot) continue ;
    texts_add(a->pool, &names, service->name) ;
    ahead = (struct texts){ 0 } ;
    last = service ;
  }
  for (; last && list ; list = list->next) mark_worker_loop(a, list) ;
  if (!last) return ;
  a->end_is_told = 1 ;
  plan_mistake(a->plan, last->line, pool_printf(a->pool, "the script ends here and waits for none of these: %s. If it was the container's first process, "
    "the container ended %s; now it goes on", texts_join(a->pool, &names, ", "), ahead.first ? pool_printf(a->pool, "when this had ended: %s", texts_join(a->pool, &ahead, ", ")) : when)) ;
}

/* ---- the same daemon twice ---- */

/* What tells one instance from another. */
static char const *const telling[] = { "--session", "--address", "port", "socket", "datadir", "dbpath", "defaults-file", "config", ".conf", ".cnf", " -c ", " -f ", " -p ", " -P ", " -D/", " -D ", " -C ", " -a ", " -i " } ;

static char const *family_of_service (struct analysis *a, struct service const *service)
{
  char const *command = service->command ? service->command : "" ;
  char const *family = 0 ;
  for (unsigned int i = 0 ; i < 3 && !family && *command ; i++)
  {
    size_t len = strcspn(command, " ") ;
    char const *word = pool_copy(a->pool, command, len) ;
    int is_program = !i || !strchr(word, '/') || strstr(word, "bin/") || strstr(word, "init.d/") ; /* inotifyd hook /etc/nginx is none */
    if (is_program && !i && !strstr(word, "init.d/") && is_family_client(shell_basename(word))) return 0 ; /* docker compose up is not dockerd */
    if (is_program) family = family_of(shell_basename(word)) ;
    command += len ;
    command += strspn(command, " ") ;
  }
  return family ;
}

struct service *same_daemon (struct analysis *a, char const *name)
{
  char const *family = family_of(name) ;
  for (struct service *service = a->plan->services ; family && service ; service = service->next)
    if (!service->is_oneshot && family_of_service(a, service) == family) return service ;
  return 0 ;
}

static int is_told_apart (struct service const *service)
{
  for (size_t i = 0 ; i < sizeof(telling) / sizeof(*telling) ; i++)
    if (strstr(service->text, telling[i])) return 1 ;
  return !!service->positional ;
}

/* nginx -c FILE; service nginx start: one names a file, and nothing else that tells it apart, the other is the init script's. */
static int may_be_same (struct service const *one, struct service const *other)
{
  static char const *const marks[] = { "--session", "--address", "port", "socket", "datadir", "dbpath", " -p ", " -P ", " -D/", " -D ", " -a ", " -i " } ;
  struct service const *own = is_told_apart(one) ? one : other ; /* the one that names a file */
  char const *script = own == one ? other->text : one->text ;
  if (own->positional || !strstr(script, " start") || (strncmp(script, "service ", 8) != 0 && !strstr(script, "init.d/"))) return 0 ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    if (strstr(own->text, marks[i])) return 0 ;
  return 1 ;
}

/* Two questions in a row may exclude each other: [ "$MODE" = dev ], [ "$MODE" = prod ]. */
static int are_asked_apart (struct service const *one, struct service const *other)
{
  return one->conditions.first && other->conditions.first && !texts_has(&one->conditions, other->conditions.first->text) ;
}

/* service nginx start; get-cert; nginx -s stop; exec nginx: the task that stopped the first one; 0: none did. */
static struct service const *stopped_between (struct analysis *a, struct service const *first, struct service const *second)
{
  static char const *const words[] = { "stop", "quit", "shutdown", "pkill", "killall" } ;
  for (struct service const *one = first->line < second->line ? first->next : 0 ; one && one != second ; one = one->next)
  {
    char const *text = one->is_oneshot ? pool_printf(a->pool, "%s\n%s", texts_join(a->pool, &one->run, "\n"), one->command ? one->command : "") : "" ;
    for (size_t i = 0 ; i < ROWS(words) ; i++)
      if (shell_mentions(text, words[i]) && (mentions_family(a->pool, text, first->name) || is_client_of(first, text) || shell_mentions(text, first->program))) return one ;
  }
  return 0 ;
}

/* Rounds of a loop have the same words, and other values: redis-server --port "$port" & */
static int are_same_words (struct service const *one, struct service const *other)
{
  return !strcmp(one->text, other->text) && (one->line != other->line || !strchr(one->text, '$')) ;
}

static void find_twice (struct analysis *a, struct statement *first)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    char const *family = service->is_oneshot ? 0 : family_of_service(a, service) ;
    struct service const *stop ;
    for (struct service *other = a->plan->services ; !service->is_oneshot && other != service ; other = other->next)
    {
      if (other->is_oneshot || family_of_service(a, other) != family || are_asked_apart(service, other) || !runs_with(a, first, other, service)) continue ;
      if (!family && (!service->program || !other->program || strcmp(service->program, other->program) != 0)) continue ;
      stop = stopped_between(a, other, service) ;
      if (!stop && (!family || (is_told_apart(service) != is_told_apart(other) ? !may_be_same(service, other) : (is_told_apart(service) && !are_same_words(service, other))))) continue ;
      if (!stop) plan_mistake(a->plan, service->line, pool_printf(a->pool, "%s is started here, and was in line %u: two on one data directory, or one port%s", other->name, other->line,
        is_told_apart(service) != is_told_apart(other) ? ", unless the configuration file that one of them names says otherwise" : "")) ;
      plan_todo(a->plan, service, service->claim, service->line, stop ? pool_printf(a->pool, "%s is the same, which the script stopped in line %u, ahead of this: do what was done in between in the setup, "
        "and remove %s and %s", other->name, stop->line, other->name, stop->name) : pool_printf(a->pool, "%s is the same: remove one of the two", other->name)) ;
      break ;
    }
  }
}

/* first; second; wait -n, as in Docker's manual, but without the & of both. */
void find_late_start (struct analysis *a, struct service const *main, struct statement const *statement)
{
  struct launch launch ;
  struct foreground foreground ;
  struct statement const *wait = statement->next ;
  if (statement->kind != STATEMENT_COMMAND || statement->background || a->in_function || main->is_background) return ;
  while (wait && (strcmp(statement_command(wait), "wait") != 0 || (wait->nwords > 1 && strcmp(statement_word(wait, 1), "-n") != 0))) wait = wait->next ;
  command_unwrap(a->pool, statement, &launch) ;
  foreground_of(a->plan, statement, launch.first, &foreground) ;
  if (wait || foreground.is_daemon || says_serve(statement, launch.first))
    plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "it starts when %s (line %u) has ended, if ever: if it has to run beside that, an & is missing behind both", main->name, main->line)) ;
}

void find_mistakes (struct analysis *a, struct statement *first)
{
  find_eaten_status(a, first) ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &visit_lists, a) ;
  find_unknown_to_dash(a, first) ;
  find_signal_mistakes(a, first) ;
  find_zombies(a, first) ;
  find_twice(a, first) ;
  find_lost_status(a) ;
  find_lost_words(a, first) ;
  find_early_end(a, first) ;
  if (a->source->had_crlf)
    plan_mistake(a->plan, 1, "carriage returns at the ends of lines: the kernel looks for an interpreter with one in its name; they are left out") ;
}
