/* Where the instructions of a Dockerfile work, and which paths they name. */

#include <string.h>

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/shell/shell.h"

char const *dockerfile_below (struct pool *pool, char const *folder, char const *path)
{
  size_t len = strlen(folder) ;
  while (!strncmp(path, "./", 2)) path += 2 ;
  if (*path == '/') return path ;
  while (len && folder[len - 1] == '/') len-- ;
  return pool_printf(pool, "%.*s/%s", (int)len, folder, !strcmp(path, ".") ? "" : path) ;
}

/* Where a WORKDIR goes to from `path`. */
static char const *go (struct dockerfile const *dockerfile, char const *path, struct instruction const *workdir)
{
  char const *folder = dockerfile_path(dockerfile, workdir, workdir->arguments) ;
  return dockerfile_below(dockerfile->source->pool, path, dockerfile_word(dockerfile, &folder, "")) ;
}

static char const *known_folder (struct dockerfile const *dockerfile, char const *path)
{
  size_t len = strlen(path) ;
  while (len > 1 && path[len - 1] == '/') len-- ;
  return strchr(path, '$') ? "" : pool_copy(dockerfile->source->pool, path, len) ;
}

char const *dockerfile_workdir (struct dockerfile const *dockerfile, struct instruction const *at)
{
  char const *path = "" ;
  if (at) return at->workdir ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "WORKDIR")) ; ) path = go(dockerfile, path, one) ;
  return known_folder(dockerfile, path) ;
}

static void set_workdirs (struct dockerfile *dockerfile)
{
  char const *path = "" ;
  char const *folder = "" ;
  for (struct instruction *one = dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage != STAGE_OTHER && !strcmp(one->name, "WORKDIR")) folder = known_folder(dockerfile, path = go(dockerfile, path, one)) ;
    one->workdir = folder ;
  }
}

/* Each WORKDIR, with a slash behind it, and all arguments. */
static char const *named_paths (struct dockerfile const *dockerfile)
{
  struct pool *pool = dockerfile->source->pool ;
  struct texts all = { 0 } ;
  for (struct instruction *one = dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage == STAGE_OTHER) continue ;
    if (!strcmp(one->name, "WORKDIR")) texts_add(pool, &all, pool_printf(pool, "%s/", dockerfile_workdir(dockerfile, one))) ;
    texts_add(pool, &all, one->arguments) ;
  }
  return texts_join(pool, &all, "\n") ;
}

void dockerfile_parse (struct source *source, struct dockerfile *dockerfile)
{
  dockerfile_instructions(source, dockerfile) ;
  set_workdirs(dockerfile) ; /* the paths are below them */
  dockerfile->named = named_paths(dockerfile) ;
}
