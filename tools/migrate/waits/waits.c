/* wait: for whom, and what that makes of them: main, or tasks. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

/* service cron start & wait $!: not for its end, only until it had left. */
static void note_left (struct analysis *a, struct service *service)
{
  service->is_daemon = 1 ;
  service->is_background = 0 ;
  add_ready(a, service) ;
}

/* if [ "$1" = serve ]; then a & b & wait; fi; exec "$@": is CMD such a word of the script, and perhaps no program? */
static char const *word_of_cmd (struct analysis *a, struct frame const *frame)
{
  static char const *const forms[] = { "= %s ", "= \"%s\"", "= '%s'", "%s)", "%s|" } ;
  char const *word = a->arguments && a->arguments[0] && !a->arguments[1] ? a->arguments[0] : "/" ;
  int executes = 0 ;
  if (strpbrk(word, "/-%") || (strcmp(word, "serve") != 0 && command_serves(a->arguments))) return 0 ; /* serve is a program, too, but seldom */
  for (; frame && !executes ; frame = frame->up)
    for (struct statement const *one = frame->rest ; one ; one = one->next) executes |= is_image_command(a, one) ;
  for (size_t i = 0 ; executes && i < ROWS(forms) ; i++)
  {
    char const *before = pool_copy(a->pool, forms[i], strcspn(forms[i], "%")) ;
    if (strstr(a->source->text, pool_printf(a->pool, "%s%s%s", before, word, strchr(forms[i], 's') + 1))) return word ;
  }
  return 0 ;
}

static void mark_word_of_cmd (struct analysis *a, struct statement *statement, struct frame const *frame, struct texts const *names)
{
  char const *word = word_of_cmd(a, frame) ;
  for (struct text const *one = names->first ; one && word ; one = one->next)
  {
    struct service *service = plan_find(a->plan, one->text) ;
    if (!service || service->is_job || service->is_leaving) continue ;
    plan_todo(a->plan, service, service->claim, line_of(a, statement), pool_printf(a->pool, "CMD (%s) chose this, and behind it the script executes %s: if no program is called so, this is what the container is for: "
      "take flag-oneshot away, and remove the service %s", word, word, word)) ;
    return ;
  }
}

#define WAITED_FOR_NONE "waited for no service: it came back, and the script went on"

static void make_tasks (struct analysis *a, struct statement *statement, struct texts const *names)
{
  struct texts tasks = { 0 } ;
  int ends = statement->nwords > 1 && (a->errexit || a->or_ends || a->must_succeed) ; /* `wait` alone does not fail */
  for (struct text const *one = names->first ; one ; one = one->next)
  {
    struct service *service = plan_find(a->plan, one->text) ;
    if (service && service->is_leaving) note_left(a, service) ;
    if (!service || service->is_leaving) continue ;
    service->is_oneshot = 1 ;
    service->must_succeed = ends ;
    service->is_forgiven = !ends ;
    texts_add(a->pool, &tasks, service->name) ;
    add_ready(a, service) ;
  }
  a->waited_tasks = tasks ;
  claim_statement(a, statement, "dropped", !names->first ? WAITED_FOR_NONE : tasks.first ? pool_printf(a->pool, "waited for %s before it went on: a task, on which the rest depends%s", texts_join(a->pool, &tasks, ", "),
      ends ? "" : "; when it fails, the rest is started all the same, unless the script looks at that")
    : pool_printf(a->pool, "waited until %s had put itself into the background", texts_join(a->pool, names, ", "))) ;
}

/* The script went on, or ended, when one of them had: none has put itself into the background. */
static void note_stayed (struct analysis *a, struct texts const *names, int has_stayed)
{
  for (struct text const *one = names->first ; one ; one = one->next)
    if (plan_find(a->plan, one->text)) plan_find(a->plan, one->text)->has_stayed = has_stayed ;
}

