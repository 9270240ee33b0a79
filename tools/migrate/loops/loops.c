/* Loops and commands that keep the container alive, or work from time to time. */

#include <stdlib.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

/* ---- what only keeps the container alive ---- */

static struct statement without_exec (struct statement const *statement)
{
  struct statement inner = *statement ;
  if (strcmp(statement_command(statement), "exec") != 0) return inner ;
  inner.words++ ;
  inner.nwords-- ;
  return inner ;
}

/* Not even if a log is not there. */
static int never_ends (struct statement const *statement)
{
  if (statement->kind == STATEMENT_LOOP) return 1 ;
  if (statement_sleeps_for_ever(statement)) return shell_one_of(statement_word(statement, 1), "infinity inf") ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (shell_one_of(raw, "/dev/null --retry") || (raw[0] == '-' && raw[1] != '-' && strchr(raw, 'F'))) return 1 ;
  }
  return 0 ;
}

/* while true; do tail -f LOG; done: the command that shows it. */
static struct statement const *showing (struct statement const *statement)
{
  for (struct statement const *one = statement->kind == STATEMENT_LOOP ? statement->branches->body : 0 ; one ; one = one->next)
    if (one->kind == STATEMENT_COMMAND && keeps_alive(one)) return one ;
  return statement ;
}

/* Does the statement only show logs that are files? *linked: those that are no files, in words. */
static int shows_logs (struct analysis *a, struct statement const *statement, char const **linked)
{
  struct statement inner = without_exec(statement) ;
  *linked = "" ;
  return inner.kind == STATEMENT_COMMAND && !strcmp(statement_command(&inner), "tail") && keeps_alive(&inner) && *logs_followed(a, &inner, linked) ;
}

/* Is one of the logs a pattern? Then only what is there when it starts is shown. */
static int has_pattern (char const *command)
{
  return !!strpbrk(command, "*?[") ;
}

/* tail -f ends where there is no file yet, and nobody makes one before a service starts. -F waits for it, but
   not for what a pattern would stand for. */
static char const *following_by_name (struct pool *pool, char const *command)
{
  size_t size = strlen(command) + 1 ;
  char *out = memcpy(pool_alloc(pool, size), command, size) ;
  for (char *word = out ; !has_pattern(out) && (word = strstr(word, " -")) ; )
  {
    size_t len ;
    word += 2 ;
    len = strcspn(word, " ") ;
    if (*word != '-' && memchr(word, 'f', len)) *(char *)memchr(word, 'f', len) = 'F' ;
  }
  return out ;
}

/* What writes the logs of a pattern has to be there first, though the log of what cannot start is worth a look, too. */
static void follow_all_ahead (struct analysis *a, struct service *service)
{
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one != service && !one->is_apart) texts_add_once(a->pool, &service->dependencies, one->name) ;
  texts_add_all(a->pool, &service->optional, &service->dependencies) ;
  if (strstr(service->command, " -F") || strstr(service->command, "--retry"))
    plan_todo(a->plan, service, service->claim, service->line, "the logs of the pattern have to be there when it starts: if none is there yet, it waits for a file of the pattern's own name, for ever; name the files, if they are known") ;
}

/* The logs are shown by a service, as before. */
static struct service *start_showing (struct analysis *a, struct statement *statement, char const *how)
{
  struct service *service = start_service(a, statement, START_BACKGROUND) ;
  char const *those = "" ;
  service->is_background = 0 ; /* nothing waits for it alone */
  service->is_apart = 1 ;
  if (service->command && has_pattern(service->command))
  {
    follow_all_ahead(a, service) ;
    those = ", and of a pattern those that are there when it starts" ;
  }
  else service->dependencies = (struct texts){ 0 } ; /* the log of what cannot start is worth a look */
  if (service->command) service->command = following_by_name(a->pool, service->command) ;
  service->claim->what = pool_printf(a->pool, "service %s, %s: it shows these logs, as before%s", service->name, how, those) ;
  return service ;
}

