#include <string.h>

#include "migrate/write/render.h"

/* The claims of a line, in order of its bytes: how many, written to `claims`. */
#define CLAIMS_MAX 64

static unsigned int claims_among (struct source const *source, struct range range, char const *except, uint32_t claims[CLAIMS_MAX])
{
  unsigned int n = 0 ;
  for (uint32_t i = range.start ; i < range.end ; i++)
  {
    unsigned int j = 0 ;
    uint32_t owner = source->owner[i] ;
    if (!owner || strchr(except, source->text[i])) continue ;
    while (j < n && claims[j] != owner) j++ ;
    if (j == n && n < CLAIMS_MAX) claims[n++] = owner ;
  }
  return n ;
}

static unsigned int claims_of (struct source const *source, uint32_t line, uint32_t claims[CLAIMS_MAX])
{
  struct range range = source_line_range(source, line) ;
  unsigned int n = claims_among(source, range, " \t;&", claims) ;
  return n ? n : claims_among(source, range, " \t;", claims) ; /* a line with & alone */
}

/* Once for all lines of the claim: a loop of thousands of lines may have a TODO for each. */
static char const *describe_claim (struct plan *plan, struct claim *claim)
{
  if (!claim->described)
  {
    struct texts texts = { 0 } ;
    texts_add(plan->pool, &texts, pool_printf(plan->pool, "%s: %s", claim->where, claim->what)) ;
    for (struct text const *todo = claim->todo.first ; todo ; todo = todo->next)
      texts_add(plan->pool, &texts, pool_printf(plan->pool, "TODO: %.*s", (int)strcspn(todo->text, "\n"), todo->text)) ;
    claim->described = texts_join(plan->pool, &texts, "; ") ;
  }
  return claim->described ;
}

static char const *describe_claims (struct plan *plan, uint32_t const *claims, unsigned int n)
{
  struct texts texts = { 0 } ;
  if (!n) return "dropped: blank" ;
  for (unsigned int i = 0 ; i < n ; i++) texts_add_once(plan->pool, &texts, describe_claim(plan, plan->source->claims[claims[i] - 1])) ;
  if (!texts.first->next) return texts.first->text ;
  return texts_join(plan->pool, &texts, "; ") ;
}

/* An entry is one line, whatever the texts in it have. */
static void add_entry (struct plan *plan, struct texts *lines, char const *entry)
{
  char *copy = (char *)pool_copy(plan->pool, entry, strlen(entry)) ;
  for (char *p = copy ; *p ; p++)
    if ((unsigned char)*p < ' ' || *p == 127) *p = ' ' ;
  texts_add(plan->pool, lines, copy) ;
}

static void add_mistakes (struct plan *plan, struct texts *lines, struct mistake const **next, uint32_t last)
{
  for (; *next && (*next)->line <= last ; *next = (*next)->next)
    add_entry(plan, lines, pool_printf(plan->pool, "line %u: mistake: %s", (*next)->line, (*next)->text)) ;
}

/* What became of one line. */
static char const *describe_line (struct plan *plan, uint32_t line)
{
  uint32_t claims[CLAIMS_MAX] ;
  return describe_claims(plan, claims, claims_of(plan->source, line, claims)) ;
}

/* ---- the summary ---- */

static unsigned int count_todos (struct plan const *plan)
{
  unsigned int n = 0 ;
  for (struct text const *one = plan->setup_todo.first ; one ; one = one->next) n++ ;
  for (struct service const *service = plan->services ; service ; service = service->next)
    for (struct text const *one = service->todo.first ; one ; one = one->next) n++ ;
  return n ;
}

static char const *describe_service (struct plan *plan, struct service const *service)
{
  struct texts words = { 0 } ;
  struct texts others = { 0 } ;
  for (struct text const *one = service->dependencies.first ; one ; one = one->next)
    texts_add(plan->pool, &others, texts_has(&service->optional, one->text) ? pool_printf(plan->pool, "%s if it runs", one->text) : one->text) ;
  if (service->is_main) texts_add(plan->pool, &words, "main") ;
  if (service->dependencies.first) texts_add(plan->pool, &words, pool_printf(plan->pool, "after %s", texts_join(plan->pool, &others, ", "))) ;
  if (service->conditions.first) texts_add(plan->pool, &words, "on a condition") ;
  if (service->todo.first) texts_add(plan->pool, &words, "TODO") ;
  return words.first ? pool_printf(plan->pool, "%s (%s)", service->name, texts_join(plan->pool, &words, "; ")) : service->name ;
}

static void add_services (struct plan *plan, struct texts *lines, int tasks)
{
  struct texts names = { 0 } ;
  for (struct service const *service = plan->services ; service ; service = service->next)
    if (service->is_oneshot == tasks) texts_add(plan->pool, &names, describe_service(plan, service)) ;
  if (names.first) add_entry(plan, lines, pool_printf(plan->pool, "summary: %s: %s", tasks ? "tasks" : "services", texts_join(plan->pool, &names, ", "))) ;
}

