/* All programs in one file: the C library and what the programs share are in it once. It
   is the program by whose name it is called. If that is no program's, the first name
   counts that is one, of the links that lead to this file: so a service's `run` may be a
   link to a program, as to one that is a file of its own. Else it is /init. */

#include <string.h>
#include <sys/auxv.h>
#include <sys/param.h>
#include <unistd.h>

#include "base/path.h"

/* For skalibs; the programs' own definitions give way to it. */
char const *PROG = "init" ;

typedef int main_function (int, char const *const *, char const *const *) ;

extern main_function reeve_check_main ;
extern main_function reeve_exec_main ;
extern main_function reeve_init_main ;
extern main_function reeve_log_main ;
extern main_function reeve_main ;
extern main_function reeve_scan_main ;
extern main_function reeve_supervise_main ;

struct program
{
  char const *name ;
  main_function *main ;
  char const *prog ; /* in its messages; if it does not know better itself */
} ;

static struct program const programs[] =
{
  { "reeve", &reeve_main, "reeve" },
  { "reeve-check", &reeve_check_main, "reeve-check" },
  { "reeve-scan", &reeve_scan_main, "reeve-scan" },
  { "reeve-supervise", &reeve_supervise_main, "reeve-supervise" },
#define NAME(name, ...) { name, &reeve_exec_main, "reeve-exec" },
#include "exec/names.def"
#define NAME(name, ...) { name, &reeve_log_main, "reeve-log" },
#include "log/names.def"
#define NAME(name, ...) { name, &reeve_init_main, "init" },
#include "init/names.def"
} ;

static struct program const *program_named (char const *path)
{
  char const *name = path_last(path) ;
  for (size_t i = 0 ; i < sizeof programs / sizeof *programs ; i++)
    if (!strcmp(name, programs[i].name)) return programs + i ;
  return 0 ;
}

/* Where the link `path` leads to, in its place. */
static int follow (char path[MAXPATHLEN])
{
  char target[MAXPATHLEN] ;
  char *slash = strrchr(path, '/') ;
  ssize_t len = readlink(path, target, sizeof target - 1) ;
  if (len <= 0) return 0 ;
  target[len] = 0 ;
  if (*target == '/' || !slash) slash = path ;
  else slash++ ;
  if ((size_t)(slash - path) + (size_t)len >= MAXPATHLEN) return 0 ;
  memcpy(slash, target, (size_t)len + 1) ;
  return 1 ;
}

static struct program const *program_by_links (char const *name)
{
  char path[MAXPATHLEN] ;
  struct program const *found = 0 ;
  if (!name || strlen(name) >= sizeof path) return 0 ;
  memcpy(path, name, strlen(name) + 1) ;
  for (unsigned int i = 0 ; !found && i < MAXSYMLINKS && follow(path) ; i++) found = program_named(path) ;
  return found ;
}

int main (int argc, char const *const *argv, char const *const *envp)
{
  struct program const *program = argc ? program_named(argv[0]) : 0 ;
  if (!program) program = program_by_links((char const *)getauxval(AT_EXECFN)) ;
  if (!program) return reeve_init_main(argc, argv, envp) ;
  PROG = program->prog ;
  return (*program->main)(argc, argv, envp) ;
}
