/* What grep, pgrep and pidof look for. Their options, and the values of these, are none of it. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

struct options
{
  char const *programs ;
  char const *letters ; /* options with a value */
  char const *words ; /* the same, in the long form */
  char const *pattern ; /* the letter of the option whose value is looked for; "": there is none */
} ;

static struct options const table[] =
{
  { GREPS, "mABCdDef", "--max-count --after-context --before-context --context --binary-files --devices --directories --regexp --file", "e" },
  { "pgrep", "duUgGPstFrO", "--delimiter --euid --uid --pgroup --group --parent --session --terminal --pidfile --runstates --older --ns --nslist --signal", "" },
  { "pidof", "oS", "--omit-pid --separator", "" },
} ;

struct reading
{
  struct pool *pool ;
  struct options const *options ;
  struct texts patterns ; /* of options */
  struct texts operands ;
  int others ; /* -v */
  int without_operand ; /* -e, -f: no operand is a pattern */
} ;

static int is_pattern_option (struct reading const *r, char letter)
{
  return *r->options->pattern == letter ;
}

/* $NAME stays, raw. */
static char const *value_of (struct statement const *statement, unsigned int i)
{
  if (i >= statement->nwords) return "" ;
  return statement->words[i].value ? statement->words[i].value : statement->words[i].raw ;
}

static void take_value (struct reading *r, char letter, char const *value)
{
  if (is_pattern_option(r, letter) && *value) texts_add(r->pool, &r->patterns, value) ;
  if (is_pattern_option(r, letter) || (*r->options->pattern && letter == 'f')) r->without_operand = 1 ;
}

/* -qv, -m1, -e NAME: returns how many words it is. */
static unsigned int read_letters (struct reading *r, struct statement const *statement, unsigned int i)
{
  char const *raw = statement->words[i].raw ;
  char const *value = statement_word(statement, i) ;
  for (size_t n = 1 ; raw[n] ; n++)
  {
    if (raw[n] == 'v') r->others = 1 ;
    if (!strchr(r->options->letters, raw[n])) continue ;
    if (raw[n + 1]) take_value(r, raw[n], n + 1 < strlen(value) ? value + n + 1 : "") ; /* raw may have quotes ahead */
    else take_value(r, raw[n], value_of(statement, i + 1)) ;
    return raw[n + 1] ? 1 : 2 ;
  }
  return 1 ;
}

static unsigned int read_long (struct reading *r, struct statement const *statement, unsigned int i)
{
  char const *raw = statement->words[i].raw ;
  size_t len = strcspn(raw, "=") ;
  char const *name = pool_copy(r->pool, raw, len) ;
  char letter = !strcmp(name, "--regexp") ? 'e' : !strcmp(name, "--file") ? 'f' : 0 ;
  if (!strcmp(name, "--invert-match")) r->others = 1 ;
  if (!shell_one_of(name, r->options->words)) return 1 ;
  if (letter) take_value(r, letter, raw[len] ? shell_without_quotes(r->pool, raw + len + 1) : value_of(statement, i + 1)) ;
  return raw[len] ? 1 : 2 ;
}

/* 0: it is none of these programs */
static int read_command (struct pool *pool, struct statement const *statement, struct reading *r)
{
  int only_operands = 0 ;
  *r = (struct reading){ .pool = pool } ;
  for (size_t i = 0 ; i < sizeof(table) / sizeof(*table) ; i++)
    if (shell_one_of(statement_command(statement), table[i].programs)) r->options = table + i ;
  for (unsigned int i = 1 ; r->options && i < statement->nwords ; )
  {
    char const *raw = statement->words[i].raw ;
    if (!only_operands && !strcmp(raw, "--")) only_operands = 1 ;
    else if (!only_operands && raw[0] == '-' && raw[1])
    {
      i += raw[1] == '-' ? read_long(r, statement, i) : read_letters(r, statement, i) ;
      continue ;
    }
    else texts_add(pool, &r->operands, value_of(statement, i)) ;
    i++ ;
  }
  return !!r->options ;
}

int is_grep (struct statement const *statement)
{
  return shell_one_of(statement_command(statement), table[0].programs) ;
}

int selects_others (struct pool *pool, struct statement const *grep)
{
  struct reading r ;
  return read_command(pool, grep, &r) && r.others ;
}

struct texts looked_for (struct pool *pool, struct statement const *statement)
{
  struct reading r ;
  if (!read_command(pool, statement, &r)) return (struct texts){ 0 } ;
  if (!r.without_operand && r.operands.first && r.options != table + 2) texts_add(pool, &r.patterns, r.operands.first->text) ;
  if (r.options == table + 2) return r.operands ;
  return r.patterns ;
}

/* ---- processes ---- */

static void add_name (struct process_names *asking, char const *name)
{
  size_t len ;
  if (*name == '^') name++ ;
  len = strlen(name) ;
  if (len && name[len - 1] == '$') name = pool_copy(asking->a->pool, name, len - 1) ;
  if (strchr(name, '$')) name = shell_without_quotes(asking->a->pool, with_known_values(asking->a, name)) ; /* "$WEB" */
  if (name[0] == '[' && name[1] && name[2] == ']') name = pool_printf(asking->a->pool, "%c%s", name[1], name + 3) ; /* [w]eb */
  len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./- ") ;
  if (len > 1 && !name[len] && strcmp(name, "grep") != 0) texts_add_once(asking->a->pool, &asking->names, name) ;
}

static void add_names (struct process_names *asking, struct statement const *command)
{
  struct texts names = looked_for(asking->a->pool, command) ;
  for (struct text const *one = names.first ; one ; one = one->next)
    for (char const *p = one->text + strspn(one->text, "(") ; *p ; p += !!*p)
    {
      size_t len = strcspn(p, "|)") ; /* (web|api), web\\|api: each of them */
      add_name(asking, pool_copy(asking->a->pool, p, len && p[len] == '|' && p[len - 1] == '\\' ? len - 1 : len)) ;
      p += len ;
    }
}

int add_process_names (struct statement *statement, void *data)
{
  struct process_names *asking = data ;
  if (statement->kind == STATEMENT_PIPELINE && !strcmp(statement_command(statement->body), "ps"))
    for (struct statement const *one = statement->body->next ; one ; one = one->next)
      if (is_grep(one) && !selects_others(asking->a->pool, one)) add_names(asking, one) ;
  if (shell_one_of(statement_command(statement), "pgrep pidof")) add_names(asking, statement) ;
  return 0 ;
}
