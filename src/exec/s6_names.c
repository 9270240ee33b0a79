/* s6's names, except s6-notifyoncheck and s6-softlimit. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/tai.h>
#include <skalibs/types.h>

#include "exec/exec.h"

#define ENVDIR_MAX 4095 /* the limit of s6-envdir without -L */
#define LOCK_POLL_MS 10
#define FGHACK_FDS 30

static gid_t groups[GROUPS_MAX + 1] ; /* the first is the process's own group */

/* The value of the option that getopt() has found. */
static char const *value (void)
{
  return optarg ? optarg : "" ;
}

/* ---- identity ---- */

static void unset_ids (void)
{
  environment_set("UID", 0) ;
  environment_set("GID", 0) ;
  environment_set("GIDLIST", 0) ;
}

static uint32_t parse_id (char const *text)
{
  uint32_t id ;
  if (!uint320_scan(text, &id)) usage_die() ;
  return id ;
}

void s6_setuidgid_run (int argc, char **argv)
{
  struct identity identity = { .groups = groups, .count = 1, .set_groups = 1 } ;
  char *colon ;
  if (argc < 3) usage_die() ;
  colon = strchr(argv[1], ':') ;
  if (colon)
  {
    *colon = 0 ;
    identity.account = argv[1] ;
    identity.uid = parse_id(argv[1]) ;
    identity.gid = parse_id(colon + 1) ;
    identity.set_uid = !!identity.uid ;
    identity.set_gid = !!identity.gid ;
    groups[0] = identity.gid ? identity.gid : getegid() ;
  }
  else
  {
    identity_find(&identity, argv[1], IDENTITY_NAMES | IDENTITY_MEMBERSHIPS) ;
    unset_ids() ;
  }
  identity_become(&identity, 0) ;
  launch_original(argv + 2) ;
}

static uint32_t variable_id (char const *name)
{
  char const *text = getenv(name) ;
  uint32_t id ;
  if (!text) strerr_dief2x(EXIT_USAGE, name, " not set") ;
  if (!uint320_scan(text, &id)) strerr_dief2x(EXIT_USAGE, "invalid ", name) ;
  return id ;
}

static void parse_groups (struct identity *identity, char const *text)
{
  identity->set_groups = 1 ;
  if (!gid_scanlist(groups + 1, GROUPS_MAX, text, &identity->count) && *text) usage_die() ;
  identity->count++ ;
}

/* Adds the process's own group to the supplementary ones, unless it is among them. */
static void add_own_group (struct identity *identity)
{
  groups[0] = identity->gid ? identity->gid : getegid() ;
  for (size_t i = 1 ; i < identity->count ; i++)
    if (groups[i] == groups[0])
    {
      identity->groups = groups + 1 ;
      identity->count-- ;
      return ;
    }
}

/* An id of 0 means: no change. */
void s6_applyuidgid_run (int argc, char **argv)
{
  struct identity identity = { .account = "of another id", .groups = groups } ;
  char const *list ;
  int unset = 0 ;
  int letter ;
  while ((letter = getopt(argc, argv, "+zUu:g:G:")) != -1)
    switch (letter)
    {
      case 'z' : unset = 1 ; break ;
      case 'u' : identity.uid = parse_id(value()) ; break ;
      case 'g' : identity.gid = parse_id(value()) ; break ;
      case 'G' : parse_groups(&identity, value()) ; break ;
      case 'U' :
        identity.uid = variable_id("UID") ;
        identity.gid = variable_id("GID") ;
        list = getenv("GIDLIST") ;
        if (!list) strerr_dief1x(EXIT_USAGE, "GIDLIST not set") ;
        parse_groups(&identity, list) ;
        break ;
      default : usage_die() ;
    }
  if (!argv[optind]) usage_die() ;
  identity.set_uid = !!identity.uid ;
  identity.set_gid = !!identity.gid ;
  add_own_group(&identity) ;
  identity_become(&identity, 0) ;
  if (unset) unset_ids() ;
  launch_original(argv + optind) ;
}

