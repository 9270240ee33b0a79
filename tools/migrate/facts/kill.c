/* kill: which signal, and to whom? */

#include <string.h>

#include "migrate/facts/facts.h"

char const *kill_signal (struct statement const *kill, unsigned int *first)
{
  char const *signal = "TERM" ;
  *first = 1 ;
  if (kill->nwords > 1 && *kill->words[1].raw == '-')
  {
    char const *option = statement_word(kill, (*first)++) ;
    if (shell_one_of(option, "-s -n")) signal = statement_word(kill, (*first)++) ;
    else if (strcmp(option, "--") != 0) signal = option + !!*option ;
    if (*first < kill->nwords && !strcmp(kill->words[*first].raw, "--")) ++*first ;
  }
  return !strncasecmp(signal, "SIG", 3) ? signal + 3 : signal ;
}

int is_ending_signal (char const *signal)
{
  return shell_one_of(signal, "TERM INT QUIT KILL term int quit kill 15 2 3 9") ;
}

int kill_only_tells (struct statement const *statement)
{
  static char const signals[] = "HUP 1 USR1 10 USR2 12 WINCH 28 CONT 18 STOP 19 hup usr1 usr2 winch cont stop" ;
  unsigned int first ;
  if (!strcmp(statement_command(statement), "kill")) return shell_one_of(kill_signal(statement, &first), signals) ;
  if (!shell_one_of(statement_command(statement), "pkill killall")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *option = statement_word(statement, i) ;
    if (shell_one_of(option, "-s --signal")) option = statement_word(statement, i + 1) ;
    else if (!strncmp(option, "--signal=", 9)) option += 9 ;
    else if (*option++ != '-') continue ;
    if (shell_one_of(!strncmp(option, "SIG", 3) ? option + 3 : option, signals)) return 1 ;
  }
  return 0 ;
}

int asks_whether_alive (struct statement *statement, void *data)
{
  unsigned int first ;
  (void)data ;
  return !strcmp(statement_command(statement), "kill") && !strcmp(kill_signal(statement, &first), "0") ;
}

int sends_signal (struct statement *statement, void *data)
{
  return shell_one_of(statement_command(statement), "kill pkill killall") && !asks_whether_alive(statement, data) ;
}
