/* Starts CMD. Its program is looked for in PATH as execvp() does it. A relative directory in PATH
   starts in CMD's directory. The search goes on after a file that cannot be executed. */

#ifndef REEVE_SCAN_CMD_SEARCH_H
#define REEVE_SCAN_CMD_SEARCH_H

#include "base/spawn.h"
#include "scan/scanner.h"

/* Why nothing could be started. */
struct cmd_search
{
  char path[SCAN_PATH_MAX] ; /* what was tried, from CMD's directory; "": nothing was there */
  int err ;
  int executing ; /* execve() itself has failed */
} ;

/* Starts the program that request->argv names. Returns the pid, or 0; then *result tells why. */
extern pid_t cmd_search_start (struct scanner const *s, struct spawn const *request, struct cmd_search *result) ;
/* Writes the message that CMD cannot be executed, and why. */
extern void cmd_search_say (struct scanner const *s, struct cmd_search const *result) ;

#endif
