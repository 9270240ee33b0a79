/* The files that the script reads (. FILE), as far as they are known here: what do they do that no service may repeat,
   and do they set anything that is needed behind them? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

#define DEPTH_MAX 4 /* of files that read each other */

struct reading
{
  struct analysis *a ;
  struct function *of_script ; /* functions */
  unsigned int depth ;
  char const *file ; /* that is read now */
  char const *work ; /* the first of its commands that does something */
  char const *value ; /* the first of its lines that sets a value which is another each time */
  int starts ;
  int sets ; /* something that is needed behind it */
} ;

/* Done twice, they leave what they have left once. */
#define IDEMPOTENT "mkdir chmod chown chgrp install touch ln sleep wait kill trap alias unalias bind complete stty clear tput setterm hash"

static char const *first_line (struct analysis *a, struct statement *statement)
{
  char const *text = statement_text(a, statement) ;
  return pool_copy(a->pool, text, strcspn(text, "\n")) ;
}

static int is_of_script (struct reading const *reading, char const *name)
{
  struct function const *one = reading->of_script ;
  while (one && strcmp(one->name, name) != 0) one = one->next ;
  return !!one ;
}

static void read_file (struct reading *reading, char const *text) ;

static int look_for_work (struct statement *statement, void *data)
{
  struct reading *reading = data ;
  struct analysis *a = reading->a ;
  char const *command = statement_command(statement) ;
  char const *text = sourced_text(a, statement) ;
  if (text) read_file(reading, text) ;
  else if ((statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_DECLARATION) && !reading->value && has_own_answer(statement_text(a, statement)))
    reading->value = first_line(a, statement) ;
  if (reading->work) return 0 ;
  if (!redirects_everything(statement) && writes_files(statement)) reading->work = first_line(a, statement) ;
  if (statement->kind != STATEMENT_COMMAND || is_harmless_again(command) || shell_one_of(command, IDEMPOTENT) || sets_up_shell(statement)) return 0 ;
  if (is_of_script(reading, command) || sourced_function(a, command)) return 0 ;
  if (does_something(statement, a) || does_what_it_reads(statement, a)) reading->work = first_line(a, statement) ;
  return 0 ;
}

/* Does something besides the file mention it? */
static int is_needed (struct reading *reading, char const *name)
{
  struct analysis *a = reading->a ;
  if (a->exports_all || is_exported(a, name) || shell_mentions(a->plan->source->text, name)) return 1 ;
  for (struct configuration const *one = a->plan->scripts ; one ; one = one->next)
    if (one->text != reading->file && strcmp(one->text, a->plan->source->text) != 0 && shell_mentions(one->text, name)) return 1 ;
  return 0 ;
}

static int look_for_settings (struct statement *statement, void *data)
{
  struct reading *reading = data ;
  struct analysis *a = reading->a ;
  char const *command = statement_command(statement) ;
  char const *names ;
  if (sourced_text(a, statement)) return 0 ; /* look_for_work() reads it */
  if (sets_up_shell(statement) || redirects_everything(statement) || statement->kind == STATEMENT_DAMAGED || statement->kind == STATEMENT_OTHER
   || shell_one_of(command, "export declare typeset readonly unset cd pushd popd umask ulimit shopt . source eval alias trap shift exec")) return reading->sets = 1 ;
  if (!strcmp(command, "set") && (!strchr("-+", statement_word(statement, 1)[0]) || strchr(statement_word(statement, 1), 'a') || statement->nwords > 3 || !strcmp(statement_word(statement, 2), "allexport")))
    return reading->sets = 1 ;
  names = statement->kind == STATEMENT_FUNCTION && statement->body ? pool_printf(a->pool, " %s%s", statement->name, names_called(a, statement->body)) : names_defined(a, statement) ;
  for (char const *p = names ; !reading->sets && *(p += strspn(p, " ")) ; p += strcspn(p, " ")) reading->sets = is_needed(reading, pool_copy(a->pool, p, strcspn(p, " "))) ;
  return reading->sets ;
}

