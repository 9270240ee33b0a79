/* The input in shell code that the image executes: what the code does ahead of it, and behind it. */

#include <string.h>

#include "migrate/command/command.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/plan/plan.h"

/* foreman start -f X, in shell code. */
void set_command (struct starting *s, struct statement const *statement, unsigned int i)
{
  for (unsigned int j = 0 ; j < statement->nassignments && s->is_read ; j++)
    texts_add(s->pool, &s->start->assignments, statement->assignments[j].raw) ;
  for (; i < statement->nwords && s->is_read ; i++) texts_add(s->pool, &s->start->command, statement->words[i].raw) ;
}

/* The word of a simple command that names the input; nwords: none does. */
static unsigned int word_of_input (struct starting const *s, struct statement const *statement)
{
  unsigned int i = 0 ;
  while (i < statement->nwords && !names_input(s, statement_word(statement, i))) i++ ;
  return i ;
}

/* Without the && or ; at its end; 0: nothing is left. */
static char const *code_before (struct pool *pool, char const *text, uint32_t len, int *must_succeed)
{
  while (len && strchr(" \t\n;", text[len - 1])) len-- ;
  *must_succeed = len > 1 && !strncmp(text + len - 2, "&&", 2) ;
  if (*must_succeed) len -= 2 ;
  while (len && strchr(" \t\n", text[len - 1])) len-- ;
  return len ? pool_copy(pool, text, len) : 0 ;
}

/* /start.sh "$@", in code that the image gives these: `given` is $0. Returns 0 where other words need a shell. */
static int give_code_arguments (struct starting *s, struct texts const *raw, struct text const *given)
{
  struct texts words = { 0 } ;
  if (s->start->code && (shell_mentions(s->start->code, "set") || shell_mentions(s->start->code, "shift"))) return 0 ;
  for (struct text const *one = raw->first ; one ; one = one->next)
  {
    char const *plain = shell_unquote(s->pool, one->text) ;
    char const *name = shell_without_quotes(s->pool, one->text) ;
    struct text const *word = given ;
    if (plain) texts_add(s->pool, &words, plain) ;
    else if (shell_one_of(name, "$@ ${@} $*"))
      for (word = word ? word->next : 0 ; word ; word = word->next) texts_add(s->pool, &words, word->text) ;
    else if (*name == '$' && name[1] >= '0' && name[1] <= '9' && !name[2])
    {
      for (int n = name[1] - '0' ; n && word ; n--) word = word->next ;
      texts_add(s->pool, &words, word ? word->text : "") ;
    }
    else return 0 ;
  }
  set_arguments(s, &words) ;
  return 1 ;
}

/* /start.sh "$ROLE": what the shell makes of it is known at the start of the container, if nothing ahead of it sets
   variables, and it asks for no arguments of its own. */
static void set_code_arguments (struct starting *s, struct statement const *statement, unsigned int i, struct text const *given)
{
  struct texts raw = { 0 } ;
  while (i > 1 && !names_input(s, statement_word(statement, i - 1))) i-- ;
  for (; i < statement->nwords ; i++) texts_add(s->pool, &raw, statement->words[i].raw) ;
  if (give_code_arguments(s, &raw, given)) return ;
  if (!s->start->code && !mentions_positional(texts_join(s->pool, &raw, " "))) s->start->arguments_code = texts_join(s->pool, &raw, " ") ;
}

/* Of commands with ; && or & between them: the one before the last; 0: there is none. */
static struct statement *before_last (struct statement *first)
{
  struct statement *last = first ;
  struct statement *before = 0 ;
  for (; last && last->next ; last = last->next) before = last ;
  for (; last && last->kind == STATEMENT_AND && last->body ; last = last->body->next) before = last->body ;
  while (before && before->kind == STATEMENT_AND && before->body) before = before->body->next ;
  return before ;
}

/* /start.sh && tail -f /dev/null: the last command is not the input, and one that is no script. */
static int goes_on (struct starting const *s, struct statement const *last)
{
  return last->kind == STATEMENT_COMMAND && !last->background && word_of_input(s, last) == last->nwords && !last->nassignments ;
}