void drop_keeping_alive (struct analysis *a, struct statement *statement)
{
  struct statement *shown = (struct statement *)showing(statement) ;
  struct statement inner = without_exec(shown) ;
  char const *linked ;
  char const *logs ;
  struct claim *claim ;
  int is_shown = !statement->background && a->plan->services && shows_logs(a, shown, &linked) && !*linked ;
  int is_purpose_unknown = !a->plan->services && !statement->background && a->plan->nsetup && !a->conditions.first ;
  if (!statement->background) main_is_none(a) ;
  a->end_is_told = 1 ;
  if (statement->background) a->last_is_idle = a->has_idle = 1 ;
  if (statement->branches && starts_in_background(statement->branches->body)) a->last_is_idle = 1 ; /* tail -f /dev/null & wait $! */
  if (is_shown)
  {
    claim = start_showing(a, shown, "in place of what kept the container alive")->claim ;
    if (shown != statement) claim_statement(a, statement, "dropped", "the loop around it: the supervisor starts it again") ;
  }
  else
  {
    logs = shown_logs(a, &inner, &linked) ;
    drop_remarks(a, statement) ;
    claim = claim_statement(a, statement, "dropped", *logs
      ? pool_printf(a->pool, "kept the container alive and showed its logs; no service writes to the container's output what it writes to:%s", logs)
      : pool_printf(a->pool, "kept the container alive: the scanner does%s", linked)) ;
  }
  if (is_purpose_unknown)
    plan_todo(a->plan, 0, claim, line_of(a, statement), "the container was kept alive for something: if a line above starts it, and goes on, make that a service") ;
  if (statement->background) return ;
  if (a->conditions.first) a->branch_replaced = 1 ; /* it never comes to what is behind the branch */
  else if (inner.nwords < statement->nwords || (a->here->statement == statement && never_ends(statement))) a->replaced_line = line_of(a, statement) ;
  if (!a->waited_line && !a->conditions.first)
  {
    a->idle_line = line_of(a, statement) ;
    if (shown->kind == STATEMENT_COMMAND) a->stuck_line = a->idle_line ;
  }
  script_waits(a, line_of(a, statement)) ;
}

/* -e FILE, -S PATH; not -n, -z, -eq */
static int asks_file (char const *test)
{
  for (char const *p = test ; (p = strchr(p, '-')) ; p++)
    if (p > test && p[-1] == ' ' && p[1] && !strchr("nz ", p[1]) && p[2] == ' ') return 1 ;
  return 0 ;
}

/* while [ "$stop" = 0 ]; do sleep 1 & wait $!; done: only a trap ends it, which sets the variable. */
static int waits_for_flag (struct analysis *a, struct statement const *statement)
{
  struct statement const *condition = statement->kind == STATEMENT_LOOP ? statement->branches->condition : 0 ;
  struct statement endless = *statement ;
  struct branch branch ;
  struct statement truth = { .kind = STATEMENT_COMMAND } ;
  char const *text ;
  if (!condition || condition->next) return 0 ;
  if (condition->kind != STATEMENT_TEST && !shell_one_of(statement_command(condition), "[ test") && !is_variable(condition)) return 0 ;
  text = statement_text(a, condition) ;
  if (!strchr(text, '$') || strpbrk(text, "`/") || strstr(text, "$(") || asks_file(text) || shell_mentions(text, "SECONDS") || shell_mentions(text, "RANDOM") || shell_mentions(text, "EPOCHSECONDS")) return 0 ;
  branch = *statement->branches ;
  endless.branches = &branch ;
  truth.words = (struct word []){ { .raw = "true", .value = "true" } } ;
  truth.nwords = 1 ;
  branch.condition = &truth ;
  return keeps_alive(&endless) ;
}

/* ---- loops that work ---- */

static int works_for_ever (struct statement *statement)
{
  struct statement *condition = statement->branches->condition ;
  return statement->kind == STATEMENT_LOOP && condition && is_always_true(condition) && !statement->until ;
}

/* while nc -z localhost 8080; do sleep 5; done, at the script's end */
static void end_with_answers (struct analysis *a, struct statement *statement, struct service *service)
{
  struct texts names = { 0 } ;
  texts_add(a->pool, &names, service->name) ;
  service->is_main = 1 ;
  note_ended_with(a, &names, claim_statement(a, statement, "dropped", pool_printf(a->pool,
    "waited until %s had ended, or did not answer any more: it is main; with this as its `health`, it is started again when it does not answer", service->name))) ;
  a->end_is_forgiven = 1 ;
  script_waits(a, line_of(a, statement)) ;
}

/* Nothing ends the service here, so the loop would wait for ever. */
static int drop_waiting_for_end (struct analysis *a, struct statement *statement, int is_last_one)
{
  char const *probe = end_probe(a, statement) ;
  int certain = 1 ;
  struct service *service = probe ? probed_service(a, probe, &certain) : 0 ;
  struct claim *claim ;
  if (!service || !certain) return 0 ;
  if (is_last_one)
  {
    end_with_answers(a, statement, service) ;
    return 1 ;
  }
  claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "waits until %s has ended", service->name)) ;
  plan_todo(a->plan, service, claim, line_of(a, statement), "the script waited here until it had ended, and went on then: it is a service, which goes on; "
    "if it is only to prepare something, write its start, the work and its stop into cont-init.d, and take the service out") ;
  return 1 ;
}

