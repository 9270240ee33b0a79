#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/shell/shell.h"

/* Options whose value is the next word, or follows `=`, by what the value is. A list of option
   words with blanks between them; the first one with two dashes is also the name of a
   variable, OVERMIND_CAN_DIE. 0: it has no such option. */
enum about { ABOUT_PROCFILE, ABOUT_FOLDER, ABOUT_ENV, ABOUT_PORT, ABOUT_PORT_STEP, ABOUT_COUNTS, ABOUT_WANTED, ABOUT_IGNORED, ABOUT_CAN_DIE, ABOUT_RESTARTS, ABOUT_SIGNALS, ABOUT_TIMEOUT, ABOUT_NOTHING, NABOUT } ;

enum names { NAMES_NONE, NAMES_ONE, NAMES_ALL, NAMES_COUNTED, NAMES_PROCFILE } ; /* what its words without a dash are */

struct procrunner
{
  char const *name ;
  char const *options[NABOUT] ;
  char const *restart_all ; /* options without a value */
  char const *none_ends ;
  char const *failures_end ;
  char const *no_ports ; /* with it, no process gets a PORT */
  char const *variables ; /* OVERMIND_ */
  char const *settings ; /* a file in its folder that may hold options; 0: none */
  char const *signal ; /* that the processes get at the end; 0: TERM */
  enum names names ;
  int keeps_rest ; /* the end of one process does not end the others */
  int in_folder ; /* it works in the Procfile's folder */
  int unnamed_is_none ;
  int counts_all_lines ;
  int env_in_folder ;
  int env_keeps ;
  unsigned int port_step ;
} ;

/* What each does, by its source: ddollar/foreman (cli.rb, engine.rb), nickstenning/honcho
   (command.py, environ.py), ddollar/forego (start.go), mattn/goreman (main.go, proc.go),
   DarthSim/overmind (main.go, start/), DarthSim/hivemind (main.go, hivemind.go),
   strongloop/node-foreman (nf.js, lib/proc.js). */
static struct procrunner const procrunners[] =
{
  { .name = "foreman", .settings = ".foreman", .names = NAMES_ONE, .in_folder = 1, .env_in_folder = 1, .unnamed_is_none = 1, .counts_all_lines = 1, .port_step = 1,
    .options = { [ABOUT_PROCFILE] = "-f --procfile", [ABOUT_FOLDER] = "-d --root", [ABOUT_ENV] = "-e --env", [ABOUT_PORT] = "-p --port",
      [ABOUT_COUNTS] = "-m --formation --concurrency", [ABOUT_TIMEOUT] = "-t --timeout" } },
  { .name = "honcho", .names = NAMES_ALL, .port_step = 1,
    .options = { [ABOUT_PROCFILE] = "-f --procfile", [ABOUT_ENV] = "-e --env", [ABOUT_PORT] = "-p --port", [ABOUT_COUNTS] = "-c --concurrency",
      [ABOUT_NOTHING] = "-d --app-root -q --quiet" } },
  { .name = "forego", .names = NAMES_ONE, .in_folder = 1, .counts_all_lines = 1, .restart_all = "-r --r",
    .options = { [ABOUT_PROCFILE] = "-f --f", [ABOUT_ENV] = "-e --e", [ABOUT_PORT] = "-p --p", [ABOUT_COUNTS] = "-c --c", [ABOUT_TIMEOUT] = "-t --t" } },
  { .name = "goreman", .settings = ".goreman", .names = NAMES_ALL, .keeps_rest = 1, .env_keeps = 1, .counts_all_lines = 1, .failures_end = "-exit-on-error --exit-on-error",
    .options = { [ABOUT_PROCFILE] = "-f --f", [ABOUT_FOLDER] = "-basedir --basedir", [ABOUT_ENV] = "-env --env", [ABOUT_PORT] = "-b --b", [ABOUT_NOTHING] = "-p --p" } },
  { .name = "overmind", .settings = ".overmind.env", .variables = "OVERMIND_", .in_folder = 1, .signal = "INT", .counts_all_lines = 1, .port_step = 10, .none_ends = "--any-can-die", .no_ports = "-N --no-port",
    .options = { [ABOUT_PROCFILE] = "-f --procfile", [ABOUT_FOLDER] = "-d --root", [ABOUT_ENV] = "--env", [ABOUT_PORT] = "-p --port",
      [ABOUT_COUNTS] = "-m --formation", [ABOUT_WANTED] = "-l --processes", [ABOUT_IGNORED] = "-x --ignored-processes", [ABOUT_CAN_DIE] = "-c --can-die",
      [ABOUT_RESTARTS] = "-r --auto-restart", [ABOUT_SIGNALS] = "-i --stop-signals",
      [ABOUT_PORT_STEP] = "-P --port-step", [ABOUT_TIMEOUT] = "-t --timeout",
      [ABOUT_NOTHING] = "-w --title -s --socket -b --colors --formation-port-step -F --tmux-config -S --network -H --shell" } },
  { .name = "hivemind", .variables = "HIVEMIND_", .env_keeps = 1, .names = NAMES_PROCFILE, .in_folder = 1, .signal = "INT", .counts_all_lines = 1,
    .options = { [ABOUT_FOLDER] = "-d --root", [ABOUT_PORT] = "-p --port", [ABOUT_WANTED] = "-l --processes",
      [ABOUT_PORT_STEP] = "-P --port-step", [ABOUT_TIMEOUT] = "-t --timeout", [ABOUT_NOTHING] = "-W --title -F --log-format" } },
  { .name = "nf", .names = NAMES_COUNTED, .port_step = 1,
    .options = { [ABOUT_PROCFILE] = "-j --procfile", [ABOUT_ENV] = "-e --env", [ABOUT_PORT] = "-p --port",
      [ABOUT_NOTHING] = "-x --proxy -f --forward -i --intercept -t --trim" } },
} ;
#define NPROCRUNNERS (sizeof(procrunners) / sizeof(*procrunners))

