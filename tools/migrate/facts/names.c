/* Names of services: which command names one (command/servicename.c names the command), and what is around it.
   Those of tasks are in tasknames.c. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

#define ASKS "pgrep ps pidof grep awk xargs sed cut head tail wc sort tr mail logger" /* who runs, and who is told of it */

struct finding
{
  struct analysis *a ;
  struct statement *found ;
  int skips_helpers ;
  struct statement *helper ; /* the first that only helps or answers: it names what has nothing else */
} ;

static int find_command (struct statement *statement, void *data)
{
  struct finding *finding = data ;
  if (is_message(finding->a, statement)) return 0 ;
  if (statement->kind != STATEMENT_COMMAND || shell_one_of(statement_command(statement),
    ": true false cd pushd popd echo printf export sleep set exit source . eval test [ wait mkdir chown chmod read umask ulimit local return shift break continue trap")) return 0 ;
  if (finding->skips_helpers && shell_one_of(statement_command(statement), ASKS " rm ls date kill pkill clear touch"))
  {
    if (!finding->helper) finding->helper = statement ;
    return 0 ;
  }
  finding->found = statement ;
  return statement->nwords > 0 ;
}

/* The command that a statement ends with; 0: it is not one command. */
static struct statement *final_command (struct statement *statement)
{
  struct statement *last = 0 ;
  switch (statement->kind)
  {
    case STATEMENT_COMMAND : return statement ;
    case STATEMENT_AND : return final_command(statement->body->next) ;
    case STATEMENT_OR :
    case STATEMENT_PIPELINE : return statement->body ? final_command(statement->body) : 0 ;
    case STATEMENT_GROUP :
    case STATEMENT_SUBSHELL :
      for (struct statement *one = statement->body ; one ; one = one->next)
        if (one->kind != STATEMENT_COMMENT && !shell_one_of(statement_command(one), "exit return wait")) last = one ;
      return last ? final_command(last) : 0 ;
    default : return 0 ;
  }
}

int is_main_command (struct analysis *a, struct statement *statement)
{
  struct finding finding = { .a = a } ;
  find_command(statement, &finding) ;
  return !!finding.found ;
}

/* while ! $stopping; do ...: what it asks is no program. */
static int asks_by_variable (struct statement const *loop)
{
  struct statement const *one = loop->kind == STATEMENT_LOOP ? loop->branches->condition : 0 ;
  if (one && one->kind == STATEMENT_NOT) one = one->body ;
  return one && one->kind == STATEMENT_COMMAND && one->nwords == 1 && *one->words[0].raw == '$' ;
}

static struct statement *find_main_command (struct analysis *a, struct statement *statement)
{
  struct finding finding = { .a = a, .skips_helpers = 1 } ;
  struct statement *last = 0 ;
  for (struct statement *one = asks_by_variable(statement) ? statement->branches->body : 0 ; one ; one = one->next)
    if (statement_walk(one, &find_command, &finding)) return finding.found ;
  last = staying_part(a, statement) ;
  if (!last) last = final_command(statement) ;
  if (last && find_command(last, &finding)) return last ;
  statement_walk(statement, &find_command, &finding) ;
  if (finding.found) return finding.found ;
  return finding.helper && statement->kind == STATEMENT_LOOP && shell_one_of(statement_command(finding.helper), ASKS) ? 0 : finding.helper ; /* it only watches */
}

/* ---- code, and words that the shell expands ---- */

/* eval "$COMMAND", eval exec server "$X": the words without their quotes, as the second reading has them. */
static char const *evaluated (struct analysis *a, struct statement const *eval)
{
  struct texts words = { 0 } ;
  for (unsigned int i = 1 ; i < eval->nwords ; i++)
  {
    char const *raw = eval->words[i].raw ;
    size_t len = strlen(raw) ;
    if (eval->words[i].value) texts_add(a->pool, &words, eval->words[i].value) ;
    else texts_add(a->pool, &words, len > 1 && *raw == '"' && raw[len - 1] == '"' ? pool_copy(a->pool, raw + 1, len - 2) : raw) ;
  }
  return texts_join(a->pool, &words, " ") ;
}

