/* Redirections of everything: each service does them again. The script emptied a file once; a
   service that emptied it again would delete what the others have written. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

struct edit
{
  uint32_t at ;
  uint32_t left_out ; /* bytes from there on */
  char const *text ;
  struct edit *next ;
} ;

struct appending
{
  struct analysis *a ;
  uint32_t offset ; /* of the code that is looked at, in the source */
  struct edit *first ;
  struct edit **end ;
  struct texts *files ; /* that are emptied */
  struct texts *loggers ; /* that receive the output */
} ;

static void add_edit (struct appending *appending, uint32_t at, uint32_t left_out, char const *text)
{
  struct edit *edit = pool_alloc(appending->a->pool, sizeof(*edit)) ;
  *edit = (struct edit){ .at = appending->offset + at, .left_out = left_out, .text = text } ;
  *appending->end = edit ;
  appending->end = &edit->next ;
}

static int is_regular (char const *target)
{
  static char const *const others[] = { "/dev/", "\"/dev/", "/proc/", "\"/proc/" } ;
  for (size_t i = 0 ; i < sizeof(others) / sizeof(*others) ; i++)
    if (!strncmp(target, others[i], strlen(others[i]))) return 0 ;
  return *target && !strchr("&-(<>", *target) && strspn(target, "0123456789") != strlen(target) ;
}

/* mkfifo FILE: there is nothing in it that could be emptied. */
int is_made_fifo (struct analysis const *a, char const *target)
{
  for (char const *p = a->source->text ; (p = strstr(p, "mkfifo")) ; p++)
  {
    char const *line = pool_copy(a->pool, p, strcspn(p, "\n;&|")) ;
    if (strstr(line, target)) return 1 ;
  }
  return 0 ;
}

/* >FILE, &>FILE, >|FILE, {fd}>FILE: not >>FILE, <>FILE, >&3. */
static void append_redirect (struct appending *appending, struct redirect const *redirect)
{
  char const *raw = redirect->raw ;
  char const *sign = strchr(raw, '>') ;
  uint32_t at ;
  if (!redirect->is_output || !sign || !is_regular(redirect->target) || is_made_fifo(appending->a, redirect->target)) return ;
  at = redirect->range.start + (uint32_t)(sign - raw) ;
  if ((sign > raw && sign[-1] == '<') || strchr(">&", sign[1])) return ;
  texts_add_once(appending->a->pool, appending->files, redirect->target) ;
  add_edit(appending, at, sign[1] == '|' ? 2 : 1, ">>") ;
}

/* tee FILE */
static void append_tee (struct appending *appending, struct statement const *statement)
{
  unsigned int nfiles = 0 ;
  if (strcmp(statement_command(statement), "tee") != 0) return ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (!strcmp(raw, "--append") || (raw[0] == '-' && raw[1] != '-' && strchr(raw, 'a'))) return ;
    if (*raw == '-' || !is_regular(raw)) continue ;
    texts_add_once(appending->a->pool, appending->files, raw) ;
    nfiles++ ;
  }
  if (nfiles) add_edit(appending, statement->words[0].range.end, 0, " -a") ;
}

static int append_inside (struct statement *statement, void *data)
{
  struct appending *appending = data ;
  append_tee(appending, statement) ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++) append_redirect(appending, statement->redirects + i) ;
  return 0 ;
}

/* > >(tee FILE), {log}> >(logger -t x) */
static void append_substitution (struct appending *appending, struct redirect const *redirect)
{
  struct pool *pool = appending->a->pool ;
  char const *open = strstr(redirect->raw, ">(") ;
  size_t len = open ? strlen(open) : 0 ;
  struct source code ;
  char const *text ;
  if (len < 3 || open == redirect->raw) return ;
  text = pool_copy(pool, open + 2, len - 3) ;
  texts_add_once(pool, appending->loggers, text + strspn(text, " ")) ;
  appending->offset += redirect->range.start + (uint32_t)(open + 2 - redirect->raw) ;
  for (struct statement *one = shell_parse_text(pool, &code, text) ; one ; one = one->next) statement_walk(one, &append_inside, appending) ;
  appending->offset -= redirect->range.start + (uint32_t)(open + 2 - redirect->raw) ;
}