/* ( a & b & wait ) & c & wait -n: a and b count as one, which ends when both have. */
static void mark_together (struct analysis *a, struct texts const *names)
{
  char const *told = "" ;
  for (struct text const *one = names->first ; one ; one = one->next)
  {
    struct service *service = plan_find(a->plan, one->text) ;
    if (!service->ends_with || !strcmp(told, service->ends_with)) continue ;
    told = service->ends_with ;
    plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool,
      "in the script, %s had one end, when all of them had ended; now the end of each is the container's: take flag-main off those with which it shall go on", told)) ;
  }
}

/* wait -n, or the end of any child. nginx & has left long before: what starts it is the first to end. */
static void wait_for_any (struct analysis *a, struct statement *statement)
{
  struct texts names = { 0 } ;
  struct texts left = { 0 } ;
  if (a->ended_with.first) /* wait $A; wait -n */
  {
    mark_waited_on(a, statement, &names, claim_statement(a, statement, "dropped", "the scanner waits for all")) ;
    return ;
  }
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (is_beside_here(a, service)) texts_add(a->pool, service->is_leaving ? &left : &names, service->name) ;
  if (!names.first && !has_main(a)) /* its configuration keeps it in the foreground, or the container would have ended at once */
  {
    names = left ;
    left = (struct texts){ 0 } ;
  }
  for (struct text const *one = names.first ; one ; one = one->next) plan_find(a->plan, one->text)->is_main = 1 ;
  note_ended_with(a, &names, claim_statement(a, statement, "dropped", names.first
    ? pool_printf(a->pool, "waited for the first to end: main %s %s", names.first->next ? "are" : "is", texts_join(a->pool, &names, ", ")) : "waited for the first to end")) ;
  note_stayed(a, &names, 1) ;
  mark_together(a, &names) ;
  if (fails_at_once(a, statement)) return ;
  if (left.first)
    plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "the first to end is what starts %s, unless its configuration keeps it in the foreground: the script went on then, and ended if nothing follows; now %s main", texts_join(a->pool, &left, ", "),
      names.first && names.first->next ? pool_printf(a->pool, "%s are", texts_join(a->pool, &names, ", ")) : pool_printf(a->pool, "%s is", names.first ? names.first->text : "what is ahead of it"))) ;
  else if (!names.first && has_main(a) && waits_for_none(a, statement))
    plan_mistake(a->plan, line_of(a, statement), "wait -n waits only for what this shell has in the background, and that is nothing here: it failed at once with 127, whatever the exit code of the program ahead of it; now that is the container's") ;
}

static unsigned int count_background (struct analysis *a)
{
  unsigned int n = 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next) n += is_beside_here(a, one) ;
  return n ;
}

static int runs_any (struct analysis *a)
{
  struct service const *one = a->plan->services ;
  while (one && !one->is_job && !one->is_background) one = one->next ;
  return !!one ;
}

void note_ended_with (struct analysis *a, struct texts const *names, struct claim *claim)
{
  texts_add_all(a->pool, &a->ended_with, names) ;
  a->ended_claim = claim ;
  a->ended_where = texts_join(a->pool, &a->conditions, " && ") ;
  for (struct text const *one = names->first ; one ; one = one->next)
    if (plan_find(a->plan, one->text) && !plan_find(a->plan, one->text)->conditions.first) texts_add_once(a->pool, &plan_find(a->plan, one->text)->ended_where, a->ended_where) ;
  a->ended_in_exit = 0 ;
}

static int calls_kill (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct function *function = called_function(a, statement) ;
  return sends_signal(statement, 0) || (function && function->statement->body && statement_walk(function->statement->body, &sends_signal, 0)) ;
}