/* The word that tells alone what is executed, a variable or a program's answer; 0: it is named. */
static char const *telling_word (struct analysis *a, struct statement const *command, unsigned int first, int *by_arguments)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  struct word const *word ;
  command_argv(command, first, argv) ;
  first += (unsigned int)(command_behind_runners(a->pool, argv) - argv) ;
  word = command->words + first ;
  if (first >= command->nwords || word->value || word->path || mentions_positional(word->raw) || strchr(word->raw, '/')) return 0 ;
  return strchr("$`", word->raw[*word->raw == '"']) && !held_by(a, word->raw) && !held_is_told(a, word->raw, by_arguments) ? word->raw : 0 ;
}

static char const *name_of_words (struct analysis *a, struct statement const *command, unsigned int first)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *raw = first < command->nwords && !command->words[first].value && !command->words[first].path ? command->words[first].raw : "" ;
  char const *held = *raw && a->depth < 60 ? held_by(a, raw) : 0 ;
  char const *code = *raw && !held ? code_substituted(a->pool, raw) : 0 ;
  if (held || code)
  {
    struct texts words = { 0 } ;
    char const *name ;
    texts_add(a->pool, &words, held ? held : code) ;
    for (unsigned int i = first + 1 ; held && i < command->nwords ; i++) texts_add(a->pool, &words, command->words[i].raw) ; /* $PYTHON -m celery */
    a->depth++ ;
    name = name_of_code(a, texts_join(a->pool, &words, " ")) ;
    a->depth-- ;
    return name ;
  }
  command_argv(command, first, argv) ;
  for (unsigned int i = 1 ; argv[0] && argv[i] ; i++)
    if (*argv[i] == '$' && held_by(a, command->words[first + i].raw)) argv[i] = held_by(a, command->words[first + i].raw) ; /* java -jar "$JAR" */
  return argv[0] ? command_service_name(a->pool, argv) : "service" ;
}

/* The command of the code that names it; 0: there is none. *first: its program's word. */
static struct statement *command_of_code (struct analysis *a, char const *code, unsigned int *first)
{
  struct source *source = pool_alloc(a->pool, sizeof(*source)) ;
  struct launch launch ;
  struct statement *found = 0 ;
  struct statement *all = shell_parse_text(a->pool, source, code) ;
  for (struct statement *one = all ; one ; one = one->next)
    if (find_main_command(a, one)) found = find_main_command(a, one) ;
  if (!found && all && !strcmp(statement_command(all), "eval") && all->nwords > 1 && a->depth < 60)
  {
    a->depth++ ;
    found = command_of_code(a, evaluated(a, all), first) ;
    a->depth-- ;
    return found ;
  }
  if (!found) return 0 ;
  command_unwrap(a->pool, found, &launch) ;
  *first = launch.first ;
  return found ;
}

/* The code in a word. */
static char const *code_of (struct analysis *a, char const *raw)
{
  char const *value = shell_unquote(a->pool, raw) ;
  if (*raw == '"' && strlen(raw) > 1) return shell_without_quotes(a->pool, raw) ;
  return *raw == '\'' && value ? value : raw ;
}

/* service x start, /etc/init.d/x start, systemctl start x */
static char const *name_of_init_script (struct foreground const *foreground)
{
  if (foreground->argv[0]) return shell_basename(foreground->argv[0]) ;
  return shell_basename(foreground->init_script) ;
}

char const *name_of_code (struct analysis *a, char const *code)
{
  struct foreground foreground ;
  char const *argv[COMMAND_WORDS_MAX] ;
  unsigned int first ;
  struct statement *found = command_of_code(a, code, &first) ;
  if (!found) return "service" ;
  command_foreground(found, first, &foreground) ;
  command_argv(found, first, argv) ;
  return foreground.is_init_script ? name_of_init_script(&foreground) : name_of_words(a, found, first) ;
}

/* CODE of sh -c CODE; 0: another command */
static char const *shell_code (struct statement const *command, unsigned int first)
{
  int is_code ;
  unsigned int i = statement_of_shell(command, first, &is_code) ;
  return i && is_code ? command->words[i].raw : 0 ;
}

