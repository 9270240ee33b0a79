/* cd, umask, ulimit, export, unset, exec >FILE, . FILE, and the values of variables that its run asks for: what the script's own
   shell had done when it started a service was in force there. So it is in that service's run, or a TODO names it. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

/* A branch that the walk is in. */
struct inside
{
  struct statement const *branching ;
  struct branch const *branch ;
  struct inside const *up ;
} ;

struct looking
{
  struct analysis *a ;
  struct file const *files ;
  struct statement const *call ; /* of the function that the walk is in; 0: of none, or of one whose parts went where they are used */
  struct range shell ; /* what is done here holds up to its end */
  struct inside const *inside ;
  int returns ; /* to the folder that it came from: cd X && work && cd .. */
} ;

static int holds (struct range outer, struct range inner)
{
  return outer.start <= inner.start && inner.end <= outer.end ;
}

/* In another branch than the service, or in one that the script does not leave? */
static int is_elsewhere (struct looking const *looking, struct range start)
{
  for (struct inside const *one = looking->inside ; one ; one = one->up)
  {
    struct statement const *last = one->branch->body ;
    for (struct statement const *other = last ; other ; other = other->next)
    {
      if (holds(other->range, start)) last = 0 ;
      else if (last) last = other ;
    }
    if (!last) continue ; /* it is in this one */
    if (holds(one->branching->range, start) || shell_one_of(statement_command(last), "exit exec return break continue")) return 1 ;
  }
  return 0 ;
}

/* Programs that are the same in each folder. */
static int is_anywhere (struct service const *service)
{
  return shell_one_of(service->program, "nginx php-fpm cron crond sshd rsyslogd apache2 apache2ctl httpd postfix dovecot dbus-daemon haproxy memcached Xvfb redis-server") ;
}

/* Is the same said once more ahead of the service? */
static int is_said_anew (struct analysis *a, struct service const *service, struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  if (!strcmp(command, "cd") && is_anywhere(service)) return 1 ;
  for (struct statement const *one = statement->next ; one && one->range.end <= service->claim->range.start ; one = one->next)
    if (!strcmp(statement_command(one), command) && shell_one_of(command, "cd umask")) return 1 ;
  for (unsigned int i = 0 ; i < service->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    if (piece->claim && !piece->under && piece->claim->range.start >= statement->range.end && !strncmp(piece->text, command, strlen(command))) return 1 ;
  }
  return 0 ;
}

/* The same of a variable: does its run have a later value? */
static int is_set_anew (struct analysis *a, struct service const *service, struct statement const *statement, char const *name)
{
  for (unsigned int i = 0 ; i < service->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    if (piece->claim && !piece->under && !piece->is_function && !piece_adds(piece) && piece->claim->range.start >= statement->range.end
     && strstr(piece->names, pool_printf(a->pool, " %s ", name))) return 1 ;
  }
  return 0 ;
}

static int names_in (struct statement const *statement, char const *run)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    size_t len = strspn(statement->words[i].raw, NAME_LETTERS) ;
    char name[128] ;
    if (!len || len >= sizeof(name)) continue ;
    memcpy(name, statement->words[i].raw, len) ;
    name[len] = 0 ;
    if (!shell_mentions(run, name)) return 0 ;
  }
  return 1 ;
}

/* What holds for all later programs; not what only asks (ulimit -n), or goes back to where it was. */
static int is_in_force (struct analysis *a, struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  char const *last = statement->nwords > 1 ? statement->words[statement->nwords - 1].raw : "" ;
  if (statement->kind == STATEMENT_ASSIGNMENT) return 1 ;
  if (redirects_everything(statement)) return !leaves_redirections(statement) ;
  if (shell_one_of(command, "cd pushd")) return *last && !shell_one_of(last, "- \"$OLDPWD\" $OLDPWD") ;
  if (shell_one_of(command, "umask ulimit export unset")) return *last && (*last != '-' || !strcmp(command, "export")) ;
  return reads_file((struct statement *)statement, 0) && !sourced_sets_nothing(a, statement) ;
}