static void read_file (struct reading *reading, char const *text)
{
  struct analysis *a = reading->a ;
  struct source *outer = a->source ;
  struct function *functions = a->functions ;
  char const *file = reading->file ;
  struct source *code = pool_alloc(a->pool, sizeof(*code)) ;
  struct statement *list = reading->depth < DEPTH_MAX ? shell_parse_text(a->pool, code, text) : 0 ;
  if (!list) return ;
  reading->depth++ ;
  reading->file = text ;
  a->source = code ;
  a->functions = 0 ;
  for (struct statement *one = list ; one ; one = one->next) statement_walk(one, &add_sourced_function, a) ;
  for (struct statement *one = list ; one ; one = one->next)
  {
    if (!reading->sets) statement_walk(one, &look_for_settings, reading) ;
    if (one->kind == STATEMENT_FUNCTION) continue ;
    reading->starts |= starts_something(a, one) && !shell_one_of(statement_command(one), "wait exec") ;
    walk_with_calls(a, one, &look_for_work, reading) ;
  }
  a->functions = functions ;
  a->source = outer ;
  reading->file = file ;
  reading->depth-- ;
}

static struct reading read_by (struct analysis *a, struct statement const *statement)
{
  struct reading reading = { .a = a, .of_script = a->functions } ;
  char const *text = sourced_text(a, statement) ;
  if (text) read_file(&reading, text) ;
  else reading.sets = 1 ;
  return reading ;
}

int sourced_sets_nothing (struct analysis *a, struct statement const *statement)
{
  return reads_file((struct statement *)statement, 0) && !read_by(a, statement).sets ;
}

/* Does it ask for what the script has set? A task has that only where its own words say so. */
static int asks_script (struct analysis *a, char const *text)
{
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (piece_mentioned(a->plan->pieces + i, text)) return 1 ;
  return 0 ;
}

int sourced_only_works (struct analysis *a, struct statement const *statement)
{
  struct reading reading = { 0 } ;
  if (reads_file((struct statement *)statement, 0)) reading = read_by(a, statement) ;
  return reading.work && !reading.sets && !reading.starts && !(a->plan->services && asks_script(a, sourced_text(a, statement))) ;
}

/* /hooks/pre.sh, init-db.sh: a file that is not known here. */
static int says_work (struct analysis *a, struct statement const *statement)
{
  static char const *const marks[] = { "init", "migrat", "prepare", "bootstrap", "seed" } ;
  char const *raw = statement->words[1].raw ;
  if (strchr(raw, '$') || sourced_text(a, statement) || !sourced_may_work(a, statement, raw)) return 0 ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(shell_basename(raw), marks[i])) return 1 ;
  return !!strstr(raw, "hook") ;
}

struct finding
{
  struct analysis *a ;
  char const *told ;
} ;

static int tell (struct statement *statement, void *data)
{
  struct finding *finding = data ;
  struct reading reading = { 0 } ;
  char const *name ;
  if (!reads_file(statement, 0)) return 0 ;
  name = statement->words[1].raw ;
  if (says_work(finding->a, statement))
    finding->told = pool_printf(finding->a->pool, "by its name, %s may do more than set variables, and each of these files reads it anew: if it does, let the setup alone read it", name) ;
  reading = read_by(finding->a, statement) ;
  if (reading.starts) return 0 ; /* settle_sourced() tells that */
  if (reading.work)
    finding->told = pool_printf(finding->a->pool, "%s does more than set variables (%s), and each of these files does that anew: let the setup alone do it, and leave in %s what the services need", name, reading.work, name) ;
  else if (reading.value)
    finding->told = pool_printf(finding->a->pool, "%s computes another value each time (%s), and each of these files reads it anew: if they have to be the same, write it to a file once, and read that", name, reading.value) ;
  return !!finding->told ;
}

char const *sourced_work (struct analysis *a, struct statement *statement)
{
  struct finding finding = { .a = a } ;
  statement_walk(statement, &tell, &finding) ;
  return finding.told ;
}
