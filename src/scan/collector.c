#include "scan/collector.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/exit.h"
#include "base/message.h"
#include "base/program.h"
#include "scan/directory.h"
#include "scan/earlier.h"
#include "scan/livetree.h"
#include "scan/origin.h"
#include "scan/stopping.h"
#include "scan/tree.h"
#include "wire/channels.h"

#define PROGRAM "reeve-log"
#define OTHER_FILES 40 /* descriptors that the collector opens besides the fifos of services */
#define CMD ".cmd" /* in LIVE: the directory of CMD's fifos, laid out like a service's */

static char const *const cmd_fifo[2] = { CMD "/" COLLECTED_STDOUT, CMD "/" COLLECTED_STDERR } ;

void collector_use (struct scanner *s, char const *mode)
{
  static char const modes[][7] = { "lines", "prefix", "json", "off" } ;
  size_t i = 0 ;
  while (i < sizeof modes / sizeof *modes && strcmp(mode, modes[i]) != 0) i++ ;
  if (i == sizeof modes / sizeof *modes) strerr_dief3x(EXIT_USAGE, "invalid -L \"", mode, "\": allowed: lines, prefix, json, off") ;
  s->logger[0] = 0 ;
  message_announce(mode) ;
  if (!strcmp(mode, "off")) return ;
  if (!program_beside(s->logger, PROGRAM) && !s->upgrade.done)
    strerr_diefu1sys(EXIT_SYSTEM, "find reeve-log beside reeve-scan, in /command or in " REEVE_BINDIR) ;
  if (setenv("REEVE_LOG", mode, 1) == -1 && !s->upgrade.done) strerr_diefu1sys(EXIT_SYSTEM, "set REEVE_LOG for the collector") ;
}

/* ---- CMD ---- */

/* Output to a terminal is not collected: a person who types must see a prompt even before there is
   a newline. */
static int cmd_has_terminal (void)
{
  return isatty(0) || isatty(1) ;
}

static void cmd_let_go (struct scanner *s)
{
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    if (s->cmd.collected[i] >= 0) fd_close(s->cmd.collected[i]) ;
    s->cmd.collected[i] = -1 ;
  }
}

/* Makes and opens CMD's fifos. The scanner keeps them open, as a supervisor does for its service. */
static int begin_cmd (struct scanner *s)
{
  if (!s->cmd.argv || cmd_has_terminal()) return 1 ;
  if (!s->cmd.pid && !tree_remove(AT_FDCWD, CMD)) return 0 ;
  if ((mkdir(CMD, 0755) == -1 && errno != EEXIST) || (mkdir(CMD "/supervise", 0700) == -1 && errno != EEXIST)
   || (mkdir(CMD "/" COLLECTED, 0700) == -1 && errno != EEXIST)) return 0 ;
  for (unsigned int i = 0 ; i < 2 ; i++)
    if (!fifo_make_shared(cmd_fifo[i]) || (s->cmd.collected[i] = fifo_open(cmd_fifo[i], O_RDWR)) == -1) return cmd_let_go(s), 0 ;
  fifo_send(COLLECTOR_NEWS, CMD "\n", sizeof CMD) ;
  return 1 ;
}

int collector_for_cmd (struct scanner const *s, struct spawn *request)
{
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    int fd ;
    if (s->cmd.collected[i] == -1) continue ;
    fd = fifo_open(cmd_fifo[i], O_RDWR) ;
    if (fd == -1) return 0 ;
    request->fd[request->nfds++] = (struct spawn_fd) { .from = fd, .to = (int)i + 1 } ;
    if (ndelay_off(fd) == -1) return 0 ;
  }
  return 1 ;
}

/* ---- the collector ---- */

/* A collector that an earlier scanner has started goes on, whatever -L says now: services write to
   it. */
