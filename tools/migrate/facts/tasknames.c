/* Names of tasks. The rule: a task is called after the program that it runs most often; one that only
   works on files says what it does to what: write-crontab, edit-nginx.conf, make-data. One that waits
   is called after what it waits for. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

struct tally
{
  struct analysis *a ;
  struct texts names ;
  int has_failure ;
} ;

/* { rm -f PIDFILE; exit 1; }: what clears up ahead of a failure says nothing of what the task is for. */
static int is_ahead_of_failure (struct statement const *statement)
{
  for (struct statement const *one = statement->next ; one ; one = one->next)
    if (!strcmp(statement_command(one), "exit") && one->nwords > 1 && strcmp(one->words[1].raw, "0") != 0) return 1 ;
  return 0 ;
}

static int add_command_name (struct statement *statement, void *data)
{
  struct tally *tally = data ;
  if (is_ahead_of_failure(statement)) tally->has_failure = 1 ;
  else if (is_main_command(tally->a, statement)) texts_add(tally->a->pool, &tally->names, name_of(tally->a, statement)) ;
  return 0 ;
}

/* The service that the next task depends on; 0: none, or several. */
static char const *only_dependency (struct analysis *a)
{
  char const *name = 0 ;
  if (a->ready.first) return a->ready.first->next ? 0 : a->ready.first->text ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
  {
    if (one->is_apart || one->is_oneshot) continue ;
    if (name) return 0 ;
    name = one->name ;
  }
  return name ;
}

struct asking
{
  struct statement *found ;
} ;

static int find_asking_program (struct statement *statement, void *data)
{
  struct asking *asking = data ;
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
    if (!shell_one_of(one->text, "cat ls wc grep egrep awk sed cut head tail tr echo printf date expr test [ jq id") && !asking->found) asking->found = statement ;
  return !!asking->found ;
}

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

/* >/etc/crontab: crontab */
static int find_written (struct statement *statement, void *data)
{
  char const **name = data ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    char const *base = shell_basename(statement->redirects[i].target) ;
    if (!statement->redirects[i].is_output || !strncmp(statement->redirects[i].target, "/dev/", 5) || strlen(base) < 3 || strspn(base, NAME_CHARACTERS) != strlen(base)) continue ;
    *name = base ;
    return 1 ;
  }
  return 0 ;
}

/* if [ -z "$TOKEN" ]; then exit 1; fi: check-TOKEN; 0: it is no such question. */
static char const *name_of_check (struct analysis *a, struct statement *statement)
{
  char const *name = strchr(statement_text(a, statement), '$') ;
  size_t len ;
  if (!name || !may_end(a, statement)) return 0 ;
  name += 1 + (name[1] == '{') ;
  len = strspn(name, NAME_LETTERS) ;
  return len && !strchr("0123456789", *name) ? pool_printf(a->pool, "check-%.*s", (int)len, name) : 0 ;
}

/* [ -f /etc/app.conf ] || exit 1: check-app.conf; 0: it is no question. */
static char const *name_of_question (struct analysis *a, struct statement *statement)
{
  char const *text = statement_text(a, statement) ;
  char const *path ;
  size_t len ;
  if (!strncmp(text, "if ", 3)) text += 3 ;
  if (!strncmp(text, "! ", 2)) text += 2 ;
  if (*text != '[' && strncmp(text, "((", 2) != 0 && strncmp(text, "test ", 5) != 0) return 0 ;
  path = pool_copy(a->pool, text, strcspn(text, "]\n;&|")) ;
  path += strcspn(path, "/") ;
  len = strchr(" \"'", path[-1]) ? strcspn(path, " \t\"'") : 0 ;
  path = len ? shell_basename(pool_copy(a->pool, path, len)) : "" ;
  return *path && strspn(path, NAME_CHARACTERS) == strlen(path) ? pool_printf(a->pool, "check-%s", path) : name_of_check(a, statement) ? name_of_check(a, statement) : "check" ;
}

