#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/facts/facts.h"
#include "migrate/plan/inputkind.h"
#include "migrate/procfile/procfile.h"
#include "migrate/script/script.h"
#include "migrate/services/services.h"

/* The command at the line and column where it is in the Procfile, so that what is said
   of it names the right line. */
static struct statement *parse_command (struct plan *plan, struct source *code, uint32_t line, uint32_t column, char const *command)
{
  size_t before = line - 1 + column ;
  size_t len = strlen(command) ;
  char *text = pool_alloc(plan->pool, before + len + 1) ;
  memset(text, '\n', line - 1) ;
  memset(text + line - 1, ' ', column) ;
  memcpy(text + before, command, len) ;
  source_init(code, plan->pool, plan->source->name, text, before + len) ;
  return shell_parse(code) ;
}

/* foreman and the like know no release: to them it is a process as any other. */
static void find_early_end (struct plan *plan, uint32_t line)
{
  struct procrun const *run = plan->procrun ;
  if (!run) return ;
  plan_mistake(plan, line, pool_printf(plan->pool, "%s started release beside the others%s; here these start when it has ended", run->name,
    procrun_lists(run->restarts, "release") ? ", and again whenever it ended"
    : procrun_lists(run->can_die, "release") || run->only_failures_end ? "" : ", and ended all when it ended")) ;
}

/* The task that comes before all others. */
static void add_release (struct plan *plan, struct range range, char const *command)
{
  source_claim(plan->source, range, plan_setup_where(plan), "the task before the processes") ;
  procfile_env_setup(plan, range) ;
  plan_setup(plan, range, pool_printf(plan->pool, strchr(command, '#') ? "%s\n[ $? -eq 0 ] || exit" : "%s || exit", command), 1) ; /* a comment may end the line */
  if (plan->prefix && !shell_mentions(command, pool_copy(plan->pool, plan->prefix, strcspn(plan->prefix, " "))))
    texts_add(plan->pool, &plan->setup_todo, pool_printf(plan->pool, "# TODO reeve-migrate: %s was ahead of what started this: write it before each program here that it is for", plan->prefix)) ;
}

/* Main, restarted, or neither: what the end of the process meant for the others. */
static char const *set_end (struct plan *plan, struct service *service, char const *name)
{
  struct procrun const *run = plan->procrun ;
  if (run && procrun_lists(run->restarts, name))
  {
    service_set(plan, service, "restart", "always") ;
    return pool_printf(plan->pool, "%s started it again when it ended", run->name) ;
  }
  if (run && procrun_lists(run->can_die, name))
  {
    service_set(plan, service, "restart", "no") ;
    return pool_printf(plan->pool, "%s neither ended the others nor started it again when it ended", run->name) ;
  }
  service->is_main = 1 ;
  return "main, as the whole ends with any process" ;
}

/* overmind and hivemind end with SIGINT, which they send to the process group. */
static char const *set_signal (struct plan *plan, struct service *service, char const *name)
{
  struct procrun const *run = plan->procrun ;
  char const *signal = run ? procrun_value(plan->pool, run->signals, name) : 0 ;
  if (!signal && run) signal = run->signal ;
  if (!signal) return "" ;
  if (!strncmp(signal, "SIG", 3)) signal += 3 ;
  service_set(plan, service, "down-signal", signal) ;
  if (!run->signal) return pool_printf(plan->pool, "; %s stopped it with SIG%s (down-signal)", run->name, signal) ;
  service_set(plan, service, "flag-down-group", "") ;
  return pool_printf(plan->pool, "; %s stopped it with SIG%s to its process group (down-signal, flag-down-group)", run->name, signal) ;
}

/* -t 20: it killed what took longer. */
static void set_timeout (struct plan *plan, struct service *service)
{
  unsigned int seconds = plan->procrun ? plan->procrun->timeout : 0 ;
  if (seconds) service_set(plan, service, "timeout-kill", pool_printf(plan->pool, "%u000", seconds)) ;
}

