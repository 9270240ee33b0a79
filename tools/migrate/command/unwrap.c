/* What is put before a command to start it: nohup, setsid, tini, gosu, su, sudo, ...
   A service needs none of them: it is a session of its own, is told signals by its
   supervisor, and changes its user with reeve-exec. */

#include <string.h>

#include "migrate/command/unwrapping.h"

/* Skips options; those in `with_value` take the next word. Stops behind `--`. */
static void skip_options (struct unwrapping *u, char const *with_value)
{
  while (u->i < u->statement->nwords && word(u, u->i)[0] == '-')
  {
    char const *option = word(u, u->i++) ;
    if (!strcmp(option, "--")) return ;
    if (shell_one_of(option, with_value)) u->i++ ;
  }
}

static void unwrap_init (struct unwrapping *u)
{
  char const *name = shell_basename(word(u, u->i)) ;
  unsigned int i = u->i + 1 ;
  drop(u, pool_printf(u->pool, "%s: /init reaps and passes signals on", name)) ;
  u->i++ ;
  skip_options(u, "-p -e -r --rewrite") ;
  for (; i < u->i ; i++)
  {
    if (!strncmp(raw(u, i), "-r", 2) || !strncmp(raw(u, i), "--rewrite", 9))
      u->launch->todo = pool_printf(u->pool, "%s passed on other signals than it got: if that was for docker stop, write down-signal", name) ;
    else if (!strncmp(raw(u, i), "-e", 2)) u->launch->todo = pool_printf(u->pool, "%s made an exit code to 0: write it into success-codes", name) ;
  }
}

/* start-stop-daemon --start [OPTION...] --exec PROGRAM [-- ARGUMENT...]. In another order the
   command is not one part of the source: it stays as it is. */
static void unwrap_start_stop (struct unwrapping *u)
{
  unsigned int program = 0 ;
  unsigned int i = u->i + 1 ;
  char const *user = "" ;
  char const *group = "" ;
  char const *root = "" ;
  char const *todo = 0 ;
  struct texts before = { 0 } ;
  char const *directory = "" ;
  char const *pidfile = "" ;
  int makes_pidfile = 0 ;
  for (; i < u->statement->nwords && strcmp(raw(u, i), "--") != 0 ; i++)
  {
    char const *option = raw(u, i) ;
    char const *equals = !strncmp(option, "--", 2) ? strchr(option, '=') : 0 ;
    char const *key = equals ? pool_copy(u->pool, option, (size_t)(equals - option)) : option ;
    if (shell_one_of(key, "-x --exec -a --startas") && !equals) program = ++i ;
    else if (shell_one_of(key, "-b --background")) u->launch->detached = 1 ;
    else if (shell_one_of(key, "-m --make-pidfile")) makes_pidfile = 1 ;
    else if (shell_one_of(key, "-K --stop")) return ;
    else if (shell_one_of(key, "-c --chuid -g --group -d --chdir -r --chroot -k --umask -p --pidfile -n --name -u --user -R --retry -s --signal --ppid "
      "-N --nicelevel -P --procsched -I --iosched -O --output"))
    {
      char const *value = equals ? equals + 1 : raw(u, ++i) ;
      if (shell_one_of(key, "-c --chuid")) user = value ;
      else if (shell_one_of(key, "-g --group")) group = value ;
      else if (shell_one_of(key, "-d --chdir")) directory = value ;
      else if (shell_one_of(key, "-r --chroot")) root = value ;
      else if (shell_one_of(key, "-p --pidfile")) pidfile = value ;
      else if (shell_one_of(key, "-k --umask")) texts_add(u->pool, &before, pool_printf(u->pool, "umask %s", value)) ;
      else if (shell_one_of(key, "-N --nicelevel -P --procsched -I --iosched -O --output")) todo = pool_printf(u->pool, "start-stop-daemon %s %s is lost: write what does the same before the command (nice, ionice, >>FILE)", key, value) ;
    }
  }
  if (!program || (program + 1 != i && i < u->statement->nwords)) return ;
  drop(u, "start-stop-daemon: the supervisor starts it") ;
  if (*root)
  {
    texts_add(u->pool, &u->launch->options, "--chroot") ;
    texts_add(u->pool, &u->launch->options, root) ;
  }
  if (todo) u->launch->todo = todo ;
  if (*user) unwrap_user(u, user, group) ;
  else if (*group) u->launch->todo = "start-stop-daemon changed the group alone: look at it" ;
  for (struct text const *one = before.first ; one ; one = one->next) texts_add(u->pool, &u->launch->before, one->text) ;
  if (makes_pidfile && *pidfile) texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "echo \"$$\" >%s # as start-stop-daemon --make-pidfile did", pidfile)) ;
  if (*directory) texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "cd %s || exit 111", directory)) ;
  u->launch->dashes = i < u->statement->nwords ? i : 0 ;
  u->i = program ;
}

