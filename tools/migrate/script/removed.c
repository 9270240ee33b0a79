/* A file that the setup reads or looks for, and that is removed, made or changed behind that: a service would not find the same.
     export TOKEN=$(cat /run/token); rm /run/token
     [ -d /data/db ] || FIRST=1; if [ "$FIRST" ]; then initdb; fi */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

struct value
{
  char const *name ;
  char const *text ;
  struct value *next ;
} ;

struct values { struct value *first ; } ;

struct removing
{
  struct analysis *a ;
  struct piece const *piece ;
  char const *text ; /* the piece's, as plainly() has it */
  struct values *values ; /* those that were asked for */
  char const **paths ; /* by their place in the source, the same; 0: not asked yet */
  char const *file ; /* as the script writes it */
  uint32_t line ;
} ;

/* Does it look into a file, or whether there is one? */
static int reads (char const *text)
{
  static char const *const marks[] = { "$(", "`", "<", " -f ", " -e ", " -s ", " -d ", " -r " } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(text, marks[i])) return 1 ;
  return !!shell_read_file(text) ;
}

/* Does it ask whether there is one? */
static int looks_for (char const *text)
{
  static char const *const marks[] = { " -f ", " -e ", " -s ", " -d " } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(text, marks[i])) return 1 ;
  return 0 ;
}

/* $NAME, or its value where that is a constant; each name is asked once. */
static char const *value_of (struct removing *removing, char const *name)
{
  struct analysis *a = removing->a ;
  struct value *value = removing->values->first ;
  while (value && strcmp(value->name, name) != 0) value = value->next ;
  if (value) return value->text ;
  value = pool_alloc(a->pool, sizeof(*value)) ;
  *value = (struct value){ name, with_known_values(a, pool_printf(a->pool, "$%s", name)), removing->values->first } ;
  removing->values->first = value ;
  return value->text ;
}

/* The text with the values of constants, and $X for ${X}: two spellings of a path are one. */
static char const *plainly (struct removing *removing, char const *text)
{
  struct pool *pool = removing->a->pool ;
  struct texts parts = { 0 } ;
  char const *begin = text ;
  for (char const *at = text ; (at = strchr(at, '$')) ; )
  {
    int has_brace = at[1] == '{' ;
    size_t len = strspn(at + 1 + has_brace, NAME_LETTERS) ;
    if (!len || (has_brace && at[2 + len] != '}'))
    {
      at++ ;
      continue ;
    }
    texts_add(pool, &parts, pool_copy(pool, begin, (size_t)(at - begin))) ;
    texts_add(pool, &parts, value_of(removing, pool_copy(pool, at + 1 + has_brace, len))) ;
    begin = at += 1 + len + (has_brace ? 2 : 0) ;
  }
  texts_add(pool, &parts, begin) ;
  return texts_join(pool, &parts, "") ;
}

/* Is the file, or something in that folder, in the text? */
static int has_path (char const *text, char const *path)
{
  size_t len ;
  if (!strncmp(path, "./", 2)) path += 2 ;
  len = strlen(path) ;
  while (len > 1 && path[len - 1] == '/') len-- ;
  if (!len || strpbrk(path, "*?[ ") || !strcmp(path, ".") || *path == '-' || !strncmp(path, "/dev/", 5) || strspn(path, "0123456789&") == strlen(path)) return 0 ;
  for (char const *at = text ; (at = strstr(at, path)) ; at++)
  {
    int begins = at == text || strchr(" \t\n\"'<=(", at[-1]) || (at > text + 1 && at[-1] == '/' && at[-2] == '.') ;
    if (begins && (!at[len] || !strchr(NAME_LETTERS ".-", at[len]))) return 1 ;
  }
  return 0 ;
}

static int is_read (struct removing *removing, char const *raw, uint32_t at)
{
  struct analysis *a = removing->a ;
  if (!removing->paths[at]) removing->paths[at] = plainly(removing, shell_without_quotes(a->pool, raw)) ;
  if (!has_path(removing->text, removing->paths[at])) return 0 ;
  removing->file = shell_without_quotes(a->pool, raw) ;
  return 1 ;
}