/* /start.sh >/log 2>&1 | tee /copy; `pipe`: of it, what is behind the |, or "" */
static void lose_redirects (struct starting *s, struct statement const *statement, char const *pipe)
{
  char const *text = "" ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++) text = pool_printf(s->pool, "%s%s%s", text, *text ? " " : "", statement->redirects[i].raw) ;
  if (*pipe)
    texts_add(s->pool, &s->start->lost, pool_printf(s->pool, "TODO: %s had %s%s| %s, with all that it started; now that is as the container has it: give the services that need it a log/run that executes %s%s",
      s->start->script, text, *text ? " " : "", pipe, pipe, *text ? pool_printf(s->pool, ", and write %s in their run", text) : "")) ;
  else if (*text)
    texts_add(s->pool, &s->start->lost, pool_printf(s->pool, "TODO: %s had %s, with all that it started; now that is as the container has it: write %s behind the commands that need it", s->start->script, text, text)) ;
}

/* sh -c 'display & exec /start.sh --fast': its only command, or the last of several. */
void find_in_code (struct starting *s)
{
  struct source code ;
  struct statement *one ;
  struct statement *whole ; /* the pipeline that it is in */
  struct statement *kept ;
  char const *pipe = "" ;
  struct text const *at = s->words.first ;
  struct texts rest = { 0 } ;
  unsigned int i ;
  while (at && (!at->next || !takes_code(at->text))) at = at->next ;
  if (!at || !at->next || s->start->script) return ;
  at = at->next ;
  one = last_work(shell_parse_text(s->pool, &code, at->text), &kept) ;
  if (!kept && one && goes_on(s, one))
  {
    char const *behind = source_copy(&code, one->range) ;
    one = before_last(shell_parse_text(s->pool, &code, at->text)) ;
    if (one && one->kind == STATEMENT_COMMAND && !one->background && word_of_input(s, one) != one->nwords) s->start->code_behind = behind ;
    else return ;
  }
  whole = one ;
  one = ahead_of_pipe(one) ;
  if (whole && one && one->next && one != whole) pipe = source_copy(&code, (struct range){ one->next->range.start, whole->range.end }) ;
  if (one && s->is_read && starts_supervisor(one) && texts_has(&s->names, "supervisord")) /* service supervisor start && tail -f /dev/null */
  {
    s->start->script = "supervisord" ;
    if (kept) s->start->kept = source_copy(&code, kept->range) ;
    add_front_words(s, at) ;
    s->start->code_shell = s->start->shell ;
    s->start->code = code_before(s->pool, at->text, one->range.start, &s->start->code_must_succeed) ;
    return ;
  }
  if (!one || one->kind != STATEMENT_COMMAND || (i = word_of_input(s, one)) == one->nwords) return ;
  s->start->script = executed_name(statement_word(one, i)) ;
  if (kept) s->start->kept = source_copy(&code, kept->range) ;
  add_front_words(s, at) ;
  s->start->code_shell = s->start->shell ;
  s->start->shell_options = 0 ; /* those of the shell around it */
  add_front(s, one, i) ;
  lose_redirects(s, one, pipe) ;
  set_command(s, one, i) ;
  s->start->code = code_before(s->pool, at->text, one->range.start, &s->start->code_must_succeed) ;
  for (unsigned int j = 0 ; j < one->nassignments && !s->is_read ; j++) /* A=1 /start.sh */
    s->start->code = !s->start->code ? pool_printf(s->pool, "export %s", one->assignments[j].raw)
      : pool_printf(s->pool, "%s%sexport %s", s->start->code, s->start->code_must_succeed ? " && " : "\n", one->assignments[j].raw) ;
  for (i++ ; i < one->nwords ; i++)
  {
    if (!one->words[i].value) return set_code_arguments(s, one, i, at->next) ;
    texts_add(s->pool, &rest, one->words[i].value) ;
  }
  set_arguments(s, &rest) ;
}
