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

/* The first word of the text that is, with its options, a daemon that leaves: /usr/sbin/php-fpm*, /etc/init.d/ and what is in there */
static char const *daemon_among (struct pool *pool, char const *text)
{
  static char const between[] = " \t\n\"'()$`=;|&<>*{}" ;
  for (char const *p = text ; *(p += strspn(p, between)) ; p += strcspn(p, between))
  {
    char const *argv[WORDS] = { 0 } ;
    struct daemon_advice advice ;
    char const *q = p ;
    for (unsigned int i = 0 ; i + 1 < WORDS && (!i || *q == '-') ; i++)
    {
      argv[i] = pool_copy(pool, q, strcspn(q, between)) ;
      q += strcspn(q, between) ;
      q += strspn(q, " ") ;
    }
    daemon_look(argv, &advice) ;
    if (advice.stays == DAEMON_IN_BACKGROUND || !strncmp(*argv, "/etc/init.d/", 12)) return *argv ;
  }
  return 0 ;
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
  char const *argv[COMMAND_WORDS_MAX] ;
  struct daemon_advice advice ;
  if (statement->kind == STATEMENT_FOR && branch && branch->body)
    return texts_has(&by->names, statement->name) ? source_copy(a->source, (struct range){ statement->range.start, branch->body->range.start }) : 0 ;
  if (statement->kind == STATEMENT_LOOP && branch && branch->condition && strstr(text, "<<"))
    return !strcmp(statement_command(branch->condition), "read") && mentions_any(&by->names, statement_text(a, branch->condition)) ? strstr(text, "<<") : 0 ;
  if (statement->kind == STATEMENT_ASSIGNMENT) return strchr(text, '=') && texts_has(&by->names, pool_copy(a->pool, text, strcspn(text, "+="))) ? strchr(text, '=') : 0 ;
  if (!texts_has(&by->names, "1") || statement->nwords < 2 || !called_function(a, (struct statement *)statement)) return 0 ;
  command_argv(statement, 1, argv) ;
  daemon_look(argv, &advice) ; /* not of a user that is called so: run chown nginx /x */
  return advice.stays == DAEMON_IN_BACKGROUND || statement->words[1].raw[strspn(statement->words[1].raw, "\"")] == '$' ? statement->words[1].raw : 0 ;
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

/* Of the setup, or a task, that stops nothing, and of which nothing is said? */
static int is_of_what_ends (struct byvalue const *by, struct claim const *claim)
{
  struct service const *task = audited_service(by->a, claim) ;
  char const *text = task && task->todo.first ? 0 : audited_ending(by->a, by->files, claim) ;
  return text && !audit_stops(text) ;
}

static int look_at_command (struct statement *statement, void *data)
{
  struct byvalue *by = data ;
  struct analysis *a = by->a ;
  struct claim *claim = statement->kind == STATEMENT_COMMAND && statement->nwords ? claim_of(a, statement) : 0 ;
  char const *raw = claim ? statement->words[0].raw : "" ;
  if (!claim || claim->todo.first || (raw[*raw == '"'] != '$' && *shell_basename(raw) != '$') || !is_of_what_ends(by, claim)) return 0 ;
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
