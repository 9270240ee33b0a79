/* Questions whether the container is to end, by a variable that a trap sets: [ "$stopping" -eq 1 ]. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

/* The value behind the = that a trap's code has at `p`, raw: 1, yes */
static char const *value_set (struct pool *pool, char const *p)
{
  p += 1 + strspn(p + 1, "\"'\\") ;
  return pool_copy(pool, p, strcspn(p, " \t\n;&|)}\"'\\")) ;
}

/* A variable of the text that a trap sets, and to which value; 0: there is none. */
static char const *set_by_trap (struct analysis *a, char const *text, char const **value)
{
  for (struct trap const *trap = a->traps ; trap ; trap = trap->next)
  {
    struct function *function = find_function(a, trap->code) ;
    char const *code = function ? statement_text(a, function->statement) : trap->code ;
    if (!is_for_the_end(a, trap)) continue ; /* HUP: read the files again */
    for (char const *p = code ; (p = strchr(p, '=')) ; p++)
    {
      size_t len = 0 ;
      char const *name ;
      while (p - len > code && strchr(NAME_LETTERS, p[-(ptrdiff_t)len - 1])) len++ ;
      name = pool_copy(a->pool, p - len, len) ;
      if (!len || !shell_mentions(text, name)) continue ;
      *value = value_set(a->pool, p) ;
      return name ;
    }
  }
  return 0 ;
}

/* ((stopping)), ((stopping == 1)) as a test; 0: it says more. */
static char const *arithmetic_as_test (struct pool *pool, char const *text)
{
  static char const *const operators[][2] = { { "==", "-eq" }, { "!=", "-ne" }, { ">", "-gt" }, { "<", "-lt" } } ;
  char const *name = text + 2 + strspn(text + 2, " !$") ;
  size_t len = strspn(name, NAME_LETTERS) ;
  char const *behind = name + len + strspn(name + len, " ") ;
  int negated = !!memchr(text, '!', (size_t)(name - text)) ;
  if (!strcmp(behind, "))")) return pool_printf(pool, "[ $%.*s -%s 0 ]", (int)len, name, negated ? "eq" : "ne") ;
  for (size_t i = 0 ; !negated && i < sizeof(operators) / sizeof(*operators) ; i++)
  {
    size_t size = strlen(operators[i][0]) ;
    char const *number = behind + size + strspn(behind + size, " ") ;
    if (strncmp(behind, operators[i][0], size) != 0 || !strspn(number, "0123456789")) continue ;
    return pool_printf(pool, "[ $%.*s %s %.*s ]", (int)len, name, operators[i][1], (int)strspn(number, "0123456789"), number) ;
  }
  return 0 ;
}

int when_stopping (struct analysis *a, struct statement const *condition)
{
  char const *text = statement_text(a, condition) ;
  char const *value = "" ;
  char const *name = set_by_trap(a, text, &value) ;
  int asked = -1 ;
  if (!name || strchr(text, '$') != strrchr(text, '$') || strstr(text, "||") || strstr(text, "&&") || strstr(text, " -o ") || strstr(text, " -a ")) return -1 ;
  if (condition->kind == STATEMENT_NOT && condition->body)
  {
    asked = when_stopping(a, condition->body) ;
    return asked == -1 ? -1 : !asked ;
  }
  if (condition->kind == STATEMENT_COMMAND && condition->nwords == 1 && condition->words[0].raw[strspn(condition->words[0].raw, "$\"{}" NAME_LETTERS)] == 0) /* while $running */
    return shell_one_of(value, "true :") ? 1 : shell_one_of(value, "false") ? 0 : -1 ;
  if (condition->kind != STATEMENT_TEST && !shell_one_of(statement_command(condition), "[ test")) return -1 ;
  if (!strncmp(text, "((", 2)) text = arithmetic_as_test(a->pool, text) ;
  return text ? decide_where(a, text, name, value) : -1 ;
}

static int leaves_in (struct analysis *a, struct statement *list, int only_then) ;

/* if [ $STOPPING = 1 ]; then break; else sleep 2; start; fi */
static int branches_leave (struct analysis *a, struct statement const *statement, int only_then)
{
  int is_then = 0 ; /* has a condition been true when it is to end? Then another branch is for when it is not. */
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    int asked = !branch->condition ? !is_then : branch->condition->next ? -1 : when_stopping(a, branch->condition) ;
    if (asked == -1) return 0 ;
    if (!leaves_in(a, branch->body, only_then || asked)) return 0 ;
    is_then |= asked ;
  }
  return 1 ;
}

/* wait $PID || code=$? */
static int is_wait (struct statement const *statement)
{
  struct statement const *right = statement->body->next ;
  return !strcmp(statement_command(statement->body), "wait") && (right->kind == STATEMENT_ASSIGNMENT || shell_one_of(statement_command(right), "true :")) ;
}

static int leaves_in (struct analysis *a, struct statement *list, int only_then)
{
  for (; list ; list = list->next)
    if (!leaves_only_stopping(a, list, only_then)) return 0 ;
  return 1 ;
}

int leaves_only_stopping (struct analysis *a, struct statement *statement, int only_then)
{
  if (statement->kind == STATEMENT_IF) return branches_leave(a, statement, only_then) ;
  if (is_and_or(statement))
  {
    int asked = when_stopping(a, statement->body) ;
    if (is_wait(statement)) return 1 ;
    return asked != -1 && leaves_in(a, statement->body->next, only_then || asked == (statement->kind == STATEMENT_AND)) ;
  }
  if (statement->kind != STATEMENT_COMMAND && statement->kind != STATEMENT_ASSIGNMENT && statement->kind != STATEMENT_COMMENT) return 0 ;
  return only_then || (!may_end(a, statement) && !shell_one_of(statement_command(statement), "break return")) ;
}
