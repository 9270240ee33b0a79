/* A file that a daemon writes its pid to only where it goes into the background: in the foreground, run writes it. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

static struct
{
  char const *programs ;
  char const *options ; /* the word behind one of them, or behind its =, is the file */
} const table[] =
{
  { "spawn-fcgi collectd", "-P" },
  { "haproxy", "-p" },
  { "thin", "-P --pid" },
  { "ss-server ss-local ss-redir ss-tunnel ss-manager", "-f" },
  { "fluentd td-agent", "-d --daemon" },
} ;

/* The file, as the script has it; 0: none. */
static char const *pidfile_of (struct pool *pool, struct statement const *statement, unsigned int first, char const *options)
{
  for (unsigned int i = first + 1 ; i < statement->nwords ; i++)
  {
    char const *option = statement->words[i].raw ;
    char const *equals = !strncmp(option, "--", 2) ? strchr(option, '=') : 0 ;
    if (!strcmp(option, "--")) return 0 ;
    if (!shell_one_of(pool_copy(pool, option, equals ? (size_t)(equals - option) : strlen(option)), options)) continue ;
    if (equals) return equals + 1 ;
    return i + 1 < statement->nwords && *statement->words[i + 1].raw != '-' ? statement->words[i + 1].raw : 0 ;
  }
  return 0 ;
}

char const *pid_not_written (struct pool *pool, struct statement const *statement, unsigned int first, struct foreground const *foreground)
{
  char const *path = 0 ;
  if (!foreground->in_background || !foreground->argv[0] || foreground->init_script) return 0 ;
  for (size_t i = 0 ; i < ROWS(table) && !path ; i++)
    if (shell_one_of(shell_basename(foreground->argv[0]), table[i].programs)) path = pidfile_of(pool, statement, first, table[i].options) ;
  return path ;
}

void write_own_pid (struct analysis *a, struct service *service, struct statement const *statement, unsigned int first, struct foreground const *foreground)
{
  char const *path = pid_not_written(a->pool, statement, first, foreground) ;
  if (path) texts_add(a->pool, &service->before, pool_printf(a->pool, "echo \"$$\" >%s # in the foreground it writes none", path)) ;
}