int collector_begin (struct scanner *s)
{
  int taken ;
  if (s->in_place || s->collector) return 1 ;
  taken = earlier_take_collector(s) ;
  s->collector = units_by_identity(&s->units, COLLECTOR) ;
  if (s->collector) return begin_cmd(s) ;
  if (!taken) return (errno = errno ? errno : EAGAIN, 0) ;
  if (livetree_is_ours(COLLECTOR) && !livetree_remove(COLLECTOR)) return 0 ;
  if (!s->logger[0]) return 1 ;
  switch (livetree_make_collector(s->logger))
  {
    case LIVETREE_DONE : break ;
    case LIVETREE_TAKEN :
      strerr_warnw4x(s->live, "/", COLLECTOR, " was not made by reeve-scan, so it stays: there is no collector (-L, REEVE_LOG); remove it, then restart the container") ;
      return 1 ;
    default : return 0 ;
  }
  s->collector = directory_know(s, COLLECTOR, COLLECTOR) ;
  if (!s->collector) return (errno = ENOMEM, 0) ;
  units_post(&s->units, s->collector, UNIT_SEEN_COMPLETE) ;
  return begin_cmd(s) ;
}

/* As for CMD: the output of a service with flag-console goes to the terminal. */
static int talks_to_terminal (struct scanner const *s, struct unit const *unit)
{
  return unit->console.there && !s->cmd.argv && (!s->console || s->console == unit) && isatty(0) ;
}

/* The collector's directory was removed, perhaps with all of LIVE: it would never hear of new
   services. It is ended, and its successor makes the directory again. */
static void replace_if_lost (struct scanner const *s)
{
  pid_t pid = s->collector->supervisor.pid ;
  if (pid && s->collector->supervisor.is_child && access(COLLECTOR_NEWS, F_OK) == -1 && errno == ENOENT) kill(pid, SIGTERM) ;
}

/* The collector opens two fifos for each service. When its limit of descriptors allows no more, the
   output of further services is not collected: nobody would read their fifos, and the services
   would block. */
static int can_be_read (struct scanner const *s, struct unit const *unit)
{
  static int said ;
  char number[UINT64_FMT] ;
  struct rlimit limit ;
  rlim_t files = OTHER_FILES ;
  if (unit->collected || getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_max == RLIM_INFINITY) return 1 ;
  if (files + 2 * (rlim_t)s->units.count <= limit.rlim_max) return 1 ; /* there is room for all of them */
  for (struct unit const *other = s->units.all ; other ; other = other->next) files += other->collected ? 2 : 0 ;
  if (files + 2 <= limit.rlim_max) return 1 ;
  number[uint64_fmt(number, limit.rlim_max)] = 0 ;
  if (!said) strerr_warnw5x("the output of ", message_about(unit->name), ", and of services after it, is not collected: ", number, " open files (ulimit -n) are too few; raise the limit") ;
  said = 1 ;
  return 0 ;
}

int collector_make_fifos (struct scanner *s, struct unit *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  if (!s->collector || unit->collects || unit->foreign || talks_to_terminal(s, unit)) return 1 ;
  replace_if_lost(s) ;
  if (!can_be_read(s, unit)) return 1 ;
  unit->collected = 1 ;
  return livetree_make_outputs(unit->name, !unit->producer && origin_find(s, unit, "log", path, sizeof path, &st)) ;
}

/* A collector that starts, or was killed a moment ago, first has to read what is in the fifos
   before it is told to end. */
static int is_about_to_read (struct unit const *collector)
{
  return collector->phase == UNIT_WAITING || (collector->supervisor.pid && !collector->supervisor.has_begun) ;
}

void collector_let_go (struct scanner *s)
{
  if (!s->collector || units_is_leaving(s->collector) || (is_about_to_read(s->collector) && !stopping_has_come(s, STAGE_ABANDON))) return ;
  cmd_let_go(s) ;
  units_post(&s->units, s->collector, UNIT_LET_GO) ;
}

void collector_hurry (struct scanner const *s)
{
  if (s->collector && units_is_leaving(s->collector)) fifo_send(COLLECTOR "/" CONTROL_FIFO, "h", 1) ;
}
