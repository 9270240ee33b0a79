/* On what a loop that watches processes ended the script: the end of one of them, of all, or something else. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

/* kill $$, kill -TERM 0, kill -s TERM -- -$$, kill 1: the script, and with it the container. Other signals, as HUP,
   may only tell it something. */
int kills_script (struct statement *statement, void *data)
{
  unsigned int i ;
  (void)data ;
  if (strcmp(statement_command(statement), "kill") != 0 || !is_ending_signal(kill_signal(statement, &i))) return 0 ;
  for (; i < statement->nwords ; i++)
    if (shell_one_of(statement->words[i].raw, "$$ \"$$\" -$$ -\"$$\" \"-$$\" 0 1 $PPID -1")) return 1 ;
  return 0 ;
}

struct looking
{
  struct analysis *a ;
  char const *loop ; /* its text */
  unsigned int inside ; /* in how many further loops the part stands that is looked at */
  struct loop_ends ends ;
} ;

/* `inside`: it stands in so many loops of the loop. */
static int leaves (struct analysis *a, struct statement *list, unsigned int inside)
{
  for (; list ; list = list->next)
    if (breaks_out(list, inside) || may_end(a, list)) return 1 ;
  return 0 ;
}

static int has_process (char const *text)
{
  static char const *const programs[] = { "kill", "pgrep", "pidof", "ps", "jobs", "wait" } ;
  for (size_t i = 0 ; i < sizeof(programs) / sizeof(*programs) ; i++)
    if (shell_mentions(text, programs[i])) return 1 ;
  return strstr(text, "$?") || strstr(text, "/proc/") ;
}

/* A=$?, n=$(pgrep -c web), failures=$((failures + 1)) */
static int is_set_by_process (char const *loop, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *at = loop ; (at = strstr(at, name)) ; at++)
  {
    char line[256] ;
    char const *value ;
    size_t n ;
    if (at[len] != '=' || (at > loop && strchr(NAME_LETTERS, at[-1]))) continue ;
    value = at + len + 1 ;
    n = strcspn(value, "\n;") ;
    if (n >= sizeof(line)) continue ;
    memcpy(line, value, n) ;
    line[n] = 0 ;
    if (has_process(line) || !strncmp(line, "$((", 3) || strspn(line, "0123456789\"truefals") == n) return 1 ;
  }
  return 0 ;
}

/* A part of a condition, as text */
static int is_about_process (struct analysis *a, char const *side, char const *loop)
{
  if (has_process(side)) return 1 ;
  for (char const *p = side ; (p = strchr(p, '$')) ; p++)
  {
    char const *begin = p + 1 + (p[1] == '{') ;
    size_t len = strspn(begin, NAME_LETTERS) ;
    if (len && is_set_by_process(loop, pool_copy(a->pool, begin, len))) return 1 ;
  }
  return 0 ;
}

/* Do all of its parts ask for processes, and are there several? */
static int joins (struct looking const *looking, char const *condition, char const *first, char const *second)
{
  struct pool *pool = looking->a->pool ;
  unsigned int n = 0 ;
  while (condition)
  {
    char const *one = strstr(condition, first) ;
    char const *other = strstr(condition, second) ;
    char const *end = !one || (other && other < one) ? other : one ;
    if (!is_about_process(looking->a, end ? pool_copy(pool, condition, (size_t)(end - condition)) : condition, looking->loop)) return 0 ;
    n++ ;
    condition = end ? end + strlen(end == one ? first : second) : 0 ;
  }
  return n > 1 ;
}

/* grep -E 'web|worker': it finds a line as long as one of them runs. */
static int looks_for_any (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct texts patterns = looked_for(a->pool, statement) ;
  return patterns.first && !selects_others(a->pool, statement) && strchr(patterns.first->text, '|') ;
}

/* [ $(jobs -r | wc -l) -gt 0 ], [ -n "$(jobs -p)" ], jobs %%: does it hold as long as one of them runs? */
static int asks_for_any_job (char const *text)
{
  static char const *const holds[] = { "-gt 0", "-ne 0", "-ge 1", "!= 0", "> 0", "-n " } ;
  if (!shell_mentions(text, "jobs")) return 0 ;
  for (size_t i = 0 ; i < ROWS(holds) ; i++)
    if (strstr(text, holds[i])) return 1 ;
  return !strncmp(text, "jobs", 4) ;
}

/* [ $(jobs -r | wc -l) -eq 0 ], [ -z "$(jobs -p)" ] */
static int asks_for_no_job (char const *text)
{
  return shell_mentions(text, "jobs") && (strstr(text, "-eq 0") || strstr(text, "-lt 1") || strstr(text, "== 0") || strstr(text, "= 0") || strstr(text, "-z ")) && !strstr(text, "!= 0") ;
}

/* [ -n "$WEB" ], ahead of kill -0 $WEB: has it been started? */
static int asks_for_pid (struct analysis *a, struct statement const *condition, char const *text)
{
  struct texts names = { 0 } ;
  if (condition->kind != STATEMENT_TEST || (!strstr(text, "-n ") && !strstr(text, "-z "))) return 0 ;
  services_of_pid(a, text, &names) ;
  return !!names.first ;
}