char const *procrunner_name (unsigned int i)
{
  return i < NPROCRUNNERS ? procrunners[i].name : 0 ;
}

static struct procrunner const *find (char const *name)
{
  for (size_t i = 0 ; i < NPROCRUNNERS ; i++)
    if (!strcmp(procrunners[i].name, name)) return procrunners + i ;
  return 0 ;
}

int procrunner_is (char const *name)
{
  return !!find(name) ;
}

/* ---- lists ---- */

/* The item of the list with that key; its length in *len. */
static char const *item_of (char const *list, char const *name, size_t *len)
{
  for (char const *p = list ; p && *(p += strspn(p, ", ")) ; p += *len)
  {
    *len = strcspn(p, ", ") ;
    if (!strncmp(p, name, strlen(name)) && strchr("=, ", p[strlen(name)])) return p ; /* strchr() finds the NUL, too */
  }
  return 0 ;
}

int procrun_lists (char const *list, char const *name)
{
  size_t len ;
  return item_of(list, name, &len) || item_of(list, "all", &len) ;
}

char const *procrun_value (struct pool *pool, char const *list, char const *name)
{
  size_t len ;
  char const *item = item_of(list, name, &len) ;
  char const *equal ;
  if (!item) item = item_of(list, "all", &len) ;
  equal = item ? memchr(item, '=', len) : 0 ;
  return equal ? pool_copy(pool, equal + 1, len - (size_t)(equal + 1 - item)) : 0 ;
}

char const *procrun_count (struct pool *pool, struct procrun const *run, char const *name)
{
  char const *value ;
  size_t len ;
  if ((run->wanted && !item_of(run->wanted, name, &len)) || item_of(run->ignored, name, &len)) return "0" ;
  value = procrun_value(pool, run->is_mixed ? run->wanted : run->counts, name) ;
  /* foreman start web -m web=3: the name counts alone. */
  if (!run->is_mixed && run->unnamed_is_none && run->wanted) return "1" ;
  if (!value) return run->counts && run->unnamed_is_none ? "0" : "1" ;
  return value ;
}

/* ---- reading the command ---- */

struct reading
{
  struct pool *pool ;
  struct dockerfile const *dockerfile ;
  struct procrunner const *runner ;
  struct procrun *run ;
  int began ; /* `start` has been read */
} ;

