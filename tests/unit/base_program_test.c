#include "base/program.h"

#include <stdarg.h>
#include <sys/wait.h>

#include "temp.h"
#include "unit.h"

static int copy (char const *to)
{
  char command[256] ;
  snprintf(command, sizeof command, "cp /proc/%ld/exe '%s'", (long)getpid(), to) ;
  return !system(command) ;
}

static char const *name_executed = "./program" ;

/* What a copy of this program, executed as name_executed, says its path is: once before
   and once after another file was renamed to its place, or it was removed. */
static void ask (char said[2][PROGRAM_PATH_MAX], int replace)
{
  int out[2] ;
  int go[2] ;
  pid_t pid ;
  char fd[2][16] ;
  CHECK(copy(name_executed)) ;
  CHECK(!pipe(out) && !pipe(go)) ;
  snprintf(fd[0], sizeof fd[0], "%d", out[1]) ;
  snprintf(fd[1], sizeof fd[1], "%d", go[0]) ;
  fflush(stdout) ;
  pid = fork() ;
  if (!pid)
  {
    setenv("UNIT_SAY_TO", fd[0], 1) ;
    setenv("UNIT_WAIT_FOR", fd[1], 1) ;
    execl(name_executed, "program", (char *)0) ;
    _exit(127) ;
  }
  memset(said, 0, 2 * PROGRAM_PATH_MAX) ;
  CHECK(read(out[0], said[0], PROGRAM_PATH_MAX) == PROGRAM_PATH_MAX) ;
  if (replace) CHECK(copy("other") && !rename("other", name_executed)) ;
  else CHECK(!unlink(name_executed)) ;
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
  if (getenv("UNIT_SAY_COMPANION_TO"))
  {
    memset(path, 0, sizeof path) ;
    if (!program_beside(path, "companion")) *path = 0 ;
    if (write(atoi(getenv("UNIT_SAY_COMPANION_TO")), path, sizeof path) != sizeof path) _exit(1) ;
    _exit(0) ;
  }
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

TEST(a_name_may_end_as_the_kernel_marks_a_file_that_is_gone)
{
  static char said[2][PROGRAM_PATH_MAX] ;
  char expected[128] ;
  temp_enter() ;
  snprintf(expected, sizeof expected, "%s/program (deleted)", temp_path) ;
  name_executed = "./program (deleted)" ;
  ask(said, 0) ;
  name_executed = "./program" ;
  CHECK(!strcmp(said[0], expected)) ;
  CHECK(!strcmp(said[1], expected)) ;
}

/* ---- its companions ---- */

static void make_program (char const *path)
{
  CHECK(copy(path)) ;
}

static void make_companion (char const *path)
{
  temp_text(path, "#!/bin/sh\n") ;
  CHECK(!chmod(path, 0755)) ;
}

static void make_directories (char const *first, ...)
{
  va_list list ;
  va_start(list, first) ;
  for (char const *path = first ; path ; path = va_arg(list, char const *)) CHECK(!mkdir(path, 0755)) ;
  va_end(list) ;
}

/* Is `expected`, below the test's directory, what a program finds that is executed as
   `path`, there, too? 0: none of them. */
static int finds (char const *path, int relative, char const *expected)
{
  static char said[PROGRAM_PATH_MAX] ;
  char wanted[256] = "" ;
  char executed[256] ;
  char fd[16] ;
  int out[2] ;
  pid_t pid ;
  if (expected) snprintf(wanted, sizeof wanted, "%s/%s", temp_path, expected) ;
  snprintf(executed, sizeof executed, "%s%s%s", relative ? "" : temp_path, relative ? "" : "/", path) ;
  if (pipe(out) == -1) return 0 ;
  snprintf(fd, sizeof fd, "%d", out[1]) ;
  fflush(stdout) ;
  pid = fork() ;
  if (!pid)
  {
    setenv("UNIT_SAY_COMPANION_TO", fd, 1) ;
    execl(executed, "another name", (char *)0) ;
    _exit(127) ;
  }
  close(out[1]) ;
  if (read(out[0], said, sizeof said) != sizeof said) *said = 0 ;
  close(out[0]) ;
  waitpid(pid, 0, 0) ;
  if (!strcmp(said, wanted)) return 1 ;
  printf("# found \"%s\", not \"%s\"\n", said, wanted) ;
  return 0 ;
}

TEST(a_companion_is_beside_the_file_or_the_link_that_was_executed)
{
  temp_enter() ;
  make_directories("files", "links", (char *)0) ;
  make_program("files/program") ;
  CHECK(!symlink("../files/program", "links/program")) ;
  make_companion("files/companion") ;
  CHECK(finds("files/program", 0, "files/companion")) ;
  CHECK(finds("links/program", 0, "files/companion")) ;
  CHECK(finds("links/program", 1, "files/companion")) ;
  make_companion("links/companion") ;
  CHECK(finds("links/program", 0, "links/companion")) ;
  CHECK(finds("files/program", 0, "files/companion")) ;
}

TEST(a_companion_is_in_command_beside_the_file)
{
  temp_enter() ;
  make_directories("folder", "folder/command", "folder/companion", "links", (char *)0) ;
  make_program("folder/program") ;
  make_companion("folder/command/companion") ;
  CHECK(!symlink("../program", "folder/command/program")) ;
  CHECK(!symlink("../folder/command/program", "links/program")) ;
  CHECK(finds("folder/program", 0, "folder/command/companion")) ;
  CHECK(finds("folder/program", 1, "folder/command/companion")) ;
  CHECK(finds("folder/command/program", 0, "folder/command/companion")) ;
  CHECK(finds("links/program", 0, "folder/command/companion")) ;
}

TEST(no_companion_is_where_somebody_else_may_put_it)
{
  static mode_t const modes[] = { 0777, 01777, 0757 } ;
  temp_enter() ;
  make_directories("open", "open/command", "links", (char *)0) ;
  make_program("open/program") ;
  make_companion("open/companion") ;
  make_companion("open/command/companion") ;
  CHECK(!symlink("../open/program", "links/program")) ;
  for (size_t i = 0 ; i < sizeof modes / sizeof *modes ; i++)
  {
    CHECK(!chmod("open", modes[i])) ;
    CHECK(finds("open/program", 0, 0)) ;
    CHECK(finds("links/program", 0, 0)) ;
  }
  if (!geteuid())
  {
    CHECK(!chmod("open", 0775) && !chown("open", 0, 4711)) ;
    CHECK(finds("open/program", 0, 0)) ;
    CHECK(!chown("open", 4711, 4711)) ; /* the owner's own group */
    CHECK(finds("open/program", 0, "open/companion")) ;
  }
  CHECK(!chmod("open", 0755) && !unlink("open/companion") && !chmod("open/command", 0777)) ;
  CHECK(finds("open/program", 0, 0)) ;
}

TEST(a_script_is_not_the_program)
{
  char text[256] ;
  temp_enter() ;
  make_directories("files", "scripts", (char *)0) ;
  make_program("files/program") ;
  make_companion("files/companion") ;
  make_companion("scripts/companion") ;
  snprintf(text, sizeof text, "#!%s/files/program\n", temp_path) ;
  temp_text("scripts/script", text) ;
  CHECK(!chmod("scripts/script", 0755)) ;
  CHECK(finds("scripts/script", 0, "files/companion")) ;
}
