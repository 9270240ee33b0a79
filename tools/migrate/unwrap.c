/* What is put before a command to start it: nohup, setsid, tini, gosu, su, sudo, ...
   A service needs none of them: it is a session of its own, is told signals by its
   supervisor, and changes its user with reeve-exec. */

#include <string.h>

#include "migrate/command.h"

struct unwrapping
{
  struct pool *pool ;
  struct statement const *statement ;
  struct launch *launch ;
  unsigned int i ; /* the word that is looked at */
} ;

static char const *word (struct unwrapping const *u, unsigned int i)
{
  return statement_word(u->statement, i) ;
}

static char const *raw (struct unwrapping const *u, unsigned int i)
{
  return i < u->statement->nwords ? u->statement->words[i].raw : "" ;
}

static void drop (struct unwrapping *u, char const *why)
{
  texts_add_once(u->pool, &u->launch->dropped, why) ;
}

static void add_user (struct unwrapping *u, char const *user, char const *group)
{
  texts_add(u->pool, &u->launch->options, "--user") ;
  texts_add(u->pool, &u->launch->options, *group ? pool_printf(u->pool, "%s:%s", user, group) : user) ;
}

/* As setpriv and chroot do: HOME stays. */
static void add_user_alone (struct unwrapping *u, char const *user, char const *group)
{
  add_user(u, user, group) ;
  texts_add(u->pool, &u->launch->options, "--keep-home") ;
}

/* The user's home directory, as shell code. */
static char const *home_of (struct unwrapping *u, char const *user)
{
  static char const letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-." ;
  size_t len = strcspn(user, ":") ;
  if (len && strspn(user, letters) >= len && (*user < '0' || *user > '9')) return pool_printf(u->pool, "~%.*s", (int)len, user) ;
  if (*user >= '0' && *user <= '9')
    return pool_printf(u->pool, "\"$(getent passwd %.*s | cut -d: -f6)\"", (int)len, user) ;
  return pool_printf(u->pool, "\"$(getent passwd %s | cut -d: -f6)\"", user) ;
}

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

static void unwrap_gosu (struct unwrapping *u)
{
  char const *user = raw(u, u->i + 1) ;
  add_user(u, user, "") ;
  texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "export HOME=%s", home_of(u, user))) ;
  u->i += 2 ;
}

static void unwrap_setuidgid (struct unwrapping *u)
{
  add_user(u, raw(u, u->i + 1), "") ;
  u->i += 2 ;
}

static void set_code (struct unwrapping *u, unsigned int i, char const *prefix)
{
  u->launch->code = raw(u, i) ;
  u->launch->code_prefix = prefix ;
  u->i = u->statement->nwords ;
}

static void become_login (struct unwrapping *u, char const *user)
{
  add_user(u, user, "") ;
  texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "HOME=%s", home_of(u, user))) ;
  texts_add(u->pool, &u->launch->before, "cd \"$HOME\" || exit 111") ;
}

static char const *login_prefix (struct unwrapping *u, char const *user, char const *shell)
{
  return pool_printf(u->pool, "env -i HOME=\"$HOME\" SHELL=%s USER=%s LOGNAME=%s "
    "PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games %s -l", shell, user, user, shell) ;
}

/* su [-] [-s SHELL] USER [-c CODE], in any order; runuser without -u alike. */
static void unwrap_su (struct unwrapping *u)
{
  char const *user = 0 ;
  char const *shell = "/bin/sh" ;
  unsigned int code = 0 ;
  int login = 0 ;
  int keep = 0 ;
  unsigned int i = u->i + 1 ;
  for (; i < u->statement->nwords ; i++)
  {
    char const *option = word(u, i) ;
    if (shell_one_of(option, "- -l --login")) login = 1 ;
    else if (shell_one_of(option, "-m -p --preserve-environment")) keep = 1 ;
    else if (shell_one_of(option, "-s --shell") && i + 1 < u->statement->nwords) shell = raw(u, ++i) ;
    else if (!strncmp(option, "--shell=", 8)) shell = option + 8 ;
    else if (shell_one_of(option, "-c --command -lc -pc")  && i + 1 < u->statement->nwords)
    {
      login |= option[1] == 'l' ;
      code = ++i ;
    }
    else if (!strncmp(option, "--command=", 10) || *option == '-') u->launch->todo = "an option of su that is not known here: look at it" ;
    else if (!user) user = raw(u, i) ;
    else u->launch->todo = "su gave its shell further words: look at them" ;
  }
  if (!user || !code)
  {
    u->launch->todo = "su without a user or a command (-c): write what it should run" ;
    u->launch->first = u->i ;
    return ;
  }
  if (login)
  {
    become_login(u, user) ;
    set_code(u, code, login_prefix(u, user, shell)) ;
    return ;
  }
  add_user(u, user, "") ;
  if (!keep)
    texts_add(u->pool, &u->launch->before,
      pool_printf(u->pool, "export HOME=%s SHELL=%s USER=%s LOGNAME=%s", home_of(u, user), shell, user, user)) ;
  set_code(u, code, shell) ;
}

