/* if [ ! -d /data/db ]; then initdb; db & seed; fi: the script asked once, and its own work has changed the answer when db's run
   and the task seed ask again. The setup asks ahead of that work, and hands the answer on. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

/* Does it ask for files? */
static int asks_files (char const *condition)
{
  static char const *const marks[] = { " -f ", " -e ", " -s ", " -d ", " -r ", " -w ", " -x ", " -L ", " -h ", " -nt ", "ls ", "grep ", "find ", "cat ", "$(<", "cmp ", "diff " } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(condition, marks[i]) || !strncmp(condition, marks[i], strlen(marks[i]))) return 1 ;
  return 0 ;
}

/* "${X}/a" as $X/a: two spellings of a path are one. */
static char const *plainly (struct pool *pool, char const *text)
{
  return pool_without(pool, text, "\"'{}") ;
}

/* /data of the text /data/db, not /data.old */
static int names_path (char const *text, char const *path)
{
  size_t len = strlen(path) ;
  for (char const *at = text ; (at = strstr(at, path)) ; at++)
    if (!at[len] || !strchr(NAME_LETTERS ".-", at[len])) return 1 ;
  return 0 ;
}

int may_make_any_file (struct analysis *a, struct statement *statement)
{
  return statement->kind == STATEMENT_COMMAND && statement->nwords && !statement->background && !is_question(statement) && !starts_something(a, statement) && !is_message(a, statement)
   && !called_function(a, statement) && !shell_one_of(statement_command(statement), "mkdir chown chmod touch ln cp mv rm sed echo printf cat sleep kill wait export cd set psql mysql mariadb redis-cli curl wget tee "
    "install createuser createdb mysqladmin exit return trap : true false") ;
}

/* bash X, su app -c X, . X: what the condition asks for is only executed. */
static int only_executes (struct analysis *a, struct statement *statement, char const *path)
{
  struct statement *inside = command_inside(a, statement) ;
  struct launch launch ;
  unsigned int i ;
  command_unwrap(a->pool, inside, &launch) ;
  i = launch.first ;
  if (i < inside->nwords && (command_is_interpreter(command_behind_env(inside, i)) || shell_one_of(statement_word(inside, i), ". source"))) i++ ;
  return i < inside->nwords && !strcmp(plainly(a->pool, inside->words[i].raw), path) ;
}

struct changing
{
  struct analysis *a ;
  struct texts paths ; /* that the condition names, as plainly() has them */
  struct texts users ; /* that it asks for */
  int is_lacking ; /* what it asks for is not there in this branch, and any program may make it */
} ;

static int makes_user (struct changing const *changing, struct statement const *statement)
{
  if (!shell_one_of(statement_utility(statement), "useradd adduser usermod userdel deluser groupadd addgroup groupmod groupdel delgroup")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (texts_has(&changing->users, plainly(changing->a->pool, statement->words[i].raw))) return 1 ;
  return 0 ;
}

/* Does it name what the condition asks for, or may it make that, as a program that may do anything? */
static int changes (struct statement *statement, void *data)
{
  struct changing const *changing = data ;
  struct analysis *a = changing->a ;
  char const *text ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords || statement->background || is_question(statement) || is_message(a, statement)) return 0 ;
  if (!statement->nredirects && shell_one_of(statement_command(statement), "cd pushd cat ls grep head tail find diff cmp stat du wc")) return 0 ;
  if (!strcmp(statement_command(statement), "exec")) return 0 ; /* nothing asks behind it */
  if (makes_user(changing, statement) || (changing->is_lacking && may_make_any_file(a, statement))) return 1 ;
  text = plainly(a->pool, statement_text(a, statement)) ;
  for (struct text const *one = changing->paths.first ; one ; one = one->next)
    if (names_path(text, one->text) && !only_executes(a, statement, one->text)) return 1 ;
  return 0 ;
}

static void add_paths (struct pool *pool, char const *condition, struct texts *paths)
{
  condition = plainly(pool, condition) ;
  for (char const *at = condition ; *at ; )
  {
    size_t len = strcspn(at, " \t\n;&|<>()]") ;
    char const *word = pool_copy(pool, at, len) ;
    if (strpbrk(word, "/$") && strcmp(word, "/dev/null") != 0 && strcmp(word, "$") != 0) texts_add_once(pool, paths, word) ;
    at += len + (at[len] != 0) ;
  }
}

