/* Tests and assignments that are written wrongly, and are read by the shell all the same: [ $S -ne 0], [ $A==b ], PORT = 80. */

#include "migrate/shell/tree.h"

#define WORDS_MAX 4 /* of a test: that many are looked at */

struct tested
{
  char const *words[WORDS_MAX] ; /* behind [, [[ or test, without ] */
  unsigned int n ; /* of all of them */
  char const *sign ; /* the first of &&, ||, < and >; 0: none is there */
  char const *behind ; /* the word behind that */
} ;

/* The end of the quotes, the substitution or the letter at `p`. */
static char const *end_of_part (char const *p)
{
  unsigned int depth = 0 ;
  if (*p == '\\') return p + (p[1] ? 2 : 1) ;
  if (*p == '\'' || *p == '`')
  {
    char const *end = strchr(p + 1, *p) ;
    return end ? end + 1 : p + strlen(p) ;
  }
  if (*p == '"')
  {
    for (p++ ; *p && *p != '"' ; p++)
      if (*p == '\\' && p[1]) p++ ;
    return *p ? p + 1 : p ;
  }
  if (*p != '$' || (p[1] != '(' && p[1] != '{')) return p + 1 ;
  for (p++ ; *p ; p++)
  {
    depth += strchr("({", *p) != 0 ;
    if (strchr(")}", *p) && !--depth) return p + 1 ;
  }
  return p ;
}

static char const *end_of_word (char const *p)
{
  while (*p && !strchr(" \t\n", *p)) p = end_of_part(p) ;
  return p ;
}

/* The = of a word, outside quotes and values; 0: it has none. */
static char const *equals_in (char const *word)
{
  for (char const *p = word ; *p ; p = end_of_part(p))
    if (*p == '=') return p ;
  return 0 ;
}

static struct tested tested_words (struct pool *pool, char const *text)
{
  struct tested t = { 0 } ;
  for (char const *end ; *(text += strspn(text, " \t\n")) ; text = end)
  {
    char const *word ;
    end = end_of_word(text) ;
    if (!strncmp(text, "\\\n", 2)) continue ;
    word = pool_copy(pool, text, (size_t)(end - text)) ;
    if (t.sign && !t.behind) t.behind = word ;
    if (!t.sign && shell_one_of(word, "&& || < >")) t.sign = word ;
    if (t.n < WORDS_MAX) t.words[t.n] = word ;
    t.n++ ;
  }
  return t ;
}

static char const *wrong_sign (struct pool *pool, struct tested const *t, int *truth)
{
  if (strchr("&|", *t->sign))
  {
    *truth = 0 ;
    return pool_printf(pool, "[ ends at %s, without ]: this never holds (-a and -o are for [ ])", t->sign) ;
  }
  if (!t->behind || strchr("/&]", *t->behind)) return 0 ; /* [ -n "$X" > /dev/null ] */
  return pool_printf(pool, "in [ ], %s compares nothing: it is a redirection, for a file %s (-gt and -lt compare)", t->sign, t->behind) ;
}

/* What is between the brackets: [ $A==b ], [ "$A"= b ], [ -n $A ] */
static char const *wrong_words (struct pool *pool, struct tested const *t, int is_double, int *truth)
{
  unsigned int first = t->n > 1 && !strcmp(t->words[0], "!") ;
  unsigned int n = t->n - first ;
  char const *word = n && n <= 2 ? t->words[first] : "" ;
  char const *sign = n == 1 ? equals_in(word) : 0 ;
  if (sign && sign != word)
  {
    *truth = !first ;
    return pool_printf(pool, "no blanks around =: to the shell that is one word, and it %s holds", first ? "never" : "always") ;
  }
  if (n != 2 || is_double) return 0 ;
  if (*word != '-' && equals_in(pool_printf(pool, "%s %s", word, t->words[first + 1])))
  {
    if (*word != '$') *truth = 0 ; /* an empty value is no word */
    return "a blank is missing at =: this compares nothing, and [ fails with 2" ;
  }
  if (strcmp(word, "-n") != 0) return 0 ;
  word = t->words[first + 1] ;
  if (*word != '$' || (word[1] != '{' && word[1 + strspn(word + 1, NAME_LETTERS)]) || (word[1] == '{' && word[2 + strspn(word + 2, NAME_LETTERS)] != '}')) return 0 ;
  return pool_printf(pool, "without quotes, -n %s holds where the value is empty, too: there is no word then", word) ;
}

/* A whole test, from its [ on */
static char const *wrong_test (struct pool *pool, char const *text, int *truth)
{
  size_t width = text[1] == '[' ? 2 : 1 ;
  size_t len = strlen(text) ;
  int is_closed = len > 2 * width && !strcmp(text + len - width, width == 2 ? "]]" : "]") && strchr(" \t\n", text[len - width - 1]) ;
  struct tested t ;
  if (!strchr(" \t\n\\", text[width]))
  {
    *truth = 0 ;
    return pool_printf(pool, "a blank is missing behind %.*s: no program is called so, and this never holds", (int)width, text) ;
  }
  if (!is_closed && width == 2) return "a blank is missing ahead of ]]: Bash cannot read this, and ends the script here with 2" ;
  t = tested_words(pool, pool_copy(pool, text + width, len - width - (is_closed ? width : 0))) ;
  if (t.sign && width == 1) return wrong_sign(pool, &t, truth) ;
  if (is_closed) return wrong_words(pool, &t, width == 2, truth) ;
  *truth = 0 ;
  return "a blank is missing ahead of ]: [ fails with 2, and this never holds" ;
}

/* PORT = 80, $PORT=80, if $MODE = web */
static char const *wrong_assignment (struct pool *pool, struct statement const *statement)
{
  char const *name = statement->words[0].raw ;
  size_t dollar = *name == '$' ;
  size_t len = strspn(name + dollar, NAME_LETTERS) ;
  if (!len || shell_one_of(name, "test expr let echo printf")) return 0 ;
  if (dollar && name[1 + len] == '=') return pool_printf(pool, "the $ is too much: this sets nothing, but executes what has the name of the value of %.*s", (int)(1 + len), name) ;
  if (name[dollar + len] || statement->nwords < 2 || !shell_one_of(statement->words[1].raw, "= == !=")) return 0 ;
  return pool_printf(pool, "%s stands where a program does: this %s nothing, but executes %s", name, dollar ? "compares" : "sets", dollar ? "what has the name of its value" : "a program of that name") ;
}

char const *miswritten (struct source const *source, struct statement const *statement, int *truth)
{
  struct pool *pool = source->pool ;
  char const *text ;
  *truth = -1 ;
  for (unsigned int i = 0 ; statement->kind == STATEMENT_DECLARATION && i < statement->nwords ; i++)
    if (!strcmp(statement->words[i].raw, "=")) return "blanks around =: no variable gets this value" ;
  if (statement->kind != STATEMENT_TEST && (statement->kind != STATEMENT_COMMAND || !statement->nwords || statement->nassignments)) return 0 ;
  text = source_copy(source, statement->core) ;
  if (statement->kind == STATEMENT_TEST) return *text == '[' ? wrong_test(pool, text, truth) : 0 ;
  if (*text == '[') return strchr(" \t\n\\", text[1]) ? 0 : wrong_test(pool, text, truth) ;
  if (!strcmp(statement->words[0].raw, "test"))
  {
    struct tested t = tested_words(pool, text + 4) ;
    return wrong_words(pool, &t, 0, truth) ;
  }
  return wrong_assignment(pool, statement) ;
}