/* Has it the value of each name that the statement sets, and that it asks for? */
static int has_values (struct looking const *looking, struct service const *service, struct statement *statement, char const *run)
{
  struct analysis *a = looking->a ;
  char const *names = names_defined(a, statement) ;
  char const *told = texts_join(a->pool, &service->todo, "\n") ;
  for (char const *p = names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *name = pool_copy(a->pool, p, strcspn(p, " ")) ;
    if (asks_variable(run, name) && !strstr(told, pool_printf(a->pool, "$%s is not known here", name)) && !strstr(run, pool_printf(a->pool, "$reeve_place/%s\"", name)) && !is_set_anew(a, service, statement, name)) return 0 ;
  }
  return 1 ;
}

static int is_in_run (struct looking const *looking, struct service const *service, struct statement const *statement)
{
  struct analysis *a = looking->a ;
  char const *run = audited_text(a, looking->files, service, "run") ;
  char const *command = statement_command(statement) ;
  if (strstr(run, statement_text(a, statement))) return 1 ;
  if (statement->kind == STATEMENT_ASSIGNMENT) return has_values(looking, service, (struct statement *)statement, run) ;
  if (shell_one_of(command, "export unset")) return names_in(statement, run) ;
  return is_said_anew(a, service, statement) ;
}

static int look_at (struct statement *statement, void *data)
{
  struct looking const *looking = data ;
  struct analysis *a = looking->a ;
  struct statement const *at = looking->call ? looking->call : statement ;
  struct claim *claim = claim_of(a, at) ;
  struct texts names = { 0 } ;
  if (!is_in_force(a, statement) || (looking->returns && shell_one_of(statement_command(statement), "cd pushd")) || !audit_is_unmarked(claim)) return 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->claim && !plan_is_code(a->plan, one->claim) && at->range.end <= one->claim->range.start && holds(looking->shell, one->claim->range)
     && !strstr(claim->where, service_where(a->plan, one, "")) && !is_elsewhere(looking, one->claim->range) && !is_in_run(looking, one, statement)) texts_add(a->pool, &names, one->name) ;
  if (names.first)
    audit_todo(a, claim, line_of(a, statement), pool_printf(a->pool, "%s: it was in force for %s, too, and is in no run of these: do it there",
      source_copy(a->source, statement->core), texts_join(a->pool, &names, ", "))) ;
  return 0 ;
}

/* The same in the functions that a function calls, each once. */
static int look_inside (struct statement *statement, void *data)
{
  struct looking const *looking = data ;
  struct function *function = called_function(looking->a, statement) ;
  look_at(statement, data) ;
  if (!function || !function->statement->body || statement->background || function->asked == looking->a->questions) return 0 ;
  function->asked = looking->a->questions ;
  return statement_walk_here(function->statement->body, &look_inside, data) ;
}

static void look_at_list (struct looking looking, struct statement *list)
{
  for (; list ; list = list->next)
  {
    struct looking in = looking ;
    struct function *function = called_function(looking.a, list) ;
    if (list->kind == STATEMENT_FUNCTION || has_own_shell(looking.a, list)) in.shell = list->range ;
    else look_at(list, &looking) ;
    if (function && function->statement->body && !function->walked && !list->background)
    {
      in.call = list ;
      looking.a->questions++ ;
      function->asked = looking.a->questions ;
      statement_walk_here(function->statement->body, &look_inside, &in) ;
      continue ;
    }
    in.returns |= comes_back(list) ;
    look_at_list(in, list->body) ;
    for (struct branch *branch = list->branches ; branch ; branch = branch->next)
    {
      struct inside inside = { list, branch, looking.inside } ;
      look_at_list(in, branch->condition) ;
      in.inside = &inside ;
      look_at_list(in, branch->body) ;
      in.inside = looking.inside ;
    }
  }
}

void audit_inforce (struct analysis *a, struct statement *first, struct file const *files)
{
  look_at_list((struct looking){ .a = a, .files = files, .shell = { 0, UINT32_MAX } }, first) ;
}
