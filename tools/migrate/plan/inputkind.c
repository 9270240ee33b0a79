/* Which kind of input is it? */

#include <string.h>

#include "migrate/plan/inputkind.h"
#include "migrate/plan/otherinput.h"
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

/* Has a process the name of one that most projects have? */
static int has_usual_process (char const *text)
{
  for (char const *const *one = (char const *const[]){ "web:", "worker:", "release:", "scheduler:", "beat:", 0 } ; *one ; one++)
    for (char const *p = text ; (p = strstr(p, *one)) ; p++)
      if (p == text || p[-1] == '\n') return 1 ;
  return 0 ;
}

static int is_yaml (char const *base)
{
  char const *dot = strrchr(base, '.') ;
  return dot && shell_one_of(dot, ".yml .yaml") ;
}

/* honcho.cnf, prod.procfile.conf */
static int says_procfile (char const *base)
{
  for (char const *const *one = (char const *const[]){ "procfile", "foreman", "honcho", "forego", "goreman", "overmind", "hivemind", 0 } ; *one ; one++)
    if (strcasestr(base, *one)) return 1 ;
  return 0 ;
}

enum input_kind input_kind (char const *name, char const *text)
{
  char const *base = shell_basename(name) ;
  if (!strncmp(base, "Procfile", 8)) return INPUT_PROCFILE ;
  if (!strncmp(text, "#!", 2) && other_input(name, text)) return INPUT_OTHER ;
  if (!strncmp(text, "#!", 2)) return INPUT_SCRIPT ;
  if (is_dockerfile(base, text)) return INPUT_DOCKERFILE ;
  if (strstr(text, "[program:") || strstr(text, "[fcgi-program:") || strstr(text, "[supervisord]")) return INPUT_SUPERVISORD ;
  if (!strncmp(base, "supervisord", 11)) return INPUT_SUPERVISORD ;
  if ((says_procfile(base) || (has_usual_process(text) && !is_yaml(base))) && is_procfile(text)) return INPUT_PROCFILE ;
  if (other_input(name, text)) return INPUT_OTHER ;
  return is_procfile(text) ? INPUT_PROCFILE : INPUT_SCRIPT ;
}