/* The loop left where the condition was `truth`. `whole`: what it stands in. */
static void look_at_condition (struct looking *looking, struct statement *condition, int truth, struct statement const *whole)
{
  struct analysis *a = looking->a ;
  struct seen seen ;
  char const *text ;
  while (condition->kind == STATEMENT_NOT && condition->body)
  {
    truth = !truth ;
    condition = condition->body ;
  }
  text = statement_text(a, condition) ;
  looking->ends.is_all |= truth ? asks_for_no_job(text) : asks_for_any_job(text) ;
  looking->ends.is_all |= joins(looking, text, truth ? " -a " : " -o ", truth ? "&&" : "||") || (!truth && statement_walk(condition, &looks_for_any, a)) ;
  if (is_always_true(condition) || shell_one_of(statement_command(condition), "sleep") || is_about_process(a, text, looking->loop) || when_stopping(a, condition) == truth
   || asks_for_pid(a, condition, text)) return ;
  look_for_watching_in(a, condition, &seen) ;
  if (!seen.watches && !is_message(a, condition)) texts_add_once(a->pool, &looking->ends.others, statement_text(a, whole)) ;
}

static void look_at_branches (struct looking *looking, struct statement const *statement)
{
  struct branch const *first = statement->branches ;
  for (struct branch const *branch = first ; branch ; branch = branch->next)
  {
    struct branch const *asked = branch->condition ? branch : first ;
    if (leaves(looking->a, branch->body, looking->inside) && asked->condition && !asked->condition->next) look_at_condition(looking, asked->condition, !!branch->condition, statement) ;
  }
}

static void look_at_parts (struct looking *looking, struct statement *list) ;

static void look_at_part (struct looking *looking, struct statement *statement)
{
  int is_loop = statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR ;
  if (statement->kind == STATEMENT_IF) look_at_branches(looking, statement) ;
  else if (is_and_or(statement) && leaves(looking->a, statement->body->next, looking->inside))
  {
    struct statement left = *statement->body ;
    left.next = 0 ;
    look_at_condition(looking, &left, statement->kind == STATEMENT_AND, statement) ;
  }
  looking->inside += is_loop ;
  look_at_parts(looking, statement->body) ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    look_at_parts(looking, branch->condition) ;
    look_at_parts(looking, branch->body) ;
  }
  looking->inside -= is_loop ;
}

static void look_at_parts (struct looking *looking, struct statement *list)
{
  for (; list ; list = list->next) look_at_part(looking, list) ;
}

/* Its text, with that of the functions that it calls: they may set its flag, too. */
static int add_called (struct statement *statement, void *data)
{
  struct looking *looking = data ;
  struct function *function = called_function(looking->a, statement) ;
  if (function && function->statement->body) looking->loop = pool_printf(looking->a->pool, "%s\n%s", looking->loop, statement_text(looking->a, function->statement)) ;
  return 0 ;
}

struct loop_ends loop_ends (struct analysis *a, struct statement *loop)
{
  struct looking looking = { .a = a, .loop = statement_text(a, loop) } ;
  struct statement *condition = loop->kind == STATEMENT_LOOP ? loop->branches->condition : 0 ;
  statement_walk(loop, &add_called, &looking) ;
  if (condition && !condition->next) look_at_condition(&looking, condition, loop->until, condition) ;
  if (loop->branches) look_at_parts(&looking, loop->branches->body) ;
  return looking.ends ;
}

/* kill -0 $p && alive=1: the flag stays as long as one of them runs. */
static int keeps_flag (struct statement *statement, void *data)
{
  struct branch const *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ;
  if (statement->kind == STATEMENT_AND) return statement->body->next->kind == STATEMENT_ASSIGNMENT && statement->body->kind != STATEMENT_NOT && asks_for_processes(data, statement->body) ;
  return branch && !branch->next && branch->body && branch->body->kind == STATEMENT_ASSIGNMENT && !branch->body->next && branch->condition->kind != STATEMENT_NOT
   && asks_for_processes(data, branch->condition) && !strchr(statement_text(data, branch->condition), '!') ;
}

int ends_by_flag (struct analysis *a, struct statement *loop, int *is_all)
{
  struct looking looking = { .a = a, .loop = statement_text(a, loop) } ;
  struct statement *condition = loop->kind == STATEMENT_LOOP ? loop->branches->condition : 0 ;
  if (!condition || condition->next || is_always_true(condition) || has_process(statement_text(a, condition))) return 0 ;
  statement_walk(loop, &add_called, &looking) ;
  if (!is_about_process(a, statement_text(a, condition), looking.loop)) return 0 ;
  *is_all = statement_walk(loop, &keeps_flag, a) ;
  return 1 ;
}

int ends_by_failure (struct analysis *a, struct statement const *loop)
{
  for (struct statement *one = a->errexit && loop->branches ? loop->branches->body : 0 ; one ; one = one->next)
    if ((one->kind == STATEMENT_COMMAND || one->kind == STATEMENT_PIPELINE || one->kind == STATEMENT_TEST) && !one->background && asks_for_processes(a, one) && strcmp(statement_command(one), "wait") != 0) return 1 ;
  return 0 ;
}