char const *told_at_start (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  struct statement *found = statement ;
  unsigned int first ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *word ;
  int by_arguments = 0 ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (!strcmp(statement_command(statement), "eval"))
    return "eval reads its words a second time, and a shell stays between: look at what the variables in it hold, name the directory after that, and write it in place of eval, behind exec" ;
  command_unwrap(a->pool, statement, &launch) ;
  first = launch.first ;
  command_argv(statement, first, argv) ;
  if (other_words(a, statement, &launch) || other_words_in_code(a, &launch)) return 0 ; /* the script itself */
  if (launch.code) found = command_of_code(a, code_of(a, launch.code), &first) ;
  else if (shell_code(statement, first)) found = command_of_code(a, code_of(a, shell_code(statement, first)), &first) ;
  word = found ? telling_word(a, found, first, &by_arguments) : 0 ;
  if (word && by_arguments) return pool_printf(a->pool, "%s " OF_CMD, word) ;
  return word ? pool_printf(a->pool, "only the start tells which program %s holds: name the directory after it, and see that it stays in the foreground", word) : 0 ;
}

/* "$@" or "$1" as a command: the program depends on the call. */
static int uses_positional_command (struct statement *statement, void *data)
{
  (void)data ;
  return statement->kind == STATEMENT_COMMAND && statement->nwords && strchr("123456789@*{", statement->words[0].raw[0] == '$'
    ? statement->words[0].raw[1] : statement->words[0].raw[0] == '"' && statement->words[0].raw[1] == '$' ? statement->words[0].raw[2] : '1') != 0
   && strchr(statement->words[0].raw, '$') ;
}

char const *name_of (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  struct foreground foreground ;
  struct statement *found ;
  char const *argv[COMMAND_WORDS_MAX] ;
  struct function *function = called_function(a, statement) ;
  if (function && function->statement->body && a->depth < 10)
  {
    char const *name ;
    found = command_inside(a, statement) ;
    command_unwrap(a->pool, found, &launch) ;
    foreground_of(a->plan, found, launch.first, &foreground) ;
    if (foreground.is_daemon && !called_function(a, found)) return name_of(a, found) ; /* as_app "redis-server --port 1" */
    if (final_command(function->statement->body) && statement_walk(function->statement->body, &uses_positional_command, 0) == 0)
    {
      a->depth++ ;
      name = name_of(a, function->statement->body) ;
      a->depth-- ;
      if (strcmp(name, "service") != 0 && !is_short(name) && !is_task_program(name)) return name ;
    }
    /* keep_alive web --port 80: what it is given tells more. */
    if (statement->nwords > 1 && *statement_word(statement, 1) && statement_walk(function->statement->body, &uses_positional_command, 0))
    {
      command_argv(statement, 1, argv) ;
      return command_service_name(a->pool, argv) ;
    }
    return statement_command(statement) ;
  }
  if (statement->nwords > 1 && !strcmp(statement_command(statement), "eval")) return name_of_code(a, evaluated(a, statement)) ;
  found = find_main_command(a, statement) ;
  if (!found)
  {
    if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return "service" ;
    command_argv(statement, 0, argv) ;
    return command_service_name(a->pool, argv) ; /* . FILE */
  }
  if (found != statement && called_function(a, found) && a->depth < 10)
  {
    char const *name ;
    a->depth++ ;
    name = name_of(a, found) ;
    a->depth-- ;
    return name ;
  }
  command_unwrap(a->pool, found, &launch) ;
  if (launch.code) return name_of_code(a, code_of(a, launch.code)) ;
  foreground_of(a->plan, found, launch.first, &foreground) ;
  command_argv(found, launch.first, argv) ;
  if (shell_code(found, launch.first)) return name_of_code(a, code_of(a, shell_code(found, launch.first))) ;
  if (foreground.ends && argv[1])
  {
    char const *what = shell_basename(argv[0]) ;
    unsigned int last = 1 ;
    while (argv[last + 1]) last++ ;
    if (strpbrk(argv[last], "/$.")) last = 1 ; /* x11vnc -storepasswd SECRET FILE */
    return pool_printf(a->pool, "%s-%s", what, argv[last] + strspn(argv[last], "-")) ;
  }
  if (foreground.is_init_script) return name_of_init_script(&foreground) ;
  return name_of_words(a, found, launch.first) ;
}

/* ---- names that tell more ---- */

/* A name that says nothing gives way to that of the function, of the directory, or of the variable with its pid. */
static char const *telling_name (struct analysis *a, char const *name, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  char const *folder ;
  name = command_plain_name(name) ;
  if (!command_name_is_poor(name)) return name ;
  if (function && statement->nwords == 1 && !command_name_is_poor(command_plain_name(function->name))) return command_plain_name(function->name) ;
  folder = folder_of_start(a, statement) ;
  if (folder && !plan_find(a->plan, folder)) return folder ;
  return statement->background && name_of_pid(a, statement->next) ? name_of_pid(a, statement->next) : name ;
}

