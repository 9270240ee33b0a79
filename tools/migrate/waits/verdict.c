/* What asks, behind a loop that has waited, how that ended: [ "$ready" = 1 ] || exit 1.
   The supervisor looks at that now (timeout-up), and what is behind depends on the service. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

/* Names that the loop sets: n=, n++, ((n+=1)), read n */
static void add_names (struct analysis *a, struct texts *names, struct statement const *statement)
{
  char const *text = statement_text(a, statement) ;
  if (statement->kind == STATEMENT_FOR && *statement->name) texts_add_once(a->pool, names, statement->name) ;
  for (char const *p = text ; *p ; )
  {
    size_t len = strspn(p, NAME_LETTERS) ;
    char const *end = p + len ;
    if (!len)
    {
      p++ ;
      continue ;
    }
    if (!(*p >= '0' && *p <= '9') && ((*end == '=' && end[1] != '=' && end[1] != '~') || !strncmp(end, "++", 2) || !strncmp(end, "--", 2)
     || !strncmp(end, "+=", 2) || !strncmp(end, "-=", 2) || (p > text + 1 && (!strncmp(p - 2, "++", 2) || !strncmp(p - 2, "--", 2)) && p[-3] == '(')))
      texts_add_once(a->pool, names, pool_copy(a->pool, p, len)) ;
    p = end ;
  }
}

static void describe (struct analysis *a)
{
  struct awaited *w = &a->awaited ;
  struct service *service = w->service ;
  char const *what = pool_printf(a->pool, "waits for %s: its readiness check%s%s%s; what comes later depends on it", service->name,
    service->builtin ? ", which reeve-exec makes itself (" : "", service->builtin ? service->builtin : "", service->builtin ? ")" : "") ;
  service->is_forgiven = w->limit_ms && !w->gives_up ;
  service->gives_up = w->limit_ms && w->gives_up ;
  if (w->limit_ms && w->gives_up)
    what = pool_printf(a->pool, "%s; timeout-up: the script gave up then", what) ; /* tell_giving_up() says what is done here */
  else if (w->limit_ms)
    what = pool_printf(a->pool, "%s; timeout-up: after that time the script went on all the same, and so does what comes later (optional)", what) ;
  w->claim->what = what ;
  w->claim->tells_exit = 1 ;
}

/* A service that is main and is not ready in time is stopped, which is the container's end, as a failure. */
static void tell_giving_up (struct analysis *a, struct service const *service)
{
  if (!service->check || !service->check_claim || !service->gives_up) return ;
  service->check_claim->what = pool_printf(a->pool, "%s (here %s%s)", service->check_claim->what, service->name, service->is_main && !service_has(service, "restart")
    ? ", which is main, is stopped then, and the container ends with its code, or with 1 in place of 0: the script's own code is lost" : " is started again") ;
}

/* until curl URL; do kill -0 $PID || exit 1; sleep 1; done */
static void tell_died (struct analysis *a, struct service const *service)
{
  struct claim *claim = service->check ? service->check_claim : 0 ;
  if (claim && service->died)
    claim->what = pool_printf(a->pool, "%s; where %s had died meanwhile, the script ended (%s): here %s", claim->what, service->name, service->died,
      service->is_main && !service_has(service, "restart") ? "the container ends with its code" : "it is started again, and what depends on it waits") ;
}

/* At the end: the script gave up the waiting, but its service is on a condition, so that others do not need it. */
void settle_waits (struct analysis *a)
{
  for (struct service const *service = a->plan->services ; service ; service = service->next)
  {
    tell_giving_up(a, service) ;
    tell_died(a, service) ;
  }
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->check && service->conditions.first && service->gives_up && service->check_claim)
      plan_todo(a->plan, service, service->check_claim, source_line(a->source, service->check_claim->range.start), pool_printf(a->pool,
        "the script gave up when %s was not ready in time; as %s is started on a condition alone, what comes later is started without it then", service->name, service->name)) ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->is_forgiven && service->check && service->check_claim)
      plan_todo(a->plan, service, service->check_claim, source_line(a->source, service->check_claim->range.start),
        pool_printf(a->pool, "the script went on after that time, and left it running; here timeout-up %s: write a larger number, or remove timeout-up, if it may take longer",
          service->is_main ? "ends it, and the container with it" : "starts it again")) ;
}

