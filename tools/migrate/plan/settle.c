/* The end of a plan: each line of the input has its entry, and each TODO its file. */

#include <string.h>

#include "migrate/plan/plan.h"
#include "migrate/shell/shell.h"

/* The one that was started last ahead of the line, or else the first; 0: there is none. */
static struct service *service_ahead (struct plan const *plan, uint32_t line)
{
  struct service *found = plan->services ;
  for (struct service *service = found ; service ; service = service->next)
    if (service->line <= line) found = service ;
  return found ;
}

static void settle_unclaimed (struct plan *plan)
{
  struct range range ;
  uint32_t line = 1 ;
  while ((line = source_unclaimed(plan->source, line, &range)))
  {
    struct service *last = service_ahead(plan, line) ;
    char const *where = last ? service_where(plan, last, "run") : plan_setup_where(plan) ;
    struct claim *claim = source_claim(plan->source, range, where, "not understood, kept as a comment") ;
    plan_todo(plan, last, claim, line, pool_printf(plan->pool, "do by hand: %s", source_copy(plan->source, range))) ;
  }
}

/* Services may be called so, and the texts of TODOs have these words for something else. */
#define WORDS "run start restart stop service services script shell supervisor container process processes command log file files init setup main image " \
  "user env read set export trap loop data exec end done check count finish foreground background child children signal function wait exit work program docker"

/* The service whose file a claim names first, or else the first that the TODO names, or the last that began
   before it; 0: the cont-init.d script. */
static struct service *service_of_todo (struct plan *plan, struct claim const *claim, uint32_t line, char const *text)
{
  struct service *found = 0 ;
  if (!strncmp(claim->where, "services.d/", 11))
    found = plan_find(plan, pool_copy(plan->pool, claim->where + 11, strcspn(claim->where + 11, "/"))) ;
  if (found || !strncmp(claim->where, "cont-init.d/", 12)) return found ;
  for (struct service *service = plan->services ; service ; service = service->next)
    if (!shell_one_of(service->name, WORDS) && shell_mentions(text, service->name)) return service ;
  for (struct service *service = plan->services ; service ; service = service->next)
    if (!found || service->line <= line || (found->line > line && service->is_main && !found->is_main)) found = service ;
  return found ;
}

static int has_todo (struct plan const *plan, char const *mark)
{
  for (struct text const *one = plan->setup_todo.first ; one ; one = one->next)
    if (!strncmp(one->text, mark, strlen(mark))) return 1 ;
  for (struct service const *service = plan->services ; service ; service = service->next)
    for (struct text const *one = service->todo.first ; one ; one = one->next)
      if (!strncmp(one->text, mark, strlen(mark))) return 1 ;
  return 0 ;
}

/* What the report leaves for a person is in a file as well. */
static void settle_todos (struct plan *plan)
{
  for (uint32_t i = 0 ; i < plan->source->nclaims ; i++)
  {
    struct claim *claim = plan->source->claims[i] ;
    uint32_t line = source_line(plan->source, claim->range.start) ;
    if (!claim->todo.first || has_todo(plan, pool_printf(plan->pool, "# TODO reeve-migrate: %s:", source_place(plan->source, line)))) continue ;
    for (struct text const *one = claim->todo.first ; one ; one = one->next)
      plan_todo(plan, service_of_todo(plan, claim, line, one->text), 0, line, one->text) ;
  }
}

/* A service whose condition is false stops itself. Who depends on it has the same condition perhaps, but
   asks it only at its own start: it must get that far. */
static int may_be_missing (struct service const *service)
{
  return service->conditions.first && !service_has(service, "enable-if") ; /* nobody waits for what is disabled */
}

/* A dependency that may be down, or may fail, becomes optional: otherwise the service would wait for ever. */
static void settle_dependencies (struct plan *plan)
{
  for (struct service *service = plan->services ; service ; service = service->next)
    for (struct text const *one = service->dependencies.first ; one ; one = one->next)
    {
      struct service const *other = plan_find(plan, one->text) ;
      if (other && !texts_has(&service->needed, one->text) && (other->is_forgiven || (!other->is_oneshot && may_be_missing(other)))) texts_add_once(plan->pool, &service->optional, one->text) ;
    }
}

/* Does the input redirect that descriptor? 3>&1, >&3 */
static int uses_descriptor (char const *text, char digit)
{
  for (char const *p = text ; (p = strchr(p, digit)) ; p++)
  {
    if (p > text && strchr("0123456789", p[-1])) continue ;
    if (p[1] == '<' || p[1] == '>') return 1 ;
    if (p > text + 1 && p[-1] == '&' && strchr("<>", p[-2])) return 1 ;
  }
  return 0 ;
}

/* One that the input does not use for something else: what it writes there would be taken for readiness. */
static char const *free_descriptor (struct plan const *plan)
{
  static char const *const all[] = { "3", "4", "5", "6", "7", "8", "9" } ;
  for (size_t i = 0 ; i < sizeof(all) / sizeof(*all) ; i++)
    if (!uses_descriptor(plan->source->text, *all[i])) return all[i] ;
  return "100" ; /* above those that shells use themselves */
}

static void settle_checks (struct plan *plan)
{
  char const *descriptor = free_descriptor(plan) ;
  for (struct service *service = plan->services ; service ; service = service->next)
    if (service->check) service_set(plan, service, "notification-fd", descriptor) ;
}

void plan_settle_order (struct plan *plan)
{
  settle_dependencies(plan) ;
  settle_checks(plan) ;
}

/* KILL takes no time. */
static int is_killed_at_once (struct service const *service)
{
  for (struct setting const *one = service->settings ; one ; one = one->next)
    if (!strcmp(one->file, "down-signal") && shell_one_of(one->value, "KILL SIGKILL 9")) return 1 ;
  return 0 ;
}

