/* The files that the script reads (. FILE), as far as they are in the build context or beside it: which functions
   they define, and what they start while they are read. They stay files of their own. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* "$(dirname "$0")/lib.sh", $DIR/lib.sh, ./lib.sh: /lib.sh. "": not known. */
static char const *tail_of (struct analysis *a, char const *raw)
{
  char const *end = raw + strlen(raw) ;
  char const *p = strrchr(raw, '$') ;
  if (end > raw && strchr("'\"", end[-1])) end-- ;
  for (char const *q = raw ; q < end ; q++)
    if (strchr("})`", *q)) p = q ;
  if (p && *p == '$') p += 1 + strspn(p + 1, NAME_LETTERS) ;
  else if (p) p++ ;
  else p = raw + strspn(raw, "'\"") ;
  if (p < end && *p == '"') p++ ;
  if (!strncmp(p, "./", 2)) p++ ;
  if (p >= end) return "" ;
  return pool_printf(a->pool, "%s%.*s", *p == '/' ? "" : "/", (int)(end - p), p) ;
}

static int ends_in (char const *path, char const *tail)
{
  size_t len = strlen(path) ;
  size_t n = strlen(tail) ;
  return (len >= n && !strcmp(path + len - n, tail)) || !strcmp(path, tail + 1) ;
}

/* The file that the word names, if there is one alone. */
static struct configuration const *file_of (struct analysis *a, char const *raw)
{
  struct configuration const *found = 0 ;
  char const *tail = tail_of(a, raw) ;
  unsigned int n = 0 ;
  for (struct configuration const *one = a->plan->scripts ; one ; one = one->next)
  {
    if (!strcmp(one->path, tail)) return one ;
    /* Without a Dockerfile it is only known what is beside the script. */
    if (!ends_in(one->path, *one->path == '/' ? tail : pool_printf(a->pool, "/%s", shell_basename(tail)))) continue ;
    if (!found || found->text != one->text) n++ ; /* one file, in two places */
    found = one ;
  }
  return *tail && n == 1 ? found : 0 ;
}

static struct configuration const *read_by (struct analysis *a, struct statement const *statement)
{
  return shell_one_of(statement_command(statement), "source .") && statement->nwords > 1 ? file_of(a, statement->words[1].raw) : 0 ;
}

char const *sourced_text (struct analysis *a, struct statement const *statement)
{
  struct configuration const *file = a->plan->scripts ? read_by(a, statement) : 0 ;
  return file ? file->text : 0 ;
}

/* ---- functions ---- */

/* A function of such a file. */
struct definition
{
  char const *name ;
  char const *place ; /* FILE, line N */
  struct statement *body ;
  struct source *code ;
  struct definition *next ;
} ;

struct defining
{
  struct analysis *a ;
  struct texts files ; /* those that have been read: a file may read itself */
  struct definition **end ;
} ;

static int add_definitions (struct statement *statement, void *data)
{
  struct defining *d = data ;
  struct configuration const *file = read_by(d->a, statement) ;
  struct source *code ;
  if (!file || texts_has(&d->files, file->path)) return 0 ;
  texts_add(d->a->pool, &d->files, file->path) ;
  code = pool_alloc(d->a->pool, sizeof(*code)) ;
  for (struct statement *one = shell_parse_text(d->a->pool, code, file->text) ; one ; one = one->next)
    if (one->kind == STATEMENT_FUNCTION)
    {
      struct definition *definition = *d->end = pool_alloc(d->a->pool, sizeof(*definition)) ;
      *definition = (struct definition){ .name = one->name, .body = one->body, .code = code } ;
      definition->place = pool_printf(d->a->pool, "%s, line %u", file->path, source_line(code, one->range.start)) ;
      d->end = &definition->next ;
    }
    else statement_walk(one, &add_definitions, d) ;
  return 0 ;
}

/* The function that has the name; 0: there is none. The files are read once. */
static struct definition const *definition_of (struct analysis *a, char const *name)
{
  struct definition const *found ;
  if (!a->plan->scripts) return 0 ;
  if (a->defined_in != a->source)
  {
    struct defining d = { .a = a, .end = &a->definitions } ;
    struct source code ;
    a->defined_in = a->source ;
    a->definitions = 0 ;
    for (struct statement *one = shell_parse_text(a->pool, &code, a->source->text) ; one ; one = one->next) statement_walk(one, &add_definitions, &d) ;
  }
  for (found = a->definitions ; found && strcmp(found->name, name) != 0 ; ) found = found->next ;
  return found ;
}

char const *sourced_function (struct analysis *a, char const *name)
{
  struct definition const *definition = definition_of(a, name) ;
  return definition ? definition->place : 0 ;
}

char const *sourced_start (struct analysis *a, char const *name)
{
  struct definition const *definition = definition_of(a, name) ;
  struct analysis inner = *a ;
  if (!definition || !definition->body) return 0 ;
  inner.source = definition->code ;
  return starts_something(&inner, definition->body) ? definition->place : 0 ;
}

/* ---- what is started while a file is read ---- */

int add_sourced_function (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct function *function ;
  if (statement->kind != STATEMENT_FUNCTION) return 0 ;
  function = pool_alloc(a->pool, sizeof(*function)) ;
  *function = (struct function){ .name = statement->name, .statement = statement, .next = a->functions } ;
  a->functions = function ;
  return 0 ;
}

struct started
{
  struct analysis *a ;
  struct texts names ;
  char const *file ; /* as the script names it */
} ;

