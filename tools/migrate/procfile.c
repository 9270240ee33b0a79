#include <string.h>

#include "migrate/analysis.h"
#include "migrate/inputs.h"
#include "migrate/script.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static int is_dockerfile (char const *base, char const *text)
{
  char const *dot = strrchr(base, '.') ;
  if (!strncmp(base, "Dockerfile", 10) || !strncmp(base, "Containerfile", 13)) return 1 ;
  if (dot && (!strcasecmp(dot, ".dockerfile") || !strcasecmp(dot, ".containerfile"))) return 1 ;
  for (;;)
  {
    text += strspn(text, " \t\n") ;
    if (*text != '#') break ;
    text += strcspn(text, "\n") ;
  }
  return !strncasecmp(text, "FROM", 4) && (text[4] == ' ' || text[4] == '\t') ;
}

static int has_line (char const *text, char const *begin)
{
  size_t len = strlen(begin) ;
  for (;;)
  {
    if (!strncmp(text, begin, len)) return 1 ;
    text = strchr(text, '\n') ;
    if (!text++) return 0 ;
  }
}

static int has_extension (char const *base, char const *names)
{
  char const *dot = strrchr(base, '.') ;
  return dot && shell_one_of(dot + 1, names) ;
}

/* Files that look like a list of processes, and are none. */
static enum input_kind other_kind (char const *base, char const *text)
{
  if (has_line(text, "services:") && (has_extension(base, "yml yaml") || has_line(text, "version:") || strstr(text, "\n    image:") || strstr(text, "\n    build:"))) return INPUT_COMPOSE ;
  if (has_line(text, "[Service]") || (has_line(text, "[Unit]") && has_line(text, "[Install]"))) return INPUT_UNIT ;
  if (has_extension(base, "yml yaml json toml xml") || has_line(text, "apiVersion:")) return INPUT_DATA ;
  return INPUT_SCRIPT ;
}

enum input_kind input_kind (struct source const *source)
{
  char const *base = shell_basename(source->name) ;
  if (!strncmp(base, "Procfile", 8)) return INPUT_PROCFILE ;
  if (!strncmp(source->text, "#!", 2)) return INPUT_SCRIPT ;
  if (is_dockerfile(base, source->text)) return INPUT_DOCKERFILE ;
  if (strstr(source->text, "[program:") || strstr(source->text, "[fcgi-program:") || strstr(source->text, "[supervisord]")) return INPUT_SUPERVISORD ;
  if (!strncmp(base, "supervisord", 11)) return INPUT_SUPERVISORD ;
  return other_kind(base, source->text) ;
}

void migrate_input (struct plan *plan, enum input_kind kind)
{
  struct service *aside = kind == INPUT_SUPERVISORD || kind == INPUT_PROCFILE ? migrate_code(plan) : 0 ;
  if (kind == INPUT_SUPERVISORD) migrate_supervisord(plan) ;
  else if (kind == INPUT_PROCFILE) migrate_procfile(plan) ;
  else if (kind == INPUT_DOCKERFILE)
    plan->refused = pool_printf(plan->pool, "%s is a Dockerfile: give the script that its ENTRYPOINT or CMD starts, and the Dockerfile with --dockerfile", plan->source->name) ;
  else if (kind == INPUT_COMPOSE)
    plan->refused = pool_printf(plan->pool, "%s is a compose file: each of its services is a container of its own. Give the script that the image's ENTRYPOINT or CMD starts, "
      "one image after the other; commands that should share a container can be given as a Procfile, a line NAME: COMMAND each", plan->source->name) ;
  else if (kind == INPUT_UNIT)
    plan->refused = pool_printf(plan->pool, "%s is a systemd unit: write a directory with a run that ends in exec and the words of ExecStart=, "
      "with reeve-exec --user for User=, cd for WorkingDirectory=, and a dependencies.d for After= and Requires=", plan->source->name) ;
  else if (kind == INPUT_DATA)
    plan->refused = pool_printf(plan->pool, "%s is data, not a wrapper script, a supervisord.conf or a Procfile: give the script that starts the processes", plan->source->name) ;
  else migrate_script(plan) ;
  if (aside) migrate_code_end(plan, aside) ;
}

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

