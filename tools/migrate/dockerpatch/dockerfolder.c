/* The folder that the image executes the input in: its WORKDIR, unless what stays ahead of /init goes elsewhere. */

#include <string.h>

#include "migrate/dockerpatch/dockerpatch.h"
#include "migrate/shell/shell.h"

/* A file that the script reads may do cd, too. */
static int may_go_elsewhere (struct statement *statement, void *data)
{
  char const *workdir = data ;
  char const *command = statement_command(statement) ;
  if (shell_one_of(command, "pushd popd . source eval")) return 1 ;
  return !strcmp(command, "cd") && (statement->nwords != 2 || strcmp(statement_word(statement, 1), workdir) != 0) ;
}

static int text_goes_elsewhere (struct pool *pool, char const *text, char const *workdir)
{
  struct source code ;
  for (struct statement *one = text ? shell_parse_text(pool, &code, text) : 0 ; one ; one = one->next)
    if (statement_walk(one, &may_go_elsewhere, (void *)workdir)) return 1 ;
  return 0 ;
}

/* ARG A=1 B with other values: A=? B=? */
static char const *with_other_values (struct pool *pool, char const *arguments)
{
  char const *out = "" ;
  for (char const *p = arguments ; *p ; p++)
    if ((p == arguments || strchr(" \t", p[-1])) && strspn(p, NAME_LETTERS)) out = pool_printf(pool, "%s%.*s=? ", out, (int)strspn(p, NAME_LETTERS), p) ;
  return out ;
}

/* Is it another folder with docker build --build-arg? */
static int depends_on_argument (struct dockerfile const *dockerfile, char const *workdir)
{
  struct dockerfile other = *dockerfile ;
  struct instruction **end = &other.instructions ;
  for (struct instruction const *one = dockerfile->instructions ; one ; one = one->next)
  {
    *end = pool_alloc(dockerfile->source->pool, sizeof(**end)) ;
    **end = *one ;
    if (!strcmp(one->name, "ARG")) (*end)->arguments = with_other_values(dockerfile->source->pool, one->arguments) ;
    end = &(*end)->next ;
  }
  return strcmp(dockerfile_workdir(&other, 0), workdir) != 0 ;
}

char const *dockerfile_folder (struct dockerfile const *dockerfile, struct docker_start const *start)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *workdir = dockerfile_workdir(dockerfile, 0) ;
  if (!*workdir || text_goes_elsewhere(pool, start->front_text, workdir) || text_goes_elsewhere(pool, start->through_text, workdir)) return 0 ;
  if (depends_on_argument(dockerfile, workdir)) return 0 ; /* /init knows it */
  return workdir ;
}
