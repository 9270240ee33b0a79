/* What a program in the foreground is, by what comes behind it: a loop that looks for it, or what the script ends with.
   What the script ends with itself. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

int may_serve_at_end (struct analysis *a, struct statement const *statement)
{
  char const *program = command_behind_env(statement, 0) ;
  return is_server(a, statement) && !says_stop(statement) && !is_called_stop(program) && !starts_something(a, (struct statement *)statement)
   && !shell_one_of(program, "kill pkill killall wait exit exec trap service systemctl invoke-rc.d rc-service") && !is_message(a, (struct statement *)statement) && !called_function(a, statement)
   && !is_task_program(program) && !says_task(program) ;
}

/* ps shows all words. Is it called so? */
static int is_called (struct analysis *a, struct statement const *statement, unsigned int first, char const *name)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  size_t len = strlen(name) ;
  int is_runtime ; /* one of its words is the program */
  command_argv(statement, first, argv) ;
  if (strchr(name, '/') || strchr(name, ' ')) return !!strstr(statement_text(a, statement), name) ;
  is_runtime = *argv && (command_is_interpreter(shell_basename(*argv)) || !strcmp(shell_basename(*argv), "java")) ;
  for (char const *const *one = argv ; *one ; one++)
  {
    char const *base = shell_basename(*one) ;
    if (one != argv && !is_runtime && *one != *command_program(argv)) return 0 ;
    if (**one != '-' && !strncmp(base, name, len) && (!base[len] || base[len] == '.')) return 1 ;
  }
  return 0 ;
}

static int is_anothers (struct analysis *a, char const *name)
{
  struct service const *one = a->plan->services ;
  while (one && !is_watched(a, one, name)) one = one->next ;
  return !!one ;
}

/* app --mode=init; app & : the loop means the one in the background. */
static int is_started_behind (struct analysis *a, struct statement const *first, struct statement const *loop, char const *name)
{
  for (; first != loop ; first = first->next)
  {
    struct launch launch ;
    if (!first->background || first->kind != STATEMENT_COMMAND) continue ;
    command_unwrap(a->pool, first, &launch) ;
    if (launch.first < first->nwords && is_called(a, first, launch.first, name)) return 1 ;
  }
  return 0 ;
}

static struct statement *looked_for_later (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  struct launch launch ;
  command_unwrap(a->pool, statement, &launch) ;
  for (; launch.first < statement->nwords && frame ; frame = frame->up)
    for (struct statement *one = frame->rest ; one ; one = one->next)
      if (one->kind == STATEMENT_LOOP && !one->background && watches_processes(a, one))
      {
        struct texts names = names_asked_for(a, one) ;
        for (struct text const *name = names.first ; name ; name = name->next)
          if (is_called(a, statement, launch.first, name->text) && !is_anothers(a, name->text) && !is_started_behind(a, frame->rest, one, name->text)) return one ;
      }
  return 0 ;
}

/* status=$?; if [ $status -ne 0 ]; then echo failed; exit $status; fi */
static int only_looks (struct analysis *a, struct statement *statement)
{
  return statement->kind == STATEMENT_COMMENT || is_message(a, statement) || (statement->kind == STATEMENT_ASSIGNMENT && status_kept(a, statement)) || only_talks(a, statement) ;
}

/* while [ -f /run/app.pid ]; do sleep 5; done */
static int only_pauses (struct analysis *a, struct statement const *loop)
{
  int sleeps = 0 ;
  if (loop->kind != STATEMENT_LOOP || loop->background || !loop->branches || !loop->branches->condition || loop->branches->condition->kind != STATEMENT_TEST) return 0 ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
    if (!strcmp(statement_command(one), "sleep")) sleeps = 1 ;
    else if (!only_looks(a, one)) return 0 ;
  return sleeps ;
}

/* sleep infinity & wait $! */
int waits_for_idle (struct statement const *one)
{
  return one->background && keeps_alive(one) && one->next && !strcmp(statement_command(one->next), "wait") ;
}

struct statement *closing_behind (struct analysis *a, struct frame const *frame)
{
  for (; frame ; frame = frame->up)
    for (struct statement *one = frame->rest ; one ; one = one->next)
    {
      struct frame behind = { .rest = one->next, .up = frame->up } ;
      if (only_looks(a, one) || !strcmp(statement_command(one), "trap")) continue ;
      if (waits_for_idle(one)) return one ;
      if (one->background || starts_later(a, &behind)) return 0 ;
      return shell_one_of(statement_command(one), "wait fg") || keeps_alive(one) || (one->kind == STATEMENT_LOOP && (watches_processes(a, one) || only_pauses(a, one))) ? one : 0 ;
    }
  return 0 ;
}

