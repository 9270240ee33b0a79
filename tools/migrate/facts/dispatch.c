/* Which branch the script takes, if its arguments decide, and the image's CMD is known. */

#include <fnmatch.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

static char const *joined_arguments (struct analysis *a)
{
  struct texts words = { 0 } ;
  for (unsigned int i = 0 ; a->arguments[i] ; i++) texts_add(a->pool, &words, a->arguments[i]) ;
  return texts_join(a->pool, &words, " ") ;
}

static unsigned int count_arguments (struct analysis *a)
{
  unsigned int n = 0 ;
  while (a->arguments[n]) n++ ;
  return n ;
}

static int arguments_are_known (struct analysis *a)
{
  return a->arguments && !a->positional && !a->shifted ;
}

static struct known const *find_known (struct analysis *a, char const *name, size_t len)
{
  struct known const *known = a->known ;
  while (known && (strncmp(known->name, name, len) != 0 || known->name[len])) known = known->next ;
  return known ;
}

/* The value of the parameter that `p` begins with, behind $ or ${; *end is set behind its name.
   0: not known. */
static char const *parameter (struct analysis *a, char const *p, char const **end)
{
  unsigned int n = shell_number(p, 99, end) ;
  struct known const *known ;
  if (*end > p)
  {
    known = find_known(a, p, (size_t)(*end - p)) ;
    if (known && known->value) return known->value ; /* of a function's call */
    if (!arguments_are_known(a) || !n) return 0 ;
    return n <= count_arguments(a) ? a->arguments[n - 1] : "" ;
  }
  if (strchr("#@*", *p) && *p)
  {
    *end = p + 1 ;
    if (!arguments_are_known(a)) return 0 ;
    return *p == '#' ? pool_printf(a->pool, "%u", count_arguments(a)) : joined_arguments(a) ;
  }
  *end = p + strspn(p, NAME_LETTERS) ;
  known = find_known(a, p, (size_t)(*end - p)) ;
  return !known ? 0 : known->value ? known->value : a->with_constants ? known->constant : 0 ;
}

/* :0:1 */
static char const *substring (struct analysis *a, char const *value, char const *operation)
{
  char const *end ;
  size_t size = strlen(value) ;
  size_t first = shell_number(operation + 1, 10000, &end) ;
  size_t len = size ;
  if (end == operation + 1) return 0 ;
  if (*end == ':')
  {
    char const *begin = end + 1 ;
    len = shell_number(begin, 10000, &end) ;
    if (end == begin) return 0 ;
  }
  if (*end) return 0 ;
  if (first > size) first = size ;
  return pool_copy(a->pool, value + first, len < size - first ? len : size - first) ;
}

static char const *value_of (struct analysis *a, char const *raw, unsigned int depth) ;

/* What is behind the name in ${NAME...}. */
static char const *operate (struct analysis *a, char const *value, char const *operation, unsigned int depth, int is_set)
{
  size_t size = strlen(value) ;
  char const *word ;
  char const *letter = operation + (*operation == ':') ;
  if (*letter == '-') return (*operation == ':' ? *value : is_set) ? value : value_of(a, letter + 1, depth + 1) ;
  if (*letter == '+') return (*operation == ':' ? *value : is_set) ? value_of(a, letter + 1, depth + 1) : "" ;
  if (*operation == ':') return substring(a, value, operation) ;
  if (*operation != '#' && *operation != '%') return 0 ;
  word = operation + 1 + (operation[1] == *operation) ;
  word = shell_unquote(a->pool, word) ;
  if (!word) return 0 ;
  if (*operation == '#') return strncmp(value, word, strlen(word)) != 0 ? value : value + strlen(word) ;
  return size < strlen(word) || strcmp(value + size - strlen(word), word) != 0 ? value : pool_copy(a->pool, value, size - strlen(word)) ;
}

