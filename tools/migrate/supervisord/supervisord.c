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
