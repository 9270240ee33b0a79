/* su USER -c CODE, su - USER: the code is read by the shell that the user has, and each run has /bin/sh there. Another shell
   is known where the image, or the script, makes the user: useradd -s /bin/bash app. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

/* The shell that a useradd, adduser, usermod or chsh in the shell code gives the user; 0: none does. */
struct making
{
  struct analysis *a ;
  char const *user ;
  char const *shell ;
} ;

static int makes_user (struct statement *statement, void *data)
{
  struct making *making = data ;
  char const *shell = 0 ;
  int is_it = 0 ;
  if (statement->kind != STATEMENT_COMMAND || !shell_one_of(statement_command(statement), "useradd adduser usermod chsh")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = shell_without_quotes(making->a->pool, statement->words[i].raw) ;
    size_t len = strlen(raw) ;
    if (!strncmp(raw, "--shell=", 8)) shell = raw + 8 ;
    else if (i + 1 < statement->nwords && (!strcmp(raw, "--shell") || (len > 1 && *raw == '-' && raw[1] != '-' && raw[len - 1] == 's'))) shell = shell_without_quotes(making->a->pool, statement->words[++i].raw) ;
    else is_it |= !strcmp(raw, making->user) ;
  }
  if (is_it && shell) making->shell = shell ;
  return 0 ;
}

static char const *shell_of (struct analysis *a, struct statement *first, char const *user)
{
  struct making making = { a, user, 0 } ;
  for (struct text const *run = a->plan->image_runs.first ; run ; run = run->next)
  {
    struct source code ;
    for (struct statement *one = strstr(run->text, user) ? shell_parse_text(a->pool, &code, run->text) : 0 ; one ; one = one->next) statement_walk(one, &makes_user, &making) ;
  }
  for (; first ; first = first->next) statement_walk(first, &makes_user, &making) ;
  return making.shell ;
}

void audit_usershell (struct analysis *a, struct statement *first, struct file const *files)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    char const *mark = " SHELL=/bin/sh USER=" ;
    char const *at = strstr(audited_text(a, files, service, "run"), mark) ;
    char const *user = at ? pool_copy(a->pool, at + strlen(mark), strcspn(at + strlen(mark), " \n")) : "" ;
    char const *shell = *user ? shell_of(a, first, user) : 0 ;
    if (!shell || *shell != '/' || shell_one_of(shell, "/bin/sh /usr/bin/sh")) continue ;
    plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "%s is made with %s, which read that code, and its own files at a login: write it in place of /bin/sh here", user, shell)) ;
  }
}
