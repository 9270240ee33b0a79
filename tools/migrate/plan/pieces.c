/* Pieces, which apply to several services: who needs them, and where they went. */

#include <string.h>

#include "migrate/plan/plan.h"
#include "migrate/shell/shell.h"

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

int piece_adds (struct piece const *piece)
{
  for (char const *p = piece->is_function ? "" : piece->names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char name[256] ;
    char const *at ;
    size_t len = strcspn(p, " ") ;
    if (len >= sizeof(name)) continue ;
    memcpy(name, p, len) ;
    name[len] = 0 ;
    at = strstr(piece->text, name) ;
    if (at && at[len] == '=' && !shell_mentions(at + len, name)) continue ;
    if (at && (at[len] == '=' || strchr("+-", at[len] ? at[len] : ' '))) return 1 ;
    if (at && (!strncmp(piece->text, "((", 2) || !strncmp(piece->text, "let ", 4)) && strpbrk(piece->text, "+-*")) return 1 ;
  }
  return 0 ;
}

/* cd $dir, popd: where it leads hangs on where the round ahead of it has ended. */
static int goes_on_from_there (char const *text)
{
  char const *to = strncmp(text, "cd ", 3) ? 0 : text + 3 + strspn(text + 3, " \"'") ;
  return !strncmp(text, "pushd", 5) || !strncmp(text, "popd", 4) || (to && *to != '/' && *to != '~' && !(*to == '$' && to[1 + strspn(to + 1, "{}" NAME_LETTERS)] == '/')) ;
}

/* Does a later call or loop do the same again? */
static int is_repeated (struct plan const *plan, unsigned int i, unsigned int npieces)
{
  if (piece_adds(plan->pieces + i) || goes_on_from_there(plan->pieces[i].text)) return 0 ; /* each round of a loop goes on from what the one before it has made */
  for (unsigned int j = i + 1 ; j < npieces ; j++)
    if (!strcmp(plan->pieces[i].text, plan->pieces[j].text) && !plan->pieces[j].under) return 1 ;
  return 0 ;
}

static int is_word_end (char c)
{
  return !c || strchr(" \t\n;&|(){}`'\"<>", c) ;
}

/* Is `name` run as a command? */
static int runs (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *p = text ; len && (p = strstr(p, name)) ; p++)
  {
    char const *begin = p ;
    char const *end ;
    char word[16] ;
    if ((p > text && !is_word_end(p[-1])) || !is_word_end(p[len])) continue ;
    if (begin > text && strchr("'\"", begin[-1])) begin-- ;
    while (begin > text && strchr(" \t", begin[-1])) begin-- ;
    if (begin == text || strchr(";&|(){`!\n", begin[-1])) return 1 ;
    for (end = begin ; begin > text && !strchr(" \t\n;&|(){}`'\"", begin[-1]) ; begin--)
      if (begin[-1] == '=') return 1 ; /* A=1 name */
    if ((size_t)(end - begin) >= sizeof(word)) continue ;
    memcpy(word, begin, (size_t)(end - begin)) ;
    word[end - begin] = 0 ;
    if (shell_one_of(word, "then do else elif if while until time exec trap command eval -c -f nohup timeout")) return 1 ;
  }
  return 0 ;
}

/* ((A=B-1)) */
static int in_arithmetic (char const *text, char const *p)
{
  while (p > text + 1)
  {
    p-- ;
    if (!strncmp(p - 1, "))", 2)) return 0 ;
    if (!strncmp(p - 1, "((", 2)) return 1 ;
  }
  return 0 ;
}

/* Is the variable used? In php-fpm.conf, a word that merely has its name, it is not. */
static int uses (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *p = text ; (p = strstr(p, name)) ; p++)
  {
    char before = p > text ? p[-1] : ' ' ;
    char after = p[len] ? p[len] : ' ' ;
    if (strchr(NAME_LETTERS, before) || strchr(NAME_LETTERS, after)) continue ;
    if (strchr("${", before) || (!strchr("./-", before) && !strchr("./-", after)) || in_arithmetic(text, p)) return 1 ;
  }
  return 0 ;
}

int piece_mentioned (struct piece const *piece, char const *text)
{
  char name[256] ;
  if (piece->is_function && strlen(piece->names) - 2 < sizeof(name))
  {
    memcpy(name, piece->names + 1, strlen(piece->names) - 2) ;
    name[strlen(piece->names) - 2] = 0 ;
    return runs(text, name) ;
  }
  if (piece->positional && mentions_positional(text)) return 1 ;
  for (char const *p = piece->names ; *(p += strspn(p, " ")) ; )
  {
    size_t len = strcspn(p, " ") ;
    if (len < sizeof(name))
    {
      memcpy(name, p, len) ;
      name[len] = 0 ;
      if (uses(text, name)) return 1 ;
    }
    p += len ;
  }
  return 0 ;
}