/* The new count; 0: one process. */
static char const *set_count (struct plan *plan, struct service *service, char const *name)
{
  char const *count = plan->procrun ? procrun_count(plan->pool, plan->procrun, name) : "1" ;
  if (!strcmp(count, "1") || strspn(count, "0123456789") != strlen(count)) return 0 ;
  service_template(plan, service, count) ;
  return count ;
}

static void add_process (struct plan *plan, char const *name, uint32_t line, struct range range, uint32_t column, char const *command, unsigned int port)
{
  struct source code ;
  struct statement *first = parse_command(plan, &code, line, column, command) ;
  struct analysis a = { .plan = plan, .source = &code, .pool = plan->pool, .suffix = "" } ;
  struct service *service = plan_service(plan, name, line) ;
  char const *count = set_count(plan, service, name) ;
  char const *end = set_end(plan, service, name) ;
  char const *signal = set_signal(plan, service, name) ;
  set_timeout(plan, service) ;
  service->text = command ;
  service->claim = source_claim(plan->source, range, service_where(plan, service, "run"),
    pool_printf(plan->pool, "process %s; %s%s%s", name, end, signal, count ? pool_printf(plan->pool, "; %s of it (count)", count) : "")) ;
  if (!first)
  {
    plan_todo(plan, service, service->claim, line, "there is no command") ;
    return ;
  }
  procfile_env(plan, service) ;
  procfile_port(plan, service, port, !!count, shell_mentions(command, "PORT")) ;
  if (starts_in_background(first) && first->next)
  {
    texts_add(plan->pool, &service->run, command) ;
    plan_todo(plan, service, service->claim, line, "it starts several programs, and a shell stays between: write a service for each of them") ;
    return ;
  }
  while (first->next && first->next->kind != STATEMENT_COMMENT)
  {
    texts_add(plan->pool, &service->run, source_copy(&code, first->range)) ;
    first = first->next ;
  }
  run_lines(&a, service, first) ;
  give_console(&a, service, first) ;
  if (service_has(service, "flag-console"))
    plan_todo(plan, service, service->claim, line, "somebody worked in this, with docker run -it: without a terminal it ends at once, and with it what ended with it before: remove the service, if it is not wanted there") ;
  if (first->background) plan_todo(plan, service, service->claim, line, "it was started in the background: a service stays in the foreground") ;
}

/* A path relative to where the image works, as far as that is known. */
static void set_folder (struct plan *plan)
{
  char const *folder = plan->procrun ? plan->procrun->folder : 0 ;
  if (!folder) return ;
  while (!strncmp(folder, "./", 2)) folder += 2 ;
  if (*folder == '/') plan->workdir = folder ;
  else if (plan->workdir) plan->workdir = pool_printf(plan->pool, "%s/%s", plan->workdir, folder) ;
  else
    for (struct service *one = plan->services ; one ; one = one->next)
      texts_add(plan->pool, &one->before, pool_printf(plan->pool, "cd %s || exit 111", shell_quote(plan->pool, folder))) ;
  texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "%s started the processes in %s%s: run does cd there", plan->procrun->name, *folder == '/' ? "" : "the folder ", folder)) ;
}

struct renaming
{
  char const *from ;
  char const *to ;
} ;

static int renames (struct statement *statement, void *data)
{
  struct renaming const *renaming = data ;
  int from = 0 ;
  int to = 0 ;
  if (!shell_one_of(statement_command(statement), "mv cp ln install")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *name = shell_basename(statement_word(statement, i)) ;
    from |= !strcmp(name, renaming->from) ;
    to |= !strcmp(name, renaming->to) ;
  }
  return from && to ;
}

/* RUN mv Procfile.docker Procfile: is the input what the image starts the processes of? */
static int is_input (struct plan *plan, char const *procfile)
{
  struct source code ;
  struct renaming renaming = { shell_basename(plan->source->name), shell_basename(plan->procfile_source ? plan->procfile_source : procfile) } ;
  if (!strcmp(renaming.from, renaming.to)) return 1 ;
  for (struct text const *run = plan->image_runs.first ; run ; run = run->next)
    for (struct statement *one = shell_parse_text(plan->pool, &code, run->text) ; one ; one = one->next)
      if (statement_walk(one, &renames, &renaming)) return 1 ;
  return 0 ;
}