/* The files beside run, so that the report names all that is added. */
static void add_settings (struct plan *plan, struct texts *lines)
{
  for (struct service const *service = plan->services ; service ; service = service->next)
  {
    struct texts words = { 0 } ;
    for (struct setting const *one = service->settings ; one ; one = one->next)
      texts_add(plan->pool, &words, *one->value ? pool_printf(plan->pool, "%s %s", one->file, one->value) : one->file) ;
    if (words.first) add_entry(plan, lines, pool_printf(plan->pool, "summary: settings of %s: %s", service->name, texts_join(plan->pool, &words, ", "))) ;
  }
}

static void add_summary (struct plan *plan, struct texts *lines)
{
  unsigned int todos = count_todos(plan) ;
  unsigned int notes = 0 ;
  struct texts left = { 0 } ;
  for (struct text const *note = plan->notes.first ; note ; note = note->next) notes++ ;
  if (plan->taken) add_entry(plan, lines, pool_printf(plan->pool, "summary: input: %s", plan->taken)) ;
  add_services(plan, lines, 0) ;
  add_services(plan, lines, 1) ;
  add_settings(plan, lines) ;
  if (plan_has_setup(plan)) add_entry(plan, lines, pool_printf(plan->pool, "summary: setup: %s", plan_setup_where(plan))) ;
  if (todos) texts_add(plan->pool, &left, pool_printf(plan->pool, "%u TODO%s in the files (# TODO reeve-migrate)", todos, todos == 1 ? "" : "s")) ;
  if (notes) texts_add(plan->pool, &left, pool_printf(plan->pool, "%u note%s at the end", notes, notes == 1 ? "" : "s")) ;
  add_entry(plan, lines, pool_printf(plan->pool, "summary: left to you: %s", left.first ? texts_join(plan->pool, &left, ", ") : "nothing that is known")) ;
}

/* Is the line blank, or only a comment, wherever that went? */
static int is_idle (char const *what)
{
  char const *last = strrchr(what, ':') ;
  return last && !strstr(what, "; ") && (!strcmp(last, ": blank") || !strcmp(last, ": comment")) ;
}

static int is_dropped (char const *what)
{
  return !strncmp(what, "dropped:", 8) ;
}

static char const *place_of (struct plan *plan, struct source_part const *part, uint32_t line, uint32_t last)
{
  uint32_t before = part ? part->first - 1 : 0 ;
  char const *lines = last > line ? pool_printf(plan->pool, "lines %u-%u", line - before, last - before) : pool_printf(plan->pool, "line %u", line - before) ;
  return part ? pool_printf(plan->pool, "included: %s, %s", part->name, lines) : lines ;
}

/* The last of the blank lines behind it, if one claim has what is around them; else 0. */
static uint32_t blanks_inside (struct source const *source, uint32_t line)
{
  uint32_t claims[CLAIMS_MAX] ;
  uint32_t last = line ;
  uint32_t claim = claims_of(source, line, claims) == 1 ? claims[0] : 0 ;
  while (last < source->last && !claims_of(source, last + 1, claims)) last++ ;
  return last > line && last < source->last && claims_of(source, last + 1, claims) == 1 && claims[0] == claim ? last : 0 ;
}

char const *render_report (struct plan *plan)
{
  struct source const *source = plan->source ;
  struct texts lines = { 0 } ;
  struct mistake const *mistakes = plan->mistakes ;
  char const *what = source->last ? describe_line(plan, source->first) : 0 ;
  add_summary(plan, &lines) ;
  for (uint32_t line = source->first ; line <= source->last ; )
  {
    char const *next = 0 ;
    uint32_t last = line ;
    uint32_t inside ;
    int mixed = 0 ;
    int kept = 0 ;
    struct source_part const *part = source_part_of(source, line) ;
    while (last < source->last && source_part_of(source, last + 1) == part && ((inside = blanks_inside(source, last)) || !strcmp(next = describe_line(plan, last + 1), what) || (is_idle(what) && is_idle(next))))
    {
      if (inside)
      {
        last = inside ;
        continue ;
      }
      if (strcmp(next, what) != 0) mixed = 1 ;
      kept |= !is_dropped(what) || !is_dropped(next) ;
      last++ ;
    }
    if (mixed) what = kept ? "beside what they are about: comments and blank lines" : "dropped: comments and blank lines" ;
    add_entry(plan, &lines, pool_printf(plan->pool, "%s: %s", place_of(plan, part, line, last), what)) ;
    add_mistakes(plan, &lines, &mistakes, last) ;
    line = last + 1 ;
    what = line <= source->last ? describe_line(plan, line) : 0 ;
  }
  for (struct text const *note = plan->notes.first ; note ; note = note->next)
    add_entry(plan, &lines, pool_printf(plan->pool, "note: %s", note->text)) ;
  if (!lines.first) return "" ;
  return pool_printf(plan->pool, "%s\n", texts_join(plan->pool, &lines, "\n")) ;
}
