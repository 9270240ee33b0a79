#include <string.h>

#include "migrate/analysis.h"

/* What ends by itself, also in the background. */
#define TASKS "curl wget psql mysql mariadb mysqldump redis-cli mongo mongosh rsync cp mv rm mkdir chown chmod touch echo tar gzip find sed awk pg_dump ssh-keygen sshd-keygen htpasswd openssl envsubst update-ca-certificates " \
  "rabbitmqctl rabbitmqadmin kcadm.sh kcadm mysqladmin mariadb-admin pg_restore mongorestore mongoimport mongodump sqlcmd cypher-shell awslocal aws influx " \
  "clickhouse-client cqlsh nodetool etcdctl kafka-topics.sh ldapadd ldapmodify createdb createuser valkey-cli alembic flyway liquibase"

/* Programs that start and watch others. */
#define SUPERVISORS "supervisord forego foreman honcho goreman overmind hivemind s6-svscan runsvdir svscan circusd monit pm2 pm2-runtime god bluepill multirun immortal"

static struct held *hold (struct analysis *a, struct held **list, struct statement *statement)
{
  struct held *held = pool_alloc(a->pool, sizeof(*held)) ;
  held->statement = statement ;
  while (*list) list = &(*list)->next ;
  *list = held ;
  return held ;
}

/* ---- comments ---- */

/* # behind a statement, in its line: it stays with that. */
static int is_trailing (struct analysis *a, struct statement const *comment)
{
  uint32_t line = line_of(a, comment) ;
  char const *before = source_copy(a->source, (struct range){ source_line_range(a->source, line).start, comment->range.start }) ;
  struct setup_item const *item = a->plan->nsetup ? a->plan->setup + a->plan->nsetup - 1 : 0 ;
  struct claim *claim ;
  if (strspn(before, " \t") == strlen(before)) return 0 ;
  claim = claim_statement(a, comment, "dropped", "comment") ;
  if (item && !item->text && item->range.end && item->range.end <= comment->range.start && source_line(a->source, item->range.end - 1) == line)
  {
    add_setup(a, comment->range, 0) ;
    claim->where = plan_setup_where(a->plan) ;
  }
  else if (!a->task && a->last && a->last->claim && source_last_line(a->source, a->last->claim->range) == line)
  {
    texts_add(a->pool, &a->last->before, statement_text(a, comment)) ;
    claim->where = service_where(a->plan, a->last, "run") ;
  }
  return 1 ;
}

void hold_remark (struct analysis *a, struct statement *comment)
{
  if (is_trailing(a, comment)) return ;
  hold(a, &a->remarks, comment)->claim = claim_statement(a, comment, "dropped", "comment") ;
}

void drop_remarks (struct analysis *a, struct statement const *statement)
{
  uint32_t line = line_of(a, statement) ;
  struct held **first = &a->remarks ;
  /* Those in the lines just above. */
  for (struct held **one = &a->remarks ; *one ; one = &(*one)->next)
  {
    uint32_t next = (*one)->next ? line_of(a, (*one)->next->statement) : line ;
    if (line_of(a, (*one)->statement) + 1 != next) first = &(*one)->next ;
  }
  *first = 0 ;
}

static void remarks_to_service (struct analysis *a, struct service *service)
{
  for (struct held *remark = a->remarks ; remark ; remark = remark->next)
  {
    texts_add(a->pool, &service->before, statement_text(a, remark->statement)) ;
    remark->claim->where = service_where(a->plan, service, "run") ;
  }
  a->remarks = 0 ;
}

static void remarks_to_setup (struct analysis *a)
{
  for (struct held *remark = a->remarks ; remark ; remark = remark->next)
  {
    add_setup(a, remark->statement->range, 0) ;
    remark->claim->where = plan_setup_where(a->plan) ;
  }
  a->remarks = 0 ;
}

/* To the list, ahead of what they are about. */
static void remarks_to_list (struct analysis *a, struct held **list)
{
  while (*list) list = &(*list)->next ;
  *list = a->remarks ;
  a->remarks = 0 ;
}

void add_ready (struct analysis *a, struct service *service)
{
  texts_add_once(a->pool, &a->ready, service->name) ;
}

