/* In which order supervisord started its programs: priorities, groups, what its dependent_startup waited for. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/supervisord/order.h"
#include "migrate/supervisord/translation.h"

#define PRIORITY_DEFAULT 999
#define PRIORITY_MAX 100000L

char const *program_of (struct ini_section const *section)
{
  if (!strncmp(section->name, "program:", 8)) return section->name + 8 ;
  return !strncmp(section->name, "fcgi-program:", 13) ? section->name + 13 : 0 ;
}

static long priority_of (struct ini_section const *section)
{
  for (struct ini_option const *option = section->options ; option ; option = option->next)
    if (!strcmp(option->name, "priority")) return (long)shell_number(option->value, PRIORITY_MAX, 0) ;
  return PRIORITY_DEFAULT ;
}

/* [group:x] whose programs=a, b has it; 0: it is in none. */
struct ini_section const *group_of (struct translation const *t, struct ini_section const *section)
{
  char const *name = program_of(section) ;
  size_t len = strlen(name) ;
  for (struct ini_section const *group = t->ini->sections ; group ; group = group->next)
    for (struct ini_option const *option = strncmp(group->name, "group:", 6) ? 0 : group->options ; option ; option = option->next)
      for (char const *p = option->value ; !strcmp(option->name, "programs") && *(p += strspn(p, ", \t\n")) ; p += strcspn(p, ", \t\n"))
        if (!strncmp(p, name, len) && strcspn(p, ", \t\n") == len) return group ;
  return 0 ;
}

/* The priorities of groups count first, then those within one; a program without a group is one by
   itself. Is `one` started before `other`? */
static int is_before (struct translation const *t, struct ini_section const *one, struct ini_section const *other)
{
  struct ini_section const *group = group_of(t, one) ;
  struct ini_section const *others = group_of(t, other) ;
  if (group && group == others) return priority_of(one) < priority_of(other) ;
  return priority_of(group ? group : one) < priority_of(others ? others : other) ;
}

/* A task and the programs that it uses, of those which supervisord started later: it did not wait for the end of a task. */
struct uses
{
  struct ini_section const *task ;
  struct texts later ; /* by name */
  struct uses *next ;
} ;

static void add_uses (struct translation *t, struct ini_section const *section, struct service *task)
{
  struct uses *uses = pool_alloc(t->plan->pool, sizeof(*uses)) ;
  uses->task = section ;
  for (struct ini_section const *other = t->ini->sections ; other ; other = other->next)
    for (struct service *one = program_of(other) && is_before(t, section, other) ? t->plan->services : 0 ; one ; one = one->next)
      if (!one->is_oneshot && !strcmp(one->program, program_of(other)) && order_uses(t->plan->pool, task, one, &t->inherited)) texts_add_once(t->plan->pool, &uses->later, one->program) ;
  if (!uses->later.first) return ;
  uses->next = t->uses ;
  t->uses = uses ;
}

static void find_uses (struct translation *t)
{
  for (struct ini_section const *section = t->ini->sections ; section ; section = section->next)
    for (struct service *task = program_of(section) ? t->plan->services : 0 ; task ; task = task->next)
      if (task->is_oneshot && !strcmp(task->program, program_of(section))) add_uses(t, section, task) ;
}

static int uses_any_later (struct translation const *t, struct ini_section const *section)
{
  struct uses const *uses = t->uses ;
  while (uses && uses->task != section) uses = uses->next ;
  return !!uses ;
}

static int task_uses_later (struct translation const *t, struct ini_section const *section, struct ini_section const *other)
{
  for (struct uses const *uses = t->uses ; uses ; uses = uses->next)
    if (uses->task == section && texts_has(&uses->later, program_of(other))) return 1 ;
  return 0 ;
}

/* By the priorities, but for such tasks. */
static int comes_before (struct translation const *t, struct ini_section const *one, struct ini_section const *other)
{
  return task_uses_later(t, other, one) || (is_before(t, one, other) && !uses_any_later(t, one)) ;
}

