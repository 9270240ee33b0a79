/* The setup or a task that executes what a variable says: $cmd, "$@". Of the words that it may have there, is one a daemon that
   leaves by itself? That is ended with the file, and nobody watches it. */

#include <string.h>

#include "advice/daemons.h"
#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct byvalue
{
  struct analysis *a ;
  struct file const *files ;
  struct statement *first ;
  struct texts names ; /* the variables that the program's name comes from */
  char const *daemon ; /* 0: none is found yet */
} ;

#define WORDS 8

static char const between[] = " \t\n\"'()$`=;|&<>*{}" ;

/* The text's first word, and its options, are a daemon that leaves: /usr/sbin/php-fpm*, /etc/init.d/ and what is in there. Returns the word, or 0. */
static char const *daemon_at (struct pool *pool, char const *text)
{
  char const *argv[WORDS] = { 0 } ;
  struct daemon_advice advice ;
  for (unsigned int i = 0 ; i + 1 < WORDS && (!i || *text == '-') ; i++)
  {
    argv[i] = pool_copy(pool, text, strcspn(text, between)) ;
    text += strcspn(text, between) ;
    text += strspn(text, " ") ;
  }
  daemon_look(argv, &advice) ;
  return advice.stays == DAEMON_IN_BACKGROUND || !strncmp(*argv, "/etc/init.d/", 12) ? *argv : 0 ;
}

/* The first word of the text that is such a daemon: not one that another program has in quotes, as in "chown nginx /x". */
static char const *daemon_among (struct pool *pool, char const *text)
{
  char const *found = 0 ;
  char quote = 0 ;
  int is_first = 1 ;
  while (*text && !found)
  {
    size_t len = strcspn(text, between) ;
    if (len && (is_first || !quote)) found = daemon_at(pool, text) ;
    if (len) is_first = 0 ;
    else if (*text == quote || *text == '(') quote = 0 ;
    else if (!quote && strchr("\"'", *text))
    {
      quote = *text ;
      is_first = 1 ;
    }
    text += len ? len : 1 ;
  }
  return found ;
}

static int mentions_any (struct texts const *names, char const *text)
{
  for (struct text const *one = names->first ; one ; one = one->next)
    if (shell_mentions(text, one->text)) return 1 ;
  return 0 ;
}

static void add_names (struct pool *pool, struct texts *names, char const *text)
{
  while ((text = strchr(text, '$')))
  {
    text += strspn(text, "${") ;
    if (strspn(text, NAME_LETTERS)) texts_add_once(pool, names, pool_copy(pool, text, strspn(text, NAME_LETTERS))) ;
    else if (*text == '@' || *text == '*') texts_add_once(pool, names, "1") ;
  }
}

/* for NAME in WORDS, NAME=WORDS, read NAME <<WORDS, FUNCTION WORDS: what a name of them is given */
static char const *given (struct byvalue *by, struct statement const *statement)
{
  struct analysis *a = by->a ;
  struct branch const *branch = statement->branches ;
  char const *text = statement_text(a, statement) ;
  char const *words ;
  if (statement->kind == STATEMENT_FOR && branch && branch->body)
    return texts_has(&by->names, statement->name) ? source_copy(source_of(a, statement), (struct range){ statement->range.start, branch->body->range.start }) : 0 ;
  if (statement->kind == STATEMENT_LOOP && branch && branch->condition && strstr(text, "<<"))
    return !strcmp(statement_command(branch->condition), "read") && mentions_any(&by->names, statement_text(a, branch->condition)) ? strstr(text, "<<") : 0 ;
  if (statement->kind == STATEMENT_ASSIGNMENT) return strchr(text, '=') && texts_has(&by->names, pool_copy(a->pool, text, strcspn(text, "+="))) ? strchr(text, '=') : 0 ;
  if (!texts_has(&by->names, "1") || statement->nwords < 2 || !called_function(a, (struct statement *)statement)) return 0 ;
  words = strstr(text, statement->words[1].raw) ;
  words = words ? words + strspn(words, "\"'") : "" ;
  return *words == '$' || daemon_at(a->pool, words) ? words : 0 ; /* not of a user that is called so: run chown nginx /x */
}

static int look_at_giver (struct statement *statement, void *data)
{
  struct byvalue *by = data ;
  char const *words = given(by, statement) ;
  if (!words) return 0 ;
  add_names(by->a->pool, &by->names, words) ;
  by->daemon = daemon_among(by->a->pool, words) ;
  return !!by->daemon ;
}

/* Is something said already of what it may leave? Not of its environment alone. */
static int is_told (struct texts const *todo)
{
  for (struct text const *one = todo->first ; one ; one = one->next)
    if (!strstr(one->text, "sudo made a fresh environment")) return 1 ;
  return 0 ;
}

/* Of the setup, or a task, that stops nothing, and of which nothing is said? */
static int is_of_what_ends (struct byvalue const *by, struct claim const *claim)
{
  struct service const *task = audited_service(by->a, claim) ;
  char const *text = is_told(&claim->todo) || (task && is_told(&task->todo)) ? 0 : audited_ending(by->a, by->files, claim) ;
  return text && !audit_stops(text) ;
}

/* What it executes in the end: behind sudo -u app, or in bash -c. */
static char const *executed (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  unsigned int i ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.code) return launch.code ;
  i = launch.first ;
  if (shell_one_of(shell_basename(statement_word(statement, i)), "sh bash dash ash") && shell_one_of(statement_word(statement, i + 1), "-c -lc -ec")) i += 2 ;
  return i < statement->nwords ? statement->words[i].raw : "" ;
}

static int look_at_command (struct statement *statement, void *data)
{
  struct byvalue *by = data ;
  struct analysis *a = by->a ;
  struct claim *claim = statement->kind == STATEMENT_COMMAND && statement->nwords ? claim_of(a, statement) : 0 ;
  char const *raw = claim ? executed(a, statement) : "" ;
  if (!claim || (raw[*raw == '"'] != '$' && *shell_basename(raw) != '$') || !is_of_what_ends(by, claim)) return 0 ;
  by->names = (struct texts){ 0 } ;
  by->daemon = 0 ;
  add_names(a->pool, &by->names, raw) ;
  for (unsigned int rounds = 0 ; rounds < 2 && !by->daemon ; rounds++) /* an array that a for goes through is ahead of it */
    for (struct statement *one = by->first ; one && !by->daemon ; one = one->next) statement_walk(one, &look_at_giver, by) ;
  if (by->daemon) audit_todo(a, claim, line_of(a, statement), pool_printf(a->pool, "%s may leave a daemon behind (%s), which nobody watches, and which is ended with this file: make a service of each, in the foreground", raw, by->daemon)) ;
  return 0 ;
}

void audit_byvalue (struct analysis *a, struct statement *first, struct file const *files)
{
  struct byvalue by = { .a = a, .files = files, .first = first } ;
  for (; first ; first = first->next) statement_walk(first, &look_at_command, &by) ;
}
