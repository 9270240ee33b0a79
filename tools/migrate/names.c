/* Names of services and tasks. */

#include <string.h>

#include "migrate/analysis.h"

struct finding
{
  struct analysis *a ;
  struct statement *found ;
} ;

static int find_command (struct statement *statement, void *data)
{
  struct finding *finding = data ;
  if (is_message(finding->a, statement)) return 0 ;
  if (statement->kind != STATEMENT_COMMAND || shell_one_of(statement_command(statement),
    ": true false cd echo printf export sleep set exit source . eval test [ wait mkdir chown chmod read umask ulimit local return shift break continue")) return 0 ;
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

static struct statement *find_main_command (struct analysis *a, struct statement *statement)
{
  struct finding finding = { .a = a } ;
  struct statement *last = final_command(statement) ;
  if (last && find_command(last, &finding)) return last ;
  statement_walk(statement, &find_command, &finding) ;
  return finding.found ;
}

static char const *name_of_code (struct analysis *a, char const *raw)
{
  struct source code ;
  struct statement *found = 0 ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *value = shell_unquote(a->pool, raw) ;
  if (!value) value = *raw == '"' ? pool_copy(a->pool, raw + 1, strlen(raw) > 2 ? strlen(raw) - 2 : 0) : raw ;
  for (struct statement *one = shell_parse_text(a->pool, &code, value) ; one ; one = one->next)
    if (find_main_command(a, one)) found = find_main_command(a, one) ;
  if (!found) return "service" ;
  {
    struct launch launch ;
    command_unwrap(a->pool, found, &launch) ;
    command_argv(found, launch.first, argv) ;
  }
  return argv[0] ? command_service_name(a->pool, argv) : "service" ;
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
  struct function *function = find_function(a, statement_command(statement)) ;
  if (function && function->statement->body && a->depth < 10)
  {
    char const *name ;
    if (final_command(function->statement->body) && statement_walk(function->statement->body, &uses_positional_command, 0) == 0)
    {
      a->depth++ ;
      name = name_of(a, function->statement->body) ;
      a->depth-- ;
      if (strcmp(name, "service") != 0) return name ;
    }
    return statement_command(statement) ;
  }
  found = find_main_command(a, statement) ;
  if (!found) return statement->kind == STATEMENT_COMMAND && statement->nwords ? statement_command(statement) : "service" ;
  if (found != statement && find_function(a, statement_command(found)) && a->depth < 10)
  {
    char const *name ;
    a->depth++ ;
    name = name_of(a, found) ;
    a->depth-- ;
    return name ;
  }
  command_unwrap(a->pool, found, &launch) ;
  if (launch.code) return name_of_code(a, launch.code) ;
  command_foreground(found, launch.first, &foreground) ;
  command_argv(found, launch.first, argv) ;
  if (argv[0] && shell_one_of(shell_basename(argv[0]), "sh bash dash ash") && argv[1] && argv[1][0] == '-' && strchr(argv[1], 'c')
   && launch.first + 2 < found->nwords) return name_of_code(a, found->words[launch.first + 2].raw) ;
  if (foreground.ends && argv[1])
  {
    char const *what = shell_basename(argv[0]) ;
    unsigned int last = 1 ;
    while (argv[last + 1]) last++ ;
    if (strpbrk(argv[last], "/$.")) last = 1 ; /* x11vnc -storepasswd SECRET FILE */
    return pool_printf(a->pool, "%s-%s", what, argv[last] + strspn(argv[last], "-")) ;
  }
  if (foreground.is_init_script)
    return foreground.argv[0] ? shell_basename(foreground.argv[0])
     : argv[0] && strncmp(argv[0], "/etc/", 5) != 0 && argv[1] ? (strcmp(shell_basename(argv[0]), "systemctl") != 0 ? argv[1] : argv[2])
     : argv[0] ? shell_basename(argv[0]) : "service" ;
  return argv[0] ? command_service_name(a->pool, argv) : "service" ;
}

/* With what tells it from others: the value of the loop that starts it, or, when the
   name is taken, its first argument that is a plain word. */
char const *distinct_name (struct analysis *a, char const *name, struct statement *statement)
{
  struct statement *found ;
  struct service *other ;
  if (*a->suffix && !strstr(name, a->suffix + 1)) return pool_printf(a->pool, "%s%s", name, a->suffix) ;
  other = plan_find(a->plan, name) ;
  if (!other) return name ;
  found = find_main_command(a, statement) ;
  for (unsigned int i = 1 ; found && i < found->nwords ; i++)
  {
    char const *word = statement_word(found, i) ;
    if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyz-_") == strlen(word) && *word != '-' && !shell_mentions(other->text, word))
      return pool_printf(a->pool, "%s-%s", name, word) ;
  }
  return name ;
}

/* ---- tasks ---- */

struct tally
{
  struct analysis *a ;
  struct texts names ;
} ;

static int add_command_name (struct statement *statement, void *data)
{
  struct tally *tally = data ;
  struct finding finding = { .a = tally->a } ;
  find_command(statement, &finding) ;
  if (finding.found) texts_add(tally->a->pool, &tally->names, name_of(tally->a, finding.found)) ;
  return 0 ;
}

/* The function's name, or the name of the main command in its body. */
char const *task_name (struct analysis *a, struct statement *statement)
{
  struct tally tally = { .a = a } ;
  char const *best = 0 ;
  unsigned int most = 0 ;
  if (find_function(a, statement_command(statement))) return statement_command(statement) ;
  if (statement->kind == STATEMENT_COMMAND) return name_of(a, statement) ;
  if (statement->kind == STATEMENT_OTHER && statement->body) return pool_printf(a->pool, "%s-setup", name_of(a, statement->body)) ; /* a server for a while */
  statement_walk(statement, &add_command_name, &tally) ;
  for (struct text const *one = tally.names.first ; one ; one = one->next)
  {
    unsigned int n = 0 ;
    for (struct text const *other = one ; other ; other = other->next) n += !strcmp(one->text, other->text) ;
    if (best && shell_one_of(best, "sh bash dash ash") && n == most) n++ ; /* any other says more */
    if (n <= most) continue ;
    most = n ;
    best = one->text ;
  }
  return best ? best : name_of(a, statement) ;
}
