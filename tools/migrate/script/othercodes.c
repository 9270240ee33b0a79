/* A question behind the waiting: with which codes did the script end there, beside main's? */

#include <ctype.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"

int asks_status (struct analysis *a, char const *text)
{
  if (strstr(text, "$?") || strstr(text, "PIPESTATUS")) return 1 ;
  for (struct text const *one = a->status_names.first ; one ; one = one->next)
    if (shell_mentions(text, one->text)) return 1 ;
  return 0 ;
}

enum meaning opposite (enum meaning meaning)
{
  return meaning == MEANS_ZERO ? MEANS_FAILED : meaning == MEANS_FAILED ? MEANS_ZERO : MEANS_UNKNOWN ;
}

/* [ $? -ne 0 ], (( rc == 0 )), [ "$rc" = 143 ] */
enum meaning meaning_of_text (char const *text)
{
  size_t end = strlen(text) ;
  size_t start ;
  int is_zero ;
  int is_stop ;
  if (strstr(text, " -a ") || strstr(text, " -o ") || strstr(text, "&&") || strstr(text, "||")) return MEANS_UNKNOWN ;
  while (end && strchr(" ])\"'", text[end - 1])) end-- ;
  for (start = end ; start && isdigit((unsigned char)text[start - 1]) ; ) start-- ;
  is_zero = end - start == 1 && text[start] == '0' ;
  is_stop = end - start == 3 && (!strncmp(text + start, "143", 3) || !strncmp(text + start, "130", 3)) ;
  while (start && strchr(" \"'", text[start - 1])) start-- ;
  if (start < 3 || (!is_zero && !is_stop)) return MEANS_UNKNOWN ;
  text += start - 3 ;
  if (!strncmp(text, "-ne", 3) || !strncmp(text, "-gt", 3) || !strncmp(text + 1, "!=", 2) || text[2] == '>') return is_zero ? MEANS_FAILED : MEANS_UNKNOWN ;
  if (strncmp(text, "-eq", 3) != 0 && text[2] != '=') return MEANS_UNKNOWN ;
  return is_zero ? MEANS_ZERO : MEANS_STOPPED ;
}

static enum meaning meaning_of_pattern (char const *pattern)
{
  return !strcmp(pattern, "0") ? MEANS_ZERO : shell_one_of(pattern, "143 130 130|143 143|130 0|143 143|0 0|130|143 0|143|130") ? MEANS_STOPPED : MEANS_UNKNOWN ;
}

int looks_at_processes (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "kill pgrep pidof ps jobs") ;
}

enum meaning meaning_of (struct analysis *a, struct statement *condition)
{
  if (!condition || condition->next) return MEANS_UNKNOWN ;
  if (statement_walk(condition, &looks_at_processes, 0)) return MEANS_FAILED ; /* kill -0 $PID: which one has ended? */
  if (!strcmp(statement_command(condition), "wait")) return MEANS_ZERO ;
  if (condition->kind == STATEMENT_NOT) return opposite(meaning_of(a, condition->body)) ;
  if (condition->kind == STATEMENT_AND && is_message(a, condition->body->next))
  {
    struct statement left = *condition->body ;
    left.next = 0 ;
    return meaning_of(a, &left) ;
  }
  if (condition->kind != STATEMENT_TEST && !shell_one_of(statement_command(condition), "[ test")) return MEANS_UNKNOWN ;
  return asks_status(a, statement_text(a, condition)) ? meaning_of_text(statement_text(a, condition)) : MEANS_UNKNOWN ;
}

struct exiting
{
  struct analysis *a ;
  unsigned int nunknown ; /* how many conditions around say nothing of main's code */
  struct other_codes *found ;
} ;

static void look_at_part (struct exiting *e, struct statement *part, enum meaning meaning) ;

static void look_at_branches (struct exiting *e, struct statement *statement)
{
  int is_case = statement->kind == STATEMENT_CASE ;
  enum meaning rest = MEANS_UNKNOWN ; /* where no branch before holds */
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
  {
    int is_else = branch_is_else(branch) ;
    int is_first = branch == statement->branches ;
    int never = branch->condition && !constant_truth(e->a->source, branch->condition) ; /* [ $RC -ne 0] */
    enum meaning meaning = is_else ? rest : is_case ? meaning_of_pattern(branch->pattern) : meaning_of(e->a, branch->condition) ;
    if (is_case && !asks_status(e->a, statement->nwords ? statement->words[0].raw : "")) meaning = MEANS_UNKNOWN ;
    if (never) continue ;
    if (!is_else) rest = is_first ? opposite(meaning) : MEANS_UNKNOWN ;
    e->nunknown += meaning == MEANS_UNKNOWN ;
    for (struct statement *one = branch->body ; one ; one = one->next) look_at_part(e, one, meaning) ;
    e->nunknown -= meaning == MEANS_UNKNOWN ;
  }
}