static int mentioned_by_piece (struct piece const *piece, struct piece const *by)
{
  return piece_mentioned(piece, by->text) || (by->under && piece_mentioned(piece, by->under)) ;
}

int piece_mentioned_in (struct piece const *piece, struct texts const *texts)
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

/* Of one question, two answers. */
static int are_other_branches (struct text const *one, struct text const *other)
{
  size_t len = strcspn(one->text, "=") + 1 ;
  return !strncmp(one->text, other->text, len) && strcmp(one->text + len, other->text + len) != 0 ;
}

int places_exclude (struct texts const *one, struct texts const *other)
{
  for (struct text const *place = one->first ; place ; place = place->next)
    for (struct text const *second = other->first ; second ; second = second->next)
      if (are_other_branches(place, second)) return 1 ;
  return 0 ;
}

int piece_mentioned_by (struct piece const *piece, struct service const *service)
{
  return piece_mentioned_in(piece, &service->run) || piece_mentioned_in(piece, &service->before)
   || piece_mentioned_in(piece, &service->conditions) || mentioned_by_placed(piece, service->positional)
   || piece_mentioned_in(piece, &service->options) || piece_mentioned(piece, service->assignments)
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
      if (needed[i] || (piece->end && npieces > piece->end)) continue ;
      if (service && places_exclude(&piece->places, &service->places)) continue ;
      if (piece_is_elsewhere(piece, placed) && (piece->positional || is_repeated(plan, i, npieces))) continue ;
      needed[i] = piece->always || piece_mentioned(piece, extra)
       || (service && piece_mentioned_by(piece, service)) ;
      for (unsigned int j = 0 ; !needed[i] && j < npieces ; j++)
        needed[i] = needed[j] && !plan->pieces[j].shared && mentioned_by_piece(piece, plan->pieces + j) ;
      again |= needed[i] ;
    }
  }
}

static char const *setup_text (struct plan const *plan, struct setup_item const *item)
{
  return item->text ? item->text : source_copy(plan->source, item->range) ;
}

/* trap NAME TERM */
static int is_in_trap (struct plan const *plan, char const *name)
{
  for (char const *at = plan->source->text ; (at = strstr(at, "trap ")) ; at += 5)
    if (uses(pool_copy(plan->pool, at, strcspn(at, "\n")), name)) return 1 ;
  return 0 ;
}

/* A function that the setup has only because it stood there, for a trap that is gone: nothing there calls it.
   `dropped`: the texts of those that went before. */
static int drop_function (struct plan *plan, struct piece *piece, struct texts *dropped)
{
  char const *name = pool_copy(plan->pool, piece->names + 1, strlen(piece->names) - 2) ;
  struct setup_item *own = 0 ;
  if (!is_in_trap(plan, name) && !piece_mentioned_in(piece, dropped)) return 0 ;
  for (unsigned int i = 0 ; i < plan->nsetup ; i++)
  {
    char const *text = setup_text(plan, plan->setup + i) ;
    if (!strcmp(text, piece->text) && !own) own = plan->setup + i ;
    else if (*text != '#' && uses(text, name)) return 0 ;
  }
  if (!own || own->does_something) return 0 ;
  plan->nsetup-- ;
  memmove(own, own + 1, (size_t)(plan->setup + plan->nsetup - own) * sizeof(*own)) ;
  piece->in_setup = 0 ;
  texts_add(plan->pool, dropped, piece->text) ;
  return 1 ;
}

static void drop_functions (struct plan *plan)
{
  struct texts dropped = { 0 } ;
  int again = 1 ;
  while (again)
  {
    again = 0 ;
    for (unsigned int i = 0 ; i < plan->npieces ; i++)
      if (plan->pieces[i].is_function && plan->pieces[i].in_setup) again |= drop_function(plan, plan->pieces + i, &dropped) ;
  }
}

/* What no other file has may be in a finish or a logger. */
static void find_in_lines (struct plan *plan, struct service const *service, struct texts const *lines, char const *file, struct texts *where, char *needed)
{
  if (!lines->first) return ;
  plan_needed(plan, 0, service->npieces, service->positional, texts_join(plan->pool, lines, "\n"), needed) ;
  for (unsigned int i = 0 ; i < service->npieces ; i++)
    if (needed[i] && !where[i].first) texts_add(plan->pool, where + i, service_where(plan, service, file)) ;
}