static char const *add_item (struct pool *pool, char const *list, char const *item)
{
  return list ? pool_printf(pool, "%s,%s", list, item) : item ;
}

/* Without the signs of quoting, and with the variables of the Dockerfile. */
static char const *word_of (struct reading *r, char const *raw)
{
  char const *text = shell_unquote(r->pool, raw) ;
  if (text) return text ;
  text = raw + (*raw == '"') ;
  text = pool_copy(r->pool, text, strlen(text) - (*raw == '"' && text[0] && text[strlen(text) - 1] == '"')) ;
  text = dockerfile_expand(r->dockerfile, 0, text) ;
  texts_add_once(r->pool, strpbrk(text, "$`") ? &r->run->unclear : &r->run->computed, raw) ;
  return strpbrk(text, "$`") ? 0 : text ;
}

static void take (struct reading *r, enum about about, char const *value)
{
  struct procrun *run = r->run ;
  if (!value) return ;
  switch (about)
  {
    case ABOUT_PROCFILE : run->procfile = value ; break ;
    case ABOUT_FOLDER : run->folder = value ; break ;
    case ABOUT_ENV : run->env = run->env && *run->env ? add_item(r->pool, run->env, value) : value ; break ;
    case ABOUT_PORT : if (shell_number(value, 65535, 0)) run->port = run->own_port = shell_number(value, 65535, 0), run->image_port = 0 ; break ;
    case ABOUT_PORT_STEP : if (*value && strspn(value, "0123456789") == strlen(value)) run->next_port = shell_number(value, 65535, 0) ; break ;
    case ABOUT_COUNTS : run->counts = value ; break ;
    case ABOUT_WANTED : run->wanted = value ; break ;
    case ABOUT_IGNORED : run->ignored = value ; break ;
    case ABOUT_CAN_DIE : run->can_die = value ; break ;
    case ABOUT_RESTARTS : run->restarts = value ; break ;
    case ABOUT_SIGNALS : run->signals = value ; break ;
    case ABOUT_TIMEOUT : run->timeout = shell_number(value, 1000000, 0) ; break ;
    default : ;
  }
}

static void take_name (struct reading *r, char const *word)
{
  switch (r->runner->names)
  {
    case NAMES_ONE : if (!r->run->wanted) r->run->wanted = word ; break ;
    case NAMES_ALL : r->run->wanted = add_item(r->pool, r->run->wanted, word) ; break ;
    case NAMES_COUNTED :
      r->run->wanted = add_item(r->pool, r->run->wanted, word) ;
      r->run->is_mixed = 1 ;
      break ;
    case NAMES_PROCFILE : r->run->procfile = word ; break ;
    default : ;
  }
}

/* An option; returns 1 if its value is the next word. */
static int take_option (struct reading *r, char const *word, char const *next)
{
  size_t len = strcspn(word, "=") ;
  char const *name = pool_copy(r->pool, word, len) ;
  struct procrunner const *runner = r->runner ;
  if (runner->restart_all && shell_one_of(name, runner->restart_all)) r->run->restarts = "all" ;
  if (runner->none_ends && shell_one_of(name, runner->none_ends)) r->run->can_die = "all" ;
  if (runner->no_ports && shell_one_of(name, runner->no_ports)) r->run->no_ports = 1 ;
  if (shell_one_of(name, "-set-ports --set-ports") && word[len] && shell_one_of(word + len + 1, "false f 0")) r->run->no_ports = 1 ; /* goreman's */
  if (runner->failures_end && shell_one_of(name, runner->failures_end)) r->run->only_failures_end = 1 ;
  for (int i = 0 ; i < NABOUT ; i++)
  {
    char const *options = runner->options[i] ;
    if (!options) continue ;
    if (shell_one_of(name, options))
    {
      take(r, (enum about)i, word[len] ? word + len + 1 : next) ;
      return !word[len] ;
    }
    /* -p8000 */
    if (word[0] == '-' && word[1] && word[1] != '-' && word[2] && shell_one_of(pool_copy(r->pool, word, 2), options) && strspn(word + 2, "0123456789") == strlen(word + 2))
    {
      take(r, (enum about)i, word + 2) ;
      return 0 ;
    }
  }
  /* foreman before 0.79: -c web=2; later -c is about colours. */
  if (!strcmp(runner->name, "foreman") && !strcmp(name, "-c") && next && strchr(next, '='))
  {
    take(r, ABOUT_COUNTS, next) ;
    return 1 ;
  }
  return 0 ;
}