static void copy_texts (struct analysis *a, struct texts *to, struct texts const *from)
{
  for (struct text const *one = from->first ; one ; one = one->next) texts_add(a->pool, to, one->text) ;
}

/* ---- services ---- */

static void copy_conditions (struct analysis *a, struct service *service)
{
  copy_texts(a, &service->conditions, &a->conditions) ;
  for (struct text const *one = a->otherwise.first ; one ; one = one->next) texts_add_once(a->pool, &service->conditions, one->text) ;
}

int is_image_command (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  char const *raw ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.first + 1 != statement->nwords) return 0 ;
  raw = statement->words[launch.first].raw ;
  return shell_one_of(raw, "\"$@\" $@ \"${@}\" ${@} $* \"$*\"") ;
}

void take_pending (struct analysis *a, struct service *service)
{
  for (struct held *held = a->pending ; held ; held = held->next)
  {
    texts_add(a->pool, &service->before, statement_text(a, held->statement)) ;
    held->claim->where = service_where(a->plan, service, "run") ;
    if (held->statement->kind != STATEMENT_COMMENT) held->claim->what = pool_printf(a->pool, "%s, ahead of the command", held->claim->what) ;
  }
  a->pending = 0 ;
}

static int takes_arguments (char const *text)
{
  return strstr(text, "$@") || strstr(text, "${@}") ;
}

/* "$@", and perhaps more: what it runs is not in the script. */
static int runs_arguments (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  return launch.first < statement->nwords && takes_arguments(statement->words[launch.first].raw) ;
}

/* What may be done again at each start of the service that comes next. */
static int is_preparation (struct statement const *statement)
{
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (strstr(statement->redirects[i].raw, ">>")) return 0 ;
  return shell_one_of(statement_command(statement), "touch mkdir chown chmod rm echo printf") ;
}

/* Is there more among them than preparations, questions and words? */
static int has_work (struct held const *held)
{
  for (; held ; held = held->next)
    if (held->statement->kind == STATEMENT_COMMAND && !is_preparation(held->statement)
     && !shell_one_of(statement_command(held->statement), "exit sleep : true [ test return")) return 1 ;
  return 0 ;
}

static int leaves_loop (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "break") ;
}

/* while :; do load && break; sleep 9; done &, perhaps at the end of a group. */
static int can_be_left (struct statement const *statement)
{
  struct statement const *last = statement->body ;
  if (statement->kind == STATEMENT_LOOP) return statement_walk((struct statement *)statement, &leaves_loop, 0) ;
  if (statement->kind == STATEMENT_AND) return can_be_left(statement->body->next) ;
  if ((statement->kind != STATEMENT_GROUP && statement->kind != STATEMENT_SUBSHELL) || !last) return 0 ;
  while (last->next) last = last->next ;
  return can_be_left(last) ;
}

/* wait-for-it db:5432 -- echo there & */
static int is_waiter (struct statement const *statement)
{
  unsigned int i = 1 ;
  if (!shell_one_of(statement_command(statement), "wait-for-it wait-for-it.sh wait-for wait-for.sh wait4ports")) return 0 ;
  while (i < statement->nwords && strcmp(statement->words[i].raw, "--") != 0) i++ ;
  return i + 1 >= statement->nwords || is_short(shell_basename(statement_word(statement, i + 1))) ;
}

/* (sleep 5; echo ready) &: no program that stays is in it. */
static int ends_soon (struct statement const *statement)
{
  if (is_waiter(statement)) return 1 ;
  if (can_be_left(statement)) return 1 ;
  if (statement->kind != STATEMENT_GROUP && statement->kind != STATEMENT_SUBSHELL) return 0 ;
  for (struct statement const *one = statement->body ; one ; one = one->next)
    if (one->background || one->kind != STATEMENT_COMMAND || !shell_one_of(statement_command(one), TASKS " echo printf sleep true :")) return 0 ;
  return 1 ;
}

