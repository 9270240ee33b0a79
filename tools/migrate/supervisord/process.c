/* In which folder, as whom and with which limits a program runs: its own options, those of supervisord's
   command line, and those of [supervisord]. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/supervisord/commandline.h"
#include "migrate/supervisord/translation.h"

static struct commandline const *commandline_of (struct translation const *t)
{
  static struct commandline const none ;
  return t->plan->commandline ? t->plan->commandline : &none ;
}

/* The program's value, or else the one that it inherits from [supervisord]; 0: neither has it. */
static char const *take_inherited (struct translation *t, char const *name, char const *what)
{
  char const *value = take(t, name, "run", what) ;
  char const *inherited = ini_take(t->source, t->global, name, "each run", pool_printf(t->plan->pool, "%s, of each service that has none of its own", what)) ;
  return value ? value : inherited ;
}

/* Its line in [supervisord] counts for nothing. */
static void drop_for_given (struct translation *t, char const *name, char const *given)
{
  ini_take(t->source, t->global, name, "dropped", pool_printf(t->plan->pool, "supervisord's command line has another one: %s", given)) ;
}

/* The same as a word of run; `given`, if not 0, is what the command line says in place of [supervisord]. */
static char const *inherited_word (struct translation *t, char const *name, char const *given, char const *what)
{
  char const *value ;
  if (given)
  {
    value = take(t, name, "run", what) ;
    drop_for_given(t, name, given) ;
    if (!value) return given ;
  }
  else value = take_inherited(t, name, what) ;
  return value ? supervisord_word(t->plan->pool, &t->expansion, value) : 0 ;
}

static void add_option (struct translation *t, char const *option, char const *value)
{
  texts_add(t->plan->pool, &t->service->options, option) ;
  texts_add(t->plan->pool, &t->service->options, value) ;
}

/* supervisord raised the limit for itself, hence for its programs, and lowered none; 1024 any container has. */
static void set_limit (struct translation *t)
{
  char const *given = commandline_of(t)->minfds ;
  char const *value = given ? given : ini_take(t->source, t->global, "minfds", "", 0) ;
  unsigned int n = value ? shell_number(value, 100000000, 0) : 0 ;
  if (given) drop_for_given(t, "minfds", given) ;
  else if (n <= 1024) ini_take(t->source, t->global, "minfds", "dropped", "limit of open files: any container has as many") ;
  else ini_take(t->source, t->global, "minfds", "each run", "limit of open files, where it is less, as supervisord did") ;
  if (n > 1024)
    texts_add(t->plan->pool, &t->service->before,
      pool_printf(t->plan->pool, "[ \"$(ulimit -n)\" = unlimited ] || [ \"$(ulimit -n)\" -ge %u ] || ulimit -S -n %u 2>/dev/null || ulimit -n %u # supervisord raised it", n, n, n)) ;
}

/* What of [supervisord] counts only if supervisord puts itself into the background. `why`: it did not. */
static char const *background_word (struct translation *t, char const *name, char const *given, char const *what, char const *why)
{
  char const *nodaemon = ini_take(t->source, t->global, "nodaemon", "", 0) ;
  char const *value ;
  if (!commandline_of(t)->stays && !(nodaemon && is_true(nodaemon))) return inherited_word(t, name, given, what) ;
  ini_take(t->source, t->global, name, "dropped", why) ;
  value = take(t, name, "run", what) ;
  return value ? supervisord_word(t->plan->pool, &t->expansion, value) : 0 ;
}

static int is_root (char const *user)
{
  return shell_one_of(user, "root 0 root:root 0:0") ;
}

/* As whom supervisord ran; 0: root. */
static char const *own_user (struct translation *t)
{
  char const *given = commandline_of(t)->user ;
  char const *user = given ? given : ini_take(t->source, t->global, "user", "", 0) ;
  if (user && !is_root(user)) return user ;
  return t->plan->image_user && !is_root(t->plan->image_user) ? t->plan->image_user : 0 ;
}

/* What is said of user=root, and of another user than supervisord's own; 0: the user is set as written. */
static char const *why_dropped (struct translation *t, char const *value)
{
  char const *own = own_user(t) ;
  if (!is_root(value)) return 0 ;
  if (!own) return "root, as the container is if nobody says otherwise" ;
  if (strchr(own, '$'))
    return pool_printf(t->plan->pool, "root, as the container is, if %s, which is not known here, says nothing else (supervisord could not become root then, and here it is started as that user)", own) ;
  return pool_printf(t->plan->pool, "root, which supervisord, as %s, could not become, so that this never started; here it is started as %s", own,
    own == t->plan->image_user ? pool_printf(t->plan->pool, "%s (USER of the image)", own) : "root") ;
}

/* user=bob, where supervisord had become another one before; 0: it could become that. */
static char const *never_became (struct translation *t, char const *value)
{
  char const *own = own_user(t) ;
  if (!own || own == t->plan->image_user || !strcmp(own, value) || strchr(own, '$') || strspn(own, "0123456789") || strspn(value, "0123456789")) return 0 ;
  return pool_printf(t->plan->pool, "user, by reeve-exec, which sets HOME, too; supervisord, as %s, could not become %s, so that this never started", own, value) ;
}

/* environment=HOME="/config" */
static int sets_home (struct translation const *t)
{
  for (struct text const *one = t->service->before.first ; one ; one = one->next)
    if (!strncmp(one->text, "export HOME=", 12)) return 1 ;
  return 0 ;
}

static void set_user (struct translation *t)
{
  char const *given = commandline_of(t)->user ;
  char const *global = ini_take(t->source, t->global, "user", "", 0) ;
  char const *value = ini_take(t->source, t->section, "user", "", 0) ;
  int keeps_home = sets_home(t) ;
  char const *what = keeps_home ? "user, by reeve-exec, which leaves HOME as environment has it" : "user, by reeve-exec, which sets HOME, too" ;
  char const *word ;
  if (global && !given && is_root(global)) ini_take(t->source, t->global, "user", "dropped", why_dropped(t, global)) ;
  if (value && why_dropped(t, value)) note(t, "user", why_dropped(t, value)) ;
  else if (value && never_became(t, value)) take(t, "user", "run", never_became(t, value)) ;
  word = inherited_word(t, "user", given, what) ;
  if (word && !is_root(word) && !texts_has(&t->service->options, "--user"))
  {
    add_option(t, "--user", word) ; /* not its init script's own */
    if (keeps_home) texts_add(t->plan->pool, &t->service->options, "--keep-home") ;
  }
}

void set_process (struct translation *t)
{
  char const *word = background_word(t, "directory", commandline_of(t)->directory, "working directory", "in the foreground, supervisord did not go there") ;
  t->has_directory = !!word ;
  if (word) texts_add(t->plan->pool, &t->service->before, pool_printf(t->plan->pool, "cd %s || exit 111", word)) ;
  set_user(t) ;
  word = background_word(t, "umask", commandline_of(t)->umask, "umask, by reeve-exec", "in the foreground, supervisord did not set it") ;
  if (word) add_option(t, "--umask", word) ;
  set_limit(t) ;
}
