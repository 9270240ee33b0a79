#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/trust.h"
#include "log/log.h"
#include "wire/livedir.h"

#define USAGE "logutil-service [ -f fifo ] logdir"
#define VARIABLE "S6_LOGGING_SCRIPT"
#define SCRIPT_DEFAULT "n20 s1000000 T"
#define SCRIPT_MAX 4096
#define NOBODY 65534 /* if there is no account of that name */
#define BLANKS " \t\n"

/* 0: it does not exist, or is not to be trusted, which a message says. */
static size_t read_saved (char const *directory, char script[SCRIPT_MAX])
{
  struct trust_refusal why ;
  struct stat st ;
  char text[TRUST_WHY_MAX] ;
  size_t n = 0 ;
  int dir = trust_directory(directory, 0, 0, &why) ;
  int fd = dir == -1 ? -1 : openat(dir, VARIABLE, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW) ;
  int trusted = fd >= 0 && fstat(fd, &st) != -1 && trust_stat(&st, S_IFREG, 0, &why) ;
  if (trusted) n = allread(fd, script, SCRIPT_MAX - 1) ;
  else if (dir == -1 ? why.reason != TRUST_FAILED : fd >= 0) strerr_warnw6x("not reading ", VARIABLE, " in ", directory, ": ", trust_why(&why, text)) ;
  if (fd >= 0) fd_close(fd) ;
  if (dir >= 0) fd_close(dir) ;
  return n ;
}

/* The container's environment, which is beside LIVE and which scripts may have changed; else this process's. */
static void find_script (char script[SCRIPT_MAX])
{
  char path[LIVEDIR_PATH_MAX + 64] ;
  char const *live = getenv("REEVE_LIVE") ;
  char const *value = getenv(VARIABLE) ;
  char const *slash ;
  size_t n = 0 ;
  if (!live) live = "/run/service" ;
  slash = strrchr(live, '/') ;
  if (slash && strlen(live) < LIVEDIR_PATH_MAX)
  {
    snprintf(path, sizeof path, "%.*s/s6/container_environment", (int)(slash - live), live) ;
    n = read_saved(path, script) ;
  }
  if (n) script[n] = 0 ;
  else if ((size_t)snprintf(script, SCRIPT_MAX, "%s", value ? value : SCRIPT_DEFAULT) >= SCRIPT_MAX)
    strerr_dief1x(EXIT_USAGE, VARIABLE " is too long") ;
}

/* A user other than root stays that user. */
static void become_nobody (void)
{
  struct passwd const *account ;
  uid_t uid = NOBODY ;
  gid_t gid = NOBODY ;
  if (geteuid()) return ;
  /* cppcheck-suppress getpwnamCalled */
  account = getpwnam("nobody") ;
  if (account)
  {
    uid = account->pw_uid ;
    gid = account->pw_gid ;
  }
  if (initgroups("nobody", gid) == -1 || setgid(gid) == -1 || setuid(uid) == -1) strerr_diefu1sys(EXIT_SYSTEM, "become the user nobody") ;
}

static void read_from (char const *fifo)
{
  int fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1 || dup2(fd, 0) == -1) strerr_diefu2sys(EXIT_SYSTEM, "open ", fifo) ;
  fd_close(fd) ;
}

void logutil_parse (struct logger *l, int argc, char **argv)
{
  static char script[SCRIPT_MAX] ;
  static char *words[SCRIPT_MAX / 2 + 4] ;
  size_t n = 0 ;
  char const *fifo = 0 ;
  char *rest = script ;
  int c ;
  while ((c = getopt(argc, argv, "+f:")) != -1)
  {
    if (c != 'f') strerr_dieusage(EXIT_USAGE, USAGE) ;
    fifo = optarg ;
  }
  if (!argv[optind] || argv[optind + 1]) strerr_dieusage(EXIT_USAGE, USAGE) ;
  if (fifo) read_from(fifo) ;
  find_script(script) ;
  words[n++] = argv[0] ;
  words[n++] = "--" ;
  for (char *word ; (word = strsep(&rest, BLANKS)) ; )
    if (*word) words[n++] = word ;
  words[n] = argv[optind] ;
  become_nobody() ;
  clearenv() ;
  optind = 1 ;
  script_parse(l, (int)n + 1, words) ;
}
