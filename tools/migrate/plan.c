#include <stdlib.h>
#include <string.h>

#include "service/name.h"
#include "migrate/plan.h"
#include "migrate/shell.h"

void plan_init (struct plan *plan, struct source *source)
{
  char const *base = shell_basename(source->name) ;
  size_t len = strcspn(base, ".") ;
  memset(plan, 0, sizeof(*plan)) ;
  plan->pool = source->pool ;
  plan->source = source ;
  plan->shell = "/bin/sh" ;
  plan->setup_name = len ? pool_printf(plan->pool, "10-%.*s", (int)len, base) : "10-setup" ;
}

/* Letters, digits, dots, dashes and underscores of `wanted`. */
static char const *clean_name (struct pool *pool, char const *wanted)
{
  size_t len = strlen(wanted) ;
  char *name = pool_alloc(pool, len + 1) ;
  char *p = name ;
  if (len > SERVICE_NAME_MAX - 8) len = SERVICE_NAME_MAX - 8 ;
  for (size_t i = 0 ; i < len ; i++)
  {
    char c = wanted[i] ;
    int good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ;
    if (!good) c = '-' ;
    if (p == name && (c == '.' || c == '-')) continue ;
    *p++ = c ;
  }
  while (p > name && (p[-1] == '-' || p[-1] == '.')) *--p = 0 ;
  /* Names of files in a service directory would make one of the scan directory. */
  if (shell_one_of(name, "run finish log down data env event supervise")) return pool_printf(pool, "%s-service", name) ;
  return *name ? name : "service" ;
}

