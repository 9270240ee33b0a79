#include <skalibs/strerr.h>

#include "migrate/shell/tree.h"

extern TSLanguage const *tree_sitter_bash (void) ;

static struct statement *read_list (struct reader *reader, TSNode node, uint32_t from, uint32_t to) ;
static struct statement *read_statement (struct reader *reader, TSNode node) ;

/* Is something in it not understood? Bash has redirections (3<>file, a here-document
   in the background) that this grammar takes for errors. */
static int is_damaged (struct pool *pool, TSNode node, unsigned int depth)
{
  struct children children ;
  if (!ts_node_has_error(node)) return 0 ;
  if (is(node, "ERROR") || ts_node_is_missing(node) || depth > DEPTH_MAX) return 1 ;
  if (is(node, "file_redirect")) return 0 ;
  if (is(node, "heredoc_redirect")) return 0 ; /* read_redirect looks at it */
  children = children_of(pool, node) ;
  for (uint32_t i = 0 ; i < children.n ; i++)
    if (is_damaged(pool, children.list[i], depth + 1)) return 1 ;
  return 0 ;
}

static struct branch *branch_new (struct reader *reader, struct branch ***end)
{
  struct branch *branch = pool_alloc(reader->source->pool, sizeof(*branch)) ;
  **end = branch ;
  *end = &branch->next ;
  return branch ;
}

static void read_condition (struct reader *reader, TSNode node, struct branch *branch, uint32_t end)
{
  branch->condition = read_list(reader, node, 1, end) ;
  if (branch->condition) branch->condition_range = (struct range){ branch->condition->range.start, statement_last(branch->condition)->range.end } ;
}

/* A condition, then what `after` (then, do) begins. */
static void read_conditional (struct reader *reader, TSNode node, struct branch *branch, char const *after, uint32_t end)
{
  struct children children = children_of(reader->source->pool, node) ;
  uint32_t middle = 0 ;
  while (middle < end && !is(children.list[middle], after)) middle++ ;
  if (middle == end)
  {
    branch->head = range_of(node) ;
    return ;
  }
  branch->head.start = ts_node_start_byte(node) ;
  branch->head.end = ts_node_end_byte(children.list[middle]) ;
  read_condition(reader, node, branch, middle) ;
  branch->body = read_list(reader, node, middle + 1, end) ;
}

static void read_if (struct reader *reader, TSNode node, struct statement *statement)
{
  struct branch **end = &statement->branches ;
  struct children children = children_of(reader->source->pool, node) ;
  uint32_t first = 0 ;
  while (first < children.n && !is(children.list[first], "elif_clause") && !is(children.list[first], "else_clause")
   && !is(children.list[first], "fi")) first++ ;
  read_conditional(reader, node, branch_new(reader, &end), "then", first) ;
  for (uint32_t i = first ; i < children.n ; i++)
  {
    TSNode child = children.list[i] ;
    if (is(child, "elif_clause")) read_conditional(reader, child, branch_new(reader, &end), "then", ts_node_child_count(child)) ;
    else if (is(child, "else_clause"))
    {
      struct branch *branch = branch_new(reader, &end) ;
      branch->head = (struct range){ ts_node_start_byte(child), ts_node_start_byte(child) + 4 } ;
      branch->body = read_list(reader, child, 1, ts_node_child_count(child)) ;
    }
  }
}

static void read_case_item (struct reader *reader, TSNode item, struct statement *statement, struct branch ***end)
{
  struct children children = children_of(reader->source->pool, item) ;
  uint32_t body = 0 ;
  struct branch *branch ;
  while (body < children.n && !is(children.list[body], ")")) body++ ;
  if (body == children.n)
  {
    statement->damaged = 1 ;
    return ;
  }
  branch = branch_new(reader, end) ;
  branch->head = (struct range){ ts_node_start_byte(item), ts_node_end_byte(children.list[body]) } ;
  branch->pattern = source_copy(reader->source, (struct range){ branch->head.start, ts_node_start_byte(children.list[body]) }) ;
  while (*branch->pattern == '(' || *branch->pattern == ' ') branch->pattern++ ;
  branch->body = read_list(reader, item, body + 1, children.n) ;
}

static void read_case (struct reader *reader, TSNode node, struct statement *statement)
{
  struct branch **end = &statement->branches ;
  struct children children = children_of(reader->source->pool, node) ;
  TSNode value = field_of(node, "value") ;
  if (!ts_node_is_null(value))
  {
    statement->words = pool_alloc(reader->source->pool, sizeof(struct word)) ;
    statement->words[statement->nwords++] = read_word(reader, value) ;
  }
  for (uint32_t i = 0 ; i < children.n ; i++)
    if (is(children.list[i], "case_item")) read_case_item(reader, children.list[i], statement, &end) ;
}