/* configure-db.sh & : by its name it prepares something, and ends. */
static int says_task (char const *name)
{
  int says = 0 ;
  for (char const *p = name ; *p ; p += strspn(p, "-_."))
  {
    char word[32] ;
    size_t len = strcspn(p, "-_.") ;
    if (len < sizeof(word))
    {
      memcpy(word, p, len) ;
      word[len] = 0 ;
      if (shell_one_of(word, "server serve daemon worker workers watch watcher monitor agent api web loop queue scheduler cron")) return 0 ;
      says |= shell_one_of(word, "configure setup init initdb initialize initialise migrate migration migrations seed provision import restore register warmup preload") ;
    }
    p += len ;
  }
  return says ;
}

struct service *start_service (struct analysis *a, struct statement *statement, enum start_how how)
{
  static char const *const hows[] = { "started in the background", "what the script ended with: main", "a daemon" } ;
  struct service *service ;
  char const *name ;
  int by_cmd = is_image_command(a, statement) && a->arguments && a->arguments[0] && !a->shifted && !a->positional ;
  if (has_work(a->pending)) flush_pending(a) ; /* done once, before all that the branch starts */
  close_task(a) ;
  name = by_cmd ? command_service_name(a->pool, a->arguments) : runs_arguments(a, statement) && !a->positional ? "cmd" : name_of(a, statement) ;
  service = plan_service(a->plan, distinct_name(a, name, statement), line_of(a, statement)) ;
  if (a->template) service_template(a->plan, service, a->template) ;
  service->text = statement_text(a, statement) ;
  service->is_main = service->is_waited = how == START_MAIN ;
  service->is_background = how == START_BACKGROUND ;
  service->is_daemon = how == START_DAEMON ;
  copy_conditions(a, service) ;
  service->positional = a->positional ;
  copy_texts(a, &service->dependencies, &a->ready) ;
  service->claim = claim_statement(a, statement, service_where(a->plan, service, "run"),
    pool_printf(a->pool, "service %s, %s", service->name, hows[how])) ;
  if (service->conditions.first)
    service->claim->what = pool_printf(a->pool, "%s, only when %s", service->claim->what, texts_join(a->pool, &service->conditions, " && ")) ;
  remarks_to_service(a, service) ;
  take_pending(a, service) ;
  run_lines(a, service, statement) ;
  plan_mark_place(a->plan, service, service->claim, service->text) ;
  if (!a->plan->cmd && !a->positional && !a->in_function && service->command && takes_arguments(service->command))
    plan_todo(a->plan, service, service->claim, service->line,
      "\"$@\" is the image's CMD, which is not known: give --dockerfile; or write it here, and take it out of the Dockerfile") ;
  if (!a->plan->cmd && !a->positional && !a->in_function && mentions_positional(texts_join(a->pool, &service->conditions, " ")))
    plan_todo(a->plan, service, service->claim, service->line,
      "the script's arguments decide whether it is started, and are the image's CMD, which is not known: give --dockerfile, or write set -- WORD ahead of the condition") ;
  if (shell_one_of(service->program, "mysqld_safe mariadbd-safe"))
    texts_add_once(a->pool, &a->plan->notes, pool_printf(a->pool, "line %u: %s ignores SIGTERM, so that the database would not be stopped: run mysqld (or mariadbd) --user=mysql in its place",
      service->line, service->program)) ;
  if (shell_one_of(service->program, "forego foreman") && (shell_mentions(service->text, "start -r") || shell_mentions(service->text, "--restart")))
  {
    /* It never ended by itself. */
    service->is_main = 0 ;
    service->claim->what = pool_printf(a->pool, "%s; not main: -r starts again what ends", service->claim->what) ;
  }
  if (shell_one_of(service->program, SUPERVISORS))
    texts_add_once(a->pool, &a->plan->notes, pool_printf(a->pool, "TODO: services.d/%s: %s starts and watches processes of its own: migrate what it reads next "
      "(reeve-migrate reads a supervisord.conf and a Procfile), and take it out", service->name, service->program)) ;
  if (how == START_BACKGROUND && (shell_one_of(service->program, TASKS) || ends_soon(statement)))
  {
    service->is_oneshot = 1 ;
    service->is_background = 0 ;
    service->claim->what = pool_printf(a->pool, "task %s, run once, in the background", service->name) ;
  }
  else if (how == START_BACKGROUND && says_task(service->name))
  {
    /* Started again and again it would do harm; as a task, it is at worst not started again. */
    service->is_oneshot = 1 ;
    service->is_background = 0 ;
    service->claim->what = pool_printf(a->pool, "task %s, run once, in the background", service->name) ;
    plan_todo(a->plan, service, service->claim, service->line, "by its name it prepares something, and ends: if it goes on running, remove flag-oneshot") ;
  }
  if (service->is_main && service->without_signals && !service->todo.first)
    plan_todo(a->plan, service, service->claim, service->line, "only the shell gets the signals: let its last command be exec, if it is a program") ;
  a->last = service ;
  a->last_is_idle = 0 ;
  return service ;
}