/* OVERMIND_CAN_DIE of ENV, or before the command; options count more. */
static void take_variables (struct reading *r, struct texts const *assignments)
{
  struct procrunner const *runner = r->runner ;
  for (int i = 0 ; i < NABOUT && runner->variables ; i++)
  {
    char const *option = runner->options[i] ? strstr(runner->options[i], "--") : 0 ;
    char *name ;
    char const *value ;
    if (!option && i == ABOUT_PROCFILE && runner->names == NAMES_PROCFILE) option = "--procfile" ;
    if (!option) continue ;
    option += 2 ;
    name = pool_alloc(r->pool, strlen(runner->variables) + strlen(option) + 1) ;
    memcpy(name, runner->variables, strlen(runner->variables)) ;
    for (size_t j = 0 ; option[j] && option[j] != ' ' ; j++) name[strlen(runner->variables) + j] = option[j] == '-' ? '_' : (char)(option[j] - 32) ;
    value = dockerfile_expand(r->dockerfile, 0, pool_printf(r->pool, "${%s}", name)) ;
    if (strchr(value, '$')) value = 0 ;
    for (struct text const *one = assignments->first ; one ; one = one->next)
      if (!strncmp(one->text, name, strlen(name)) && one->text[strlen(name)] == '=') value = word_of(r, one->text + strlen(name) + 1) ;
    take(r, (enum about)i, value) ;
  }
  if (runner->no_ports && !strchr(dockerfile_expand(r->dockerfile, 0, pool_printf(r->pool, "${%sNO_PORT}", runner->variables)), '$')) r->run->no_ports = 1 ;
  if (runner->variables && !strchr(dockerfile_expand(r->dockerfile, 0, pool_printf(r->pool, "${%sANY_CAN_DIE}", runner->variables)), '$')) r->run->can_die = "all" ;
}

/* -p${PORT:-3000}, --port="${PORT:-3000}": the variable */
static char const *variable_in (struct reading *r, char const *raw)
{
  char const *text = strchr(raw, '$') ;
  return text ? pool_copy(r->pool, text, strcspn(text, "\"")) : "" ;
}

/* -p ${PORT:-3000}: so do the services. */
static void take_own_port (struct reading *r)
{
  struct texts others = { 0 } ;
  for (struct text const *one = r->run->computed.first ; one ; one = one->next)
  {
    char const *text = variable_in(r, one->text) ;
    if (r->run->own_port && shell_number(dockerfile_expand(r->dockerfile, 0, text), 65535, 0) == r->run->own_port) r->run->own_text = text ;
    else texts_add(r->pool, &others, one->text) ;
  }
  r->run->computed = others ;
}

/* -p $PORT: it counts from that one. */
static void take_port_variable (struct reading *r)
{
  struct texts others = { 0 } ;
  for (struct text const *one = r->run->unclear.first ; one ; one = one->next)
    if (shell_one_of(variable_in(r, one->text), "$PORT ${PORT}")) r->run->takes_port = 1 ;
    else texts_add(r->pool, &others, one->text) ;
  r->run->unclear = others ;
}

/* Where it works: its option, or the folder of the Procfile. */
static void settle_folder (struct reading *r)
{
  struct procrun *run = r->run ;
  char const *slash = run->procfile ? strrchr(run->procfile, '/') : 0 ;
  if (!run->folder && slash && r->runner->in_folder) run->folder = slash == run->procfile ? "/" : pool_copy(r->pool, run->procfile, (size_t)(slash - run->procfile)) ;
  if (run->folder && (!strcmp(run->folder, ".") || !*run->folder)) run->folder = 0 ;
}