/* Between the two waits, or in the loop that the first one was: does it look as if the script ended the others? */
static int ends_others (struct analysis *a, struct statement const *wait)
{
  struct source code ;
  struct statement *first = shell_parse_text(a->pool, &code, source_copy(a->source, a->ended_claim->range)) ;
  static char const *const words[] = { "kill", "stop", "clean", "shut", "term", "quit" } ;
  char const *text = source_copy(a->source, (struct range){ a->ended_claim->range.end, wait->range.start }) ;
  for (size_t i = 0 ; i < sizeof(words) / sizeof(*words) ; i++)
    if (strcasestr(text, words[i])) return 1 ;
  return first && first->kind == STATEMENT_LOOP && statement_walk(first, &calls_kill, a) ;
}

static void tell_waited_on (struct analysis *a, struct statement const *wait, struct claim *claim, char const *one_of, char const *others)
{
  note_stayed(a, &a->ended_with, 0) ;
  plan_todo(a->plan, plan_find(a->plan, a->ended_with.first->text), claim, line_of(a, wait), pool_printf(a->pool,
    "when %s%s had ended, the script waited on, for %s; here that end is the container's: take flag-main off, if it shall go on",
    one_of, texts_join(a->pool, &a->ended_with, ", "), others)) ;
}

int walk_wait_for_others (struct analysis *a, struct statement *statement)
{
  if (!a->ended_with.first || statement->range.start < a->ended_claim->range.end) return 0 ;
  if (!ends_others(a, statement))
    tell_waited_on(a, statement, claim_statement(a, statement, "dropped", "waited for processes that are no services here"), "",
      pool_printf(a->pool, "processes that are no services here: %s", statement_text(a, statement))) ;
  else claim_statement(a, statement, "dropped", "waited until what it had ended was gone") ;
  return 1 ;
}

void mark_waited_on (struct analysis *a, struct statement const *wait, struct texts const *names, struct claim *claim)
{
  struct texts others = { 0 } ;
  int is_any = a->ended_with.first && a->ended_with.first->next && !a->ended_claim->todo.first ; /* wait -n, or another in each branch */
  if (!a->ended_with.first || wait->range.start < a->ended_claim->range.end || ends_others(a, wait)) return ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (is_beside_here(a, one) && !texts_has(&a->ended_with, one->name) && (!names->first || texts_has(names, one->name))) texts_add(a->pool, &others, one->name) ;
  if (!others.first && (!is_any || names->first)) return ;
  tell_waited_on(a, wait, claim, is_any ? "one of " : "", others.first ? texts_join(a->pool, &others, ", ") : "the others") ;
}

/* nginx & web & wait: it waited for web alone, as nginx leaves by itself. */
static unsigned int count_beside (struct analysis *a, int is_leaving, struct service **last)
{
  unsigned int n = 0 ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (is_beside_here(a, service) && !service->is_leaving == !is_leaving)
    {
      *last = service ;
      n += service_has(service, "count") || service->is_several ? 2 : 1 ; /* NAME@: several */
    }
  return n ;
}

/* Does the script end with the code of what is being walked? */
static int is_end_code (struct analysis *a, struct frame const *frame)
{
  for (; frame ; frame = frame->up)
    for (struct statement const *one = frame->rest ; one ; one = one->next)
      if (one->kind != STATEMENT_COMMENT && (!shell_one_of(statement_command(one), "exit return") || (one->nwords > 1 && !strstr(statement_text(a, one), "$?")))) return 0 ;
  return 1 ;
}

/* if X; then web & else worker & fi; wait: of all that it waits for, one runs, whatever branch is taken. */
static int only_one_runs (struct analysis *a, struct texts *names)
{
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (!is_beside_here(a, one)) continue ;
    if (one->is_leaving || service_has(one, "count")) return 0 ;
    for (struct text const *other = names->first ; other ; other = other->next)
      if (!are_exclusive(a, one, plan_find(a->plan, other->text))) return 0 ;
    texts_add(a->pool, names, one->name) ;
  }
  return names->first && names->first->next ;
}

