#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/exit.h"
#include "base/file.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"
#include "wire/death_tally.h"
#include "wire/fifodir.h"
#include "wire/lock.h"

#define RETRY_MS 1000

static void make_files (struct supervisor *s)
{
  s->lock = lock_take(SUPERVISE_LOCK, 0600) ;
  if (s->lock == -1 && errno == ENOENT) /* else the scanner has made the directory, perhaps with a mode that lets others look */
  {
    if (mkdir("supervise", 0700) == -1 && errno != EEXIST) strerr_diefu1sys(EXIT_SYSTEM, "make the directory supervise") ;
    s->lock = lock_take(SUPERVISE_LOCK, 0644) ;
  }
  if (s->lock == -1 && errno == EBUSY) strerr_dief1x(EXIT_USAGE, "another supervisor is running on this service directory") ;
  if (s->lock == -1) strerr_diefu1sys(EXIT_SYSTEM, "lock " SUPERVISE_LOCK) ;
  if (!fifodir_make(FIFODIR, getegid())) strerr_diefu1sys(EXIT_SYSTEM, "make the fifodir " FIFODIR) ;
  if (!fifo_make(CONTROL_FIFO)) strerr_diefu1sys(EXIT_SYSTEM, "make the fifo " CONTROL_FIFO) ;
  if (!fifo_make(ORDERS_FIFO)) strerr_diefu1sys(EXIT_SYSTEM, "make the fifo " ORDERS_FIFO) ;
  s->state = state_open() ;
  if (s->state == -1) strerr_diefu1sys(EXIT_SYSTEM, "make " STATE_FILE) ;
}

static int open_channel (char const *path)
{
  int fd = fifo_open(path, O_RDWR) ;
  if (fd == -1) strerr_diefu2sys(EXIT_SYSTEM, "open ", path) ;
  return fd ;
}

/* An upgraded supervisor has a running service: it tries until it can. */
static int trap_signals (int running)
{
  static int const trapped[] = { SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT } ;
  for (;;)
  {
    int fd = signals_open(trapped, sizeof trapped / sizeof *trapped) ;
    if (fd >= 0) return fd ;
    if (!running) strerr_diefu1sys(EXIT_SYSTEM, "open a descriptor for signals") ;
    clock_pause("open a descriptor for signals", RETRY_MS) ;
  }
}

/* As with s6-supervise, the tally counts only the deaths that this supervisor has seen. */
static void empty_death_tally (void)
{
  int fd = file_open(DEATH_TALLY_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0644) ;
  if (fd == -1) strerr_diefu1sys(EXIT_SYSTEM, "make " DEATH_TALLY_FILE) ;
  fd_close(fd) ;
}

static int is_wanted (void)
{
  if (!access("down", F_OK)) return 0 ;
  if (errno != ENOENT && errno != ENOTDIR) strerr_warnwu1sys("look for the file down (starting the service: default)") ;
  return 1 ;
}

/* Has an earlier supervisor, under the same scanner, run the task and then left as it was told?
   Then the task is not run again. */
static int has_run_task (struct state const *before)
{
  return before->settings.oneshot && before->flags & STATE_HAS_LEFT && before->flags & STATE_STARTED_ONCE ;
}

static void know_task (struct supervisor *s, struct state const *before)
{
  saved_unpack(s, before) ;
  s->phase = PHASE_DOWN ;
  s->leaving = s->abandoned = s->stopped = s->kill_due = 0 ;
  s->state_pending = 1 ;
}

static void begin_afresh (struct supervisor *s, enum beginning how)
{
  char packed[STATE_SIZE] ;
  struct state before ;
  struct state first ;
  int knows_task = 0 ;
  empty_death_tally() ;
  settings_defaults(&s->settings) ;
  if (pread(s->state, packed, sizeof packed, 0) == (ssize_t)sizeof packed && state_unpack(packed, &before, 0))
  {
    s->lost = before.lost ;
    knows_task = how == BEGIN_ADOPTING && has_run_task(&before) ;
  }
  if (knows_task) know_task(s, &before) ;
  s->status.flags = STATUS_READY ;
  if (!knows_task && is_wanted()) s->status.flags |= STATUS_WANT_UP ;
  clock_stamp(&s->status.since) ;
  s->status.ready_since = s->status.since ;
  publish_status(s) ;
  saved_pack(s, &first) ;
  if (!state_write_first(s->state, &first)) strerr_diefu1sys(EXIT_SYSTEM, "write " STATE_FILE) ;
  s->state_pending = 0 ;
  publish_now(s) ;
}

