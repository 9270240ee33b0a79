#include "exec/descriptors.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "exec/options.h"
#include "service/settings.h"

static int *program_fds ; /* ended by -1 */
static unsigned int program_fds_count ;

static void add_program_fd (int fd)
{
  int *more = realloc(program_fds, (program_fds_count + 2) * sizeof *more) ;
  if (!more) strerr_diefu1sys(EXIT_SYSTEM, "book a descriptor") ;
  more[program_fds_count++] = fd ;
  more[program_fds_count] = -1 ;
  program_fds = more ;
}

static void take_lock (char const *path, int above)
{
  int fd = lock_file(path, 0, 1) ;
  int other = fcntl(fd, F_DUPFD, above) ;
  if (other == -1) strerr_diefu2sys(EXIT_SYSTEM, "keep the lock ", path) ;
  fd_close(fd) ; /* the lock stays: it belongs to the open file, not to the number */
  add_program_fd(other) ;
}

static void refuse_collision (char const *file, int fd, unsigned int count)
{
  char number[UINT_FMT] ;
  if (fd < LISTEN_FIRST || (unsigned int)fd >= LISTEN_FIRST + count) return ;
  number[uint_fmt(number, LISTEN_FIRST + count)] = 0 ;
  strerr_dief5x(EXIT_USAGE, file, " names a descriptor that a listening socket has: write ", number, " into ", file) ;
}

static unsigned int collect_listeners (struct listener *listeners, int letter, unsigned int n)
{
  for (struct given const *g = 0 ; (g = option_next(letter, g)) ; )
    listeners[n++] = (struct listener) { .text = g->value, .is_unix = letter == OPTION_LISTEN_UNIX } ;
  return n ;
}

int descriptors_open (int argc)
{
  struct listener *listeners = calloc((size_t)argc, sizeof *listeners) ;
  struct settings settings ;
  unsigned int count ;
  int has_helper = option_value(OPTION_READY) || option_value(OPTION_SD_NOTIFY) ;
  int notification = -1 ;
  int above ; /* above the numbers of the listening sockets */
  if (!listeners) strerr_diefu1sys(EXIT_SYSTEM, "listen") ;
  count = collect_listeners(listeners, OPTION_LISTEN_UNIX, collect_listeners(listeners, OPTION_LISTEN, 0)) ;
  above = LISTEN_FIRST + (int)count ;
  settings_defaults(&settings) ;
  if (count || has_helper)
  {
    settings_read(&settings, SETTINGS_START, 0) ;
    settings_honour(&settings, 0) ;
  }
  refuse_collision("lock-fd", settings.lock_fd, count) ;
  if (!has_helper) refuse_collision("notification-fd", settings.notification_fd, count) ;
  else if (settings.notification_fd == SETTING_NO_FD && access("notification-fd", F_OK) == -1)
    strerr_dief1x(EXIT_USAGE, "there is no notification-fd in this directory, so nobody waits to be told readiness: echo 3 >notification-fd") ;
  else if (settings.notification_fd == SETTING_NO_FD) /* a setting that cannot be used never keeps a service down */
    strerr_warnw1x("what is in notification-fd cannot be used, so nobody waits to be told readiness (going on without): echo 3 >notification-fd") ;
  else notification = helper_take_notification(settings.notification_fd, above) ;
  for (struct given const *g = 0 ; (g = option_next(OPTION_LOCK, g)) ; ) take_lock(g->value, above) ;
  if (settings.lock_fd != SETTING_NO_FD) add_program_fd(settings.lock_fd) ;
  if (count) listen_all(listeners, count) ;
  for (unsigned int i = 0 ; i < count ; i++) add_program_fd(LISTEN_FIRST + (int)i) ;
  free(listeners) ;
  return notification ;
}

int const *descriptors_of_program (void)
{
  return program_fds ;
}
