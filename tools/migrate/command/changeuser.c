/* Programs that change the user, and then execute a command: gosu, su, sudo, setpriv, chroot, ...
   reeve-exec does it instead. */

#include <string.h>

#include "migrate/command/unwrapping.h"

void unwrap_user (struct unwrapping *u, char const *user, char const *group)
{
  texts_add(u->pool, &u->launch->options, "--user") ;
  texts_add(u->pool, &u->launch->options, *group ? pool_printf(u->pool, "%s:%s", user, group) : user) ;
}

/* As setpriv, chroot, s6-setuidgid and su -p do: HOME stays. */
static void add_user_alone (struct unwrapping *u, char const *user, char const *group)
{
  unwrap_user(u, user, group) ;
  texts_add(u->pool, &u->launch->options, "--keep-home") ;
}

/* The user of USER[:GROUP], as shell code: of one that only the start tells, by what it has ahead of a colon. */
static char const *user_alone (struct unwrapping *u, char const *user, char const **before)
{
  char const *name = user + (*user == '"') ;
  size_t len ;
  *before = "" ;
  if (!strchr(user, '$') && !strchr(user, '`')) return shell_quote(u->pool, pool_copy(u->pool, user, strcspn(user, ":"))) ;
  if (*name == '$')
  {
    int brace = name[1] == '{' ;
    name += 1 + brace ;
    len = strspn(name, NAME_LETTERS) ;
    if (len && (!brace || name[len] == '}') && (!name[len + (size_t)brace] || strchr(":\"", name[len + (size_t)brace])))
      return pool_printf(u->pool, "\"${%.*s%%%%:*}\"", (int)len, name) ;
  }
  *before = pool_printf(u->pool, "reeve_user=%s; ", user) ;
  return "\"${reeve_user%%:*}\"" ;
}

/* The user's home directory, as shell code. gosu and the like take / where nobody has that number. */
static char const *home_of (struct unwrapping *u, char const *user)
{
  static char const letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-." ;
  char const *plain = shell_unquote(u->pool, user) ;
  size_t len = plain ? strcspn(plain, ":") : 0 ;
  char const *before ;
  char const *alone ;
  if (plain) user = plain ;
  if (len && strspn(user, letters) >= len && (*user < '0' || *user > '9')) return pool_printf(u->pool, "~%.*s", (int)len, user) ;
  alone = user_alone(u, user, &before) ;
  return pool_printf(u->pool, "\"$(%sgetent passwd %s | cut -d: -f6 | grep . || echo /)\"", before, alone) ;
}

void unwrap_gosu (struct unwrapping *u)
{
  char const *user = raw(u, u->i + 1) ;
  unwrap_user(u, user, "") ;
  texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "export HOME=%s", home_of(u, user))) ;
  u->i += 2 ;
}

void unwrap_setuidgid (struct unwrapping *u)
{
  add_user_alone(u, raw(u, u->i + 1), "") ;
  u->i += 2 ;
}

static void set_code (struct unwrapping *u, char const *code, char const *prefix)
{
  u->launch->code = code ;
  u->launch->code_prefix = prefix ;
  u->i = u->statement->nwords ;
}

static void become_login (struct unwrapping *u, char const *user, char const *group)
{
  unwrap_user(u, user, group) ;
  texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "HOME=%s", home_of(u, user))) ;
  texts_add(u->pool, &u->launch->before, "cd \"$HOME\" || :") ; /* a login warns, and goes on where it is */
}

static char const *login_prefix (struct unwrapping *u, char const *user, char const *shell)
{
  return pool_printf(u->pool, "env -i HOME=\"$HOME\" SHELL=%s USER=%s LOGNAME=%s "
    "PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games %s -l", shell, user, user, shell) ;
}

/* su USER -c CODE A B: $0 and $1 of the code; 0: none */
static void add_code_word (struct unwrapping *u, unsigned int i)
{
  u->launch->code_words = pool_printf(u->pool, "%s%s%s", u->launch->code_words ? u->launch->code_words : "", u->launch->code_words ? " " : "", raw(u, i)) ;
}

static struct texts copy_texts (struct pool *pool, struct texts const *from)
{
  struct texts copy = { 0 } ;
  for (struct text const *one = from->first ; one ; one = one->next) texts_add(pool, &copy, one->text) ;
  return copy ;
}

static void note_before_user (struct unwrapping *u)
{
  struct launch *before ;
  if (u->launch->before_user) return ;
  before = pool_alloc(u->pool, sizeof(*before)) ;
  *before = *u->launch ;
  before->first = u->i ;
  before->options = copy_texts(u->pool, &before->options) ;
  before->before = copy_texts(u->pool, &before->before) ;
  before->dropped = copy_texts(u->pool, &before->dropped) ;
  u->launch->before_user = before ;
}

