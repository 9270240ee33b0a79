#include <stdlib.h>
#include <string.h>

#include "service/name.h"
#include "migrate/plan/plan.h"
#include "migrate/shell/shell.h"

void plan_init (struct plan *plan, struct source *source)
{
  char const *base = shell_basename(source->name) ;
  size_t len = strcspn(base, ".") ;
  memset(plan, 0, sizeof(*plan)) ;
  plan->pool = source->pool ;
  plan->source = source ;
  plan->root = -1 ;
  plan->shell = "/bin/sh" ;
  plan->setup_name = len ? pool_printf(plan->pool, "10-%.*s", (int)len, base) : "10-setup" ;
}

/* Letters, digits, dots, dashes and underscores of `wanted`. */
static char const *clean_name (struct pool *pool, char const *wanted)
{
  size_t len = strlen(wanted) ;
  char *name = pool_alloc(pool, len + 1) ;
  char *p = name ;
  int made = 0 ; /* the last dash stands for something else */
  if (len > SERVICE_NAME_MAX - 8) len = SERVICE_NAME_MAX - 8 ;
  for (size_t i = 0 ; i < len ; i++)
  {
    char c = wanted[i] ;
    int good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ;
    if (!good) c = '-' ;
    if (p == name && (c == '.' || c == '-')) continue ;
    made = !good || (made && c == '-') ;
    if (made && p > name && p[-1] == '-') continue ; /* app-*-all.jar */
    *p++ = c ;
  }
  while (p > name && (p[-1] == '-' || p[-1] == '.')) *--p = 0 ;
  /* With such a name, the scan directory would look like a service directory. */
  if (shell_one_of(name, "run finish log down data env event supervise")) return pool_printf(pool, "%s-service", name) ;
  return *name ? name : "service" ;
}

struct service *plan_find (struct plan *plan, char const *name)
{
  struct service *service = plan->services ;
  while (service && strcmp(service->name, name) != 0) service = service->next ;
  return service ;
}

struct service *plan_last (struct plan const *plan)
{
  struct service *service = plan->services ;
  while (service && service->next) service = service->next ;
  return service ;
}

struct service *plan_service (struct plan *plan, char const *wanted, uint32_t line)
{
  struct service **end = &plan->services ;
  unsigned int n = 0 ;
  struct service *service = pool_alloc(plan->pool, sizeof(*service)) ;
  char const *base = clean_name(plan->pool, wanted) ;
  service->name = base ;
  service->program = service->text = service->assignments = service->redirects = "" ;
  service->line = line ;
  service->npieces = plan->npieces ;
  for (unsigned int i = 2 ; plan_find(plan, service->name) ; i++) service->name = pool_printf(plan->pool, "%s-%u", base, i) ;
  while (*end)
  {
    end = &(*end)->next ;
    n++ ;
  }
  *end = service ;
  if (n >= PLAN_SERVICES_MAX)
    plan->refused = pool_printf(plan->pool, "%s has more than %u services: a program of its own", plan->source->name, PLAN_SERVICES_MAX) ;
  return service ;
}

void service_set (struct plan *plan, struct service *service, char const *file, char const *value)
{
  struct setting **end = &service->settings ;
  while (*end && strcmp((*end)->file, file) != 0) end = &(*end)->next ;
  if (!*end) *end = pool_alloc(plan->pool, sizeof(struct setting)) ;
  (*end)->file = file ;
  (*end)->value = value ;
}

void service_unset (struct service *service, char const *file)
{
  for (struct setting **one = &service->settings ; *one ; one = &(*one)->next)
    if (!strcmp((*one)->file, file))
    {
      *one = (*one)->next ;
      return ;
    }
}

int service_has (struct service const *service, char const *file)
{
  for (struct setting const *one = service->settings ; one ; one = one->next)
    if (!strcmp(one->file, file)) return 1 ;
  return 0 ;
}

void service_template (struct plan *plan, struct service *service, char const *count)
{
  char const *name = pool_printf(plan->pool, "%s@", service->name) ;
  for (unsigned int i = 2 ; plan_find(plan, name) ; i++) name = pool_printf(plan->pool, "%s-%u@", service->name, i) ;
  service->name = name ;
  service_set(plan, service, "count", count) ;
}

