/* Conditions of plain words, whose truth is known: while [ 1 -eq 1 ], until false. Loops with one, and for ((;;)),
   are ended by nothing but a command in them: all of them become `while true`, so that nobody else has to know the
   other forms. */

#include <string.h>

#include "migrate/shell/tree.h"

enum truth { UNKNOWN, IS_FALSE, IS_TRUE } ;

static enum truth truth_of (int value) { return value ? IS_TRUE : IS_FALSE ; }

static enum truth negate_if (int negated, enum truth truth) { return !negated || truth == UNKNOWN ? truth : truth_of(truth == IS_FALSE) ; }

static int is_number (char const *word)
{
  return *word && strspn(word, "0123456789") == strlen(word) && strlen(word) < 9 ;
}

static enum truth compared (char const *left, char const *how, char const *right)
{
  unsigned int a = shell_number(left, 999999999, 0) ;
  unsigned int b = shell_number(right, 999999999, 0) ;
  if (shell_one_of(how, "= ==")) return truth_of(!strcmp(left, right)) ;
  if (!strcmp(how, "!=")) return truth_of(strcmp(left, right) != 0) ;
  if (!is_number(left) || !is_number(right)) return UNKNOWN ;
  if (!strcmp(how, "<")) return truth_of(a < b) ;
  if (!strcmp(how, "<=")) return truth_of(a <= b) ;
  if (!strcmp(how, ">")) return truth_of(a > b) ;
  if (!strcmp(how, ">=")) return truth_of(a >= b) ;
  if (!strcmp(how, "-eq")) return truth_of(a == b) ;
  if (!strcmp(how, "-ne")) return truth_of(a != b) ;
  if (!strcmp(how, "-lt")) return truth_of(a < b) ;
  if (!strcmp(how, "-le")) return truth_of(a <= b) ;
  if (!strcmp(how, "-gt")) return truth_of(a > b) ;
  return strcmp(how, "-ge") != 0 ? UNKNOWN : truth_of(a >= b) ;
}

static enum truth truth_of_words (char const *const *words, unsigned int n, int is_arithmetic)
{
  if (n == 3 && (!is_arithmetic || (is_number(words[0]) && is_number(words[2])))) return compared(words[0], words[1], words[2]) ;
  if (n == 2 && !strcmp(words[0], "-n")) return truth_of(*words[1]) ;
  if (n == 2 && !strcmp(words[0], "-z")) return truth_of(!*words[1]) ;
  if (n != 1 || (is_arithmetic && !is_number(words[0]))) return UNKNOWN ;
  return truth_of(is_arithmetic ? strspn(words[0], "0") != strlen(words[0]) : *words[0]) ;
}

/* What is between the brackets of [ ], [[ ]] and (( )): plain words, or nobody knows. */
static enum truth truth_of_test (struct pool *pool, char const *text)
{
  char const *words[3] ;
  unsigned int n = 0 ;
  int negated ;
  int is_arithmetic = *text == '(' ;
  char const *end = text + strlen(text) ;
  if (strpbrk(text, is_arithmetic ? "$`/*?\\~&|" : "$`/*?\\~<>&|")) return UNKNOWN ;
  while (end > text && strchr(")]", end[-1])) end-- ;
  text += strspn(text, "([ \t") ;
  negated = !strncmp(text, "! ", 2) ;
  text += negated ;
  for (; text += strspn(text, " \t"), text < end ; n++)
  {
    size_t len = strcspn(text, " \t") ;
    if (n == 3) return UNKNOWN ;
    if (len > (size_t)(end - text)) len = (size_t)(end - text) ;
    words[n] = shell_unquote(pool, pool_copy(pool, text, len)) ;
    if (!words[n]) return UNKNOWN ;
    text += len ;
  }
  return negate_if(negated, truth_of_words(words, n, is_arithmetic)) ;
}

/* As deep as the parser reads. */
static enum truth truth_of_condition (struct source *source, struct statement const *condition)
{
  char const *command ;
  char const *text ;
  enum truth truth = UNKNOWN ;
  int negated = 0 ;
  int wrong ;
  for (; condition && condition->kind == STATEMENT_NOT ; condition = condition->body) negated ^= 1 ;
  if (!condition || condition->next || condition->background || condition->nredirects) return UNKNOWN ;
  command = statement_command(condition) ;
  text = source_copy(source, condition->range) ;
  if (miswritten(source, condition, &wrong) && wrong >= 0) truth = truth_of(wrong) ;
  else if (condition->kind == STATEMENT_TEST || !strncmp(text, "((", 2)) truth = truth_of_test(source->pool, text) ; /* for the grammar, ((1)) is a shell in a shell */
  else if (!strcmp(command, "test")) truth = truth_of_test(source->pool, source_copy(source, (struct range){ condition->words[0].range.end, condition->range.end })) ;
  else if (shell_one_of(command, "true :")) truth = IS_TRUE ;
  else if (!strcmp(command, "false")) truth = IS_FALSE ;
  else if (condition->kind == STATEMENT_SUBSHELL || condition->kind == STATEMENT_GROUP) truth = truth_of_condition(source, condition->body) ; /* while (true) */
  return negate_if(negated, truth) ;
}

int constant_truth (struct source *source, struct statement const *condition)
{
  enum truth truth = truth_of_condition(source, condition) ;
  return truth == UNKNOWN ? -1 : truth == IS_TRUE ;
}

/* while true, in the place of what is written there */
static void set_endless (struct pool *pool, struct statement *loop, struct range place)
{
  struct statement *condition = pool_alloc(pool, sizeof(*condition)) ;
  condition->kind = STATEMENT_COMMAND ;
  condition->name = "" ;
  condition->source = loop->source ;
  condition->range = condition->core = place ;
  condition->words = pool_alloc(pool, sizeof(struct word)) ;
  condition->words[0] = (struct word){ .range = place, .raw = "true", .value = "true" } ;
  condition->nwords = 1 ;
  loop->kind = STATEMENT_LOOP ;
  loop->until = 0 ;
  loop->branches->condition = condition ;
  loop->branches->condition_range = place ;
}

void read_endless (struct source *source, struct statement *loop)
{
  struct branch *branch = loop->branches ;
  if (loop->kind == STATEMENT_LOOP)
  {
    int wrong ;
    if (branch->condition && miswritten(source, branch->condition, &wrong)) return ; /* it stays as it is written */
    if (truth_of_condition(source, branch->condition) == (loop->until ? IS_FALSE : IS_TRUE)) set_endless(source->pool, loop, branch->condition_range) ;
    return ;
  }
  /* for ((;;)) */
  {
    char const *rounds = strstr(source_copy(source, branch->head), "((") ;
    size_t len = rounds ? strspn(rounds, "(; \t") : 0 ;
    if (rounds && !strncmp(rounds + len, "))", 2)) set_endless(source->pool, loop, branch->head) ;
  }
}