/* su [-] [-s SHELL] USER [-c CODE], in any order; runuser without -u alike. */
void unwrap_su (struct unwrapping *u)
{
  int ended = 0 ; /* by --: what follows are the user and its shell's words */
  char const *user = 0 ;
  char const *group = "" ;
  char const *shell = "/bin/sh" ;
  char const *code = 0 ;
  int login = 0 ;
  int keep = 0 ;
  unsigned int i = u->i + 1 ;
  note_before_user(u) ;
  for (; i < u->statement->nwords ; i++)
  {
    char const *option = word(u, i) ;
    if (ended && user && !code && shell_one_of(option, "-c") && i + 1 < u->statement->nwords) code = raw(u, ++i) ;
    else if (ended && user) add_code_word(u, i) ;
    else if (!strcmp(option, "--")) ended = 1 ;
    else if (shell_one_of(option, "- -l --login")) login = 1 ;
    else if (shell_one_of(option, "-m -p --preserve-environment")) keep = 1 ;
    else if (shell_one_of(option, "-s --shell") && i + 1 < u->statement->nwords) shell = raw(u, ++i) ;
    else if (!strncmp(option, "--shell=", 8)) shell = option + 8 ;
    else if (shell_one_of(option, "-g --group -G --supp-group") && i + 1 < u->statement->nwords)
      group = *group ? pool_printf(u->pool, "%s:%s", group, raw(u, ++i)) : raw(u, ++i) ;
    else if (shell_one_of(option, "-w --whitelist-environment") && i + 1 < u->statement->nwords)
    {
      u->launch->todo = "su -w kept variables of the environment: export them" ;
      i++ ;
    }
    else if (shell_one_of(option, "-c --command --session-command -lc -pc") && i + 1 < u->statement->nwords)
    {
      login |= option[1] == 'l' ;
      code = raw(u, ++i) ;
    }
    else if (!strncmp(raw(u, i), "--command=", 10) || !strncmp(raw(u, i), "--session-command=", 18)) code = strchr(raw(u, i), '=') + 1 ;
    else if (*option == '-' || raw(u, i)[0] == '-') u->launch->todo = "an option of su that is not known here: look at it" ;
    else if (!user) user = raw(u, i) ;
    else add_code_word(u, i) ;
  }
  if (!user && code) user = "root" ;
  if (!code)
  {
    if (!u->launch->todo) u->launch->todo = "su without a command (-c): write what it should run" ;
    u->launch->first = u->i ;
    return ;
  }
  if (login)
  {
    become_login(u, user, group) ;
    set_code(u, code, login_prefix(u, user, shell)) ;
    return ;
  }
  if (keep) add_user_alone(u, user, group) ;
  else unwrap_user(u, user, group) ;
  if (!keep)
    texts_add(u->pool, &u->launch->before,
      pool_printf(u->pool, "export HOME=%s SHELL=%s USER=%s LOGNAME=%s", home_of(u, user), shell, user, user)) ;
  set_code(u, code, shell) ;
}

void unwrap_runuser (struct unwrapping *u)
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
  unwrap_user(u, user, group) ;
  texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "export HOME=%s USER=%s LOGNAME=%s", home_of(u, user), user, user)) ;
  u->i = i ;
}

/* NAME=value before the command, for its environment. */
static int is_assignment (char const *text)
{
  size_t len ;
  text += *text == '"' ;
  len = strspn(text, NAME_LETTERS) ;
  return len && (*text < '0' || *text > '9') && text[len] == '=' ;
}

#define SUDO_UNKNOWN "an option of sudo that is not known here: look at it"

