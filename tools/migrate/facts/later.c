/* What is still to come behind a statement: does it start something, or is this the last that does? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* status=$?; [ $status -ne 0 ] && exit $status */
static int looks_at_status (struct analysis *a, struct statement const *statement)
{
  return statement->kind == STATEMENT_ASSIGNMENT && status_kept(a, statement) ;
}

/* Asks how what is above has ended: a name is noted where it is given $?. Whether that was well, asks
   who has work done before a start. */
static int asks_end (struct analysis *a, struct statement const *statement, struct texts *names)
{
  char const *text = statement_text(a, statement) ;
  if (looks_at_status(a, statement)) texts_add(a->pool, names, status_kept(a, statement)) ;
  if (!is_and_or(statement) && statement->kind != STATEMENT_IF && statement->kind != STATEMENT_CASE) return 0 ;
  if (starts_something(a, (struct statement *)statement) && (strstr(text, "-eq 0") || strstr(text, "= 0") || strstr(text, "\"0\""))) return 0 ;
  for (struct text const *one = names->first ; one ; one = one->next)
    if (shell_mentions(text, one->text)) return 1 ;
  return 0 ;
}

int waits_for_none (struct analysis *a, struct statement const *statement)
{
  if (strcmp(statement_command(statement), "wait") != 0 || (statement->nwords > 1 && (statement->nwords > 2 || strcmp(statement_word(statement, 1), "-n") != 0)) || a->has_idle) return 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if ((one->is_background || one->is_job) && !is_excluded_here(a, one)) return 0 ;
  return 1 ;
}

static int matters (struct analysis *a, struct statement const *statement)
{
  if (looks_at_status(a, statement)) return 0 ;
  return statement->kind != STATEMENT_COMMENT && statement->kind != STATEMENT_FUNCTION
   && !shell_one_of(statement_command(statement), "echo printf exit return true : trap kill pkill killall")
   && !only_talks(a, (struct statement *)statement) ;
}

struct ending_others
{
  struct analysis *a ;
  int does_more ;
  int signals ; /* and has not waited ahead of that */
  int waits ;
} ;

static int look_at_end (struct statement *statement, void *data)
{
  struct ending_others *ending = data ;
  ending->does_more |= statement->background || (statement->kind == STATEMENT_COMMAND && !called_function(ending->a, statement) && !is_message(ending->a, statement) && !followed_pid(statement)
   && !shell_one_of(statement_command(statement), "kill pkill killall wait exit return true false : test [ sleep jobs pgrep")) ;
  ending->waits |= !strcmp(statement_command(statement), "wait") ;
  ending->signals |= !ending->waits && sends_signal(statement, 0) && !kill_only_tells(statement) ;
  return ending->does_more ;
}

int only_ends_running (struct analysis *a, struct statement *statement, int *ends, int *waits)
{
  struct ending_others ending = { .a = a } ;
  walk_with_calls(a, statement, &look_at_end, &ending) ;
  if (ending.does_more) return 0 ;
  *ends |= ending.signals ;
  *waits |= ending.waits ;
  return 1 ;
}

/* server; kill $OTHER; wait $OTHER; rm FILE: does it end what runs beside the server, or wait for that, or tidy up then? */
static int tidies_up (struct analysis *a, struct statement *statement, int *ends_others)
{
  int waits = 0 ;
  int was = *ends_others ;
  int ends = was ;
  int goes_on = !may_end(a, statement) || (statement->kind != STATEMENT_IF && !is_and_or(statement)) ; /* if [ $RC -ne 0 ]; then kill $OTHER; exit $RC; fi; wait: there, nothing has been ended */
  if (only_ends_running(a, statement, &ends, &waits))
  {
    if (goes_on) *ends_others = ends ;
    return ends ;
  }
  return was && statement->kind == STATEMENT_COMMAND && is_short(statement_command(statement)) ;
}

/* exit $RC, exit "${RC:-0}" */
static int exits_with (struct statement const *statement, char const *name)
{
  return !strcmp(statement_command(statement), "exit") && statement->nwords == 2 && strchr(statement->words[1].raw, '$') && shell_mentions(statement->words[1].raw, name) ;
}

/* ./report $?: a command about how the one ahead of it has ended */
static int reports_status (struct analysis *a, struct statement *statement)
{
  if (statement->kind != STATEMENT_COMMAND || statement->background || is_message(a, statement)) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (*statement->words[i].raw != '\'' && strstr(statement->words[i].raw, "$?")) return !shell_one_of(statement_command(statement), "exit return [ test") ;
  return 0 ;
}

