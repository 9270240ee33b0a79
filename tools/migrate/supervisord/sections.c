/* The sections of a supervisord.conf that are no program: supervisord's own, groups, event listeners, included files. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/supervisord/translation.h"

/* supervisord-dependent-startup */
static int starts_programs (struct translation const *t)
{
  char const *command = ini_take(t->source, t->section, "command", "", 0) ;
  return command && (strstr(command, "dependent_startup") || strstr(command, "dependent-startup")) ;
}

/* A listener may have started what supervisord did not start by itself. */
static void note_down (struct translation *t, char const *listener)
{
  struct texts names = { 0 } ;
  for (struct service const *one = t->plan->services ; one ; one = one->next)
    if (service_has(one, "down")) texts_add(t->plan->pool, &names, one->name) ;
  if (names.first)
    texts_add(t->plan->pool, &t->plan->notes, pool_printf(t->plan->pool, "TODO: if the event listener %s started programs, nothing does that now: %s: take their file down out, and write "
      "what they waited for into dependencies.d", listener, texts_join(t->plan->pool, &names, ", "))) ;
}

static void drop_supervisord (struct translation *t)
{
  char const *strip = ini_take(t->source, t->section, "strip_ansi", "", 0) ;
  char const *processes = ini_take(t->source, t->section, "minprocs", "", 0) ;
  if (strip && is_true(strip)) note(t, "strip_ansi", "the colours of the programs' output, which it took out, stay") ;
  if (processes && shell_number(processes, 100000000, 0) > 1024) note(t, "minprocs", "limit of processes, which it raised to that if it was less: it is the container's (docker run --ulimit nproc=)") ;
  drop_section(t, "supervisord's own: /init needs no settings") ;
}

/* What it listened to tells what it may have done. */
static void drop_listener (struct translation *t, char const *listener, char const *events)
{
  static char const *const ends[] = { "EXITED", "FATAL", "STOPPED", "BACKOFF", "STARTING", "RUNNING", "STOPPING", "UNKNOWN", "SUPERVISOR_STATE", "EVENT" } ;
  struct pool *pool = t->plan->pool ;
  char const *only = strstr(events, "PROCESS_LOG") ? "PROCESS_LOG" : strstr(events, "TICK") ? "TICK" : 0 ;
  char const *what = strstr(events, "FATAL") && !strstr(events, "EXITED")
    ? "if it ended supervisord when a program was given up, give flag-main to those programs, and restart on-failure:3 (their startretries): with restart always, none is ever given up"
    : "if it ended supervisord when a program had ended, give flag-main and restart no to those programs: with restart always, none ever ends for good" ;
  for (size_t i = 0 ; i < sizeof(ends) / sizeof(*ends) ; i++)
    if (strstr(events, ends[i])) only = 0 ;
  for (char const *p = events ; (p = strstr(p, "PROCESS_STATE")) ; p += 13)
    if (p[13] != '_') only = 0 ; /* all of them */
  if (strchr(events, '%')) only = 0 ;
  if (only) what = *only == 'P' ? "it read what programs printed: give those a log/run that does its work (what they print is its stdin)"
    : "it worked at each tick: a service with reeve-exec --every does such work" ;
  drop_section(t, pool_printf(pool, "the event listener %s is not translated: there are no events%s", listener, only ? "" : "; flag-main stops all when a service has ended for good")) ;
  texts_add(pool, &t->plan->notes, pool_printf(pool, "TODO: the event listener %s is not translated: %s", listener, what)) ;
}

/* Does a RUN of the Dockerfile make files there? */
static int may_be_made (struct plan const *plan)
{
  for (struct text const *pattern = plan->unread.first ; pattern ; pattern = pattern->next)
    for (struct text const *run = plan->image_runs.first ; run ; run = run->next)
      if (strstr(run->text, pool_copy(plan->pool, pattern->text, (size_t)(strrchr(pattern->text, '/') - pattern->text)))) return 1 ;
  return 0 ;
}

/* Not only relative to where the file is in the image, but by its path there? Then a COPY of such files has been looked for. */
static int has_places (struct plan const *plan)
{
  for (struct text const *pattern = plan->unread.first ; pattern ; pattern = pattern->next)
    if (*pattern->text != '/') return 0 ;
  return plan->has_dockerfile ;
}

