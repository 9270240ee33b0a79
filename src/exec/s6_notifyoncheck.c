#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "exec/exec.h"
#include "service/settings.h"
#include "wire/channels.h"

static uint32_t parse_number (char const *text)
{
  uint32_t n ;
  if (!uint320_scan(text, &n)) usage_die() ;
  return n ;
}

static uint32_t parse_limit_ms (char const *text)
{
  uint32_t ms = parse_number(text) ;
  return ms ? ms : FOR_EVER ;
}

/* The places of execline: Debian's, and the overlay's. */
static char const *execlineb (void)
{
  static char const *const places[] = { "/bin/execlineb", "/usr/bin/execlineb", "/command/execlineb" } ;
  size_t i = 0 ;
  while (i < sizeof places / sizeof *places - 1 && access(places[i], X_OK) == -1) i++ ;
  return places[i] ;
}

static void need_supervisor (void)
{
  int fd = open(CONTROL_FIFO, O_WRONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1 && (errno == ENXIO || errno == ENOENT)) strerr_dief1x(EXIT_USAGE, "no supervisor is running in this directory") ;
  if (fd == -1) strerr_diefu1sys(EXIT_SYSTEM, "look for a supervisor in this directory") ;
  fd_close(fd) ;
}

static int notification_fd (void)
{
  struct settings settings ;
  if (access("notification-fd", F_OK) == -1) strerr_diefu1sys(EXIT_SYSTEM, "read notification-fd") ;
  settings_read(&settings, SETTINGS_START, 0) ;
  settings_honour(&settings, 0) ;
  if (settings.notification_fd == SETTING_NO_FD) strerr_dief1x(EXIT_USAGE, "invalid notification-fd") ;
  return settings.notification_fd ;
}

void s6_notifyoncheck_run (int argc, char **argv)
{
  static char const *check[] = { "./data/check", 0, 0, 0 } ;
  struct helper helper =
  {
    .readiness = { .check = check, .socket = -1, .first_ms = 10, .wait_ms = 1000, .each_ms = FOR_EVER, .all_ms = FOR_EVER, .tries = 7 },
    .is_child = 1
  } ;
  int fd = -1 ;
  int letter ;
  while ((letter = getopt(argc, argv, "+d3:s:T:t:w:n:c:")) != -1)
    switch (letter)
    {
      case 'd' : helper.is_child = 0 ; break ;
      case '3' : fd = (int)parse_number(optarg) ; break ;
      case 's' : helper.readiness.first_ms = parse_number(optarg) ; break ;
      case 'T' : helper.readiness.all_ms = parse_limit_ms(optarg) ; break ;
      case 't' : helper.readiness.each_ms = parse_limit_ms(optarg) ; break ;
      case 'w' : helper.readiness.wait_ms = parse_limit_ms(optarg) ; break ;
      case 'n' : helper.readiness.tries = parse_number(optarg) ; break ;
      case 'c' : check[2] = optarg ; break ;
      default : usage_die() ;
    }
  if (!argv[optind]) usage_die() ;
  need_supervisor() ;
  if (check[2])
  {
    check[0] = execlineb() ;
    check[1] = "-Pc" ;
  }
  helper.readiness.wait_max_ms = helper.readiness.wait_ms ;
  helper.readiness.notification = helper_take_notification(fd == -1 ? notification_fd() : fd, 3) ;
  helper_start(&helper) ;
  launch_original(argv + optind) ;
}