/* MODELS=$(ollama list): the program that is asked */
static char const *name_of_answer (struct analysis *a, struct statement const *statement)
{
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
    if (!shell_one_of(one->text, "echo printf cat grep sed awk cut tr head tail date") && strspn(one->text, NAME_CHARACTERS) == strlen(one->text))
      return plan_find(a->plan, one->text) ? pool_printf(a->pool, "%s-task", one->text) : one->text ;
  return "task" ;
}

/* The task has no command that says what it does. */
static char const *name_of_waiting (struct analysis *a, struct statement *statement)
{
  struct asking asking = { 0 } ;
  int is_loop = statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR ;
  char const *service = only_dependency(a) ;
  int certain = 1 ;
  char const *written = name_of_answer(a, statement) ;
  if (!statement_has(statement, "sleep usleep"))
  {
    if (!statement_walk(statement, &find_written, &written) && name_of_question(a, statement)) return name_of_question(a, statement) ;
    return written ;
  }
  if (!is_loop) return "pause" ;
  if (service && asked_service(a, statement_text(a, statement), &certain)) return pool_printf(a->pool, "wait-for-%.*s", (int)strcspn(service, "@"), service) ;
  statement_walk(statement, &find_asking_program, &asking) ;
  for (struct text const *one = asking.found ? asking.found->programs.first : 0 ; one ; one = one->next)
    if (strspn(one->text, NAME_CHARACTERS) == strlen(one->text)) return pool_printf(a->pool, "wait-for-%s", one->text) ;
  return "wait" ;
}

/* ---- work on files ---- */

/* What these do to a file; 0: another program. */
static char const *verb_of (char const *program)
{
  static struct { char const *programs ; char const *verb ; } const table[] =
  {
    { "echo printf cat tee envsubst", "write" },
    { "sed", "edit" },
    { "cp install rsync", "copy" },
    { "mv", "move" },
    { "ln", "link" },
    { "mkdir touch mkfifo mknod", "make" },
    { "chown chgrp", "own" },
    { "chmod setfacl", "allow" },
    { "rm rmdir", "remove" },
    { "pgrep pidof ps", "write" },
  } ;
  for (size_t i = 0 ; i < sizeof(table) / sizeof(*table) ; i++)
    if (shell_one_of(program, table[i].programs)) return table[i].verb ;
  return 0 ;
}

struct acting
{
  char const *program ;
  struct statement *found ;
} ;

static int find_program (struct statement *statement, void *data)
{
  struct acting *acting = data ;
  if (strcmp(statement_command(statement), acting->program) != 0) return 0 ;
  acting->found = statement ;
  return 1 ;
}

/* for f in /docker-entrypoint.d/ *.sh: docker-entrypoint.d; 0: its words are no files of one folder. */
static char const *folder_of_list (struct analysis *a, struct statement const *list)
{
  char const *path = list->nwords == 1 ? list->words[0].raw : "" ;
  char const *end = strrchr(path, '/') ;
  char const *name = end ? shell_basename(pool_copy(a->pool, path, (size_t)(end - path))) : "" ;
  return *name && strspn(name, NAME_CHARACTERS) == strlen(name) ? name : 0 ;
}

static int is_for_cron (char const *path)
{
  return strstr(path, "crontab") || strstr(path, "/cron.d/") || strstr(path, "/spool/cron/") ;
}

/* The file that it writes, or else its last word. 0: no plain path. */
static char const *object_of (struct analysis *a, struct statement const *statement)
{
  char const *path = 0 ;
  char const *base ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (statement->redirects[i].is_output && *statement->redirects[i].target && strncmp(statement->redirects[i].target, "/dev/", 5) != 0
     && !strchr("0123456789-", *statement->redirects[i].target)) path = statement->redirects[i].target ;
  for (unsigned int i = statement->nwords ; !path && i > 1 && strcmp(statement_command(statement), "echo") != 0 ; i--)
    if (statement->words[i - 1].raw[0] != '-') path = statement->words[i - 1].raw ;
  if (!path) return 0 ;
  path = shell_without_quotes(a->pool, path) ;
  if (is_for_cron(path)) return "crontab" ;
  while (*path && path[strlen(path) - 1] == '/') path = pool_copy(a->pool, path, strlen(path) - 1) ;
  base = readable_name(a, shell_basename(path)) ;
  base += strspn(base, ".") ;
  if (strlen(base) < 3 && strchr(path, '$')) return 0 ; /* "$p" */
  return *base && strspn(base, NAME_CHARACTERS) == strlen(base) && strcmp(base, "service") != 0 ? base : 0 ;
}