static int add_started (struct statement *statement, void *data)
{
  struct started *started = data ;
  struct configuration const *file = read_by(started->a, statement) ;
  struct source code ;
  struct analysis inner = *started->a ;
  struct statement *first = file ? shell_parse_text(inner.pool, &code, file->text) : 0 ;
  if (!first) return 0 ;
  inner.source = &code ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_sourced_function, &inner) ;
  for (struct statement *one = first ; one ; one = one->next)
  {
    if (one->kind == STATEMENT_FUNCTION || !starts_something(&inner, one) || shell_one_of(statement_command(one), "wait exec")) continue ;
    started->file = statement->words[1].raw ;
    texts_add_once(inner.pool, &started->names, readable_name(&inner, name_of(&inner, one))) ;
  }
  return 0 ;
}

static void mark_started (struct analysis *a, unsigned int i, struct started *started)
{
  struct plan *plan = a->plan ;
  struct piece *piece = plan->pieces + i ;
  char *needed = pool_alloc(a->pool, plan->npieces + 1) ;
  uint32_t line = piece->claim ? source_line(a->source, piece->claim->range.start) : 0 ;
  char const *text = pool_printf(a->pool, "%s starts %s while it is read, and so does each file that reads it: put its lines into the script in place of this one, and migrate that",
    started->file, texts_join(a->pool, &started->names, ", ")) ;
  if (piece->in_setup && plan_has_setup(plan)) plan_todo(plan, 0, piece->claim, line, text) ;
  for (struct service *service = plan->services ; service ; service = service->next)
  {
    plan_needed(plan, service, service->npieces, service->positional, "", needed) ;
    if (i < service->npieces && needed[i]) plan_todo(plan, service, piece->claim, line, text) ;
  }
}

void settle_sourced (struct analysis *a)
{
  for (unsigned int i = 0 ; a->plan->scripts && i < a->plan->npieces ; i++)
  {
    struct started started = { .a = a } ;
    struct source code ;
    struct statement *statement = a->plan->pieces[i].is_function ? 0 : shell_parse_text(a->pool, &code, a->plan->pieces[i].text) ;
    if (statement) statement_walk(statement, &add_started, &started) ;
    if (started.names.first) mark_started(a, i, &started) ;
  }
}

/* ---- does a file do more than set something? ---- */

/* Those that only set variables, or define functions, as they are called. */
static int says_setting (char const *text)
{
  static char const *const marks[] = { "env", "activate", "profile", "bashrc", "func", "lib", "util", "common", "helper", "conf", "var", "setting", "default", "release", "secret",
    "cred", "param", "option", "version", "color", "log", "nvm", "sdkman", "setup.bash", "completion" } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strcasestr(text, marks[i])) return 1 ;
  return 0 ;
}

int sourced_may_work (struct analysis *a, struct statement const *statement, char const *text)
{
  struct configuration const *file = read_by(a, statement) ;
  struct analysis inner = *a ;
  struct source code ;
  if (!shell_one_of(statement_command(statement), "source .") || statement->nwords < 2) return 0 ;
  if (!file) return !says_setting(strchr(shell_basename(statement->words[1].raw), '$') ? text : shell_basename(statement->words[1].raw)) ;
  inner.source = &code ;
  for (struct statement *one = shell_parse_text(a->pool, &code, file->text) ; one ; one = one->next)
    if (one->kind != STATEMENT_FUNCTION && statement_walk(one, &does_something, &inner)) return 1 ;
  return 0 ;
}

/* ---- what an executed file leaves ---- */

/* sh FILE, ./FILE, /DIR/FILE. A name alone may be any program; one that is called as the script itself is another file, in another folder. */
static struct configuration const *executed_by (struct analysis *a, struct statement const *statement)
{
  struct configuration const *file ;
  struct launch launch ;
  unsigned int i ;
  int is_code ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  i = statement_of_shell(statement, launch.first, &is_code) ;
  if (!i) i = launch.first ;
  if (is_code || i >= statement->nwords || !strchr(statement_word(statement, i), i == launch.first ? '/' : '.')) return 0 ;
  file = file_of(a, statement->words[i].raw) ;
  return file && strcmp(file->text, a->plan->source->text) != 0 ? file : 0 ;
}

int is_script_here (struct analysis *a, struct statement const *statement)
{
  return !!executed_by(a, statement) ;
}

static int ends_itself (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "wait kill pkill killall exec") || (statement->nwords && shell_one_of(statement_word(statement, statement->nwords - 1), "stop shutdown quit")) ;
}

char const *left_by_script (struct analysis *a, struct statement const *statement)
{
  struct configuration const *file = executed_by(a, statement) ;
  struct source code ;
  struct statement *list = file ? shell_parse_text(a->pool, &code, file->text) : 0 ;
  for (struct statement *one = list ; one ; one = one->next)
    if (statement_walk(one, &ends_itself, 0)) return "" ;
  return list ? left_in(a, &code, list) : "" ;
}

int script_ends (struct analysis *a, struct statement const *statement)
{
  struct configuration const *file = executed_by(a, statement) ;
  struct source code ;
  struct source *outer = a->source ;
  struct statement *one = file ? shell_parse_text(a->pool, &code, file->text) : 0 ;
  int ends = !!one ;
  a->source = &code ;
  for (; one && ends ; one = one->next) ends = one->kind == STATEMENT_FUNCTION || (!one->background && surely_ends(a, one)) ;
  a->source = outer ;
  return ends ;
}