static void read_loop (struct reader *reader, TSNode node, struct statement *statement)
{
  struct branch **end = &statement->branches ;
  struct branch *branch = branch_new(reader, &end) ;
  uint32_t n = ts_node_child_count(node) ;
  TSNode body = ts_node_child(node, n - 1) ;
  statement->until = is(ts_node_child(node, 0), "until") ;
  reader->loops++ ;
  branch->head = (struct range){ ts_node_start_byte(node), ts_node_start_byte(body) } ;
  if (statement->kind == STATEMENT_LOOP) read_condition(reader, node, branch, n - 1) ;
  branch->body = read_list(reader, body, 0, ts_node_child_count(body)) ;
  reader->loops-- ;
  read_endless(reader->source, statement) ;
}

/* start && # a comment
   other: the comment is not what && is followed by. */
static struct statement *without_comments (struct statement *first, struct statement **comments)
{
  struct statement **end = &first ;
  while (*end)
    if ((*end)->kind == STATEMENT_COMMENT)
    {
      *comments = *end ;
      *end = (*end)->next ;
      (*comments)->next = 0 ;
      comments = &(*comments)->next ;
    }
    else end = &(*end)->next ;
  return first ;
}

static void read_list_operator (struct reader *reader, TSNode node, struct statement *statement)
{
  struct children children = children_of(reader->source->pool, node) ;
  for (uint32_t i = 0 ; i < children.n ; i++)
    if (is(children.list[i], "||")) statement->kind = STATEMENT_OR ;
  statement->body = without_comments(read_list(reader, node, 0, children.n), &statement->comments) ;
  if (!statement->body || !statement->body->next) statement->kind = STATEMENT_OTHER ;
}

static void read_function (struct reader *reader, TSNode node, struct statement *statement)
{
  TSNode name = field_of(node, "name") ;
  TSNode body = field_of(node, "body") ;
  if (ts_node_is_null(name) || ts_node_is_null(body))
  {
    statement->kind = STATEMENT_DAMAGED ;
    return ;
  }
  statement->name = source_copy(reader->source, range_of(name)) ;
  statement->body = read_statement(reader, body) ;
  read_redirected(reader, node, statement->body) ; /* f() { ...; } >log */
}

static struct
{
  char const *type ;
  enum statement_kind kind ;
} const kinds[] =
{
  { "command", STATEMENT_COMMAND },
  { "variable_assignment", STATEMENT_ASSIGNMENT },
  { "variable_assignments", STATEMENT_ASSIGNMENT },
  { "declaration_command", STATEMENT_DECLARATION },
  { "unset_command", STATEMENT_DECLARATION },
  { "test_command", STATEMENT_TEST },
  { "negated_command", STATEMENT_NOT },
  { "list", STATEMENT_AND },
  { "pipeline", STATEMENT_PIPELINE },
  { "compound_statement", STATEMENT_GROUP },
  { "subshell", STATEMENT_SUBSHELL },
  { "function_definition", STATEMENT_FUNCTION },
  { "if_statement", STATEMENT_IF },
  { "case_statement", STATEMENT_CASE },
  { "while_statement", STATEMENT_LOOP },
  { "for_statement", STATEMENT_FOR },
  { "c_style_for_statement", STATEMENT_FOR },
  { "comment", STATEMENT_COMMENT },
  { "ERROR", STATEMENT_DAMAGED },
} ;

