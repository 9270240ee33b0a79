#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/exit.h"
#include "base/message.h"
#include "base/process.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "base/upgrade.h"
#include "base/version.h"
#include "scan/child.h"
#include "scan/cmd.h"
#include "scan/collector.h"
#include "scan/dependents.h"
#include "scan/earlier.h"
#include "scan/end.h"
#include "scan/look.h"
#include "scan/loop.h"
#include "scan/stop.h"
#include "scan/tree.h"
#include "scan/upgrade.h"
#include "scan/watch.h"
#include "service/instance.h"
#include "service/settings.h"
#include "wire/channels.h"
#include "wire/livedir.h"
#include "wire/lock.h"
#include "wire/report.h"
#include "wire/scale.h"
#include "wire/scan_state.h"

#define USAGE "reeve-scan [-l LIVE] [-d FD] [-t RESCAN_MS] [-T STOP_MS] [-K KILL_MS] [-G GRACE_MS] [-C] [-I] [-L lines|prefix|json|off] [SCAN [-- CMD...]]"
#define HELP "usage: " USAGE "\n"
#define DEFAULT_SCAN "/etc/services.d"
#define RETRY_MS 1000
#define INSIST_MS 100
#define INSIST_TIMES 10

enum beginning { BEGIN_AFRESH, BEGIN_UPGRADED, BEGIN_TRIAL } ;

char const *PROG = "reeve-scan" ;

struct options
{
  char const *live ; /* 0: not given */
  char const *scan ;
  uint32_t notify_fd ; /* 0: none */
  enum beginning beginning ;
  char const *continued ; /* of a trial: LIVE; of an upgraded scanner: the numbers of the descriptors that it takes over */
} ;

static uint32_t number (int option, char const *text, uint32_t min)
{
  char const name[] = { (char)option, 0 } ;
  uint32_t n ;
  if (!setting_parse_uint(text, min, INT_MAX, &n))
    strerr_dief6x(EXIT_USAGE, "invalid -", name, " \"", text, "\": allowed: ", min ? "an open descriptor, 3 or more" : "a number of milliseconds, 0 to 2147483647") ;
  return n ;
}

/* Parses the options. A scanner that is being upgraded puts two arguments before its own options:
   base/upgrade.h. */
static void parse (struct scanner *s, struct options *options, int argc, char *const *argv)
{
  int c ;
  if (argc > 2 && (!strcmp(argv[1], UPGRADE_TRIAL) || !strcmp(argv[1], UPGRADE_GO)))
  {
    s->upgrade.done = !strcmp(argv[1], UPGRADE_GO) ;
    options->beginning = s->upgrade.done ? BEGIN_UPGRADED : BEGIN_TRIAL ;
    options->continued = argv[2] ;
    argc -= 2 ;
    argv += 2 ;
  }
  if (argc == 2 && !strcmp(argv[1], "--help")) _exit(allwrite(1, HELP, sizeof HELP - 1) < sizeof HELP - 1 ? EXIT_SYSTEM : EXIT_YES) ;
  s->arguments = (char const *const *)argv + 1 ;
  while ((c = getopt(argc, argv, "+l:d:t:T:K:G:CIL:")) != -1)
  {
    switch (c)
    {
      case 'l' : options->live = optarg ; break ;
      case 'd' : options->notify_fd = number(c, optarg, 3) ; break ;
      case 't' : s->rescan_ms = number(c, optarg, 0) ; break ;
      case 'T' : s->stop.limits.budget_ms = number(c, optarg, 0) ; break ;
      case 'K' : s->stop.limits.kill_ms = number(c, optarg, 0) ; break ;
      case 'G' : s->stop.limits.grace_ms = number(c, optarg, 0) ; break ;
      case 'I' : s->container_signals = 1 ; break ;
      case 'C' : s->cmd.gets_signals = 1 ; break ;
      case 'L' : collector_use(s, optarg) ; break ;
      default : strerr_dieusage(EXIT_USAGE, USAGE) ;
    }
  }
  if (options->live && !*options->live) strerr_dieusage(EXIT_USAGE, USAGE) ;
  argv += optind ;
  options->scan = *argv ? *argv++ : DEFAULT_SCAN ;
  if (!*options->scan) strerr_dieusage(EXIT_USAGE, USAGE) ;
  if (*argv && !strcmp(*argv, "--")) argv++ ;
  if (*argv) s->cmd.argv = (char const *const *)argv ;
  if (options->beginning != BEGIN_AFRESH) options->notify_fd = 0 ; /* the old program has told readiness already */
  /* No child may hold this descriptor: a reader may wait for its end of file. */
  if (options->notify_fd && fcntl((int)options->notify_fd, F_SETFD, FD_CLOEXEC) == -1)
    strerr_dief1sys(EXIT_USAGE, "the descriptor given to -d is not open") ;
}

