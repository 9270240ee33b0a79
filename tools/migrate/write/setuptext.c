/* The lines of the setup: as they were, with the words of the call or loop that each was in. */

#include <string.h>

#include "migrate/write/setuptext.h"

void add_all_placed (struct pool *pool, struct texts *lines, struct placed const *placed)
{
  if (!placed) return ;
  add_all_placed(pool, lines, placed->outer) ;
  texts_add(pool, lines, placed->text) ;
}

char const *own_arguments (struct plan const *plan)
{
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
    if (plan->pieces[i].positional && !plan->pieces[i].claim) return plan->pieces[i].text ;
  return 0 ;
}

/* Only white space and ; between two items: as it was. */
static int is_gap (char const *text)
{
  return strspn(text, " \t\n;") == strlen(text) ;
}

/* How far the setup has come with a call or loop. */
struct inside
{
  struct placed const *placed ; /* the call or loop; 0: none */
  int has_words ; /* its words are there */
  unsigned int npieces ; /* so are its pieces up to this one */
} ;

/* What the script had set in the call or loop that the item is in, as far as the item asks for it; or, behind one, the
   script's own arguments. */
static void add_inside (struct plan *plan, struct texts *lines, struct setup_item const *item, struct inside *inside)
{
  char const *text = item->text ? item->text : source_copy(plan->source, item->range) ;
  char const *own = own_arguments(plan) ;
  char *needed = pool_alloc(plan->pool, plan->npieces + 1) ;
  struct texts pieces = { 0 } ;
  int asks = placed_mentioned(item->placed, text) ;
  if (!item->placed)
  {
    if (!inside->has_words || !own || !mentions_positional(text)) return ;
    texts_add(plan->pool, lines, own) ;
    *inside = (struct inside){ 0 } ;
    return ;
  }
  if (item->placed != inside->placed) *inside = (struct inside){ .placed = item->placed } ;
  plan_needed(plan, 0, item->npieces, item->placed, text, needed) ;
  for (unsigned int i = inside->npieces ; i < item->npieces ; i++)
  {
    struct piece const *piece = plan->pieces + i ;
    if (!needed[i] || piece->in_setup || piece->shared || piece->under || piece->placed != item->placed) continue ;
    texts_add(plan->pool, &pieces, piece->text) ;
    asks |= placed_mentioned(item->placed, piece->text) ;
  }
  if (asks && !inside->has_words)
  {
    add_all_placed(plan->pool, lines, item->placed) ;
    inside->has_words = 1 ;
  }
  texts_add_all(plan->pool, lines, &pieces) ;
  inside->npieces = item->npieces ;
}

char const *setup_text (struct plan *plan)
{
  struct texts parts = { 0 } ;
  struct inside inside = { 0 } ;
  uint32_t end = UINT32_MAX ;
  for (unsigned int i = 0 ; i < plan->nsetup ; i++)
  {
    struct setup_item const *item = plan->setup + i ;
    struct texts lines = { 0 } ;
    add_inside(plan, &lines, item, &inside) ;
    if (lines.first)
    {
      if (parts.first) texts_add(plan->pool, &parts, "\n") ;
      texts_add(plan->pool, &parts, texts_join(plan->pool, &lines, "\n")) ;
      end = UINT32_MAX ;
    }
    if (item->text)
    {
      if (parts.first) texts_add(plan->pool, &parts, "\n") ;
      texts_add(plan->pool, &parts, item->text) ;
      end = UINT32_MAX ;
      continue ;
    }
    if (end <= item->range.start)
    {
      char const *gap = source_copy(plan->source, (struct range){ end, item->range.start }) ;
      texts_add(plan->pool, &parts, is_gap(gap) && *gap ? gap : "\n") ;
    }
    else if (parts.first) texts_add(plan->pool, &parts, "\n") ;
    texts_add(plan->pool, &parts, source_copy(plan->source, item->range)) ;
    end = item->range.end ;
  }
  return texts_join(plan->pool, &parts, "") ;
}
