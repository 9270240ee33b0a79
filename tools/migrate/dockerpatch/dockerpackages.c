/* Packages that /init takes the place of: supervisor's, an init's, foreman's. */

#include <string.h>

#include "advice/daemons.h"
#include "migrate/command/command.h"
#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/shell/shell.h"

/* What the image executes instead of the input, unless a service does. Each run has a shell: what that executes counts. */
int patching_keeps_instead (struct patching const *p)
{
  struct text const *one = p->start->instead.first ;
  while (one && one->next && (is_starter(one->text) || *one->text == '-')) one = one->next ;
  return one && !plan_needs(p->plan, shell_basename(pool_copy(p->pool, one->text, strcspn(one->text, " \t\n;&|")))) ;
}

/* Does the RUN of the last stage install some of the packages? */
static int installs (struct patching *p, struct instruction const *one, char const *packages)
{
  struct cut cut ;
  int all ;
  return one->stage == STAGE_LAST && !patching_is_edited(p, one) && run_without_packages(p->pool, one, packages, &cut, &all) ;
}

/* A package of which something else executes, or may execute, a program stays: a note says why. */
static void note_package (struct patching *p, char const *package, char const *why)
{
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "RUN")) ; )
    if (installs(p, one, package)) patching_note(p, pool_printf(p->pool, "%s: the package %s stays: %s", patching_place(p, one), package, why)) ;
}

/* The first word ahead of /init that is a script, or a program, whose text is not known; 0: there is none. */
static char const *unread_front (struct patching const *p)
{
  for (struct text const *one = p->start->front.first ; one ; one = one->next)
    if (one->text != p->start->through && !(p->start->front_text && one == p->start->front.first) && !dockerfile_script(p->dockerfile, p->start->scripts, one->text)) return one->text ;
  return 0 ;
}

/* The script ahead of /init that executes something of supervisor's package, in words; 0: none does. */
static char const *supervisor_needed (struct patching *p)
{
  for (char const *const *one = (char const *const[]){ "supervisorctl", "echo_supervisord_conf", "pidproxy", "supervisor", "supervisord", 0 } ; *one ; one++)
    if (script_needs(p, *one)) return script_needs(p, *one) ;
  return 0 ;
}

/* apt-get install -y python3-pip, pip3 install X; not `apk add X && ln -s /usr/bin/python3 /usr/bin/python` */
static int installs_python (struct pool *pool, char const *text)
{
  int installs = 0 ;
  int is_python = 0 ;
  for (; *text ; )
  {
    size_t len = strcspn(text, " \t\n;&|") ;
    char const *word = shell_basename(pool_copy(pool, text, len)) ;
    installs |= shell_one_of(word, "install add") ;
    is_python |= !strncmp(word, "python", 6) || shell_one_of(word, "pip pip3 py3-pip") ;
    if (installs && is_python) return 1 ;
    text += len ;
    if (*text && strchr(";&|\n", *text)) installs = is_python = 0 ;
    text += *text != 0 ;
  }
  return 0 ;
}

/* Does the base image, or a RUN, bring Python by itself? */
static int has_python (struct patching *p)
{
  char const *base = dockerfile_base(p->dockerfile) ;
  if (strstr(base, "python") || strstr(base, "conda")) return 1 ;
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    if (one->stage == STAGE_OTHER) continue ;
    if (!strcmp(one->name, "RUN") && installs_python(p->pool, one->documents.first ? texts_join(p->pool, &one->documents, "\n") : one->arguments)) return 1 ;
    if (!strcmp(one->name, "COPY") && strstr(one->flags, "python")) return 1 ;
  }
  return 0 ;
}

/* The program that the service's command starts; "": it is not known. */
static char const *executed_by (struct patching const *p, struct service const *service)
{
  struct source code ;
  struct launch launch ;
  char const *argv[COMMAND_WORDS_MAX] ;
  struct statement const *statement = service->command ? shell_parse_text(p->pool, &code, service->command) : 0 ;
  if (!statement || statement->kind != STATEMENT_COMMAND) return "" ;
  command_unwrap(p->pool, statement, &launch) ;
  command_argv(statement, launch.first, argv) ;
  return argv[0] ? shell_basename(command_behind_runners(p->pool, argv)[0]) : "" ;
}

#define OF_PYTHON "gunicorn uvicorn hypercorn daphne celery flask uwsgi streamlit jupyter jupyter-lab jupyter-notebook django-admin airflow certbot honcho superset mlflow"

