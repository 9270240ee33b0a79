/* A known server, in whatever disguise, that the setup or a task starts: it stays there and holds up what comes behind it, or
   goes on in the background, where nobody watches it. What is told to start something may do so, too. And a daemon that a
   service's run leaves there, ahead of what it becomes. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct serving
{
  struct analysis *a ;
  struct file const *files ;
  uint32_t left_until ; /* the end of the last statement in the background: what is in it, is in it */
} ;

/* echo ssh cron | xargs -n1 -I{} service {} start: the word from which on it is a server's command; 0: none is. */
static unsigned int server_of_xargs (struct analysis *a, struct statement const *statement)
{
  struct foreground foreground ;
  for (unsigned int i = 1 ; i < statement->nwords && shell_one_of(statement_command(statement), "xargs parallel") ; i++)
  {
    foreground_of(a->plan, statement, i, &foreground) ;
    if (foreground.is_daemon && !foreground.ends) return i ;
  }
  return 0 ;
}

/* Does a line of the file stop that server? kill $PID may. */
static int is_stopped (struct analysis *a, char const *content, char const *name)
{
  struct service const server = { .program = name, .name = name, .text = name } ;
  for (; *content ; content += strcspn(content, "\n"), content += *content == '\n')
  {
    char const *line = pool_copy(a->pool, content, strcspn(content, "\n")) ;
    if (audit_stops(line) && (shell_mentions(line, "kill") || shell_mentions(line, "quit") || mentions_family(a->pool, line, name) || shell_mentions(line, name) || is_client_of(&server, line))) return 1 ;
  }
  return 0 ;
}

static int look_at_command (struct statement *statement, void *data)
{
  struct serving *serving = data ;
  struct analysis *a = serving->a ;
  struct claim *claim = claim_of(a, statement) ;
  char const *text = claim && statement->kind == STATEMENT_COMMAND && !claim->todo.first ? audited_ending(a, serving->files, claim) : 0 ;
  struct statement *inside ;
  struct launch launch ;
  struct foreground foreground ;
  unsigned int first ;
  int leaves ;
  if (!text || called_function(a, statement)) return 0 ;
  inside = command_inside(a, statement) ;
  command_unwrap(a->pool, inside, &launch) ;
  first = server_of_xargs(a, statement) ;
  foreground_of(a->plan, inside, first ? first : launch.first, &foreground) ;
  leaves = foreground.in_background || statement->background || launch.detached ;
  if (foreground.ends || is_stopped(a, text, name_of(a, inside)) || stopped_at(a, statement)) return 0 ;
  if (!foreground.is_daemon)
  {
    if (says_start(a, inside)) audit_todo(a, claim, line_of(a, statement), "by its word start it may leave a daemon behind, which nobody supervises: run that in the foreground, as a service (often run, console or foreground in place of start)") ;
    return 0 ;
  }
  audit_todo(a, claim, line_of(a, statement), pool_printf(a->pool, leaves ? "%s goes on in the background, where nothing watches it, and is ended with this file: make it a service, in the foreground"
    : "%s serves, and does not end by itself: what is behind it here never comes: make it a service", first ? source_copy(source_of(a, statement), (struct range){ statement->words[first].range.start, statement->core.end }) : name_of(a, inside))) ;
  return 0 ;
}

struct leaving
{
  struct analysis *a ;
  struct statement *found ; /* the command, behind what changes its user and the like */
} ;

static int leaves (struct statement *statement, void *data)
{
  struct leaving *leaving = data ;
  struct launch launch ;
  struct foreground foreground ;
  if (statement->kind != STATEMENT_COMMAND || called_function(leaving->a, statement)) return 0 ;
  leaving->found = command_inside(leaving->a, statement) ;
  command_unwrap(leaving->a->pool, leaving->found, &launch) ;
  foreground_of(leaving->a->plan, leaving->found, launch.first, &foreground) ;
  return foreground.in_background && !foreground.ends && !foreground.may_leave && !launch.replaced ;
}

static void look_at_run (struct analysis *a, struct service *service, char const *text)
{
  struct leaving leaving = { .a = a } ;
  struct source code ;
  struct source *source = a->source ;
  struct statement *one = shell_parse_text(a->pool, &code, text) ;
  char const *name ;
  while (one && one->next && !statement_walk(one, &leaves, &leaving)) one = one->next ;
  if (!one || !one->next || audit_stops(text)) return ;
  a->source = &code ;
  name = name_of(a, leaving.found) ;
  a->source = source ;
  for (struct text const *todo = service->todo.first ; todo ; todo = todo->next)
    if (strstr(todo->text, name)) return ;
  plan_todo(a->plan, service, service->claim, service->line,
    pool_printf(a->pool, "%s goes on in the background here, where nothing watches it: make it a service of its own, in the foreground", name)) ;
}

/* Is it there with its & behind it? A task's own command has none. */
static int goes_beside (char const *content, char const *text)
{
  size_t len = strlen(text) ;
  for (char const *at = content ; len && (at = strstr(at, text)) ; at++)
  {
    char const *behind = at + len + strspn(at + len, " \t") ;
    if (*behind == '&' && behind[1] != '&') return 1 ;
  }
  return 0 ;
}

/* Does a line of the file stop something that is no service? Or wait for it? */
static int ends_what_it_starts (struct serving const *serving, char const *content)
{
  if (shell_mentions(content, "wait") || shell_mentions(content, "kill") || shell_mentions(content, "pkill") || shell_mentions(content, "killall")) return 1 ;
  for (; *content ; content += strcspn(content, "\n"), content += *content == '\n')
  {
    char const *line = pool_copy(serving->a->pool, content, strcspn(content, "\n")) ;
    struct service const *one = audit_stops(line) ? serving->a->plan->services : 0 ;
    if (!one) continue ;
    while (one && !shell_mentions(line, one->program)) one = one->next ;
    if (!one) return 1 ;
  }
  return 0 ;
}

/* renew &, in a task that goes on, and ends */
static int look_at_left (struct statement *statement, void *data)
{
  struct serving *serving = data ;
  struct analysis *a = serving->a ;
  struct claim *claim = statement->background && statement->range.start >= serving->left_until ? claim_of(a, statement) : 0 ;
  char const *text = claim && !claim->todo.first ? audited_ending(a, serving->files, claim) : 0 ;
  if (statement->background && statement->range.end > serving->left_until) serving->left_until = statement->range.end ;
  if (!text || !strcmp(statement_command(statement), "sleep") || !goes_beside(text, statement_text(a, statement)) || ends_what_it_starts(serving, text) || stopped_at(a, statement)) return 0 ;
  audit_todo(a, claim, line_of(a, statement), pool_printf(a->pool, "%s goes on in the background, and is ended with this file: if it serves, or has to come to its end, make it a service, or a task of its own", name_of(a, statement))) ;
  return 0 ;
}

void audit_serving (struct analysis *a, struct statement *first, struct file const *files)
{
  struct serving serving = { .a = a, .files = files } ;
  for (; first ; first = first->next)
  {
    statement_walk(first, &look_at_command, &serving) ;
    statement_walk(first, &look_at_left, &serving) ;
  }
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (!one->is_oneshot && !service_has(one, "flag-forks")) look_at_run(a, one, audited_text(a, files, one, "run")) ;
}
