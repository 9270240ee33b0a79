/* Does a condition ask whether the script runs as root, and what does it ask beside that?
   if [ "$(id -u)" = 0 ] && [ -n "$RUN_AS" ]; then exec gosu "$RUN_AS" "$0" "$@"; fi */

#include <string.h>

#include "migrate/facts/facts.h"

static int names_root (char const *text)
{
  static char const *const marks[] = { "id -u", "id --user", "whoami", "EUID", "$UID", "${UID}", "$USER\"", "$LOGNAME" } ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    if (strstr(text, marks[i])) return 1 ;
  return 0 ;
}

static int calls_root_question (struct analysis *a, char const *text)
{
  for (struct function *function = a->functions ; function ; function = function->next)
    if (shell_mentions(text, function->name) && function->statement->body && names_root(statement_text(a, function->statement->body))) return 1 ;
  return 0 ;
}

int asks_for_root (struct analysis *a, char const *text)
{
  if (names_root(text) || calls_root_question(a, text)) return 1 ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (!a->plan->pieces[i].is_function && piece_mentioned(a->plan->pieces + i, text) && names_root(a->plan->pieces[i].text)) return 1 ;
  return 0 ;
}

/* [ "$PUID" != 0 ], where it becomes the user $PUID: as user 0 it stays root in any case. */
static int asks_for_the_user (char const *text, char const *user)
{
  char const *name = text + strcspn(text, "$") ;
  size_t len ;
  name += strspn(name, "${") ;
  len = strspn(name, NAME_LETTERS) ;
  if (!len || (!strstr(text, "!=") && !strstr(text, "-ne") && !strstr(text, "-gt")) || strcspn(text, "0") == strlen(text)) return 0 ;
  for (char const *at = strchr(user, '$') ; at ; at = strchr(at + 1, '$'))
  {
    char const *other = at + strspn(at, "${") ;
    if (strspn(other, NAME_LETTERS) == len && !strncmp(other, name, len)) return 1 ;
  }
  return 0 ;
}

struct asking
{
  struct analysis *a ;
  char const *user ;
  struct texts others ;
} ;

static void look_at_question (struct asking *asking, char const *text)
{
  if (!asks_for_root(asking->a, text) && !mentions_positional(text) && !asks_for_the_user(text, asking->user)) texts_add_once(asking->a->pool, &asking->others, text) ;
}

/* [ A -a B ] is two questions. */
static void look_at_test (struct asking *asking, char const *text)
{
  struct pool *pool = asking->a->pool ;
  char const *at = strstr(text, " -a ") ;
  char const *begin = text ;
  if (*text != '[' || text[1] != ' ' || !at)
  {
    look_at_question(asking, text) ;
    return ;
  }
  for (begin += 2 ; at ; at = strstr(begin, " -a "))
  {
    look_at_question(asking, pool_printf(pool, "[ %.*s ]", (int)(at - begin), begin)) ;
    begin = at + 4 ;
  }
  look_at_question(asking, pool_printf(pool, "[ %s", begin)) ;
}

/* want_user, where want_user() { [ "$(id -u)" = 0 ] && [ -n "$RUN_AS" ]; }: what that asks; 0: it is more than one question. */
static struct statement *only_question (struct asking *asking, struct function const *function)
{
  struct statement *body = function->statement->body ;
  while (body->kind == STATEMENT_GROUP && body->body && !body->body->next) body = body->body ;
  if (mentions_positional(statement_text(asking->a, body))) return 0 ;
  return body->kind == STATEMENT_TEST || body->kind == STATEMENT_AND ? body : 0 ;
}

/* Does it only look whether it is root, and answer? if [ "$(id -u)" = 0 ]; then return 0; else return 1; fi */
static int asks_something_else (struct statement *statement, void *data)
{
  if (statement->kind != STATEMENT_TEST && !shell_one_of(statement_command(statement), "test [")) return 0 ;
  return !names_root(statement_text(data, statement)) ;
}

static void look_at (struct asking *asking, struct source *code, struct statement const *condition)
{
  struct statement const *inner = condition ;
  struct function *function = condition->kind == STATEMENT_COMMAND ? called_function(asking->a, condition) : 0 ;
  if (function && calls_root_question(asking->a, function->name))
  {
    struct statement *body = asking->a->depth > CALL_DEPTH_MAX ? 0 : only_question(asking, function) ;
    asking->a->depth++ ;
    if (body) look_at(asking, asking->a->source, body) ;
    else if (statement_walk(function->statement->body, &asks_something_else, asking->a)) texts_add_once(asking->a->pool, &asking->others, source_copy(code, condition->range)) ;
    asking->a->depth-- ;
    return ;
  }
  while (inner->kind == STATEMENT_GROUP && inner->body && !inner->body->next) inner = inner->body ;
  if (inner->kind == STATEMENT_AND)
  {
    look_at(asking, code, inner->body) ;
    look_at(asking, code, inner->body->next) ;
  }
  else look_at_test(asking, source_copy(code, condition->range)) ;
}

char const *asked_beside_root (struct analysis *a, char const *user)
{
  struct asking asking = { .a = a, .user = user } ;
  for (struct text const *one = a->conditions.first ; one ; one = one->next)
  {
    struct source code ;
    struct statement *condition = shell_parse_text(a->pool, &code, one->text) ;
    if (!condition || condition->next) look_at_question(&asking, one->text) ;
    else look_at(&asking, &code, condition) ;
  }
  return asking.others.first ? texts_join(a->pool, &asking.others, " && ") : 0 ;
}
