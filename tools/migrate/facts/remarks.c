/* Comments, and statements whose file is not decided yet. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

struct held *hold_statement (struct analysis *a, struct held **list, struct statement *statement)
{
  struct held *held = pool_alloc(a->pool, sizeof(*held)) ;
  held->statement = statement ;
  held->npieces = a->plan->npieces ;
  held->under = texts_join(a->pool, &a->conditions, " && ") ;
  while (*list) list = &(*list)->next ;
  *list = held ;
  return held ;
}

static void add_comment (struct analysis *a, struct piece *piece, struct statement const *comment, struct claim *claim)
{
  struct comment **end = &piece->comments ;
  while (*end) end = &(*end)->next ;
  *end = pool_alloc(a->pool, sizeof(**end)) ;
  **end = (struct comment){ .text = statement_text(a, comment), .claim = claim } ;
  if (piece->in_setup) add_setup(a, comment->range, 0) ;
}

/* A # after a statement, in the same line, stays with that statement. */
static int is_trailing (struct analysis *a, struct statement const *comment)
{
  uint32_t line = line_of(a, comment) ;
  char const *before = source_copy(a->source, (struct range){ source_line_range(a->source, line).start, comment->range.start }) ;
  struct setup_item const *item = a->plan->nsetup ? a->plan->setup + a->plan->nsetup - 1 : 0 ;
  struct piece *piece = a->plan->npieces ? a->plan->pieces + a->plan->npieces - 1 : 0 ;
  struct claim *claim ;
  if (strspn(before, " \t") == strlen(before)) return 0 ;
  claim = claim_statement(a, comment, "dropped", "comment") ;
  if (piece && piece->claim && piece->claim->range.end <= comment->range.start && source_last_line(a->source, piece->claim->range) == line)
    add_comment(a, piece, comment, claim) ; /* set -e # at once: in each file that has it */
  else if (item && !item->text && item->range.end && item->range.end <= comment->range.start && source_line(a->source, item->range.end - 1) == line)
  {
    add_setup(a, comment->range, 0) ;
    claim->where = plan_setup_where(a->plan) ;
  }
  else if (!a->task && a->last && a->last->claim && source_last_line(a->source, a->last->claim->range) == line)
  {
    texts_add(a->pool, &a->last->before, statement_text(a, comment)) ;
    claim->where = service_where(a->plan, a->last, "run") ;
  }
  return 1 ;
}

void hold_remark (struct analysis *a, struct statement *comment)
{
  if (is_trailing(a, comment)) return ;
  hold_statement(a, &a->remarks, comment)->claim = claim_statement(a, comment, "dropped", "comment") ;
}

void hold_remarks (struct analysis *a, struct statement *comments)
{
  for (; comments ; comments = comments->next) hold_remark(a, comments) ;
}

/* echo "$TOKEN", echo "password: $PASS" of what the script has computed: somebody may look for that in the log. The variable; 0: another message. */
static char const *tells_value (struct analysis *a, struct statement const *statement)
{
  char const *text = statement_text(a, statement) ;
  int is_secret = strcasestr(text, "password") || strcasestr(text, "token") || strcasestr(text, "secret") || strcasestr(text, "credential") ;
  struct variable variable ;
  if (!is_secret && (statement->nwords != 2 || !variable_parse(a->pool, statement->words[1].raw, &variable))) return 0 ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    if (!piece->is_function && (strstr(piece->text, "$(") || strchr(piece->text, '`')) && piece_mentioned(piece, text)) return pool_copy(a->pool, piece->names + 1, strcspn(piece->names + 1, " ")) ;
  }
  return 0 ;
}

/* # Wait for it / echo "Waiting" : the comment is about what comes behind the messages. */
void drop_start_message (struct analysis *a, struct statement *statement)
{
  uint32_t line = line_of(a, statement) ;
  char const *value = tells_value(a, statement) ;
  struct claim *claim = claim_statement(a, statement, "dropped", "a message about the start") ;
  if (a->messages_end + 1 != line) a->messages_line = line ;
  a->messages_end = source_last_line(a->source, statement->range) ;
  if (value && plan_last(a->plan))
    plan_todo(a->plan, plan_last(a->plan), claim, line, pool_printf(a->pool, "the container's output showed what the script had computed as %s, and does so no more: if somebody reads it there, print it in a run", value)) ;
}

/* The first of those in the lines just above `line`. */
static struct held **first_above (struct analysis *a, uint32_t line)
{
  struct held **first = &a->remarks ;
  for (struct held **one = &a->remarks ; *one ; one = &(*one)->next)
  {
    uint32_t next = (*one)->next ? line_of(a, (*one)->next->statement) : line ;
    if (line_of(a, (*one)->statement) + 1 != next) first = &(*one)->next ;
  }
  return first ;
}

void drop_remarks (struct analysis *a, struct statement const *statement)
{
  uint32_t line = line_of(a, statement) ;
  if (a->messages_end && a->messages_end + 1 == line) line = a->messages_line ;
  *first_above(a, line) = 0 ;
}

void remarks_to_piece (struct analysis *a, struct piece *piece, struct statement const *statement)
{
  struct held **first = first_above(a, line_of(a, statement)) ;
  for (struct held *remark = *first ; remark ; remark = remark->next) add_comment(a, piece, remark->statement, remark->claim) ;
  *first = 0 ;
}

void remarks_to_service (struct analysis *a, struct service *service)
{
  for (struct held *remark = a->remarks ; remark ; remark = remark->next)
  {
    texts_add(a->pool, &service->before, statement_text(a, remark->statement)) ;
    remark->claim->where = service_where(a->plan, service, "run") ;
  }
  a->remarks = 0 ;
}

void remarks_to_setup (struct analysis *a)
{
  for (struct held *remark = a->remarks ; remark ; remark = remark->next)
  {
    add_setup(a, remark->statement->range, 0) ;
    a->plan->setup[a->plan->nsetup - 1].talk = remark->claim ;
    remark->claim->where = plan_setup_where(a->plan) ;
  }
  a->remarks = 0 ;
}

/* Adds them to the list, before the statement that they are about. */
void remarks_to_list (struct analysis *a, struct held **list)
{
  while (*list) list = &(*list)->next ;
  *list = a->remarks ;
  a->remarks = 0 ;
}

/* A branch of comments alone would be none: each goes where the statement is that it is about. */
void remarks_under_next (struct held *first)
{
  char const *before = "" ;
  for (struct held *one = first ; one ; one = one->next)
  {
    struct held const *next = one ;
    while (next && next->statement->kind == STATEMENT_COMMENT) next = next->next ;
    if (next != one) one->under = next ? next->under : before ;
    before = one->under ;
  }
}

struct claim *drop_statement (struct analysis *a, struct statement *statement, char const *why)
{
  drop_remarks(a, statement) ;
  return claim_statement(a, statement, "dropped", why) ;
}