/* "$1", ${1:-web}, ${1:0:1}, $#, $MODE that was set to one of these: its value; 0: not known. */
static char const *value_of (struct analysis *a, char const *raw, unsigned int depth)
{
  size_t len = strlen(raw) ;
  char const *p = raw ;
  char const *end ;
  char const *value = shell_unquote(a->pool, raw) ;
  struct parts parts ;
  if (value) return value ;
  if (a->as_root && shell_one_of(raw, "$EUID ${EUID} $UID ${UID} \"$EUID\" \"${EUID}\" \"$UID\" \"${UID}\"")) return "0" ;
  if (a->as_root && (!strcmp(raw, "\"$(id -u)\"") || !strcmp(raw, "$(id -u)") || !strcmp(raw, "`id -u`"))) return "0" ;
  if (depth > 8) return 0 ;
  if (asked_type(a->pool, raw))
  {
    value = value_of(a, asked_type(a->pool, raw), depth + 1) ;
    return value && find_function(a, value) ? "function" : 0 ;
  }
  if (split_parameter(a->pool, raw, &parts))
  {
    value = value_of(a, parts.parameter, depth + 1) ;
    return value ? pool_printf(a->pool, "%s%s%s", parts.before, value, parts.after) : 0 ;
  }
  if (*p == '"' && len > 1 && raw[len - 1] == '"')
  {
    p++ ;
    len -= 2 ;
  }
  p = pool_copy(a->pool, p, len) ;
  if (*p++ != '$') return 0 ;
  if (*p != '{')
  {
    value = parameter(a, p, &end) ;
    return *end ? 0 : value ;
  }
  value = parameter(a, p + 1, &end) ;
  len = strlen(end) ;
  if (!value || !len || end[len - 1] != '}') return 0 ;
  return len == 1 ? value : operate(a, value, pool_copy(a->pool, end, len - 1), depth, *value || !strchr("123456789@*", p[1])) ;
}

char const *value_by_cmd (struct analysis *a, char const *raw)
{
  return value_of(a, raw, 0) ;
}

int replaces_arguments (struct analysis *a, struct statement const *statement)
{
  return statement->kind == STATEMENT_COMMAND && statement_sets_arguments(statement) && !mentions_positional(statement_text(a, statement)) ;
}

static int loses_arguments (struct statement *statement, void *data)
{
  return replaces_arguments(data, statement) ;
}

char const *const *arguments_of (struct analysis *a, struct statement const *statement, unsigned int first)
{
  struct texts words = { 0 } ;
  char const **array ;
  unsigned int n = 0 ;
  if (!arguments_are_known(a)) return 0 ;
  for (unsigned int i = first ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (!strcmp(raw, "\"$@\"") || !strcmp(raw, "\"${@}\""))
      for (unsigned int j = 0 ; a->arguments[j] ; j++) texts_add(a->pool, &words, a->arguments[j]) ;
    else
    {
      char const *value = *raw == '"' || !strchr(raw, '$') ? value_of(a, raw, 0) : 0 ;
      if (!value) return 0 ;
      texts_add(a->pool, &words, value) ;
    }
  }
  for (struct text const *one = words.first ; one ; one = one->next) n++ ;
  array = pool_alloc(a->pool, (n + 1) * sizeof(*array)) ;
  n = 0 ;
  for (struct text const *one = words.first ; one ; one = one->next) array[n++] = one->text ;
  return array ;
}

/* [ "${1#-}" != "$1" ] && set -- server "$@": the part that runs with this CMD; 0: none does. The statement itself if that is not known. */
static struct statement const *part_by_cmd (struct analysis *a, struct statement const *statement)
{
  int is_or = statement->kind == STATEMENT_OR ;
  int r = (is_or || statement->kind == STATEMENT_AND) && statement_sets_arguments(statement->body->next) ? decide_by_cmd(a, statement->body) : -1 ;
  return r == -1 ? statement : r == is_or ? 0 : statement->body->next ;
}