static void wait_for_all (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  struct service *only = 0 ;
  struct texts jobs = { 0 } ;
  struct texts names = { 0 } ; /* of which one runs */
  unsigned int n = 0 ;
  if (server_ahead(a) && count_background(a))
  {
    wait_behind_server(a, statement, frame, server_ahead(a)) ;
    return ;
  }
  if (a->waited_line) /* it has waited for what is main, and perhaps ended the others */
  {
    mark_waited_on(a, statement, &(struct texts){ 0 }, claim_statement(a, statement, "dropped", "the scanner waits for all")) ;
    return ;
  }
  n = count_beside(a, 0, &only) ;
  if (!n) n = count_beside(a, 1, &only) ; /* its configuration keeps it in the foreground, or the container would have ended at once */
  if (n == 1) texts_add(a->pool, &names, only->name) ;
  if (n == 1 || only_one_runs(a, &names))
  {
    char const *mains = texts_join(a->pool, &names, ", ") ;
    for (struct text const *one = names.first ; one ; one = one->next) plan_find(a->plan, one->text)->is_main = 1 ;
    note_ended_with(a, &names, claim_statement(a, statement, "dropped", pool_printf(a->pool, "waited for %s%s: main", mains, n == 1 ? "" : ", of which one runs"))) ;
    note_stayed(a, &names, 1) ;
    if (statement->nwords == 1 && is_end_code(a, frame))
      plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "wait without a pid returns 0: the exit code of %s was lost; now it is the container's", mains)) ;
    return ;
  }
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->is_main && !is_excluded_here(a, service)) /* (worker; kill $$) & */
    {
      claim_statement(a, statement, "dropped", "waited until all had ended; what ended everything before is main") ;
      return ;
    }
  for (struct service *one = a->plan->services ; one && !n ; one = one->next)
    if (one->is_job && !is_excluded_here(a, one)) texts_add(a->pool, &jobs, one->name) ;
  if (jobs.first)
  {
    claim_statement(a, statement, "dropped", pool_printf(a->pool, "waited for work that ends: %s", texts_join(a->pool, &jobs, ", "))) ;
    a->end_is_told |= !!a->plan->services->next ;
    if (a->plan->services->next) plan_mistake(a->plan, line_of(a, statement), "the script waited only for work that ends, and ended then: if it was the container's first process, the container ended, too; now it goes on") ;
    return ;
  }
  a->end_is_told |= n || (a->plan->services && (a->conditions.first || waits_for_none(a, statement))) ;
  claim_statement(a, statement, "dropped", n
    ? "waited until all had ended: none is main, each is restarted; flag-main for the one with which the container should end"
    : a->plan->services && a->conditions.first ? "waited for nothing: where this branch was taken, the script ended; the container goes on" : "waited for nothing") ;
  if (a->plan->services && waits_for_none(a, statement))
    plan_mistake(a->plan, line_of(a, statement), "wait waits only for what this shell has in the background, and that is nothing here: it came back at once, and the script went on, or ended; now the container goes on") ;
  if (n > 1 && statement->nwords == 1) plan_mistake(a->plan, line_of(a, statement), "wait without a pid returns 0 when all have ended: the end of one goes unnoticed, and their exit codes are lost") ;
}

/* Do at least two of them run whatever branch is taken? */
static int are_together (struct analysis *a, struct texts const *names)
{
  unsigned int n = 0 ;
  for (struct text const *one = names->first ; one ; one = one->next)
    n += plan_find(a->plan, one->text) && !plan_find(a->plan, one->text)->conditions.first ;
  return n > 1 ;
}

/* $(cat /run/x.pid), or a variable with that, or that eval "${name}_pid=$!" may have set: no loop's */
static int is_one_process (struct analysis *a, char const *raw)
{
  static char const *const setters[] = { "eval \"", "declare \"", "typeset \"", "printf -v", "read " } ;
  size_t len ;
  char const *set ;
  if (strstr(raw, "$(") || strchr(raw, '`')) return 1 ;
  raw += strspn(raw, "\"${") ;
  len = strspn(raw, NAME_LETTERS) ;
  set = pool_printf(a->pool, "%.*s=", (int)len, raw) ;
  for (char const *at = a->source->text ; len && (at = strstr(at, set)) ; at++)
    if (at == a->source->text || strchr(" \t\n;", at[-1])) return 1 ;
  for (size_t i = 0 ; len && i < ROWS(setters) ; i++)
    if (strstr(a->source->text, setters[i])) return 1 ;
  return 0 ;
}