int ends_with_kept_status (struct analysis *a, struct frame const *frame)
{
  struct statement *first = frame ? uncommented_first(frame->rest) : 0 ;
  char const *name ;
  if (first && !frame->up && reports_status(a, first) && !starts_later(a, frame)) return 1 ;
  name = first ? status_kept(a, first) : 0 ;
  if (!name || starts_later(a, frame)) return 0 ;
  for (; frame ; frame = frame->up)
    for (struct statement const *one = frame->rest ; one ; one = one->next)
      if (one == first || one->keeps_status) continue ;
      else if (one->range.start < first->range.start) return 0 ; /* a loop around it */
      else if (!strcmp(statement_command(one), "exit")) return exits_with(one, name) ;
      else if (status_kept(a, one) && !strcmp(status_kept(a, one), name)) return 0 ; /* of another program */
  return 0 ;
}

int ends_with_round (struct analysis *a, struct statement *loop, struct frame const *frame)
{
  struct statement const *one = frame->up || starts_something(a, loop) ? 0 : frame->rest ;
  while (one && (one->kind == STATEMENT_COMMENT || is_message(a, (struct statement *)one))) one = one->next ;
  return one && !strcmp(statement_command(one), "exit") && asks_status_of_round(a, loop, statement_text(a, one)) ;
}

int is_last (struct analysis *a, struct frame const *frame)
{
  struct texts names = { 0 } ;
  int falls = 0 ; /* further branches may come, and start more */
  int ends_others = 0 ;
  int works = 0 ; /* behind the last command that ends others: redis-cli save; redis-cli shutdown */
  if (ends_with_kept_status(a, frame)) return 1 ;
  for (; frame ; frame = frame->up)
  {
    falls |= frame->statement && frame->statement->kind == STATEMENT_CASE && case_falls(a, frame->statement) ;
    for (struct statement *one = frame->rest ; one ; one = one->next)
      if (!tidies_up(a, one, &ends_others) && !asks_end(a, one, &names) && !(runs_nothing(a, one) && a->plan->cmd[0]) && (falls || !waits_for_none(a, one)) && matters(a, one))
      {
        int stops = only_stops_services(a, one) ;
        if (!stops && (!a->plan->services || one->kind != STATEMENT_COMMAND || one->background || !surely_ends(a, one))) return 0 ;
        works = !stops ;
        ends_others |= stops ;
      }
  }
  return !works ;
}

int ran_nothing_behind (struct analysis *a, struct frame const *frame)
{
  int found = 0 ;
  for (; frame ; frame = frame->up)
    for (struct statement const *one = frame->rest ; one ; one = one->next)
      if (runs_nothing(a, one)) found = 1 ;
      else if (matters(a, one)) return 0 ;
  return found ;
}

static int serves (struct statement *statement, void *data)
{
  (void)data ;
  return statement->kind == STATEMENT_COMMAND && !statement->background && !is_short(command_behind_env(statement, 0)) && says_serve(statement, 0) ;
}

int serves_ahead_of_nothing (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  return (statement->kind == STATEMENT_IF || statement->kind == STATEMENT_CASE) && !a->waited_line && !a->in_function
   && ran_nothing_behind(a, frame) && statement_walk(statement, &serves, 0) ;
}

/* Each statement is asked once, as all are asked for each statement ahead of them. */
static int is_later_start (struct analysis *a, struct statement *one)
{
  int is_start ;
  if (one->is_start) return one->is_start > 0 ;
  is_start = one->kind != STATEMENT_FUNCTION && starts_something(a, one) && !keeps_alive(one) ;
  if (a->depth < 20) one->is_start = is_start ? 1 : -1 ;
  return is_start ;
}

int starts_later (struct analysis *a, struct frame const *frame)
{
  int was = a->without_waits ;
  int r = 0 ;
  int exits = 0 ; /* nothing behind it runs */
  a->without_waits = 1 ; /* wait $B || true */
  for (; !r && !exits && frame ; frame = frame->up)
    for (struct statement *one = frame->rest ; !r && !exits && one ; one = one->next)
    {
      exits = shell_one_of(statement_command(one), "exit") ;
      r = is_later_start(a, one) || (!one->next && !frame->up && says_server(one) && !keeps_alive(one)) ;
    }
  a->without_waits = was ;
  return r ;
}

int ends_in_program (struct analysis *a, struct frame const *behind)
{
  struct statement *last = statement_last(behind->up ? 0 : behind->rest) ;
  return last && !last->background && is_server(a, last) && !is_message(a, last) && !keeps_alive(last) && !shell_one_of(statement_command(last), "wait exit return") && !says_task(statement_command(last)) ;
}