/* exec 3>&- */
static int only_closes (struct statement const *statement)
{
  if (!redirects_everything(statement)) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (!strstr(statement->redirects[i].raw, "&-")) return 0 ;
  return 1 ;
}

/* What a shell of its own does is not seen outside of that. Inside others, closing undoes what is done there. */
int leaves_redirections (struct statement const *statement)
{
  if (statement_is_apart(statement)) return 0 ;
  if (redirects_everything(statement)) return 1 ;
  for (struct statement const *one = statement->body ; one ; one = one->next)
    if (!only_closes(one) && leaves_redirections(one)) return 1 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    for (struct statement const *one = branch->body ; one ; one = one->next)
      if (!only_closes(one) && leaves_redirections(one)) return 1 ;
  return 0 ;
}

static int append_all (struct statement *statement, void *data)
{
  struct appending *appending = data ;
  if (!redirects_everything(statement)) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    append_redirect(appending, statement->redirects + i) ;
    append_substitution(appending, statement->redirects + i) ;
  }
  return 0 ;
}

/* Its redirections become pieces, those of a branch on its condition. 0: some of them could not be
   taken out. */
static int take_out (struct analysis *a, struct statement *statement, char const *under)
{
  struct texts ignored = { 0 } ;
  struct branch *branch = statement->branches ;
  struct piece *piece ;
  int r = 1 ;
  if (!leaves_redirections(statement)) return 1 ;
  if (statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_AND)
  {
    for (struct statement *one = statement->body ; one ; one = one->next) r &= take_out(a, one, under) ;
    return r ;
  }
  if (statement->kind == STATEMENT_IF && branch && !branch->next && branch->condition && is_repeatable(a, branch->condition) && !branch->condition->next)
  {
    char const *condition = condition_text(a, branch) ;
    under = under ? pool_printf(a->pool, "%s && %s", under, condition) : condition ;
    for (struct statement *one = branch->body ; one ; one = one->next) r &= take_out(a, one, under) ;
    return r ;
  }
  if (!redirects_everything(statement) || mentions_positional(pool_printf(a->pool, "%s %s", under ? under : "", statement_text(a, statement)))) return 0 ;
  piece = plan_piece(a->plan, appending_text(a, statement, &ignored, &ignored), " ") ;
  piece->always = 1 ;
  piece->under = under ;
  return 1 ;
}

void keep_redirections (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  struct function *function = statement->kind == STATEMENT_COMMAND ? called_function(a, statement) : 0 ;
  struct statement *body = function ? function->statement->body : statement ;
  if (!body || statement->background || !leaves_redirections(body)) return ;
  if (take_out(a, body, a->conditions.first ? texts_join(a->pool, &a->conditions, " && ") : 0))
    claim->what = pool_printf(a->pool, "%s; its redirections are those of each service that comes later, too", claim->what) ;
  else plan_todo(a->plan, service, claim, line_of(a, statement), "it also redirects what all that comes later writes, which reaches no other file: do that in run") ;
}

char const *appending_text (struct analysis *a, struct statement *statement, struct texts *files, struct texts *loggers)
{
  struct appending appending = { .a = a, .files = files, .loggers = loggers } ;
  char const *out = "" ;
  uint32_t at = statement->range.start ;
  appending.end = &appending.first ;
  statement_walk(statement, &append_all, &appending) ;
  for (struct edit const *edit = appending.first ; edit ; edit = edit->next)
  {
    if (edit->at < at) continue ;
    out = pool_printf(a->pool, "%s%s%s", out, source_copy(a->source, (struct range){ at, edit->at }), edit->text) ;
    at = edit->at + edit->left_out ;
  }
  return pool_printf(a->pool, "%s%s", out, source_copy(a->source, (struct range){ at, statement->range.end })) ;
}