/* Others start here when the task has ended. If what it executes may wait for one of them, neither would go on. */
void mark_waiting (struct translation *t)
{
  static char const *const marks[] = { ".sh", ".py", ".rb", ".js", "until ", "while ", "wait", "sleep " } ;
  for (struct service *task = t->plan->services ; task ; task = task->next)
  {
    struct texts later = { 0 } ;
    int may_wait = 0 ;
    for (struct service const *one = t->plan->services ; one ; one = one->next)
      if (task->is_oneshot && !one->is_oneshot && texts_has(&one->optional, task->name)) texts_add(t->plan->pool, &later, one->name) ;
    for (struct text const *one = task->dependencies.first ; one ; one = one->next)
      if (!texts_has(&task->optional, one->text)) later.first = 0 ; /* it waits for that */
    for (size_t i = 0 ; i < ROWS(marks) ; i++) may_wait |= !!strstr(task->text ? task->text : "", marks[i]) ;
    if (later.first && may_wait && !strstr(task->text, "manage.py ")) /* that works, and waits for nothing */
      plan_todo(t->plan, task, task->claim, task->line, pool_printf(t->plan->pool, "supervisord did not wait for its end, and these start here when it has ended: %s: if it waits for one of them, or for what comes behind, "
        "remove the file %s from their dependencies.d", texts_join(t->plan->pool, &later, ", "), task->name)) ;
  }
}

/* A program that is not started automatically, or not restarted, delays no other. */
static void depend (struct translation *t, struct service *later, struct service const *earlier, int needs)
{
  texts_add_once(t->plan->pool, &later->dependencies, earlier->name) ;
  if (!needs || service_has(earlier, "down")) texts_add_once(t->plan->pool, &later->optional, earlier->name) ;
}

/* Is nothing between them? */
static int is_next (struct translation const *t, struct ini_section const *earlier, struct ini_section const *later)
{
  for (struct ini_section const *between = t->ini->sections ; between ; between = between->next)
    if (program_of(between) && comes_before(t, earlier, between) && comes_before(t, between, later)) return 0 ;
  return 1 ;
}

/* Of two programs, the later and the earlier one. */
static int order_two (struct translation *t, struct ini_section const *section, struct ini_section const *other, struct texts *used)
{
  int next = is_next(t, other, section) ;
  int any = 0 ;
  for (struct service *later = t->plan->services ; later ; later = later->next)
    for (struct service *earlier = t->plan->services ; earlier && !strcmp(later->program, program_of(section)) ; earlier = earlier->next)
    {
      int needs ;
      if (strcmp(earlier->program, program_of(other)) != 0) continue ;
      needs = order_uses(t->plan->pool, later, earlier, &t->inherited) ;
      if (needs) texts_add_once(t->plan->pool, used, earlier->name) ;
      if (!needs && !next) continue ;
      depend(t, later, earlier, needs) ;
      any = 1 ;
    }
  return any ;
}

/* The dependencies of each service that the program has become: its name is not always the program's. */
static char const *order_places (struct translation const *t, struct ini_section const *section)
{
  struct texts places = { 0 } ;
  for (struct service const *one = t->plan->services ; one ; one = one->next)
    if (!strcmp(one->program, program_of(section))) texts_add(t->plan->pool, &places, service_where(t->plan, one, "dependencies.d")) ;
  return texts_join(t->plan->pool, &places, ", ") ;
}

/* A smaller priority was started first, and stopped last, but not waited for: it is needed
   where the later one clearly uses it, else only the order is kept. */
