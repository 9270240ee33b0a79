/* What has the same answer each time, and leaves nothing, and what has another. */

#include <string.h>

#include "migrate/facts/facts.h"

/* Builtins of the shell: repeating them in each service does no harm. */
#define PURE ": [ test true false export local declare typeset readonly unset cd pushd popd umask ulimit set shopt exit return echo printf read " \
  "shift getopts let continue break source . eval alias mapfile readarray"
/* Programs in $( ) that give every service the same answer. */
#define PURE_PROGRAMS "hostname nproc cat basename dirname pwd id uname which command printf echo awk sed grep egrep cut tr head tail getconf ls find " \
  "readlink realpath expr seq sort uniq wc free df ip getent stat test getconf jq env printenv xargs dpkg-architecture tty whoami type"

/* $RANDOM, ${RANDOM}, ((RANDOM % 9)), let X=RANDOM */
int asks_variable (char const *text, char const *name)
{
  char const *arithmetic = strncmp(text, "let ", 4) ? strstr(text, "((") : text ;
  size_t len = strlen(name) ;
  if (arithmetic && shell_mentions(arithmetic, name)) return 1 ;
  for (char const *at = text ; (at = strstr(at, name)) ; at++)
    if (at > text && (at[-1] == '$' || (at - 1 > text && at[-1] == '{' && at[-2] == '$')) && !strspn(at + len, NAME_LETTERS)) return 1 ;
  return 0 ;
}

static int has_own_pid (char const *text)
{
  static char const *const pids[] = { "$$", "${$}", "$BASHPID", "${BASHPID}", "$PPID", "${PPID}" } ;
  for (size_t i = 0 ; i < ROWS(pids) ; i++)
    if (strstr(text, pids[i])) return 1 ;
  return 0 ;
}

int is_harmless_builtin (char const *command)
{
  return shell_one_of(command, PURE) ;
}

int is_harmless_again (char const *command)
{
  return is_harmless_builtin(command) || shell_one_of(command, PURE_PROGRAMS) ;
}

int is_another_each_time (char const *text)
{
  static char const *const marks[] = { "/dev/urandom", "/dev/random", "/proc/sys/kernel/random", "random.", "secrets.", "uuid", "shuf", "mktemp", ")T" } ;
  static char const *const variables[] = { "RANDOM", "SRANDOM", "SECONDS", "EPOCHSECONDS", "EPOCHREALTIME" } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(text, marks[i])) return 1 ;
  for (size_t i = 0 ; i < ROWS(variables) ; i++)
    if (asks_variable(text, variables[i])) return 1 ;
  return has_own_pid(text) ;
}

int has_own_answer (char const *text)
{
  static char const *const marks[] = { "$(date", "`date", "$(uuidgen", "openssl rand", "pwgen" } ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(text, marks[i])) return 1 ;
  return is_another_each_time(text) ;
}

int reads_file (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "source .") && statement->nwords > 1 ;
}
