/* eval "service nginx start": the shell reads a constant text a second time, and finds in it what it
   says. So does the grammar, once `eval` and the quotes are blanks. The same of a shell of its own that only keeps the
   container alive. */

#include <string.h>

#include "migrate/shell/tree.h"

struct evaluating
{
  struct source *source ;
  char *text ; /* what the grammar reads, of the same length */
  char *copy ; /* the source's text, with blanks; 0: there are none yet */
} ;

static void blank (struct evaluating *e, uint32_t start, uint32_t end)
{
  if (!e->copy)
  {
    e->copy = pool_alloc(e->source->pool, e->source->len + 1) ;
    memcpy(e->copy, e->source->text, e->source->len) ;
    e->source->text = e->copy ;
  }
  memset(e->copy + start, ' ', end - start) ;
  memset(e->text + start, ' ', end - start) ;
}

/* Does it mean the same without quotes? A list of commands does where only another line follows, and in the
   background in ( ). */
static int is_code (char const *value, int may_be_list)
{
  static char const *const words[] = { "!", "if ", "for ", "while ", "until ", "case " } ;
  char const *p = value + strspn(value, " ") ;
  if (!*p || strpbrk(p, "\n#(){}\\`") || strstr(p, "<<")) return 0 ;
  if (may_be_list) return 1 ;
  for (size_t i = 0 ; i < sizeof(words) / sizeof(*words) ; i++)
    if (!strncmp(p, words[i], strlen(words[i]))) return 0 ;
  return !strpbrk(p, ";&|") ;
}

static int is_alone (struct evaluating const *e, struct statement const *statement)
{
  char const *behind = e->text + statement->range.end ;
  behind += strspn(behind, " \t") ;
  return !statement->background && !statement->nredirects && (!*behind || *behind == '\n') ;
}

/* eval service nginx start */
static int is_plain (struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (!statement->words[i].value || strcmp(statement->words[i].raw, statement->words[i].value) != 0) return 0 ;
  return statement->nwords > 1 && *statement->words[1].raw != '-' ;
}

/* sleep infinity, while true; do sleep 60; done: nothing but what keeps a container alive */
static int only_stays (char const *value)
{
  char const *p = value + strspn(value, " ;") ;
  int stays = !strncmp(p, "while ", 6) || strstr(p, "infinity") || strstr(p, "/dev/null") ;
  for (; *p && stays ; p += strspn(p, " ;"))
  {
    char word[16] ;
    size_t len = strcspn(p, " ;") ;
    if (len >= sizeof(word)) return 0 ;
    memcpy(word, p, len) ;
    word[len] = 0 ;
    if (!shell_one_of(word, "exec sleep infinity tail -f -F /dev/null while true : do done") && strspn(word, "0123456789") + (strpbrk(word, "smhd") != 0) < len) return 0 ;
    p += len ;
  }
  return stays ;
}

/* sh -c "sleep infinity", exec bash -c "tail -f /dev/null": the shell adds nothing. */
static void without_shell (struct evaluating *e, struct statement const *statement, int is_element)
{
  unsigned int first = statement->nwords == 4 && !strcmp(statement->words[0].raw, "exec") ;
  struct word const *words ;
  size_t len ;
  if (statement->kind != STATEMENT_COMMAND || statement->nwords != first + 3 || statement->nassignments) return ;
  words = statement->words + first ;
  if (strcmp(words[1].raw, "-c") != 0 || !words[2].value) return ;
  if (!shell_one_of(shell_basename(words[0].raw), "sh bash dash ash") || !only_stays(words[2].value)) return ;
  len = strlen(words[2].raw) ;
  if (len != strlen(words[2].value) + 2 || !is_code(words[2].value, is_element && is_alone(e, statement))) return ;
  blank(e, is_code(words[2].value, 0) ? words[0].range.start : statement->words[0].range.start, words[2].range.start + 1) ;
  blank(e, words[2].range.end - 1, words[2].range.end) ;
}

static void evaluate (struct evaluating *e, struct statement const *statement, int is_element)
{
  struct word const *words = statement->words ;
  char const *raw ;
  size_t len ;
  if (statement->kind != STATEMENT_COMMAND || statement->nwords < 2 || statement->nassignments || strcmp(words[0].raw, "eval") != 0) return ;
  if (is_plain(statement)) blank(e, words[0].range.start, words[0].range.end) ;
  raw = words[1].raw ;
  len = strlen(raw) ;
  if (statement->nwords > 2 || !words[1].value || len < 3 || !strchr("'\"", *raw) || raw[len - 1] != *raw || strlen(words[1].value) != len - 2) return ;
  if (!is_code(words[1].value, statement->background || (is_element && is_alone(e, statement)))) return ;
  blank(e, words[0].range.start, words[1].range.start + 1) ;
  blank(e, words[1].range.end - 1, words[1].range.end) ;
  if (!statement->background || is_code(words[1].value, 0)) return ;
  e->copy[words[0].range.start] = e->text[words[0].range.start] = '(' ;
  e->copy[words[1].range.end - 1] = e->text[words[1].range.end - 1] = ')' ;
}

/* `is_element`: lines of a list, none of which is a part of another command. */
static void evaluate_list (struct evaluating *e, struct statement const *list, int is_element, unsigned int depth)
{
  if (depth > DEPTH_MAX) return ;
  for (; list ; list = list->next)
  {
    evaluate(e, list, is_element) ;
    without_shell(e, list, is_element) ;
    evaluate_list(e, list->body, list->kind == STATEMENT_GROUP || list->kind == STATEMENT_SUBSHELL || list->kind == STATEMENT_FUNCTION, depth + 1) ;
    for (struct branch const *branch = list->branches ; branch ; branch = branch->next)
    {
      evaluate_list(e, branch->condition, 0, depth + 1) ;
      evaluate_list(e, branch->body, 1, depth + 1) ;
    }
  }
}

int without_eval (struct source *source, char *text, struct statement const *first)
{
  struct evaluating e = { .source = source, .text = text } ;
  evaluate_list(&e, first, 1, 0) ;
  return !!e.copy ;
}