/* edit-nginx.conf; 0: the program is no tool for files, or nobody knows for which. */
static char const *name_of_file_work (struct analysis *a, struct statement *statement, char const *program)
{
  struct acting acting = { .program = program } ;
  char const *verb = verb_of(program) ;
  char const *object ;
  if (!verb) return 0 ;
  statement_walk(statement, &find_program, &acting) ;
  object = acting.found ? object_of(a, acting.found) : 0 ;
  if (!object || (shell_one_of(program, "pgrep pidof ps") && !acting.found->nredirects)) return 0 ;
  if (acting.found == statement && !strcmp(program, "cat") && !writes_files(statement)) verb = "read" ;
  return strcmp(object, "crontab") != 0 ? pool_printf(a->pool, "%s-%s", verb, object) : object ;
}

struct working
{
  struct analysis *a ;
  char const *name ;
} ;

static int find_file_work (struct statement *statement, void *data)
{
  struct working *working = data ;
  if (statement->kind == STATEMENT_COMMAND) working->name = name_of_file_work(working->a, statement, statement_command(statement)) ;
  return !!working->name ;
}

/* ollama pull MODEL beside the service ollama: ollama-pull; 0: the name is free, or no word tells more. */
static char const *name_by_subcommand (struct analysis *a, struct statement *statement, char const *name)
{
  struct launch launch ;
  char const *word ;
  if (!plan_find(a->plan, name)) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  word = launch.code || launch.first + 1 >= statement->nwords ? "" : statement_word(statement, launch.first + 1) ;
  if (!*word || *word == '-' || strspn(word, "abcdefghijklmnopqrstuvwxyz-") != strlen(word)) return 0 ;
  return strcmp(shell_basename(statement_word(statement, launch.first)), name) != 0 ? 0 : pool_printf(a->pool, "%s-%s", name, word) ;
}

/* : "${TOKEN:?is missing}": check-TOKEN; 0: it is no such question. */
static char const *name_of_default (struct analysis *a, struct statement *statement)
{
  char const *text = !strcmp(statement_command(statement), ":") ? strstr(statement_text(a, statement), "${") : 0 ;
  size_t len = text ? strspn(text + 2, NAME_LETTERS) : 0 ;
  return len && (text[2 + len] == '?' || !strncmp(text + 2 + len, ":?", 2)) ? pool_printf(a->pool, "check-%.*s", (int)len, text + 2) : 0 ;
}

/* The function's name, or the name of the main command in its body. */
char const *task_name (struct analysis *a, struct statement *statement)
{
  struct tally tally = { .a = a } ;
  struct working working = { .a = a } ;
  struct acting acting = { 0 } ;
  char const *best = 0 ;
  unsigned int most = 0 ;
  if (called_function(a, statement)) return statement_command(statement) ;
  if (statement->kind == STATEMENT_COMMAND)
  {
    if (name_of_default(a, statement)) return name_of_default(a, statement) ;
    best = name_of(a, statement) ;
    if (command_name_is_any(best)) best = distinct_name(a, best, statement) ;
    if (name_by_subcommand(a, statement, best)) return name_by_subcommand(a, statement, best) ;
    return name_of_file_work(a, statement, best) ? name_of_file_work(a, statement, best) : best ;
  }
  if (statement->kind == STATEMENT_OTHER && statement->body) return pool_printf(a->pool, "%s-setup", name_of(a, statement->body)) ; /* a server for a while */
  statement_walk(statement, &add_command_name, &tally) ;
  for (struct text const *one = tally.names.first ; one ; one = one->next)
  {
    unsigned int n = 0 ;
    for (struct text const *other = one ; other ; other = other->next) n += !strcmp(one->text, other->text) ;
    if (best && shell_one_of(best, "sh bash dash ash") && n == most) n++ ; /* any other says more */
    if (n <= most) continue ;
    most = n ;
    best = one->text ;
  }
  if (!best && tally.has_failure && name_of_question(a, statement)) return name_of_question(a, statement) ;
  if (!best) best = name_of(a, statement) ;
  acting.program = best ;
  if (statement->kind == STATEMENT_FOR && strchr(best, '$') && strlen(readable_name(a, best)) < 3 && folder_of_list(a, statement)) return folder_of_list(a, statement) ;
  if (name_of_file_work(a, statement, best)) return name_of_file_work(a, statement, best) ;
  if (statement_walk(statement, &find_program, &acting) && name_by_subcommand(a, acting.found, best)) return name_by_subcommand(a, acting.found, best) ;
  if (!strcmp(best, "service"))
  {
    struct acting hook = { .program = "eval" } ;
    statement_walk(statement, &find_program, &hook) ;
    if (hook.found) best = name_of(a, hook.found) ; /* [ -z "$HOOK" ] || eval "$HOOK" */
  }
  if (!strcmp(best, "service") && !statement_has(statement, "sleep usleep") && statement_walk(statement, &find_file_work, &working)) return working.name ; /* [ -d X ] || mkdir X */
  if (!strcmp(best, "service") && name_of_check(a, statement)) return name_of_check(a, statement) ;
  return strcmp(best, "service") != 0 ? best : name_of_waiting(a, statement) ;
}

