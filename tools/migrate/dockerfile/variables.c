/* The values of ENV and ARG, as the builder expands them. */

#include <string.h>

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/shell/shell.h"

/* ENV A=1 B="2 3", ENV A 1, ARG A=1: the value of `name` that it sets; 0: it sets none. */
static char const *value_set (struct dockerfile const *dockerfile, struct instruction const *one, char const *name)
{
  char const *p = one->arguments ;
  size_t len = strlen(name) ;
  if (!strcmp(one->name, "ENV") && p[strcspn(p, " \t=")] != '=') /* one variable, whose value is all of the rest */
    return !strncmp(p, name, len) && p[len] && strchr(" \t", p[len]) ? p + len + strspn(p + len, " \t") : 0 ;
  for (; *(p += strspn(p, " \t")) ; )
  {
    int is_it = !strncmp(p, name, len) && p[len] == '=' ;
    char const *value ;
    p += strcspn(p, " \t=") ;
    if (*p != '=') continue ;
    p++ ;
    value = dockerfile_word(dockerfile, &p, " \t") ;
    if (is_it) return value ;
  }
  return 0 ;
}

void dockerfile_environment (struct dockerfile const *dockerfile, struct texts *names)
{
  struct pool *pool = dockerfile->source->pool ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "ENV")) ; )
  {
    char const *p = one->arguments ;
    if (p[strcspn(p, " \t=")] != '=') texts_add_once(pool, names, pool_copy(pool, p, strcspn(p, " \t"))) ; /* ENV A 1 */
    else for (; *(p += strspn(p, " \t")) ; p += strcspn(p, " \t"))
      if (strspn(p, NAME_LETTERS) && p[strspn(p, NAME_LETTERS)] == '=') texts_add_once(pool, names, pool_copy(pool, p, strspn(p, NAME_LETTERS))) ;
  }
}

#define VALUES_IN_VALUES_MAX 10 /* as values may double with each that they are made of */

static char const *expand (struct dockerfile const *dockerfile, struct instruction const *at, char const *text, unsigned int *left) ;

/* ARG A, ARG A=1 */
static int declares (struct instruction const *one, char const *name)
{
  size_t len = strlen(name) ;
  if (strcmp(one->name, "ARG") != 0) return 0 ;
  for (char const *p = one->arguments ; *(p += strspn(p, " \t")) ; p += strcspn(p, " \t"))
    if (!strncmp(p, name, len) && (!p[len] || strchr(" \t=", p[len]))) return 1 ;
  return 0 ;
}

/* Which instruction gives the variable its value at `at`; 0: none, or that is not known. ENV counts before any ARG. An
   ARG without a value has that of the ARG ahead of the first FROM, which FROM alone sees. */
static struct instruction const *setting_of (struct dockerfile const *dockerfile, struct instruction const *at, char const *name)
{
  struct instruction const *where = 0 ;
  struct instruction const *global = 0 ;
  int is_env = 0 ;
  int is_ahead = 1 ;
  for (struct instruction const *one = dockerfile->instructions ; one && one != at ; one = one->next)
  {
    int sets = shell_one_of(one->name, "ENV ARG") && value_set(dockerfile, one, name) ;
    is_ahead &= strcmp(one->name, "FROM") != 0 ;
    if (is_ahead && dockerfile->from) global = sets ? one : global ;
    else if (one->stage == STAGE_OTHER || (is_env && strcmp(one->name, "ENV") != 0)) continue ;
    else if (sets)
    {
      where = one ;
      is_env = !strcmp(one->name, "ENV") ;
    }
    else if (declares(one, name)) where = global ;
  }
  return at && !strcmp(at->name, "FROM") ? global : where ;
}

static char const *variable (struct dockerfile const *dockerfile, struct instruction const *at, char const *name, unsigned int *left)
{
  struct instruction const *where = setting_of(dockerfile, at, name) ;
  char const *found = where ? value_set(dockerfile, where, name) : 0 ;
  return found && strchr(found, '$') && *left && (*left)-- ? expand(dockerfile, where, found, left) : found ;
}