/* Makes SCAN absolute, but does not resolve links in it: the links in LIVE lead through it as it
   was given. */
static void resolve_scan (struct scanner *s, char const *scan)
{
  size_t len ;
  if (!getcwd(s->origin, sizeof s->origin)) memcpy(s->origin, "/", 2) ;
  len = (size_t)snprintf(s->scan, sizeof s->scan, "%s%s%s", *scan == '/' ? "" : s->origin, *scan == '/' ? "" : "/", scan) ;
  if (len >= sizeof s->scan - SERVICE_NAME_MAX) strerr_dief1x(EXIT_USAGE, "the path of the scan directory is too long") ;
  while (len > 1 && s->scan[len - 1] == '/') s->scan[--len] = 0 ;
}

static void enter_live (struct scanner *s, char const *live)
{
  static struct livedir_attempt attempts[3] ; /* large */
  static char text[TRUST_WHY_MAX] ;
  unsigned int failed = 0 ;
  int fd ;
  if (live)
  {
    if (strlen(live) >= sizeof s->live) strerr_dief1x(EXIT_USAGE, "the path of the live directory is too long") ;
    memcpy(s->live, live, strlen(live) + 1) ;
    fd = livedir_use(live, 0, &attempts[0].why) ;
    if (fd == -1) strerr_dief5x(EXIT_SYSTEM, "unable to use the live directory ", live, ": ", trust_why(&attempts[0].why, text),
      attempts[0].why.reason == TRUST_FAILED ? "" : " (or name another one with -l)") ;
  }
  else
  {
    fd = livedir_choose(s->live, 0, attempts, &failed) ;
    if (fd == -1) livedir_die_without_place(attempts, failed, "-l or REEVE_LIVE") ;
    livedir_say_other_place(s->live, attempts, failed) ;
  }
  if (fchdir(fd) == -1) strerr_diefu2sys(EXIT_SYSTEM, "change directory to ", s->live) ;
  fd_close(fd) ;
}

/* REEVE_LIVE lets `reeve` find the tree when a service calls it. */
static void tell_services (void)
{
  char path[SCAN_PATH_MAX] ;
  if (!getcwd(path, sizeof path) || setenv("REEVE_LIVE", path, 1) == -1)
    strerr_warnwu1sys("set REEVE_LIVE for the services") ;
}

/* Finds out whether SCAN and LIVE are the same directory. Returns 1, or 0 with errno when it cannot
   be told. */
static int find_in_place (struct scanner *s)
{
  struct stat live ;
  struct stat scan ;
  if (stat(".", &live) == -1) return 0 ;
  if (stat(s->scan, &scan) == -1) return errno == ENOENT || errno == ENOTDIR ;
  s->in_place = live.st_dev == scan.st_dev && live.st_ino == scan.st_ino ;
  return 1 ;
}

/* Calls `on` until it works. After an upgrade it waits without a limit, because a running tree
   depends on this process. Else it gives up after INSIST_TIMES tries. */
static void insist (struct scanner *s, int (*on) (struct scanner *), char const *what)
{
  char doing[SCAN_PATH_MAX + 64] ;
  for (unsigned int i = 0 ; !(*on)(s) ; i++)
  {
    int err = errno ;
    snprintf(doing, sizeof doing, "%s %s", what, s->live) ;
    errno = err ;
    if (i >= INSIST_TIMES && !s->upgrade.done) strerr_diefu1sys(EXIT_SYSTEM, doing) ;
    clock_pause(doing, INSIST_MS) ;
  }
}

static int open_channel (char const *path)
{
  int fd ;
  if (!fifo_make(path)) strerr_diefu2sys(EXIT_SYSTEM, "make the fifo ", path) ;
  fd = fifo_open(path, O_RDWR) ;
  if (fd == -1) strerr_diefu2sys(EXIT_SYSTEM, "open ", path) ;
  return fd ;
}

/* Takes the scanner's lock. Nothing in LIVE is touched before. */
static void take_live (struct scanner *s)
{
  s->lock = lock_take(SCAN_LOCK, 0600) ;
  if (s->lock >= 0) return ;
  if (errno == EBUSY) strerr_dief2x(EXIT_USAGE, "another scanner is running on ", s->live) ;
  strerr_diefu4sys(EXIT_SYSTEM, "lock ", s->live, "/", SCAN_LOCK) ;
}

/* Finds out whether the pids in LIVE, from an earlier scanner and its supervisors, are of this life
   of the PID namespace. */