static void drop_include (struct translation *t)
{
  struct plan *plan = t->plan ;
  struct texts names = { 0 } ;
  char const *files = texts_join(plan->pool, &plan->unread, " ") ;
  for (struct source_part const *part = t->source->parts ; part ; part = part->next) texts_add(plan->pool, &names, part->name) ;
  drop_section(t, names.first ? pool_printf(plan->pool, "included files: %s", texts_join(plan->pool, &names, ", ")) : "no included file was found") ;
  if (!plan->unread.first) return ;
  if (!has_places(plan))
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: files that [include] names are not here, or not known to be, and were not read: %s: %sgive them to reeve-migrate one by one",
      files, plan->has_dockerfile ? "" : "give --dockerfile, whose COPY says where they come from, or ")) ;
  else
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "%s[include] names %s, and no COPY of the Dockerfile brings such a file: if %s makes one, %sgive it to reeve-migrate, too",
      may_be_made(plan) ? "TODO: " : "", files, may_be_made(plan) ? "RUN" : "the base image or a package", plan->root == -1 ? "give the unpacked image with --root, or " : "")) ;
}

/* A TODO where a program speaks to supervisord itself, by `place`: :9001, /run/supervisor.sock */
static void mark_askers (struct translation *t, char const *place)
{
  struct plan *plan = t->plan ;
  for (struct service *one = plan->services ; one ; one = one->next)
  {
    char const *text = pool_printf(plan->pool, "%s\n%s", one->text, texts_join(plan->pool, &one->before, "\n")) ;
    if (!names_place(text, place) || shell_mentions(text, "supervisorctl")) continue ;
    plan_todo(plan, one, one->claim, one->line, pool_printf(plan->pool, "it has %s, where supervisord answered, and nothing does now: the reeve command in the container does that (reeve status --json; reeve start, stop NAME)", place)) ;
  }
}

void other_section (struct translation *t)
{
  struct pool *pool = t->plan->pool ;
  char const *name = t->section->name ;
  drop_unknown(t) ;
  if (!strncmp(name, "group:", 6)) drop_section(t, pool_printf(pool, "the group %s: there are no groups; its programs keep their names%s", name + 6, group_order(t, t->section))) ;
  else if (!strncmp(name, "eventlistener:", 14) && starts_programs(t)) drop_section(t, "it started the programs with dependent_startup: they have dependencies.d") ;
  else if (!strncmp(name, "eventlistener:", 14))
  {
    char const *events = ini_take(t->source, t->section, "events", "", 0) ;
    drop_listener(t, name + 14, events ? events : "") ;
    note_down(t, name + 14) ;
  }
  else if (!strcmp(name, "unix_http_server"))
  {
    char const *file = ini_take(t->source, t->section, "file", "", 0) ;
    if (file && *file == '/') mark_askers(t, file) ;
    drop_section(t, "for supervisorctl: the reeve command needs no socket of its own") ;
  }
  else if (!strcmp(name, "inet_http_server"))
  {
    char const *port = ini_take(t->source, t->section, "port", "", 0) ;
    drop_section(t, "supervisord's page and its XML-RPC are not translated: a note says what to do") ;
    texts_add(pool, &t->plan->notes, pool_printf(pool, "supervisord's page and its XML-RPC (port %s) are gone: what asks there has to use the reeve command in the container, as `reeve status --json`",
      port ? port : "?")) ;
    if (supervisord_page(t->source)) mark_askers(t, supervisord_page(t->source)) ;
  }
  else if (!strcmp(name, "supervisorctl") || !strcmp(name, "rpcinterface:supervisor")) drop_section(t, "supervisord's own: the reeve command needs no settings") ;
  else if (!strncmp(name, "ctlplugin:", 10)) drop_section(t, "more commands of supervisorctl: the reeve command has its own") ;
  else if (!strncmp(name, "rpcinterface:", 13))
  {
    drop_section(t, "a plugin of supervisord: a note says what to do") ;
    texts_add(pool, &t->plan->notes, pool_printf(pool, "TODO: [%s] is a plugin of supervisord, and gone: what it did for those that asked it by XML-RPC has to be done with the reeve command", name)) ;
  }
  else if (!strcmp(name, "supervisord")) drop_supervisord(t) ;
  else if (!strcmp(name, "include")) drop_include(t) ;
  else drop_unknown_section(t) ;
}
