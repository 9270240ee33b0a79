/* The values of a loop's variable, or of a function's $1, in the statements that are walked. */

#include <string.h>

#include "migrate/facts/facts.h"

struct naming
{
  struct analysis *a ;
  char const *name ; /* of the variable */
  char const *value ; /* 0: not known any more */
} ;

/* A word that is just $name gets its value, for names and tables. The text is not changed. */
static int set_value (struct statement *statement, void *data)
{
  struct naming *naming = data ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    size_t len = strlen(naming->name) ;
    if (*raw == '"') raw++ ;
    if (*raw++ != '$') continue ;
    if (*raw == '{') raw++ ;
    if (strncmp(raw, naming->name, len) != 0 || strspn(raw + len, "}\"") != strlen(raw + len)) continue ;
    statement->words[i].value = naming->value ;
  }
  return 0 ;
}

void set_values (struct analysis *a, struct statement *list, char const *name, char const *value)
{
  struct naming naming = { .a = a, .name = name, .value = value } ;
  for (struct statement *one = list ; one ; one = one->next) statement_walk(one, &set_value, &naming) ;
}

struct spreading
{
  struct pool *pool ;
  char const *name ;
  struct texts words ;
  unsigned int nwords ;
  int is_array ;
} ;

static int is_spread (struct spreading const *spreading, char const *raw)
{
  char const *const forms[] = { "$%s", "${%s}", "\"${%s[@]}\"", "${%s[@]}" } ;
  unsigned int first = spreading->is_array ? 2 : 0 ;
  for (unsigned int i = first ; i < first + 2 ; i++)
  {
    size_t before = strcspn(forms[i], "%") ;
    size_t len = strlen(spreading->name) ;
    if (!strncmp(raw, forms[i], before) && !strncmp(raw + before, spreading->name, len) && !strcmp(raw + before + len, forms[i] + before + 2)) return 1 ;
  }
  return 0 ;
}

/* All of them are at the place of the word, whose text stays. */
static int spread_value (struct statement *statement, void *data)
{
  struct spreading *spreading = data ;
  statement->is_start = 0 ; /* it may be asked anew */
  for (unsigned int i = statement->kind == STATEMENT_COMMAND ? 0 : statement->nwords ; i < statement->nwords ; i++)
  {
    struct word const old = statement->words[i] ;
    struct word *words ;
    unsigned int n = i ;
    if (!is_spread(spreading, old.raw)) continue ;
    words = pool_alloc(spreading->pool, (statement->nwords + spreading->nwords) * sizeof(*words)) ;
    memcpy(words, statement->words, i * sizeof(*words)) ;
    for (struct text const *one = spreading->words.first ; one ; one = one->next) words[n++] = (struct word){ old.range, one->text, one->text, 0 } ;
    memcpy(words + n, statement->words + i + 1, (statement->nwords - i - 1) * sizeof(*words)) ;
    statement->words = words ;
    statement->nwords += spreading->nwords - 1 ;
    statement->words_room = statement->nwords + 1 ;
    i = n - 1 ;
  }
  return 0 ;
}

void spread_values (struct analysis *a, struct statement *list, char const *name, char const *values, int is_array)
{
  struct spreading spreading = { .pool = a->pool, .name = name, .is_array = is_array } ;
  for (char const *p = values ; *(p += strspn(p, " \t\n")) ; p += strcspn(p, " \t\n"), spreading.nwords++)
    texts_add(a->pool, &spreading.words, pool_copy(a->pool, p, strcspn(p, " \t\n"))) ;
  for (struct statement *one = spreading.nwords ? list : 0 ; one ; one = one->next) statement_walk(one, &spread_value, &spreading) ;
}

void place_values (struct analysis *a, struct placed const *outer, char const *text)
{
  struct placed *placed = pool_alloc(a->pool, sizeof(*placed)) ;
  placed->text = text ;
  placed->npieces = a->plan->npieces ;
  placed->outer = outer ;
  a->positional = placed ;
}
