#include <string.h>

#include "advice/daemons.h"
#include "migrate/command/command.h"

void command_argv (struct statement const *statement, unsigned int first, char const *argv[COMMAND_WORDS_MAX])
{
  unsigned int n = 0 ;
  for (unsigned int i = first ; i < statement->nwords && n < COMMAND_WORDS_MAX - 1 ; i++, n++)
  {
    char const *raw = statement->words[i].raw ;
    argv[n] = statement->words[i].value ;
    if (!argv[n] && !n) argv[n] = statement->words[i].path ;
    /* The table of daemons wants the shell's word without its quotes. */
    if (!argv[n]) argv[n] = *raw == '"' && raw[1] == '$' ? raw + 1 : raw ;
  }
  argv[n] = 0 ;
}

static char const *without_extension (struct pool *pool, char const *path)
{
  char const *base = shell_basename(path) ;
  char const *dot = strrchr(base, '.') ;
  return dot && dot > base ? pool_copy(pool, base, (size_t)(dot - base)) : base ;
}

static int is_interpreter (char const *name)
{
  return shell_one_of(name, "node nodejs ruby perl php sh bash dash ash zsh lua Rscript deno bun tclsh pypy3 pypy ts-node tsx babel-node")
   || !strncmp(name, "python", 6) ;
}

static char const *java_name (struct pool *pool, char const *const *argv)
{
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    if (!strcmp(argv[i], "-jar") && argv[i + 1]) return without_extension(pool, argv[i + 1]) ;
    if (shell_one_of(argv[i], "-cp -classpath --class-path -p --module-path") && argv[i + 1]) i++ ;
    else if (argv[i][0] != '-' && argv[i][0] != '$')
    {
      char const *dot = strrchr(argv[i], '.') ;
      return dot ? dot + 1 : shell_basename(argv[i]) ;
    }
  }
  return "java" ;
}

static char const *interpreted_name (struct pool *pool, char const *const *argv)
{
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    char const *name ;
    if (!strcmp(argv[i], "-m") && argv[i + 1]) return argv[i + 1] ;
    if (shell_one_of(argv[i], "-c -e -r --eval -X -W -I -S .")) break ; /* php -S ADDRESS, node . */
    if (argv[i][0] == '-' || (i == 1 && !strcmp(argv[i], "run"))) continue ; /* deno run FILE */
    if (argv[i][0] == '$' && argv[i][1] && strspn(argv[i] + 2, "}\"") == strlen(argv[i] + 2)) break ; /* $f, of a loop: it says nothing */
    if (argv[i][0] == '$' && argv[i + 1] && (strstr(argv[i], "OPT") || strstr(argv[i], "ARGS") || strstr(argv[i], "FLAGS"))) continue ;
    name = without_extension(pool, argv[i]) ;
    if (shell_one_of(shell_basename(argv[i]), "manage.py artisan console rails rake") && argv[i + 1] && argv[i + 1][0] != '-') return argv[i + 1] ;
    /* dist/index.js, src/main.py: the folder would say more, but is often the same */
    return name ;
  }
  return shell_basename(argv[0]) ;
}

/* npm run start:worker; npm --prefix web start: web, as all have a script start */
static char const *npm_name (char const *const *argv)
{
  char const *folder = 0 ;
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    if (shell_one_of(argv[i], "--prefix --filter -F --workspace -w --cwd -C --dir") && argv[i + 1]) folder = shell_basename(argv[++i]) ;
    else if (argv[i][0] == '-' || shell_one_of(argv[i], "run run-script")) continue ;
    else if (folder && shell_one_of(argv[i], "start dev serve")) return folder ;
    else return i == 1 && !strcmp(argv[i], "start") ? argv[0] : argv[i] ;
  }
  return folder ? folder : argv[0] ;
}

/* dotnet Shop.Api.dll, dotnet exec X.dll, dotnet run --project src/Api */
static char const *dotnet_name (struct pool *pool, char const *const *argv)
{
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    size_t len = strlen(argv[i]) ;
    if (len > 4 && !strcmp(argv[i] + len - 4, ".dll")) return without_extension(pool, argv[i]) ;
    if (shell_one_of(argv[i], "--project -p") && argv[i + 1] && argv[i + 1][strspn(argv[i + 1], "./")])
      return strstr(argv[i + 1], "proj") ? without_extension(pool, argv[i + 1]) : shell_basename(argv[i + 1]) ;
  }
  return "dotnet" ;
}

