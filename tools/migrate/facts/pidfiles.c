/* Files that a program writes its own pid to, and the script reads: $(cat /run/x.pid), $(<"$PIDFILE"). */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

char const *pidfile_read (struct analysis *a, char const *text)
{
  static char const *const reads[] = { "$(cat ", "`cat ", "$(<" } ;
  for (size_t i = 0 ; i < sizeof(reads) / sizeof(*reads) ; i++)
  {
    char const *path = text + strlen(reads[i]) ;
    if (strncmp(text, reads[i], strlen(reads[i])) != 0) continue ;
    path += strspn(path, " \"'") ;
    path = pool_copy(a->pool, path, strcspn(path, " \t\"')`")) ;
    return strpbrk(path, "/$") ? path : 0 ;
  }
  return 0 ;
}

int reads_pid_of (struct analysis *a, struct service const *service, char const *text)
{
  for (; (text = strpbrk(text, "$`")) ; text++)
  {
    char const *path = pidfile_read(a, text) ;
    if (path && !service->is_oneshot && strstr(service->text, path)) return 1 ;
  }
  return 0 ;
}