/* set -- server "$@"; shift 2: what the arguments are from here on. */
void note_arguments_set (struct analysis *a, struct statement const *statement)
{
  struct statement const *part = part_by_cmd(a, statement) ;
  char const *command = statement_command(statement) ;
  int plain = statement->kind == STATEMENT_COMMAND && !a->conditions.first && !a->in_function && arguments_are_known(a) ;
  char const *const *array ;
  if (!part) return ;
  if (part != statement)
  {
    note_arguments_set(a, part) ;
    return ;
  }
  if (a->in_function) shift_words(a, statement) ;
  if (!a->conditions.first && !a->in_function && replaces_arguments(a, statement)) a->sets_arguments = 1 ;
  if (!a->in_function && statement_walk((struct statement *)statement, &loses_arguments, a)) a->loses_arguments = 1 ;
  if (statement->kind == STATEMENT_AND && statement->body->kind == STATEMENT_ASSIGNMENT && !strcmp(statement_command(statement->body->next), "shift"))
  {
    note_value(a, statement->body) ; /* COMMAND=$1 && shift */
    note_arguments_set(a, statement->body->next) ;
    return ;
  }
  if (plain && !strcmp(command, "shift"))
  {
    char const *end = "" ;
    unsigned int by = statement->nwords > 1 ? shell_number(statement->words[1].raw, 1000, &end) : 1 ;
    if (*end && *a->arguments) a->shifted = 1 ; /* shift $((OPTIND - 1)) */
    else for ( ; by && *a->arguments ; by--) a->arguments++ ;
    return ;
  }
  array = plain && statement_sets_arguments(statement) ? arguments_of(a, statement, statement_sets_arguments(statement)) : 0 ;
  if (array) a->arguments = array ;
  else a->shifted = 1 ;
}

/* Does nothing else give it a value, or may? Then its name stands once without a $, where it is set. */
static int is_set_once (char const *text, char const *name)
{
  unsigned int n = 0 ;
  size_t len = strlen(name) ;
  for (char const *at = text ; (at = strstr(at, name)) ; at += len)
    if ((at == text || !strchr(NAME_LETTERS "${", at[-1])) && !(at[len] && strchr(NAME_LETTERS, at[len]))) n++ ;
  return n == 1 ;
}

/* NAME=nginx; service "$NAME" start: the words behind it that are just $NAME are that, for names and tables; also
   NAME="nginx -c FILE"; $NAME, and NAME=(nginx -c FILE); "${NAME[@]}". */
static void give_value (struct analysis *a, struct statement const *statement, char const *name, char const *raw)
{
  size_t len = strlen(raw) ;
  int is_array = *raw == '(' && raw[len - 1] == ')' ;
  int is_quoted = len > 1 && strchr("\"'", *raw) && raw[len - 1] == *raw ;
  char const *value = is_array || is_quoted ? pool_copy(a->pool, raw + 1, len - 2) : raw ;
  if (a->conditions.first || a->in_function || !*value || !is_set_once(a->source->text, name)) return ;
  if (strspn(value, NAME_LETTERS "./-") == strlen(value) && !is_array) set_values(a, statement->next, name, value) ;
  else if (strspn(value, NAME_LETTERS "./-:=,@+% \t\n") == strlen(value)) spread_values(a, statement->next, name, value, is_array) ;
}

/* Only a question about the arguments, or a loop's variable, is decided here. A run asks the others. */
static enum decided who_decides (struct analysis *a, char const *text)
{
  enum decided decided = a->arguments && mentions_positional(text) ? BY_CMD : NOT_DECIDED ;
  for (struct known const *one = a->known ; one && decided != BY_ROUND ; one = one->next)
    if (one->value && shell_mentions(text, one->name)) decided = one->of_round ? BY_ROUND : a->arguments ? BY_CMD : decided ;
  return decided ;
}

/* NAME=VALUE */
static void note_setting (struct analysis *a, struct statement const *statement, char const *raw)
{
  size_t len = strcspn(raw, "=") ;
  int of_round ;
  if (!raw[len]) return ;
  if (strspn(raw, NAME_LETTERS) != len) /* NAME+=VALUE, NAME[0]=VALUE */
  {
    forget_values(a, pool_copy(a->pool, raw, strspn(raw, NAME_LETTERS))) ;
    return ;
  }
  /* Only values from the arguments count: others may come from the environment. */
  of_round = who_decides(a, raw + len + 1) == BY_ROUND ;
  add_known(a, pool_copy(a->pool, raw, len), a->conditions.first || (!mentions_positional(raw + len + 1) && !strchr(raw + len + 1, '$')) ? 0 : value_of(a, raw + len + 1, 0),
    a->conditions.first ? 0 : shell_unquote(a->pool, raw + len + 1)) ;
  a->known->of_round = of_round ;
  if (a->known->constant || raw[len + 1] == '(') give_value(a, statement, a->known->name, raw + len + 1) ;
}

void note_value (struct analysis *a, struct statement const *statement)
{
  if (statement->kind == STATEMENT_ASSIGNMENT && statement->nassignments < 2) note_setting(a, statement, statement_text(a, statement)) ;
  for (unsigned int i = 1 ; statement->kind == STATEMENT_DECLARATION && i < statement->nwords ; i++) note_setting(a, statement, statement->words[i].raw) ;
}

