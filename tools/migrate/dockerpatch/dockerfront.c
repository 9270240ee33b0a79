/* What stays ahead of /init: what it asks its arguments, which are /init now, and where it ends. */

#include <string.h>

#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/handover.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/facts/facts.h"
#include "migrate/shell/shell.h"

struct front
{
  struct pool *pool ;
  struct source code ;
  struct statement *first ;
  struct range input_at ; /* where it executes the input; empty: nowhere */
  unsigned int nfixed ; /* how many of them the image gives it ahead of /init, as before; less what shift took away */
  char const *fixed ; /* these */
  char const *before ; /* its first argument was this one; 0: not known */
  int shifted ; /* it has taken some away */
  int goes_through ; /* it takes them away one by one, up to /init, perhaps */
  struct texts asks ; /* lines that ask what the arguments are */
  struct texts counts ; /* lines that ask whether there are any */
  int skips_input ; /* with any argument it executes that in place of the input, and loses nothing else */
  char const *condition ; /* the line with the condition under which it executes the input; 0: it always does */
  struct texts ends ; /* lines with other commands that it becomes, or that get its arguments */
  struct handover handover ; /* to its arguments */
} ;

/* ---- facts ---- */

static char const *line_at (struct front const *f, uint32_t byte)
{
  uint32_t line = source_line(&f->code, byte) ;
  char const *text = source_copy(&f->code, source_line_range(&f->code, line)) ;
  return pool_printf(f->pool, "line %u: %s", line, text + strspn(text, " \t")) ;
}

static int is_inside (struct range inner, struct range outer)
{
  return inner.end > inner.start && inner.start >= outer.start && inner.end <= outer.end ;
}

/* Is each of these only the execution of the input, or of the arguments? */
static int only_executes (struct front const *f, struct statement const *statement)
{
  for (; statement ; statement = statement->next)
    if (statement->kind != STATEMENT_COMMENT && !shell_one_of(statement_command(statement), "echo printf exit") && !executes_arguments(statement)
     && !is_inside(f->input_at, statement->range)) return 0 ;
  return 1 ;
}

/* if [ $# -gt 0 ]; then exec "$@"; fi; exec INPUT */
static int is_choice (struct front const *f, struct statement const *statement)
{
  if (!only_executes(f, statement->next)) return 0 ;
  if (is_and_or(statement)) return only_executes(f, statement->body->next) ;
  if (statement->kind != STATEMENT_IF) return 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    for (struct statement const *one = branch->body ; one ; one = one->next)
      if (one->kind != STATEMENT_COMMAND || !only_executes(f, branch->body)) return 0 ;
  return 1 ;
}

/* Is `at`, in the text, between the brackets of a test, or behind case? */
static int is_in_question (char const *text, char const *at)
{
  int in = 0 ;
  char const *p = at ;
  while (p > text && p[-1] != '\n') p-- ;
  for (; p < at ; p++)
    if (*p == '[' || !strncmp(p, "case ", 5) || !strncmp(p, "test ", 5)) in = 1 ;
    else if (strchr("];", *p) || !strncmp(p, " in ", 4)) in = 0 ;
  return in ;
}

enum question { QUESTION_NONE, QUESTION_WHAT, QUESTION_WHETHER } ;

/* What does the `$` at `at` ask the arguments: what they are, or whether there are any? */
static enum question question_of (char const *text, char const *at)
{
  int braces = at[1] == '{' ;
  char const *name = at + 1 + braces ;
  int is_first = *name == '1' && !(name[1] >= '0' && name[1] <= '9') ;
  if (*name == '#') return !braces || (name[1] && strchr("@*", name[1])) ? QUESTION_WHETHER : QUESTION_NONE ;
  if (!is_first && !(*name && strchr("@*", *name) && is_in_question(text, at))) return QUESTION_NONE ;
  while (at > text && strchr("\"{ ", at[-1])) at-- ;
  return at - text > 1 && (!strncmp(at - 2, "-z", 2) || !strncmp(at - 2, "-n", 2)) ? QUESTION_WHETHER : QUESTION_WHAT ;
}