/* What was told to foreman and the like, and is not in the files. */
static void note_run (struct plan *plan)
{
  struct pool *pool = plan->pool ;
  struct procrun const *run = plan->procrun ;
  char const *procfile ;
  if (!run)
  {
    texts_add(pool, &plan->notes, "each process is main: with foreman, honcho and most others all end with the first one. Not so with goreman, forego -r, and overmind's can-die and auto-restart: "
      "take flag-main out there, and write restart (always, or no)") ;
    return ;
  }
  procfile = run->procfile ? run->procfile : "Procfile" ;
  if (run->is_other)
    texts_add(pool, &plan->notes, pool_printf(pool, "TODO: the image executes %s, which does not start the processes of a Procfile as `start` does: which services are wanted?", run->command)) ;
  if (!is_input(plan, procfile))
    texts_add(pool, &plan->notes, pool_printf(pool, "TODO: the image starts the processes of %s, and not of %s: is that the same file? Else give that one", procfile, shell_basename(plan->source->name))) ;
  if (run->unclear.first)
    texts_add(pool, &plan->notes, pool_printf(pool, "TODO: %s: what %s is, is not known here: if it says which processes run, how many (count), or where, write that into the services", run->command,
      texts_join(pool, &run->unclear, ", "))) ;
  if (run->computed.first)
    texts_add(pool, &plan->notes, pool_printf(pool, "%s: %s has the value of the Dockerfile; another one at docker run no longer changes the services", run->command, texts_join(pool, &run->computed, ", "))) ;
  if (run->only_failures_end)
    texts_add(pool, &plan->notes, pool_printf(pool, "%s went on when a process had ended with 0: flag-main ends the container with any code; take it out of services that may end so", run->name)) ;
  if (run->can_die && !strcmp(run->can_die, "all") && !run->restarts)
    texts_add(pool, &plan->notes, pool_printf(pool, "none of the services is main: %s ended when all its processes had ended; now the container goes on. An empty file flag-main ends it with its service, "
      "and without the file restart a service is started again", run->name)) ;
}

/* Counts with a value that is no number. */
static void check_count (struct plan *plan, struct service *service, char const *name)
{
  char const *count = plan->procrun ? procrun_count(plan->pool, plan->procrun, name) : "1" ;
  if (!count[0] || strspn(count, "0123456789") != strlen(count))
    plan_todo(plan, service, service->claim, service->line, pool_printf(plan->pool, "how many of it: %s? A template, NAME@ with the file count, has several", count)) ;
}

/* A name that stands for two processes. foreman, forego and goreman started both. */
static void check_name (struct plan *plan, char const *name, uint32_t line)
{
  struct service const *first = plan_find(plan, name) ;
  char const *run = plan->procrun ? plan->procrun->name : "" ;
  if (!first || !strcmp(name, "release") || shell_one_of(run, "foreman forego goreman")) return ;
  if (!*run) plan_mistake(plan, line, pool_printf(plan->pool, "line %u has %s, too: with that honcho, overmind and hivemind end at once, and foreman starts both, as it is here", first->line, name)) ;
  else if (!strcmp(run, "nf")) plan_mistake(plan, line, pool_printf(plan->pool, "line %u has %s, too: nf started this one alone; here both start: remove %s, if nothing missed it", first->line, name, first->name)) ;
  else plan_mistake(plan, line, pool_printf(plan->pool, "line %u has %s, too: with that %s ends at once, and starts nothing; here both start", first->line, name, run)) ;
}

struct numbering
{
  struct texts ports ;
  unsigned int port ;
} ;

static void drop_process (struct plan *plan, struct procrun const *run, struct numbering *n, struct range range, char const *name)
{
  source_claim(plan->source, range, "dropped", pool_printf(plan->pool, "process %s: the image does not start it (%s)", name, run->command)) ;
  texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "process %s is not translated, as the image does not start it (%s)%s", name, run->command,
    !strcmp(name, "release") ? ": if nothing else executes it before a deployment, it belongs into cont-init.d" : "")) ;
  if (run->counts_all_lines) n->port += run->next_port ;
}