char const *command_service_name (struct pool *pool, char const *const *argv)
{
  char const *name ;
  argv = command_behind_runners(pool, argv) ;
  if (argv[0] && *argv[0] == '$' && !strchr(argv[0], '/') && argv[1] && !strpbrk(argv[1], "$-./=\"")) argv++ ;
  if (!argv[0]) return "service" ;
  name = shell_basename(argv[0]) ;
  if (!strcmp(name, "java")) return java_name(pool, argv) ;
  if (!strcmp(name, "dotnet")) return dotnet_name(pool, argv) ;
  if (is_interpreter(name)) return interpreted_name(pool, argv) ;
  if (shell_one_of(name, "npm yarn pnpm")) return shell_basename(npm_name(argv)) ;
  if (shell_one_of(name, "manage.py artisan") && argv[1]) return argv[1] ;
  if (*name == '$' && name[1] != '(')
  {
    size_t len = strcspn(name, "}\":-[") ;
    /* ${X:-y}: its value, or X (readable.c); "$X-agent" has more. */
    if (name[1] == '{' ? !name[strcspn(name, "}") + strspn(name + strcspn(name, "}"), "}\"")] : !name[len + strspn(name + len, "\"")])
      return pool_printf(pool, "${%.*s}", (int)(len - 1 - (name[1] == '{')), name + 1 + (name[1] == '{')) ;
  }
  return shell_one_of(strrchr(name, '.') ? strrchr(name, '.') + 1 : "", "sh py rb pl js php jar exe") ? without_extension(pool, name) : name ;
}

static char const *init_script (char const *const *argv, char const **out)
{
  char const *name = 0 ;
  if (!argv[0] || !argv[1]) return 0 ;
  if (!strncmp(argv[0], "/etc/init.d/", 12) || !strncmp(argv[0], "/etc/rc.d/", 10))
  {
    if (!shell_one_of(argv[1], "start restart")) return 0 ;
    name = shell_basename(argv[0]) ;
  }
  else if (shell_one_of(shell_basename(argv[0]), "service invoke-rc.d rc-service systemctl"))
  {
    int verb_is_first = !strcmp(shell_basename(argv[0]), "systemctl") ;
    while (argv[1] && *argv[1] == '-') argv++ ; /* --quiet */
    if (argv[1] && argv[2] && shell_one_of(argv[verb_is_first ? 1 : 2], "start restart")) name = argv[verb_is_first ? 2 : 1] ;
  }
  if (!name) return 0 ;
  out[0] = 0 ;
  if (!daemon_of_init_script(name, out, COMMAND_WORDS_MAX)) out[0] = 0 ;
  /* mysqld_safe ignores SIGTERM, so that docker stop would not reach the database. */
  if (out[0] && shell_one_of(out[0], "mysqld_safe mariadbd-safe"))
  {
    out[0] = !strcmp(name, "mariadb") || !strcmp(out[0], "mariadbd-safe") ? "mariadbd" : "mysqld" ;
    out[1] = "--user=mysql" ;
    out[2] = 0 ;
  }
  return name ;
}

/* A program that nobody knows, told to go into the background: by a word that means
   nothing else, or by a letter that is all that it is told. */
static int says_background (char const *const *argv)
{
  for (unsigned int i = 1 ; argv[i] ; i++)
    if (shell_one_of(argv[i], "--daemon --daemonize --background --detach --detached --fork -daemon -daemonize") && !(argv[i + 1] && shell_one_of(argv[i + 1], "no false off 0"))) return 1 ;
  return argv[1] && !argv[2] && shell_one_of(argv[1], "-D -d") && !shell_one_of(shell_basename(argv[0]), "rm rmdir mkdir tar date ls cut") ;
}