/* OPTS="$*": it hands its arguments on. */
static int look_for_use (struct statement *statement, void *data)
{
  struct front *f = data ;
  char const *text = source_copy(&f->code, statement->range) ;
  if (statement->kind != STATEMENT_ASSIGNMENT && statement->kind != STATEMENT_DECLARATION) return 0 ;
  for (char const *p = text ; (p = next_expansion(text, p)) ; p++)
    if (p[1] && strchr("@*", p[1 + (p[1] == '{')]) && strncmp(p, "${@:2", 5) != 0) texts_add_once(f->pool, &f->asks, line_at(f, statement->range.start)) ;
  return 0 ;
}

/* ENTRYPOINT ["/entry.sh", "prod", "/init"]: $1 is prod, as it was; behind shift it is /init. */
static int is_as_before (struct front *f, struct statement *statement, char const *at)
{
  char const *name = at + 1 + (at[1] == '{') ;
  if (!f->nfixed || *name != '1') return 0 ;
  f->goes_through |= statement_walk(statement, &sets_positional, 0) ;
  return !f->goes_through ;
}

/* [ "${1#-}" != "$1" ], [ "$1" = php-fpm ]: the answer is that for supervisord, too. */
static int is_alike (struct front const *f, struct statement *statement, ptrdiff_t at)
{
  return f->before && !f->shifted && asks_alike(f->pool, &f->code, statement, statement->range.start + (uint32_t)at, f->before) ;
}

static void note_shift (struct front *f, struct statement *statement)
{
  char const *count = statement->nwords > 1 ? statement_word(statement, 1) : "1" ;
  unsigned int by = *count ? shell_number(count, 1000, 0) : 1000 ; /* shift $n: not known */
  if (!statement_walk(statement, &sets_positional, 0)) return ;
  f->shifted |= !strcmp(statement_command(statement), "shift") ;
  f->goes_through |= f->nfixed && statement->kind != STATEMENT_COMMAND ;
  f->nfixed = strcmp(statement_command(statement), "shift") != 0 || by > f->nfixed ? 0 : f->nfixed - by ;
}

static void look_for_questions (struct front *f, struct statement *statement)
{
  char const *text = source_copy(&f->code, statement->range) ;
  statement_walk(statement, &look_for_use, f) ;
  for (char const *p = text ; (p = next_expansion(text, p)) ; p++)
  {
    enum question question = question_of(text, p) ;
    char const *line = line_at(f, statement->range.start + (uint32_t)(p - text)) ;
    if (question == QUESTION_WHAT && !is_as_before(f, statement, p) && !is_alike(f, statement, p - text)) texts_add_once(f->pool, &f->asks, line) ;
    if (question == QUESTION_WHETHER && is_choice(f, statement)) f->skips_input = 1 ;
    else if (question == QUESTION_WHETHER) texts_add_once(f->pool, &f->counts, line) ;
  }
  note_shift(f, statement) ;
}

/* A function has arguments of its own, unless it is given those of the script: main "$@" */
static void find_questions (struct front *f)
{
  struct texts outside = { 0 } ;
  char const *text ;
  for (struct statement *one = f->first ; one ; one = one->next)
  {
    if (one->kind == STATEMENT_FUNCTION) continue ;
    texts_add(f->pool, &outside, source_copy(&f->code, one->range)) ;
    look_for_questions(f, one) ;
  }
  text = texts_join(f->pool, &outside, "\n") ;
  for (struct statement *one = f->first ; one ; one = one->next)
    if (one->kind == STATEMENT_FUNCTION && strstr(text, pool_printf(f->pool, "%s \"$@\"", one->name))) look_for_questions(f, one) ;
}

struct around
{
  struct range inner ;
  struct statement const *outermost ;
} ;

static int is_condition_around (struct statement *statement, void *data)
{
  struct around *around = data ;
  if (!is_inside(around->inner, statement->range)) return 0 ;
  if (statement->kind != STATEMENT_IF && statement->kind != STATEMENT_CASE && statement->kind != STATEMENT_LOOP && !is_and_or(statement)) return 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    if (is_inside(around->inner, branch->condition_range)) return 0 ; /* if ! supervisord; then */
  if (statement->body && is_inside(around->inner, statement->body->range)) return 0 ; /* supervisord || exit */
  around->outermost = statement ;
  return 1 ;
}

