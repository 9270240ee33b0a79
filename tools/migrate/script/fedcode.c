/* su postgres <<EOF, sudo -u app bash <<EOF, su app <<< "server &": where such code starts something, it is read as that of -c. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

struct feeding
{
  struct analysis *a ;
  struct texts text ;
  uint32_t done ; /* the byte of the source up to which that is */
} ;

/* Does the shell that the command starts read its code from its input? */
static int reads_code (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  unsigned int i = !strcmp(statement_command(statement), "exec") ;
  if (shell_one_of(statement_word(statement, i), "su runuser"))
  {
    for (i++ ; i < statement->nwords ; i++)
    {
      char const *word = statement_word(statement, i) ;
      if (*word == '-' && (word[1] == '-' ? !!strstr(word, "command") : !!strchr(word, 'c'))) return 0 ;
    }
    return 1 ;
  }
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.code || launch.first >= statement->nwords || !shell_one_of(shell_basename(statement_word(statement, launch.first)), "sh bash dash ash")) return 0 ;
  for (i = launch.first + 1 ; i < statement->nwords ; i++)
  {
    char const *word = statement_word(statement, i) ;
    if (*word != '-' || !word[1] || strpbrk(word, "cso")) return 0 ; /* a script, or code, or words */
  }
  return 1 ;
}

static int starts (struct analysis *a, char const *text)
{
  struct source code ;
  struct analysis there = { .plan = a->plan, .source = &code, .pool = a->pool, .suffix = "", .without_waits = 1 } ;
  struct statement *first = shell_parse_text(a->pool, &code, text) ;
  for (struct statement *one = first ; one ; one = one->next)
    if (one->damaged) return 0 ;
  if (code_stops_all(&there, &code, first)) return 0 ;
  return any_starts(&there, first) || (first && is_server(&there, statement_last(first))) ;
}

/* In the quotes of a here-document's expansion: only " has another meaning there. */
static char const *quoted (struct pool *pool, char const *body, int is_literal)
{
  char *out = pool_alloc(pool, 4 * strlen(body) + 3) ;
  char *p = out ;
  if (is_literal) return shell_quote(pool, body) ;
  *p++ = '"' ;
  for (; *body ; body++)
  {
    if (*body == '"' || (*body == '\\' && body[1] == '"')) *p++ = '\\' ; /* a here-document keeps \" as it is */
    *p++ = *body ;
    if (*body == '\\' && body[1] && strchr("$`\\\n", body[1])) *p++ = *++body ;
  }
  *p++ = '"' ;
  *p = 0 ;
  return out ;
}

/* <<EOF REST, its lines, EOF: -c 'the lines' REST. As many lines as before. Returns the byte behind; 0: it is no such text. */
static uint32_t read_document (struct pool *pool, char const *text, uint32_t at, char const **body, char const **rest, int *is_literal)
{
  char const *p = text + at + 2 ;
  int has_tabs = *p == '-' ;
  char const *end ;
  char const *line ;
  char const *first ;
  size_t len ;
  p += has_tabs ;
  p += strspn(p, " \t") ;
  *is_literal = *p == '\'' || *p == '"' || *p == '\\' ;
  end = p + *is_literal ;
  len = strspn(end, NAME_LETTERS) ;
  p = end + len ;
  if (*is_literal && *p && strchr("'\"", *p)) p++ ;
  *rest = pool_copy(pool, p, strcspn(p, "\n")) ;
  first = p + strcspn(p, "\n") ;
  for (line = first ; len && *line ; line += strcspn(line, "\n"))
  {
    char const *word = ++line ;
    if (has_tabs) word += strspn(word, "\t") ;
    if (strncmp(word, end, len) != 0 || (word[len] && word[len] != '\n')) continue ;
    *body = pool_copy(pool, first, (size_t)(line - first)) ;
    return (uint32_t)(word + len - text) ;
  }
  return 0 ;
}

static int look_at (struct statement *statement, void *data)
{
  struct feeding *f = data ;
  struct analysis *a = f->a ;
  char const *source = a->source->text ;
  struct redirect *fed = 0 ;
  char const *code ;
  char const *body ;
  char const *rest = "" ;
  uint32_t end ;
  int is_literal = 0 ;
  if (statement->kind != STATEMENT_COMMAND || statement->damaged) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (!strncmp(statement->redirects[i].raw, "<<", 2)) fed = fed ? 0 : statement->redirects + i ;
  if (!fed || fed->range.start < f->done || !reads_code(a, statement)) return 0 ;
  if (source[fed->range.start + 2] == '<')
  {
    body = fed->target ;
    code = body ;
    end = fed->range.end ;
    if (!strchr("'\"", *body) || !starts(a, shell_without_quotes(a->pool, body))) return 0 ;
  }
  else
  {
    end = read_document(a->pool, source, fed->range.start, &body, &rest, &is_literal) ;
    if (!end || !starts(a, body)) return 0 ;
    code = quoted(a->pool, body, is_literal) ;
  }
  texts_add(a->pool, &f->text, source_copy(a->source, (struct range){ f->done, fed->range.start })) ;
  texts_add(a->pool, &f->text, pool_printf(a->pool, "-c %s%s", code, rest)) ;
  f->done = end ;
  return 0 ;
}

void spell_out_fed_code (struct analysis *a, struct statement *first)
{
  struct feeding f = { .a = a } ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &look_at, &f) ;
  if (!f.done) return ;
  texts_add(a->pool, &f.text, source_copy(a->source, (struct range){ f.done, a->source->len })) ;
  source_respell(a->source, texts_join(a->pool, &f.text, "")) ;
}
