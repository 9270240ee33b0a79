/* mkdir, chown, rm and the like ahead of a start: are they only for that one, or for what comes later as well? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* ---- how much starts ---- */

static unsigned int starts_in (struct analysis *a, struct statement *statement, int at_end) ;

static unsigned int starts_in_list (struct analysis *a, struct statement *list, int at_end)
{
  unsigned int n = 0 ;
  for (struct statement *one = list ; one ; one = one->next) n += starts_in(a, one, at_end && !one->next) ;
  return n ;
}

/* The script's last command may serve, also where nothing is known of the program. */
static int may_serve (struct analysis *a, struct statement *statement)
{
  return is_server(a, statement) && !is_message(a, statement) && !shell_one_of(statement_command(statement), "exit return wait kill trap") ;
}

/* `at_end`: the script ends with the statement. */
static unsigned int starts_in (struct analysis *a, struct statement *statement, int at_end)
{
  struct function *function = called_function(a, statement) ;
  unsigned int n = 0 ;
  if (statement->kind == STATEMENT_FUNCTION || keeps_alive(statement) || (!at_end && !starts_something(a, statement))) return 0 ;
  if (statement->background) return 1 ;
  if (function && function->asked != a->questions)
  {
    function->asked = a->questions ;
    n = starts_in(a, function->statement->body, at_end) ;
  }
  n += starts_in_list(a, statement->body, at_end) ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
    n += starts_in_list(a, branch->condition, 0) + starts_in_list(a, branch->body, at_end && statement->kind != STATEMENT_LOOP) ;
  if (statement->kind == STATEMENT_FOR) n *= 2 ;
  return n ? n : starts_something(a, statement) || may_serve(a, statement) ;
}

/* A function that is called again counts as one: to follow each call would double the work with each. */
static unsigned int starts_of (struct analysis *a, struct statement *statement, int at_end)
{
  a->questions++ ;
  return starts_in(a, statement, at_end) ;
}

static int is_end (struct frame const *frame)
{
  for (; frame ; frame = frame->up)
    if (frame->rest) return 0 ;
  return 1 ;
}

/* What starts from here on; its text without that of the first statement. */
static unsigned int starts_from_here (struct analysis *a, struct texts *later)
{
  unsigned int n = starts_of(a, a->here->statement, is_end(a->here)) ;
  int was = a->without_waits ;
  a->without_waits = 1 ;
  /* What a branch prepares is for the branch. */
  for (struct frame const *frame = a->here ; frame ; frame = a->conditions.first ? 0 : frame->up)
    for (struct statement *one = frame->rest ; one ; one = one->next)
    {
      unsigned int more = starts_of(a, one, !one->next && is_end(frame->up)) ;
      if (more) texts_add(a->pool, later, statement_text(a, one)) ;
      n += more ;
      if (!strcmp(statement_command(one), "exec") && one->nwords > 1) break ;
    }
  a->without_waits = was ;
  return n ;
}

/* ---- what it is for ---- */

#define PLACES "var run tmp log logs lib lock locks etc usr opt srv home data app root cache pid sock share local spool bin sbin dev shm proc conf config mnt"

/* celerybeat: words of the text, joined? */
static int is_joined (struct pool *pool, char const *part, char const *text)
{
  size_t len = strlen(part) ;
  char *reached = pool_alloc(pool, len + 1) ; /* does some word end there? */
  memset(reached, 0, len + 1) ;
  reached[0] = 1 ;
  for (size_t i = 0 ; i < len ; i++)
    for (char const *word = reached[i] ? text : "" ; *(word += strcspn(word, NAME_LETTERS)) ; word += strspn(word, NAME_LETTERS))
    {
      size_t n = strspn(word, NAME_LETTERS) ;
      if (n > 2 && n <= len - i && !strncmp(part + i, word, n)) reached[i + n] = 1 ;
    }
  return reached[len] ;
}

/* Does the text have a part of the word that says more than a place? */
static int shares_part (struct pool *pool, char const *word, char const *text)
{
  for (char const *p = word ; *(p += strspn(p, "/._-:*$\"'{},=<>@")) ; )
  {
    size_t len = strcspn(p, "/._-:*$\"'{},=<>@") ;
    char const *part = pool_copy(pool, p, len) ;
    if (len > 2 && !shell_one_of(part, PLACES) && (strstr(text, part) || is_joined(pool, part, text))) return 1 ;
    p += len ;
  }
  return 0 ;
}

static int is_about (struct pool *pool, struct statement const *statement, char const *text, char const *program)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (*program == 'X' && strstr(raw, "/.X")) return 1 ; /* /tmp/.X99-lock of Xvfb :99 */
    if (*raw != '-' && (shares_part(pool, raw, text) || (strlen(program) > 2 && strstr(raw, program)))) return 1 ;
  }
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (shares_part(pool, statement->redirects[i].target, text)) return 1 ;
  return 0 ;
}

int is_for_next (struct analysis *a)
{
  struct texts later = { 0 } ;
  char const *rest ;
  char const *text ;
  char const *program = "" ;
  if (starts_from_here(a, &later) < 2) return 1 ;
  if (starts_of(a, a->here->statement, is_end(a->here)) > 1) return 0 ;
  rest = texts_join(a->pool, &later, "\n") ;
  text = statement_text(a, a->here->statement) ;
  if (a->here->statement->kind == STATEMENT_COMMAND) program = name_of(a, a->here->statement) ;
  if (strlen(program) > 2 && shell_mentions(rest, program)) return 0 ;
  for (struct held const *held = a->pending ; held ; held = held->next)
    if (held->statement->kind != STATEMENT_COMMENT && (!is_about(a->pool, held->statement, text, program) || is_about(a->pool, held->statement, rest, ""))) return 0 ;
  return 1 ;
}
