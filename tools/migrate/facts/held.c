/* What a variable, or a program's answer, holds that is executed. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* $(command -v server), `which server`, "$(build-command)": what is between; 0: another form. */
char const *code_substituted (struct pool *pool, char const *raw)
{
  size_t len ;
  raw += *raw == '"' ;
  len = strlen(raw) - (*raw && raw[strlen(raw) - 1] == '"') ;
  if (len > 3 && !strncmp(raw, "$(", 2) && raw[2] != '(' && raw[len - 1] == ')') return pool_copy(pool, raw + 2, len - 3) ;
  return len > 2 && *raw == '`' && raw[len - 1] == '`' ? pool_copy(pool, raw + 1, len - 2) : 0 ;
}

/* The code from `text` to the ) or ` behind it; 0: there is none. */
static char const *substituted (struct pool *pool, char const *text, char end)
{
  unsigned int depth = 0 ;
  for (char const *p = text ; *p ; p++)
    if (*p == end && !depth) return pool_copy(pool, text, (size_t)(p - text)) ;
    else if (*p == '(') depth++ ;
    else if (*p == ')') depth -= !!depth ;
  return 0 ;
}

int walk_substituted (struct analysis *a, char const *text, statement_visit *visit, void *data)
{
  for (char const *at = text ; (at = strpbrk(at, "$`")) ; at++)
  {
    struct source code ;
    char const *inside = *at == '`' ? substituted(a->pool, at + 1, '`') : !strncmp(at, "$(", 2) ? substituted(a->pool, at + 2, ')') : 0 ;
    if (!inside) continue ;
    for (struct statement *one = shell_parse_text(a->pool, &code, inside) ; one ; one = one->next)
      if (statement_walk(one, visit, data)) return 1 ;
    if (*at == '`') at += strlen(inside) + 1 ;
  }
  return 0 ;
}

/* The name of the program that such a search finds; 0: it is no search. */
static char const *searched (struct analysis *a, char const *code)
{
  struct source source ;
  struct statement *one = shell_parse_text(a->pool, &source, code) ;
  while (one && (one->kind == STATEMENT_OR || one->kind == STATEMENT_PIPELINE) && one->body) one = one->body ;
  if (!one || one->kind != STATEMENT_COMMAND || one->nwords < 2 || !shell_one_of(statement_command(one), "which command type readlink realpath")) return 0 ;
  return *statement_word(one, one->nwords - 1) ? statement_word(one, one->nwords - 1) : 0 ;
}

/* COMMAND="server --port $PORT", set once: its code, if the first word names a program; 0: it does not. */
static char const *code_set (struct analysis *a, char const *raw)
{
  char const *name = raw + strspn(raw, "\"${") ;
  char const *found = 0 ;
  name = pool_copy(a->pool, name, strspn(name, NAME_LETTERS)) ;
  for (unsigned int i = 0 ; *name && i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    char const *value = piece->text + strlen(name) + 1 ;
    if (piece->is_function || !strstr(piece->names, pool_printf(a->pool, " %s ", name))) continue ;
    if (strncmp(piece->text, name, strlen(name)) != 0 || piece->text[strlen(name)] != '=') return 0 ;
    if (found && strstr(value, pool_printf(a->pool, "$%s ", name))) continue ; /* COMMAND="$COMMAND --more" */
    if (found || piece->under || (*value != '"' && strpbrk(value, " \t\n'\""))) return 0 ; /* BINARY=$FOLDER/server */
    found = shell_without_quotes(a->pool, value) ;
  }
  if (!found || strstr(found, "$(") || strchr(found, '`')) return 0 ;
  name = shell_basename(pool_copy(a->pool, found, strcspn(found, " "))) ;
  return *name && !strchr(name, '$') ? found : 0 ;
}

/* ENV NAME=VALUE of the Dockerfile; 0: it has none. */
static char const *image_value (struct analysis *a, char const *name)
{
  size_t len = strlen(name) ;
  for (struct text const *one = a->plan->image_values.first ; one ; one = one->next)
    if (!strncmp(one->text, name, len) && one->text[len] == '=') return one->text + len + 1 ;
  return 0 ;
}

/* What the word holds, if the script, its default, or the image says so; 0: only the start tells. */
char const *held_by (struct analysis *a, char const *raw)
{
  struct variable variable ;
  struct texts words = { 0 } ;
  char const *code = code_substituted(a->pool, raw) ;
  if (code) return searched(a, code) ;
  if (variable_parse(a->pool, raw, &variable) && variable_from_environment(a, &variable, a->plan->npieces))
  {
    char const *set = image_value(a, variable.name) ;
    char const *value = variable.constant ? variable.constant : set && *set ? set : variable.fallback ;
    return value && *value ? value : 0 ;
  }
  if (strstr(raw, "[@]}"))
  {
    char const *list = known_words(a, raw, &words) && words.first ? texts_join(a->pool, &words, " ") : array_begins(a, raw) ;
    return list && takes_arguments(pool_copy(a->pool, list, strcspn(list, " "))) && !a->plan->cmd && !a->plan->cmd_code && !a->sets_arguments ? 0 : list ; /* COMMAND=("$@") */
  }
  return code_set(a, raw) ;
}

/* web, "$BIN/web", $(which web), "${1:-web}": does the value say the program? *by_arguments: it is one of the script's arguments. */
static int value_tells (struct analysis *a, char const *value, int *by_arguments)
{
  char const *begin = value + strspn(value, "(\"'") ;
  char const *word = pool_copy(a->pool, begin, strcspn(begin, " \t\n;\"')")) ;
  char const *line = pool_copy(a->pool, value, strcspn(value, "\n;")) ;
  if (!strchr("$`", *begin)) return 1 ;
  if (*word == '$' && word[1] != '(' && strchr(word, '/') && *shell_basename(word)) return 1 ;
  if (held_by(a, line)) return 1 ;
  *by_arguments |= mentions_positional(word) ;
  return 0 ;
}

int held_is_told (struct analysis *a, char const *raw, int *by_arguments)
{
  char const *name = raw + strspn(raw, "\"${") ;
  int is_set = 0 ;
  name = pool_copy(a->pool, name, strspn(name, NAME_LETTERS)) ;
  for (unsigned int i = 0 ; *name && i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    if (piece->is_function || !strstr(piece->names, pool_printf(a->pool, " %s ", name))) continue ;
    for (char const *at = piece->text ; (at = strstr(at, name)) ; at++)
    {
      char const *behind = at + strlen(name) ;
      if (*behind == '[') behind += strcspn(behind, "]") + !!strchr(behind, ']') ;
      behind += *behind == '+' || *behind == ':' ; /* ${NAME:=web} */
      if ((at > piece->text && strchr(NAME_LETTERS "$", at[-1])) || *behind != '=' || !behind[1] || strchr(" \n;", behind[1])) continue ;
      if (value_tells(a, behind + 1, by_arguments)) return 1 ;
      is_set = 1 ;
    }
  }
  return is_set && *by_arguments && (a->plan->cmd || a->plan->cmd_code || a->sets_arguments) ;
}
