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
  len = strcspn(line, "\r#") ;
  while (len && strchr(" \t", line[len - 1])) len-- ;
  return shell_without_quotes(pool, pool_copy(pool, line, len)) ;
}

/* A block of its own: `web:`, also `web: &default # comment` */
static int is_name_line (char const *line)
{
  char const *colon ;
  line += strspn(line, " ") ;
  colon = *line == '#' || *line == '-' ? 0 : strchr(line, ':') ;
  if (!colon) return 0 ;
  colon += 1 + strspn(colon + 1, " \t") ;
  if (*colon == '&') colon += strcspn(colon, " \t\r") ;
  colon += strspn(colon, " \t\r") ;
  return !*colon || *colon == '#' ;
}

/* Does ./docker/Dockerfile mean the same file as the path docker/Dockerfile, or /src/docker/Dockerfile? */
static int is_end_of (char const *name, char const *path)
{
  size_t len ;
  size_t n = strlen(path) ;
  if (!strncmp(name, "./", 2)) name += 2 ;
  len = strlen(name) ;
  return len <= n && !strcmp(path + n - len, name) && (len == n || path[n - len - 1] == '/') ;
}

/* - ./start.sh:/start.sh, also ahead of :ro */
static int mounts (struct pool *pool, char const *text, char const *path)
{
  char const *place = path ? pool_printf(pool, ":%s", path) : 0 ;
  for (char const *at = place ? strstr(text, place) : 0 ; at ; at = strstr(at + 1, place))
    if (!at[strlen(place)] || strchr(": \t\r\"'", at[strlen(place)])) return 1 ;
  return 0 ;
}

/* build: . and dockerfile: NAME, of this Dockerfile */
static int builds_it (struct composed const *c, char const *block)
{
  struct pool *pool = c->plan->pool ;
  char const *name = "Dockerfile" ;
  int builds = 0 ;
  for (size_t len ; *block ; block += len + (block[len] == '\n'))
  {
    char const *line = pool_copy(pool, block, len = strcspn(block, "\n")) ;
    char const *folder = value_of(pool, line, "build") ;
    char const *file = value_of(pool, line, "dockerfile") ;
    if (folder) builds = 1 ;
    if (!folder) folder = value_of(pool, line, "context") ;
    if (folder && *folder && !shell_one_of(folder, ". ./")) return 0 ;
    if (file && *file) name = file ;
  }
  return builds && is_end_of(name, c->dockerfile) ;
}

static int has_key (struct pool *pool, char const *block, char const *key)
{
  for (size_t len ; *block ; block += len + (block[len] == '\n'))
    if (value_of(pool, pool_copy(pool, block, len = strcspn(block, "\n")), key)) return 1 ;
  return 0 ;
}

static void look_at_block (struct composed const *c, char const *block, unsigned int first)
{
  struct pool *pool = c->plan->pool ;
  int has_entrypoint = has_key(pool, block, "entrypoint") ;
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
    else if (*text != '#' && (mounts(pool, text, c->path) || shell_mentions(text, "supervisorctl")))
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
    char const *line = pool_copy(c->plan->pool, text, len = strcspn(text, "\n")) ;
    size_t blank = strspn(line, " ") ;
    int is_name = blank && blank <= 4 && is_name_line(line) ;
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
