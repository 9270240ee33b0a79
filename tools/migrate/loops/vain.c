/* Questions about processes that always have the same answer, by a mistake in the loop that asks them. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

#define WORDS_MAX 16
#define VARIABLES_MAX 4

struct vain
{
  struct analysis *a ;
  struct statement *loop ;
  char const *names[VARIABLES_MAX] ;
  char const *values[VARIABLES_MAX][2] ; /* what each may be */
  unsigned int n ;
  unsigned int state ; /* a bit for each: which of its values it has */
  char const *why ; /* of the first that is always empty; "": none is */
} ;

/* ps aux | grep -q web | grep -v grep; pgrep web >/dev/null */
static int prints_nothing (struct pool *pool, char const *code)
{
  int is_quiet = 0 ;
  if (strpbrk(code, ";\n") || strstr(code, "&&") || strstr(code, "||")) return 0 ;
  for (char const *p = code ; ; p++)
  {
    size_t len = strcspn(p, "|") ;
    char const *stage = pool_copy(pool, p + strspn(p, " "), len - strspn(p, " ")) ;
    int is_grep = shell_one_of(pool_copy(pool, stage, strcspn(stage, " ")), GREPS) ;
    if (is_quiet && (!is_grep || strstr(stage, " -c") || strstr(stage, "--count"))) return 0 ;
    is_quiet |= (is_grep && (strstr(stage, " -q") || strstr(stage, " --quiet"))) || strstr(stage, " >/dev/null") || strstr(stage, " > /dev/null") || strstr(stage, "&>") ;
    p += len ;
    if (!*p) return is_quiet ;
  }
}

struct assigned
{
  struct vain *v ;
  char const *name ;
  char const *value ; /* 0: the loop does not set it */
  int differs ;
} ;

static int find_assigned (struct statement *statement, void *data)
{
  struct assigned *assigned = data ;
  char const *text = statement->kind == STATEMENT_ASSIGNMENT ? statement_text(assigned->v->a, statement) : "" ;
  size_t len = strlen(assigned->name) ;
  if (strncmp(text, assigned->name, len) != 0 || text[len] != '=') return 0 ;
  text += len + 1 ;
  assigned->differs |= assigned->value && strcmp(assigned->value, text) != 0 ;
  assigned->value = text ;
  return 0 ;
}

/* The two values that a variable may have; returns 0 if that is not known. */
static int values_of (struct vain *v, char const *name, char const *values[2])
{
  struct pool *pool = v->a->pool ;
  struct assigned assigned = { .v = v, .name = name } ;
  char const *code ;
  size_t len ;
  statement_walk(v->loop, &find_assigned, &assigned) ;
  values[0] = values[1] = "" ;
  if (assigned.differs || !assigned.value) return 0 ;
  code = shell_without_quotes(pool, assigned.value) ;
  len = strlen(code) ;
  if (!strcmp(code, "$?"))
  {
    values[0] = "0" ;
    values[1] = "1" ;
    return 1 ;
  }
  if (len > 3 && !strncmp(code, "$(", 2) && code[len - 1] == ')') code = pool_copy(pool, code + 2, len - 3) ;
  else if (len > 2 && *code == '`' && code[len - 1] == '`') code = pool_copy(pool, code + 1, len - 2) ;
  else return 0 ;
  if (!prints_nothing(pool, code)) return 0 ;
  if (!*v->why) v->why = pool_printf(pool, " ($%s is always empty, as a command with -q or >/dev/null prints nothing)", name) ;
  return 1 ;
}

/* What a word is now; 0: it is not known. */
static char const *value_of (struct vain *v, char const *word)
{
  struct variable variable ;
  unsigned int i = 0 ;
  if (!strpbrk(word, "$`\\*?")) return shell_without_quotes(v->a->pool, word) ;
  if (!variable_parse(v->a->pool, word, &variable) || variable.fallback) return 0 ;
  while (i < v->n && strcmp(v->names[i], variable.name) != 0) i++ ;
  if (i == VARIABLES_MAX) return 0 ;
  if (i == v->n)
  {
    if (!values_of(v, variable.name, v->values[i])) return 0 ;
    v->names[v->n++] = variable.name ;
  }
  return v->values[i][v->state >> i & 1] ;
}

enum answer { NO, YES, FAILS, IS_UNKNOWN } ;

static int is_whole_number (char const *word)
{
  return *word && strspn(word, "0123456789") == strlen(word) ;
}

static enum answer compare (char const *left, char const *sign, char const *right, int is_double)
{
  int sense ;
  if (shell_one_of(sign, "= ==")) return strcmp(left, right) ? NO : YES ;
  if (!strcmp(sign, "!=")) return strcmp(left, right) ? YES : NO ;
  if (!shell_one_of(sign, "-ne -eq -gt")) return IS_UNKNOWN ;
  if (is_double && !*left) left = "0" ;
  if (!is_whole_number(left) || !is_whole_number(right)) return is_double ? IS_UNKNOWN : FAILS ;
  sense = strlen(left) == strlen(right) ? strcmp(left, right) : strlen(left) > strlen(right) ? 1 : -1 ;
  return (!strcmp(sign, "-ne") ? sense != 0 : !strcmp(sign, "-eq") ? !sense : sense > 0) ? YES : NO ;
}

