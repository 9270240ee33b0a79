/* runit's chpst; daemontools' setuidgid, envdir and softlimit; and s6-softlimit. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/uint64.h>

#include "exec/exec.h"

/* The value of the option that getopt() has found. */
static char const *value (void)
{
  return optarg ? optarg : "" ;
}

/* Called only when the account is used, after chroot(), as in the original. */
static void find (struct identity *identity, char const *text)
{
  if (*text != ':') identity_find(identity, text, IDENTITY_NAMES) ;
  else if (strchr(text + 1, ':')) identity_find(identity, text + 1, IDENTITY_NUMBERS) ;
  else strerr_dief2x(EXIT_SYSTEM, "invalid uid/gids: ", text + 1) ;
}

static rlim_t parse_number (char const *text)
{
  uint64_t n ;
  if (*text < '0' || *text > '9' || !uint640_scan(text, &n)) usage_die() ;
  return n ;
}

/* ---- chpst ---- */

struct letter
{
  int letter ;
  rlim_t soft ;
} ;

struct chpst
{
  char const *user ;
  char const *env_user ;
  char const *argv0 ;
  char const *env_directory ;
  char const *root ;
  char const *lock ;
  int wait_for_lock ;
  int nice ;
  int session ;
  int closed[3] ;
  struct letter *limits ;
  unsigned int limits_count ;
} ;

static int parse_nice (char const *text)
{
  int negative = *text == '-' ;
  rlim_t n = parse_number(text + (negative || *text == '+')) ;
  if (n > 40) n = 40 ;
  return negative ? -(int)n : (int)n ;
}

static void parse (struct chpst *c, int argc, char *const *argv)
{
  int letter ;
  c->limits = calloc((size_t)argc, sizeof *c->limits) ;
  if (!c->limits) strerr_diefu1sys(EXIT_SYSTEM, "read the options") ;
  while ((letter = getopt(argc, argv, "+u:U:b:e:m:d:o:p:f:c:r:t:/:n:l:L:vP012")) != -1)
    switch (letter)
    {
      case 'u' : c->user = optarg ; break ;
      case 'U' : c->env_user = optarg ; break ;
      case 'b' : c->argv0 = optarg ; break ;
      case 'e' : c->env_directory = optarg ; break ;
      case '/' : c->root = optarg ; break ;
      case 'n' : c->nice = parse_nice(value()) ; break ;
      case 'l' :
      case 'L' :
        if (c->lock) usage_die() ;
        c->lock = optarg ;
        c->wait_for_lock = letter == 'l' ;
        break ;
      case 'v' : break ;
      case 'P' : c->session = 1 ; break ;
      case '0' :
      case '1' :
      case '2' : c->closed[letter - '0'] = 1 ; break ;
      case '?' : usage_die() ;
      default : c->limits[c->limits_count++] = (struct letter) { .letter = letter, .soft = parse_number(value()) } ;
    }
  if (!argv[optind]) usage_die() ;
}

void chpst_run (int argc, char **argv)
{
  struct chpst c = { 0 } ;
  struct identity identity ;
  char const *file ;
  parse(&c, argc, argv) ;
  argv += optind ;
  file = argv[0] ;
  if (c.session) setsid() ;
  if (c.env_directory) environment_read_directory(c.env_directory, 0, ENVDIR_SKIP_DIRECTORIES | ENVDIR_KEEP_RETURN, '\n') ;
  if (c.root && (chdir(c.root) == -1 || chroot(".") == -1)) strerr_diefu2sys(EXIT_SYSTEM, "change the root directory to ", c.root) ;
  errno = 0 ;
  if (c.nice && nice(c.nice) == -1 && errno) strerr_diefu1sys(EXIT_SYSTEM, "set nice level") ;
  if (c.env_user)
  {
    find(&identity, c.env_user) ;
    environment_set_number("GID", identity.gid) ;
    environment_set_number("UID", identity.uid) ;
  }
  if (c.user)
  {
    find(&identity, c.user) ;
    identity_become(&identity, 0) ;
  }
  if (c.lock) lock_file(c.lock, 1, c.wait_for_lock) ;
  for (int fd = 0 ; fd < 3 ; fd++)
    if (c.closed[fd] && close(fd) == -1) strerr_diefu1sys(EXIT_SYSTEM, "close a standard descriptor") ;
  for (unsigned int i = 0 ; i < c.limits_count ; i++) limit_set_letter(c.limits[i].letter, c.limits[i].soft, LIMIT_SOFT) ;
  if (c.argv0) argv[0] = (char *)c.argv0 ;
  launch(file, argv, original_path) ;
}

/* ---- daemontools ---- */

void setuidgid_run (int argc, char **argv)
{
  struct identity identity ;
  if (argc < 3) usage_die() ;
  identity_find(&identity, argv[1], IDENTITY_NAMES) ;
  identity_become(&identity, 0) ;
  launch_original(argv + 2) ;
}

void envdir_run (int argc, char **argv)
{
  if (argc < 3) usage_die() ;
  environment_read_directory(argv[1], 0, ENVDIR_KEEP_RETURN, '\n') ;
  launch_original(argv + 2) ;
}

static void soften_and_launch (int argc, char **argv, char const *letters) __attribute__((noreturn)) ;
static void soften_and_launch (int argc, char **argv, char const *letters)
{
  enum limit_which which = LIMIT_SOFT ;
  int letter ;
  while ((letter = getopt(argc, argv, letters)) != -1)
  {
    if (letter == '?') usage_die() ;
    else if (letter == 'h') which = LIMIT_HARD ;
    else if (letter == 'H') which = LIMIT_BOTH ;
    else limit_set_letter(letter, !strcmp(value(), "=") ? RLIM_INFINITY : parse_number(value()), which) ;
  }
  if (!argv[optind]) usage_die() ;
  launch_original(argv + optind) ;
}

#define LETTERS "a:c:d:f:l:m:o:p:r:s:t:"

void softlimit_run (int argc, char **argv)
{
  soften_and_launch(argc, argv, "+" LETTERS) ;
}

void s6_softlimit_run (int argc, char **argv)
{
  soften_and_launch(argc, argv, "+hH" LETTERS) ;
}
