/* A file of the image that a RUN makes of another one: ln -s /app/start.sh /entrypoint, mv, cp, install. Also a script
   that the Dockerfile itself has. */

#include <string.h>

#include "migrate/dockerfile/readfile.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/shell/shell.h"

struct moving
{
  struct dockerfile const *dockerfile ;
  struct instruction const *run ;
  char const *place ; /* what is asked for */
  char const *from ; /* where it came from; 0: not known yet */
  int is_link ; /* to that */
} ;

/* The folder of a path, with its slash. */
static char const *folder_of (struct pool *pool, char const *path)
{
  return pool_copy(pool, path, (size_t)(shell_basename(path) - path)) ;
}

static char const *placed (struct moving const *m, char const *word)
{
  return dockerfile_below(m->dockerfile->source->pool, dockerfile_workdir(m->dockerfile, m->run), dockerfile_expand(m->dockerfile, m->run, word)) ;
}

/* ln -s usr/local/bin/start.sh /start: from the link's folder. */
static char const *link_source (struct moving const *m, char const *word)
{
  struct pool *pool = m->dockerfile->source->pool ;
  return *word == '/' || strchr(word, '$') ? placed(m, word) : dockerfile_below(pool, folder_of(pool, m->place), word) ;
}

/* ln -s A B, mv A B, cp A B, install A B: sets both words; 0: another command, or several files. */
static int two_files (struct pool *pool, struct statement const *statement, char const **words, int *is_symbolic)
{
  unsigned int n = 0 ;
  *is_symbolic = 0 ;
  if (!shell_one_of(statement_command(statement), "ln mv cp install")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *word = shell_without_quotes(pool, statement->words[i].raw) ;
    if (*word == '-')
    {
      *is_symbolic |= !strcmp(statement_command(statement), "ln") && strchr(word, 's') ;
      if (shell_one_of(word, "-m -o -g")) i++ ;
    }
    else if (n < 2 && *word) words[n++] = word ;
    else return 0 ;
  }
  return n == 2 ;
}

static int find_move (struct statement *statement, void *data)
{
  struct moving *m = data ;
  struct pool *pool = m->dockerfile->source->pool ;
  char const *words[2] ;
  int is_symbolic ;
  char const *target ;
  if (!two_files(pool, statement, words, &is_symbolic)) return 0 ;
  target = placed(m, words[1]) ;
  if (words[1][strlen(words[1]) - 1] == '/' || !strcmp(pool_printf(pool, "%s/", target), folder_of(pool, m->place)))
    target = pool_printf(pool, "%s%s%s", target, target[strlen(target) - 1] == '/' ? "" : "/", shell_basename(words[0])) ;
  if (strcmp(target, m->place) != 0) return 0 ;
  m->from = is_symbolic ? link_source(m, words[0]) : placed(m, words[0]) ;
  m->is_link = is_symbolic ;
  return 0 ;
}

/* Visits each command of each RUN. */
static void walk_runs (struct dockerfile const *dockerfile, struct instruction const **run, statement_visit *visit, void *data)
{
  struct pool *pool = dockerfile->source->pool ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "RUN")) ; )
  {
    struct source code ;
    struct texts words = { 0 } ;
    struct texts texts = { 0 } ;
    *run = one ;
    if (!dockerfile_exec_form(pool, one->arguments, &words)) texts_add(pool, &texts, one->arguments) ;
    texts_add_all(pool, &texts, &one->documents) ;
    for (struct text const *text = texts.first ; text ; text = text->next)
      for (struct statement *statement = shell_parse_text(pool, &code, text->text) ; statement ; statement = statement->next)
        statement_walk(statement, visit, data) ;
  }
}

static char const *moved_from (struct dockerfile const *dockerfile, char const *place)
{
  struct moving m = { .dockerfile = dockerfile, .place = place } ;
  walk_runs(dockerfile, &m.run, &find_move, &m) ;
  return m.from ;
}

char const *behind_links (struct dockerfile const *dockerfile, char const *place)
{
  for (int i = 0 ; place && i < 4 ; i++)
  {
    struct moving m = { .dockerfile = dockerfile, .place = place } ;
    walk_runs(dockerfile, &m.run, &find_move, &m) ;
    if (!m.is_link) return place ;
    place = m.from ;
  }
  return place ;
}

char const *brought_from (struct dockerfile const *dockerfile, char const *place)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *found = moved_from(dockerfile, place) ;
  if (found && strcmp(folder_of(pool, found), folder_of(pool, place)) != 0) return found ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "COPY")) ; )
    for (struct text const *source = one->copying->from_stage ? one->copying->sources.first : 0 ; source ; source = source->next)
    {
      char const *target = one->copying->target ;
      if (!strcmp(copying_path(pool, one->copying, source->text), place)
       || !strcmp(target, folder_of(pool, place)) || !strcmp(pool_printf(pool, "%s/", target), folder_of(pool, place))) found = source->text ;
    }
  return found && strcmp(folder_of(pool, found), folder_of(pool, place)) != 0 ? found : 0 ;
}

struct naming
{
  struct starting *s ;
  struct instruction const *run ;
} ;

static int add_moved_name (struct statement *statement, void *data)
{
  struct naming *naming = data ;
  struct starting *s = naming->s ;
  char const *words[2] ;
  int is_symbolic ;
  if (two_files(s->pool, statement, words, &is_symbolic) && texts_has(&s->names, shell_basename(words[0])) && *shell_basename(words[1]))
    texts_add_once(s->pool, &s->names, shell_basename(words[1])) ;
  return 0 ;
}

void add_moved_names (struct starting *s)
{
  struct naming naming = { .s = s } ;
  walk_runs(s->dockerfile, &naming.run, &add_moved_name, &naming) ;
}

char const *context_file_at (struct dockerfile const *dockerfile, char const *dockerfile_path, char const *place)
{
  for (int i = 0 ; place && i < 4 ; i++)
  {
    char const *path = context_place(dockerfile, dockerfile_path, place) ;
    if (path) return path ;
    place = moved_from(dockerfile, place) ;
  }
  return 0 ;
}

char const *document_at (struct dockerfile const *dockerfile, char const **place, char const **expanded)
{
  char const *at = *place ;
  char const *found = 0 ;
  int is_expanded = 0 ;
  for (int i = 0 ; at && i < 4 && !found ; i++)
  {
    for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "COPY ADD")) ; ) /* a later one takes its place */
    {
      struct copying const *copying = one->copying ;
      int expands ;
      char const *text = copying_document(dockerfile, one, &expands) ;
      if (!text || strcmp(copying->target, at) != 0) continue ;
      *place = at ;
      found = text ;
      is_expanded = expands ;
    }
    at = moved_from(dockerfile, at) ;
  }
  if (is_expanded) *expanded = *place ;
  return is_expanded ? 0 : found ;
}