/* wait $WEB; while true; do pgrep web || web & sleep 5; done */
static int is_started_again (struct analysis *a, struct frame const *frame, struct service const *service)
{
  for (; frame ; frame = frame->up)
    for (struct statement const *one = frame->rest ; one ; one = one->next)
      if (one->kind == STATEMENT_LOOP && strstr(statement_text(a, one), service->text)) return 1 ;
  return 0 ;
}

/* nginx -g 'daemon off;' & wait; more: it never came to what is behind it, or started that again. */
static int any_serves (struct analysis *a, struct frame const *frame, struct texts const *names)
{
  for (struct text const *one = names->first ; one ; one = one->next)
  {
    struct service const *service = plan_find(a->plan, one->text) ;
    if (service && !service->is_leaving && (service->serves || is_started_again(a, frame, service))) return 1 ;
  }
  return 0 ;
}

/* wait -n -p NAME: it holds the pid of one of those that run then. */
static void note_first (struct analysis *a, char const *name)
{
  struct texts names = { 0 } ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (is_beside_here(a, one) && !one->is_daemon) texts_add(a->pool, &names, one->name) ;
  if (names.first) alias_pid(a, name, &names) ;
}

/* What a wait asks for */
struct asked_for
{
  struct texts names ; /* services */
  unsigned int n ; /* words that are pids */
  int any ; /* -n: the first that ends */
  int unknown ; /* a pid that is none of a service */
  int idle ; /* the same of what only keeps the container alive */
} ;

/* $(jobs -p), or a variable with that: as wait alone */
static int means_all_jobs (struct analysis *a, char const *raw)
{
  char const *name = raw + strspn(raw, "\"${") ;
  size_t len = strspn(name, NAME_LETTERS) ;
  if (strstr(raw, "$(jobs -p") || strstr(raw, "`jobs -p")) return 1 ;
  return name > raw && len && (strstr(a->source->text, pool_printf(a->pool, "%.*s=$(jobs -p", (int)len, name)) || strstr(a->source->text, pool_printf(a->pool, "%.*s=\"$(jobs -p", (int)len, name))) ;
}

static struct asked_for read_words (struct analysis *a, struct statement const *statement)
{
  struct asked_for asked = { .n = 0 } ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    struct texts meant = { 0 } ;
    if (!strcmp(raw, "-n")) asked.any = 1 ;
    if (!strncmp(raw, "-p", 2)) note_first(a, raw + 2) ;
    if (*raw == '-' || means_all_jobs(a, raw)) continue ;
    services_of_pid(a, raw, &meant) ;
    asked.idle |= !meant.first && is_idle_pid(a, raw) ;
    asked.n++ ;
    for (struct text const *one = meant.first ; one ; one = one->next) texts_add_once(a->pool, &asked.names, one->text) ;
    asked.unknown |= !meant.first ;
  }
  return asked ;
}

/* All that a bare wait waits for, the work in the background, too. */
static struct texts all_beside (struct analysis *a)
{
  struct texts beside = { 0 } ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if ((is_beside_here(a, service) && !service->is_daemon) || (service->is_job && !is_excluded_here(a, service))) texts_add(a->pool, &beside, service->name) ;
  return beside ;
}