/* Reads the state to go on from. Returns 0 when there is none, so that an adoption begins afresh. */
static int has_state (struct supervisor const *s, struct state *state, struct birth *birth, enum beginning how)
{
  int r ;
  if (how == BEGIN_AFRESH) return 0 ;
  r = how == BEGIN_ADOPTING ? state_recover(".", state, birth) : state_read(".", state, birth) ;
  if (r == 2)
  {
    strerr_warnw1x(STATE_FILE " cannot be understood, perhaps another version's: going on from " STATUS_FILE) ;
    settings_read(&state->settings, SETTINGS_START, 0) ;
    settings_honour(&state->settings, 0) ;
    if (state->settings.notification_fd != SETTING_NO_FD && !(state->status.flags & STATUS_READY)) state->flags |= STATE_AWAITS_READINESS ;
    if (!state_write_first(s->state, state)) strerr_diefu1sys(EXIT_SYSTEM, "write " STATE_FILE) ; /* the file may be too short for the writes to come */
  }
  if (r) return !(state->flags & STATE_HAS_LEFT) ;
  if (errno != ENOENT && errno != EPROTO) strerr_diefu1sys(EXIT_SYSTEM, "read " STATE_FILE) ; /* dies: the scanner tries again */
  return 0 ;
}

static void prepare (struct supervisor *s)
{
  if (!spawn_sanitize_stdio()) strerr_diefu1sys(EXIT_SYSTEM, "open /dev/null") ;
  /* The path is relative to the scanner's directory. Without a scanner there is no such fifo, and
     nobody to report to. */
  s->reports = fifo_open(REPORTS_FIFO, O_RDWR) ;
  if (s->reports == -1 && errno != ENOENT && errno != ENOTDIR) strerr_diefu1sys(EXIT_SYSTEM, "open " REPORTS_FIFO) ;
  if (chdir(s->name) == -1) strerr_diefu2sys(EXIT_SYSTEM, "change directory to ", s->name) ;
  make_files(s) ;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == -1)
    strerr_warnwu1sys("become a subreaper: strays of ./run become children of another process") ;
}

enum life_event begin_supervising (struct supervisor *s, enum beginning how, char const *numbers, int *signals)
{
  enum restored restored = how == BEGIN_UPGRADED ? RESTORED_UPGRADED : RESTORED_ADOPTED ;
  struct state state ;
  struct birth birth ;
  int goes_on ;
  if (how != BEGIN_UPGRADED) prepare(s) ;
  else if (!upgrade_take(s, numbers)) strerr_dief2x(EXIT_USAGE, "these are no descriptors to take over: ", numbers) ;
  goes_on = has_state(s, &state, &birth, how) ;
  if (how == BEGIN_UPGRADED && !goes_on) strerr_dief1x(EXIT_SYSTEM, "there is no state to go on from") ; /* cannot happen: the trial has read it */
  if (goes_on) restore(s, &state, &birth, restored) ;
  else begin_afresh(s, how) ; /* before the control fifo is open: a client must not find a supervisor without a status */
  *signals = trap_signals(how == BEGIN_UPGRADED) ;
  if (s->control == -1) s->control = open_channel(CONTROL_FIFO) ;
  if (s->orders == -1) s->orders = open_channel(ORDERS_FIFO) ;
  if (!goes_on) publish_event(s, 's') ;
  if (!logger_input_hold(s) && how != BEGIN_UPGRADED) strerr_diefu1sys(EXIT_SYSTEM, "open the fifo between a service and its logger") ;
  if (how == BEGIN_UPGRADED) raise(SIGCHLD) ; /* the old program may have read a SIGCHLD and not acted on it */
  if (goes_on) return restore_go_on(s, restored) ;
  return s->status.flags & STATUS_WANT_UP ? LIFE_WANT_IN_ORDER : LIFE_NOTHING ;
}
