/* $$, or a variable that holds it, and 1 are other processes now: each service has a shell of its own, and pid 1 is /init.
   What ends or tells the script by kill $$: facts/pids.c. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct asking
{
  struct analysis *a ;
  struct statement *whole ; /* of the script: code in its words may ask, too */
  struct texts names ; /* that hold the script's pid */
} ;

static int is_own (char const *text)
{
  return shell_one_of(text, "$$ ${$} $BASHPID ${BASHPID}") ;
}

/* $$, --parent=$$, /proc/$$, but not /tmp/file.$$ */
static int asks_own_pid (struct asking const *asking, char const *raw)
{
  struct pool *pool = asking->a->pool ;
  char const *word = shell_without_quotes(pool, raw) ;
  char const *equals = *word == '-' ? strchr(word, '=') : 0 ;
  if (equals) word = equals + 1 ;
  else if (!strncmp(word, "/proc/", 6)) word += 6 ;
  if (is_own(word)) return 1 ;
  if (*word != '$') return 0 ;
  word += word[1] == '{' ? 2 : 1 ;
  return texts_has(&asking->names, pool_copy(pool, word, strcspn(word, "}"))) ;
}

static void tell (struct asking const *asking, char const *text)
{
  struct claim *claim = claim_of(asking->a, asking->whole) ;
  if (audit_is_unmarked(claim)) audit_todo(asking->a, claim, line_of(asking->a, asking->whole), text) ;
}

/* kill -HUP 1, perhaps in a text: --notify "kill -HUP 1". What ends /init ends the container, as it did. */
static int tells_init (struct statement *statement, void *data)
{
  struct pool *pool = data ;
  unsigned int first ;
  char const *signal ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    struct source code ;
    char const *raw = statement->words[i].raw ;
    if (!strchr("'\"", *raw) || !shell_mentions(raw, "kill")) continue ;
    for (struct statement *one = shell_parse_text(pool, &code, shell_without_quotes(pool, raw)) ; one ; one = one->next)
      if (statement_walk(one, &tells_init, pool)) return 1 ;
  }
  if (strcmp(statement_command(statement), "kill") != 0) return 0 ;
  signal = kill_signal(statement, &first) ;
  if (!strcmp(signal, "0") || is_ending_signal(signal)) return 0 ;
  for (; first < statement->nwords ; first++)
    if (!strcmp(statement_word(statement, first), "1")) return 1 ;
  return 0 ;
}

static int look_at (struct statement *statement, void *data)
{
  struct asking *asking = data ;
  struct claim const *claim = claim_of(asking->a, statement) ;
  char const *command = statement_command(statement) ;
  asking->whole = statement ;
  if (statement->kind != STATEMENT_COMMAND && statement->kind != STATEMENT_TEST) return 0 ;
  if (tells_init(statement, asking->a->pool))
    tell(asking, "pid 1 is /init now, which gets this signal for itself: send it to the service that is meant with `reeve kill`") ;
  if (!claim || !strstr(claim->where, "services.d/") || shell_one_of(command, "exec echo printf") || sends_signal(statement, 0)) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (asks_own_pid(asking, statement->words[i].raw))
    {
      tell(asking, pool_printf(asking->a->pool, "%s was the script's pid, and that script is gone: ask for the service that is meant (`reeve status --json`), or leave it out where it only ended this with the container", statement->words[i].raw)) ;
      break ;
    }
  return 0 ;
}

void audit_ownpid (struct analysis *a, struct statement *first, struct file const *files)
{
  struct asking asking = { .a = a } ;
  (void)files ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    char const *equals = strchr(piece->text, '=') ;
    char const *name = pool_copy(a->pool, piece->names + strspn(piece->names, " "), strcspn(piece->names + strspn(piece->names, " "), " ")) ;
    if (!equals || !is_own(shell_without_quotes(a->pool, equals + 1))) continue ;
    texts_add_once(a->pool, &asking.names, name) ;
    if (is_exported(a, name) && audit_is_unmarked(piece->claim))
      audit_todo(a, piece->claim, source_line(a->source, piece->claim->range.start), pool_printf(a->pool,
        "%s was the script's pid, which is no service's: what reads it from its environment finds a process that has ended", name)) ;
  }
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &look_at, &asking) ;
}