/* A known daemon's program that only prepares something, and ends. */
static int only_prepares (char const *const *argv)
{
  char const *name = shell_basename(argv[0]) ;
  for (unsigned int i = 1 ; argv[i] ; i++)
    if (!strcmp(name, "x11vnc") && shell_one_of(argv[i], "-storepasswd -version -help -V -sslGenCert -sslGenCA")) return 1 ;
  return 0 ;
}

static int is_unknown (char const *word)
{
  return shell_one_of(word, "$@\" $@ ${@}\" $* $*\" ${@}") ;
}

/* crond "$@": the words that are known, as if there were no arguments. */
static void without_unknown (char const *const *argv, char const **known)
{
  unsigned int n = 0 ;
  for (unsigned int i = 0 ; argv[i] ; i++)
    if (!is_unknown(argv[i])) known[n++] = argv[i] ;
  known[n] = 0 ;
}

static void add_unknown (char const *const *argv, char const **words)
{
  unsigned int n = 0 ;
  while (words[n]) n++ ;
  for (unsigned int i = 0 ; argv[i] && n < COMMAND_WORDS_MAX - 1 ; i++)
    if (is_unknown(argv[i])) words[n++] = argv[i] ;
  words[n] = 0 ;
}

/* haproxy -f "$FILE": the variable is only a file's name. */
static int names_file (char const *const *argv)
{
  int has_file = 0 ;
  if (strcmp(shell_basename(argv[0]), "haproxy") != 0) return 0 ;
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    if (shell_one_of(argv[i], "-db -D -W -Ws -c -v -vv -h") || *argv[i] == '$') return 0 ;
    if (strcmp(argv[i], "-f") != 0 || !argv[i + 1]) continue ;
    has_file = 1 ;
    i++ ;
  }
  return has_file ;
}

/* Its configuration says whether it stays in the foreground, unless an option does. */
static int follows_configuration (char const *const *argv)
{
  int has_file = 0 ;
  if (strcmp(shell_basename(argv[0]), "dbus-daemon") != 0) return 0 ;
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    if (shell_one_of(argv[i], "--nofork --fork --introspect --version")) return 0 ;
    has_file |= !strncmp(argv[i], "--config-file", 13) ;
  }
  return has_file ;
}

/* vncserver "$DISPLAY": would it leave if no variable holds an option? Writes the form for the foreground,
   if there is one. */
static int leaves_without_variables (char const *const *argv, char const **out)
{
  struct daemon_advice advice ;
  char const *plain[COMMAND_WORDS_MAX] ;
  unsigned int n = 0 ;
  for (; argv[n] ; n++) plain[n] = *argv[n] == '$' || *argv[n] == '`' ? argv[n] + strlen(argv[n]) - 1 : argv[n] ;
  plain[n] = 0 ;
  daemon_look(plain, &advice) ;
  if (advice.stays != DAEMON_IN_BACKGROUND) return 0 ;
  if (!daemon_foreground(plain, out, COMMAND_WORDS_MAX)) out[0] = 0 ;
  for (; out[0] && *out ; out++)
    for (unsigned int i = 0 ; i < n ; i++)
      if (*out == plain[i]) *out = argv[i] ;
  return 1 ;
}