char const *service_where (struct plan *plan, struct service const *service, char const *file)
{
  return pool_printf(plan->pool, "services.d/%s/%s", service->name, file) ;
}

struct piece *plan_piece (struct plan *plan, char const *text, char const *names)
{
  struct piece *piece ;
  plan->pieces = pool_grow(plan->pool, plan->pieces, plan->npieces, &plan->pieces_size, sizeof(*plan->pieces)) ;
  piece = plan->pieces + plan->npieces++ ;
  piece->text = text ;
  piece->names = names ;
  return piece ;
}

void plan_setup (struct plan *plan, struct range range, char const *text, int does_something)
{
  struct setup_item *item ;
  plan->setup = pool_grow(plan->pool, plan->setup, plan->nsetup, &plan->setup_size, sizeof(*plan->setup)) ;
  item = plan->setup + plan->nsetup++ ;
  item->range = range ;
  item->text = text ;
  item->does_something = does_something ;
}

char const *plan_setup_where (struct plan *plan)
{
  return pool_printf(plan->pool, "cont-init.d/%s", plan->setup_name) ;
}

int plan_has_setup (struct plan const *plan)
{
  for (unsigned int i = 0 ; i < plan->nsetup ; i++)
    if (plan->setup[i].does_something) return 1 ;
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
    if (plan->pieces[i].shared && plan->pieces[i].in_setup && plan->pieces[i].names[1]) return 1 ; /* it hands on */
  return !!plan->setup_todo.first ;
}

void plan_mistake (struct plan *plan, uint32_t line, char const *text)
{
  struct mistake **end = &plan->mistakes ;
  struct mistake *mistake ;
  while (*end && (*end)->line <= line)
  {
    if ((*end)->line == line && !strcmp((*end)->text, text)) return ;
    end = &(*end)->next ;
  }
  mistake = pool_alloc(plan->pool, sizeof(*mistake)) ;
  mistake->line = line ;
  mistake->text = text ;
  mistake->next = *end ;
  *end = mistake ;
}

/* Each line of it a comment. */
static char const *as_comment (struct pool *pool, char const *text)
{
  char const *out = "" ;
  for (size_t len ; (len = strcspn(text, "\n")), text[len] ; text += len + 1) out = pool_printf(pool, "%s%.*s\n#   ", out, (int)len, text) ;
  return pool_printf(pool, "%s%s", out, text) ;
}

int plan_is_code (struct plan const *plan, struct claim const *claim)
{
  for (uint32_t i = 0 ; plan->code_source && i < plan->code_source->nclaims ; i++)
    if (plan->code_source->claims[i] == claim) return 1 ;
  return 0 ;
}

char const *plan_place (struct plan *plan, struct claim const *claim, uint32_t line)
{
  return claim && plan_is_code(plan, claim) ? plan->code_where : source_place(plan->source, line) ;
}

void plan_todo (struct plan *plan, struct service *service, struct claim *claim, uint32_t line, char const *text)
{
  texts_add_once(plan->pool, service ? &service->todo : &plan->setup_todo,
    pool_printf(plan->pool, "# TODO reeve-migrate: %s: %s", plan_place(plan, claim, line), as_comment(plan->pool, text))) ;
  if (claim) texts_add_once(plan->pool, &claim->todo, text) ;
}

void plan_mark_place (struct plan *plan, struct service *service, struct claim *claim, char const *text)
{
  if (plan_with_place(plan, text) != text)
    texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "where the script asked for its own place, the files have %s%s", plan->script_path,
      strcmp(plan->script_path, plan->script_real_path) ? pool_printf(plan->pool, ", or, behind the link, %s", plan->script_real_path) : "")) ;
  text = plan_with_place(plan, text) ;
  if (!strstr(text, "$0") && !strstr(text, "${0") && !strstr(text, "BASH_SOURCE")) return ;
  if (strstr(text, "basename"))
  {
    plan_todo(plan, service, claim, source_line(plan->source, claim->range.start), "it asks for the script's name, and this file has another one: write the name that is meant") ;
    return ;
  }
  if (!strstr(text, "dirname") && !strstr(text, "readlink") && !strstr(text, "realpath") && !strstr(text, "%/")) return ;
  plan_todo(plan, service, claim, source_line(plan->source, claim->range.start),
    "it asks where the script is, and this file is elsewhere: write the directory that is meant") ;
}
