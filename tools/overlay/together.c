/* reeve-init, reeve-scan, reeve and reeve-exec in one file: by the name that it is called by it
   is one of them. Each runs once in a container, if at all, and the C library is
   the larger part of each: together they are half as large. reeve-supervise, of
   which there are many, stays as small as it can be, alone. */

#include <string.h>

/* For skalibs; the programs' own definitions give way to it. */
char const *PROG = "init" ;

extern int reeve_init_main (int, char const *const *, char const *const *) ;
extern int reeve_scan_main (int, char const *const *, char const *const *) ;
extern int reeve_main (int, char const *const *, char const *const *) ;
extern int reeve_exec_main (int, char **) ;

/* The names of reeve-exec: exec/names.c. */
static int is_exec (char const *name)
{
  static char const *const names[] = { "reeve-exec", "chpst", "setuidgid", "envdir", "softlimit", "s6-setuidgid", "s6-envuidgid",
    "s6-applyuidgid", "s6-envdir", "s6-softlimit", "s6-setsid", "s6-setlock", "s6-fghack", "s6-notifyoncheck" } ;
  size_t i = 0 ;
  while (i < sizeof names / sizeof *names && strcmp(name, names[i]) != 0) i++ ;
  return i < sizeof names / sizeof *names ;
}

int main (int argc, char const *const *argv, char const *const *envp)
{
  char const *slash = argc ? strrchr(argv[0], '/') : 0 ;
  char const *name = !argc ? "" : slash ? slash + 1 : argv[0] ;
  if (!strcmp(name, "reeve-scan"))
  {
    PROG = "reeve-scan" ;
    return reeve_scan_main(argc, argv, envp) ;
  }
  if (!strcmp(name, "reeve"))
  {
    PROG = "reeve" ;
    return reeve_main(argc, argv, envp) ;
  }
  if (is_exec(name)) return reeve_exec_main(argc, (char **)argv) ;
  return reeve_init_main(argc, argv, envp) ;
}