/* "a"|b* */
static int matches (struct analysis *a, char const *patterns, char const *value)
{
  for (char const *p = patterns ; ; p++)
  {
    size_t len = strcspn(p, "|") ;
    char const *raw = pool_copy(a->pool, p + strspn(p, " ("), len - strspn(p, " (")) ;
    size_t end = strlen(raw) ;
    char const *plain ;
    while (end && raw[end - 1] == ' ') end-- ;
    raw = pool_copy(a->pool, raw, end) ;
    plain = shell_unquote(a->pool, raw) ;
    if (!fnmatch(plain ? plain : raw, value, 0)) return 1 ;
    p += len ;
    if (!*p) return 0 ;
  }
}

/* The result of two: 1 or 0 if it is known, whatever the unknown one is; else -1. */
static int combine (int is_or, int left, int right)
{
  if (left == is_or || right == is_or) return is_or ;
  return left == -1 || right == -1 ? -1 : !is_or ;
}

/* A test's words from `i` on: 1, 0; -1: not known. In [[ ]] they may be joined by && and ||. */
static int decide_words (struct analysis *a, struct statement const *test, unsigned int i)
{
  struct word const *words ;
  char const *left ;
  char const *right ;
  unsigned int n ;
  int negated = 0 ;
  if (is_and_or(test))
    return combine(test->kind == STATEMENT_OR, decide_words(a, test->body, i), decide_words(a, test->body->next, 0)) ;
  if (test->kind != STATEMENT_COMMAND || test->nredirects || test->nwords <= i) return -1 ;
  if (!strcmp(test->words[i].raw, "!"))
  {
    negated = 1 ;
    i++ ;
  }
  n = test->nwords - i ;
  words = test->words + i ;
  if (n == 3)
  {
    int r = -1 ;
    left = value_of(a, words[0].raw, 0) ;
    right = value_of(a, words[2].raw, 0) ;
    if (left) r = compare_words(a->pool, left, words[1].raw, right, words[2].raw) ;
    if (r != -1) return r ^ negated ;
  }
  else if (n == 1 && (left = value_of(a, words[0].raw, 0))) return !!*left ^ negated ;
  else if (n == 2 && shell_one_of(words[0].raw, "-n -z"))
  {
    left = value_of(a, words[1].raw, 0) ;
    if (left) return ((words[0].raw[1] == 'n') == !!*left) ^ negated ;
  }
  return -1 ;
}

/* [ "$1" = web ], test, [[ == ]]: as a command, so that its words can be read. */
static int decide_test (struct analysis *a, char const *text)
{
  struct source code ;
  struct statement *test ;
  size_t len ;
  text += !strncmp(text, "test ", 5) ? 5 : strspn(text, "[ ") ;
  len = strlen(text) ;
  while (len && text[len - 1] == ']') len-- ;
  while (len && text[len - 1] == ' ') len-- ;
  test = shell_parse_text(a->pool, &code, pool_printf(a->pool, "x %.*s", (int)len, text)) ;
  return test && !test->next ? decide_words(a, test, 1) : -1 ;
}

/* (($# == 0)), (( $# > 1 )), (($#)) */
static int decide_arithmetic (struct analysis *a, char const *text)
{
  static char const *const operators[][2] = { { "==", "-eq" }, { "!=", "-ne" }, { ">=", "-ge" }, { "<=", "-le" }, { ">", "-gt" }, { "<", "-lt" } } ;
  size_t len = strlen(text) ;
  if (len < 5 || strcmp(text + len - 2, "))") != 0) return -1 ;
  text = pool_copy(a->pool, text + 2, len - 4) ;
  for (size_t i = 0 ; i < sizeof(operators) / sizeof(*operators) ; i++)
  {
    char const *at = strstr(text, operators[i][0]) ;
    if (at) return decide_test(a, pool_printf(a->pool, "%.*s %s %s", (int)(at - text), text, operators[i][1], at + strlen(operators[i][0]))) ;
  }
  return decide_test(a, pool_printf(a->pool, "%s -ne 0", text)) ;
}