/* X=$(work), but not START=$SECONDS, START=$(date +%s) or PIDS=$(jobs -p): is something lost if nobody does it? */
static int does_work (char const *text)
{
  if (strstr(text, "jobs -p")) return 0 ;
  if (strchr(text, '`')) return 1 ;
  for (char const *at = text ; (at = strstr(at, "$(")) ; at += 2)
    if (at[2] != '(' && strncmp(at, "$(date ", 7) != 0) return 1 ;
  return 0 ;
}

/* It stays in the setup alone, and services read what it has computed. Of one that computes nothing for them they have nothing. */
static int is_only_read (struct piece const *piece)
{
  return piece->shared && piece->claim && (!piece->names[1] || piece->is_only_setup) ;
}

void settle_pieces (struct plan *plan)
{
  struct texts *where = pool_alloc(plan->pool, (plan->npieces + 1) * sizeof(*where)) ;
  struct texts *readers = pool_alloc(plan->pool, (plan->npieces + 1) * sizeof(*readers)) ;
  char *needed = pool_alloc(plan->pool, plan->npieces + 1) ;
  int has_setup = plan_has_setup(plan) ;
  drop_functions(plan) ;
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
        texts_add_once(plan->pool, is_only_read(plan->pieces + i) ? readers + i : where + i, service_where(plan, service, "run")) ;
        if (plan->pieces[i].claim) plan_mark_place(plan, service, plan->pieces[i].claim, plan->pieces[i].text) ;
        if (plan->pieces[i].may_exit && plan->pieces[i].claim && !service->is_main)
          plan_todo(plan, service, plan->pieces[i].claim, source_line(plan->source, plan->pieces[i].claim->range.start),
            pool_printf(plan->pool, "exit ended the container here; now it ends %s alone%s", service->name, service->is_oneshot ? "" : ", which is started again")) ;
      }
    if (!service->check || service->builtin) continue ; /* reeve-exec asks by itself */
    plan_needed(plan, 0, service->check_npieces, service->check_positional, service->check, needed) ;
    for (unsigned int i = 0 ; i < service->check_npieces ; i++)
      if (needed[i]) texts_add_once(plan->pool, is_only_read(plan->pieces + i) ? readers + i : where + i, service_where(plan, service, "data/check")) ;
  }
  for (struct service *service = plan->services ; service ; service = service->next)
  {
    find_in_lines(plan, service, &service->finish, "finish", where, needed) ;
    find_in_lines(plan, service, &service->logger, "log/run", where, needed) ;
  }
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
  {
    struct piece *piece = plan->pieces + i ;
    if (!piece->claim) continue ;
    piece->claim->where = where[i].first ? texts_join(plan->pool, where + i, ", ") : "dropped" ;
    for (struct comment *one = piece->comments ; one ; one = one->next) one->claim->where = piece->claim->where ;
    if (piece->todo_of_several && (where[i].first ? where[i].first->next != 0 : does_work(piece->text)))
      texts_add(plan->pool, &piece->claim->todo, where[i].first || piece->became ? piece->todo_of_several
        : "nothing that is left needs it, so it is not done any more: if what it does, or what a message printed of it, is wanted, do that in a task") ;
    if (piece->todo_of_readers && where[i].first && (where[i].first->next || !piece->is_function || !piece->in_setup))
    {
      struct texts todo = { 0 } ; /* ahead of the others */
      texts_add(plan->pool, &todo, piece->todo_of_readers) ;
      texts_add_all(plan->pool, &todo, &piece->claim->todo) ;
      piece->claim->todo = todo ;
    }
    if (piece->tells_handing && piece->names[1]) piece->claim->what = pool_printf(plan->pool, "%s; done once, and handed on to the services", piece->claim->what) ;
    if (readers[i].first && piece->names[1])
      piece->claim->what = pool_printf(plan->pool, "%s; %s: done once, and handed on to %s", piece->claim->what, pool_copy(plan->pool, piece->names + 1, strlen(piece->names) - 2), texts_join(plan->pool, readers + i, ", ")) ;
    if (where[i].first) continue ;
    if (!piece->became) piece->claim->if_kept = piece->claim->what ;
    piece->claim->what = piece->became ? piece->became : pool_printf(plan->pool, "%s; nothing needs it", piece->claim->what) ;
  }
}