void unwrap_sudo (struct unwrapping *u)
{
  char const *user = "root" ;
  char const *group = "" ;
  int keep = 0 ;
  int login = 0 ;
  unsigned int i = u->i + 1 ;
  note_before_user(u) ;
  for (; i < u->statement->nwords && word(u, i)[0] == '-' ; i++)
  {
    char const *option = word(u, i) ;
    if (!strcmp(option, "--"))
    {
      i++ ;
      break ;
    }
    if (!strncmp(option, "--user=", 7)) user = option + 7 ;
    else if (!strncmp(option, "--group=", 8)) group = option + 8 ;
    else if (!strcmp(option, "--user")) user = raw(u, ++i) ;
    else if (!strcmp(option, "--group")) group = raw(u, ++i) ;
    else if (!strcmp(option, "--preserve-env")) keep = 1 ;
    else if (!strncmp(option, "--preserve-env=", 15)) continue ; /* the others are gone: the TODO says so */
    else if (!strcmp(option, "--login")) login = 1 ;
    else if (!strcmp(option, "--background")) u->launch->detached = 1 ;
    else if (option[1] == '-')
    {
      if (!shell_one_of(option, "--set-home --non-interactive --stdin")) u->launch->todo = SUDO_UNKNOWN ;
      if (shell_one_of(option, "--close-from --chdir --chroot --host --prompt --command-timeout --role --type --other-user")) i++ ;
    }
    else for (char const *letter = option + 1 ; *letter ; letter++)
    {
      char const *value = 0 ;
      if (strchr("ugCchpTrtDRU", *letter)) value = letter[1] ? letter + 1 : raw(u, ++i) ;
      if (value && *letter == 'u') user = value ;
      else if (value && *letter == 'g') group = value ;
      else if (value) u->launch->todo = SUDO_UNKNOWN ;
      else if (*letter == 'E') keep = 1 ;
      else if (*letter == 'i') login = 1 ;
      else if (*letter == 'b') u->launch->detached = 1 ;
      else if (!strchr("HnS", *letter)) u->launch->todo = SUDO_UNKNOWN ;
      if (value) break ;
    }
  }
  if (strcmp(user, "root") != 0 || *group) unwrap_user(u, user, group) ;
  else drop(u, "sudo: the service is root already, if the container is") ;
  if ((login || !keep) && !u->launch->todo) u->launch->todo = "sudo made a fresh environment (sudoers decides): the service has the container's; unset what it must not see" ;
  if (!keep)
    texts_add(u->pool, &u->launch->before,
      pool_printf(u->pool, "export HOME=%s USER=%s LOGNAME=%s", home_of(u, user), user, user)) ;
  for (; i < u->statement->nwords && is_assignment(raw(u, i)) ; i++)
    texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "export %s", raw(u, i))) ;
  u->i = i ;
}

/* doas [-n] [-u USER] COMMAND... */
void unwrap_doas (struct unwrapping *u)
{
  char const *user = "root" ;
  unsigned int i = u->i + 1 ;
  for (; shell_one_of(raw(u, i), "-n -u") ; i++)
    if (!strcmp(raw(u, i), "-u")) user = raw(u, ++i) ;
  if (raw(u, i)[0] == '-' && strcmp(raw(u, i), "--") != 0) return ; /* it only checks, or runs a shell */
  note_before_user(u) ;
  if (strcmp(user, "root") != 0) unwrap_user(u, user, "") ;
  else drop(u, "doas: the service is root already, if the container is") ;
  u->launch->todo = "doas made a fresh environment (doas.conf decides): the service has the container's; unset what it must not see" ;
  texts_add(u->pool, &u->launch->before, pool_printf(u->pool, "export HOME=%s USER=%s LOGNAME=%s", home_of(u, user), user, user)) ;
  u->i = i + !strcmp(raw(u, i), "--") ;
}

void unwrap_setpriv (struct unwrapping *u)
{
  char const *user = 0 ;
  char const *group = "" ;
  char const *groups = "" ;
  int clears = 0 ; /* the supplementary groups */
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
    clears |= !strcmp(name, "--clear-groups") ;
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
  if (user && (clears || *groups) && !*group) group = "0" ; /* that of the container's first process stays */
  if (*groups)
  {
    char *list = (char *)pool_copy(u->pool, groups, strlen(groups)) ;
    for (char *p = list ; *p ; p++) if (*p == ',') *p = ':' ;
    group = *group ? pool_printf(u->pool, "%s:%s", group, list) : list ;
  }
  if (user && !clears && !*groups && !strcmp(user, group)) group = "" ;
  if (user) add_user_alone(u, user, group) ;
  else u->launch->todo = "setpriv without a user: look at what it changed" ;
  u->i = i ;
}

static int chroot_changes_user (struct unwrapping const *u)
{
  for (unsigned int i = u->i + 1 ; raw(u, i)[0] == '-' ; i++)
  {
    if (!strncmp(raw(u, i), "--userspec", 10)) return 1 ;
    if (!strcmp(raw(u, i), "--groups")) i++ ;
  }
  return 0 ;
}

void unwrap_chroot (struct unwrapping *u)
{
  char const *user = "" ;
  char const *root ;
  unsigned int i = u->i + 1 ;
  if (!chroot_changes_user(u)) return ;
  for (; i < u->statement->nwords && raw(u, i)[0] == '-' ; i++)
  {
    char const *option = raw(u, i) ;
    if (!strcmp(option, "--"))
    {
      i++ ;
      break ;
    }
    if (!strcmp(option, "--userspec")) user = raw(u, ++i) ;
    else if (!strncmp(option, "--userspec=", 11)) user = option + 11 ;
    else if (!strcmp(option, "--skip-chdir")) continue ;
    else if (!strncmp(option, "--groups", 8))
    {
      if (!option[8]) i++ ;
      u->launch->todo = "chroot --groups: add the groups to --user, with colons" ;
    }
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