struct procrun *procrun_read (struct dockerfile const *dockerfile, struct docker_start const *start)
{
  struct pool *pool = dockerfile->source->pool ;
  struct procrunner const *runner = start->script ? find(start->script) : 0 ;
  struct procrun *run ;
  struct reading r = { .pool = pool, .dockerfile = dockerfile, .runner = runner } ;
  if (!runner || !start->command.first) return 0 ;
  run = r.run = pool_alloc(pool, sizeof(*run)) ;
  run->name = runner->name ;
  run->command = texts_join(pool, &start->command, " ") ;
  run->signal = runner->signal ;
  run->settings = runner->settings ;
  run->unnamed_is_none = runner->unnamed_is_none ;
  run->counts_all_lines = runner->counts_all_lines ;
  run->port_step = runner->port_step ;
  run->next_port = 100 ;
  run->env_in_folder = runner->env_in_folder ;
  run->env_keeps = runner->env_keeps ;
  run->takes_port = strcmp(runner->name, "goreman") != 0 ;
  if (run->takes_port) run->image_port = shell_number(dockerfile_expand(dockerfile, 0, "$PORT"), 65535, 0) ;
  run->port = run->image_port ? run->image_port : 5000 ;
  if (runner->keeps_rest) run->can_die = "all" ;
  r.began = runner->names == NAMES_PROCFILE ;
  take_variables(&r, &start->assignments) ;
  for (struct text const *one = start->command.first->next ; one ; one = one->next)
  {
    char const *word = word_of(&r, one->text) ;
    if (!word) continue ;
    if (*word == '-' && word[1])
    {
      char const *next = one->next ? word_of(&r, one->next->text) : 0 ;
      if (take_option(&r, word, next) && one->next) one = one->next ;
    }
    else if (!r.began)
    {
      r.began = 1 ;
      run->is_other = !shell_one_of(word, "start s") ;
    }
    else if (!run->is_other) take_name(&r, word) ;
  }
  if (runner->variables && ((start->through_text && strstr(start->through_text, runner->variables)) || (start->front_text && strstr(start->front_text, runner->variables))))
    texts_add(pool, &run->unclear, pool_printf(pool, "%s... of the script ahead of it", runner->variables)) ;
  if (run->only_failures_end) run->can_die = 0 ;
  take_own_port(&r) ;
  take_port_variable(&r) ;
  settle_folder(&r) ;
  return run ;
}

/* ---- what was ahead of it ---- */

/* npx and the like only found the programs of node_modules. */
static int is_of_node (char const *prefix)
{
  char const *end = prefix + strcspn(prefix, " ") ;
  for (char const *const *one = (char const *const[]){ "npx", "bunx", "npm", "pnpm", "yarn", 0 } ; *one ; one++)
    if ((size_t)(end - prefix) >= strlen(*one) && !strncmp(end - strlen(*one), *one, strlen(*one))) return 1 ;
  return 0 ;
}

static void prefix_service (struct plan *plan, struct service *service, char const *prefix)
{
  char const *first = pool_copy(plan->pool, prefix, strcspn(prefix, " ")) ;
  int is_known = 1 ;
  if (service->command && !strncmp(service->command, first, strlen(first)) && strchr(" ", service->command[strlen(first)])) return ;
  if (service->command) service->command = pool_printf(plan->pool, "%s %s", prefix, service->command) ;
  for (struct text const *one = service->run.first ; one ; one = one->next)
    is_known &= !strncmp(one->text, "cd ", 3) || !strncmp(one->text, "export ", 7) || !strncmp(one->text, "umask ", 6) ;
  if (!service->command || !is_known) plan_todo(plan, service, service->claim, service->line, pool_printf(plan->pool, "%s was ahead of what started this: write it before each program here that it is for", prefix)) ;
}

void procrun_prefix (struct plan *plan, char const *prefix)
{
  int is_node = is_of_node(prefix) ;
  for (struct service *service = plan->services ; service ; service = service->next)
  {
    if (is_node) texts_add(plan->pool, &service->before, "export PATH=\"$PWD/node_modules/.bin:$PATH\"") ;
    else prefix_service(plan, service, prefix) ;
  }
  texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, is_node ? "%s goes with what it started; the services find the programs of node_modules by PATH"
    : "%s goes with what it started, and is ahead of each service's program instead: its environment was theirs", prefix)) ;
}