void set_order (struct translation *t)
{
  struct pool *pool = t->plan->pool ;
  find_uses(t) ;
  for (struct ini_section *section = t->ini->sections ; section ; section = section->next)
  {
    struct texts used = { 0 } ;
    int any = 0 ;
    int is_first = 0 ;
    if (!program_of(section)) continue ;
    for (struct ini_section *other = t->ini->sections ; other ; other = other->next)
    {
      if (!program_of(other)) continue ;
      is_first |= comes_before(t, section, other) ;
      if (comes_before(t, other, section)) any |= order_two(t, section, other, &used) ;
    }
    ini_take(t->source, section, "priority", any ? order_places(t, section) : "dropped",
      !any ? is_first ? "priority: it is the first: those with the next larger one have it in their dependencies.d" : "priority: the others have the same" : used.first
        ? pool_printf(pool, uses_any_later(t, section) ? "priority: supervisord did not wait for its end, and it uses %s: it comes behind that" : "priority: it uses %s, and needs it; others with the next smaller priority come before it (optional)", texts_join(pool, &used, ", "))
        : "priority: those with the next smaller one come before it, but nothing says that it needs them (optional)") ;
  }
}

/* What a group's priority has become, "" if it has none: the programs that start after one of the group, or of which
   one of the group starts after. */
char const *group_order (struct translation *t, struct ini_section const *group)
{
  struct texts places = { 0 } ;
  if (priority_of(group) == PRIORITY_DEFAULT) return "" ;
  for (struct ini_section *section = t->ini->sections ; section ; section = section->next)
    for (struct ini_section *other = t->ini->sections ; other && program_of(section) ; other = other->next)
    {
      struct service const *earlier ;
      if (!program_of(other) || (group_of(t, section) == group) == (group_of(t, other) == group) || !is_before(t, other, section)) continue ;
      for (struct service const *one = t->plan->services ; one ; one = one->next)
        for (earlier = t->plan->services ; earlier && !strcmp(one->program, program_of(section)) ; earlier = earlier->next)
          if (!strcmp(earlier->program, program_of(other)) && texts_has(&one->dependencies, earlier->name))
            texts_add_once(t->plan->pool, &places, service_where(t->plan, one, "dependencies.d")) ;
    }
  if (!places.first) return "; its priority is dropped: no other program has another" ;
  return pool_printf(t->plan->pool, "; its priority is in %s", texts_join(t->plan->pool, &places, ", ")) ;
}

/* The option, dependent_startup_wait_for=a:running b:exited or Go's depends_on=a, b, of the section */
void set_waits (struct translation *t, struct ini_section *section, char const *option)
{
  struct pool *pool = t->plan->pool ;
  char const *value = ini_take(t->source, section, option, "", 0) ;
  struct texts unknown = { 0 } ;
  for (char const *p = value ? value : "" ; *(p += strspn(p, " \t\n,")) ; p += strcspn(p, " \t\n,"))
  {
    char const *word = pool_copy(pool, p, strcspn(p, " \t\n,")) ;
    char const *name = pool_copy(pool, word, strcspn(word, ":")) ;
    int found = 0 ;
    for (struct service *later = t->plan->services ; later ; later = later->next)
      for (struct service *earlier = t->plan->services ; earlier && !strcmp(later->program, program_of(section)) ; earlier = earlier->next)
      {
        if (strcmp(earlier->program, name) != 0) continue ;
        depend(t, later, earlier, 1) ;
        found = 1 ;
        if (strstr(word, ":exited") && !earlier->is_oneshot)
          plan_todo(t->plan, earlier, earlier->claim, earlier->line, pool_printf(pool, "%s waited for its end: an empty file flag-oneshot makes it a task, which has no restart", later->name)) ;
      }
    if (!found) texts_add(pool, &unknown, name) ;
  }
  if (value) ini_take(t->source, section, option, order_places(t, section), "what it waited for") ;
  if (unknown.first)
    texts_add(pool, &t->plan->notes, pool_printf(pool, "TODO: %s waited for what is no program here: %s", program_of(section), texts_join(pool, &unknown, ", "))) ;
}