/* The line of the outermost condition that it is under; 0: it is under none. */
static char const *condition_around (struct front const *f, struct range inner)
{
  struct around around = { .inner = inner } ;
  for (struct statement *one = f->first ; one && !around.outermost ; one = one->next) statement_walk(one, &is_condition_around, &around) ;
  return around.outermost ? line_at(f, around.outermost->range.start) : 0 ;
}

static int is_other_end (struct statement *statement, void *data)
{
  struct front *f = data ;
  if (statement->kind != STATEMENT_COMMAND || executes_arguments(statement) || is_inside(f->input_at, statement->range)) return 0 ;
  if (strcmp(statement_command(statement), "exec") != 0 || statement->nwords < 2) return 0 ;
  texts_add_once(f->pool, &f->ends, line_at(f, statement->range.start)) ;
  return 0 ;
}

/* `fixed`: the words that the image gives it ahead of /init; `before`: its first argument in place of /init; 0: not known. */
static void front_read (struct front *f, struct pool *pool, char const *text, struct range input_at, struct text const *fixed, char const *before)
{
  *f = (struct front){ .pool = pool, .input_at = input_at, .fixed = "", .before = before } ;
  for (; fixed ; fixed = fixed->next, f->nfixed++) f->fixed = pool_printf(pool, "%s%s ", f->fixed, fixed->text) ;
  if (!text) return ;
  f->first = shell_parse_text(pool, &f->code, text) ;
  handover_read(&f->code, f->first, &f->handover) ;
  find_questions(f) ;
  f->condition = condition_around(f, input_at) ;
  for (struct statement *one = f->first ; one ; one = one->next) statement_walk(one, &is_other_end, f) ;
}

/* ---- what is said of them ---- */

/* entrypoint.sh, /usr/bin/start; not litefs mount -- */
static int is_script_name (char const *word)
{
  return strchr(word, '/') || strstr(word, ".sh") || strstr(word, "entry") ;
}

static char const *asked (struct front const *f)
{
  if (f->asks.first && f->goes_through)
    return pool_printf(f->pool, "it goes through its arguments, and these are %s/init now: see that it leaves /init as it did what it executed before: %s", f->fixed, texts_join(f->pool, &f->asks, "; ")) ;
  return f->asks.first ? pool_printf(f->pool, "it asks what its first argument is, which is /init now: %s", texts_join(f->pool, &f->asks, "; ")) : "" ;
}

static char const *otherwise (struct front const *f)
{
  return f->ends.first ? pool_printf(f->pool, ", and otherwise becomes something else, to which /init is nothing: %s: let each such end be exec \"$@\", and make a service of what it executed",
    texts_join(f->pool, &f->ends, "; ")) : f->handover.becomes ? "" : ", and otherwise ends without /init: let it end in exec \"$@\" then, too" ;
}

/* wait -n; kill $PID; exit 1: it came to these only when it had waited. */
static int is_part_of_end (struct statement const *statement)
{
  return statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_ASSIGNMENT || shell_one_of(statement_command(statement), "exit echo printf kill") ;
}

/* What it ended with behind the input; 0: it is a function of the script that does that, or nothing. */
static struct statement const *last_behind (struct front const *f)
{
  struct statement const *last = 0 ;
  for (struct statement const *one = f->first ; one ; one = one->next)
    if (!is_part_of_end(one) && one->kind != STATEMENT_FUNCTION && one->range.start >= f->input_at.end) last = one ;
  for (struct statement const *one = f->first ; one && last ; one = one->next)
    if (one->kind == STATEMENT_FUNCTION && !strcmp(one->name, statement_command(last))) return 0 ;
  return last ;
}

