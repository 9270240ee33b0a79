/* supervisord.conf: goes through its sections. */

#include <string.h>

#include "migrate/command/image.h"
#include "migrate/command/procrunners.h"
#include "migrate/shell/shell.h"
#include "migrate/supervisord/commandline.h"
#include "migrate/supervisord/translation.h"

/* The files that [include] names; "" if there is none. */
static char const *included (struct translation const *t)
{
  for (struct ini_section *section = t->ini->sections ; section ; section = section->next)
    if (!strcmp(section->name, "include") && ini_take(t->source, section, "files", "", 0)) return ini_take(t->source, section, "files", "", 0) ;
  return "" ;
}

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

static void other_section (struct translation *t)
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

/* supervisord ended at once where the environment had no such variable. */
static void note_variables (struct plan *plan)
{
  struct texts names = { 0 } ;
  for (char const *p = plan->source->text ; (p = strstr(p, "%(ENV_")) ; )
  {
    char const *name = p += 6 ;
    char const *line = p ;
    while (line > plan->source->text && line[-1] != '\n') line-- ;
    if (*line == ';' || *line == '#') continue ;
    p += strcspn(p, ")\n") ;
    name = pool_copy(plan->pool, name, (size_t)(p - name)) ;
    if (*p == ')' && !texts_has(&plan->environment, name) && !shell_one_of(name, "PATH HOME HOSTNAME")) texts_add_once(plan->pool, &names, name) ;
  }
  if (names.first)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "supervisord did not start where one of these was not set: %s; here it is empty then (${NAME:?} in run lets the service fail)", texts_join(plan->pool, &names, ", "))) ;
}

/* 1 where an included file has that section. */
static uint32_t line_of_global (struct translation const *t)
{
  uint32_t line = source_line(t->source, t->global->range.start) ;
  return t->source->parts && line >= t->source->parts->first ? 1 : line ;
}

/* What was wrong with the file, where nothing else can tell supervisord so. */
static void find_mistakes (struct translation *t)
{
  struct commandline const *c = t->plan->commandline ;
  char const *nodaemon = ini_take(t->source, t->global, "nodaemon", "", 0) ;
  if (!c || !c->reads_input || t->plan->unread.first || t->plan->is_of_package) return ;
  if (!t->global->range.end) plan_mistake(t->plan, 1, "without a section [supervisord], supervisord refuses the file, and the container ended; here the services start") ;
  else if (c->is_last && !c->stays && !t->plan->has_go_supervisord && !(nodaemon && is_true(nodaemon)))
    plan_mistake(t->plan, line_of_global(t), "neither nodaemon=true nor -n: supervisord put itself into the background, and the container ended; here the services keep it up") ;
}

static void note_commandline (struct plan *plan)
{
  struct commandline const *c = plan->commandline ;
  if (c && c->user)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "%ssupervisord was started with -u %s: so are the services that have no user of their own%s",
      strchr(c->user, '$') ? "TODO: " : "", c->user, strchr(c->user, '$') ? ": see that the variable is in their environment" : "")) ;
  if (c && c->umask) texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "supervisord was started with --umask %s: so are the services that have no umask of their own", c->umask)) ;
}

static void note_main (struct plan *plan)
{
  int is_restarted = 0 ;
  for (struct service const *one = plan->services ; one ; one = one->next)
    for (struct setting const *setting = one->settings ; setting ; setting = setting->next)
      is_restarted |= !strcmp(setting->file, "restart") && !strcmp(setting->value, "always") ;
  texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "none of the services is main, as supervisord never ended by itself: an empty file flag-main ends the container with its service "
    "when that has ended for good%s", is_restarted ? ", which it never does with restart always (no, or on-failure:3, in its place)" : "")) ;
}

void migrate_supervisord (struct plan *plan)
{
  struct ini ini ;
  struct ini_section none = { .name = "supervisord" } ;
  struct translation t = { .plan = plan, .source = plan->source, .ini = &ini, .global = &none } ;
  ini_read(plan->source, &ini) ;
  for (t.section = ini.sections ; t.section ; t.section = t.section->next)
    if (!strcmp(t.section->name, "supervisord")) t.global = t.section ;
  for (t.section = ini.sections ; t.section && !plan->refused ; t.section = t.section->next)
  {
    struct ini_section const *group = program_of(t.section) ? group_of(&t, t.section) : 0 ;
    t.group = group ? strchr(group->name, ':') + 1 : 0 ;
    if (program_of(t.section)) translate_program(&t, program_of(t.section)) ;
  }
  if (plan->refused) return ;
  set_order(&t) ;
  mark_waiting(&t) ;
  for (struct ini_section *section = ini.sections ; section ; section = section->next)
    if (program_of(section))
    {
      set_waits(&t, section, "dependent_startup_wait_for") ;
      if (is_of_go(&t, "depends_on")) set_waits(&t, section, "depends_on") ;
    }
  for (t.section = ini.sections ; t.section ; t.section = t.section->next)
    if (!program_of(t.section)) other_section(&t) ;
    else
    {
      char const *name = strchr(t.section->name, ':') + 1 ;
      t.service = plan->services ;
      while (t.service && strcmp(t.service->program, name) != 0) t.service = t.service->next ;
      note(&t, "priority", "no order: the others have the same, or none") ;
      drop_unknown(&t) ;
      if (t.service) translate_rest(&t) ;
    }
  if (!plan->services) plan->refused = *included(&t)
    ? pool_printf(plan->pool, "%s has no [program:...] section, but includes %s: give reeve-migrate those files", plan->source->name, included(&t))
    : pool_printf(plan->pool, "%s has no [program:...] section", plan->source->name) ;
  find_mistakes(&t) ;
  note_commandline(plan) ;
  note_own_files(&t) ;
  note_main(plan) ;
  note_variables(plan) ;
  image_check(plan) ;
  if (plan->prefix) procrun_prefix(plan, plan->prefix) ;
  plan_settle(plan) ;
}