enum envuidgid_what { WHAT_USER = 1, WHAT_GROUP = 2, WHAT_ALL = 7 } ;

/* Parses UID:GID:GIDLIST. Each part may be missing if a colon follows, or at the end. */
static void parse_defaults (struct identity *identity, char const *text)
{
  size_t len = uid_scan(text, &identity->uid) ;
  if (!len && *text != ':') usage_die() ;
  text += len ;
  if (!*text) return ;
  if (*text++ != ':') usage_die() ;
  if (!*text) return ;
  len = gid_scan(text, &identity->gid) ;
  if (!len && *text != ':') usage_die() ;
  text += len ;
  if (!*text) return ;
  if (*text++ != ':' || (*text && !gid_scanlist(groups + 1, GROUPS_MAX, text, &identity->count))) usage_die() ;
}

static void set_group_list (struct identity const *identity)
{
  char *list = malloc(identity->count * GID_FMT + 1) ;
  size_t at = 0 ;
  if (!list) strerr_diefu1sys(EXIT_SYSTEM, "set GIDLIST") ;
  for (size_t i = 1 ; i <= identity->count ; i++)
  {
    if (i > 1) list[at++] = ',' ;
    at += gid_fmt(list + at, identity->groups[i]) ;
  }
  list[at] = 0 ;
  environment_set("GIDLIST", list) ;
  free(list) ;
}

struct envuidgid
{
  struct identity identity ;
  unsigned int what ;
  unsigned int has_defaults : 1 ;
  unsigned int numbers : 1 ; /* a number is allowed if there is no such name */
} ;

static void find_group (struct envuidgid *e, char const *name)
{
  struct group const *group = getgrnam(name) ;
  if (group) e->identity.gid = group->gr_gid ;
  else if (e->numbers && gid_scan(name, &e->identity.gid)) return ;
  else if (!e->has_defaults) strerr_dief2x(EXIT_UNKNOWN, "unknown group: ", name) ;
}

static void find_user (struct envuidgid *e, char const *name)
{
  struct passwd const *account = getpwnam(name) ;
  if (account && e->what == WHAT_ALL)
  {
    identity_find(&e->identity, name, IDENTITY_NAMES | IDENTITY_MEMBERSHIPS) ;
    e->identity.count-- ; /* GIDLIST does not include its own group */
  }
  else if (account) e->identity.uid = account->pw_uid ;
  else if (e->numbers && uid_scan(name, &e->identity.uid)) return ;
  else if (!e->has_defaults) strerr_dief2x(EXIT_UNKNOWN, "unknown user: ", name) ;
}

static void look_up (struct envuidgid *e, char *account)
{
  char *group = 0 ;
  if (e->what == (WHAT_USER | WHAT_GROUP) && (group = strchr(account, ':'))) *group++ = 0 ;
  if (e->what == WHAT_GROUP) find_group(e, account) ;
  else if (*account || !group) find_user(e, account) ;
  if (group && *group) find_group(e, group) ;
}

void s6_envuidgid_run (int argc, char **argv)
{
  struct envuidgid e = { .identity = { .groups = groups }, .what = WHAT_ALL } ;
  int letter ;
  while ((letter = getopt(argc, argv, "+ugBniD:")) != -1)
    switch (letter)
    {
      case 'u' : e.what = WHAT_USER ; break ;
      case 'g' : e.what = WHAT_GROUP ; break ;
      case 'B' : e.what = WHAT_USER | WHAT_GROUP ; break ;
      case 'n' :
        e.what &= WHAT_USER | WHAT_GROUP ;
        e.numbers = 1 ;
        break ;
      case 'i' : e.has_defaults = 0 ; break ;
      case 'D' :
        parse_defaults(&e.identity, value()) ;
        e.has_defaults = 1 ;
        break ;
      default : usage_die() ;
    }
  argv += optind ;
  if (!argv[0] || !argv[1]) usage_die() ;
  look_up(&e, argv[0]) ;
  if (e.what & WHAT_USER) environment_set_number("UID", e.identity.uid) ;
  if (e.what & WHAT_GROUP) environment_set_number("GID", e.identity.gid) ;
  if (e.what == WHAT_ALL) set_group_list(&e.identity) ;
  launch_original(argv + 1) ;
}