/* supervisor is written in Python, and the distribution's package brings that: is it used? */
static int needs_its_python (struct patching *p)
{
  for (char const *const *one = (char const *const[]){ "python3", "python", 0 } ; *one && !has_python(p) ; one++)
    if (patching_executes(p, *one) || script_needs(p, *one)) return 1 ;
  for (struct service const *one = p->plan->services ; one && !has_python(p) ; one = one->next)
    if (shell_one_of(executed_by(p, one), OF_PYTHON)) return 1 ;
  return 0 ;
}

/* Is it known that the program is no script for Python? */
static int is_no_python (char const *program)
{
  char const *const argv[] = { program, 0 } ;
  struct daemon_advice advice ;
  daemon_look(argv, &advice) ;
  return advice.program || !strncmp(program, "php", 3) || shell_one_of(program, "sh bash ash dash node nodejs npm npx yarn pnpm deno bun java dotnet ruby bundle rails puma rake perl "
    "php-fpm apache2-foreground httpd-foreground caddy traefik tail cat sleep crond cron nginx redis-server memcached postgres mysqld mariadbd") ;
}

/* supervisor's package goes, and with it the Python that it brought: a script or a program that is not known may need that. */
static void note_python (struct patching *p)
{
  struct texts names = { 0 } ;
  for (struct service const *one = p->plan->services ; one ; one = one->next)
    if (!is_no_python(executed_by(p, one))) texts_add_once(p->pool, &names, one->name) ;
  if (has_python(p) || !patching_supervisor_goes(p)) return ;
  texts_add(p->pool, &names, "what a RUN downloads, a script with #!/usr/bin/env python3") ;
  patching_note(p, pool_printf(p->pool, "the package supervisor also brought Python, and nothing here is seen to execute that: install python3 if something does (%s)", texts_join(p->pool, &names, ", "))) ;
}

/* The first RUN that stays and uses what the package brings; 0: none does. */
static struct instruction const *user_of_supervisor (struct patching *p)
{
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "RUN")) ; )
    if (one->stage == STAGE_LAST && !patching_is_removed(p, one) && run_needs_supervisor(p->dockerfile, one)) return one ;
  return 0 ;
}

/* The program that stays as CMD; not the shell that reads its code, or the script, or an init. */
static char const *instead_name (struct patching const *p)
{
  struct text const *one = p->start->instead.first ;
  while (one->next && (shell_one_of(shell_basename(one->text), "sh bash ash dash tini tini-static dumb-init catatonit") || *one->text == '-')) one = one->next ;
  return one->text ;
}

/* Why supervisor's package stays. *unsure: it is not known whether there is one, and that is a sentence of its own. 0: it goes. */
static char const *why_supervisor_stays (struct patching *p, int *unsure)
{
  char const *unread = unread_front(p) ;
  char const *needed = p->start->front.first ? supervisor_needed(p) : 0 ;
  struct instruction const *user = user_of_supervisor(p) ;
  *unsure = 0 ;
  if (patching_executes(p, "supervisorctl") || patching_executes(p, "supervisord")) return "something still names supervisord, or supervisorctl" ;
  if (patching_executes(p, "pidproxy")) return "pidproxy, which a service executes, is in it" ;
  *unsure = unread || (!needed && patching_keeps_instead(p)) ;
  if (unread) return pool_printf(p->pool, "the package supervisor stays, if one is installed: %s, which stays ahead of /init, may execute something of it; else take it out", unread) ;
  if (needed) return needed ;
  if (*unsure) return pool_printf(p->pool, "the package supervisor stays, if one is installed: %s, which stays as CMD, may execute something of it; else take it out", instead_name(p)) ;
  if (user) return pool_printf(p->pool, "RUN in line %u uses what it brings, and the build would fail: take that out, too, if nothing else needs it", user->first) ;
  return needs_its_python(p) ? "something executes Python, which came with it: install python3 in its place" : 0 ;
}

int patching_supervisor_goes (struct patching *p)
{
  int unsure ;
  if (p->plan->kind != INPUT_SUPERVISORD || why_supervisor_stays(p, &unsure)) return 0 ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "RUN")) ; )
    if (installs(p, one, "supervisor")) return 1 ;
  return 0 ;
}

