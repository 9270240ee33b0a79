#include <stdio.h>
#include <string.h>

#include "advice/daemons.h"
#include "base/path.h"
#include "check/check.h"
#include "check/shell.h"

#define FUNCTIONS_MAX 32
#define FUNCTION_SIZE 32
#define FORM_WORDS 16
#define FORM_SIZE 256
#define EXECLINE_WORDS 128
#define EXECLINE_SIZE 8192

/* What the first reading finds out about the whole script, before the second judges its commands. */
struct script
{
  struct check *check ;
  unsigned int count ; /* of the commands that were read */
  unsigned int last ; /* the number of the last command that is not inside another */
  unsigned int handles : 1 ; /* it handles signals, or waits for children, itself */
  unsigned int ends : 1 ; /* it ends what it starts */
  unsigned int creates : 1 ; /* it creates directories, or may do so */
  unsigned int is_full : 1 ;
  char functions[FUNCTIONS_MAX][FUNCTION_SIZE] ;
  unsigned int function_count ;
} ;

static int is_one_of (char const *word, char const *list)
{
  size_t len = strlen(word) ;
  for (char const *at = list ; len && (at = strstr(at, word)) ; at++)
    if ((at == list || at[-1] == ' ') && (at[len] == ' ' || !at[len])) return 1 ;
  return 0 ;
}

/* ---- the first reading ---- */

static void learn (struct shell_command const *command, void *data)
{
  struct script *script = data ;
  unsigned int number = script->count++ ;
  if (command->kind == SHELL_FUNCTION)
  {
    if (script->function_count == FUNCTIONS_MAX || strlen(command->words[0]) >= FUNCTION_SIZE) script->is_full = 1 ;
    else memcpy(script->functions[script->function_count++], command->words[0], strlen(command->words[0]) + 1) ;
    return ;
  }
  if (!command->depth) script->last = number ;
  for (size_t i = 0 ; i < command->count ; i++)
  {
    char const *word = path_last(command->words[i]) ;
    if (is_one_of(word, "trap wait")) script->handles = 1 ;
    if (is_one_of(word, "stop shutdown quit kill killall pkill --stop --shutdown")) script->ends = 1 ;
    if (is_one_of(word, "mkdir install chown chmod . source eval")) script->creates = 1 ;
  }
}

/* ---- the second reading ---- */