/* ---- tasks ---- */

void add_task (struct analysis *a, struct statement *statement)
{
  struct held *held ;
  int is_first = !a->task ;
  if (is_first)
  {
    struct service *task = plan_service(a->plan, task_name(a, statement), line_of(a, statement)) ;
    task->is_oneshot = 1 ;
    copy_conditions(a, task) ;
    task->positional = a->positional ;
    if (a->ready.first) copy_texts(a, &task->dependencies, &a->ready) ;
    else
      for (struct service *one = a->plan->services ; one != task ; one = one->next)
        if (!one->is_apart) texts_add(a->pool, &task->dependencies, one->name) ;
    a->task = task ;
    if (!a->conditions.first) take_pending(a, task) ;
  }
  for (struct held *remark = a->remarks ; remark ; remark = remark->next) remark->claim->where = service_where(a->plan, a->task, "run") ;
  remarks_to_list(a, &a->task_statements) ;
  held = hold(a, &a->task_statements, statement) ;
  held->claim = claim_statement(a, statement, service_where(a->plan, a->task, "run"), pool_printf(a->pool, "task %s, run once%s%s", a->task->name,
    a->task->dependencies.first ? " after " : "", texts_join(a->pool, &a->task->dependencies, ", "))) ;
  plan_mark_place(a->plan, a->task, held->claim, statement_text(a, statement)) ;
  a->task_must_succeed = (is_first ? 0 : a->task_must_succeed) || a->sets_errexit || a->must_succeed || may_end(a, statement) ;
}

void close_task (struct analysis *a)
{
  struct service *task = a->task ;
  struct held *first = a->task_statements ;
  if (!task) return ;
  a->task = 0 ;
  while (first->statement->kind == STATEMENT_COMMENT) first = first->next ;
  task->claim = first->claim ;
  task->npieces = a->plan->npieces ;
  for (struct held *held = a->task_statements ; held ; held = held->next)
  {
    if (held->next) texts_add(a->pool, &task->run, statement_text(a, held->statement)) ;
    else run_lines(a, task, held->statement) ;
  }
  task->is_forgiven = !a->task_must_succeed ;
  task->must_succeed = a->task_must_succeed ;
  task->claim->what = pool_printf(a->pool, task->is_forgiven ? "%s; when it fails, what comes later is started all the same, as the script went on"
    : "%s; when it fails, what depends on it is not started", task->claim->what) ;
  a->task_statements = 0 ;
  {
    /* What it waited for, what is behind it waited for as well. */
    struct texts ready = { 0 } ;
    copy_texts(a, &ready, &a->ready) ;
    a->ready = ready ;
  }
  add_ready(a, task) ;
}

/* ---- what starts nothing ---- */

static int is_file_word (char const *name)
{
  return strchr(name, '.') && !shell_one_of(strrchr(name, '.'), ".sh .bash .py .pl .rb") ;
}

/* start-dfs.sh, _start_daemons of a file that is sourced: its name says that it starts something. */
static int find_starter (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct launch launch ;
  char const *name ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  name = shell_basename(statement_word(statement, launch.first)) ;
  if (find_function(a, name) || is_file_word(name) || shell_one_of(name, "start-stop-daemon startx")) return 0 ;
  return !strncasecmp(name, "start", 5) || strcasestr(name, "_start") || strcasestr(name, "-start") || strcasestr(name, "startup") || !strncasecmp(name, "launch", 6) ;
}