/* wait $WEB, wait $WEB $WORKER: for services that it names */
static void wait_for_named (struct analysis *a, struct statement *statement, struct asked_for const *asked)
{
  struct texts const *names = &asked->names ;
  char const *all = texts_join(a->pool, names, ", ") ;
  int first = !a->waited_line ;
  int makes_main = first || asked->any ;
  int ends_already = 1 ; /* (watch; kill $$) & */
  int trap_asks = 0 ;
  struct claim *claim ;
  for (struct text *one = names->first ; one ; one = one->next)
  {
    struct service *service = plan_find(a->plan, one->text) ;
    ends_already &= service && service->is_main ;
    if (service && makes_main) service->is_main = 1 ;
  }
  claim = claim_statement(a, statement, "dropped", makes_main ? pool_printf(a->pool, "waited for %s: main", all) : "the scanner waits for all") ;
  if (makes_main) note_ended_with(a, names, claim) ;
  else mark_waited_on(a, statement, names, claim) ;
  if (first && asked->n == 1 && !asked->any) mark_none_started(a, statement, names) ;
  if (first && asked->n == 1) note_one_of(a, statement_text(a, statement)) ;
  if (asked->any || (first && asked->n == 1 && names->first && !names->first->next)) note_stayed(a, names, 1) ;
  if (first && !asked->any && !ends_already && !ends_with_child(a, &trap_asks) && (asked->n > 1 ? names->first && names->first->next : are_together(a, names)))
    texts_add(a->pool, &claim->todo, pool_printf(a->pool, "it waited until all of them had ended (%s), and its code was the last one's; "
      "here the first that ends is the container's end: take flag-main off the others, if that is not meant", all)) ;
}

void walk_wait (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct asked_for asked ;
  struct texts beside = { 0 } ; /* that it stays with, though more follows */
  int goes_on ;
  int trap_asks = 0 ;
  close_task(a) ;
  drop_remarks(a, statement) ;
  asked = read_words(a, statement) ;
  a->waited_name = asked.names.first ? texts_join(a->pool, &asked.names, ", ") : 0 ;
  if ((asked.idle && !asked.names.first) || (!asked.n && !asked.any && a->has_idle && !starts_later(a, frame)))
  {
    main_is_none(a) ;
    claim_statement(a, statement, "dropped", "waited for what never ends: kept the container alive, as the scanner does") ;
    script_waits(a, line_of(a, statement)) ;
    return ;
  }
  goes_on = !asked.any && !a->waited_line && starts_later(a, frame) && !ran_nothing_behind(a, frame) ;
  if (goes_on && asked.unknown && !asked.names.first && !runs_any(a))
  {
    claim_statement(a, statement, "dropped", WAITED_FOR_NONE) ; /* for x in a b; do wait-for $x & wait $!; done; wait $! */
    return ;
  }
  if (goes_on && (asked.names.first || !asked.unknown))
  {
    struct texts names = asked.n ? asked.names : all_beside(a) ;
    if (!any_serves(a, frame, &names))
    {
      make_tasks(a, statement, &names) ;
      mark_word_of_cmd(a, statement, frame, &names) ;
      return ;
    }
    if (!asked.n) beside = names ;
  }
  if (fails_at_once(a, statement))
    plan_mistake(a->plan, line_of(a, statement), "dash, which is sh in Debian and Ubuntu, has no wait -n: it fails with 2, and waits for nothing: write #!/bin/bash") ;
  if (server_ahead(a) && count_background(a) && (asked.any || asked.names.first)) wait_behind_server(a, statement, frame, server_ahead(a)) ;
  else if (asked.names.first) wait_for_named(a, statement, &asked) ;
  else if (asked.any || (!asked.n && ends_with_child(a, &trap_asks)))
  {
    if (asked.any || !trap_asks) wait_for_any(a, statement) ;
    else
    {
      claim_statement(a, statement, "dropped", "waited until the trap of CHLD ended all: what it asks for is main") ;
      script_waits(a, line_of(a, statement)) ;
    }
  }
  else if (asked.unknown && !a->waited_line && a->plan->services && count_background(a) != 1 && is_one_process(a, statement->words[statement->nwords - 1].raw))
  {
    struct claim *claim = claim_statement(a, statement, "dropped", "waited for a process that is not known here") ;
    a->end_is_told = 1 ;
    plan_todo(a->plan, plan_last(a->plan), claim, line_of(a, statement), pool_printf(a->pool,
      "the script ended with the process that it waited for: give that service flag-main: %s", statement_text(a, statement))) ;
  }
  else
  {
    wait_for_all(a, statement, frame) ;
    if (beside.first && !a->ended_with.first) note_ended_with(a, &beside, claim_of(a, statement)) ;
  }
  if (statement->nwords > 1) waits_for_success(a, line_of(a, statement)) ;
  else script_waits(a, line_of(a, statement)) ;
}

