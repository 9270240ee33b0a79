/* Which files of the image are the input: by the words of a RUN, or of a script. */

#include <fnmatch.h>
#include <string.h>

#include "migrate/dockerpatch/changes.h"
#include "migrate/supervisord/commandline.h"

static char const *without_quotes (struct pool *pool, char const *raw)
{
  char *out = (char *)pool_copy(pool, raw, strlen(raw)) ;
  char *q = out ;
  for (; *raw ; raw++) if (!strchr("\"'\\", *raw)) *q++ = *raw ;
  *q = 0 ;
  return out ;
}

struct lookup
{
  struct source const *code ;
  char const *name ;
  char const *value ; /* 0: the code does not set it */
} ;

static void look_for_value (struct lookup *lookup, char const *assignment)
{
  size_t len = strlen(lookup->name) ;
  if (!strncmp(assignment, lookup->name, len) && assignment[len] == '=') lookup->value = assignment + len + 1 ;
}

static int assigns (struct statement *statement, void *data)
{
  struct lookup *lookup = data ;
  if (statement->kind == STATEMENT_ASSIGNMENT) look_for_value(lookup, source_copy(lookup->code, statement->range)) ;
  for (unsigned int i = 0 ; i < statement->nassignments ; i++) look_for_value(lookup, statement->assignments[i].raw) ;
  for (unsigned int i = 0 ; statement->kind == STATEMENT_DECLARATION && i < statement->nwords ; i++) look_for_value(lookup, statement->words[i].raw) ;
  return 0 ;
}

/* The word without quotes; if it is only a variable, the value that the code gives that. */
char const *file_of_word (struct changes const *c, char const *raw)
{
  char const *text = without_quotes(c->p->pool, raw) ;
  struct lookup lookup = { .code = c->code } ;
  size_t braces = !strncmp(text, "${", 2) ;
  size_t len = *text == '$' ? strspn(text + 1 + braces, NAME_LETTERS) : 0 ;
  if (!len || text[1 + braces + len + braces]) return text ;
  lookup.name = pool_copy(c->p->pool, text + 1 + braces, len) ;
  for (struct statement *one = c->first ; one ; one = one->next) statement_walk(one, &assigns, &lookup) ;
  return lookup.value ? without_quotes(c->p->pool, lookup.value) : text ;
}

int input_is_of_supervisord (struct changes const *c)
{
  return !!strstr(c->p->plan->source->text, "[program:") ;
}

/* An absolute path where no COPY brings the input to, by its name or with a folder, and which the image does not execute. */
static int is_other_file (struct changes const *c, char const *file)
{
  if (*file != '/' || strpbrk(file, "$`*?[") || !c->paths.first || texts_has(&c->paths, file)) return 0 ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(c->p->dockerfile, one, "COPY ADD")) ; )
    for (struct text const *source = one->copying->sources.first ; source ; source = source->next)
      if (!texts_has(&c->paths, copying_path(c->p->pool, one->copying, source->text)) && !strncmp(file, one->copying->target, strlen(one->copying->target))) return 0 ;
  return 1 ;
}

/* [include] files = ...: may these be the file? */
static int may_be_included (struct changes const *c, char const *file)
{
  struct pool *pool = c->p->pool ;
  char const *folder = pool_copy(pool, c->read, (size_t)(shell_basename(c->read) - c->read)) ;
  char const *p = strstr(c->p->plan->source->text, "\n[include]") ;
  for (p = p ? strstr(p, "files") : 0 ; p && *p && *p != '[' ; p += strcspn(p, " \t\n="), p += strspn(p, " \t\n="))
  {
    char const *pattern = dockerfile_below(pool, folder, pool_copy(pool, p, strcspn(p, " \t\n="))) ;
    if (strchr(pattern, '%') || !fnmatch(pattern, file, 0) || !strncmp(pattern, file, strlen(file))) return 1 ;
  }
  return 0 ;
}