static void mark_starter (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  if (statement_walk(statement, &find_starter, a))
    plan_todo(a->plan, service, claim, line_of(a, statement), "by its name it starts something: if that goes on running, make it a service, in the foreground") ;
}

static int ends_well (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "exit") && (statement->nwords == 1 || !strcmp(statement_word(statement, 1), "0")) ;
}

void add_ordinary (struct analysis *a, struct statement *statement)
{
  struct claim *claim ;
  if (a->conditions.first || (a->plan->services && !a->task && is_preparation(statement)))
  {
    struct held *held ;
    remarks_to_list(a, &a->pending) ;
    held = hold(a, &a->pending, statement) ;
    held->claim = claim_statement(a, statement, "", "as it was") ;
    mark_move(a, 0, statement, held->claim) ;
    return ;
  }
  if (a->plan->services)
  {
    add_task(a, statement) ;
    mark_move(a, a->task, statement, a->task_statements->claim) ;
    mark_starter(a, a->task, statement, a->task_statements->claim) ;
    return ;
  }
  remarks_to_setup(a) ;
  claim = claim_statement(a, statement, plan_setup_where(a->plan), "setup, as it was") ;
  if (shell_one_of(statement_command(statement), "eval source ."))
    plan_todo(a->plan, 0, claim, line_of(a, statement), "which variables it sets is not known: they reach no service") ;
  plan_mark_place(a->plan, 0, claim, statement_text(a, statement)) ;
  mark_move(a, 0, statement, claim) ;
  mark_starter(a, 0, statement, claim) ;
  if (statement->kind != STATEMENT_COMMAND && statement_walk(statement, &ends_well, 0))
    plan_todo(a->plan, 0, claim, line_of(a, statement), "exit 0 ended the container here; in cont-init.d it ends this file alone, and the services are started: exit with another code, or start them on a condition") ;
  if (a->must_succeed) plan_setup(a->plan, (struct range){ 0, 0 }, pool_printf(a->pool, "%s || exit", statement_text(a, statement)), 1) ;
  else add_setup(a, statement->range, 1) ;
}

/* A check of what the script was given: done before all services. */
static int ends_script (struct held const *held)
{
  for (; held ; held = held->next)
    if (!strcmp(statement_command(held->statement), "exit")) return 1 ;
  return 0 ;
}

void flush_pending (struct analysis *a)
{
  struct held *first = a->pending ;
  struct texts lines = { 0 } ;
  if (!first) return ;
  if (!a->conditions.first && a->last)
  {
    take_pending(a, a->last) ;
    return ;
  }
  a->pending = 0 ;
  if (a->plan->services && !ends_script(first))
  {
    for (struct held *held = first ; held ; held = held->next)
    {
      struct claim *claim = held->claim ;
      if (held->statement->kind == STATEMENT_COMMENT)
      {
        hold(a, &a->remarks, held->statement)->claim = claim ;
        continue ;
      }
      add_task(a, held->statement) ;
      claim->where = service_where(a->plan, a->task, "run") ;
      claim->what = pool_printf(a->pool, "task %s, run once", a->task->name) ;
    }
    close_task(a) ;
    return ;
  }
  if (!a->plan->cmd && mentions_positional(texts_join(a->pool, &a->conditions, " ")))
    plan_todo(a->plan, 0, first->claim, line_of(a, first->statement),
      "the script's arguments decide whether it is done, and are the image's CMD, which is not known: give --dockerfile, or write set -- WORD ahead of the condition") ;
  /* What the branch has set for these lines. */
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (a->plan->pieces[i].under && !strcmp(a->plan->pieces[i].under, texts_join(a->pool, &a->conditions, " && "))) texts_add(a->pool, &lines, a->plan->pieces[i].text) ;
  for (struct held *held = first ; held ; held = held->next)
  {
    texts_add(a->pool, &lines, statement_text(a, held->statement)) ;
    held->claim->where = plan_setup_where(a->plan) ;
  }
  plan_setup(a->plan, (struct range){ 0, 0 }, pool_printf(a->pool, "if %s; then\n%s\nfi",
    texts_join(a->pool, &a->conditions, " && "), texts_join(a->pool, &lines, "\n")), 1) ;
}
