/* Which kind of input is it? */

#include <string.h>

#include "migrate/plan/inputkind.h"
#include "migrate/shell/shell.h"

static int is_dockerfile (char const *base, char const *text)
{
  char const *dot = strrchr(base, '.') ;
  if (!strncmp(base, "Dockerfile", 10) || !strncmp(base, "Containerfile", 13)) return 1 ;
  if (dot && (!strcasecmp(dot, ".dockerfile") || !strcasecmp(dot, ".containerfile"))) return 1 ;
  for (;;)
  {
    text += strspn(text, " \t\n") ;
    if (*text != '#') break ;
    text += strcspn(text, "\n") ;
  }
  return !strncasecmp(text, "FROM", 4) && (text[4] == ' ' || text[4] == '\t') ;
}

static int has_line (char const *text, char const *begin)
{
  size_t len = strlen(begin) ;
  for (;;)
  {
    if (!strncmp(text, begin, len)) return 1 ;
    text = strchr(text, '\n') ;
    if (!text) return 0 ;
    text++ ;
  }
}

static int has_extension (char const *base, char const *names)
{
  char const *dot = strrchr(base, '.') ;
  return dot && shell_one_of(dot + 1, names) ;
}

/* Files that look like a list of processes, and are none. */
static enum input_kind other_kind (char const *base, char const *text)
{
  if (has_line(text, "services:") && (has_extension(base, "yml yaml") || has_line(text, "version:") || strstr(text, "\n    image:") || strstr(text, "\n    build:"))) return INPUT_COMPOSE ;
  if (has_line(text, "[Service]") || (has_line(text, "[Unit]") && has_line(text, "[Install]"))) return INPUT_UNIT ;
  if (has_extension(base, "yml yaml json toml xml") || has_line(text, "apiVersion:")) return INPUT_DATA ;
  return INPUT_SCRIPT ;
}

/* Nothing but comments and lines NAME: COMMAND: no command of a shell script has such a name. */
static int is_procfile (char const *text)
{
  int found = 0 ;
  while (*(text += strspn(text, " \t\r\n")))
  {
    size_t len = strspn(text, PROCESS_LETTERS) ;
    if (*text != '#' && (!len || text[len] != ':' || !strchr(" \t", text[len + 1]))) return 0 ;
    found |= *text != '#' ;
    text += strcspn(text, "\n") ;
  }
  return found ;
}

enum input_kind input_kind (char const *name, char const *text)
{
  char const *base = shell_basename(name) ;
  enum input_kind other ;
  if (!strncmp(base, "Procfile", 8)) return INPUT_PROCFILE ;
  if (!strncmp(text, "#!", 2)) return INPUT_SCRIPT ;
  if (is_dockerfile(base, text)) return INPUT_DOCKERFILE ;
  if (strstr(text, "[program:") || strstr(text, "[fcgi-program:") || strstr(text, "[supervisord]")) return INPUT_SUPERVISORD ;
  if (!strncmp(base, "supervisord", 11)) return INPUT_SUPERVISORD ;
  other = other_kind(base, text) ;
  return other == INPUT_SCRIPT && is_procfile(text) ? INPUT_PROCFILE : other ;
}