/* A file that supervisord may read: in /etc/supervisor/conf.d, /etc/supervisord.d. */
static int is_configuration (struct changes const *c, char const *file)
{
  char const *name = shell_basename(file) ;
  if (c->read) return input_is_of_supervisord(c) && may_be_included(c, file) ;
  if (!input_is_of_supervisord(c) || !strstr(pool_copy(c->p->pool, file, (size_t)(name - file)), "supervisor")) return 0 ;
  return !*name || !fnmatch("*.conf", name, 0) || !fnmatch("*.ini", name, 0) ;
}

int word_is_input (struct changes const *c, char const *raw)
{
  char const *file = file_of_word(c, raw) ;
  return (texts_has(&c->names, shell_basename(file)) && !is_other_file(c, file)) || is_configuration(c, file) ;
}

/* cp INPUT TARGET: that is the input, too. What is not clear leaves the names alone. */
static int add_moved_path (struct statement *statement, void *data)
{
  struct changes *c = data ;
  struct pool *pool = c->p->pool ;
  char const *target ;
  if (!shell_one_of(statement_command(statement), "cp mv ln install rsync") || statement->nwords < 3 || !c->paths.first) return 0 ;
  target = file_of_word(c, statement->words[statement->nwords - 1].raw) ;
  for (unsigned int i = 1 ; i + 1 < statement->nwords ; i++)
  {
    char const *word = file_of_word(c, statement->words[i].raw) ;
    int is_clear = *word == '/' && !strpbrk(word, "$`*?[") ;
    if (is_clear ? !texts_has(&c->paths, word) : !strpbrk(word, "$`*?[") && !texts_has(&c->names, shell_basename(word))) continue ;
    if (*target != '/' || strpbrk(target, "$`") || !is_clear)
    {
      c->paths = (struct texts){ 0 } ;
      return 0 ;
    }
    texts_add_once(pool, &c->names, shell_basename(target)) ;
    texts_add(pool, &c->paths, target) ;
    texts_add(pool, &c->paths, pool_printf(pool, "%s%s%s", target, target[strlen(target) - 1] == '/' ? "" : "/", shell_basename(word))) ;
  }
  return 0 ;
}

/* The input's paths, with those that it is executed and read by. */
static void find_paths (struct changes *c)
{
  struct pool *pool = c->p->pool ;
  struct commandline const *read = c->p->plan->commandline ;
  char const *const executed[] = { c->p->plan->script_path, c->p->plan->script_real_path } ;
  struct source code ;
  if (!c->paths.first) return ;
  for (size_t i = 0 ; i < ROWS(executed) ; i++) if (executed[i]) texts_add(pool, &c->paths, executed[i]) ;
  for (struct text const *run = c->p->plan->image_runs.first ; run ; run = run->next)
  {
    c->first = shell_parse_text(pool, &code, run->text) ;
    c->code = c->first ? c->first->source : 0 ;
    for (struct statement *one = c->first ; one ; one = one->next) statement_walk(one, &add_moved_path, c) ;
  }
  if (read && read->file && texts_has(&c->paths, shell_without_quotes(pool, read->file))) c->read = shell_without_quotes(pool, read->file) ;
}

/* The last COPY that brings the input by name; 0: none does. */
struct instruction const *input_copy (struct changes *c)
{
  struct instruction const *found = 0 ;
  texts_add(c->p->pool, &c->names, c->p->input) ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(c->p->dockerfile, one, "COPY ADD")) ; )
  {
    struct copying const *copying = one->copying ;
    for (struct text const *source = copying->sources.first ; source ; source = source->next)
    {
      char const *name = shell_basename(source->text) ;
      int included = 0 ;
      for (struct source_part const *part = c->p->plan->source->parts ; part ; part = part->next) included |= !strcmp(shell_basename(part->name), name) ;
      if (strcmp(name, c->p->input) != 0 && !included) continue ;
      texts_add_once(c->p->pool, &c->names, shell_basename(copying_path(c->p->pool, copying, source->text))) ;
      texts_add_once(c->p->pool, &c->paths, copying_path(c->p->pool, copying, source->text)) ;
      if (copying->from_stage) texts_add_once(c->p->pool, &c->paths, source->text) ; /* its place in the other stage */
      if (!included) found = one ;
    }
  }
  if (found) find_paths(c) ;
  else c->paths = (struct texts){ 0 } ;
  return found ;
}
