/* Does .dockerignore leave what the patch copies? */

#include <fnmatch.h>
#include <string.h>

#include "migrate/dockerfile/readfile.h"
#include "migrate/dockerpatch/dockerpatch.h"
#include "migrate/shell/shell.h"

/* The pattern, for the path, or a folder that it is in */
static int matches (struct pool *pool, char const *pattern, char const *path)
{
  int flags = strstr(pattern, "**") ? 0 : FNM_PATHNAME ;
  size_t n = strlen(path) ;
  for (size_t len = 1 ; len <= n ; len++)
  {
    char const *part = pool_copy(pool, path, len) ;
    if (len < n && path[len] != '/') continue ;
    if (!fnmatch(pattern, part, flags)) return 1 ;
    if (!strncmp(pattern, "**/", 3) && !fnmatch(pattern + 3, shell_basename(part), FNM_PATHNAME)) return 1 ;
  }
  return 0 ;
}

/* The last line about the path counts; 0: it does not keep the path out of the build context. */
static char const *line_about (struct pool *pool, char const *text, char const *path)
{
  char const *found = 0 ;
  for (size_t len ; *text ; text += len + (text[len] == '\n'))
  {
    char const *line = pool_copy(pool, text, len = strcspn(text, "\n")) ;
    char const *pattern ;
    size_t n ;
    int keeps ;
    line = pool_copy(pool, line, strcspn(line, "\r")) ;
    keeps = *line == '!' ;
    pattern = line + keeps ;
    if (!strncmp(pattern, "./", 2)) pattern += 2 ;
    pattern += *pattern == '/' ;
    n = strlen(pattern) ;
    while (n && strchr("/ \t", pattern[n - 1])) n-- ;
    if (n && *line != '#' && matches(pool, pool_copy(pool, pattern, n), path)) found = keeps ? 0 : line ;
  }
  return found ;
}

char const *ignored_by (struct pool *pool, char const *dockerfile_path, char const *name, char const **file)
{
  char const *own = pool_printf(pool, "%s.dockerignore", shell_basename(dockerfile_path)) ;
  char const *text = context_read(pool, dockerfile_path, own) ;
  *file = text ? own : ".dockerignore" ;
  if (!text) text = context_read(pool, dockerfile_path, *file) ;
  if (!strncmp(name, "./", 2)) name += 2 ;
  return text ? line_about(pool, text, name) : 0 ;
}

void audit_ignored (struct plan *plan, struct dockerfile const *dockerfile, char const *path, struct docker_tree const *tree)
{
  struct texts names = { 0 } ;
  char const *doubt ;
  char const *file ;
  char const *copied[] = { pool_printf(plan->pool, "reeve-overlay-%s.tar.gz", dockerfile_architecture(dockerfile, &doubt)), tree->services } ;
  if (tree->outside) return ; /* a note says where they have to be */
  for (size_t i = 0 ; i < ROWS(copied) ; i++)
  {
    char const *line = ignored_by(plan->pool, path, copied[i], &file) ;
    if (line) texts_add(plan->pool, &names, pool_printf(plan->pool, "%s (%s)", copied[i], line)) ;
  }
  if (names.first)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: %s keeps out of the build context what the patch copies: %s: write !NAME of it at its end", file, texts_join(plan->pool, &names, ", "))) ;
}