static void unwrap_runuser (struct unwrapping *u)
{
  char const *user = 0 ;
  char const *group = "" ;
  unsigned int i = u->i + 1 ;
  for (; i < u->statement->nwords && word(u, i)[0] == '-' ; i++)
  {
    char const *option = word(u, i) ;
    if (!strcmp(option, "--"))
    {
      i++ ;
      break ;
    }
    if (shell_one_of(option, "-u --user")) user = raw(u, ++i) ;
    else if (!strncmp(option, "--user=", 7)) user = option + 7 ;
    else if (shell_one_of(option, "-g --group -G --supp-group"))
      group = *group ? pool_printf(u->pool, "%s:%s", group, raw(u, ++i)) : raw(u, ++i) ;
    else if (!user) break ;
  }
  if (!user)
  {
    unwrap_su(u) ;
    return ;
  }
  add_user(u, user, group) ;
  texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "export HOME=%s USER=%s LOGNAME=%s", home_of(u, user), user, user)) ;
  u->i = i ;
}

/* NAME=value before the command, for its environment. */
static int is_assignment (char const *text)
{
  size_t len ;
  text += *text == '"' ;
  len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ;
  return len && (*text < '0' || *text > '9') && text[len] == '=' ;
}

static void unwrap_sudo (struct unwrapping *u)
{
  char const *user = "root" ;
  char const *group = "" ;
  int keep = 0 ;
  int login = 0 ;
  unsigned int i = u->i + 1 ;
  for (; i < u->statement->nwords && word(u, i)[0] == '-' ; i++)
  {
    char const *option = word(u, i) ;
    if (!strcmp(option, "--"))
    {
      i++ ;
      break ;
    }
    if (shell_one_of(option, "-u --user -Eu -EHu -HEu -Hu -nu -EHnu") && i + 1 < u->statement->nwords)
    {
      keep |= !!strchr(option, 'E') ;
      user = raw(u, ++i) ;
    }
    else if (!strncmp(option, "--user=", 7)) user = option + 7 ;
    else if (shell_one_of(option, "-g --group")) group = raw(u, ++i) ;
    else if (shell_one_of(option, "-E --preserve-env -EH -HE")) keep = 1 ;
    else if (shell_one_of(option, "-i --login")) login = 1 ;
    else if (!shell_one_of(option, "-H -n -S --set-home --non-interactive")) u->launch->todo = "an option of sudo that is not known here: look at it" ;
  }
  if (strcmp(user, "root") != 0 || *group) add_user(u, user, group) ;
  else drop(u, "sudo: the service is root already, if the container is") ;
  if (login || !keep) u->launch->todo = "sudo made a fresh environment (sudoers decides): the service has the container's; unset what it must not see" ;
  if (!keep)
    texts_add(u->pool, &u->launch->before,
      pool_printf(u->pool, "export HOME=%s USER=%s LOGNAME=%s", home_of(u, user), user, user)) ;
  for (; i < u->statement->nwords && is_assignment(raw(u, i)) ; i++)
    texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "export %s", raw(u, i))) ;
  u->i = i ;
}

static void unwrap_setpriv (struct unwrapping *u)
{
  char const *user = 0 ;
  char const *group = "" ;
  char const *groups = "" ;
  unsigned int i = u->i + 1 ;
  for (; i < u->statement->nwords && word(u, i)[0] != 0 ? word(u, i)[0] == '-' : raw(u, i)[0] == '-' ; i++)
  {
    char const *option = raw(u, i) ;
    char const *value = strchr(option, '=') ;
    size_t len = value ? (size_t)(value - option) : strlen(option) ;
    char const *name = pool_copy(u->pool, option, len) ;
    if (!strcmp(name, "--"))
    {
      i++ ;
      break ;
    }
    if (shell_one_of(name, "--init-groups --clear-groups --keep-groups")) continue ;
    if (!shell_one_of(name, "--reuid --regid --groups --ruid --euid --rgid --egid"))
    {
      /* Capabilities, no-new-privs, ...: reeve-exec has no option for them. */
      u->launch->options = (struct texts){ 0 } ;
      u->launch->todo = "setpriv does more than change the user: it was kept as it is" ;
      u->launch->first = u->i ;
      return ;
    }
    if (!value) value = raw(u, ++i) ;
    else value++ ;
    if (!strcmp(name, "--groups")) groups = value ;
    else if (strstr(name, "uid")) user = value ;
    else group = value ;
  }
  if (*groups)
  {
    char *list = (char *)pool_copy(u->pool, groups, strlen(groups)) ;
    for (char *p = list ; *p ; p++) if (*p == ',') *p = ':' ;
    group = *group ? pool_printf(u->pool, "%s:%s", group, list) : list ;
  }
  if (user && !strcmp(user, group)) group = "" ;
  if (user) add_user_alone(u, user, group) ;
  else u->launch->todo = "setpriv without a user: look at what it changed" ;
  u->i = i ;
}

