/* Does a RUN need what supervisor's package brings: its files and folders, its service of openrc, systemd or SysV init?
   Without the package it would fail, and the build with it. */

#include <string.h>

#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/shell/shell.h"

struct needing
{
  struct dockerfile const *dockerfile ;
  struct instruction const *run ;
} ;

static int is_of_package (char const *path)
{
  static char const *const places[] = { "/etc/supervisor", "/usr/bin/supervisor", "/etc/init.d/supervisor", "/etc/default/supervisor", "/etc/conf.d/supervisor",
    "/var/log/supervisor", "/lib/systemd/system/supervisor", "/usr/lib/systemd/system/supervisor" } ;
  for (size_t i = 0 ; i < sizeof(places) / sizeof(*places) ; i++)
    if (!strncmp(path, places[i], strlen(places[i]))) return 1 ;
  return !!strstr(path, "-packages/supervisor/") ; /* of Python: dist-packages, site-packages */
}

/* The same, or in that folder. */
static int is_within (char const *path, char const *folder)
{
  size_t len = strlen(folder) ;
  while (len > 1 && folder[len - 1] == '/') len-- ;
  return !strncmp(path, folder, len) && (!path[len] || path[len] == '/') ;
}

/* Does a COPY, or a mkdir, up to this RUN, make the path? */
static int is_made (struct needing const *n, char const *path)
{
  struct pool *pool = n->dockerfile->source->pool ;
  for (struct instruction const *one = n->dockerfile->instructions ; one && one->first <= n->run->first ; one = one->next)
  {
    struct copying const *copying = one->copying ;
    if (one->stage == STAGE_OTHER) continue ;
    if (!strcmp(one->name, "RUN"))
    {
      if (makes_folder(dockerfile_expand(n->dockerfile, one, one->arguments), path)) return 1 ;
      continue ;
    }
    if (!shell_one_of(one->name, "COPY ADD")) continue ;
    for (struct text const *source = copying->sources.first ; source ; source = source->next)
      if (is_within(copying_path(pool, copying, source->text), path) || (strlen(copying->target) > 1 && is_within(path, copying->target))) return 1 ;
  }
  return 0 ;
}

static char const *folder_of (struct pool *pool, char const *path)
{
  return pool_copy(pool, path, (size_t)(strrchr(path, '/') - path)) ;
}

/* Of a file that is written. */
static int lacks_folder (struct needing const *n, char const *path)
{
  char const *folder = folder_of(n->dockerfile->source->pool, path) ;
  return is_of_package(folder) && !is_made(n, folder) ;
}

static int needs (struct statement *statement, void *data)
{
  struct needing const *n = data ;
  struct pool *pool = n->dockerfile->source->pool ;
  char const *command = statement_command(statement) ;
  int asks_init = shell_one_of(command, "rc-update rc-service systemctl update-rc.d invoke-rc.d service chkconfig") ;
  int works = shell_one_of(command, "sed chmod chown chgrp mv cp ln cat tee grep install touch dos2unix cd rmdir perl awk head tail") ;
  if (!strcmp(command, "echo_supervisord_conf")) return 1 ;
  if (!strcmp(command, "rm")) works = *statement_word(statement, 1) != '-' || !strchr(statement_word(statement, 1), 'f') ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    char const *target = shell_without_quotes(pool, statement->redirects[i].target) ;
    if (is_of_package(target) && lacks_folder(n, target)) return 1 ;
  }
  for (unsigned int i = 1 ; (asks_init || works) && i < statement->nwords ; i++)
  {
    char const *word = dockerfile_expand(n->dockerfile, n->run, statement->words[i].value ? statement->words[i].value : statement->words[i].raw) ;
    if (asks_init && shell_one_of(word, "supervisor supervisord supervisor.service supervisord.service")) return 1 ;
    if (!works || !is_of_package(word)) continue ;
    if (strpbrk(word, "*?[")) word = folder_of(pool, word) ;
    if (shell_one_of(command, "touch tee") || (shell_one_of(command, "cp mv ln install") && i + 1 == statement->nwords) ? lacks_folder(n, word) : !is_made(n, word)) return 1 ;
  }
  return 0 ;
}

/* RUN <<EOF: that document. RUN cat <<EOF >FILE: the command alone, as a word in place of the document, which is no code. */
static char const *code_of (struct pool *pool, struct instruction const *run)
{
  size_t size = strlen(run->arguments) + 1 ;
  char *text = memcpy(pool_alloc(pool, size), run->arguments, size) ;
  if (!run->documents.first) return text ;
  if (!strncmp(text, "<<", 2)) return texts_join(pool, &run->documents, "\n") ;
  for (char *p = text ; (p = strstr(p, "<<")) ; ) p[0] = p[1] = ' ' ;
  return text ;
}

int run_needs_supervisor (struct dockerfile const *dockerfile, struct instruction const *run)
{
  struct source code ;
  struct texts words = { 0 } ;
  struct needing n = { .dockerfile = dockerfile, .run = run } ;
  if (dockerfile_exec_form(dockerfile->source->pool, run->arguments, &words)) return 0 ;
  for (struct statement *one = shell_parse_text(dockerfile->source->pool, &code, code_of(dockerfile->source->pool, run)) ; one ; one = one->next)
    if (statement_walk(one, &needs, &n)) return 1 ;
  return 0 ;
}