/* until [ -S x.sock ]; do kill -0 "$PID" || exit 1; done: ahead of other starts, the process is not what it waits for. */
static int waits_for_more (struct analysis *a, struct statement *loop, char const *probe)
{
  struct source code ;
  struct statement *question = probe ? shell_parse_text(a->pool, &code, probe) : 0 ;
  struct statement *condition = loop->kind == STATEMENT_LOOP ? loop->branches->condition : 0 ;
  if (question) return !asks_for_processes(a, question) && !strstr(probe, "/proc/") ;
  return condition && !condition->next && condition->kind != STATEMENT_COMMAND && !is_always_true(condition) && !asks_for_processes(a, condition) ;
}

static int has_others (struct analysis const *a, struct service const *service)
{
  return a->plan->services != service || service->next ;
}

/* It also does something when nothing answers: that is left to the reader. */
static int walk_reaching (struct analysis *a, struct statement *loop)
{
  struct statement *question = reaching_question(a, loop) ;
  char const *probe = question ? extract_probe(a, question->branches->condition, 0) : 0 ;
  if (!probe || !walk_probe(a, loop, probe)) return 0 ;
  if (a->awaited.service)
    plan_todo(a->plan, a->awaited.service, a->awaited.claim, line_of(a, question), pool_printf(a->pool, "while nothing answered, the script did this, which nothing does now: %s",
      source_copy(a->source, (struct range){ question->branches->next->head.start, question->range.end }))) ;
  return 1 ;
}

/* for f in $FILES; do load "$f" & wait $!; done; while read -r f; do ...; done: each is waited for before the next one
   starts, so that the loop has ended with the last. */
static int waits_for_each (struct analysis *a, struct statement *statement)
{
  struct statement *loop = starting_part(statement) ;
  struct statement const *condition = loop ? loop->branches->condition : 0 ;
  if (!loop && statement->kind == STATEMENT_FOR && statement->branches && starts_in_background(statement->branches->body)) loop = statement ;
  if (!loop || (loop->kind == STATEMENT_LOOP && (!condition || strcmp(statement_command(condition), "read") != 0))) return 0 ;
  for (struct statement const *one = loop->branches->body ; one ; one = one->next)
  {
    if (one->background && (!statement_waiting_next(a->source, one->next, 0) || (loop->kind == STATEMENT_FOR && !shell_mentions(statement_text(a, one), loop->name)))) return 0 ;
    if (!one->background && one->kind != STATEMENT_COMMAND && one->kind != STATEMENT_ASSIGNMENT && one->kind != STATEMENT_COMMENT) return 0 ;
  }
  return 1 ;
}

static int waits_in_rounds (struct statement const *loop)
{
  int waits = 1 ;
  if (loop->kind != STATEMENT_LOOP) return 0 ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
    if (one->background) waits = 0 ;
    else waits |= statement_walk(one, &calls_wait, 0) ;
  return waits ;
}

/* server; kill $OTHER; while kill -0 $OTHER; do sleep 1; done: it waits only for what the script has ended. */
static int waits_for_ended (struct analysis *a, struct statement *statement)
{
  struct seen seen ;
  char const *asked ;
  int any = 0 ;
  if (!a->told_to_end.first || !a->waited_line || !watches_processes(a, statement)) return 0 ;
  asked = look_for_watching_in(a, statement, &seen) ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (is_watched(a, one, asked))
    {
      if (!texts_has(&a->told_to_end, one->name) || one->is_main) return 0 ;
      any = 1 ;
    }
  return any ;
}