/* ---- the first statement of a task, and those behind it ---- */

/* x || echo failed: x */
static struct statement *plain_part (struct statement *statement)
{
  while ((statement->kind == STATEMENT_OR || statement->kind == STATEMENT_NOT) && statement->body) statement = statement->body ;
  return statement ;
}

/* manage.py migrate, php artisan storage:link; not manage.py runserver */
static int is_project_verb (struct statement *statement)
{
  if (statement->background || plain_part(statement)->kind != STATEMENT_COMMAND) return 0 ;
  statement = plain_part(statement) ;
  for (unsigned int i = 0 ; i < 3 && i + 1 < statement->nwords ; i++)
    if (shell_one_of(shell_basename(statement_word(statement, i)), "manage.py artisan rails rake") && *statement_word(statement, i + 1) && *statement_word(statement, i + 1) != '-')
      return !says_serve(statement, 0) ;
  return 0 ;
}

static int only_prepares (struct statement *statement)
{
  if (statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR) return statement_has(statement, "sleep usleep") ; /* it waits ahead of the work */
  return statement->kind == STATEMENT_COMMENT || shell_one_of(statement_command(plain_part(statement)), "sleep echo printf chmod chown chgrp mkdir touch rm ln") ;
}

/* while ! nc -z H 9092; do sleep 1; done: what follows it in the task says more. */
static int only_waits (struct statement *statement)
{
  struct statement *one = statement->kind == STATEMENT_LOOP ? statement->branches->body : 0 ;
  if (!one) return 0 ;
  for (; one ; one = one->next)
    if (one->kind != STATEMENT_COMMENT && one->kind != STATEMENT_ASSIGNMENT && !shell_one_of(statement_command(one), "sleep usleep echo printf :")) return 0 ;
  return 1 ;
}

/* A command that the task has, too, as far as its words tell. */
static int is_work_behind (struct analysis *a, struct statement *one)
{
  struct foreground foreground ;
  if (!one || !one->next || one->kind != STATEMENT_COMMAND || !one->nwords || one->background || !is_main_command(a, one) || only_prepares(one)) return 0 ;
  if (called_function(a, one) && !names_deed(statement_command(one))) return 0 ; /* perhaps a message */
  foreground_inside(a->plan, one, &foreground) ;
  return strcmp(statement_command(one), "exec") != 0 && !says_serve(one, 0) && (!foreground.is_daemon || foreground.ends) && !foreground.is_init_script ;
}

char const *open_task_name (struct analysis *a, struct statement *first)
{
  struct statement *one = only_prepares(first) ? first->next : 0 ;
  if (only_waits(first) && is_work_behind(a, first->next)) return task_name(a, first->next) ;
  while (one && only_prepares(one)) one = one->next ;
  return task_name(a, one && is_project_verb(one) ? plain_part(one) : first) ;
}