/* How a script has to end now that went on behind the input: /init comes in place of what it ended with. */
static char const *new_end (struct front const *f, struct statement const *last)
{
  char const *text = last ? source_copy(&f->code, last->range) : "" ;
  char const *line = f->ends.first ? texts_join(f->pool, &f->ends, "; ") : last ? line_at(f, last->range.start) : 0 ;
  int ends_so = !f->ends.first || (last && !f->ends.first->next && !strcmp(f->ends.first->text, line_at(f, last->range.start))) ;
  if (f->handover.becomes && (!last || (strstr(text, "exec") && strstr(text, "$@")))) return "" ;
  if (!line) return ", and let it end in exec \"$@\", so that it executes /init" ;
  if (last && ends_so && (keeps_alive(last) || shell_one_of(statement_command(last), "wait sleep tail supervisorctl") || (last->kind == STATEMENT_LOOP && only_waits_or_talks(&f->code, last))))
    return pool_printf(f->pool, ", and write exec \"$@\", which executes /init, in place of what kept the container alive: %s", line) ;
  return pool_printf(f->pool, ", and write exec \"$@\", which executes /init, in place of %s; make a service of %s, with flag-main if the container shall end with it, as before",
    line, f->ends.first ? "what that executed" : "that, if it serves") ;
}

/* exec docker-php-entrypoint "$@": does that execute its arguments? */
static int passes_on (struct patching const *p, char const *word)
{
  struct docker_script const *script = dockerfile_script(p->dockerfile, p->start->scripts, word) ;
  struct source code ;
  struct statement *first ;
  struct handover handover ;
  if (!script) return shell_one_of(shell_basename(word), OF_BASE) ;
  first = shell_parse_text(p->pool, &code, script->text) ;
  handover_read(&code, first, &handover) ;
  return handover.always && (!handover.by || shell_one_of(shell_basename(handover.by), CHANGES_USER " env nice")) ;
}

/* What keeps a script from becoming /init, always and itself; 0: nothing. *words gets what it does so by, if that may be. */
static char const *why_not_init (struct patching *p, struct front const *f, char const **words)
{
  struct handover const *h = &f->handover ;
  char const *by = h->by ? shell_basename(h->by) : 0 ;
  if (!f->first) return "it has to end in exec \"$@\"" ;
  if (!h->becomes)
    return h->runs ? pool_printf(p->pool, "it runs its arguments in a child (%s), so that /init would not be PID 1: let it end in exec \"$@\"", line_at(f, h->runs->range.start))
      : "it does not end in exec \"$@\", so that /init would never start: let it" ;
  if (by && shell_one_of(by, CHANGES_USER " env nice"))
    *words = pool_printf(p->pool, "%s (which executes /init by way of %s: the user or the environment that this sets is that of /init and all services, as before)", *words, by) ;
  else if (by && passes_on(p, h->by)) *words = pool_printf(p->pool, "%s (by way of %s)", *words, h->by) ;
  else if (by && (names_init(h->by) || shell_one_of(by, CHANGES_USER_AS_PARENT))) return pool_printf(p->pool, "it executes its arguments by way of %s, so that /init would not be PID 1: let it end in exec \"$@\"", by) ;
  else if (by) return pool_printf(p->pool, "it executes its arguments by way of %s: see that this ends in exec \"$@\", so that /init is PID 1", h->by) ;
  if (h->always || f->asks.first || f->counts.first || f->skips_input) return 0 ;
  return pool_printf(p->pool, "it becomes its arguments only under a condition (%s), and /init does not start without that: let it end in exec \"$@\" then, too",
    condition_around(f, h->becomes->range) ? condition_around(f, h->becomes->range) : line_at(f, h->becomes->range.start)) ;
}