static void compare_lives (struct scanner *s)
{
  char life[PROCESS_LIFE_MAX] ;
  char before[PROCESS_LIFE_MAX] ;
  ssize_t n = openreadnclose(LIFE_FILE, before, sizeof before - 1) ;
  before[n > 0 ? n : 0] = 0 ;
  if (!process_namespace_life(life)) life[0] = 0 ;
  s->same_life = s->upgrade.done || (life[0] && !strcmp(life, before)) ;
  if (s->upgrade.done || s->same_life) return ;
  if (!tree_remove(AT_FDCWD, SCALE_DIRECTORY)) strerr_warnwu4sys("remove ", s->live, "/", SCALE_DIRECTORY) ; /* these counts belong to the container before its restart */
  if (!openwritenclose_suffix(LIFE_FILE, life, strlen(life), ".new")) strerr_diefu4sys(EXIT_SYSTEM, "write ", s->live, "/", LIFE_FILE) ;
}

/* An upgraded scanner has a running tree: it tries until it can. */
static int trap_signals (int running)
{
  static int const trapped[] =
    { SIGCHLD, SIGALRM, SIGABRT, SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGPWR, SIGWINCH, SIGRTMIN_3 } ;
  for (;;)
  {
    int fd = signals_open(trapped, sizeof trapped / sizeof *trapped) ;
    if (fd >= 0) return fd ;
    if (!running) strerr_diefu1sys(EXIT_SYSTEM, "open a descriptor for signals") ;
    clock_pause("open a descriptor for signals", RETRY_MS) ;
  }
}

static void notify_ready (uint32_t fd)
{
  if (!fd) return ;
  if (allwrite((int)fd, "\n", 1) < 1) strerr_warnwu1sys("tell that the scanner is ready") ;
  fd_close((int)fd) ;
}

static void take_over (struct scanner *s, char const *numbers)
{
  if (!upgrade_take(s, numbers)) strerr_dieusage(EXIT_USAGE, USAGE) ;
  if (!getcwd(s->live, sizeof s->live)) memcpy(s->live, ".", 2) ;
}

static void begin_afresh (struct scanner *s, struct options const *options)
{
  resolve_scan(s, options->scan) ;
  enter_live(s, options->live) ;
  take_live(s) ;
  tell_services() ;
  stop_warn_of_budget(s) ;
  if (unlink(SCAN_STATE_FILE) == -1 && errno != ENOENT) strerr_warnwu1sys("remove " SCAN_STATE_FILE) ; /* the client waits for a new one */
  if (unlink(EXIT_CODE_FILE) == -1 && errno != ENOENT) strerr_warnwu1sys("remove " EXIT_CODE_FILE) ; /* a killed scanner may have left it */
  s->reports = open_channel(REPORTS_FIFO) ;
}

int main (int argc, char *const *argv)
{
  static struct scanner s ; /* large; without an initializer it takes no room in the executable file */
  struct options options = { 0 } ;
  int signals ;
  version_answer(argc, (char const *const *)argv, PROG) ;
  s.own_code = s.lock = s.control = s.reports = s.units.pidfds = s.cmd.fd = -1 ;
  s.cmd.collected[0] = s.cmd.collected[1] = -1 ;
  s.inotify = s.scan_watch = s.parent_watch = s.nothing = -1 ;
  spawn_prepare_signals() ;
  unsetenv(SERVICE_VARIABLE) ;
  unsetenv("REEVE_LOG") ; /* the inherited value may be another scanner's; -L sets it anew */
  unsetenv(INSTANCE_VARIABLE) ; /* this scanner may itself be an instance of another scanner's template */
  message_begin() ;
  message_take_over() ;
  parse(&s, &options, argc, argv) ;
  if (!child_find_supervise(&s) && options.beginning != BEGIN_UPGRADED)
    strerr_dief1x(EXIT_SYSTEM, "unable to find reeve-supervise beside reeve-scan, in /command or in " REEVE_BINDIR) ;
  if (options.beginning == BEGIN_TRIAL) return upgrade_check(options.continued) ;
  if (!spawn_sanitize_stdio()) strerr_diefu1sys(EXIT_SYSTEM, "open /dev/null") ;
  if (options.beginning == BEGIN_UPGRADED) take_over(&s, options.continued) ;
  else begin_afresh(&s, &options) ;
  insist(&s, &find_in_place, "look at the scan directory, or at the live directory") ;
  compare_lives(&s) ;
  end_know_finish(&s) ;
  if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == -1)
    strerr_warnwu1sys("become a subreaper: orphans of services fall to another process") ;
  signals = trap_signals(options.beginning == BEGIN_UPGRADED) ;
  cmd_find(&s) ;
  if (!s.in_place) insist(&s, &earlier_take_all, "read the live directory") ; /* before a client can take old directories for services */
  insist(&s, &collector_begin, "make the collector's directory in") ;
  loop_settle(&s) ;
  if (s.control == -1) s.control = open_channel(SCAN_CONTROL_FIFO) ;
  upgrade_tell_client(&s) ;
  dependents_begin(&s) ;
  notify_ready(options.notify_fd) ;
  watch_start(&s) ;
  look_order(&s, 0) ;
  loop(&s, signals) ;
  end_in_order(&s) ;
}
