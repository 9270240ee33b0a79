/* A server that is only started to be prepared, and stopped again before the rest
   starts: part of the setup, not a service. */

#include <string.h>

#include "migrate/analysis.h"

struct stopping
{
  char const *pid ; /* the variable that holds it; "" if none */
  char const *program ;
} ;

static int stops (struct statement *statement, void *data)
{
  struct stopping const *stopping = data ;
  char const *command = statement_command(statement) ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (shell_one_of(command, "kill") && ((*stopping->pid && shell_mentions(raw, stopping->pid)) || !strcmp(raw, "%1") || strstr(raw, "$!"))) return 1 ;
    if (shell_one_of(command, "pkill killall") && !strcmp(raw, stopping->program)) return 1 ;
    if (shell_one_of(command, "mysqladmin mariadb-admin redis-cli rabbitmqctl mongo mongosh mongod") && (strstr(raw, "shutdown") || !strcmp(raw, "stop"))) return 1 ;
    if (shell_one_of(command, "pg_ctl pg_ctlcluster service invoke-rc.d systemctl") && !strcmp(raw, "stop")) return 1 ;
    if (shell_one_of(command, "nginx") && shell_one_of(raw, "quit stop")) return 1 ;
  }
  return !strncmp(statement_word(statement, 0), "/etc/init.d/", 12) && !strcmp(statement_word(statement, 1), "stop") ;
}

/* The last statement of what begins with `first`; 0: it is not stopped before another
   one starts. */
struct statement *temporary_end (struct analysis *a, struct statement *first)
{
  struct stopping stopping = { .pid = "", .program = statement_command(first) } ;
  int starts = first->background || (first->kind == STATEMENT_COMMAND && starts_something(a, first) && strcmp(statement_command(first), "exec") != 0) ;
  if (!starts || shell_one_of(statement_command(first), "wait")) return 0 ;
  for (struct statement *one = first->next ; one ; one = one->next)
  {
    char const *text = statement_text(a, one) ;
    if (one->kind == STATEMENT_ASSIGNMENT && strstr(text, "$!") && one->nassignments == 0)
      stopping.pid = pool_copy(a->pool, text, strcspn(text, "=")) ;
    if (one->background || shell_one_of(statement_command(one), "exec wait trap exit")) return 0 ;
    if (!statement_walk(one, &stops, &stopping)) continue ;
    return one->next && !strcmp(statement_command(one->next), "wait") && one->next->nwords > 1 ? one->next : one ;
  }
  return 0 ;
}

struct statement *temporary_part (struct analysis *a, struct statement *first, struct statement *end)
{
  struct statement *part = pool_alloc(a->pool, sizeof(*part)) ;
  part->kind = STATEMENT_OTHER ;
  part->name = "" ;
  part->range = part->core = (struct range){ first->range.start, end->range.end } ;
  return part ;
}