/* The task that comes before all others. */
static void add_release (struct plan *plan, struct range range, char const *command)
{
  source_claim(plan->source, range, plan_setup_where(plan), "the task before the processes") ;
  plan_setup(plan, range, pool_printf(plan->pool, "%s || exit", command), 1) ;
}

/* foreman start -p 8000: the first process's PORT; each further one had 100 more. */
static unsigned int first_port (struct plan const *plan)
{
  for (unsigned int i = 0 ; plan->cmd && plan->cmd[i] ; i++)
  {
    char const *word = plan->cmd[i] ;
    unsigned int port = 0 ;
    if (shell_one_of(word, "-p --port") && plan->cmd[i + 1]) port = shell_number(plan->cmd[i + 1], 65535, 0) ;
    else if (!strncmp(word, "--port=", 7)) port = shell_number(word + 7, 65535, 0) ;
    else if (!strncmp(word, "-p", 2)) port = shell_number(word + 2, 65535, 0) ;
    if (port) return port ;
  }
  return 5000 ;
}

static void add_process (struct plan *plan, char const *name, uint32_t line, struct range range, uint32_t column, char const *command, unsigned int port)
{
  struct source code ;
  struct statement *first = parse_command(plan, &code, line, column, command) ;
  struct analysis a = { .plan = plan, .source = &code, .pool = plan->pool, .suffix = "" } ;
  struct service *service = plan_service(plan, name, line) ;
  service->text = command ;
  service->is_main = 1 ;
  service->claim = source_claim(plan->source, range, service_where(plan, service, "run"),
    pool_printf(plan->pool, "process %s; main, as the whole ends with any process", name)) ;
  if (!first)
  {
    plan_todo(plan, service, service->claim, line, "there is no command") ;
    return ;
  }
  while (first->next)
  {
    texts_add(plan->pool, &service->run, source_copy(&code, first->range)) ;
    first = first->next ;
  }
  run_lines(&a, service, first) ;
  if (first->background) plan_todo(plan, service, service->claim, line, "it was started in the background: a service stays in the foreground") ;
  if (shell_mentions(command, "PORT"))
    texts_add(plan->pool, &service->claim->todo, pool_printf(plan->pool,
      "PORT was set for each process, and by foreman and the like to %u for this one, unless they got PORT themselves: set it in the image, or in run", port)) ;
}

/* Programs read PORT from the environment, also where the Procfile does not say it. */
static void note_ports (struct plan *plan, struct texts const *ports)
{
  if (ports->first)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "no process gets PORT any more; foreman, honcho and the like set it for each, also where the Procfile does not "
      "name it: %s. Who asks for it needs export PORT=... in its run (one ENV PORT in the image would be the same for all)", texts_join(plan->pool, ports, ", "))) ;
}

void migrate_procfile (struct plan *plan)
{
  struct texts ports = { 0 } ;
  unsigned int port = first_port(plan) ;
  plan->shell = "/bin/sh" ;
  for (uint32_t line = 1 ; line <= plan->source->nlines ; line++)
  {
    struct range range = source_line_range(plan->source, line) ;
    char const *text = source_copy(plan->source, range) ;
    size_t len = strspn(text, NAME_LETTERS) ;
    if (text[strspn(text, " \t")] == '#') source_claim(plan->source, range, "dropped", "comment") ;
    else if (len && text[len] == ':')
    {
      size_t column = len + 1 + strspn(text + len + 1, " \t") ;
      if (len == 7 && !strncmp(text, "release", 7)) add_release(plan, range, text + column) ;
      else
      {
        char const *name = pool_copy(plan->pool, text, len) ;
        add_process(plan, name, line, range, (uint32_t)column, text + column, port) ;
        texts_add(plan->pool, &ports, pool_printf(plan->pool, "%s %u", name, port)) ;
      }
      port += 100 ;
    }
  }
  if (!plan->services) plan->refused = pool_printf(plan->pool, "%s has no line of the form NAME: COMMAND", plan->source->name) ;
  if (plan->source->had_crlf) texts_add(plan->pool, &plan->notes, "carriage returns at the ends of lines are left out") ;
  note_ports(plan, &ports) ;
  texts_add(plan->pool, &plan->notes, "a .env file beside the Procfile is not read: reeve-exec --env-file does that in run") ;
  plan_settle(plan) ;
}