/* Skips assignments and `exec`; *executed: there was an `exec`. */
static char const *const *strip (char const *const *words, int *executed)
{
  *executed = 0 ;
  while (*words && **words != '-' && strchr(*words, '=') && strcspn(*words, "=") == strspn(*words, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789+")) words++ ;
  if (!*words || strcmp(*words, "exec") != 0) return words ;
  *executed = 1 ;
  for (words++ ; *words && **words == '-' ; words++)
  {
    if (!strcmp(*words, "--")) return words + 1 ;
    if (!strcmp(*words, "-a") && words[1]) words++ ;
  }
  return words ;
}

static int is_function (struct script const *script, char const *name)
{
  for (unsigned int i = 0 ; i < script->function_count ; i++)
    if (!strcmp(script->functions[i], name)) return 1 ;
  return 0 ;
}

/* Is it a program, with a process other than the shell's? */
static int is_program (struct script const *script, char const *word)
{
  static char const builtins[] = ". : [ [[ alias break builtin cd command continue declare echo enable eval exec exit export false fg getopts hash jobs kill let"
    " local logout popd printf pushd pwd read readonly return set shift shopt source test times trap true type typeset ulimit umask unalias unset wait" ;
  return *word && *word != '$' && *word != '`' && !is_one_of(word, builtins) && !is_function(script, word) && !script->is_full ;
}

/* nginx does not start if both its words and its configuration say daemon off. */
static void judge_nginx (struct check *check, unsigned int line, char const *const *argv, struct daemon_advice const *advice)
{
  enum configured configured = check_nginx_configured(check, argv) ;
  if (configured == CONFIGURED_STAYS) return ;
  finding(check, LEVEL_WARNING, "run", line, configured == CONFIGURED_NOT ? advice->mend : "add -g 'daemon off;', if its configuration does not have that: with both, it does not start",
    "%s puts itself into the background, unless its configuration says otherwise", advice->program) ;
}

static void judge_daemon (struct check *check, unsigned int line, char const *const *argv, int is_service)
{
  struct daemon_advice advice ;
  daemon_look(argv, &advice) ;
  if (!advice.program || check_exists("flag-forks")) return ;
  if (is_service && advice.means_strays && !check_exists("flag-keep-strays"))
    finding(check, LEVEL_HINT, "run", line, "create flag-keep-strays if they are to live on", "what %s leaves behind is ended when it ends", advice.program) ;
  if (advice.stays == DAEMON_IN_BACKGROUND && !is_service)
    finding(check, LEVEL_WARNING, "run", line, "make it a service of its own", "%s puts itself into the background, where nothing supervises it", advice.program) ;
  else if (advice.stays == DAEMON_IN_BACKGROUND && advice.unless_configured && is_one_of(advice.program, "nginx openresty angie")) judge_nginx(check, line, argv, &advice) ;
  else if (advice.stays == DAEMON_IN_BACKGROUND)
    finding(check, advice.unless_configured ? LEVEL_WARNING : LEVEL_ERROR, "run", line, advice.mend, "%s puts itself into the background%s",
      advice.program, advice.unless_configured ? ", unless its configuration says otherwise" : "") ;
  else if (is_service && advice.mend)
    finding(check, LEVEL_HINT, "run", line, advice.mend, "whether %s stays in the foreground is left to its configuration", advice.program) ;
}

/* The name of the init script that a command line starts; 0: none. */
static char const *init_script_of (char const *const *argv)
{
  if (!strncmp(argv[0], "/etc/init.d/", 12) && argv[1] && is_one_of(argv[1], "start restart")) return argv[0] + 12 ;
  if (is_one_of(path_last(argv[0]), "service invoke-rc.d rc-service") && argv[1] && argv[2] && is_one_of(argv[2], "start restart")) return argv[1] ;
  return 0 ;
}

static void judge_init_script (struct check *check, unsigned int line, char const *name, int is_service)
{
  char const *words[FORM_WORDS] ;
  char mend[FORM_SIZE] = "make a service that executes its program in the foreground" ;
  size_t n = daemon_of_init_script(name, words, FORM_WORDS) ;
  size_t used = 0 ;
  for (size_t i = 0 ; i < n && used < sizeof mend ; i++)
  {
    char const *quote = strpbrk(words[i], " ;") ? "'" : "" ;
    used += (size_t)snprintf(mend + used, sizeof mend - used, "%s%s%s%s", i ? " " : "make a service with exec ", quote, words[i], quote) ;
  }
  if (check_exists("flag-oneshot")) is_service = 0 ; /* a task may end after it, so a warning is enough */
  finding(check, is_service ? LEVEL_ERROR : LEVEL_WARNING, "run", line, mend, "the init script of %s starts it in the background", name) ;
}

/* The first service that a `reeve wait` waits for; 0: it is no such command, or the name is not
   known. */
static char const *waited_for (char const *const *argv)
{
  size_t i = 2 ;
  if (strcmp(path_last(argv[0]), "reeve") != 0 || !argv[1] || strcmp(argv[1], "wait") != 0) return 0 ;
  while (argv[i] && !is_one_of(argv[i], "ready up done healthy")) i++ ;
  if (!argv[i] || !argv[i + 1]) return 0 ;
  i++ ;
  return argv[i][0] == '-' || strpbrk(argv[i], "$`*") ? 0 : argv[i] ;
}

/* While run waits, the service counts as up, and reeve status does not show what it waits for. */
static void judge_wait (struct check *check, struct shell_command const *command, char const *const *argv)
{
  char mend[FORM_SIZE] ;
  char const *name = waited_for(argv) ;
  if (!name || command->depth || command->before == SHELL_OR || command->before == SHELL_AND) return ;
  snprintf(mend, sizeof mend, "create an empty file dependencies.d/%.100s, and remove this line", name) ;
  finding(check, LEVEL_HINT, "run", command->line, mend, "while it waits for %s, this service counts as up", name) ;
}

static void judge_last (struct script *script, struct shell_command const *command, char const *const *argv, int executed)
{
  char mend[128] ;
  char const *name = argv && *argv ? path_last(*argv) : "" ;
  if (check_exists("flag-oneshot") || check_exists("flag-forks")) return ;
  if (command->after == SHELL_BACKGROUND && !script->handles)
  {
    finding(script->check, LEVEL_ERROR, "run", command->line, "take its & away, and execute it with exec", "the last command runs in the background, so that the service ends at once") ;
    return ;
  }
  if (script->handles || command->after != SHELL_END) return ;
  if (command->before == SHELL_PIPE)
  {
    finding(script->check, LEVEL_WARNING, "run", command->line, "execute the first with exec, and give what reads it a log/run, as exec reeve-log",
      "the last command is a pipeline, for which a shell waits, so that signals reach the shell alone") ;
    return ;
  }
  if (executed || command->kind != SHELL_SIMPLE) return ;
  if (command->before == SHELL_OR || !*name || !is_program(script, *argv)) return ;
  snprintf(mend, sizeof mend, "write exec %s ...", name) ;
  finding(script->check, LEVEL_WARNING, "run", command->line, mend, "the last command is executed without exec, so that signals reach the shell, not %s", name) ;
}

static void judge (struct shell_command const *command, void *data)
{
  struct script *script = data ;
  unsigned int number = script->count++ ;
  int is_last = number == script->last ;
  int executed = 0 ;
  char const *const *argv = 0 ;
  char const *name ;
  if (command->kind == SHELL_FUNCTION || command->elsewhere) return ;
  if (command->kind == SHELL_SIMPLE) argv = strip(command->words, &executed) ;
  if (is_last && !(argv && *argv && init_script_of(argv))) judge_last(script, command, argv, executed) ;
  if (!argv || !*argv || command->before == SHELL_PIPE || command->after == SHELL_PIPE) return ;
  if (!script->check->is_logger) judge_wait(script->check, command, argv) ;
  name = init_script_of(argv) ;
  if (name && !command->depth && !check_exists("flag-forks") && (is_last || executed || !script->ends)) judge_init_script(script->check, command->line, name, is_last || executed) ;
  if (is_last || executed) check_foreign_arguments(script->check, argv) ;
  if (is_last || executed) check_exec_options(script->check, "run", command->line, argv) ;
  if (is_last || executed) judge_daemon(script->check, command->line, argv, 1) ;
  else if (!command->depth && !script->ends) judge_daemon(script->check, command->line, argv, 0) ;
  if (script->check->is_logger && (is_last || executed)) check_logger(script->check, command->line, argv, script->creates) ;
}

static void check_execline (struct check *check, struct content const *content)
{
  static char buffer[EXECLINE_SIZE] ;
  char const *words[EXECLINE_WORDS] ;
  unsigned int line = 1 ;
  if (!execline_last(content->text, content->len, words, EXECLINE_WORDS, buffer, sizeof buffer, &line)) return ;
  check_foreign_arguments(check, words) ;
  check_exec_options(check, "run", line, words) ;
  judge_daemon(check, line, words, 1) ;
  if (check->is_logger) check_logger(check, line, words, strstr(content->text, "mkdir") || strstr(content->text, "install")) ;
}

void check_run (struct check *check, struct content const *content)
{
  struct script script = { .check = check } ;
  if (content->language == LANGUAGE_EXECLINE) check_execline(check, content) ;
  if (content->language != LANGUAGE_SHELL || !shell_read(content->text, content->len, &learn, &script)) return ;
  script.count = 0 ;
  shell_read(content->text, content->len, &judge, &script) ;
}

static void judge_health (struct shell_command const *command, void *data)
{
  int executed ;
  if (command->kind == SHELL_SIMPLE && !command->elsewhere) check_exec_options(data, "health", command->line, strip(command->words, &executed)) ;
}

void check_health_script (struct check *check, struct content const *content)
{
  if (content->language == LANGUAGE_SHELL) shell_read(content->text, content->len, &judge_health, check) ;
}