void note_front (struct patching *p)
{
  char const *words = texts_join(p->pool, &p->start->front, " ") ;
  char const *text = p->start->front_text ;
  char const *first = shell_basename(p->start->front.first->text) ;
  char const *why ;
  struct front f ;
  if (!text && shell_one_of(first, CHANGES_USER))
    patching_note(p, pool_printf(p->pool, "%s stays ahead of /init, which so runs as that user, and all services with it, as before", words)) ;
  else if (!text && shell_one_of(first, "env nice ionice chrt taskset stdbuf"))
    patching_note(p, pool_printf(p->pool, "%s stays ahead of /init, which has what this sets, and all services with it, as before", words)) ;
  else if (shell_one_of(first, WAITERS) && !strcmp(words + strlen(words) - 2, "--"))
    patching_note(p, pool_printf(p->pool, "%s stays ahead of /init, which it executes when it has waited, as before: until then nothing runs", words)) ;
  else if (!text && !is_script_name(p->start->front.first->text))
    patching_note(p, pool_printf(p->pool, "TODO: %s ran ahead of the input, and stays ahead of /init: /init has to be PID 1: "
      "if it starts that as a child in place of becoming it, make a service of what it does, and let the others depend on that", words)) ;
  else
  {
    front_read(&f, p->pool, text, (struct range){ 0, 0 }, p->start->front.first->next, p->start->front.first->next ? 0 : p->start->given) ;
    why = why_not_init(p, &f, &words) ;
    if (!why && !f.asks.first) patching_note(p, pool_printf(p->pool, "%s ran ahead of the input, and stays ahead of /init, which it executes", words)) ;
    else
      patching_note(p, pool_printf(p->pool, "TODO: %s ran ahead of the input, and stays ahead of /init: %s%s%s", words, why ? why : "", why ? ", and " : "",
        f.asks.first ? asked(&f) : p->start->front.first->next ? "its last argument is /init now" : "its first argument is /init now")) ;
  }
}

/* Questions that have another answer now. */
static void note_questions (struct patching *p, struct front const *f, char const *name)
{
  if (f->asks.first) patching_note(p, pool_printf(p->pool, "TODO: %s stays ahead of /init: %s", name, asked(f))) ;
  if (f->counts.first && !p->start->passed.first)
    patching_note(p, pool_printf(p->pool, "TODO: %s had no arguments, and has one now, /init: what it does without any is not done any more: %s", name, texts_join(p->pool, &f->counts, "; "))) ;
}

void note_through (struct patching *p)
{
  struct docker_start const *start = p->start ;
  struct front f ;
  char const *place = pool_printf(p->pool, "line %u of %s executed %s: %s", start->through_line, start->through, start->script, start->through_command) ;
  front_read(&f, p->pool, start->through_text, start->through_at, 0, 0) ;
  if (start->through_user)
    patching_note(p, pool_printf(p->pool, "TODO: %s ran as %s (%s), and so did all that it started: write reeve-exec --user %s into the run of each service that names no user",
      start->script, start->through_user, start->through_command, start->through_user)) ;
  if (f.condition) place = pool_printf(p->pool, "%s (only under a condition: %s)", place, f.condition) ;
  if (start->through_goes_on)
  {
    struct statement const *last = last_behind(&f) ;
    char const *work = work_behind(p->pool, &f.code, f.first, start->through_at, last) ;
    patching_note(p, pool_printf(p->pool, "TODO: %s; it went on then, and stays ahead of /init: take that line out%s%s%s", place, new_end(&f, last),
      work ? pool_printf(p->pool, "; ahead of /init nothing runs yet of what %s started: make a task, or a service, of each of these that needs it: %s", start->script, work) : "",
      f.condition ? "; the services start without that condition now" : "")) ;
    note_questions(p, &f, start->through) ;
    return ;
  }
  if (start->passed.first && (!start->arguments || f.asks.first || f.counts.first))
    patching_note(p, pool_printf(p->pool, "TODO: %s; its arguments were %s, which the patch takes out: what it did for them is no service", place, texts_join(p->pool, &start->passed, " "))) ;
  if (f.handover.becomes && f.skips_input && !f.asks.first && !f.counts.first)
  {
    patching_note(p, pool_printf(p->pool, "%s; that stays, and executes /init instead, as its arguments say", place)) ;
    return ;
  }
  if (*p->through) patching_note(p, pool_printf(p->pool, "%s; it stays ahead of /init: the patch writes exec \"$@\" there, so that it executes /init", place)) ;
  else patching_note(p, pool_printf(p->pool, "TODO: %s; it stays ahead of /init: write %s there, so that it executes /init%s", place,
    start->through_new ? start->through_new : "exec \"$@\"", f.condition ? otherwise(&f) : "")) ;
  note_questions(p, &f, start->through) ;
}