static void read_parts (struct reader *reader, TSNode node, struct statement *statement)
{
  uint32_t n = ts_node_child_count(node) ;
  switch (statement->kind)
  {
    case STATEMENT_ASSIGNMENT :
      if (is(node, "variable_assignments")) read_words(reader, node, statement) ;
      break ;
    case STATEMENT_COMMAND :
      read_words(reader, node, statement) ;
      read_options(reader->source->pool, statement) ;
      break ;
    case STATEMENT_DECLARATION : read_words(reader, node, statement) ; break ;
    case STATEMENT_PIPELINE :
      statement->body = without_comments(read_list(reader, node, 0, n), &statement->comments) ;
      pipeline_binds(reader->source->pool, statement) ;
      break ;
    case STATEMENT_NOT : statement->body = without_comments(read_list(reader, node, 0, n), &statement->comments) ; break ;
    case STATEMENT_GROUP :
    case STATEMENT_DAMAGED :
    case STATEMENT_SUBSHELL :
      statement->body = read_list(reader, node, 0, n) ;
      if (reader->source->text[range_of(node).start] == '{') statement->kind = STATEMENT_GROUP ; /* plainwords.c */
      break ;
    case STATEMENT_AND : read_list_operator(reader, node, statement) ; break ;
    case STATEMENT_FUNCTION : read_function(reader, node, statement) ; break ;
    case STATEMENT_IF : read_if(reader, node, statement) ; break ;
    case STATEMENT_CASE : read_case(reader, node, statement) ; break ;
    case STATEMENT_FOR :
      read_words(reader, node, statement) ;
      statement->name = "" ;
      if (!ts_node_is_null(field_of(node, "variable")))
        statement->name = source_copy(reader->source, range_of(field_of(node, "variable"))) ;
      if (is(node, "c_style_for_statement")) statement->nwords = 0 ;
      read_loop(reader, node, statement) ;
      break ;
    case STATEMENT_LOOP : read_loop(reader, node, statement) ; break ;
    default : break ;
  }
}

/* ((A = 3)), ((A++)) */
static int assigns (char const *text)
{
  if (strncmp(text, "((", 2) != 0) return 0 ;
  for (char const *p = text + 2 ; *p ; p++)
    if ((*p == '=' && p[1] != '=' && !strchr("=<>!", p[-1])) || (strchr("+-", *p) && p[1] == *p)) return 1 ;
  return 0 ;
}

static struct statement *read_statement (struct reader *reader, TSNode node)
{
  struct statement *statement ;
  if (is(node, "redirected_statement"))
  {
    TSNode body = field_of(node, "body") ;
    if (!ts_node_is_null(body) && reader->depth < DEPTH_MAX)
    {
      reader->depth++ ;
      statement = read_statement(reader, body) ;
      reader->depth-- ;
      read_redirected(reader, node, statement) ;
      if (statement->kind == STATEMENT_FUNCTION && statement->body) read_redirected(reader, node, statement->body) ;
      statement->range = range_of(node) ;
      push_redirects(reader->source->pool, statement) ;
      statement->damaged |= is_damaged(reader->source->pool, node, 0) ;
      return statement ;
    }
  }
  statement = pool_alloc(reader->source->pool, sizeof(*statement)) ;
  statement->kind = STATEMENT_OTHER ;
  statement->source = reader->source ;
  statement->range = statement->core = range_of(node) ;
  statement->damaged = is_damaged(reader->source->pool, node, 0) ;
  statement->name = "" ;
  for (size_t i = 0 ; i < sizeof(kinds) / sizeof(*kinds) ; i++)
    if (is(node, kinds[i].type)) statement->kind = kinds[i].kind ;
  if (is(node, "redirected_statement")) read_redirected(reader, node, statement) ;
  if (!ts_node_child_count(node)) return statement ;
  if (reader->depth >= DEPTH_MAX)
  {
    statement->kind = STATEMENT_DAMAGED ; /* each other kind promises parts */
    return statement ;
  }
  if (statement->kind <= STATEMENT_TEST) read_programs(reader, node, statement, 0) ;
  reader->depth++ ;
  read_parts(reader, node, statement) ;
  reader->depth-- ;
  /* ((A = 3)): for the grammar a command whose name that is */
  if (statement->kind == STATEMENT_COMMAND && statement->nwords == 1 && !strncmp(statement->words[0].raw, "((", 2))
  {
    statement->kind = STATEMENT_TEST ;
    statement->nwords = 0 ;
  }
  if (statement->kind == STATEMENT_TEST) statement->assigns = assigns(source_copy(reader->source, statement->range)) ;
  return statement ;
}

/* The statements among the children from `from` up to `to`. */
static struct statement *read_list (struct reader *reader, TSNode node, uint32_t from, uint32_t to)
{
  struct children children = children_of(reader->source->pool, node) ;
  struct statement *first = 0 ;
  struct statement **end = &first ;
  struct statement *last = 0 ;
  for (uint32_t i = from ; i < to && i < children.n ; i++)
  {
    TSNode child = children.list[i] ;
    if (is(child, "&") && last) last->background = 1 ;
    if (!ts_node_is_named(child) || ts_node_end_byte(child) == ts_node_start_byte(child)) continue ;
    *end = read_statement(reader, child) ;
    if ((*end)->kind != STATEMENT_COMMENT) last = *end ;
    end = &(*end)->next ;
  }
  return join_pauses(reader->source, first, reader->loops, is(node, "program")) ;
}

