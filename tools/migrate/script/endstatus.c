/* How what was waited for had ended, for the work behind that: finish has it as $1 and $2. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"
#include "migrate/services/services.h"

#define STATUS "$((" FINISH_CODE " < 256 ? " FINISH_CODE " : 128 + " FINISH_SIGNAL "))"
#define STATUS_LINE "reeve_status=" STATUS /* for $? */

struct status_use
{
  struct analysis *a ;
  char const *name ;
} ;

static int is_status_changed (struct statement *statement, void *data)
{
  struct status_use const *use = data ;
  size_t len = strlen(use->name) ;
  char const *text = statement_text(use->a, statement) ;
  return statement->kind == STATEMENT_ASSIGNMENT && !strncmp(text, use->name, len) && text[len] == '=' ;
}

void tell_status (struct analysis *a, struct service *main, struct claim *claim, struct statement *statement)
{
  for (struct text const *one = a->status_names.first ; one ; one = one->next)
  {
    struct status_use use = { .a = a, .name = one->text } ;
    if (!shell_mentions(statement_text(a, statement), one->text)) continue ;
    texts_add_once(a->pool, &main->finish, pool_printf(a->pool, "%s=" STATUS, one->text)) ;
    if (statement_walk(statement, &is_status_changed, &use))
      plan_todo(a->plan, main, claim, line_of(a, statement), pool_printf(a->pool,
        "it changes the exit code in $%s, with which the script ended, perhaps: then let finish end with `reeve shutdown $%s`", one->text, one->text)) ;
  }
}

/* Is nothing between the end of what was waited for, or stayed in the foreground, and the statement? */
static int is_right_behind (struct analysis *a, struct service const *main, struct statement const *statement)
{
  uint32_t at = 0 ;
  char const *between ;
  if (a->end_is_forgiven) return 0 ; /* wait || true */
  if (a->ended_claim && a->ended_claim->range.end <= statement->range.start) at = a->ended_claim->range.end ;
  if (main->claim && !main->is_background && main->claim->range.end <= statement->range.start && main->claim->range.end > at) at = main->claim->range.end ;
  if (!at) return 0 ;
  between = shell_uncommented(a->pool, source_copy(a->source, (struct range){ at, statement->range.start })) ;
  return !between[strspn(between, " \t\n;")] ;
}

/* The command of the statement that is executed first. */
static struct statement const *first_command (struct statement const *statement)
{
  for (;;)
  {
    struct statement const *inner = statement->branches && statement->kind != STATEMENT_FOR ? statement->branches->condition : statement->kind == STATEMENT_FUNCTION ? 0 : statement->body ;
    if (!inner) return statement ;
    statement = inner ;
  }
}

char const *text_at_end (struct analysis *a, struct service *main, struct statement *statement)
{
  struct statement const *first = first_command(statement) ;
  char const *text = statement_text(a, statement) ;
  char const *rest = text ;
  char const *out = "" ;
  uint32_t end = first->kind == STATEMENT_CASE ? first->branches ? first->branches->head.start : first->range.end : first->range.end ;
  if (!strstr(text, "$?") || !is_right_behind(a, main, statement)) return text ;
  for (char const *at = text ; (at = next_expansion(text, at)) && (size_t)(at - text) < end - statement->range.start ; at++)
  {
    if (at[1] != '?') continue ;
    out = pool_printf(a->pool, "%s%.*s${reeve_status}", out, (int)(at - rest), rest) ;
    rest = at + 2 ;
  }
  if (rest == text) return text ;
  texts_add_once(a->pool, &main->finish, STATUS_LINE) ;
  return pool_printf(a->pool, "%s%s", out, rest) ;
}

/* It may have been any of them whose end came first. */
static int is_another_main (struct analysis *a, struct service const *main, struct service const *one)
{
  return one != main && one->is_main && !one->is_exec && !one->is_oneshot && !are_exclusive(a, one, main) && !is_excluded_here(a, one) ;
}

/* Does docker stop come to what is behind the waiting? Without a trap PID 1 gets no signal. */
static int traps_end (struct analysis *a)
{
  for (struct trap const *trap = a->traps ; trap ; trap = trap->next)
    if (!trap->is_call && *trap->code && (traps_term(trap) || (a->plan->stop_signal && has_signal(a->pool, trap->signals, a->plan->stop_signal)))) return 1 ;
  return 0 ;
}

void tell_stop (struct analysis *a, struct service const *main, struct claim *claim, struct statement *statement)
{
  if (main->is_main && statement->kind != STATEMENT_ASSIGNMENT && asks_status(a, statement_text(a, statement)) && !traps_end(a))
    claim->what = pool_printf(a->pool, "%s; also in docker stop, where the script, which has no trap for that, was killed ahead of it", claim->what) ;
}

static int asks_how (struct analysis *a, struct statement *statement)
{
  char const *text = statement_text(a, statement) ;
  int asks = asks_status(a, text) ;
  for (struct text const *one = a->status_texts.first ; one ; one = one->next) asks |= shell_mentions(text, one->text) ;
  if (asks && statement->kind == STATEMENT_ASSIGNMENT) texts_add_once(a->pool, &a->status_texts, pool_copy(a->pool, text, strspn(text, NAME_LETTERS))) ;
  return asks ;
}

int end_each (struct analysis *a, struct service *main, struct claim *claim, struct statement *statement, char const *text)
{
  int is_set = statement->kind == STATEMENT_ASSIGNMENT ;
  int asks = asks_how(a, statement) ;
  int any = 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next) any |= is_another_main(a, main, one) ;
  if (!any || !main->is_main || (!is_set && !asks)) return 0 ;
  if (traps_end(a))
  {
    if (!is_set)
      plan_todo(a->plan, main, claim, line_of(a, statement), pool_printf(a->pool, "it had the status of the first that ended, and has that of %s here, also where that only ended as another one had: "
        "do it in finish of each that is main, and only where `reeve status --json` says \"wanted\":\"up\"", main->name)) ;
    return 0 ;
  }
  if (!is_set) text = pool_printf(a->pool, "case \"$(reeve status --json \"$REEVE_SERVICE\")\" in *'\"wanted\":\"up\"'*) # it ended by itself, as the first\n%s\n;; esac", text) ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (one != main && !is_another_main(a, main, one)) continue ;
    if (one != main)
    {
      claim->where = pool_printf(a->pool, "%s, %s", claim->where, service_where(a->plan, one, "finish")) ;
      tell_status(a, one, claim, statement) ;
      if (strstr(text, "${reeve_status}")) texts_add_once(a->pool, &one->finish, STATUS_LINE) ;
    }
    texts_add(a->pool, &one->finish, text) ;
  }
  if (!is_set) claim->what = pool_printf(a->pool, "%s, by the one that had ended first", claim->what) ;
  return 1 ;
}