/* ---- the environment ---- */

void s6_envdir_run (int argc, char **argv)
{
  unsigned int flags = 0 ;
  size_t max = ENVDIR_MAX ;
  char nul = '\n' ;
  int letter ;
  while ((letter = getopt(argc, argv, "+IinfLc:")) != -1)
    switch (letter)
    {
      case 'I' : flags |= ENVDIR_MAY_LACK ; break ;
      case 'i' : flags &= ~(unsigned int)ENVDIR_MAY_LACK ; break ;
      case 'n' : flags |= ENVDIR_NO_CHOMP ; break ;
      case 'f' : flags |= ENVDIR_WHOLE ; break ;
      case 'L' : max = 0 ; break ;
      case 'c' : nul = *value() ; break ;
      default : usage_die() ;
    }
  argv += optind ;
  if (!argv[0] || !argv[1]) usage_die() ;
  environment_read_directory(argv[0], max, flags, nul) ;
  launch_original(argv + 1) ;
}

/* ---- the process ---- */

enum insistence { INSIST_NOT, INSIST_WARN, INSIST_DIE } ;

static void or_else (int result, char const *call, enum insistence insistence)
{
  if (result != -1) return ;
  if (insistence == INSIST_DIE) strerr_diefu1sys(EXIT_SYSTEM, call) ;
  if (insistence == INSIST_WARN) strerr_warnwu1sys(call) ;
}

static void take_terminal (int fd, int from_background, enum insistence insistence)
{
  struct sigaction ignore = { .sa_handler = SIG_IGN } ;
  struct sigaction before ;
  if (from_background) sigaction(SIGTTOU, &ignore, &before) ;
  or_else(tcsetpgrp(fd, getpid()), "tcsetpgrp", insistence) ;
  if (from_background) sigaction(SIGTTOU, &before, 0) ;
}

void s6_setsid_run (int argc, char **argv)
{
  enum insistence insistence = INSIST_WARN ;
  uint32_t terminal = 0 ;
  int what = 's' ;
  int letter ;
  while ((letter = getopt(argc, argv, "+sbfgiIqd:")) != -1)
    switch (letter)
    {
      case 's' :
      case 'b' :
      case 'f' :
      case 'g' : what = letter ; break ;
      case 'i' : insistence = INSIST_DIE ; break ;
      case 'I' : insistence = INSIST_WARN ; break ;
      case 'q' : insistence = INSIST_NOT ; break ;
      case 'd' : terminal = parse_id(value()) ; break ;
      default : usage_die() ;
    }
  if (!argv[optind]) usage_die() ;
  if (what == 's') or_else(setsid(), "setsid", insistence) ;
  else or_else(setpgid(0, 0), "setpgid", insistence) ;
  if (what == 'f' || what == 'g') take_terminal((int)terminal, what == 'g', insistence) ;
  launch_original(argv + optind) ;
}

/* ---- a lock, of the kind that s6-setlock takes ---- */

static int lock_for (int fd, short type, int wait, uint32_t timeout_ms)
{
  struct flock whole = { .l_type = type, .l_whence = SEEK_SET } ;
  struct timespec const pause = { .tv_nsec = LOCK_POLL_MS * 1000000L } ;
  for (uint32_t waited_ms = 0 ; fcntl(fd, wait ? F_SETLKW : F_SETLK, &whole) == -1 ; )
  {
    if (errno == EINTR) continue ;
    if ((errno != EAGAIN && errno != EACCES) || waited_ms >= timeout_ms) return 0 ;
    nanosleep(&pause, 0) ;
    waited_ms += LOCK_POLL_MS ;
  }
  return 1 ;
}