int walk_loop (struct analysis *a, struct statement *statement, struct frame *frame)
{
  char const *probe ;
  struct service *service ;
  enum until_running until_running ;
  if (!statement->branches) return 0 ;
  if (!statement->background && waits_for_each(a, statement))
  {
    add_ordinary(a, statement) ;
    return 1 ;
  }
  note_found_pids(a, statement) ;
  if (keeps_alive(statement))
  {
    drop_keeping_alive(a, statement) ;
    return 1 ;
  }
  if (a->plan->services && waits_for_flag(a, statement))
  {
    uint32_t replaced = a->replaced_line ;
    uint32_t idle = a->idle_line ;
    drop_keeping_alive(a, statement) ;
    a->replaced_line = replaced ; /* what is behind it is work at the end, */
    a->idle_line = idle ; /* and no start */
    return 1 ;
  }
  if (walk_restarting(a, statement, frame) || walk_start_if_down(a, statement)) return 1 ;
  if (a->plan->services && waits_for_end(a, statement) && starts_later(a, frame) && drop_waiting_for_end(a, statement, 0)) return 1 ;
  if ((!starts_later(a, frame) && waits_for_ended(a, statement))
   || (a->waited_line && !has_main(a) && (waits_for_end(a, statement) || watches_processes(a, statement))))
  {
    drop_statement(a, statement, "waited at the end until these had ended: the scanner waits for all")->tells_exit = 1 ;
    return 1 ;
  }
  until_running = a->plan->services ? walk_until_running(a, statement) : ANOTHER_LOOP ;
  if (until_running != ANOTHER_LOOP) return until_running == IS_READINESS ;
  if (a->plan->services && walk_starting_again(a, statement)) return 1 ;
  probe = loop_probe(a, statement) ;
  if (!probe && a->plan->services && walk_reaching(a, statement)) return 1 ;
  if (a->plan->services && starts_later(a, frame) && waits_for_more(a, statement, probe))
  {
    if (probe && walk_probe(a, statement, probe)) return 1 ;
    if (watches_processes(a, statement)) return 0 ; /* a task */
  }
  if (a->plan->services && watches_processes(a, statement))
  {
    if (has_named_rounds(a, statement)) return 0 ; /* for p in nginx cron; do pgrep $p || exit 1; done: it ends by itself, and each round is read by itself */
    if (!walk_watching_work(a, statement)) drop_watching(a, statement) ;
    return 1 ;
  }
  if (a->plan->services && drop_waiting_for_end(a, statement, !a->waited_line && !starts_later(a, frame))) return 1 ;
  if (probe && walk_probe(a, statement, probe)) return 1 ;
  if (walk_watching_work(a, statement) || walk_waiting_work(a, statement)) return 1 ;
  /* After a loop that can be left, further statements run. */
  if (!works_for_ever(statement) || probe || loop_breaks(statement)) return 0 ;
  service = start_service(a, statement, START_MAIN) ;
  service->watching_is_told = !has_others(a, service) && asks_for_processes(a, statement) ;
  if (service->watching_is_told)
    plan_todo(a->plan, service, service->claim, line_of(a, statement), "it watches a process that a line above starts, or the loop itself; that is no service here: make it one, and take the loop out: its supervisor watches it") ;
  if (only_asks(a, statement) && may_end(a, statement))
  {
    service->todo = service->claim->todo = (struct texts){ 0 } ; /* it is a question, and no work */
    plan_todo(a->plan, service, service->claim, line_of(a, statement), "it asked whether something answers, and ended the script when it did not: as `health` of what it asks, that starts it again instead; write the question there, or leave this as it is") ;
  }
  script_waits(a, line_of(a, statement)) ;
  return 1 ;
}

int is_starting_loop (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  return starting_part(statement) && (statement->kind == STATEMENT_PIPELINE || starts_later(a, frame) || (!is_last(a, frame) && !waits_in_rounds(statement))) ;
}

/* while read host; do tunnel "$host" & done <LIST: the loop ends, its processes go on. Their number is not known. */
void keep_starting_loop (struct analysis *a, struct statement *statement)
{
  struct service *service ;
  if (!statement->background && waits_for_each(a, statement))
  {
    add_ordinary(a, statement) ;
    return ;
  }
  service = start_service(a, statement, START_BACKGROUND) ;
  if (statement->kind == STATEMENT_LOOP) texts_add(a->pool, &service->run, "wait # for what the loop has started") ;
  plan_todo(a->plan, service, service->claim, line_of(a, statement), "a loop started them, over what is not known here: one directory for each, or NAME@ with count; until then they are one service") ;
}

/* tail -F LOG &: all that shows these logs. Returns 0 if it is something else. */
static int walk_logs_shown (struct analysis *a, struct statement *statement)
{
  char const *linked ;
  if (!shows_logs(a, statement, &linked) || !a->here || a->here->statement != statement || statement_waiting_next(a->source, a->here->rest, 0)) return 0 ;
  start_showing(a, statement, "started in the background") ;
  a->last_is_idle = a->has_idle = 1 ;
  return 1 ;
}

int walk_own_background (struct analysis *a, struct statement *statement)
{
  if (runs_nothing(a, statement))
  {
    drop_statement(a, statement, "there is no CMD: it ran nothing") ;
    return 1 ;
  }
  if (walk_following(a, statement, 0)) return 1 ;
  if (walk_logs_shown(a, statement) || walk_ending_all(a, statement)) return 1 ;
  if (keeps_alive(statement)) drop_keeping_alive(a, statement) ;
  else if (walk_start_if_down(a, statement) || walk_watching_work(a, statement)) return 1 ;
  else if (statement->kind == STATEMENT_LOOP && watches_processes(a, statement))
    drop_watching_beside(a, statement) ;
  else if (statement->kind == STATEMENT_COMMAND && shell_one_of(statement_command(statement), "rm mkdir chmod chown chgrp ln touch mv cp sed install mkfifo mknod") && !statement->nredirects)
  {
    /* It ends at once, so the script may as well wait for it. */
    statement->background = 0 ;
    add_ordinary(a, statement) ;
  }
  else if (walk_restarting(a, statement, 0)) return 1 ;
  else if (!starting_part(statement) || works_for_ever(starting_part(statement))) return 0 ;
  else keep_starting_loop(a, statement) ;
  return 1 ;
}
