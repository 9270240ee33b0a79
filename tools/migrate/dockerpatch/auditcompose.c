/* Does a compose file beside the Dockerfile name a command, or what has gone? */

#include <string.h>

#include "migrate/dockerfile/readfile.h"
#include "migrate/dockerpatch/dockerpatch.h"
#include "migrate/shell/shell.h"

struct composed { struct plan *plan ; char const *file ; char const *dockerfile ; char const *path ; char const *name ; } ;

/* The value of the line `KEY: VALUE`; 0: it has another key. */
static char const *value_of (struct pool *pool, char const *line, char const *key)
{
  size_t len = strlen(key) ;
  line += strspn(line, " \t") ;
  if (strncmp(line, key, len) != 0 || line[len] != ':') return 0 ;
  line += len + 1 ;
  line += strspn(line, " \t") ;
  return shell_without_quotes(pool, pool_copy(pool, line, strcspn(line, "\r#"))) ;
}

/* build: . and dockerfile: NAME, of this Dockerfile */
static int builds_it (struct composed const *c, char const *block)
{
  struct pool *pool = c->plan->pool ;
  int builds = 0 ;
  for (size_t len ; *block ; block += len + (block[len] == '\n'))
  {
    char const *line = pool_copy(pool, block, len = strcspn(block, "\n")) ;
    char const *folder = value_of(pool, line, "build") ;
    char const *file = value_of(pool, line, "dockerfile") ;
    if (folder) builds = 1 ;
    if (!folder) folder = value_of(pool, line, "context") ;
    if (folder && *folder && !shell_one_of(folder, ". ./")) return 0 ;
    if (file && *file && strcmp(shell_basename(file), shell_basename(c->dockerfile)) != 0) return 0 ;
  }
  return builds ;
}

static void look_at_block (struct composed const *c, char const *block, unsigned int first)
{
  struct pool *pool = c->plan->pool ;
  int has_entrypoint = !!strstr(block, "entrypoint:") ;
  if (!builds_it(c, block)) return ;
  for (size_t len ; *block ; block += len + (block[len] == '\n'), first++)
  {
    char const *line = pool_copy(pool, block, len = strcspn(block, "\n")) ;
    char const *text = line + strspn(line, " \t") ;
    char const *place = pool_printf(pool, "TODO: %s, line %u: %s", c->file, first, text) ;
    if (value_of(pool, line, "command") && !has_entrypoint)
      texts_add(pool, &c->plan->notes, pool_printf(pool, "%s: behind ENTRYPOINT /init, this is executed beside all services: take it out where it did the same as CMD, "
        "or give that container an entrypoint of its own", place)) ;
    else if (value_of(pool, line, "entrypoint") && !strstr(line, "/init"))
      texts_add(pool, &c->plan->notes, pool_printf(pool, "%s: it takes the place of ENTRYPOINT /init, and no service starts there: take it out, if they shall", place)) ;
    else if (*text != '#' && ((c->path && strstr(text, pool_printf(pool, ":%s", c->path))) || shell_mentions(text, "supervisorctl")))
      texts_add(pool, &c->plan->notes, pool_printf(pool, "%s: nothing reads or executes that any more (the services are made from %s as it was)", place, c->name)) ;
  }
}

static void look_at_compose (struct composed const *c, char const *text)
{
  char const *block = 0 ;
  unsigned int first = 0 ;
  unsigned int n = 1 ;
  for (size_t len ; *text ; text += len + (text[len] == '\n'), n++)
  {
    size_t blank = strspn(text, " ") ;
    int is_name = (len = strcspn(text, "\n")) > blank && blank <= 4 && blank && text[blank] != '#' && text[len - 1 - (text[len - 1] == '\r')] == ':' ;
    int is_end = !blank && len && *text != '#' && *text != '\r' ;
    if (block && (is_end || (is_name && blank <= strspn(block, " ")))) look_at_block(c, pool_copy(c->plan->pool, block, (size_t)(text - block)), first) ;
    if (is_end) block = 0 ;
    if (is_name && (!block || blank <= strspn(block, " ")))
    {
      block = text ;
      first = n ;
    }
  }
  if (block) look_at_block(c, block, first) ;
}

void audit_compose (struct plan *plan, struct docker_start const *start, char const *dockerfile)
{
  static char const *const names[] = { "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml" } ;
  struct composed c = { .plan = plan, .dockerfile = dockerfile, .path = start->path, .name = plan->source->name } ;
  for (size_t i = 0 ; i < ROWS(names) ; i++)
  {
    char const *text = context_read(plan->pool, dockerfile, c.file = names[i]) ;
    if (text) look_at_compose(&c, text) ;
  }
}