static void unwrap_chroot (struct unwrapping *u)
{
  char const *user = "" ;
  char const *root ;
  unsigned int i = u->i + 1 ;
  for (; i < u->statement->nwords && raw(u, i)[0] == '-' ; i++)
  {
    char const *option = raw(u, i) ;
    if (!strncmp(option, "--userspec=", 11)) user = option + 11 ;
    else if (!strncmp(option, "--groups=", 9)) u->launch->todo = "chroot --groups: add the groups to --user, with colons" ;
  }
  root = raw(u, i) ;
  if (strcmp(word(u, i), "/") != 0)
  {
    texts_add(u->pool, &u->launch->options, "--chroot") ;
    texts_add(u->pool, &u->launch->options, root) ;
  }
  if (*user) add_user_alone(u, user, "") ;
  u->i = i + 1 ;
}

static void unwrap_init (struct unwrapping *u)
{
  char const *name = shell_basename(word(u, u->i)) ;
  drop(u, pool_printf(u->pool, "%s: /init reaps and passes signals on", name)) ;
  u->i++ ;
  skip_options(u, "-p -e --rewrite") ;
}

/* start-stop-daemon --start [OPTION...] --exec PROGRAM [-- ARGUMENT...]. In another order the
   command is not one part of the source: it stays as it is. */
static void unwrap_start_stop (struct unwrapping *u)
{
  unsigned int program = 0 ;
  unsigned int i = u->i + 1 ;
  char const *user = "" ;
  char const *directory = "" ;
  for (; i < u->statement->nwords && strcmp(raw(u, i), "--") != 0 ; i++)
  {
    char const *option = raw(u, i) ;
    if (shell_one_of(option, "-x --exec -a --startas")) program = ++i ;
    else if (shell_one_of(option, "-c --chuid")) user = raw(u, ++i) ;
    else if (shell_one_of(option, "-d --chdir")) directory = raw(u, ++i) ;
    else if (shell_one_of(option, "-b --background")) u->launch->detached = 1 ;
    else if (shell_one_of(option, "-p --pidfile -n --name -u --user -R --retry -P --procsched -k --umask -N --nicelevel")) i++ ;
    else if (shell_one_of(option, "-K --stop")) return ;
  }
  if (!program || (program + 1 != i && i < u->statement->nwords)) return ;
  drop(u, "start-stop-daemon: the supervisor starts it") ;
  if (*user) add_user(u, user, "") ;
  if (*directory) texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "cd %s || exit 111", directory)) ;
  u->launch->dashes = i < u->statement->nwords ? i : 0 ;
  u->i = program ;
}

static int unwrap_one (struct unwrapping *u)
{
  char const *name = shell_basename(word(u, u->i)) ;
  unsigned int began = u->i ;
  if (shell_one_of(name, "exec"))
  {
    u->launch->replaced = 1 ;
    u->i++ ;
    skip_options(u, "-a") ;
  }
  else if (shell_one_of(name, "command builtin")) u->i++ ;
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
  else if (u->statement->nwords - u->i < 3) return 0 ;
  else if (shell_one_of(name, "start-stop-daemon")) unwrap_start_stop(u) ;
  else if (shell_one_of(name, "gosu su-exec")) unwrap_gosu(u) ;
  else if (shell_one_of(name, "s6-setuidgid setuidgid")) unwrap_setuidgid(u) ;
  else if (shell_one_of(name, "su")) unwrap_su(u) ;
  else if (shell_one_of(name, "runuser")) unwrap_runuser(u) ;
  else if (shell_one_of(name, "sudo")) unwrap_sudo(u) ;
  else if (shell_one_of(name, "setpriv")) unwrap_setpriv(u) ;
  else if (shell_one_of(name, "chroot") && strstr(raw(u, u->i + 1), "--userspec")) unwrap_chroot(u) ;
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
