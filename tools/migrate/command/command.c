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

/* ./php5-fpm start behind cd /etc/init.d, /opt/nginx/sbin/nginx.sh start: what is called as a known daemon, and is told what
   that does not know, is its init script. */
static int is_init_script_elsewhere (char const *const *argv)
{
  char name[32] ;
  char const *base = shell_basename(argv[0]) ;
  char const *const told[] = { name, "start", 0 } ;
  char const *const bare[] = { name, 0 } ;
  char const *words[COMMAND_WORDS_MAX] ;
  struct daemon_advice advice ;
  struct daemon_advice by_itself ;
  size_t len = strlen(base) ;
  if (base == argv[0] || !argv[1] || argv[2] || !shell_one_of(argv[1], "start restart stop reload force-reload status")) return 0 ;
  if (len > 3 && !strcmp(base + len - 3, ".sh")) len -= 3 ;
  if (len >= sizeof(name)) return 0 ;
  memcpy(name, base, len) ;
  name[len] = 0 ;
  if (!daemon_of_init_script(name, words, COMMAND_WORDS_MAX)) return 0 ;
  daemon_look(told, &advice) ;
  daemon_look(bare, &by_itself) ;
  return advice.stays == by_itself.stays && advice.ends == by_itself.ends ;
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
  else if (is_init_script_elsewhere(argv) && shell_one_of(argv[1], "start restart"))
  {
    out[0] = 0 ; /* which program it starts, only that file says */
    return shell_basename(argv[0]) ;
  }
  if (!name) return 0 ;
  out[0] = 0 ;
  if (!strcmp(name, "openvpn")) return name ; /* one for each file in /etc/openvpn */
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
   nothing else, or (below) by a letter that is all that it is told. */
static int says_background (char const *const *argv)
{
  if (argv[1] && !strncmp(shell_basename(argv[0]), "php", 3) && !strcmp(shell_basename(argv[1]), "artisan")) return 0 ; /* queue:work --daemon stays */
  for (unsigned int i = 1 ; argv[i] ; i++)
    if (shell_one_of(argv[i], "--daemon --daemonize --background --detach --detached --fork -daemon -daemonize") && !(argv[i + 1] && shell_one_of(argv[i + 1], "no false off 0"))) return 1 ;
  return 0 ;
}

static int has_only_letter (char const *const *argv)
{
  return argv[1] && !argv[2] && shell_one_of(argv[1], "-D -d") && !shell_one_of(shell_basename(argv[0]), "rm rmdir mkdir tar date ls cut mktemp od gzip pigz gunzip bzip2 xz lzma lz4 zstd brotli base64 base32 basenc gpg xxd uniq sort tr paste column diff patch unzip compress du df openssl uudecode jq xargs declare") ;
}

/* /etc/init.d/cron stop, systemctl reload nginx, pg_ctl stop -D DIR: what it does to a daemon ends, and starts none. */
static int only_controls (char const *const *argv)
{
  char const *name = shell_basename(argv[0]) ;
  if (!strncmp(argv[0], "/etc/init.d/", 12) || !strncmp(argv[0], "/etc/rc.d/", 10)) return !!argv[1] ;
  if (is_init_script_elsewhere(argv)) return 1 ;
  if (!shell_one_of(name, "service invoke-rc.d rc-service systemctl pg_ctl pg_ctlcluster")) return 0 ;
  for (unsigned int i = 1 ; argv[i] ; i++)
    if (shell_one_of(argv[i], "stop status reload force-reload")) return 1 ;
  return 0 ;
}

/* A known daemon's program that only prepares something, and ends. */
static int only_prepares (char const *const *argv)
{
  char const *name = shell_basename(argv[0]) ;
  if (only_controls(argv)) return 1 ;
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

/* redis-server "$CONF": if the variable is a file's name, the file may say that it leaves. Its word for the foreground
   overrules that. */
static int may_name_configuration (char const *const *argv)
{
  if (!shell_one_of(shell_basename(argv[0]), "redis-server valkey-server") || !argv[1] || *argv[1] != '$' || is_unknown(argv[1])) return 0 ;
  for (unsigned int i = 1 ; argv[i] ; i++)
    if (!strcmp(argv[i], "--daemonize")) return 0 ;
  return 1 ;
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
  for (; argv[n] ; n++) plain[n] = n && (*argv[n] == '$' || *argv[n] == '`') ? argv[n] + strlen(argv[n]) - 1 : argv[n] ; /* $BIN/nginx is known */
  plain[n] = 0 ;
  daemon_look(plain, &advice) ;
  if (advice.stays != DAEMON_IN_BACKGROUND) return 0 ;
  if (!daemon_foreground(plain, out, COMMAND_WORDS_MAX)) out[0] = 0 ;
  for (; out[0] && *out ; out++)
    for (unsigned int i = 0 ; i < n ; i++)
      if (*out == plain[i]) *out = argv[i] ;
  return 1 ;
}

/* Init scripts that only set something up, and leave no daemon. */
#define ENDING_INIT_SCRIPTS "networking network hostname hostname.sh procps sysctl kmod apparmor iptables ip6tables ebtables nftables netfilter-persistent ufw shorewall ferm keyboard-setup console-setup " \
  "keymap loadkeys mountall mountall.sh urandom hwclock hwclock.sh resolvconf x11-common binfmt-support lvm2 sudo cgroupfs-mount alsa-utils alsa dns-clean localmount hwdrivers modules sysfs bootmisc"

/* filebeat --once */
static int says_once (char const *const *argv)
{
  for (unsigned int i = 1 ; argv[0] && argv[i] ; i++)
    if (shell_one_of(argv[i], "--once -once --oneshot --one-shot --run-once")) return 1 ;
  return 0 ;
}

/* service x start, /etc/init.d/x start; 0: it is none */
static int look_at_init_script (char const *const *argv, struct foreground *foreground)
{
  struct daemon_advice advice ;
  foreground->init_script = init_script(argv, foreground->argv) ;
  if (!foreground->init_script) return 0 ;
  if (shell_one_of(foreground->init_script, ENDING_INIT_SCRIPTS))
  {
    *foreground = (struct foreground){ .ends = 1 } ;
    return 1 ;
  }
  foreground->is_init_script = foreground->in_background = foreground->is_daemon = 1 ;
  if (!foreground->argv[0]) return 1 ;
  daemon_look(foreground->argv, &advice) ;
  foreground->means_strays = advice.means_strays ;
  return 1 ;
}

/* A file that is not here says whether it leaves, and a word overrules that; 0: it is no such program */
static int leaves_by_file (char const *const *argv, struct foreground *foreground)
{
  unsigned int n = 0 ;
  int may_name = may_name_configuration(argv) ;
  if (!may_name && !follows_configuration(argv) && !names_file(argv)) return 0 ;
  foreground->is_daemon = foreground->in_background = foreground->by_configuration = 1 ;
  foreground->argv[n++] = argv[0] ;
  if (!may_name) foreground->argv[n++] = names_file(argv) ? "-db" : "--nofork" ;
  for (unsigned int i = 1 ; argv[i] && n < COMMAND_WORDS_MAX - 3 ; i++) foreground->argv[n++] = argv[i] ;
  if (may_name)
  {
    foreground->argv[n++] = "--daemonize" ;
    foreground->argv[n++] = "no" ;
  }
  foreground->argv[n] = 0 ;
  return 1 ;
}

/* What is known of the program by its name, or by its words. */
static void look_up (char const *const *argv, struct foreground *foreground)
{
  struct daemon_advice advice ;
  char const *known[COMMAND_WORDS_MAX] ;
  daemon_look(argv, &advice) ;
  without_unknown(argv, known) ;
  if (advice.stays == DAEMON_UNKNOWN)
  {
    struct daemon_advice bare ;
    daemon_look(known, &bare) ;
    if (bare.stays == DAEMON_IN_BACKGROUND) advice = bare ;
  }
  foreground->means_strays = advice.means_strays ;
  if (advice.stays == DAEMON_UNKNOWN && !advice.program && (says_background(argv) || has_only_letter(argv)))
  {
    foreground->is_daemon = foreground->in_background = 1 ;
    foreground->by_letter = foreground->is_guess = !says_background(argv) ;
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
    foreground->is_daemon = command_serves(argv) || (advice.stays == DAEMON_IN_FOREGROUND && !advice.ends && !shell_one_of(advice.program,
      "java node python python2 python3 ruby perl sleep tail cat") && strncmp(advice.program, "python", 6) != 0) ; /* also behind bundle exec */
    foreground->works = foreground->is_daemon && says_once(argv) ;
    foreground->is_daemon &= !foreground->works ;
    return ;
  }
  foreground->is_daemon = foreground->in_background = 1 ;
  foreground->mend = advice.mend ;
  if (!daemon_foreground(known, foreground->argv, COMMAND_WORDS_MAX)) foreground->argv[0] = 0 ;
  foreground->unless_configured = advice.unless_configured && !foreground->argv[0] ;
  foreground->may_be_configured = advice.unless_configured && foreground->argv[0] ;
  if (foreground->argv[0]) add_unknown(argv, foreground->argv) ;
}

static void look (char const *const *argv, struct foreground *foreground)
{
  memset(foreground, 0, sizeof(*foreground)) ;
  if (look_at_init_script(argv, foreground)) return ;
  if (only_prepares(argv)) foreground->ends = 1 ;
  else if (command_ends(argv)) foreground->works = 1 ;
  else if (!command_leaves(argv, foreground) && !leaves_by_file(argv, foreground)) look_up(argv, foreground) ;
}

/* A program that is known by its name, whatever executes it: its interpreter's words stay ahead of it. */
static void look_behind_interpreter (char const *const *argv, struct foreground *foreground)
{
  char const *const *inner = command_program(argv) ;
  struct daemon_advice advice ;
  struct foreground found ;
  unsigned int n = 0 ;
  if (inner == argv || inner == daemon_command(argv)) return ;
  daemon_look(inner, &advice) ;
  look(inner, &found) ;
  foreground->is_guess = found.is_guess ;
  if (!advice.program && !found.init_script && !found.works) return ;
  *foreground = found ;
  if (!found.argv[0] || found.init_script) return ;
  for (; argv + n < inner && n < COMMAND_WORDS_MAX - 1 ; n++) foreground->argv[n] = argv[n] ;
  for (unsigned int i = 0 ; found.argv[i] && n < COMMAND_WORDS_MAX - 1 ; i++) foreground->argv[n++] = found.argv[i] ;
  foreground->argv[n] = 0 ;
}

void command_foreground (struct statement const *statement, unsigned int first, struct foreground *foreground)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  command_argv(statement, first, argv) ;
  memset(foreground, 0, sizeof(*foreground)) ;
  if (!argv[0]) return ;
  look(argv, foreground) ;
  if (!foreground->is_daemon && !foreground->ends && !foreground->works && !foreground->may_leave) look_behind_interpreter(argv, foreground) ;
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

/* uwsgi --daemonize="$LOG": is it a part of a word as the script has it? */
static int is_rest_of_raw (struct statement const *statement, unsigned int first, char const *rest)
{
  for (unsigned int i = first ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (!statement->words[i].value && rest > raw && rest < raw + strlen(raw)) return 1 ;
  }
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
    word = argv[j] ? statement->words[first + j].raw : is_rest_of_raw(statement, first, foreground->argv[i]) ? foreground->argv[i] : shell_quote(pool, foreground->argv[i]) ;
    if (*added && i && !strcmp(foreground->argv[i - 1], "-g"))
    {
      word = pool_printf(pool, "%s%s", added, word) ;
      added = "" ;
    }
    texts_add(pool, &texts, word) ;
  }
  return texts_join(pool, &texts, " ") ;
}
