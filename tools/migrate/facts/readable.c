/* Variables in the name of a service: their value, where the script has it; else nothing, or the
   variable's own name. */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "migrate/command/command.h"
#include "migrate/facts/facts.h"

#define SEPARATORS "-_.:@"
#define SAYS_NOTHING 2 /* a name of no more letters: $i */

struct reading
{
  struct analysis *a ;
  char *out ;
  size_t len ;
  char const *dropped ; /* the first name that was left out; 0: none */
} ;

static void add (struct reading *r, char const *text, size_t len)
{
  memcpy(r->out + r->len, text, len) ;
  r->len += len ;
}

/* Without its folder. */
static char const *plain (char const *value)
{
  return value && *value && *shell_basename(value) ? shell_basename(value) : 0 ;
}

/* $2 of `set -- A B` */
static char const *argument (struct analysis *a, char const *text, unsigned int n)
{
  struct source code ;
  struct statement const *set = shell_parse_text(a->pool, &code, text) ;
  return set && set->kind == STATEMENT_COMMAND && n + 1 < set->nwords ? set->words[n + 1].value : 0 ;
}

/* Of a loop or a call, or the only one that the script has set; *is_counted: it is the number of an
   instance. 0: not known. */
static char const *value_of (struct analysis *a, char const *name, int *is_counted)
{
  struct variable variable ;
  size_t len = strlen(name) ;
  int is_number = strspn(name, "0123456789") == len ;
  *is_counted = 0 ;
  for (struct placed const *one = a->positional ; one ; one = one->outer)
  {
    if (is_number && !strncmp(one->text, "set -- ", 7)) return plain(argument(a, one->text, shell_number(name, 100, 0))) ;
    if (is_number || strncmp(one->text, name, len) != 0 || one->text[len] != '=') continue ;
    *is_counted = !!strchr(one->text, '$') ;
    return plain(shell_unquote(a->pool, one->text + len + 1)) ;
  }
  if (!variable_parse(a->pool, pool_printf(a->pool, "$%s", name), &variable) || !variable_from_environment(a, &variable, a->plan->npieces)) return 0 ;
  return plain(variable.constant) ;
}

/* php-fpm$PHP_VER, node-$VERSION: what is ahead of it tells more. */
static int is_version_behind (struct reading const *r, char const *name)
{
  return r->len && (!strchr(SEPARATORS, r->out[r->len - 1]) || strcasestr(name, "version") || !strcasecmp(name, "ver") || strcasestr(name, "_ver")) ;
}

/* BACKEND_BIN, START_APP: backend, app */
static char const *without_kind (struct pool *pool, char const *name)
{
  static char const *const ends[] = { "_BIN", "_BINARY", "_CMD", "_COMMAND", "_EXE", "_EXEC", "_EXECUTABLE", "_PATH", "_PROGRAM", "_SCRIPT", "_ENTRY", "_NAME" } ;
  size_t len = strlen(name) ;
  char *lower ;
  for (size_t i = 0 ; i < sizeof(ends) / sizeof(*ends) ; i++)
    if (len > strlen(ends[i]) && !strcasecmp(name + len - strlen(ends[i]), ends[i])) len -= strlen(ends[i]) ;
  lower = pool_alloc(pool, len + 1) ;
  for (size_t i = 0 ; i < len ; i++) lower[i] = (char)tolower((unsigned char)name[i]) ;
  lower[len] = 0 ;
  return command_plain_name(lower) ;
}

/* $NAME, ${NAME...}, at p. Returns the byte behind it. */
static char const *add_variable (struct reading *r, char const *p)
{
  int has_brace = *++p == '{' ;
  size_t len ;
  char const *name ;
  char const *value ;
  int is_counted ;
  p += has_brace ;
  len = strspn(p, NAME_LETTERS) ;
  if (!has_brace && len && *p >= '0' && *p <= '9') len = 1 ;
  name = pool_copy(r->a->pool, p, len) ;
  value = len ? value_of(r->a, name, &is_counted) : 0 ;
  if (value) add(r, value, strlen(value)) ;
  else if (len > SAYS_NOTHING && !is_version_behind(r, name) && !is_counted && (*name < '0' || *name > '9'))
    add(r, without_kind(r->a->pool, name), strlen(without_kind(r->a->pool, name))) ;
  else if (len && !r->dropped && (*name < '0' || *name > '9')) r->dropped = without_kind(r->a->pool, name) ;
  p += len ;
  if (has_brace) p += strcspn(p, "}") + !!p[strcspn(p, "}")] ;
  else if (!len && *p) p++ ; /* $@, $* */
  return p ;
}

/* $(which nginx): nginx. Any other says nothing. */
static char const *add_substitution (struct reading *r, char const *p)
{
  char const *end = p + strcspn(p + 2, ")`") + 2 ;
  char const *code = p + (*p == '`' ? 1 : 2) ;
  if (!strncmp(code, "which ", 6)) code += 6 ;
  else if (!strncmp(code, "command -v ", 11)) code += 11 ;
  else if (!strncmp(code, "type -p ", 8)) code += 8 ;
  else return *end ? end + 1 : end ;
  add(r, code, strcspn(code, " )`")) ;
  return *end ? end + 1 : end ;
}

char const *readable_name (struct analysis *a, char const *name)
{
  struct reading r = { .a = a } ;
  size_t size = strlen(name) + 1 ;
  if (!strpbrk(name, "$`")) return name ;
  for (struct placed const *one = a->positional ; one ; one = one->outer) size += strlen(one->text) * strlen(name) ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++) size += strlen(a->plan->pieces[i].text) * strlen(name) ;
  r.out = pool_alloc(a->pool, size) ;
  while (*name)
  {
    size_t before = r.len ;
    if (strchr("\"'", *name)) name++ ;
    else if (*name != '$' && *name != '`') add(&r, name++, 1) ;
    else
    {
      name = *name == '`' || name[1] == '(' ? add_substitution(&r, name) : add_variable(&r, name) ;
      if (r.len == before && (!before || strchr(SEPARATORS, r.out[before - 1]))) name += strspn(name, SEPARATORS) ; /* a-$x-b: a-b */
    }
  }
  while (r.len && strchr(SEPARATORS, r.out[r.len - 1])) r.len-- ;
  if (!r.len) return r.dropped ? r.dropped : "service" ;
  return pool_copy(a->pool, r.out, r.len) ;
}