void note_waited (struct analysis *a, struct statement const *statement, struct waiting const *waiting, struct claim *claim)
{
  a->awaited = (struct awaited){ .service = waiting->service, .claim = claim, .limit_ms = waiting->limit_ms, .gives_up = waiting->gives_up || waiting->is_endless } ;
  if (statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR) add_names(a, &a->awaited.names, statement) ;
  if (waiting->limit_ms) service_set(a->plan, waiting->service, "timeout-up", pool_printf(a->pool, "%lu", waiting->limit_ms)) ;
  waiting->service->check_claim = claim ;
  describe(a) ;
}

/* Does it ask for the result of the last waiting? */
static int asks_verdict (struct analysis *a, char const *condition)
{
  if (!a->awaited.service) return 0 ;
  for (struct text const *one = a->awaited.names.first ; one ; one = one->next)
    if (shell_mentions(condition, one->text)) return 1 ;
  return 0 ;
}

static void script_gives_up (struct analysis *a)
{
  struct awaited *w = &a->awaited ;
  if (w->gives_up) return ;
  w->gives_up = 1 ;
  describe(a) ;
  if (!w->limit_ms)
    plan_todo(a->plan, w->service, w->claim, source_line(a->source, w->claim->range.start), "the script gave up after some time, which is not known here: write timeout-up") ;
}

static char const *asked_text (struct analysis *a, struct statement const *statement)
{
  if (statement->kind == STATEMENT_IF && statement->branches) return condition_text(a, statement->branches) ;
  if (statement->kind == STATEMENT_CASE && statement->nwords) return statement->words[0].raw ;
  if (is_and_or(statement) && statement->body) return statement_text(a, statement->body) ;
  return "" ;
}

static int fails (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "exit return") && statement->nwords > 1 && statement->words[1].value && strcmp(statement->words[1].value, "0") != 0 ;
}

/* data: not 0 if the script failed there; it waited for what it had ended. */
static int does_more (struct statement *statement, void *data)
{
  if (statement->background) return 1 ;
  if (statement->kind == STATEMENT_COMMAND && statement->nwords == 1 && !statement->words[0].value) return 0 ; /* $ready || exit 1 */
  if (data && !strcmp(statement_command(statement), "wait")) return 0 ;
  return statement->kind == STATEMENT_COMMAND ? !shell_one_of(statement_command(statement), "echo printf exit return true false : test [ kill logger cat tail ps sleep date")
   : statement->kind == STATEMENT_DECLARATION || statement->kind == STATEMENT_OTHER || statement->kind == STATEMENT_LOOP ;
}

static int fails_at_end (struct analysis *a, struct statement *list) ;

/* die "no answer"; not migrate() { ./manage.py migrate || exit 1; } */
static int calls_failure (struct analysis *a, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  int does ;
  if (!function || !function->statement->body || a->depth >= CALL_DEPTH_MAX) return 0 ;
  a->depth++ ;
  does = fails_at_end(a, function->statement->body) ;
  a->depth-- ;
  return does ;
}

/* Is the last one exit 1, or a call of a function that ends so? */
static int fails_at_end (struct analysis *a, struct statement *list)
{
  struct statement *last = uncommented_last(list) ;
  if (last && last->kind == STATEMENT_GROUP) return fails_at_end(a, last->body) ;
  return last && last->kind == STATEMENT_COMMAND && (fails(last, 0) || calls_failure(a, last)) ;
}

/* Is it a message, or an end, whatever is done ahead of that? */
static int is_verdict_end (struct analysis *a, struct statement *list)
{
  void *failing = 0 ;
  int at_end = fails_at_end(a, list) ;
  for (struct statement *one = list ; one && !failing ; one = one->next)
    if (statement_walk(one, &fails, 0)) failing = list ;
  for (; list ; list = list->next)
    if (statement_walk(list, &does_more, failing) && (!at_end || starts_something(a, list))) return 0 ;
  return 1 ;
}

/* Is all that is done about the answer an end, or a message? */
static int all_only_end (struct analysis *a, struct statement *statement)
{
  if (is_and_or(statement)) return !statement_walk(statement->body, &does_more, 0) && is_verdict_end(a, statement->body->next) ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
    if ((branch->condition && statement_walk(branch->condition, &does_more, 0)) || !is_verdict_end(a, branch->body)) return 0 ;
  return 1 ;
}

int only_gives_up (struct analysis *a, struct statement *list)
{
  return fails_at_end(a, list) && is_verdict_end(a, list) ;
}

