/* Which shell executes the services' scripts: that of the image's CMD, or else that of the input's first line. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

static int uses_bash (struct source const *source)
{
  static char const *const marks[] = { "[[ ", "wait -n", "&>", "<(", ">(", "<<<", "BASH", "/dev/tcp/", "((", "declare ", "${!", "mapfile", "pipefail", "|&", "+=(", "=(" } ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    if (strstr(source->text, marks[i])) return 1 ;
  return !strncmp(source->text, "source ", 7) || strstr(source->text, "\nsource ") || !strncmp(source->text, "function ", 9) || strstr(source->text, "\nfunction ") ;
}

/* Without #! the image's sh executes it. Where that is dash, and the text Bash's, it was hardly so: Bash is a guess.
   Alpine's image has no other shell, if the Dockerfile names none. */
static char const *without_line (struct plan *plan)
{
  int is_sh = plan->script_path && !plan->names_bash && !plan->sh_is_bash ;
  if (!uses_bash(plan->source) || (is_sh && plan->has_other_sh)) return "/bin/sh" ;
  if (is_sh && !plan->image_shell)
    plan_mistake(plan, 1, "without #! only a shell can execute it, which is the image's sh: where that is dash, it does not read Bash's words; here each script begins with #!/bin/bash") ;
  return "/bin/bash" ;
}

/* #!, or a guess */
static void choose_own (struct plan *plan)
{
  struct source *source = plan->source ;
  char const *line ;
  char const *name ;
  if (strncmp(source->text, "#!", 2) != 0)
  {
    plan->shell = without_line(plan) ;
    return ;
  }
  line = source_copy(source, source_line_range(source, 1)) + 2 ;
  line += strspn(line, " \t") ;
  name = shell_basename(pool_copy(plan->pool, line, strcspn(line, " \t"))) ;
  while (shell_one_of(name, "env dumb-init tini with-contenv busybox"))
  {
    /* The last word that names a program is the shell; env stays. */
    char const *rest = line + strcspn(line, " \t") ;
    rest += strspn(rest, " \t-S") ;
    if (!*rest) break ;
    if (!strcmp(name, "env") || !strcmp(name, "busybox"))
    {
      name = shell_basename(pool_copy(plan->pool, rest, strcspn(rest, " \t"))) ;
      break ;
    }
    line = rest ;
    name = shell_basename(pool_copy(plan->pool, line, strcspn(line, " \t"))) ;
  }
  if (!strcmp(name, "bashio"))
  {
    plan->shell = "/usr/bin/env bashio" ; /* Bash with a library; it is a script itself */
    return ;
  }
  if (!shell_one_of(name, "sh bash dash ash ksh mksh zsh"))
    plan->refused = pool_printf(plan->pool, "%s is a program for %s, not a shell script: it can be a service as it is: "
      "write a file Procfile with a line NAME: COMMAND for each process, and give that", source->name, *name ? name : "an unnamed interpreter") ;
  plan->shell = line ;
}

/* CMD ["bin/bash", "/start.sh"]: a run is executed in its service directory. If nothing sets a folder, it is mostly /. */
static char const *from_workdir (struct plan const *plan, char const *word)
{
  char const *folder = plan->workdir && strcmp(plan->workdir, "/") != 0 ? plan->workdir : "" ;
  if (*word == '/') return word ;
  if (!strncmp(word, "./", 2)) word += 2 ;
  return pool_printf(plan->pool, "%s/%s", folder, word) ;
}

/* CMD ["sh", "/start.sh"]: #! was a comment, and the image may not have that interpreter. A bare name is found by
   PATH, as the image found it, but for sh, which is always there. */
static void choose_image_shell (struct plan *plan, char const *word)
{
  char const *name = shell_basename(word) ;
  char const *own = pool_copy(plan->pool, plan->shell, strcspn(plan->shell, " \t")) ; /* without -e: that was in the comment, too */
  char const *second = plan->shell + strlen(own) ;
  if (!strcmp(second + strspn(second, " \t"), name)) return ; /* env bash */
  if (!strcmp(shell_basename(own), name) && !strncmp(plan->source->text, "#!", 2)) plan->shell = own ;
  else if (strchr(word, '/')) plan->shell = from_workdir(plan, word) ;
  else plan->shell = pool_printf(plan->pool, strcmp(word, "sh") != 0 ? "/usr/bin/env %s" : "/bin/%s", word) ;
}

void interpreter_choose (struct plan *plan)
{
  choose_own(plan) ;
  if (plan->image_shell && !plan->refused) choose_image_shell(plan, plan->image_shell) ;
}

void interpreter_of_code (struct plan *plan, struct source const *code)
{
  int is_bash = plan->code_shell && !strcmp(shell_basename(plan->code_shell), "bash") ;
  if (is_bash && !strstr(plan->shell, "bash") && (uses_bash(code) || strstr(code->text, "source "))) choose_image_shell(plan, plan->code_shell) ;
}

void interpreter_claim (struct analysis *a, struct statement *first)
{
  struct range range ;
  if (strncmp(a->source->text, "#!", 2) != 0 || !first) return ;
  range = source_line_range(a->source, 1) ;
  source_claim(a->source, range, "each script", a->plan->image_shell && !strstr(source_copy(a->source, range), a->plan->shell)
    ? pool_printf(a->pool, "the interpreter: %s, with which the image executed the script", a->plan->shell) : "the interpreter") ;
  plan_setup(a->plan, range, 0, 0) ;
}