/* exec -a NAME, -l, -c, before the program. */
static void unwrap_exec (struct unwrapping *u)
{
  for (; *word(u, u->i) == '-' && word(u, u->i)[1] ; u->i++)
  {
    char const *option = word(u, u->i) ;
    if (!strcmp(option, "--"))
    {
      u->i++ ;
      return ;
    }
    if (strchr(option, 'c')) u->launch->todo = "exec -c gave it no environment: write env -i before the program" ;
    if (strchr(option, 'l')) drop(u, "exec -l: the program is called without - ahead of its name") ;
    if (!strchr(option, 'a') || u->i + 1 >= u->statement->nwords) continue ;
    texts_add(u->pool, &u->launch->options, "--argv0") ;
    texts_add(u->pool, &u->launch->options, u->statement->words[++u->i].raw) ;
  }
}

static int unwrap_one (struct unwrapping *u)
{
  char const *name = shell_basename(word(u, u->i)) ;
  char const *own = word(u, u->i) ; /* of the shell: not /app/exec */
  unsigned int began = u->i ;
  if (shell_one_of(own, "exec"))
  {
    u->launch->replaced = 1 ;
    u->i++ ;
    unwrap_exec(u) ;
  }
  else if (shell_one_of(own, "command builtin"))
  {
    if (!strcmp(own, "command") && shell_one_of(word(u, u->i + 1), "-v -V -pv -pV")) return 0 ; /* it only looks for it */
    u->i++ ;
    skip_options(u, "") ;
  }
  else if (shell_one_of(own, "time") && u->statement->nwords - u->i > 1)
  {
    drop(u, "time: a service prints no times when it ends") ;
    u->i++ ;
    skip_options(u, "") ;
  }
  else if (shell_one_of(name, "nohup"))
  {
    drop(u, "nohup: a service has no terminal that could hang up") ;
    u->i++ ;
  }
  else if (shell_one_of(name, "setsid"))
  {
    drop(u, "setsid: a service has a session of its own") ;
    u->i++ ;
    if (shell_one_of(word(u, u->i), "-f --fork")) u->launch->detached = 1 ;
    skip_options(u, "") ;
  }
  else if (shell_one_of(name, "tini tini-static dumb-init catatonit docker-init")) unwrap_init(u) ;
  else if (shell_one_of(name, "sudo") && u->statement->nwords - u->i > 1) unwrap_sudo(u) ;
  else if (shell_one_of(name, "doas") && u->statement->nwords - u->i > 1) unwrap_doas(u) ;
  else if (u->statement->nwords - u->i < 3) return 0 ;
  else if (shell_one_of(name, "start-stop-daemon")) unwrap_start_stop(u) ;
  else if (shell_one_of(name, "gosu su-exec")) unwrap_gosu(u) ;
  else if (shell_one_of(name, "s6-setuidgid setuidgid")) unwrap_setuidgid(u) ;
  else if (shell_one_of(name, "su")) unwrap_su(u) ;
  else if (shell_one_of(name, "runuser")) unwrap_runuser(u) ;
  else if (shell_one_of(name, "setpriv")) unwrap_setpriv(u) ;
  else if (shell_one_of(name, "chroot")) unwrap_chroot(u) ;
  else return 0 ;
  return u->i > began ;
}

void command_unwrap (struct pool *pool, struct statement const *statement, struct launch *launch)
{
  struct unwrapping u = { .pool = pool, .statement = statement, .launch = launch } ;
  memset(launch, 0, sizeof(*launch)) ;
  while (u.i < statement->nwords && unwrap_one(&u)) ;
  launch->first = u.i < statement->nwords ? u.i : statement->nwords ;
}

unsigned int command_behind_user (struct pool *pool, struct statement const *statement, unsigned int i)
{
  struct launch launch = { 0 } ;
  struct unwrapping u = { .pool = pool, .statement = statement, .launch = &launch, .i = i } ;
  char const *name = shell_basename(word(&u, i)) ;
  if (!strcmp(name, "sudo")) unwrap_sudo(&u) ;
  else if (!strcmp(name, "doas")) unwrap_doas(&u) ;
  else if (!strcmp(name, "runuser")) unwrap_runuser(&u) ;
  else unwrap_su(&u) ;
  return !launch.code && u.i > i && u.i < statement->nwords ? u.i : statement->nwords ; /* what is behind code is its $0 and $@ */
}
