/* Where a variable's value comes from: the container's environment, unless the script sets it
   to more than a default. */

#include <string.h>

#include "migrate/facts/facts.h"

/* The shell sets these itself. */
#define SHELLS_OWN "UID EUID PPID HOSTNAME RANDOM SRANDOM SECONDS PWD OLDPWD SHLVL LINENO HOSTTYPE OSTYPE MACHTYPE BASH BASHPID GROUPS IFS OPTIND EPOCHSECONDS _"

int variable_parse (struct pool *pool, char const *raw, struct variable *variable)
{
  size_t size = strlen(raw) ;
  size_t len ;
  char const *p = raw ;
  if (size > 1 && *p == '"' && p[size - 1] == '"') p = pool_copy(pool, p + 1, size - 2) ;
  *variable = (struct variable){ 0 } ;
  if (*p++ != '$') return 0 ;
  if (*p != '{')
  {
    len = strspn(p, NAME_LETTERS) ;
    variable->name = p ;
    return len && !p[len] && !strchr("0123456789", *p) ;
  }
  p++ ;
  len = strspn(p, NAME_LETTERS) ;
  if (!len || strchr("0123456789", *p) || raw[strlen(raw) - 1 - (*raw == '"')] != '}') return 0 ;
  variable->name = pool_copy(pool, p, len) ;
  p += len ;
  size = strlen(p) - 1 ; /* without } */
  if (!size) return 1 ;
  p += *p == ':' ;
  if (*p != '-' && *p != '=') return 0 ;
  variable->fallback = shell_unquote(pool, pool_copy(pool, p + 1, strlen(p) - 2)) ;
  return !!variable->fallback ;
}

/* NAME=VALUE, -x, NAME: the name is written there. */
static int has_plain_name (char const *raw)
{
  size_t len ;
  raw += *raw == '"' || *raw == '\'' ;
  len = strspn(raw, NAME_LETTERS) ;
  return (len && (!raw[len] || raw[len] == '=' || raw[len] == '[' || raw[len] == '+')) || *raw == '-' ;
}

