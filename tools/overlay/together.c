/* reeve-init, reeve-scan and reeve in one file: by the name that it is called by it
   is one of them. Each runs once in a container, if at all, and the C library is
   the larger part of each: together they are half as large. reeve-supervise, of
   which there are many, stays as small as it can be, alone. */

#include <string.h>

/* For skalibs; the programs' own definitions give way to it. */
char const *PROG = "init" ;

extern int reeve_init_main (int, char const *const *, char const *const *) ;
extern int reeve_scan_main (int, char const *const *, char const *const *) ;
extern int reeve_main (int, char const *const *, char const *const *) ;

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
  return reeve_init_main(argc, argv, envp) ;
}