static int decide_condition (struct analysis *a, struct statement const *condition)
{
  if (condition->kind == STATEMENT_NOT)
  {
    int r = condition->body ? decide_condition(a, condition->body) : -1 ;
    return r == -1 ? -1 : !r ;
  }
  if (is_and_or(condition))
    return combine(condition->kind == STATEMENT_OR, decide_condition(a, condition->body), decide_condition(a, condition->body->next)) ;
  if (condition->kind != STATEMENT_TEST && !shell_one_of(statement_command(condition), "test ["))
  {
    char const *raw = asked_function(condition) ;
    char const *name = raw ? value_of(a, raw, 0) : 0 ;
    return name ? !!find_function(a, name) : -1 ;
  }
  {
    char const *text = statement_text(a, condition) ;
    if (!strncmp(text, "((", 2)) return decide_arithmetic(a, text) ;
    return decide_test(a, !strncmp(text, "test ", 5) ? text + 5 : text) ;
  }
}

int holds_for_root (struct analysis *a, char const *text)
{
  struct source code ;
  struct source *source = a->source ;
  struct statement *condition = shell_parse_text(a->pool, &code, text) ;
  int decided ;
  if (!condition || condition->next) return 0 ;
  a->as_root = 1 ;
  a->source = &code ;
  decided = decide_condition(a, condition) ;
  a->source = source ;
  a->as_root = 0 ;
  return decided == 1 ;
}

int decide_in_round (struct analysis *a, struct statement const *condition)
{
  return who_decides(a, statement_text(a, (struct statement *)condition)) == BY_ROUND ? decide_condition(a, condition) : -1 ;
}

int decide_by_cmd (struct analysis *a, struct statement const *condition)
{
  return who_decides(a, statement_text(a, condition)) == BY_CMD ? decide_condition(a, condition) : -1 ;
}

int decide_where (struct analysis *a, char const *test, char const *name, char const *value)
{
  struct known *was = a->known ;
  int decided ;
  add_known(a, name, value, value) ;
  decided = decide_test(a, test) ;
  a->known = was ;
  return decided ;
}

enum decided decide_branch (struct analysis *a, struct statement const *statement, struct branch const **taken)
{
  enum decided decided = NOT_DECIDED ;
  *taken = 0 ;
  if (case_falls(a, statement)) return NOT_DECIDED ;
  if (statement->kind == STATEMENT_CASE)
  {
    char const *value ;
    if (statement->nwords == 1) decided = who_decides(a, statement->words[0].raw) ;
    value = decided ? value_of(a, statement->words[0].raw, 0) : 0 ;
    if (!value) return NOT_DECIDED ;
    for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    {
      if (!branch->pattern || strchr(branch->pattern, '$')) return NOT_DECIDED ;
      if (!matches(a, branch->pattern, value)) continue ;
      *taken = branch ;
      return decided ;
    }
    return decided ;
  }
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    int r = 1 ;
    if (branch->condition)
    {
      enum decided who = who_decides(a, condition_text(a, branch)) ;
      if (!who) return NOT_DECIDED ;
      if (who > decided) decided = who ;
      r = branch->condition->next ? -1 : decide_condition(a, branch->condition) ;
    }
    if (r == -1) return NOT_DECIDED ;
    if (!r) continue ;
    *taken = branch ;
    return decided ;
  }
  return decided ;
}

void drop_branch (struct analysis *a, struct branch const *branch)
{
  struct texts words = { 0 } ;
  char const *what ;
  for (unsigned int i = 0 ; a->plan->cmd[i] ; i++) texts_add(a->pool, &words, shell_quote(a->pool, a->plan->cmd[i])) ;
  if (a->anew_words) what = pool_printf(a->pool, "with the words of its new start (%s), the script does not take this branch", a->anew_words) ;
  else what = words.first ? pool_printf(a->pool, "CMD (%s) does not take this branch", texts_join(a->pool, &words, " ")) : "without a CMD, this branch is not taken" ;
  for (struct statement const *one = branch->body ; one ; one = one->next)
  {
    if (one->kind != STATEMENT_COMMENT && !claim_of(a, one) && starts_something(a, (struct statement *)one))
      texts_add(a->pool, &a->plan->notes, pool_printf(a->pool, "line %u: no service: %s: %s", line_of(a, one), what, statement_text(a, one))) ;
    claim_statement(a, one, "dropped", what)->never_ran = 1 ;
  }
}
