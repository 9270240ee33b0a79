/* What COPY and ADD bring, and where it is in the image. */

#include <string.h>

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/shell/shell.h"

/* Directories of every image: COPY a /usr/bin is /usr/bin/a. */
#define FOLDERS "/ /bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /etc /opt /srv /tmp /root /home /usr/local"

/* Some instruction works in it, or names what is in it: COPY start.sh /app, CMD ["/app/start.sh"]. */
static int is_folder (struct dockerfile const *dockerfile, char const *path)
{
  char const *inside = pool_printf(dockerfile->source->pool, "%s/", path) ;
  if (shell_one_of(path, FOLDERS)) return 1 ;
  for (char const *p = dockerfile->named ; (p = strstr(p, inside)) ; p++)
    if (p == dockerfile->named || strchr(" \t\n\"'=&;|", p[-1])) return 1 ;
  return 0 ;
}

static void copying_read (struct dockerfile const *dockerfile, struct instruction const *copy, struct copying *copying)
{
  struct pool *pool = dockerfile->source->pool ;
  struct texts words = { 0 } ;
  char const *workdir = dockerfile_workdir(dockerfile, copy) ;
  char const *target = "" ;
  memset(copying, 0, sizeof(*copying)) ;
  copying->from_stage = !!strstr(copy->flags, "--from") ;
  if (!dockerfile_exec_form(pool, copy->arguments, &words))
    for (char const *p = copy->arguments ; *(p += strspn(p, " \t")) ; )
      texts_add(pool, &words, dockerfile_word(dockerfile, &p, " \t")) ;
  for (struct text const *one = words.first ; one ; one = one->next)
  {
    char const *word = dockerfile_path(dockerfile, copy, one->text) ;
    if (one->next) texts_add(pool, &copying->sources, word) ;
    else target = word ;
  }
  copying->target = dockerfile_below(pool, workdir, target) ;
  if (copying->sources.first && copying->target[0] && copying->target[strlen(copying->target) - 1] != '/'
   && (copying->sources.first->next || is_folder(dockerfile, copying->target) || !strcmp(copying->target, workdir)))
    copying->target = pool_printf(pool, "%s/", copying->target) ;
}

char const *copying_path (struct pool *pool, struct copying const *copying, char const *source)
{
  size_t len = strlen(copying->target) ;
  return len && copying->target[len - 1] == '/' ? pool_printf(pool, "%s%s", copying->target, shell_basename(source)) : copying->target ;
}

char const *copying_document (struct dockerfile const *dockerfile, struct instruction const *copy, int *is_unknown)
{
  char const *text = copy->documents.first ? copy->documents.first->text : 0 ;
  char const *written = text ;
  if (!text || copy->documents.first->next || strncmp(copy->arguments, "<<", 2) != 0) return 0 ;
  if (!strchr("\"'\\", copy->arguments[2 + (copy->arguments[2] == '-')])) written = dockerfile_written(dockerfile, copy, text) ;
  *is_unknown = !written ;
  return pool_printf(dockerfile->source->pool, "%s\n", written ? written : text) ;
}

void dockerfile_read (struct source *source, struct dockerfile *dockerfile)
{
  dockerfile_parse(source, dockerfile) ;
  for (struct instruction *one = dockerfile->instructions ; one ; one = one->next)
    if (shell_one_of(one->name, "COPY ADD"))
    {
      one->copying = pool_alloc(source->pool, sizeof(*one->copying)) ;
      copying_read(dockerfile, one, one->copying) ;
    }
}

int makes_folder (char const *code, char const *path)
{
  for (char const *command = code ; (command = strstr(command, "mkdir ")) ; command++)
    for (char const *p = command ; (p = strstr(p, path)) && p < command + strcspn(command, ";&|") ; p++)
    {
      char const *word = p - !!strchr("\"'", p[-1]) ;
      if (strchr(" \t\n=", word[-1]) && strchr(" \t\n;&|/\"'", p[strlen(path)])) return 1 ;
    }
  return 0 ;
}