static char const *expand (struct dockerfile const *dockerfile, struct instruction const *at, char const *text, unsigned int *left)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *out = "" ;
  char const *dollar ;
  for (; (dollar = strchr(text, '$')) ; )
  {
    int braced = dollar[1] == '{' ;
    char const *name = dollar + 1 + braced ;
    size_t len = strspn(name, NAME_LETTERS) ;
    char const *value = len ? variable(dockerfile, at, pool_copy(pool, name, len), left) : 0 ;
    char const *end = name + len ;
    if (braced)
    {
      if (!value && !strncmp(end, ":-", 2)) value = pool_copy(pool, end + 2, strcspn(end + 2, "}")) ;
      end += strcspn(end, "}") ;
      end += *end == '}' ;
    }
    if (end == dollar) end++ ;
    out = value ? pool_printf(pool, "%s%.*s%s", out, (int)(dollar - text), text, value) : pool_printf(pool, "%s%.*s", out, (int)(end - text), text) ;
    text = end ;
  }
  return pool_printf(pool, "%s%s", out, text) ;
}

char const *dockerfile_expand (struct dockerfile const *dockerfile, struct instruction const *at, char const *text)
{
  unsigned int left = VALUES_IN_VALUES_MAX ;
  return expand(dockerfile, at, text, &left) ;
}

char const *dockerfile_written (struct dockerfile const *dockerfile, struct instruction const *at, char const *text)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *out = "" ;
  for (char const *end ; *(end = text + strcspn(text, "\\$")) ; text = end)
  {
    int is_braced = end[1] == '{' ;
    char const *name = end + 1 + is_braced ;
    size_t len = strspn(name, NAME_LETTERS) ;
    char const *value = pool_copy(pool, end + (*end == '\\'), 1) ; /* a $ that begins no variable stays */
    if (*end == '$' && (len || is_braced || strchr("@*#?!-$", *name)))
    {
      struct instruction const *where = setting_of(dockerfile, at, pool_copy(pool, name, len)) ;
      if ((is_braced && name[len] != '}') || !where || strcmp(where->name, "ENV") != 0) return 0 ; /* --build-arg changes an ARG */
      value = dockerfile_expand(dockerfile, at, pool_printf(pool, "$%.*s", (int)len, name)) ;
      if (strchr(value, '$')) return 0 ;
      name += len + is_braced ;
    }
    else name = end + 1 + (*end == '\\' && end[1]) ;
    out = pool_printf(pool, "%s%.*s%s", out, (int)(end - text), text, value) ;
    end = name ;
  }
  return pool_printf(pool, "%s%s", out, text) ;
}

char const *dockerfile_image (struct dockerfile const *dockerfile)
{
  struct pool *pool = dockerfile->source->pool ;
  struct instruction *from ;
  char const *image ;
  if (!dockerfile->from) return "" ;
  from = dockerfile_next(dockerfile, 0, "FROM") ; /* the first that the image has */
  image = dockerfile_expand(dockerfile, from, pool_copy(pool, from->arguments, strcspn(from->arguments, " \t"))) ;
  image = shell_basename(image) ;
  return pool_copy(pool, image, strcspn(image, "@")) ;
}

/* Images whose environment has only PATH. */
#define BARE_IMAGES "scratch debian ubuntu alpine busybox centos fedora rockylinux almalinux amazonlinux"

/* Is the variable surely empty at `at`: by no instruction and no option of the build has it a value? */
static int is_empty (struct dockerfile const *dockerfile, struct instruction const *at, char const *name)
{
  char const *image = dockerfile_image(dockerfile) ;
  if (!strcmp(name, "PATH") || !shell_one_of(pool_copy(dockerfile->source->pool, image, strcspn(image, ":")), BARE_IMAGES)) return 0 ;
  for (struct instruction const *one = dockerfile->instructions ; one && one != at ; one = one->next)
    if (one->stage != STAGE_OTHER && declares(one, name)) return 0 ;
  return 1 ;
}

char const *dockerfile_path (struct dockerfile const *dockerfile, struct instruction const *at, char const *text)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *path = dockerfile_expand(dockerfile, at, text) ;
  for (char const *dollar = path ; (dollar = strchr(dollar, '$')) ; )
  {
    char const *name = dollar + 1 + (dollar[1] == '{') ;
    size_t len = strspn(name, NAME_LETTERS) ;
    int is_plain = len && (dollar[1] != '{' || name[len] == '}') ;
    size_t before = (size_t)(dollar - path) ;
    if (!is_plain || !is_empty(dockerfile, at, pool_copy(pool, name, len))) dollar++ ;
    else dollar = (path = pool_printf(pool, "%.*s%s", (int)before, path, name + len + (dollar[1] == '{'))) + before ;
  }
  return path ;
}