/* bundle exec "$@", docker-entrypoint.sh $1: what starts it; a loop that only asks: watch */
static char const *name_of_starter (struct analysis *a, struct statement *statement)
{
  struct statement *found = find_main_command(a, statement) ;
  struct launch launch = { 0 } ;
  unsigned int first = 0 ;
  if (found) command_unwrap(a->pool, found, &launch) ;
  if (launch.code) found = command_of_code(a, code_of(a, launch.code), &first) ; /* su -c 'console $*' */
  for (unsigned int i = first ; found && i < found->nwords ; i++)
  {
    char const *const words[] = { statement_word(found, i), 0 } ;
    if (!*words[0] || *words[0] == '-' || !found->words[i].value || command_is_interpreter(shell_basename(words[0])) || shell_one_of(words[0], "exec nohup setsid")) continue ;
    return command_service_name(a->pool, words) ;
  }
  return statement->kind == STATEMENT_LOOP ? "watch" : "service" ;
}

static int is_secret (char const *option)
{
  return strcasestr(option, "pass") || strcasestr(option, "token") || strcasestr(option, "secret") ;
}

/* --port, --http-port, -p: is `value` that of such an option? */
static int is_port (char const *option, size_t len, char const *value)
{
  return *option == '-' && *value && !value[strspn(value, "0123456789")]
   && ((len == 2 && option[1] == 'p') || (len > 4 && !strncmp(option + len - 4, "port", 4))) ;
}

/* The words of a command that may tell it from others: work store, --queue=store, --port 81; 0: this one does not. */
static char const *telling_argument (struct pool *pool, char const *name, struct statement const *command, unsigned int i)
{
  char const *word = statement_word(command, i) ;
  if (*word == '-' && strchr(word, '='))
  {
    if (is_secret(word)) return 0 ;
    if (is_port(word, strcspn(word, "="), strchr(word, '=') + 1)) return strchr(word, '=') + 1 ;
    word = strchr(word, '=') + 1 ;
  }
  else if (is_secret(statement_word(command, i - 1))) return 0 ; /* --password SECRET */
  else if (is_port(statement_word(command, i - 1), strlen(statement_word(command, i - 1)), word)) return word ;
  if ((!shell_one_of(word, "run start exec workspace") || !strcmp(name, shell_basename(statement_word(command, i - 1)))) && *word && strspn(word, "abcdefghijklmnopqrstuvwxyz-_") == strlen(word) && *word != '-') return word ;
  return command_module_of_app(pool, word) ;
}

/* for s in ssh cron; do service $s start; done: sshd says it already. */
static int is_init_script (struct analysis *a, struct statement const *statement, char const *name)
{
  struct foreground foreground ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  foreground_inside(a->plan, statement, &foreground) ;
  return foreground.init_script && !strcmp(foreground.init_script, name) ;
}

/* With what tells it from others: the value of the loop that starts it, or, when the
   name is taken, its first argument that is a plain word, or its directory. */
char const *distinct_name (struct analysis *a, char const *name, struct statement *statement)
{
  struct statement *found ;
  struct service *other ;
  char const *folder ;
  name = telling_name(a, readable_name(a, name), statement) ;
  if (!strcmp(name, "service")) name = telling_name(a, name_of_starter(a, statement), statement) ;
  if (*a->suffix && !plan_find(a->plan, name) && is_init_script(a, statement, a->suffix + 1)) return name ;
  if (*a->suffix && !shell_mentions(name, a->suffix + 1)) return pool_printf(a->pool, "%s%s", name, a->suffix) ;
  other = plan_find(a->plan, name) ;
  if (!other && strchr(name, ':')) other = plan_find(a->plan, pool_printf(a->pool, "%.*s-%s", (int)strcspn(name, ":"), name, strchr(name, ':') + 1)) ; /* queue:work */
  if (!other) return name ;
  found = find_main_command(a, statement) ;
  for (unsigned int i = 1 ; found && i < found->nwords ; i++)
  {
    char const *word = telling_argument(a->pool, name, found, i) ;
    if (word && !shell_mentions(name, word) && !shell_mentions(other->text, word)) return pool_printf(a->pool, "%s-%s", name, word) ;
  }
  folder = command_name_is_any(name) ? folder_of_start(a, statement) : 0 ;
  return folder && !plan_find(a->plan, folder) ? folder : name ;
}