static void look_at_code (struct exiting *e, char const *code, enum meaning meaning)
{
  int is_zero = code && !strcmp(code, "0") ;
  if (meaning == MEANS_FAILED && code && !is_zero) e->found->failed = code ;
  else if (meaning == MEANS_ZERO && code && !is_zero && !e->nunknown) e->found->instead = code ;
  else if ((meaning != MEANS_ZERO && meaning != MEANS_STOPPED) || !is_zero) e->found->is_another = 1 ;
  else e->found->is_zero = 1 ;
}

static void look_at_exit (struct exiting *e, struct statement const *statement, enum meaning meaning)
{
  char const *raw = statement->nwords > 1 ? statement->words[1].raw : "" ;
  char const *code = shell_exit_code(e->a->pool, statement_word(statement, 1)) ;
  e->found->ends_failed |= meaning == MEANS_FAILED && !(code && !strcmp(code, "0")) ;
  if (!asks_status(e->a, raw)) look_at_code(e, code, meaning) ;
  else if (strstr(raw, "$((") && strcspn(raw, "?|+") != strlen(raw)) e->found->is_another = 1 ; /* $(( rc == 0 ? 1 : rc )) */
}

struct asked_name
{
  struct analysis *a ;
  char const *name ;
} ;

static int exits_with (struct statement *statement, void *data)
{
  struct asked_name const *asked = data ;
  return shell_one_of(statement_command(statement), "exit return") && statement->nwords > 1 && shell_mentions(statement->words[1].raw, asked->name) ;
}

/* CODE=1, where `exit $CODE` follows; 0: it is none */
static char const *code_set (struct analysis *a, struct statement const *statement)
{
  char const *text = statement->kind == STATEMENT_ASSIGNMENT ? statement_text(a, statement) : "" ;
  struct asked_name asked = { .a = a, .name = pool_copy(a->pool, text, strspn(text, NAME_LETTERS)) } ;
  char const *code = *asked.name && text[strlen(asked.name)] == '=' ? shell_exit_code(a->pool, text + strlen(asked.name) + 1) : 0 ;
  for (struct frame const *frame = code ? a->here : 0 ; frame ; frame = frame->up)
    for (struct statement *one = frame->rest ; one ; one = one->next)
      if (statement_walk(one, &exits_with, &asked)) return code ;
  return 0 ;
}

static int sets_code (struct statement *statement, void *data)
{
  return !!code_set(data, statement) ;
}

static int works_too (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  return statement->background || statement->kind == STATEMENT_LOOP || (statement->kind == STATEMENT_ASSIGNMENT && !code_set(a, statement) && !status_kept(a, statement)) ;
}

int only_sets_code (struct analysis *a, struct statement *statement)
{
  return (statement->kind == STATEMENT_IF || statement->kind == STATEMENT_CASE || is_and_or(statement))
   && statement_walk(statement, &sets_code, a) && !statement_walk(statement, &works_too, a) && !does_lasting_work(a, statement) ;
}

static void look_at_part (struct exiting *e, struct statement *part, enum meaning meaning)
{
  if (!strcmp(statement_command(part), "exit")) look_at_exit(e, part, meaning) ;
  else if (code_set(e->a, part)) look_at_code(e, code_set(e->a, part), meaning) ;
  else if (part->kind == STATEMENT_IF || part->kind == STATEMENT_CASE) look_at_branches(e, part) ;
  else if (is_and_or(part))
  {
    struct statement left = *part->body ;
    enum meaning asked ;
    left.next = 0 ;
    asked = meaning_of(e->a, &left) ;
    look_at_part(e, &left, meaning) ;
    e->nunknown += asked == MEANS_UNKNOWN ;
    look_at_part(e, part->body->next, part->kind == STATEMENT_AND ? asked : opposite(asked)) ;
    e->nunknown -= asked == MEANS_UNKNOWN ;
  }
  else if (part->kind == STATEMENT_GROUP || part->kind == STATEMENT_SUBSHELL)
    for (struct statement *one = part->body ; one ; one = one->next) look_at_part(e, one, meaning) ;
}

struct other_codes other_codes (struct analysis *a, struct statement *statement)
{
  struct other_codes found = { 0 } ;
  struct exiting e = { .a = a, .nunknown = !!a->conditions.first, .found = &found } ;
  look_at_part(&e, statement, MEANS_UNKNOWN) ;
  return found ;
}
