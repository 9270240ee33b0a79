/* What a command changes that stays: work that is lost if the script did it on a failure, and nothing does now. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* Programs that only answer, beside those that is_question() knows. */
#define ANSWERS "echo printf read date env find uname hostname sed awk expr let wait kill jobs mountpoint tty ps systemctl dpkg rpm apk sleep cut head tail cmp diff readlink basename dirname " \
  "test [ true false : grep ip lsmod lspci lsusb ldconfig nvidia-smi iptables netstat ss lsof free df du journalctl dmesg pstree truthy"

/* A word that says that the command only looks. */
static int says_that_it_asks (char const *text)
{
  static char const *const words[] = { "check", "exist", "test", "valid", "verify", "health", "ready", "status", "enabled", "list", "show", "version", "dry-run", "has_", "has-", "is_", "is-", "wait" } ;
  for (size_t i = 0 ; i < sizeof(words) / sizeof(*words) ; i++)
    if (strcasestr(text, words[i])) return 1 ;
  return 0 ;
}

/* python -c CODE: what the code does is not known, but mostly it asks. */
static int is_code (struct statement const *statement, unsigned int first)
{
  return first + 1 < statement->nwords && shell_one_of(statement_word(statement, first + 1), "-c -e -r") ;
}

int does_something (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct launch launch ;
  char const *text = statement_text(a, statement) ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.first >= statement->nwords || shell_one_of(shell_basename(statement_word(statement, launch.first)), ANSWERS) || is_code(statement, launch.first)) return 0 ;
  return !is_question(statement) && !only_checks(a, statement) && !called_function(a, statement) && !is_probe(text) && !says_that_it_asks(text) && !starts_something(a, statement) ;
}

/* What does nothing for who comes later, when the container ends or the service is started again. */
#define ENDS "exit return break continue cat logger pkill killall rm touch exec set export unset service supervisorctl"

static int does_lasting_work (struct statement *statement, void *data)
{
  if (shell_one_of(statement_command(statement), "curl wget")) return 1 ; /* it asks nothing there: somebody is told */
  return !shell_one_of(statement_command(statement), ENDS) && does_something(statement, data) ;
}

static int calls_lasting_work (struct statement *statement, void *data)
{
  struct function *function = called_function(data, statement) ;
  return function ? statement_walk(function->statement->body, &does_lasting_work, data) : does_lasting_work(statement, data) ;
}

void mark_lost_when (struct analysis *a, char const *when, struct statement *other, struct claim *claim)
{
  if (statement_walk(other, &calls_lasting_work, a))
    texts_add(a->pool, &claim->todo, pool_printf(a->pool, "the script did this when %s, and nothing does now: %s: if it is wanted, let finish do it ([ \"$1\" = 0 ] || ...)", when, statement_text(a, other))) ;
}

void mark_lost_work (struct analysis *a, struct statement *start, struct statement *other, struct claim *claim)
{
  char const *who = shell_one_of(statement_command(start), "wait") ? "what was waited for" : name_of(a, start) ;
  mark_lost_when(a, pool_printf(a->pool, "%s had failed", who), other, claim) ;
}