struct service *plan_find (struct plan *plan, char const *name)
{
  struct service *service = plan->services ;
  while (service && strcmp(service->name, name) != 0) service = service->next ;
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

char const *service_setting (struct service const *service, char const *file)
{
  for (struct setting const *setting = service->settings ; setting ; setting = setting->next)
    if (!strcmp(setting->file, file)) return setting->value ;
  return 0 ;
}

char const *service_where (struct plan *plan, struct service const *service, char const *file)
{
  return pool_printf(plan->pool, "services.d/%s/%s", service->name, file) ;
}

struct piece *plan_piece (struct plan *plan, char const *text, char const *names)
{
  struct piece *piece ;
  if (plan->npieces == plan->pieces_size)
  {
    unsigned int size = plan->pieces_size ? 2 * plan->pieces_size : 32 ;
    struct piece *pieces = pool_alloc(plan->pool, size * sizeof(*pieces)) ;
    if (plan->npieces) memcpy(pieces, plan->pieces, plan->npieces * sizeof(*pieces)) ;
    plan->pieces = pieces ;
    plan->pieces_size = size ;
  }
  piece = plan->pieces + plan->npieces++ ;
  piece->text = text ;
  piece->names = names ;
  return piece ;
}

void plan_setup (struct plan *plan, struct range range, char const *text, int does_something)
{
  struct setup_item *item ;
  if (plan->nsetup == plan->setup_size)
  {
    unsigned int size = plan->setup_size ? 2 * plan->setup_size : 32 ;
    struct setup_item *setup = pool_alloc(plan->pool, size * sizeof(*setup)) ;
    if (plan->nsetup) memcpy(setup, plan->setup, plan->nsetup * sizeof(*setup)) ;
    plan->setup = setup ;
    plan->setup_size = size ;
  }
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

void plan_todo (struct plan *plan, struct service *service, struct claim *claim, uint32_t line, char const *text)
{
  texts_add_once(plan->pool, service ? &service->todo : &plan->setup_todo,
    pool_printf(plan->pool, "# TODO reeve-migrate: line %u: %s", line, as_comment(plan->pool, text))) ;
  if (claim) texts_add_once(plan->pool, &claim->todo, text) ;
}

void plan_mark_place (struct plan *plan, struct service *service, struct claim *claim, char const *text)
{
  if (!strstr(text, "$0") && !strstr(text, "${0") && !strstr(text, "BASH_SOURCE")) return ;
  if (!strstr(text, "dirname") && !strstr(text, "readlink") && !strstr(text, "realpath") && !strstr(text, "%/")) return ;
  plan_todo(plan, service, claim, source_line(plan->source, claim->range.start),
    "it asks where the script is, and this file is elsewhere: write the directory that is meant") ;
}

int mentions_positional (char const *text)
{
  for (char const *p = text ; (p = strchr(p, '$')) ; )
  {
    p++ ;
    if (*p == '{') p++ ;
    if (*p == '#' && p[-1] == '{') p++ ;
    if (*p && strchr("123456789@*", *p)) return 1 ;
    if (*p == '#' && p[-1] == '$') return 1 ;
  }
  return 0 ;
}

int placed_mentioned (struct placed const *placed, char const *text)
{
  for (; placed ; placed = placed->outer)
  {
    char name[128] ;
    size_t len = strcspn(placed->text, "= ") ;
    if (placed->text[len] != '=')
    {
      if (mentions_positional(text)) return 1 ;
      continue ;
    }
    if (len >= sizeof(name)) return 1 ;
    memcpy(name, placed->text, len) ;
    name[len] = 0 ;
    if (shell_mentions(text, name)) return 1 ;
  }
  return 0 ;
}

int piece_is_elsewhere (struct piece const *piece, struct placed const *placed)
{
  if (!piece->placed) return 0 ;
  for (; placed ; placed = placed->outer)
    if (placed == piece->placed) return 0 ;
  return 1 ;
}

/* What a call or loop behind it does over again. */
static int is_repeated (struct plan const *plan, unsigned int i, unsigned int npieces)
{
  for (unsigned int j = i + 1 ; j < npieces ; j++)
    if (!strcmp(plan->pieces[i].text, plan->pieces[j].text) && !plan->pieces[j].under) return 1 ;
  return 0 ;
}

int piece_mentioned (struct piece const *piece, char const *text)
{
  char name[256] ;
  if (piece->positional && mentions_positional(text)) return 1 ;
  for (char const *p = piece->names ; *(p += strspn(p, " ")) ; )
  {
    size_t len = strcspn(p, " ") ;
    if (len < sizeof(name))
    {
      memcpy(name, p, len) ;
      name[len] = 0 ;
      if (shell_mentions(text, name)) return 1 ;
    }
    p += len ;
  }
  return 0 ;
}

static int mentioned_by_piece (struct piece const *piece, struct piece const *by)
{
  return piece_mentioned(piece, by->text) || (by->under && piece_mentioned(piece, by->under)) ;
}

static int mentioned_by_lines (struct piece const *piece, struct texts const *texts)
{
  for (struct text const *one = texts->first ; one ; one = one->next)
    if (piece_mentioned(piece, one->text)) return 1 ;
  return 0 ;
}

static int mentioned_by_placed (struct piece const *piece, struct placed const *placed)
{
  for (; placed ; placed = placed->outer)
    if (piece_mentioned(piece, placed->text)) return 1 ;
  return 0 ;
}

static int mentioned_by_service (struct piece const *piece, struct service const *service)
{
  return mentioned_by_lines(piece, &service->run) || mentioned_by_lines(piece, &service->before)
   || mentioned_by_lines(piece, &service->conditions) || mentioned_by_placed(piece, service->positional)
   || mentioned_by_lines(piece, &service->options) || piece_mentioned(piece, service->assignments)
   || (service->command && piece_mentioned(piece, service->command)) || piece_mentioned(piece, service->redirects) ;
}

/* A piece can only be needed by what comes after it, so one pass from the end is
   enough for variables; functions may mention later ones, hence again until nothing
   is added. */
void plan_needed (struct plan const *plan, struct service const *service, unsigned int npieces, struct placed const *placed,
  char const *extra, char *needed)
{
  int again = 1 ;
  memset(needed, 0, plan->npieces) ;
  while (again)
  {
    again = 0 ;
    for (unsigned int i = npieces ; i-- ; )
    {
      struct piece const *piece = plan->pieces + i ;
      if (needed[i]) continue ;
      if (piece_is_elsewhere(piece, placed) && (piece->positional || is_repeated(plan, i, npieces))) continue ;
      needed[i] = piece->always || piece_mentioned(piece, extra)
       || (service && mentioned_by_service(piece, service)) ;
      for (unsigned int j = 0 ; !needed[i] && j < npieces ; j++)
        needed[i] = needed[j] && !plan->pieces[j].shared && mentioned_by_piece(piece, plan->pieces + j) ;
      again |= needed[i] ;
    }
  }
}

static void settle_pieces (struct plan *plan)
{
  struct texts *where = pool_alloc(plan->pool, (plan->npieces + 1) * sizeof(*where)) ;
  char *needed = pool_alloc(plan->pool, plan->npieces + 1) ;
  int has_setup = plan_has_setup(plan) ;
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
    for (struct text const *one = plan->pieces[i].used.first ; one ; one = one->next) texts_add_once(plan->pool, where + i, one->text) ;
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
    if (plan->pieces[i].in_setup && has_setup)
    {
      texts_add_once(plan->pool, where + i, plan_setup_where(plan)) ;
      if (plan->pieces[i].claim) plan_mark_place(plan, 0, plan->pieces[i].claim, plan->pieces[i].text) ;
    }
  for (struct service *service = plan->services ; service ; service = service->next)
  {
    plan_needed(plan, service, service->npieces, service->positional, "", needed) ;
    for (unsigned int i = 0 ; i < service->npieces ; i++)
      if (needed[i])
      {
        texts_add_once(plan->pool, where + i, service_where(plan, service, "run")) ;
        if (plan->pieces[i].claim) plan_mark_place(plan, service, plan->pieces[i].claim, plan->pieces[i].text) ;
      }
    if (!service->check) continue ;
    plan_needed(plan, 0, service->check_npieces, service->check_positional, service->check, needed) ;
    for (unsigned int i = 0 ; i < service->check_npieces ; i++)
      if (needed[i]) texts_add_once(plan->pool, where + i, service_where(plan, service, "data/check")) ;
  }
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
  {
    struct piece *piece = plan->pieces + i ;
    if (!piece->claim) continue ;
    piece->claim->where = where[i].first ? texts_join(plan->pool, where + i, ", ") : "dropped" ;
    if (!where[i].first) piece->claim->what = pool_printf(plan->pool, "%s; nothing needs it", piece->claim->what) ;
  }
}

static void settle_unclaimed (struct plan *plan)
{
  struct range range ;
  uint32_t line = 1 ;
  struct service *last = plan->services ;
  while (last && last->next) last = last->next ;
  while ((line = source_unclaimed(plan->source, line, &range)))
  {
    char const *where = last ? service_where(plan, last, "run") : plan_setup_where(plan) ;
    struct claim *claim = source_claim(plan->source, range, where, "not understood, kept as a comment") ;
    plan_todo(plan, last, claim, line, pool_printf(plan->pool, "do by hand: %s", source_copy(plan->source, range))) ;
  }
}

/* The service whose file a claim names first, or else the last that began before it;
   0: the cont-init.d script. */
static struct service *service_of_claim (struct plan *plan, struct claim const *claim, uint32_t line)
{
  struct service *found = 0 ;
  if (!strncmp(claim->where, "services.d/", 11))
    found = plan_find(plan, pool_copy(plan->pool, claim->where + 11, strcspn(claim->where + 11, "/"))) ;
  if (found || !strncmp(claim->where, "cont-init.d/", 12)) return found ;
  for (struct service *service = plan->services ; service ; service = service->next)
    if (!found || service->line <= line) found = service ;
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
    if (!claim->todo.first || has_todo(plan, pool_printf(plan->pool, "# TODO reeve-migrate: line %u:", line))) continue ;
    for (struct text const *one = claim->todo.first ; one ; one = one->next)
      plan_todo(plan, service_of_claim(plan, claim, line), 0, line, one->text) ;
  }
}

void plan_settle (struct plan *plan)
{
  settle_unclaimed(plan) ;
  settle_pieces(plan) ;
  settle_todos(plan) ;
}