/* A loop behind it looks for it: it serves, wherever the script has it. Returns 0 if none does. */
int walk_looked_for (struct analysis *a, struct statement *statement, struct frame *frame, int stays)
{
  struct statement *loop = !a->waited_line && (stays || may_serve_at_end(a, statement)) ? looked_for_later(a, statement, frame) : 0 ;
  struct service *service ;
  if (!loop) return 0 ;
  service = start_service(a, statement, START_BACKGROUND) ;
  service->claim->what = pool_printf(a->pool, "service %s, for which the loop in line %u looks", service->name, line_of(a, loop)) ;
  if (stays) plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "it stays in the foreground: the script comes to what is behind it, and to the loop in line %u, only when it has ended", line_of(a, loop))) ;
  else plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "line %u looks for it, so it goes on running: if it puts itself into the background, "
    "look up how it stays in the foreground; until then give it flag-forks", line_of(a, loop))) ;
  return 1 ;
}

/* An unknown program, which may serve, ahead of what the script ends with. */
int may_close (struct analysis *a, struct statement *statement, struct launch const *launch)
{
  struct word const *word = launch->first < statement->nwords ? statement->words + launch->first : 0 ;
  char const *program = !word ? "" : word->value ? word->value : word->path ? word->path : "" ; /* $HOME/bin/worker */
  return *program && !a->waited_line && may_serve_at_end(a, statement) && !names_deed(shell_basename(program)) && !names_deed(task_name(a, statement)) && !says_task(task_name(a, statement)) && !surely_ends(a, statement) && !script_ends(a, statement) && !says_that_it_asks(statement_text(a, statement)) ;
}

/* agent flush, consul leave, filebeat --once: its words say that it ends. */
static int says_end (struct statement const *statement, char const *program)
{
  unsigned int i = 0 ;
  while (i < statement->nwords && strcmp(shell_basename(statement_word(statement, i)), program) != 0) i++ ;
  for (unsigned int j = i + 1 ; j < statement->nwords ; j++)
    if (shell_one_of(statement_word(statement, j), "--once -once --oneshot --one-shot")) return 1 ;
  return i + 1 < statement->nwords && (names_deed(statement_word(statement, i + 1)) || shell_one_of(statement_word(statement, i + 1), "flush leave deregister drain")) ;
}

/* What a script does when its server has ended: rm -rf /data/tmp, curl URL, /app/notify ended. */
static int is_work_at_end (struct analysis *a, struct statement *statement)
{
  char const *program = command_behind_env(statement, 0) ;
  if (statement->background || statement->kind == STATEMENT_LOOP || keeps_alive(statement) || starts_something(a, statement) || shell_one_of(program, "exec wait fg sleep trap")) return 0 ;
  if (surely_ends(a, statement)) return 1 ;
  return statement->kind == STATEMENT_COMMAND && !called_function(a, statement) && (names_deed(program) || says_task(program) || says_end(statement, shell_basename(program))) && !serves_surely(a, statement) && !says_server(statement) ;
}

/* migrate; api --listen :80; notify: nothing is started beside it, and behind it there is only work. What is refused else, as the
   script ends with nothing that could be main, has to serve by its words. */
int serves_ahead_of_work (struct analysis *a, struct statement *statement, struct launch const *launch, struct frame const *frame)
{
  struct statement *last = 0 ;
  char const *program = command_behind_env(statement, launch->first) ;
  char const *name = task_name(a, statement) ;
  if (a->plan->services || a->waited_line || a->in_function || a->conditions.first) return 0 ;
  if (!may_serve_at_end(a, statement) || names_deed(program) || names_deed(name) || says_task(name) || script_ends(a, statement) || may_end_soon(a, statement, launch->first, name)) return 0 ;
  for (; frame ; frame = frame->up)
    for (struct statement *one = frame->rest ; one ; one = one->next)
      if (one->kind == STATEMENT_FUNCTION || only_looks(a, one) || shell_one_of(statement_command(one), "exit return")) continue ;
      else if (!is_work_at_end(a, one)) return 0 ;
      else last = one ;
  return last && (says_server(statement) || names_server(statement, launch->first) || (is_plain_command(last) && !says_that_it_asks(program))) ;
}

/* Not what each service repeats, nor a pipeline that ends with its input. */
int ends_with_it (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  return is_last(a, frame) && !a->waited_line && (!is_repeatable(a, statement) || statement_walk(statement, &executes_variable, a)) && !ends_in_client(a, statement) ;
}
