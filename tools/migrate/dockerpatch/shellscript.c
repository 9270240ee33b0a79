/* Is a file a script of the shell, by its #! or its name? */

#include <string.h>

#include "migrate/dockerpatch/starting.h"

int is_shell_script (char const *path, char const *text, int of_shell)
{
  char const *line_end = text + strcspn(text, "\n") ;
  if (strncmp(text, "#!", 2) != 0) return of_shell || (strstr(path, ".sh") && strlen(path) > 3 && !strcmp(path + strlen(path) - 3, ".sh")) ;
  for (char const *p = text ; (p = strstr(p, "sh")) && p < line_end ; p++)
    if (strchr(" \t\n", p[2])) return 1 ; /* bash, /bin/sh -e; not python */
  return 0 ;
}
