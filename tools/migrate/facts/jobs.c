/* Jobs of the shell by their numbers and names: fg %1, kill %2. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

static int is_job (struct service const *service)
{
  return service->is_background || service->is_job ;
}

/* [ -n "$X" ] && server & : the list is a job in any case. */
static int is_in_list (struct analysis *a, struct service const *service)
{
  uint32_t at = service->claim ? service->claim->range.start : 0 ;
  while (at && strchr(" \t\n\\", a->source->text[at - 1])) at-- ;
  return at > 1 && a->source->text[at - 1] == a->source->text[at - 2] && strchr("&|", a->source->text[at - 1]) ;
}

/* Was a job started there whenever the other one was? Of if and else, one is: the last. */
static int is_surely_ahead (struct analysis *a, struct service const *service, struct service const *other)
{
  char const *conditions = texts_join(a->pool, &service->conditions, "\n") ;
  if (!*conditions || is_in_list(a, service)) return 1 ;
  for (struct text const *one = service->conditions.first ; one && texts_has(&other->conditions, one->text) ; one = one->next)
    if (!one->next) return 1 ;
  if (!strstr(conditions, "! {") && !strstr(conditions, "*) true")) return 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (is_job(one) && one != service && are_exclusive(a, one, service)) return 1 ;
  return 0 ;
}

/* Its number as a job, which other branches may make smaller: from least to most. */
static void job_numbers (struct analysis *a, struct service const *service, unsigned int *least, unsigned int *most)
{
  *least = *most = 1 ;
  for (struct service const *one = a->plan->services ; one != service ; one = one->next)
  {
    int is_counted = 0 ; /* by one that is started in place of it */
    if (!is_job(one) || are_exclusive(a, one, service)) continue ;
    for (struct service const *other = one->conditions.first ? a->plan->services : one ; other != one && !is_counted ; other = other->next)
      is_counted = is_job(other) && !are_exclusive(a, other, service) && are_exclusive(a, other, one) ;
    *most += !is_counted ;
    *least += (unsigned int)is_surely_ahead(a, one, service) ;
  }
}

void services_of_job (struct analysis *a, char const *job, struct texts *names)
{
  struct service *last = 0 ;
  struct service *before = 0 ;
  unsigned int n = shell_number(job, 1000, 0) ;
  unsigned int njobs = 0 ; /* up to this one */
  size_t len = strcspn(job, "\"'") ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    unsigned int least = 0 ;
    unsigned int most = 0 ;
    if (!is_job(service)) continue ;
    before = last ;
    last = service ;
    if (n && n <= ++njobs) job_numbers(a, service, &least, &most) ;
    if ((n && least <= n && n <= most) || (*job == '?' && strstr(service->text, pool_copy(a->pool, job + 1, len - 1)))
     || (len && !strchr("0123456789%+-?", *job) && !strncmp(service->text, job, len))) texts_add_once(a->pool, names, service->name) ;
  }
  if (*job == '-' && before) texts_add_once(a->pool, names, before->name) ;
  if (!strchr("%+", *job) || !last) return ;
  texts_add_once(a->pool, names, last->name) ;
  for (struct text const *one = last == a->last && a->last_or_of == last ? a->last_or.first : 0 ; one ; one = one->next) texts_add_once(a->pool, names, one->text) ;
}

static int turns_on (struct statement *statement, void *data)
{
  (void)data ;
  if (strcmp(statement_command(statement), "set") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *word = statement_word(statement, i) ;
    if (!strcmp(word, "monitor") || (word[0] == '-' && word[1] != '-' && strpbrk(word, "m"))) return 1 ;
  }
  return 0 ;
}

static int turns_on_job_control (struct analysis *a)
{
  struct source code ;
  char const *line = a->source->text ;
  char const *options = !strncmp(line, "#!", 2) ? strstr(pool_copy(a->pool, line, strcspn(line, "\n")), " -") : 0 ;
  if ((options && strpbrk(options, "mi")) || (a->plan->shell_options && strpbrk(a->plan->shell_options, "mi"))) return 1 ;
  for (struct statement *one = shell_parse_text(a->pool, &code, a->source->text) ; one ; one = one->next)
    if (statement_walk(one, &turns_on, 0)) return 1 ;
  return 0 ;
}

int has_job_control (struct analysis *a)
{
  if (!a->job_control) a->job_control = turns_on_job_control(a) ? 1 : -1 ;
  return a->job_control == 1 ;
}