#define GRACE_MS 10000 /* docker stop's own */

/* Seconds that it may take to stop, and that its container does not get by itself; 0: none. */
static unsigned int long_grace (struct service const *service)
{
  for (struct setting const *one = is_killed_at_once(service) ? 0 : service->settings ; one ; one = one->next)
  {
    unsigned int ms = strcmp(one->file, "timeout-kill") != 0 ? 0 : shell_number(one->value, 1000000000, 0) ;
    if (ms + 1000 > GRACE_MS) return ms / 1000 ;
  }
  return 0 ;
}

static int is_waited_for (struct plan const *plan, struct service const *service)
{
  for (struct service const *other = plan->services ; other ; other = other->next)
    if (texts_has(&other->dependencies, service->name)) return 1 ;
  return 0 ;
}

/* The container's runtime kills services that take long to stop, unless it is told to wait. One note for all that take as long. */
static void note_grace (struct plan *plan, unsigned int own, int has_before)
{
  struct texts names = { 0 } ;
  int n = 0 ;
  /* /init stops waiting for the order at half of the time, and kills the rest a second before its end. */
  unsigned int seconds = (own + 2) * (has_before ? 2 : 1) ;
  for (struct service const *one = plan->services ; one ; one = one->next)
    if (long_grace(one) == own && is_waited_for(plan, one) == has_before)
    {
      texts_add(plan->pool, &names, one->name) ;
      n++ ;
    }
  texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool,
    "%s may take %u s to stop: ENV REEVE_STOP_TIMEOUT=%u (milliseconds) gives %s that%s; the container's runtime has to wait as long: docker run --stop-timeout %u, "
    "stop_grace_period: %us, terminationGracePeriodSeconds: %u", texts_join(plan->pool, &names, ", "), own, seconds * 1000, n > 1 ? "them" : "it",
    has_before ? ", behind those that depend on it" : "", seconds + 1, seconds + 1, seconds + 1)) ;
}

static void settle_grace (struct plan *plan)
{
  for (struct service const *one = plan->services ; one ; one = one->next)
    if (long_grace(one)) note_grace(plan, long_grace(one), is_waited_for(plan, one)) ;
}

void plan_note_code (struct plan *plan)
{
  struct source const *code = plan->code_source ;
  struct texts places = { 0 } ;
  int has_setup = plan_has_setup(plan) ;
  int starts = 0 ;
  for (uint32_t i = 0 ; code && i < code->nclaims ; i++) starts |= !strncmp(code->claims[i]->what, "service ", 8) ;
  for (uint32_t i = 0 ; code && i < code->nclaims ; i++)
    for (char const *p = code->claims[i]->where ; *(p += strspn(p, ", ")) ; p += strcspn(p, ","))
      if (!strncmp(p, "services.d/", 11) || (has_setup && !strncmp(p, "cont-init.d/", 12)))
        texts_add_once(plan->pool, &places, pool_copy(plan->pool, p, strcspn(p, ","))) ;
  if (!code) return ;
  texts_add(plan->pool, &plan->notes, places.first
    ? pool_printf(plan->pool, "%s: what the shell did ahead of the input went into %s: %s%s", plan->code_where, texts_join(plan->pool, &places, ", "), plan->code,
        plan->code_must_succeed && starts ? " (the input came behind that only when it had succeeded, &&: here only dependencies.d lets a service wait)" : "")
    : pool_printf(plan->pool, "%s: what the shell did ahead of the input is dropped, as nothing here needs it: %s", plan->code_where, plan->code)) ;
}

/* There is no setup, as only messages were for it: comments go to the first service. */
static void settle_talk (struct plan *plan)
{
  struct service *first = plan->services ;
  struct texts lines = { 0 } ;
  if (plan_has_setup(plan)) return ;
  for (unsigned int i = 0 ; i < plan->nsetup ; i++)
  {
    struct claim *claim = plan->setup[i].talk ;
    char const *text = source_copy(plan->source, plan->setup[i].range) ;
    if (!claim) continue ;
    if (*text == '#' && first) texts_add(plan->pool, &lines, text) ;
    if (*text != '#') claim->what = "a message about the start" ;
    claim->where = *text == '#' && first ? service_where(plan, first, "run") : "dropped" ;
  }
  if (!lines.first) return ;
  texts_add_all(plan->pool, &lines, &first->before) ;
  first->before = lines ;
}

#define UWSGI "uwsgi uwsgi-core uwsgi_python uwsgi_python3 uwsgi-python uwsgi-python3"

/* TERM makes uWSGI load its application anew, if its words or its configuration do not say die-on-term; INT always ends it. */
static void settle_signals (struct plan *plan)
{
  for (struct service *service = plan->services ; service ; service = service->next)
  {
    char const *command = service->command ? service->command : "" ;
    char const *program = shell_basename(pool_copy(plan->pool, command, strcspn(command, " \t\n"))) ;
    if ((!shell_one_of(program, UWSGI) && !shell_one_of(service->program, UWSGI)) || service->is_oneshot || strstr(command, "die-on-term") || service_has(service, "down-signal")) continue ;
    service_set(plan, service, "down-signal", "INT") ;
    if (service->claim) service->claim->what = pool_printf(plan->pool, "%s; down-signal INT: TERM makes uWSGI start anew, unless it is told die-on-term", service->claim->what) ;
  }
}

void plan_settle (struct plan *plan)
{
  settle_unclaimed(plan) ;
  settle_pieces(plan) ;
  plan_settle_order(plan) ;
  settle_signals(plan) ;
  settle_grace(plan) ;
  settle_talk(plan) ;
  settle_todos(plan) ;
}
