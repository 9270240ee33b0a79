/* The names that a statement gives values to, and which of them are exported. */

#include <string.h>

#include "migrate/facts/facts.h"

struct names
{
  struct analysis *a ;
  char const *found ;
  uint32_t apart ; /* what stands before this place of the source has a shell of its own */
  struct statement const *top ; /* whose names these are; 0: a function's body */
} ;

/* ./prepare | while read line */
static int has_lastpipe (struct analysis *a)
{
  if (!a->lastpipe) a->lastpipe = strstr(a->plan->source->text, "lastpipe") || strstr(a->plan->shell, "ksh") || strstr(a->plan->shell, "zsh") ? 1 : -1 ;
  return a->lastpipe > 0 ;
}

int has_own_shell (struct analysis *a, struct statement const *statement)
{
  if (statement->kind == STATEMENT_FUNCTION || (statement->kind == STATEMENT_PIPELINE && has_lastpipe(a))) return statement->background ;
  return statement_is_apart(statement) ;
}

static int is_apart (struct names *names, struct statement const *statement)
{
  if (statement->range.start >= names->apart && has_own_shell(names->a, statement)) names->apart = statement->range.end ;
  return statement->range.start < names->apart ;
}

static void add_name (struct names *names, char const *text)
{
  size_t len = strspn(text, NAME_LETTERS) ;
  if (!len || (*text >= '0' && *text <= '9') || shell_one_of(pool_copy(names->a->pool, text, len), names->found)) return ;
  names->found = pool_printf(names->a->pool, "%s%.*s ", names->found, (int)len, text) ;
}

/* ${NAME:=value} */
static void add_defaults (struct names *names, char const *text)
{
  for (char const *p = text ; (p = strstr(p, "${")) ; p += 2)
  {
    size_t len = strspn(p + 2, NAME_LETTERS) ;
    char const *after = p + 2 + len ;
    if (len && (*after == '=' || (*after == ':' && after[1] == '='))) add_name(names, p + 2) ;
  }
}

/* let "n = 1", declare "n=1", read "n": the word of a name may be in quotes; not read -p "name: " n */
static void add_words (struct names *names, struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    char const *before = statement->words[i - 1].raw ;
    int is_quoted = (*raw == '"' || *raw == '\'') && strcmp(statement_command(statement), "getopts") != 0 ;
    if (!is_quoted || *before != '-' || before[strlen(before) - 1] != 'p') add_name(names, raw + is_quoted) ;
  }
}

/* ((n = 1)), ((n += 2)), ((n++)), ((++n)) */
static void add_arithmetic (struct names *names, char const *text)
{
  if (strncmp(text, "((", 2) != 0) return ;
  for (char const *p = text ; *p ; )
  {
    size_t len = strspn(p, NAME_LETTERS) ;
    char const *end = p + len + strspn(p + len, " ") ;
    if ((*end == '=' && end[1] != '=') || (*end && strchr("+-*/%", *end) && (end[1] == '=' || end[1] == *end))
     || (len && (!strncmp(p - 2, "++", 2) || !strncmp(p - 2, "--", 2)))) add_name(names, p) ;
    p += len ? len : 1 ;
  }
}

/* export -f log */
static int exports_functions (struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords && *statement->words[i].raw == '-' ; i++)
    if (strchr(statement->words[i].raw, 'f')) return 1 ;
  return 0 ;
}

