/* Where the script asks for its own place: $(dirname "$0"). The files that are made of it are elsewhere; where the
   image says how the script is started, they have its path instead. */

#include <string.h>

#include "migrate/plan/plan.h"
#include "migrate/shell/shell.h"

static char const *replaced (struct pool *pool, char const *text, char const *what, char const *by)
{
  for (char const *at = strstr(text, what) ; at ; at = strstr(text, what))
    text = pool_printf(pool, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what)) ;
  return text ;
}

static char const *folder_of (struct pool *pool, char const *path)
{
  return shell_basename(path) - path > 1 ? pool_copy(pool, path, (size_t)(shell_basename(path) - path) - 1) : "/" ;
}

char const *plan_with_place (struct plan const *plan, char const *text)
{
  static char const *const selves[] = { "$0", "${0}", "$BASH_SOURCE", "${BASH_SOURCE}", "${BASH_SOURCE[0]}", "${BASH_SOURCE[0]:-$0}", "${BASH_SOURCE:-$0}" } ;
  static char const *const paths[] = { "readlink -f", "readlink -m", "realpath", "readlink -f --", "realpath --" } ;
  struct pool *pool = plan->pool ;
  char const *path = plan->script_path ;
  char const *real = plan->script_real_path ;
  char const *folder ;
  if (!path || !real || strspn(real, NAME_LETTERS "/.-") != strlen(real) || strspn(path, NAME_LETTERS "/.-") != strlen(path) || (!strstr(text, "$0") && !strstr(text, "${0") && !strstr(text, "BASH_SOURCE"))) return text ;
  folder = folder_of(pool, path) ;
  for (size_t i = 0 ; i < sizeof(selves) / sizeof(*selves) ; i++)
    for (int quoted = 0 ; quoted < 2 ; quoted++)
    {
      char const *self = quoted ? pool_printf(pool, "\"%s\"", selves[i]) : selves[i] ;
      for (size_t j = 0 ; j < sizeof(paths) / sizeof(*paths) ; j++)
        text = replaced(pool, text, pool_printf(pool, "$(%s %s)", paths[j], self), real) ;
      text = replaced(pool, text, pool_printf(pool, "$(dirname %s)", self), folder) ;
      text = replaced(pool, text, pool_printf(pool, "$(dirname -- %s)", self), folder) ;
      text = replaced(pool, text, pool_printf(pool, "`dirname %s`", self), folder) ;
    }
  text = replaced(pool, text, "${0%/*}", folder) ;
  text = replaced(pool, text, "${BASH_SOURCE%/*}", folder) ;
  text = replaced(pool, text, "${BASH_SOURCE[0]%/*}", folder) ;
  folder = folder_of(pool, real) ;
  text = replaced(pool, text, pool_printf(pool, "$(dirname \"%s\")", real), folder) ; /* $(dirname "$(readlink -f "$0")") */
  return replaced(pool, text, pool_printf(pool, "$(dirname %s)", real), folder) ;
}