static enum answer answer (char const *const *words, unsigned int n, int is_double)
{
  if (!n) return is_double ? IS_UNKNOWN : NO ;
  if (n == 1) return **words ? YES : NO ;
  if (n == 2 && !strcmp(words[0], "-n")) return *words[1] ? YES : NO ;
  if (n == 2 && !strcmp(words[0], "-z")) return *words[1] ? NO : YES ;
  if (n == 2 && shell_one_of(words[0], "-f -e -d -s")) return !*words[1] || is_whole_number(words[1]) ? NO : IS_UNKNOWN ; /* no file is called so */
  if (n == 3) return compare(words[0], words[1], words[2], is_double) ;
  if (is_double || !strcmp(words[0], "!") || strchr(words[0], '(')) return IS_UNKNOWN ;
  if (n == 2) return shell_one_of(words[0], "-ne -eq -gt -lt -ge -le = == !=") ? FAILS : IS_UNKNOWN ;
  return shell_one_of(words[0], "-f -e -d -s") ? FAILS : IS_UNKNOWN ; /* -f 0 -ne 0 */
}

/* [ A -o B ], [[ A || B ]] */
static enum answer answer_all (char const *const *words, unsigned int n, int is_double)
{
  char const *either = is_double ? "||" : "-o" ;
  char const *both = is_double ? "&&" : "-a" ;
  enum answer all = NO ;
  unsigned int first = 0 ;
  for (unsigned int i = 0 ; i <= n ; i++)
  {
    enum answer one ;
    if (i < n && !strcmp(words[i], both)) return IS_UNKNOWN ;
    if (i < n && strcmp(words[i], either) != 0) continue ;
    one = first == i && n ? FAILS : answer(words + first, i - first, is_double) ;
    if (one == FAILS || (one == IS_UNKNOWN && all != FAILS) || (one == YES && all == NO)) all = one ;
    first = i + 1 ;
  }
  return all ;
}

/* A text of [ or [[, with the values of v->state */
static enum answer answer_text (struct vain *v, char const *text)
{
  char const *words[WORDS_MAX] ;
  unsigned int n = 0 ;
  int is_double = !strncmp(text, "[[ ", 3) ;
  if (!is_double && strncmp(text, "[ ", 2) != 0) return IS_UNKNOWN ;
  for (char const *p = text + 2 + is_double ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *word = pool_copy(v->a->pool, p, strcspn(p, " ")) ;
    char const *value ;
    if (!strcmp(word, is_double ? "]]" : "]")) return p[strlen(word)] ? IS_UNKNOWN : answer_all(words, n, is_double) ;
    value = value_of(v, word) ;
    if (!value || n == WORDS_MAX) return IS_UNKNOWN ;
    if (*value || *word == '"' || is_double) words[n++] = value ; /* an empty value without quotes is no word */
  }
  return IS_UNKNOWN ;
}

static enum answer answer_statement (struct vain *v, struct statement *condition)
{
  int truth = constant_truth(v->a->source, condition) ;
  if (truth >= 0) return truth ? YES : NO ;
  if (condition->kind == STATEMENT_OR)
  {
    struct statement left = *condition->body ;
    enum answer one ;
    enum answer other ;
    left.next = 0 ;
    one = answer_statement(v, &left) ;
    other = answer_statement(v, condition->body->next) ;
    if (one == YES || other == YES) return YES ;
    return one == IS_UNKNOWN || other == IS_UNKNOWN ? IS_UNKNOWN : NO ;
  }
  return answer_text(v, statement_text(v->a, condition)) ;
}

/* NO, YES: always; IS_UNKNOWN: now this, now that, or not known. */
static enum answer always (struct vain *v, struct statement *condition)
{
  enum answer first = answer_statement(v, condition) ;
  for (v->state = 1 ; v->state < 1U << v->n ; v->state++)
  {
    enum answer now = answer_statement(v, condition) ;
    if (now == IS_UNKNOWN || (now == YES) != (first == YES)) return IS_UNKNOWN ;
  }
  v->state = 0 ;
  return first == FAILS ? NO : first ;
}

int tell_vain_questions (struct analysis *a, struct statement *loop)
{
  int all = 1 ;
  int any = 0 ;
  if (a->errexit) return 0 ; /* what fails ahead of the question may have ended it */
  for (struct statement *one = loop->branches ? loop->branches->body : 0 ; one ; one = one->next)
  {
    struct branch const *branch = one->kind == STATEMENT_IF ? one->branches : 0 ;
    struct vain v = { .a = a, .loop = loop, .why = "" } ;
    enum answer is ;
    if (!branch || !branch->condition || branch->condition->next || !may_end_script(a, branch->body))
    {
      all &= !may_end(a, one) ;
      continue ;
    }
    is = always(&v, branch->condition) ;
    all &= is == NO && !branch->next ;
    any |= is == NO ;
    if (is == NO) plan_mistake(a->plan, line_of(a, one), pool_printf(a->pool, "this never holds, whatever runs%s: the script did not end here, though it was meant to; now the container does", v.why)) ;
    if (is == YES) plan_mistake(a->plan, line_of(a, one), pool_printf(a->pool, "this always holds, whatever runs%s: the script ended at its first look", v.why)) ;
  }
  return all && any ;
}