static void read_process (struct plan *plan, struct numbering *n, uint32_t line, struct range range, char const *text, size_t len)
{
  size_t column = len + 1 + strspn(text + len + 1, " \t") ;
  char const *name = pool_copy(plan->pool, text, len) ;
  char const *count = plan->procrun ? procrun_count(plan->pool, plan->procrun, name) : "1" ;
  if (plan->procrun && *count && strspn(count, "0") == strlen(count))
  {
    drop_process(plan, plan->procrun, n, range, name) ;
    return ;
  }
  if (!strcmp(name, "release"))
  {
    add_release(plan, range, text + column) ;
    find_early_end(plan, line) ;
  }
  else
  {
    check_name(plan, name, line) ;
    add_process(plan, name, line, range, (uint32_t)column, text + column, n->port) ;
    if (plan->refused) return ;
    check_count(plan, plan_last(plan), name) ;
    texts_add(plan->pool, &n->ports, pool_printf(plan->pool, "%s %u", name, n->port)) ;
  }
  n->port += plan->procrun ? plan->procrun->next_port : 100 ;
}

/* Comments right above a process, which its run keeps; not those that are a process themselves: # web: old */
static void hold_comment (struct plan *plan, struct texts *remarks, struct range range, char const *text)
{
  size_t len ;
  source_claim(plan->source, range, "dropped", "comment") ;
  text += strspn(text, " \t#") ;
  len = strspn(text, PROCESS_LETTERS) ;
  if (*text && !(len && text[len] == ':')) texts_add(plan->pool, remarks, pool_printf(plan->pool, "# %s", text)) ;
}

/* The service, if the line made one, gets them: the lines above it. */
static void keep_comments (struct plan *plan, struct service *service, struct texts *remarks, uint32_t line)
{
  struct texts before = *remarks ;
  if (!service || !remarks->first) return ;
  for (struct text const *one = service->before.first ; one ; one = one->next) texts_add(plan->pool, &before, one->text) ;
  service->before = before ;
  while (line-- > 1)
  {
    uint32_t owner = plan->source->owner[source_line_range(plan->source, line).start] ;
    struct claim *claim = owner ? plan->source->claims[owner - 1] : 0 ;
    if (!claim || strcmp(claim->what, "comment") != 0) return ;
    claim->where = service_where(plan, service, "run") ;
  }
}

void migrate_procfile (struct plan *plan)
{
  struct texts remarks = { 0 } ;
  struct numbering n = { .port = plan->procrun ? plan->procrun->port : 5000 } ;
  for (uint32_t line = 1 ; line <= plan->source->nlines && !plan->refused ; line++)
  {
    struct range range = source_line_range(plan->source, line) ;
    char const *text = source_copy(plan->source, range) ;
    size_t len = strspn(text, PROCESS_LETTERS) ;
    struct service const *last = plan_last(plan) ;
    if (text[strspn(text, " \t")] == '#')
    {
      hold_comment(plan, &remarks, range, text) ;
      continue ;
    }
    if (len && text[len] == ':') read_process(plan, &n, line, range, text, len) ;
    if (plan_last(plan) != last) keep_comments(plan, plan_last(plan), &remarks, line) ;
    remarks = (struct texts){ 0 } ;
  }
  if (plan->refused) return ;
  if (!plan->services) plan->refused = pool_printf(plan->pool, plan->procrun ? "%s has no line of the form NAME: COMMAND that the image starts" : "%s has no line of the form NAME: COMMAND", plan->source->name) ;
  if (plan->source->had_crlf) texts_add(plan->pool, &plan->notes, "carriage returns at the ends of lines are left out") ;
  set_folder(plan) ;
  note_run(plan) ;
  procfile_note_ports(plan, &n.ports) ;
  procfile_note_env(plan) ;
  if (plan->prefix) procrun_prefix(plan, plan->prefix) ;
  plan_settle(plan) ;
}