/* id app, id -u "$APP", getent passwd app */
static void add_users (struct pool *pool, char const *condition, struct texts *users)
{
  static char const *const marks[] = { "id ", "getent passwd ", "getent group " } ;
  condition = plainly(pool, condition) ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    for (char const *at = condition ; (at = strstr(at, marks[i])) ; )
    {
      int is_command = at == condition || strchr(" \t\n;&|(!`", at[-1]) ;
      at += strlen(marks[i]) ;
      while (*at == '-') at += strcspn(at, " \t\n;&|<>()]`"), at += strspn(at, " \t") ;
      if (is_command && strchr(NAME_LETTERS "$", *at ? *at : ' ')) texts_add_once(pool, users, pool_copy(pool, at, strcspn(at, " \t\n;&|<>()]`"))) ;
    }
}

static struct changing what_changes (struct analysis *a, char const *condition)
{
  struct changing changing = { .a = a } ;
  add_paths(a->pool, condition, &changing.paths) ;
  add_users(a->pool, condition, &changing.users) ;
  return changing ;
}

/* May the work of a branch change the answer to the condition of `asked`? */
static int changes_answer (struct analysis *a, struct statement const *branching, struct branch const *asked, char const *condition)
{
  struct changing changing = what_changes(a, condition) ;
  int asks_whether_lacking = !!strchr(condition, '!') || !!strstr(condition, "-z ") ;
  for (struct branch const *branch = branching->branches ; branch ; branch = branch->next)
  {
    changing.is_lacking = (branch == asked) == asks_whether_lacking && asks_files(condition) ;
    for (struct statement *one = branch->body ; one ; one = one->next)
    {
      if (!one->next && !branching->next && is_plain_command(one)) changing.is_lacking = 0 ; /* the script ends with it: nothing asks behind it */
      if (walk_with_calls(a, one, &changes, &changing)) return 1 ;
      else if (branch != asked && starts_something(a, one)) changing.is_lacking = 0 ; /* who makes it does that first */
    }
  }
  return 0 ;
}

/* touch, mkdir, rm, >FILE of what the condition names: behind the branches, other words only use that. */
static int makes (struct statement *statement, void *data)
{
  struct changing const *changing = data ;
  struct analysis *a = changing->a ;
  for (struct text const *one = changing->paths.first ; one ; one = one->next)
  {
    for (unsigned int i = 0 ; i < statement->nredirects ; i++)
      if (statement->redirects[i].is_output && names_path(plainly(a->pool, statement->redirects[i].target), one->text)) return 1 ;
    if (shell_one_of(statement_utility(statement), "touch mkdir rm rmdir mv cp ln tee install") && names_path(plainly(a->pool, statement_text(a, statement)), one->text)) return 1 ;
  }
  return makes_user(changing, statement) || (changing->is_lacking && !statement->background && may_make_any_file(a, statement)) ;
}

/* Does the script end with the branch, so that what is behind all of them is its else? */
static int leaves (struct branch const *branch)
{
  struct statement const *last = statement_last(branch->body) ;
  return last && shell_one_of(statement_command(last), "exit exec return") ;
}

static int any_branch_starts (struct analysis *a, struct statement const *branching)
{
  for (struct branch const *branch = branching->branches ; branch ; branch = branch->next)
    if (any_starts(a, branch->body)) return 1 ;
  return 0 ;
}

/* What is behind what is being walked */
static int makes_behind (struct changing *changing)
{
  struct analysis *a = changing->a ;
  for (struct frame const *frame = a->here ; frame ; frame = frame->up)
    for (struct statement *one = frame->rest ; one ; one = one->next)
    {
      if (!one->next && is_plain_command(one)) changing->is_lacking = 0 ; /* the list ends with it */
      if (walk_with_calls(a, one, &makes, changing)) return 1 ;
      if (starts_something(a, one)) changing->is_lacking = 0 ;
    }
  return 0 ;
}

/* if [ -e FILE ]; then web & wait; exit; fi; touch FILE; first & wait: what is behind the branches may change the answer, too. */
static int changes_later (struct analysis *a, struct statement const *branching, struct branch const *asked, char const *condition)
{
  struct changing changing = what_changes(a, condition) ;
  if (!any_branch_starts(a, branching)) return 0 ;
  changing.is_lacking = asked->body && leaves(asked) && asks_files(condition) && !strchr(condition, '!') && !strstr(condition, "-z ") ;
  return makes_behind(&changing) ;
}

/* case $(cat FILE) in new) importer & ;; *) app & ;; esac; echo ready >FILE: its value is asked wherever it counts. */
static void ask_case (struct analysis *a, struct statement const *statement)
{
  char const *value = statement->nwords ? statement->words[0].raw : "" ;
  struct changing changing = what_changes(a, value) ;
  int changes = 0 ;
  if (statement->kind != STATEMENT_CASE || !asks_files(value) || !any_branch_starts(a, statement)) return ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    for (struct statement *one = branch->body ; one ; one = one->next) changes |= walk_with_calls(a, one, &makes, &changing) ;
  if (changes || makes_behind(&changing)) texts_add_once(a->pool, &a->asked_again, value) ;
}

