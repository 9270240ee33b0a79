#include "base/program.h"

#include <sys/wait.h>

#include "temp.h"
#include "unit.h"

static int copy (char const *to)
{
  char command[256] ;
  snprintf(command, sizeof command, "cp /proc/%ld/exe %s", (long)getpid(), to) ;
  return !system(command) ;
}

/* What a copy of this program, executed as ./program, says its path is: once before
   and once after another file was renamed to its place, or it was removed. */
static void ask (char said[2][PROGRAM_PATH_MAX], int replace)
{
  int out[2] ;
  int go[2] ;
  pid_t pid ;
  char fd[2][16] ;
  CHECK(copy("program")) ;
  CHECK(!pipe(out) && !pipe(go)) ;
  snprintf(fd[0], sizeof fd[0], "%d", out[1]) ;
  snprintf(fd[1], sizeof fd[1], "%d", go[0]) ;
  fflush(stdout) ;
  pid = fork() ;
  if (!pid)
  {
    setenv("UNIT_SAY_TO", fd[0], 1) ;
    setenv("UNIT_WAIT_FOR", fd[1], 1) ;
    execl("./program", "program", (char *)0) ;
    _exit(127) ;
  }
  memset(said, 0, 2 * PROGRAM_PATH_MAX) ;
  CHECK(read(out[0], said[0], PROGRAM_PATH_MAX) == PROGRAM_PATH_MAX) ;
  if (replace) CHECK(copy("other") && !rename("other", "program")) ;
  else CHECK(!unlink("program")) ;
  CHECK(write(go[1], "", 1) == 1) ;
  CHECK(read(out[0], said[1], PROGRAM_PATH_MAX) == PROGRAM_PATH_MAX) ;
  waitpid(pid, 0, 0) ;
  close(out[0]) ;
  close(out[1]) ;
  close(go[0]) ;
  close(go[1]) ;
}

__attribute__((constructor(101))) static void say_if_asked (void)
{
  char path[PROGRAM_PATH_MAX] ;
  char c ;
  if (!getenv("UNIT_SAY_TO")) return ;
  for (int i = 0 ; i < 2 ; i++)
  {
    memset(path, 0, sizeof path) ;
    program_self(path, "name") ;
    if (write(atoi(getenv("UNIT_SAY_TO")), path, sizeof path) != sizeof path) _exit(1) ;
    if (!i && read(atoi(getenv("UNIT_WAIT_FOR")), &c, 1) != 1) _exit(1) ;
  }
  _exit(0) ;
}

TEST(its_own_path_is_that_of_the_file_that_took_its_place)
{
  static char said[2][PROGRAM_PATH_MAX] ;
  char expected[128] ;
  temp_enter() ;
  snprintf(expected, sizeof expected, "%s/program", temp_path) ;
  ask(said, 1) ;
  CHECK(!strcmp(said[0], expected)) ;
  CHECK(!strcmp(said[1], expected)) ;
}

TEST(its_own_path_stays_when_the_file_is_gone)
{
  static char said[2][PROGRAM_PATH_MAX] ;
  char expected[128] ;
  temp_enter() ;
  snprintf(expected, sizeof expected, "%s/program", temp_path) ;
  ask(said, 0) ;
  CHECK(!strcmp(said[0], expected)) ;
  CHECK(!strcmp(said[1], expected)) ;
}
