/* Commands that start something by way of another program, which this script does not start:
   supervisorctl start X. They stay where they are, and are marked. */

#include <string.h>

#include "advice/daemons.h"
#include "migrate/facts/facts.h"

struct controller
{
  char const *program ;
  char const *words ; /* of which it needs one; "": it starts in any case */
  char const *supervisor ; /* that has to run for it; 0: it starts the thing itself */
} ;

static struct controller const controllers[] =
{
  { "supervisorctl", "start restart update add reload", "supervisord" },
  { "initctl", "start restart", "upstart" },
  { "sv", "start up once restart force-restart", "runsvdir" },
  { "svc", "-u -o -du", "svscan" },
  { "s6-svc", "-u -o -r -du", "s6-svscan" },
  { "circusctl", "start restart", "circusd" },
  { "monit", "start restart", "monit" },
  { "pm2", "start restart reload resurrect", 0 },
  { "openrc", "", 0 },
  { "screen", "-dm -dmS -d", 0 },
  { "tmux", "-d", 0 },
  { "tmate", "-d", 0 },
  { "daemonize", "", 0 },
  { "daemon", "", 0 },
} ;

static int has_word (struct statement const *statement, unsigned int first, char const *words)
{
  if (!*words) return 1 ;
  for (unsigned int i = first ; i < statement->nwords ; i++)
    if (shell_one_of(statement->words[i].raw, words)) return 1 ;
  return 0 ;
}

/* /app/bin/daemon is the image's own program; daemon -f and pm2 start --no-daemon stay. */
static int is_another (struct statement const *statement, unsigned int first)
{
  char const *program = statement_word(statement, first) ;
  if (!strcmp(shell_basename(program), "pm2")) return has_word(statement, first + 1, "--no-daemon") ;
  if (strcmp(shell_basename(program), "daemon") != 0) return 0 ;
  return daemon_is_own(program) || has_word(statement, first + 1, "-f --foreground") ;
}

static int runs_here (struct analysis *a, char const *supervisor)
{
  for (struct service const *service = a->plan->services ; service ; service = service->next)
    if (!strcmp(service->program, supervisor)) return 1 ;
  return 0 ;
}

static char const *control (struct analysis *a, struct statement const *statement, unsigned int first, struct controller const *controller)
{
  char const *text = statement->words[first].raw ;
  for (unsigned int i = first + 1 ; i < statement->nwords ; i++) text = pool_printf(a->pool, "%s %s", text, statement->words[i].raw) ;
  if (!strcmp(controller->program, "openrc"))
    return pool_printf(a->pool, "%s: what its runlevel has, it leaves behind, and nothing supervises that: make a service of each of these, in the foreground, and take this out", text) ;
  if (!controller->supervisor)
    return pool_printf(a->pool, "%s: it leaves something behind that nothing supervises: make a service of that, in the foreground, and take this out", text) ;
  return pool_printf(a->pool, "%s: %s, which this script does not start, has to run for it: make a service of what it starts, and take this out", text, controller->supervisor) ;
}

/* start-stop-daemon --start without --background: the program leaves by itself. */
static char const *start_stop (struct analysis *a, struct statement const *statement, unsigned int first)
{
  char const *program = "" ;
  int starts = 0 ;
  for (unsigned int i = first + 1 ; i < statement->nwords && strcmp(statement->words[i].raw, "--") != 0 ; i++)
  {
    char const *option = statement->words[i].raw ;
    if (shell_one_of(option, "-b --background -K --stop -T --status -t --test")) return 0 ;
    if (shell_one_of(option, "-S --start")) starts = 1 ;
    if (shell_one_of(option, "-x --exec -a --startas") && i + 1 < statement->nwords) program = statement->words[++i].raw ;
    else if (!strncmp(option, "--exec=", 7)) program = option + 7 ;
    else if (!strncmp(option, "--startas=", 10)) program = option + 10 ;
  }
  if (!starts) return 0 ;
  return pool_printf(a->pool, "start-stop-daemon without --background: %s puts itself into the background then, and nothing supervises it: make a service of it, in the foreground", *program ? program : "its program") ;
}

/* What a TODO says of it; 0: it starts nothing by way of another program. */
static char const *started_elsewhere (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.code)
  {
    struct source code ;
    char const *value = shell_unquote(a->pool, launch.code) ;
    char const *found = 0 ;
    for (struct statement const *one = value ? shell_parse_text(a->pool, &code, value) : 0 ; one && !found ; one = one->next) found = started_elsewhere(a, one) ;
    return found ;
  }
  for (unsigned int i = 0 ; i < statement->nwords && i <= launch.first ; i++)
  {
    char const *name = shell_basename(statement_word(statement, i)) ;
    if (!strcmp(name, "start-stop-daemon")) return start_stop(a, statement, i) ;
    for (size_t j = 0 ; j < sizeof(controllers) / sizeof(*controllers) ; j++)
      if (!strcmp(name, controllers[j].program) && !is_another(statement, i) && has_word(statement, i + 1, controllers[j].words)
       && !(controllers[j].supervisor && runs_here(a, controllers[j].supervisor))) return control(a, statement, i, controllers + j) ;
  }
  return 0 ;
}

struct inside
{
  struct statement *statement ;
  struct inside *next ;
} ;

struct marking
{
  struct analysis *a ;
  struct statement *whole ;
  struct inside *all ; /* what is in it, or in a function that it calls */
  struct service *service ;
  struct claim *claim ;
  int is_placed ;
} ;

/* What starts something itself is a service, or is stopped again by a later statement. */
static int is_start (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  command_unwrap(a->pool, statement, &launch) ;
  return statement->background || code_leaves(a, statement, &launch) ;
}

static int add_inside (struct statement *statement, void *data)
{
  struct marking *marking = data ;
  struct inside *one = pool_alloc(marking->a->pool, sizeof(*one)) ;
  *one = (struct inside){ .statement = statement, .next = marking->all } ;
  marking->all = one ;
  return 0 ;
}

static void mark_one (struct marking *marking, struct statement *statement)
{
  struct range range = marking->whole->range ;
  int is_called = statement->range.start < range.start || statement->range.end > range.end ; /* it is in a function */
  uint32_t line = line_of(marking->a, is_called ? marking->whole : statement) ;
  char const *text = started_elsewhere(marking->a, statement) ;
  char const *left = text || is_start(marking->a, statement) ? "" : left_behind(marking->a, statement, 0) ;
  if (!text && !*left && !is_start(marking->a, statement)) left = left_by_script(marking->a, statement) ;
  if (*left) text = pool_printf(marking->a->pool, "its code leaves %s in the background, which %s: make a service of that, in the foreground, and take this out", left,
    marking->service && marking->service->is_oneshot ? "ends with this task" : "nothing supervises") ;
  if (text && marking->is_placed) plan_todo(marking->a->plan, marking->service, marking->claim, line, text) ;
  else if (text) texts_add(marking->a->pool, &marking->claim->todo, text) ;
}

void mark_started_elsewhere (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim, int is_placed)
{
  struct marking marking = { .a = a, .whole = statement, .service = service, .claim = claim, .is_placed = is_placed } ;
  /* Asked behind the walk: some of the questions walk through functions, too. */
  walk_with_calls(a, statement, &add_inside, &marking) ;
  for (struct inside const *one = marking.all ; one ; one = one->next) mark_one(&marking, one->statement) ;
}
