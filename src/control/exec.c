#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/exit.h"
#include "base/text.h"
#include "control/control.h"
#include "control/likeness.h"
#include "control/owner.h"
#include "control/page.h"

static char const *value_of (char *const *environment, char const *name)
{
  size_t len = strlen(name) ;
  for ( ; *environment ; environment++)
    if (!strncmp(*environment, name, len) && (*environment)[len] == '=') return *environment + len + 1 ;
  return 0 ;
}

/* Passes TERM on, which a program on this terminal needs. */
static void keep_terminal (struct likeness *like)
{
  static char term[256] ;
  char const *ours = getenv("TERM") ;
  size_t n = 0 ;
  if (!ours || !isatty(0) || value_of(like->environment, "TERM")) return ;
  if ((size_t)snprintf(term, sizeof term, "TERM=%s", ours) >= sizeof term) return ;
  while (like->environment[n]) n++ ;
  like->environment[n] = term ; /* likeness_read() has left room for two more */
}

int command_exec (struct request const *request)
{
  static struct likeness like ; /* large; lives as long as the process */
  int code = likeness_find(&like, request, LIKENESS_SERVICE) ;
  if (code) return code ;
  likeness_read(&like) ; /* if root may not read it, once more as the user of the tree */
  owner_return() ;
  likeness_take_limits(&like) ;
  if (!likeness_take_identity(&like))
  {
    strerr_warnwu3sys("become the user of ", like.of, " (only root may)") ;
    return EXIT_SYSTEM ;
  }
  if (!likeness_read(&like)) return likeness_say_unreadable(&like, "environment") ;
  keep_terminal(&like) ;
  if (like.has_umask) umask(like.umask) ;
  if (like.cwd == -1 || fchdir(like.cwd) == -1)
  {
    strerr_warnwu3sys("enter the working directory of ", like.of, " (going on in /)") ;
    if (chdir("/") == -1) return EXIT_SYSTEM ;
  }
  environ = like.environment ;
  execvp(request->command[0], request->command) ;
  code = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED ;
  strerr_warnwu4sys("execute ", request->command[0], " as ", like.of) ;
  return code ;
}

int command_env (struct request const *request)
{
  static struct likeness like ; /* large; lives as long as the process */
  int code = likeness_find(&like, request, LIKENESS_SERVICE) ;
  if (code) return code ;
  if (!likeness_read(&like))
  {
    owner_return() ;
    if (!likeness_take_identity(&like) || !likeness_read(&like)) return likeness_say_unreadable(&like, "environment") ;
  }
  for (char **each = like.environment ; *each ; each++)
  {
    if (isatty(1)) text_make_printable(*each, strlen(*each)) ;
    puts(*each) ;
  }
  return page_end() ;
}
