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
