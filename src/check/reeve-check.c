#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/exit.h"
#include "base/message.h"
#include "base/version.h"
#include "check/check.h"

#define DEFAULT_DIRECTORY "/etc/services.d"

char const *PROG = "reeve-check" ;

static char const usage[] =
  "usage: reeve-check [--json] [DIR...]\n\n"
  "Finds what is wrong with service directories. DIR is a scan directory or one service;\n"
  "default: " DEFAULT_DIRECTORY ", and what the image has for other systems.\n\n"
  "  --json  for programs\n" ;

/* Returns -1 to continue, or an exit code. */
static int parse_options (struct check *check, int argc, char *const *argv)
{
  static struct option const longs[] =
  {
    { "json", no_argument, 0, 'j' },
    { "help", no_argument, 0, 'h' },
    { 0, 0, 0, 0 }
  } ;
  int c ;
  while ((c = getopt_long(argc, argv, "h", longs, 0)) != -1)
  {
    switch (c)
    {
      case 'j' : check->json = 1 ; break ;
      case 'h' : fputs(usage, stdout) ; return EXIT_YES ;
      default : fputs(usage, stderr) ; return EXIT_USAGE ;
    }
  }
  return -1 ;
}

/* Returns EXIT_YES; or, after a message, the exit code if it could not check the directory. */
static int check_one (struct check *check, char const *directory, int start)
{
  if (check_directory(check, directory, start)) return EXIT_YES ;
  if (errno == ENOTDIR)
  {
    strerr_warnw2x(directory, " is no directory: name a service directory, or the directory that they are in") ;
    return EXIT_USAGE ;
  }
  if (errno == ENOENT) strerr_warnwu3x("check ", directory, ": there is no such directory; name a service directory, or the directory that they are in") ;
  else strerr_warnwu2sys("check ", directory) ;
  return EXIT_SYSTEM ;
}

int main (int argc, char **argv)
{
  struct check check = { .json = 0 } ;
  int code ;
  int start ;
  version_answer(argc, (char const *const *)argv, PROG) ;
  PROG = message_program(PROG) ;
  message_begin_waiting() ;
  code = parse_options(&check, argc, argv) ;
  if (code >= 0) return code ;
  code = EXIT_YES ;
  argv += optind ;
  start = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (start == -1) strerr_diefu1sys(EXIT_SYSTEM, "open the working directory") ;
  findings_begin(&check) ;
  for (char **directory = argv ; *directory ; directory++)
  {
    int one = check_one(&check, *directory, start) ;
    if (one) code = one ;
  }
  if (!*argv)
  {
    code = check_one(&check, DEFAULT_DIRECTORY, start) ;
    check_foreign_system(&check) ;
  }
  fd_close(start) ;
  if (!findings_end(&check)) strerr_diefu1sys(EXIT_SYSTEM, "write to stdout") ;
  return code ? code : check.errors ? EXIT_NO : EXIT_YES ;
}