void command_foreground (struct statement const *statement, unsigned int first, struct foreground *foreground)
{
  struct daemon_advice advice ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *known[COMMAND_WORDS_MAX] ;
  memset(foreground, 0, sizeof(*foreground)) ;
  command_argv(statement, first, argv) ;
  if (!argv[0]) return ;
  foreground->init_script = init_script(argv, foreground->argv) ;
  if (foreground->init_script)
  {
    foreground->is_init_script = foreground->in_background = foreground->is_daemon = 1 ;
    if (foreground->argv[0])
    {
      daemon_look(foreground->argv, &advice) ;
      foreground->means_strays = advice.means_strays ;
    }
    return ;
  }
  if (!strcmp(shell_basename(argv[0]), "startup.sh") && (strcasestr(argv[0], "tomcat") || strcasestr(argv[0], "catalina")))
  {
    foreground->is_daemon = foreground->in_background = 1 ;
    foreground->mend = "run catalina.sh run, which is beside it" ;
    return ;
  }
  if (only_prepares(argv))
  {
    foreground->ends = 1 ;
    return ;
  }
  if (follows_configuration(argv) || names_file(argv))
  {
    unsigned int n = 0 ;
    foreground->is_daemon = foreground->in_background = foreground->by_configuration = 1 ;
    foreground->argv[n++] = argv[0] ;
    foreground->argv[n++] = names_file(argv) ? "-db" : "--nofork" ;
    for (unsigned int i = 1 ; argv[i] && n < COMMAND_WORDS_MAX - 1 ; i++) foreground->argv[n++] = argv[i] ;
    foreground->argv[n] = 0 ;
    return ;
  }
  daemon_look(argv, &advice) ;
  without_unknown(argv, known) ;
  if (advice.stays == DAEMON_UNKNOWN)
  {
    struct daemon_advice bare ;
    daemon_look(known, &bare) ;
    if (bare.stays == DAEMON_IN_BACKGROUND) advice = bare ;
  }
  foreground->means_strays = advice.means_strays ;
  if (advice.stays == DAEMON_UNKNOWN && !advice.program && says_background(argv))
  {
    foreground->is_daemon = foreground->in_background = 1 ;
    foreground->mend = "look up in its manual how it stays in the foreground" ;
    return ;
  }
  /* haproxy -f X, redis-server X.conf: an option overrules the file, and does no harm. */
  if (advice.stays == DAEMON_UNKNOWN && advice.mend && daemon_foreground(argv, foreground->argv, COMMAND_WORDS_MAX))
  {
    foreground->is_daemon = foreground->in_background = foreground->by_configuration = 1 ;
    return ;
  }
  foreground->argv[0] = 0 ;
  if (advice.stays == DAEMON_UNKNOWN && advice.program && leaves_without_variables(argv, foreground->argv))
  {
    foreground->may_leave = 1 ; /* whether it does, what follows tells */
    return ;
  }
  if (advice.stays != DAEMON_IN_BACKGROUND)
  {
    foreground->ends = advice.ends ;
    foreground->is_daemon = advice.stays == DAEMON_IN_FOREGROUND && !advice.ends && !shell_one_of(shell_basename(argv[0]),
      "java node python python2 python3 ruby perl sleep tail cat") && strncmp(shell_basename(argv[0]), "python", 6) != 0 ;
    return ;
  }
  foreground->is_daemon = foreground->in_background = 1 ;
  foreground->mend = advice.mend ;
  if (!daemon_foreground(known, foreground->argv, COMMAND_WORDS_MAX)) foreground->argv[0] = 0 ;
  else add_unknown(argv, foreground->argv) ;
}

/* nginx takes the last -g alone: 'daemon off;' is added to the one that is there. */
static int is_second_g (struct foreground const *foreground, unsigned int i)
{
  char const *const *argv = foreground->argv ;
  if (!argv[0] || strcmp(shell_basename(argv[0]), "nginx") != 0 || strcmp(argv[i], "-g") != 0 || !argv[i + 1] || strcmp(argv[i + 1], "daemon off;") != 0) return 0 ;
  for (i += 2 ; argv[i] ; i++)
    if (!strcmp(argv[i], "-g") && argv[i + 1]) return 1 ;
  return 0 ;
}

char const *command_foreground_words (struct pool *pool, struct statement const *statement, unsigned int first, struct foreground const *foreground)
{
  struct texts texts = { 0 } ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *added = "" ; /* ahead of the next -g's text */
  command_argv(statement, first, argv) ;
  for (unsigned int i = 0 ; foreground->argv[i] ; i++)
  {
    unsigned int j = 0 ;
    char const *word ;
    if (is_second_g(foreground, i))
    {
      added = shell_quote(pool, "daemon off; ") ;
      i++ ;
      continue ;
    }
    while (argv[j] && argv[j] != foreground->argv[i]) j++ ;
    word = argv[j] ? statement->words[first + j].raw : shell_quote(pool, foreground->argv[i]) ;
    if (*added && i && !strcmp(foreground->argv[i - 1], "-g"))
    {
      word = pool_printf(pool, "%s%s", added, word) ;
      added = "" ;
    }
    texts_add(pool, &texts, word) ;
  }
  return texts_join(pool, &texts, " ") ;
}