static char const *behind_comments (char const *p)
{
  for (p += strspn(p, " \t\n") ; *p == '#' ; p += strspn(p, " \t\n")) p += strcspn(p, "\n") ;
  return p ;
}

/* What the grammar misreads, in a form that it knows, at the same place. {log}>FILE: it takes {log} for
   a word. >&- at the end of a line: it takes the next line for a file. Each becomes a digit. <> becomes <.
   The last branch of a case may not end in ;& or ;;& for it: they become ;;. */
static char *with_descriptors (struct pool *pool, struct source const *source)
{
  char *text = pool_alloc(pool, source->len + 1) ;
  memcpy(text, source->text, source->len) ;
  for (char *p = text ; (p = strchr(p, '{')) ; p++)
  {
    size_t len = 1 + strspn(p + 1, NAME_LETTERS) ;
    if (len == 1 || p[len] != '}' || !strchr("<>", p[len + 1]) || !p[len + 1] || (p > text && !strchr(" \t\n;&|(", p[-1]))) continue ;
    memset(p, ' ', len) ;
    p[len] = '9' ;
  }
  for (char *p = text ; (p = strstr(p, "<>")) ; p++)
    if (p == text || p[-1] != '<') p[1] = ' ' ;
  for (char *p = text ; (p = strstr(p, "&-")) ; p++)
    if (p > text && strchr("<>", p[-1]) && (!p[2] || strchr(" \t\n;&|)", p[2]))) p[1] = '9' ;
  for (char *p = text ; (p = strstr(p, ";&")) ; p++)
    if (!strncmp(behind_comments(p + 2), "esac", 4))
    {
      if (p > text && p[-1] == ';') p[1] = ' ' ;
      else p[1] = ';' ;
    }
  with_plain_words(text) ;
  return text ;
}

static TSTree *parse_tree (struct source const *source, TSParser *parser, char const *text)
{
  TSTree *tree = ts_parser_parse_string(parser, 0, text, source->len) ;
  if (!tree) strerr_diefu2sys(111, "parse ", source->name) ;
  return tree ;
}

static struct statement *parse (struct source *source, TSParser *parser, char *text)
{
  struct reader reader = { .source = source } ;
  struct statement *first ;
  TSNode root ;
  TSTree *tree = parse_tree(source, parser, text) ;
  while (without_run_on(source->pool, text, ts_tree_root_node(tree), 0))
  {
    ts_tree_delete(tree) ;
    tree = parse_tree(source, parser, text) ;
  }
  root = ts_tree_root_node(tree) ;
  first = read_list(&reader, root, 0, ts_node_child_count(root)) ;
  ts_tree_delete(tree) ;
  return first ;
}

/* libtree-sitter counts the children of a node in 16 bits, comments among them, and more would be its end. */
#define PARSED_LINES_MAX 65000

static struct statement *as_text (struct source *source)
{
  struct statement *all = pool_alloc(source->pool, sizeof(*all)) ;
  struct range const range = { 0, source->len } ;
  *all = (struct statement){ .kind = STATEMENT_DAMAGED, .source = source, .name = "", .damaged = 1, .range = range, .core = range } ;
  return all ;
}

struct statement *shell_parse (struct source *source)
{
  struct statement *first ;
  char *text ;
  TSParser *parser ;
  if (source->nlines > PARSED_LINES_MAX) return as_text(source) ;
  text = with_descriptors(source->pool, source) ;
  parser = ts_parser_new() ;
  if (!parser) strerr_diefu1sys(111, "make a parser") ;
  if (!ts_parser_set_language(parser, tree_sitter_bash()))
    strerr_dief1x(111, "the Bash grammar is too new for this libtree-sitter: build with the version that tools/migrate/grammar pins") ;
  without_disown(source, text) ;
  first = parse(source, parser, text) ;
  if (without_joined(source, text, first)) first = parse(source, parser, text) ;
  if (without_eval(source, text, first)) first = parse(source, parser, text) ;
  ts_parser_delete(parser) ;
  return first ;
}

struct statement *shell_parse_text (struct pool *pool, struct source *code, char const *text)
{
  struct source *kept = pool_alloc(pool, sizeof(*kept)) ; /* longer than the caller's */
  struct statement *first ;
  size_t len = strlen(text) ;
  source_init(kept, pool, "", text, len > SOURCE_SIZE_MAX ? SOURCE_SIZE_MAX : len) ;
  first = shell_parse(kept) ;
  *code = *kept ;
  return first ;
}

