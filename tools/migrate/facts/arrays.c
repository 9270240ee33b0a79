/* What an array holds, when the script alone has set it, to words that are known. */

#include <string.h>

#include "migrate/facts/facts.h"

#define BLANKS " \t\n"

/* The length of the word at `p`, which ends at a blank outside of quotes, $( ) and [ ]. */
static size_t word_length (char const *p)
{
  char const *begin = p ;
  unsigned int depth = 0 ;
  char quote = 0 ;
  for (; *p && (quote || depth || !strchr(BLANKS, *p)) ; p++)
  {
    if (*p == '\\' && quote != '\'' && p[1]) p++ ;
    else if (quote) quote = *p == quote ? 0 : quote ;
    else if (*p == '\'' || *p == '"') quote = *p ;
    else if (*p == '(' || *p == '[') depth++ ;
    else if (depth && (*p == ')' || *p == ']')) depth-- ;
  }
  return (size_t)(p - begin) ;
}

static void set_element (struct analysis *a, struct array *array, char const *key, char const *value)
{
  struct element **to = &array->first ;
  while (*to && strcmp((*to)->key, key) != 0) to = &(*to)->next ;
  if (!*to) *to = pool_alloc(a->pool, sizeof(**to)) ;
  (*to)->key = key ;
  (*to)->value = value ;
}

static unsigned int count (struct array const *array)
{
  unsigned int n = 0 ;
  for (struct element const *one = array->first ; one ; one = one->next) n++ ;
  return n ;
}

/* [key]=value. Returns the value, raw; 0: it is no such thing, or the key is not known. */
static char const *take_key (struct analysis *a, char const *word, char const **key)
{
  char const *end = word ;
  char quote = 0 ;
  if (*word != '[') return 0 ;
  for (; *end && (quote || *end != ']') ; end++)
    if (quote) quote = *end == quote ? 0 : quote ;
    else if (*end == '\'' || *end == '"') quote = *end ;
  if (strncmp(end, "]=", 2) != 0) return 0 ;
  *key = shell_unquote(a->pool, pool_copy(a->pool, word + 1, (size_t)(end - word - 1))) ;
  return *key ? end + 2 : 0 ;
}

/* (a "b c"), ([a]=1 [b]=2) */
static int set_list (struct analysis *a, struct array *array, char const *list)
{
  size_t len = strlen(list) ;
  char const *text ;
  if (len < 2 || *list != '(' || list[len - 1] != ')') return 0 ;
  text = pool_copy(a->pool, list + 1, len - 2) ;
  while (*(text += strspn(text, BLANKS)))
  {
    size_t n = *text == '#' ? strcspn(text, "\n") : word_length(text) ;
    char const *word = pool_copy(a->pool, text, n) ;
    char const *key = 0 ;
    char const *value = word ;
    text += n ;
    if (*word == '#') continue ;
    if (*word == '[' && !(value = take_key(a, word, &key))) return 0 ;
    if (!key && array->has_names) return 0 ; /* a key, and a value behind it */
    if (!key && !shell_unquote(a->pool, value)) return 0 ; /* it may be several */
    set_element(a, array, key ? key : pool_printf(a->pool, "%u", count(array)), shell_unquote(a->pool, value)) ;
  }
  return 1 ;
}

/* NAME=(...), NAME+=(...), NAME[key]=value, NAME; 0: something else. */
static int set_by_word (struct analysis *a, struct array *array, char const *name, char const *word)
{
  size_t len = strlen(name) ;
  char const *rest = word + len ;
  char const *key ;
  if (strncmp(word, name, len) != 0) return 0 ;
  if (!*rest) return 1 ;
  if (*rest == '[')
  {
    rest = take_key(a, rest, &key) ;
    if (!rest) return 0 ;
    set_element(a, array, key, shell_unquote(a->pool, rest)) ;
    return 1 ;
  }
  if (*rest == '+') rest++ ;
  else array->first = 0 ;
  return *rest == '=' && set_list(a, array, rest + 1) ;
}

static int set_by_piece (struct analysis *a, struct array *array, char const *name, char const *text)
{
  struct source code ;
  struct statement const *statement = shell_parse_text(a->pool, &code, text) ;
  if (!statement || statement->next) return 0 ;
  if (statement->kind == STATEMENT_ASSIGNMENT && statement->nassignments < 2) return set_by_word(a, array, name, text) ;
  if (statement->kind != STATEMENT_DECLARATION || !shell_one_of(statement_command(statement), "declare typeset local readonly")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (*raw == '-') array->has_names |= !!strchr(raw, 'A') ;
    else if (strncmp(raw, name, strlen(name)) == 0 && strchr("=+[", raw[strlen(name)]) && !set_by_word(a, array, name, raw)) return 0 ;
  }
  return 1 ;
}

int array_known (struct analysis *a, char const *name, struct array *array)
{
  *array = (struct array){ 0 } ;
  if (pid_taken_at(a, name, a->plan->npieces)) return 0 ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    if (piece->is_function) continue ;
    if (!strncmp(piece->text, "unset ", 6) && shell_mentions(piece->text, name)) return 0 ;
    if (!strstr(piece->names, pool_printf(a->pool, " %s ", name)) || (piece->end && a->plan->npieces > piece->end)) continue ;
    if (piece->under || piece->shared || !set_by_piece(a, array, name, piece->text)) return 0 ;
  }
  return 1 ;
}

/* What is between ( and ) in NAME=(...), NAME+=(...); 0: the piece is another one. *is_more: it adds. */
static char const *list_in (struct analysis *a, struct piece const *piece, char const *name, int *is_more)
{
  char const *text = piece->text ;
  char const *end = strrchr(text, ')') ;
  size_t len = strlen(name) ;
  if (strncmp(text, name, len) != 0 || !end) return 0 ;
  *is_more = text[len] == '+' ;
  text += len + (size_t)*is_more ;
  return strncmp(text, "=(", 2) != 0 || text + 2 > end ? 0 : pool_copy(a->pool, text + 2, (size_t)(end - text - 2)) ;
}

static int sets_list (struct pool *pool, char const *text, char const *name)
{
  char const *set = pool_printf(pool, "%s=(", name) ;
  for (char const *at = text ; (at = strstr(at, set)) ; at++)
    if (at == text || !strchr(NAME_LETTERS, at[-1])) return 1 ;
  return 0 ;
}

char const *array_begins (struct analysis *a, char const *raw)
{
  char const *name = raw + strspn(raw, "\"${") ;
  char const *found = 0 ;
  name = pool_copy(a->pool, name, strspn(name, NAME_LETTERS)) ;
  for (unsigned int i = 0 ; *name && i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    int is_more = 0 ;
    char const *list = list_in(a, piece, name, &is_more) ;
    if (!list && found && sets_list(a->pool, piece->text, name)) return 0 ; /* in a branch */
    if (!list || (is_more && found)) continue ;
    if (piece->under || strrchr(piece->text, ')')[1]) return 0 ;
    found = list[strspn(list, " \t\n")] ? list : 0 ;
  }
  return found ;
}