/* Is it ahead of what reads? In a function the call decides, unless both are in it. */
static int is_ahead (struct removing const *removing, struct statement const *statement)
{
  struct range const *read = &removing->piece->claim->range ;
  if (statement->range.start >= read->end) return 0 ;
  for (struct function const *one = removing->a->functions ; one ; one = one->next)
  {
    struct range const *function = &one->statement->range ;
    if (function->start <= statement->range.start && statement->range.end <= function->end && (read->start < function->start || function->end < read->end)) return 0 ;
  }
  return 1 ;
}

static int removes (struct statement *statement, void *data)
{
  struct removing *removing = data ;
  char const *command = statement_command(statement) ;
  unsigned int first = statement->nwords ;
  if (is_ahead(removing, statement)) return 0 ;
  removing->line = line_of(removing->a, statement) ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (statement->redirects[i].is_output && is_read(removing, statement->redirects[i].target, statement->redirects[i].range.start)) return 1 ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  if (shell_one_of(command, "rm unlink shred mv truncate") || (!strcmp(command, "sed") && !strncmp(statement_word(statement, 1), "-i", 2))) first = 1 ;
  else if (shell_one_of(command, "cp install tee ln")) first = statement->nwords - 1 ;
  else if (looks_for(removing->piece->text) && shell_one_of(command, "mkdir touch")) first = 1 ;
  for (unsigned int i = first ? first : 1 ; i < statement->nwords ; i++)
    if (is_read(removing, statement->words[i].raw, statement->words[i].range.start)) return 1 ;
  return 0 ;
}

/* Has all that it sets a name, by which it can be handed on? */
static int has_names (struct analysis *a, struct piece const *piece)
{
  struct source code ;
  for (struct statement *one = shell_parse_text(a->pool, &code, piece->text) ; one ; one = one->next)
    if (statement_walk(one, &sets_any_name, a)) return 0 ;
  return piece->names[1] != 0 ;
}

static int removes_behind (struct removing *removing, struct statement *statement)
{
  if (statement->kind == STATEMENT_FUNCTION || statement->range.end <= removing->piece->claim->range.end) return 0 ;
  return walk_with_calls(removing->a, statement, &removes, removing) ;
}

static int works (struct statement *statement, void *data)
{
  return may_make_any_file(data, statement) ;
}

/* if [ "$FIRST" ]; then initdb; fi: work on what it has found may make what it looked for. */
static int works_behind (struct removing const *removing, struct statement *statement)
{
  return statement->range.start >= removing->piece->claim->range.end && statement->kind != STATEMENT_FUNCTION && statement->kind != STATEMENT_COMMAND
   && looks_for(removing->piece->text) && piece_mentioned(removing->piece, statement_text(removing->a, statement)) && walk_with_calls(removing->a, statement, &works, removing->a) ;
}

void settle_removed (struct analysis *a, struct statement *first)
{
  struct values values = { 0 } ;
  char const **paths = pool_alloc(a->pool, (a->source->len + 1) * sizeof(*paths)) ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
  {
    struct removing removing = { .a = a, .piece = a->plan->pieces + i, .values = &values, .paths = paths } ;
    struct statement *one = first ;
    if (removing.piece->shared || removing.piece->is_function || !removing.piece->claim || !reads(removing.piece->text)) continue ;
    removing.text = plainly(&removing, removing.piece->text) ;
    while (one && !removes_behind(&removing, one)) one = one->next ;
    if (!one && removing.piece->in_setup)
      for (one = first ; one && !works_behind(&removing, one) ; ) one = one->next ;
    if (!one) continue ;
    if (removing.piece->in_setup && has_names(a, removing.piece) && compute_once(a, a->plan->pieces + i))
    {
      a->plan->pieces[i].tells_handing = 1 ;
      continue ;
    }
    if (!removing.file) continue ;
    plan_todo(a->plan, removing.piece->in_setup ? 0 : plan_last(a->plan), removing.piece->claim, source_line(a->source, removing.piece->claim->range.start), pool_printf(a->pool,
      "line %u removes or changes %s, which each file that has this line reads again: keep the file, or hand on to the services what is read from it", removing.line, removing.file)) ;
  }
}
