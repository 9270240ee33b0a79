/* .env, and other files of variables that foreman and the like set for each process of a Procfile. */

#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/procfile/procfile.h"
#include "migrate/shell/shell.h"

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,=-"

/* A shell sets the same: NAME=value, NAME="several words". */
static int is_plain_line (char const *line)
{
  size_t name ;
  size_t len ;
  line += strspn(line, " \t") ;
  if (!*line || *line == '#') return 1 ;
  if (!strncmp(line, "export ", 7)) line += 7 ;
  name = strspn(line, NAME_LETTERS) ;
  if (!name || line[name] != '=') return 0 ;
  line += name + 1 ;
  len = strspn(line, PLAIN) ;
  if (*line == '"' || *line == '\'')
  {
    char const *end = strchr(line + 1, *line) ;
    char const *special = strpbrk(line, "\\$`") ;
    if (!end || (special && special < end)) return 0 ;
    len = (size_t)(end + 1 - line) ;
  }
  return !line[len + strspn(line + len, " \t")] ;
}

static int is_plain (struct pool *pool, char const *text)
{
  for (size_t len ; *text ; text += len + (text[len] == '\n'))
  {
    len = strcspn(text, "\n") ;
    if (!is_plain_line(pool_copy(pool, text, len))) return 0 ;
  }
  return 1 ;
}

int procfile_reads_env (struct plan *plan)
{
  struct procrun const *run = plan->procrun ;
  if (!run || !run->env_files || run->env_keeps) return 0 ;
  for (struct configuration const *one = run->env_files ; one ; one = one->next)
    if (!is_plain(plan->pool, one->text)) return 0 ;
  return 1 ;
}

static struct texts reading_lines (struct plan *plan)
{
  struct texts lines = { 0 } ;
  for (struct configuration const *one = procfile_reads_env(plan) ? plan->procrun->env_files : 0 ; one ; one = one->next)
    texts_add(plan->pool, &lines, pool_printf(plan->pool, "if [ -e %1$s ]; then set -a; . %1$s; set +a; fi # as %2$s did", shell_quote(plan->pool, one->path), plan->procrun->name)) ;
  return lines ;
}

void procfile_env (struct plan *plan, struct service *service)
{
  struct texts lines = reading_lines(plan) ;
  texts_add_all(plan->pool, &service->before, &lines) ;
}

void procfile_env_setup (struct plan *plan, struct range range)
{
  struct texts lines = reading_lines(plan) ;
  for (struct text const *one = lines.first ; one ; one = one->next) plan_setup(plan, range, one->text, 1) ;
}

static char const *list_of (struct pool *pool, struct configuration const *files)
{
  struct texts paths = { 0 } ;
  for (; files ; files = files->next) texts_add(pool, &paths, files->path) ;
  return texts_join(pool, &paths, ", ") ;
}

void procfile_note_env (struct plan *plan)
{
  struct procrun const *run = plan->procrun ;
  char const *env = run ? run->env : 0 ;
  if (env && !strcmp(env, "/dev/null")) env = "" ; /* no file at all */
  if (procfile_reads_env(plan)) texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "%s set the variables of %s for all processes, and so does run", run->name, list_of(plan->pool, run->env_files))) ;
  else if (run && run->env_files)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: %s set the variables of %s for all processes%s: nothing reads it any more; write them as ENV, or use reeve-exec --env-file in run (there quotes are part of the value)", run->name,
      list_of(plan->pool, run->env_files), run->env_keeps ? " that were not set" : "")) ;
  else if (env && *env)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: %s set the variables of %s for all processes: nothing reads it any more; reeve-exec --env-file does that in run", run->name, env)) ;
  else if (!env) texts_add(plan->pool, &plan->notes, "a .env file beside the Procfile is not read: reeve-exec --env-file does that in run") ;
  if (run && run->settings)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "%s may have read options from %s, which was not looked at", run->name, run->settings)) ;
}