/* . FILE, eval CODE, export $(cat FILE), export "$key=$value", printf -v "$name": sets variables whose names are not known. */
int sets_any_name (struct statement *statement, void *data)
{
  char const *command = statement_command(statement) ;
  (void)data ;
  if (shell_one_of(command, "source . eval")) return 1 ;
  if (!strcmp(command, "printf")) return !strcmp(statement_word(statement, 1), "-v") && !has_plain_name(statement->nwords > 2 ? statement->words[2].raw : "x") ;
  if (statement->kind != STATEMENT_DECLARATION && !shell_one_of(command, "export declare typeset readonly local")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (!has_plain_name(statement->words[i].raw)) return 1 ;
  return 0 ;
}

struct calling_with
{
  struct analysis *a ;
  char const *name ;
} ;

/* file_env NAME: a function that is told the name may set it. */
static int hands_to_function (struct statement *statement, void *data)
{
  struct calling_with *with = data ;
  if (statement->kind != STATEMENT_COMMAND || !called_function(with->a, statement)) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (!strcmp(statement_word(statement, i), with->name)) return 1 ;
  return 0 ;
}

/* NAME=VALUE, export NAME=VALUE, : "${NAME:=VALUE}": VALUE, raw; 0: it is no such thing. */
static char const *value_in (struct pool *pool, struct statement const *statement, char const *text, char const *name)
{
  size_t len = strlen(name) ;
  if (statement->next || statement->nredirects) return 0 ;
  if (statement->kind == STATEMENT_ASSIGNMENT)
    return statement->nassignments <= 1 && !strncmp(text, name, len) && text[len] == '=' ? text + len + 1 : 0 ;
  if (statement->kind == STATEMENT_DECLARATION)
  {
    char const *raw = statement->nwords ? statement->words[statement->nwords - 1].raw : "" ;
    unsigned int n = 0 ;
    for (unsigned int i = 1 ; i < statement->nwords ; i++) n += statement->words[i].raw[0] != '-' ;
    return n == 1 && !strncmp(raw, name, len) && raw[len] == '=' ? raw + len + 1 : 0 ;
  }
  if (!strcmp(statement_command(statement), ":") && statement->nwords == 2) return statement->words[1].raw ;
  (void)pool ;
  return 0 ;
}

/* "http://localhost:$PORT/": that, without the quotes; 0: another form. */
static char const *composed_of (struct pool *pool, char const *raw)
{
  size_t len = strlen(raw) ;
  if (len > 1 && *raw == '"' && raw[len - 1] == '"')
  {
    raw = pool_copy(pool, raw + 1, len - 2) ;
    return strpbrk(raw, "\"`\\") || strstr(raw, "$(") ? 0 : raw ;
  }
  return strpbrk(raw, "\"'`\\ ") || strstr(raw, "$(") ? 0 : raw ;
}

/* Of the pieces before `npieces`: what they set ahead of NAME=$! holds no more. */
static int look_back (struct analysis *a, struct variable *variable, unsigned int npieces, unsigned int depth)
{
  struct calling_with with = { .a = a, .name = variable->name } ;
  unsigned int const all = npieces ;
  unsigned int const taken = pid_taken_at(a, variable->name, all) ;
  while (npieces >= taken && npieces--)
  {
    struct piece const *piece = a->plan->pieces + npieces ;
    struct source code ;
    struct variable other ;
    struct statement *statement ;
    char const *value ;
    char const *plain ;
    if (piece->is_function || (piece->end && all > piece->end)) continue ;
    statement = shell_parse_text(a->pool, &code, piece->text) ;
    if (!statement) continue ;
    if (!strstr(piece->names, pool_printf(a->pool, " %s ", variable->name)))
    {
      if (walk_with_calls(a, statement, &sets_any_name, 0) || statement_walk(statement, &hands_to_function, &with)) return 0 ;
      if (!shell_mentions(piece->text, variable->name) || !strcmp(statement_command(statement), "export")) continue ;
      if (statement->kind == STATEMENT_COMMAND && !strcmp(statement_command(statement), "unset")) return 0 ;
      continue ;
    }
    value = piece->under || piece->shared ? 0 : value_in(a->pool, statement, piece->text, variable->name) ;
    if (!value || depth > 5) return 0 ;
    plain = shell_unquote(a->pool, value) ;
    if (plain)
    {
      variable->constant = plain ;
      return 1 ;
    }
    if (!variable_parse(a->pool, value, &other))
    {
      variable->composed = composed_of(a->pool, value) ;
      variable->composed_at = npieces ;
      return 0 ;
    }
    if (!look_back(a, &other, npieces, depth + 1)) return 0 ;
    if (!variable->fallback || other.constant || (other.fallback && *other.fallback)) variable->fallback = other.fallback ;
    variable->name = other.name ;
    variable->constant = other.constant ;
    return 1 ;
  }
  return !taken ;
}

int variable_from_environment (struct analysis *a, struct variable *variable, unsigned int npieces)
{
  return !shell_one_of(variable->name, SHELLS_OWN) && strncmp(variable->name, "REEVE_", 6) != 0 && strncmp(variable->name, "BASH_", 5) != 0
   && look_back(a, variable, npieces, 0) ;
}

/* ---- several words ---- */

#define BLANKS " \t\n"

/* Splits the text at blanks. 0: it may have patterns. */
static int add_split (struct pool *pool, struct texts *values, char const *text)
{
  if (strpbrk(text, "*?[")) return 0 ;
  for (char const *p = text ; *(p += strspn(p, BLANKS)) ; p += strcspn(p, BLANKS)) texts_add(pool, values, pool_copy(pool, p, strcspn(p, BLANKS))) ;
  return 1 ;
}

int known_words (struct analysis *a, char const *raw, struct texts *values)
{
  struct variable variable ;
  struct array array ;
  int quoted = *raw == '"' ;
  int keys = raw[quoted] == '$' && raw[quoted + 1] == '{' && raw[quoted + 2] == '!' ;
  size_t begin = (keys ? 3U : 2U) + (quoted ? 1U : 0U) ;
  size_t len = strcspn(raw, "[") ;
  char const *name ;
  if (!raw[len])
    return !quoted && variable_parse(a->pool, raw, &variable) && variable_from_environment(a, &variable, a->plan->npieces)
     && variable.constant && add_split(a->pool, values, variable.constant) ;
  if (strncmp(raw + quoted, "${", 2) != 0 || !shell_one_of(raw + len, quoted ? "[@]}\"" : "[@]} [*]}")) return 0 ;
  name = pool_copy(a->pool, raw + begin, len - begin) ;
  if (!*name || strspn(name, NAME_LETTERS) != strlen(name) || !array_known(a, name, &array)) return 0 ;
  for (struct element const *one = array.first ; one ; one = one->next)
  {
    char const *text = keys ? one->key : one->value ;
    if (!text) return 0 ;
    if (quoted) texts_add(a->pool, values, text) ;
    else if (!add_split(a->pool, values, text)) return 0 ;
  }
  return 1 ;
}

#define COMPOSED_MAX 50 /* more in one text: each may double the work */

/* With what the pieces before `npieces` set. *left: so many more values may be made of others. */
static char const *with_values (struct analysis *a, char const *text, unsigned int npieces, unsigned int *left)
{
  char const *out = "" ;
  char const *p = text ;
  for (char const *at = p ; (at = strchr(at, '$')) ; at++)
  {
    int has_brace = at[1] == '{' ;
    size_t len = strspn(at + 1 + has_brace, NAME_LETTERS) ;
    struct variable variable ;
    char const *value = 0 ;
    if (!len || (has_brace && at[2 + len] != '}')) continue ;
    if (!variable_parse(a->pool, pool_printf(a->pool, "$%.*s", (int)len, at + 1 + has_brace), &variable)) continue ;
    if (variable_from_environment(a, &variable, npieces)) value = variable.constant ;
    else if (variable.composed && *left)
    {
      --*left ;
      value = with_values(a, variable.composed, variable.composed_at, left) ;
    }
    if (!value) continue ;
    out = pool_printf(a->pool, "%s%.*s%s", out, (int)(at - p), p, value) ;
    p = at + 1 + len + (has_brace ? 2 : 0) ;
  }
  return p > text ? pool_printf(a->pool, "%s%s", out, p) : text ;
}

char const *with_known_values (struct analysis *a, char const *text)
{
  unsigned int left = COMPOSED_MAX ;
  return with_values(a, text, a->plan->npieces, &left) ;
}