/* ---- a loop that waits again: a signal that the script traps ends `wait` early ---- */

struct again
{
  struct analysis *a ;
  struct statement *wait ;
  struct texts names ; /* variables that hold its code */
  int does_more ;
  int can_end ;
} ;

static int look_at_part (struct statement *part, void *data)
{
  struct again *again = data ;
  char const *text = statement_text(again->a, part) ;
  char const *command = statement_command(part) ;
  char const *status = part->kind == STATEMENT_ASSIGNMENT ? status_kept(again->a, part) : 0 ;
  if (part->background) again->does_more = 1 ;
  else if (!strcmp(command, "wait"))
  {
    again->does_more |= again->wait && strcmp(statement_text(again->a, again->wait), text) != 0 ;
    again->wait = part ;
  }
  else if (status) texts_add(again->a->pool, &again->names, status) ;
  else if (part->kind == STATEMENT_TEST || shell_one_of(command, "test [")) again->does_more |= is_probe(text) || strstr(text, "$(") || strchr(text, '`') ; /* its code, or what the trap sets */
  else if (shell_one_of(command, "break exit")) again->can_end = 1 ;
  else if (part->kind == STATEMENT_COMMAND) again->does_more |= !shell_one_of(command, ": true false echo printf sleep continue") ;
  else if (part->kind != STATEMENT_COMMENT && part->kind != STATEMENT_NOT && !is_and_or(part) && part->kind != STATEMENT_IF)
    again->does_more = 1 ;
  return again->does_more ;
}

/* while wait -n; do :; done; until wait $P; [ $? -lt 128 ]; do :; done */
static int waits_again (struct again *again, struct statement const *loop)
{
  struct statement *condition = loop->kind == STATEMENT_LOOP && loop->branches ? loop->branches->condition : 0 ;
  if (!condition) return 0 ;
  again->can_end = !is_always_true(condition) ;
  for (struct statement *one = condition ; one ; one = one->next) statement_walk(one, &look_at_part, again) ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next) statement_walk(one, &look_at_part, again) ;
  return again->wait && again->can_end && !again->does_more ;
}

/* while wait -n; do :; done, while :; do wait -n || exit; done */
static int goes_on_with_zero (struct statement const *loop, struct statement const *wait)
{
  int is_any = 0 ;
  for (unsigned int i = 1 ; i < wait->nwords ; i++) is_any |= !strcmp(wait->words[i].raw, "-n") ;
  for (struct statement const *one = loop->branches->body ; one ; one = one->next)
    if (shell_one_of(statement_command(one), "break exit")) return 0 ;
  return is_any && !loop->until ;
}

int walk_wait_again (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct again again = { .a = a } ;
  struct statement wait ;
  if (!waits_again(&again, statement)) return 0 ;
  wait = *again.wait ;
  wait.range = wait.core = statement->range ;
  walk_wait(a, &wait, frame) ;
  if (goes_on_with_zero(statement, &wait) && claim_of(a, statement) && has_main(a))
    claim_of(a, statement)->what = pool_printf(a->pool, "%s; where one had ended with 0, the script waited on for the others, and here that ends the container, too", claim_of(a, statement)->what) ;
  for (struct text const *one = again.names.first ; one ; one = one->next) texts_add_once(a->pool, &a->status_names, one->text) ;
  return 1 ;
}