/* Not where something of it is still executed, or may be. */
static void settle_supervisor (struct patching *p, char const **packages)
{
  int unsure ;
  char const *why = why_supervisor_stays(p, &unsure) ;
  if (why && unsure) patching_note(p, why) ;
  else if (why) note_package(p, "supervisor", why) ;
  else
  {
    note_python(p) ;
    *packages = pool_printf(p->pool, "%s supervisor", *packages) ;
  }
}

/* The first RUN that stays and uses the program's file; 0: none does. */
static struct instruction const *user_of_file (struct patching *p, char const *program)
{
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "RUN")) ; )
    if (one->stage == STAGE_LAST && !patching_is_removed(p, one) && run_uses_file(p->pool, one, program)) return one ;
  return 0 ;
}

/* What /init does instead, unless something still needs it. */
static void package_goes (struct patching *p, char const *package, char const **packages)
{
  struct instruction const *user = user_of_file(p, package) ;
  char const *why = script_needs(p, package) ;
  if (why) note_package(p, package, why) ;
  else if (user) note_package(p, package, pool_printf(p->pool, "RUN in line %u uses its file", user->first)) ;
  else if (patching_executes(p, package)) note_package(p, package, "something still executes it") ;
  else *packages = pool_printf(p->pool, "%s %s", *packages, package) ;
}

static char const *needless_packages (struct patching *p)
{
  char const *packages = "" ;
  for (char const *const *one = (char const *const[]){ "tini", "dumb-init", "catatonit", 0 } ; *one ; one++) package_goes(p, *one, &packages) ;
  if (p->plan->kind == INPUT_SUPERVISORD) settle_supervisor(p, &packages) ;
  for (char const *const *one = (char const *const[]){ "foreman", "honcho", 0 } ; p->plan->kind == INPUT_PROCFILE && *one ; one++) package_goes(p, *one, &packages) ;
  return packages ;
}

/* Only the lines that differ. */
static void replace_lines (struct patching *p, struct instruction const *one, struct texts const *lines)
{
  struct source const *source = p->dockerfile->source ;
  struct text const *line = lines->first ;
  uint32_t first = one->first ;
  uint32_t last = one->last ;
  unsigned int n = 0 ;
  struct edit *edit ;
  for (; line && first <= last && !strcmp(line->text, source_copy(source, source_line_range(source, first))) ; line = line->next) first++ ;
  for (struct text const *rest = line ; rest ; rest = rest->next) n++ ;
  while (n && last >= first)
  {
    struct text const *end = line ;
    for (unsigned int i = 1 ; i < n ; i++) end = end->next ;
    if (strcmp(end->text, source_copy(source, source_line_range(source, last))) != 0) break ;
    n-- ;
    last-- ;
  }
  edit = patching_edit(p, first, last) ;
  for (; n-- ; line = line->next) texts_add(p->pool, &edit->lines, line->text) ;
}

/* In a here-document, by a tool that is not known, or in a stage that the patch leaves as it is. */
static int installs_supervisor (struct patching *p, struct instruction const *one)
{
  char const *text = one->documents.first ? texts_join(p->pool, &one->documents, "\n") : one->arguments ;
  return one->stage != STAGE_OTHER && !patching_is_edited(p, one) && shell_mentions(text, "supervisor")
      && (shell_mentions(text, "install") || shell_mentions(text, "add") || shell_mentions(text, "emerge")) ;
}

void remove_packages (struct patching *p)
{
  char const *packages = needless_packages(p) ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(p->dockerfile, one, "RUN")) ; )
  {
    struct cut cut ;
    struct texts lines = { 0 } ;
    int all ;
    unsigned int n ;
    if (shell_mentions(packages, "supervisor") && installs_supervisor(p, one) && (one->stage == STAGE_BASE || !run_without_packages(p->pool, one, packages, &cut, &all)))
      patching_note(p, pool_printf(p->pool, "%s: supervisor is not needed any more, unless something else uses it: /init does its work; the patch leaves it in", patching_place(p, one))) ;
    if (one->stage != STAGE_LAST || patching_is_edited(p, one) || !(n = run_without_packages(p->pool, one, packages, &cut, &all))) continue ;
    if (all)
    {
      patching_remove(p, one, ", which installed nothing else than what /init replaces") ;
      continue ;
    }
    cut_lines(p->dockerfile, one, &cut, &lines) ;
    replace_lines(p, one, &lines) ;
    patching_note(p, pool_printf(p->pool, "%s: the patch takes %s out of RUN that /init replaces", patching_place(p, one), n > 1 ? "packages" : "a package")) ;
  }
}
