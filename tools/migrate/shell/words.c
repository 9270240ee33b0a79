/* The leaves of the grammar's tree: words, assignments and redirections. */

#include "migrate/shell/tree.h"

/* Does a here-document have its last line? */
static int has_end (struct children children)
{
  for (uint32_t i = 0 ; i < children.n ; i++)
    if (is(children.list[i], "heredoc_end")) return !ts_node_is_missing(children.list[i]) && ts_node_end_byte(children.list[i]) > ts_node_start_byte(children.list[i]) ;
  return 0 ;
}

/* "$BIN"/pg_ctl, "$BIN/pg_ctl" */
static char const *path_of (struct pool *pool, char const *raw)
{
  char const *slash = strrchr(raw, '/') ;
  size_t len = slash ? strspn(slash + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-") : 0 ;
  char *path ;
  size_t n = 0 ;
  if (!len || (slash[1 + len] && strcmp(slash + 1 + len, "\"") != 0)) return 0 ;
  path = pool_alloc(pool, strlen(raw) + 1) ;
  for (; *raw ; raw++) if (*raw != '"') path[n++] = *raw ;
  path[n] = 0 ;
  return path ;
}

struct word read_word (struct reader *reader, TSNode node)
{
  struct word word = { .range = range_of(node) } ;
  word.raw = source_copy(reader->source, word.range) ;
  word.value = shell_unquote(reader->source->pool, word.raw) ;
  if (!word.value) word.path = path_of(reader->source->pool, word.raw) ;
  return word ;
}

/* >FILE, >>FILE, without a number: what the substitution prints goes there. */
static int prints_to_file (struct reader *reader, TSNode node)
{
  char const *raw = source_copy(reader->source, range_of(node)) ;
  char const *target = raw + strspn(raw, ">| \t") ;
  return *raw == '>' && raw[1] != '&' && !shell_one_of(target, "/dev/null /dev/stderr /dev/stdout") ;
}

void read_programs (struct reader *reader, TSNode node, struct statement *statement, unsigned int depth)
{
  struct children children ;
  if (depth > DEPTH_MAX) return ;
  if (depth && is(node, "command"))
  {
    TSNode name = field_of(node, "name") ;
    if (!ts_node_is_null(name)) texts_add(reader->source->pool, &statement->programs, shell_basename(read_word(reader, name).raw)) ;
  }
  if (depth && is(node, "file_redirect") && prints_to_file(reader, node)) statement->substitutes_to_file = 1 ;
  children = children_of(reader->source->pool, node) ;
  for (uint32_t i = 0 ; i < children.n ; i++) read_programs(reader, children.list[i], statement, depth + 1) ;
}

/* 0<FILE: where the descriptor begins. The grammar takes that 0 for a word. */
static uint32_t descriptor_start (struct source const *source, uint32_t sign)
{
  uint32_t start = sign ;
  while (start && strchr("0123456789", source->text[start - 1])) start-- ;
  if (start && !strchr(" \t\n;&|(", source->text[start - 1])) return sign ; /* a2>FILE: part of a word */
  return start > 1 && source->text[start - 1] == '&' && strchr("<>", source->text[start - 2]) ? sign : start ; /* 2>&1</dev/null: that of the redirection ahead */
}

static int is_descriptor (struct source const *source, struct range range)
{
  return range.end < source->len && strchr("<>", source->text[range.end]) && range.start < range.end && descriptor_start(source, range.end) == range.start ;
}

static void add_word (struct reader *reader, struct statement *statement, struct word word)
{
  if (is_descriptor(reader->source, word.range))
  {
    if (statement->nwords && statement->core.end == word.range.end) statement->core.end = statement->words[statement->nwords - 1].range.end ;
    return ;
  }
  statement->words = pool_grow(reader->source->pool, statement->words, statement->nwords, &statement->words_room, sizeof(word)) ;
  statement->words[statement->nwords++] = word ;
  if (word.range.end > statement->core.end) statement->core.end = word.range.end ;
}

/* What may stay behind a here-document, in its line: it starts no program that goes on. */
static int is_harmless_behind (char const *code)
{
  char word[16] ;
  if (!strncmp(code, "sudo ", 5)) code += 5 ;
  return sscanf(code, "%15s", word) == 1 && shell_one_of(word, "exit return : true false echo printf break continue cat tee grep sed chmod chown mv cp rm mkdir export") ;
}

static void read_redirect (struct reader *reader, TSNode node, struct statement *statement)
{
  struct redirect *redirect = statement->redirects + statement->nredirects++ ;
  struct children children = children_of(reader->source->pool, node) ;
  redirect->range = range_of(node) ;
  /* {log}>FILE: see shell_parse(). */
  if (redirect->range.start < reader->source->len && reader->source->text[redirect->range.start] == '}')
    while (reader->source->text[redirect->range.start] != '{') redirect->range.start-- ;
  if (strchr("<>", reader->source->text[redirect->range.start])) redirect->range.start = descriptor_start(reader->source, redirect->range.start) ;
  redirect->raw = source_copy(reader->source, redirect->range) ;
  redirect->target = "" ;
  if (is(node, "heredoc_redirect"))
  {
    statement->damaged |= !has_end(children) ;
    for (uint32_t i = 0 ; i < children.n ; i++)
    {
      TSNode child = children.list[i] ;
      /* <<EOF && exec server: behind the here-document for the shell, and inside of it for the grammar. */
      if (is(child, "command") && !is_harmless_behind(source_copy(reader->source, range_of(child)))) statement->damaged = 1 ;
      if (!is(child, "ERROR") || strcmp(source_copy(reader->source, range_of(child)), "&") != 0) continue ;
      /* <<EOF & : the & belongs to the statement, not to the redirection. */
      ((char *)redirect->raw)[ts_node_start_byte(child) - redirect->range.start] = ' ' ;
      statement->background = 1 ;
    }
    return ;
  }
  for (uint32_t i = 0 ; i < children.n ; i++)
  {
    TSNode child = children.list[i] ;
    if (!ts_node_is_named(child) || is(child, "file_descriptor") || is(child, "ERROR")) continue ; /* <> is an ERROR */
    if (*redirect->target)
    {
      /* exec >log server: the grammar takes all words after > as targets, the shell only the first. */
      add_word(reader, statement, read_word(reader, child)) ;
      continue ;
    }
    redirect->target = source_copy(reader->source, range_of(child)) ;
    redirect->range.end = range_of(child).end ;
    redirect->raw = source_copy(reader->source, redirect->range) ;
  }
  if (children.n && !*redirect->target) redirect->target = source_copy(reader->source, range_of(children.list[children.n - 1])) ; /* >&- */
  redirect->is_output = !!strchr(redirect->raw, '>') ;
  if (!redirect->is_output) read_programs(reader, node, statement, 0) ; /* < <(list) */
}

void read_words (struct reader *reader, TSNode node, struct statement *statement)
{
  struct pool *pool = reader->source->pool ;
  struct children children = children_of(pool, node) ;
  TSNode variable = field_of(node, "variable") ;
  statement->assignments = pool_alloc(pool, children.n * sizeof(struct word)) ;
  statement->redirects = pool_alloc(pool, (children.n + 1) * sizeof(struct redirect)) ;
  for (uint32_t i = 0 ; i < children.n ; i++)
  {
    TSNode child = children.list[i] ;
    if (strstr(ts_node_type(child), "redirect")) read_redirect(reader, child, statement) ;
    else if (is(child, "variable_assignment") && statement->kind != STATEMENT_DECLARATION)
      statement->assignments[statement->nassignments++] = read_word(reader, child) ;
    else if (is(child, "do_group") || is(child, "compound_statement") || is(child, "ERROR")
     || ts_node_eq(child, variable) || is(child, "for") || is(child, "select") || is(child, "in") || is(child, ";")) continue ;
    else if (range_of(child).end > range_of(child).start) add_word(reader, statement, read_word(reader, child)) ;
  }
  if (!statement->nwords && statement->nassignments) statement->kind = STATEMENT_ASSIGNMENT ;
  /* A keyword does not begin a command: its other half is missing. */
  if (statement->nwords && shell_one_of(statement->words[0].raw, "if then elif else fi do done case esac while until for { } in")) statement->damaged = 1 ;
}

void read_redirected (struct reader *reader, TSNode node, struct statement *statement)
{
  struct children children = children_of(reader->source->pool, node) ;
  unsigned int had = statement->nredirects ;
  struct redirect *redirects = pool_alloc(reader->source->pool, (had + children.n + 1) * sizeof(*redirects)) ;
  if (had) memcpy(redirects, statement->redirects, had * sizeof(*redirects)) ;
  statement->redirects = redirects ;
  for (uint32_t i = 0 ; i < children.n ; i++)
    if (strstr(ts_node_type(children.list[i]), "redirect") && !is(children.list[i], "redirected_statement")) read_redirect(reader, children.list[i], statement) ;
}

void push_redirects (struct pool *pool, struct statement *statement)
{
  struct statement *last = statement_last(statement->body) ;
  struct redirect *redirects ;
  if (!is_and_or(statement) && statement->kind != STATEMENT_PIPELINE && statement->kind != STATEMENT_NOT) return ;
  if (!last || !statement->nredirects) return ;
  redirects = pool_alloc(pool, (last->nredirects + statement->nredirects + 1) * sizeof(*redirects)) ;
  if (last->nredirects) memcpy(redirects, last->redirects, last->nredirects * sizeof(*redirects)) ;
  memcpy(redirects + last->nredirects, statement->redirects, statement->nredirects * sizeof(*redirects)) ;
  last->redirects = redirects ;
  last->nredirects += statement->nredirects ;
  if (statement->range.end > last->range.end) last->range.end = statement->range.end ;
  statement->nredirects = 0 ;
  push_redirects(pool, last) ;
}