static int add_names (struct statement *statement, void *data)
{
  struct names *names = data ;
  char const *command = statement_command(statement) ;
  if (is_apart(names, statement)) return 0 ;
  if (statement->kind == STATEMENT_ASSIGNMENT)
  {
    if (!statement->nassignments) add_name(names, source_copy(names->a->source, statement->range)) ;
    for (unsigned int i = 0 ; i < statement->nassignments ; i++) add_name(names, statement->assignments[i].raw) ;
  }
  else if (statement->kind == STATEMENT_DECLARATION || shell_one_of(command, "read mapfile readarray getopts export readonly let"))
  {
    if (strcmp(command, "unset") != 0 && (statement == names->top || !exports_functions(statement)))
      add_words(names, statement) ;
    if (!strcmp(command, "read") && (statement->nwords < 2 || statement->words[statement->nwords - 1].raw[0] == '-')) add_name(names, "REPLY") ;
    if (!strcmp(command, "getopts")) (void)(add_name(names, "OPTIND"), add_name(names, "OPTARG")) ;
  }
  else if (statement->kind == STATEMENT_FOR) add_name(names, statement->name) ;
  else if (statement->kind == STATEMENT_FUNCTION)
  {
    names->found = pool_printf(names->a->pool, "%s%s ", names->found, statement->name) ;
    return 0 ;
  }
  for (char const *p = evaluated_names(statement) ; *(p += strspn(p, " ")) ; p += strcspn(p, " ")) add_name(names, p) ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (*statement->redirects[i].raw == '{') add_name(names, statement->redirects[i].raw + 1) ; /* {log}>FILE */
  if (statement->kind == STATEMENT_TEST) add_arithmetic(names, source_copy(names->a->source, statement->range)) ;
  if (statement->kind == STATEMENT_COMMAND || statement->kind == STATEMENT_TEST)
  {
    if (!strcmp(command, "printf") && !strcmp(statement_word(statement, 1), "-v")) add_name(names, statement_word(statement, 2)) ;
    add_defaults(names, source_copy(names->a->source, statement->range)) ;
    for (unsigned int i = 1 ; i < statement->nwords && !strcmp(command, ":") ; i++) /* : $((n = 1)) */
    {
      char const *raw = statement->words[i].raw ;
      if (*raw == '"') raw++ ;
      if (*raw == '$') add_arithmetic(names, raw + 1) ;
    }
  }
  return 0 ;
}

char const *names_defined (struct analysis *a, struct statement *statement)
{
  struct names names = { .a = a, .found = " ", .top = statement } ;
  if (statement->kind == STATEMENT_FUNCTION) return pool_printf(a->pool, " %s ", statement->name) ;
  statement_walk(statement, &add_names, &names) ;
  return names.found ;
}

static int sets_local (struct statement *statement, void *data)
{
  struct names *names = data ;
  if (strcmp(statement_command(statement), "local") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++) add_name(names, statement->words[i].raw) ;
  return 0 ;
}

/* Those that the function gives values to, but its own. */
char const *names_called (struct analysis *a, struct statement *body)
{
  struct names names = { .a = a, .found = " " } ;
  struct names own = { .a = a, .found = " " } ;
  char const *out = " " ;
  statement_walk(body, &add_names, &names) ;
  statement_walk(body, &sets_local, &own) ;
  for (char const *p = names.found ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *name = pool_copy(a->pool, p, strcspn(p, " ")) ;
    if (!shell_one_of(name, own.found)) out = pool_printf(a->pool, "%s%s ", out, name) ;
  }
  return out ;
}

/* These are exported already, so an assignment reaches the services. */
#define INHERITED "PATH HOME USER LOGNAME SHELL LANG LANGUAGE LC_ALL TZ TERM HOSTNAME PWD LD_LIBRARY_PATH LD_PRELOAD PYTHONPATH NODE_ENV DEBIAN_FRONTEND"

int is_exported (struct analysis *a, char const *name)
{
  return a->exports_all || shell_one_of(name, INHERITED) || texts_has(&a->plan->environment, name) ;
}

/* ---- what another script exports ---- */

struct exporting
{
  struct pool *pool ;
  struct texts *names ;
} ;

static int add_exported (struct statement *statement, void *data)
{
  struct exporting *exporting = data ;
  if (strcmp(statement_command(statement), "export") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    size_t len = strspn(statement->words[i].raw, NAME_LETTERS) ;
    if (len) texts_add_once(exporting->pool, exporting->names, pool_copy(exporting->pool, statement->words[i].raw, len)) ;
  }
  return 0 ;
}

void exported_names (struct pool *pool, char const *text, struct texts *names)
{
  struct exporting exporting = { pool, names } ;
  struct source code ;
  for (struct statement *one = shell_parse_text(pool, &code, text) ; one ; one = one->next) statement_walk(one, &add_exported, &exporting) ;
}

int add_declared (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct function *function ;
  if (statement->is_interruptible && *statement->name) texts_add_once(a->pool, &a->pause_pids, statement->name) ;
  if (statement->kind != STATEMENT_FUNCTION) return 0 ;
  function = pool_alloc(a->pool, sizeof(*function)) ;
  function->name = statement->name ;
  function->statement = statement ;
  function->next = a->functions ;
  a->functions = function ;
  return 0 ;
}