void s6_setlock_run (int argc, char **argv)
{
  uint32_t timeout_ms = 0 ;
  int wait = 1 ;
  int shared = 0 ;
  int letter ;
  int fd ;
  while ((letter = getopt(argc, argv, "+nNrwt:")) != -1)
    switch (letter)
    {
      case 'n' :
      case 'N' :
        wait = letter == 'N' ;
        timeout_ms = 0 ;
        break ;
      case 'r' : shared = 1 ; break ;
      case 'w' : shared = 0 ; break ;
      case 't' :
        wait = 0 ;
        timeout_ms = parse_id(value()) ;
        break ;
      default : usage_die() ;
    }
  argv += optind ;
  if (!argv[0] || !argv[1]) usage_die() ;
  fd = shared ? open(argv[0], O_RDONLY | O_NONBLOCK) : -1 ;
  if (fd == -1) fd = open(argv[0], (shared ? O_RDONLY : O_WRONLY) | O_CREAT | O_NONBLOCK, 0666) ;
  if (fd == -1) strerr_diefu2sys(EXIT_SYSTEM, "open the lock ", argv[0]) ;
  if (!lock_for(fd, shared ? F_RDLCK : F_WRLCK, wait, timeout_ms)) strerr_diefu2sys(EXIT_UNKNOWN, "lock ", argv[0]) ;
  launch_original(argv + 1) ;
}

/* ---- fghack ---- */

/* The program's strays hold the pipe open. It is duplicated many times, because a daemon may close
   some descriptors. */
static void __attribute__((noreturn)) hold_and_launch (char **argv, int held, int error)
{
  int err ;
  for (int i = 0 ; i < FGHACK_FDS ; i++)
    if (dup(held) == -1) _exit(EXIT_SYSTEM) ;
  launch_try(argv[0], argv, original_path) ;
  err = errno ;
  if (write(error, &err, sizeof err) != sizeof err) _exit(EXIT_SYSTEM) ;
  _exit(EXIT_SYSTEM) ;
}

void s6_fghack_run (int argc, char **argv)
{
  int held[2] ;
  int error[2] ;
  int err ;
  int wstat ;
  ssize_t r ;
  char c ;
  pid_t pid ;
  if (argc < 2) usage_die() ;
  argv++ ;
  if (pipe(held) == -1 || pipe2(error, O_CLOEXEC) == -1) strerr_diefu1sys(EXIT_SYSTEM, "make a pipe") ;
  pid = fork() ;
  if (pid == -1) strerr_diefu1sys(EXIT_SYSTEM, "fork") ;
  if (!pid)
  {
    close(held[0]) ;
    hold_and_launch(argv, held[1], error[1]) ;
  }
  close(held[1]) ;
  close(error[1]) ;
  if (read(error[0], &err, sizeof err) == sizeof err)
  {
    errno = err ;
    strerr_diefu2sys(EXIT_SYSTEM, "execute ", argv[0]) ;
  }
  while ((r = read(held[0], &c, 1)) == -1 && errno == EINTR) ;
  if (r == -1) strerr_diefu1sys(EXIT_SYSTEM, "wait for the end of a program") ;
  if (r) strerr_dief2x(EXIT_WROTE, argv[0], " wrote into the pipe that tells its end") ;
  if (wait_pid(pid, &wstat) == -1) strerr_diefu1sys(EXIT_SYSTEM, "wait for a program") ;
  if (WIFSIGNALED(wstat)) strerr_dief2x(EXIT_SYSTEM, argv[0], " crashed") ;
  exit(WEXITSTATUS(wstat)) ;
}