/* start_db || exit 1, for return 1 in that function */
static int failing_call_ends (struct analysis *a)
{
  for (struct frame const *frame = a->in_function ? a->here : 0 ; frame ; frame = frame->up)
    if (frame->statement && frame->statement->kind == STATEMENT_OR && may_end_script(a, frame->statement->body->next)) return 1 ;
  return 0 ;
}

void mark_lost_verdict (struct analysis *a, struct statement *list, struct claim *claim)
{
  if (may_end_script(a, list) || ((a->errexit || failing_call_ends(a)) && fails_at_end(a, list))) script_gives_up(a) ;
  for (; list ; list = list->next) mark_lost_when(a, pool_printf(a->pool, "%s was not ready in time", a->awaited.service->name), list, claim) ;
}

/* if ! psql -c 'SELECT 1'; then exit 1; fi, behind a loop that asked just that */
static int asks_again (struct analysis *a, struct statement const *statement)
{
  char const *check = a->awaited.service ? a->awaited.service->check : 0 ;
  char const *text = asked_text(a, statement) ;
  if (!check) return 0 ;
  text += strspn(text, "! ") ;
  if (strcmp(text, check) != 0) return 0 ;
  if (statement->kind != STATEMENT_IF) return is_verdict_end(a, statement->body->next) ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    if (!is_verdict_end(a, branch->body)) return 0 ;
  return 1 ;
}

int walk_verdict (struct analysis *a, struct statement *statement)
{
  struct claim *claim ;
  if (statement->kind == STATEMENT_ASSIGNMENT && a->awaited.service)
  {
    /* From here on it has another value. */
    char const *text = statement_text(a, statement) ;
    struct texts names = { 0 } ;
    for (struct text const *one = a->awaited.names.first ; one ; one = one->next)
      if (strncmp(text, one->text, strlen(one->text)) != 0 || text[strlen(one->text)] != '=') texts_add(a->pool, &names, one->text) ;
    a->awaited.names = names ;
    return 0 ;
  }
  if (!asks_again(a, statement) && (!asks_verdict(a, asked_text(a, statement)) || !all_only_end(a, statement))) return 0 ;
  claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "asked whether %s was there in time: what comes later depends on it", a->awaited.service->name)) ;
  claim->tells_exit = 1 ;
  drop_remarks(a, statement) ;
  mark_lost_verdict(a, statement->body ? statement->body->next : 0, claim) ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next) mark_lost_verdict(a, branch->body, claim) ;
  return 1 ;
}

int decide_verdict (struct analysis *a, struct statement const *statement, struct branch const **taken)
{
  unsigned int good = 0 ;
  *taken = 0 ;
  if (statement->kind != STATEMENT_IF || !asks_verdict(a, asked_text(a, statement))) return 0 ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
  {
    if (is_verdict_end(a, branch->body)) continue ;
    good++ ;
    *taken = branch ;
  }
  return good == 1 ;
}

struct statement *verdict_work (struct analysis *a, struct statement *statement)
{
  struct statement *work ;
  if (!is_and_or(statement) || !asks_verdict(a, asked_text(a, statement))) return 0 ;
  work = statement->body->next ;
  if (!statement_walk(work, &does_more, 0)) return 0 ;
  claim_statement(a, statement->body, "dropped", pool_printf(a->pool, "asked whether %s was there in time: what is behind it depends on it", a->awaited.service->name))->tells_exit = 1 ;
  if (may_end_script(a, work) || !starts_something(a, work))
    plan_todo(a->plan, a->awaited.service, a->awaited.claim, line_of(a, statement), "what is done here was only done by how the waiting had ended; now it is done when the service is ready: is that meant?") ;
  return work ;
}

void drop_verdict (struct analysis *a, struct statement const *list)
{
  struct claim *claim = 0 ;
  for (struct statement const *one = list ; one ; one = one->next)
  {
    claim = claim_statement(a, one, "dropped", pool_printf(a->pool, "what was done when %s was not there in time: its supervisor says it", a->awaited.service->name)) ;
    claim->tells_exit = 1 ;
  }
  mark_lost_verdict(a, (struct statement *)list, claim) ;
}

/* wait_for db || exit 1; [ "$ready" = 1 ] && load */
int asks_awaited (struct analysis *a, struct statement *statement)
{
  struct waiting waiting ;
  struct branch const *taken ;
  if (!is_and_or(statement)) return decide_verdict(a, statement, &taken) ;
  return find_waiting(a, statement->body, &waiting) || asks_verdict(a, statement_text(a, statement->body)) ;
}