static int changes_nothing (struct analysis *a, struct statement *condition)
{
  for (; condition ; condition = condition->next)
    if (statement_walk(condition, &does_something, a)) return 0 ;
  return 1 ;
}

/* With the conditions of the branches around it. */
static char const *whole_condition (struct analysis *a, char const *condition)
{
  struct texts all = { 0 } ;
  texts_add_all(a->pool, &all, &a->otherwise) ;
  texts_add_all(a->pool, &all, &a->conditions) ;
  texts_add(a->pool, &all, all.first ? pool_printf(a->pool, "{ %s; }", condition) : condition) ;
  return texts_join(a->pool, &all, " && ") ;
}

static void ask_in_setup (struct analysis *a, struct branch *branch, char const *condition)
{
  char const *name ;
  struct piece *piece ;
  flush_pending(a) ; /* it came ahead of the question */
  name = a->nasked++ ? pool_printf(a->pool, "asked_%u", a->nasked) : "asked" ;
  while (*condition && strchr(" \t\n", condition[strlen(condition) - 1])) condition = pool_copy(a->pool, condition, strlen(condition) - 1) ;
  condition = pool_printf(a->pool, "%s=; if %s; then %s=1; fi", name, whole_condition(a, condition), name) ;
  plan_setup(a->plan, (struct range){ 0, 0 }, condition, 1) ;
  piece = plan_piece(a->plan, condition, pool_printf(a->pool, " %s ", name)) ;
  piece->shared = piece->in_setup = 1 ;
  piece->claim = source_claim(a->source, branch->condition_range, plan_setup_where(a->plan),
    pool_printf(a->pool, "asked in the setup, once, as the work behind it may change the answer, which $%s keeps", name)) ;
  branch->asked = pool_printf(a->pool, "[ -n \"$%s\" ]", name) ;
}

void ask_once (struct analysis *a, struct statement const *branching)
{
  ask_case(a, branching) ;
  for (struct branch *branch = branching->branches ; branch ; branch = branch->next)
  {
    char const *condition = branching->kind == STATEMENT_IF && branch->condition ? shell_uncommented(a->pool, condition_text(a, branch)) : "" ;
    branch->asked = 0 ;
    if (!(asks_files(condition) || what_changes(a, condition).users.first) || strstr(condition, "<<") || asks_for_processes(a, branch->condition) || !changes_nothing(a, branch->condition)
     || !(changes_answer(a, branching, branch, condition) || changes_later(a, branching, branch, condition))) continue ;
    if (a->plan->services || a->last || mentions_positional(condition) || placed_mentioned(a->positional, condition)) texts_add_once(a->pool, &a->asked_again, condition_text(a, branch)) ;
    else ask_in_setup(a, branch, condition) ;
  }
}

char const *ask_side_once (struct analysis *a, struct statement *left, int is_or)
{
  struct branch other = { .body = left->next } ;
  struct branch asked = { .condition = left, .condition_range = left->range, .body = is_or ? 0 : left->next, .next = is_or ? &other : 0 } ;
  struct statement const branching = { .kind = STATEMENT_IF, .branches = &asked } ;
  struct statement *right = left->next ;
  left->next = 0 ;
  ask_once(a, &branching) ;
  left->next = right ;
  return asked.asked ;
}

/* Which of its conditions is one of these; 0: none. */
static char const *asked_again (struct analysis *a, struct service const *service)
{
  for (struct text const *condition = service->conditions.first ; condition ; condition = condition->next)
    for (struct text const *one = a->asked_again.first ; one ; one = one->next)
      if (strstr(condition->text, one->text)) return condition->text ;
  return 0 ;
}

void settle_asked (struct analysis *a)
{
  struct texts seen = { 0 } ;
  for (struct service *one = a->asked_again.first ? a->plan->services : 0 ; one ; one = one->next)
  {
    char const *condition = one->claim ? asked_again(a, one) : 0 ;
    if (!condition) continue ;
    /* A task that is the first to ask does that ahead of the work. */
    if (!one->is_oneshot || texts_has(&seen, condition))
      plan_todo(a->plan, one, one->claim, one->line, "the script asked the condition once, and its own work behind that may have changed the answer when this file asks again: "
        "keep the answer ahead of that work, in a file of /run, and ask for that here") ;
    texts_add_once(a->pool, &seen, condition) ;
  }
}