int may_be_dash (struct analysis *a)
{
  char const *shell = a->plan->shell ;
  char const *name = shell_basename(pool_copy(a->pool, shell, strcspn(shell, " \t"))) ;
  if (!strcmp(name, "env")) name = pool_copy(a->pool, shell + strcspn(shell, " \t") + 1, strcspn(shell + strcspn(shell, " \t") + 1, " \t")) ;
  return !strcmp(name, "dash") || (!strcmp(name, "sh") && !a->plan->has_other_sh) ;
}

int fails_in_dash (struct analysis *a, char const *text)
{
  char const *sign = strstr(text, " == ") ;
  return sign && strncmp(text, "[[", 2) != 0 && !strpbrk(sign, ")`") && may_be_dash(a) ; /* [ -n "$(awk '$1 == 2')" ] */
}

static char const *for_dash (struct pool *pool, struct redirect const *redirect)
{
  char const *raw = redirect->raw ;
  int appends = !strncmp(raw, "&>>", 3) ;
  if (strncmp(raw, "&>", 2) != 0 && (strncmp(raw, ">&", 2) != 0 || !*redirect->target || strchr("0123456789-$", *redirect->target))) return raw ;
  return pool_printf(pool, "%s%s 2>&1", appends ? ">>" : ">", redirect->target) ;
}

char const *plain_redirect (struct analysis *a, struct redirect const *redirect)
{
  return may_be_dash(a) ? for_dash(a->pool, redirect) : redirect->raw ;
}

/* ---- the same in code for a shell ---- */

struct rewriting
{
  struct pool *pool ;
  struct source const *code ;
  char const *out ;
  uint32_t at ;
} ;

static int rewrite (struct statement *statement, void *data)
{
  struct rewriting *r = data ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    struct redirect const *redirect = statement->redirects + i ;
    char const *plain = for_dash(r->pool, redirect) ;
    if (plain == redirect->raw || redirect->range.start < r->at) continue ;
    r->out = pool_printf(r->pool, "%s%s%s", r->out, source_copy(r->code, (struct range){ r->at, redirect->range.start }), plain) ;
    r->at = redirect->range.end ;
  }
  return 0 ;
}

/* The word of code, as it is written, with >FILE 2>&1 for &>FILE; the word itself: nothing is to change, or it is not understood. */
static char const *plain_word (struct pool *pool, char const *raw)
{
  struct source code ;
  struct rewriting r = { .pool = pool, .code = &code, .out = "" } ;
  char const *value = shell_unquote(pool, raw) ;
  char const *text = value ? value : *raw == '"' && raw[1] ? pool_copy(pool, raw + 1, strlen(raw) - 2) : "" ;
  for (struct statement *one = shell_parse_text(pool, &code, text) ; one ; one = one->next) statement_walk(one, &rewrite, &r) ;
  if (!r.at) return raw ;
  text = pool_printf(pool, "%s%s", r.out, text + r.at) ;
  return value ? shell_quote(pool, text) : pool_printf(pool, "\"%s\"", text) ;
}

char const *plain_command (struct analysis *a, char const *command)
{
  struct source code ;
  struct statement *one = strchr(command, '&') ? shell_parse_text(a->pool, &code, command) : 0 ;
  if (!one || one->next || one->kind != STATEMENT_COMMAND) return command ;
  for (unsigned int i = 0 ; i < one->nwords ; i++)
  {
    char const *shell = shell_basename(statement_word(one, i)) ;
    int is_code ;
    unsigned int at = shell_one_of(shell, "sh dash") ? statement_of_shell(one, i, &is_code) : 0 ;
    char const *plain = at && is_code && (!a->plan->has_other_sh || !strcmp(shell, "dash")) ? plain_word(a->pool, one->words[at].raw) : 0 ;
    if (plain && plain != one->words[at].raw)
      return pool_printf(a->pool, "%.*s%s%s", (int)one->words[at].range.start, command, plain, command + one->words[at].range.end) ;
  }
  return command ;
}
