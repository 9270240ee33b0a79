#include "wire/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/uint16.h>
#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

#include "base/checksum.h"
#include "base/file.h"
#include "base/trust.h"

#define MAGIC "reeve" STATE_VERSION
#define MAGIC_SIZE 8
#define VERSION_AT 5
#define AT_CHECKSUM 8
#define AT_STATUS 12
#define AT_PHASE 47
#define AT_FLAGS 48
#define AT_RESTARTS 52
#define AT_FAILURES 56
#define AT_BIRTHS 60
#define AT_UPGRADES 64
#define AT_FAILED_UPGRADES 68
#define AT_GROUP 72
#define AT_STARTED 76
#define AT_UP 84
#define AT_DEADLINE 92
#define AT_NEXT_DELAY 100
#define AT_DRAIN_RESTARTS 104
#define AT_REASON 109
#define AT_UNDO_WSTAT 110
#define AT_PROCESS 112
#define AT_EVENTS_DUE 132
#define AT_READY_BY 140
#define AT_LATE 148
#define AT_ENDING 152
#define AT_END 153
#define AT_SENT 154
#define AT_CRASHES 156
#define AT_CRASH_ROW 160
#define AT_SETTINGS 164
#define AT_TOLD 200
#define AT_GROUP_TOLD 208
#define AT_LOST 216
#define AT_CHECK 224
#define AT_SIGNALS_TRIED 244
#define AT_SIGNALS_FAILED 248
#define AT_SIGNAL_ERRNO 252

#define READ_TRIES 20

_Static_assert(BIRTH_AT == STATE_SIZE, "a birth stands behind the supervisor's record") ;

int state_is_done (struct state const *state)
{
  return state->settings.oneshot && state->phase == PHASE_DOWN && state->reason == REASON_DONE ;
}

void state_pack (char out[STATE_SIZE], struct state const *state)
{
  memset(out, 0, STATE_SIZE) ;
  memcpy(out, MAGIC, MAGIC_SIZE) ;
  status_pack(out + AT_STATUS, &state->status) ;
  out[AT_PHASE] = (char)state->phase ;
  uint32_pack_big(out + AT_FLAGS, state->flags) ;
  uint32_pack_big(out + AT_RESTARTS, state->restarts) ;
  uint32_pack_big(out + AT_CRASHES, state->crashes) ;
  uint32_pack_big(out + AT_CRASH_ROW, state->crash_row) ;
  uint32_pack_big(out + AT_SIGNALS_TRIED, state->signals_tried) ;
  uint32_pack_big(out + AT_SIGNALS_FAILED, state->signals_failed) ;
  uint32_pack_big(out + AT_SIGNAL_ERRNO, state->signal_errno) ;
  uint32_pack_big(out + AT_FAILURES, state->failures) ;
  uint32_pack_big(out + AT_BIRTHS, state->births) ;
  uint32_pack_big(out + AT_UPGRADES, state->upgrades) ;
  uint32_pack_big(out + AT_FAILED_UPGRADES, state->failed_upgrades) ;
  uint32_pack_big(out + AT_GROUP, (uint32_t)state->group) ;
  uint64_pack_big(out + AT_STARTED, state->started_ms) ;
  uint64_pack_big(out + AT_UP, state->up_ms) ;
  uint64_pack_big(out + AT_DEADLINE, state->deadline_ms) ;
  uint64_pack_big(out + AT_READY_BY, state->ready_by_ms) ;
  uint32_pack_big(out + AT_NEXT_DELAY, state->next_delay_ms) ;
  uint32_pack_big(out + AT_DRAIN_RESTARTS, state->drain_restarts) ;
  uint32_pack_big(out + AT_LATE, state->late_ms) ;
  out[AT_ENDING] = (char)state->ending ;
  out[AT_END] = (char)state->end ;
  out[AT_SENT] = (char)state->sent ;
  uint64_pack_big(out + AT_TOLD, state->told_ms) ;
  uint64_pack_big(out + AT_GROUP_TOLD, state->group_told_ms) ;
  out[AT_REASON] = (char)state->reason ;
  uint16_pack_big(out + AT_UNDO_WSTAT, (uint16_t)state->undo_wstat) ;
  memcpy(out + AT_EVENTS_DUE, state->events_due, STATE_EVENTS_SIZE) ;
  process_birth_pack(out + AT_PROCESS, &state->process) ;
  settings_pack(out + AT_SETTINGS, &state->settings) ;
  uint64_pack_big(out + AT_LOST, state->lost) ;
  process_birth_pack(out + AT_CHECK, &state->check) ;
  uint32_pack_big(out + AT_CHECKSUM, checksum(out + AT_STATUS, STATE_SIZE - AT_STATUS)) ;
}

int state_unpack (char const in[STATE_SIZE], struct state *state, int *version_differs)
{
  struct state s ;
  uint16_t undo_wstat ;
  uint32_t n ;
  if (version_differs) *version_differs = !memcmp(in, MAGIC, VERSION_AT) && memcmp(in, MAGIC, MAGIC_SIZE) != 0 ;
  if (memcmp(in, MAGIC, MAGIC_SIZE) != 0) return 0 ;
  uint32_unpack_big(in + AT_CHECKSUM, &n) ;
  if (n != checksum(in + AT_STATUS, STATE_SIZE - AT_STATUS)) return 0 ;
  status_unpack(in + AT_STATUS, &s.status) ;
  if ((unsigned char)in[AT_PHASE] >= PHASE_COUNT || (unsigned char)in[AT_REASON] >= REASON_COUNT) return 0 ;
  s.phase = (enum phase)in[AT_PHASE] ;
  s.reason = (enum state_reason)in[AT_REASON] ;
  uint16_unpack_big(in + AT_UNDO_WSTAT, &undo_wstat) ;
  s.undo_wstat = undo_wstat ;
  memcpy(s.events_due, in + AT_EVENTS_DUE, STATE_EVENTS_SIZE) ;
  if (s.events_due[STATE_EVENTS_SIZE - 1] || s.events_due[strspn(s.events_due, "suUdDOxhn")]) return 0 ;
  uint64_unpack_big(in + AT_TOLD, &s.told_ms) ;
  uint64_unpack_big(in + AT_GROUP_TOLD, &s.group_told_ms) ;
  uint32_unpack_big(in + AT_FLAGS, &n) ;
  s.flags = n ;
  uint32_unpack_big(in + AT_RESTARTS, &s.restarts) ;
  uint32_unpack_big(in + AT_CRASHES, &s.crashes) ;
  uint32_unpack_big(in + AT_CRASH_ROW, &s.crash_row) ;
  uint32_unpack_big(in + AT_SIGNALS_TRIED, &s.signals_tried) ;
  uint32_unpack_big(in + AT_SIGNALS_FAILED, &s.signals_failed) ;
  uint32_unpack_big(in + AT_SIGNAL_ERRNO, &n) ;
  s.signal_errno = n ;
  uint32_unpack_big(in + AT_FAILURES, &s.failures) ;
  uint32_unpack_big(in + AT_BIRTHS, &s.births) ;
  uint32_unpack_big(in + AT_UPGRADES, &s.upgrades) ;
  uint32_unpack_big(in + AT_FAILED_UPGRADES, &s.failed_upgrades) ;
  uint32_unpack_big(in + AT_GROUP, &n) ;
  if (n > INT32_MAX || s.status.pid < 0) return 0 ;
  s.group = (pid_t)n ;
  uint64_unpack_big(in + AT_STARTED, &s.started_ms) ;
  uint64_unpack_big(in + AT_UP, &s.up_ms) ;
  uint64_unpack_big(in + AT_DEADLINE, &s.deadline_ms) ;
  uint64_unpack_big(in + AT_READY_BY, &s.ready_by_ms) ;
  uint32_unpack_big(in + AT_NEXT_DELAY, &s.next_delay_ms) ;
  uint32_unpack_big(in + AT_DRAIN_RESTARTS, &s.drain_restarts) ;
  uint32_unpack_big(in + AT_LATE, &s.late_ms) ;
  s.ending = (unsigned char)in[AT_ENDING] ;
  s.end = (unsigned char)in[AT_END] ;
  s.sent = (unsigned char)in[AT_SENT] ;
  uint64_unpack_big(in + AT_LOST, &s.lost) ;
  if (!process_birth_unpack(in + AT_CHECK, &s.check)) return 0 ;
  if (!process_birth_unpack(in + AT_PROCESS, &s.process) || !settings_unpack(in + AT_SETTINGS, &s.settings)) return 0 ;
  *state = s ;
  return 1 ;
}

/* Reads once. Returns 1; 0 with errno; -1: perhaps a writer was in the middle of a write. */
static int read_once (int fd, struct state *state, struct birth *birth)
{
  char record[STATE_SIZE + BIRTH_SIZE] ;
  int differs ;
  ssize_t r = pread(fd, record, sizeof record, 0) ;
  if (r == -1) return errno == EINTR || errno == EAGAIN ? -1 : 0 ;
  if (r != (ssize_t)sizeof record) return (errno = EPROTO, -1) ;
  if (birth && !birth_unpack(record + BIRTH_AT, birth)) birth->process.pid = 0 ;
  if (state_unpack(record, state, &differs)) return 1 ;
  if (differs) return (errno = EPROTONOSUPPORT, 0) ;
  errno = EPROTO ;
  return -1 ;
}

int state_read (char const *dir, struct state *state, struct birth *birth)
{
  static char const file[] = "/" STATE_FILE ;
  char path[4096] ;
  size_t len = strlen(dir) ;
  int r ;
  int err ;
  int fd ;
  if (len + sizeof file > sizeof path) return (errno = ENAMETOOLONG, 0) ;
  memcpy(path, dir, len) ;
  memcpy(path + len, file, sizeof file) ;
  fd = trust_open(path, O_RDONLY | O_NONBLOCK, 0) ;
  if (fd == -1) return 0 ;
  for (unsigned int i = 0 ; (r = read_once(fd, state, birth)) == -1 && i < READ_TRIES ; i++) sched_yield() ; /* a write takes only as long as copying a few hundred bytes */
  err = errno ;
  fd_close(fd) ;
  errno = err ;
  return r == 1 ;
}

/* Makes a state from the status alone. The status has no time of birth. If the process is not a
   child of the scanner (of this process or its parent), its pid may be another process's by now: a
   birth of 0 then means that it has ended. */
static void from_status (struct state *state, struct status const *status)
{
  struct process_look look ;
  *state = (struct state) { .status = *status, .phase = PHASE_DOWN, .flags = STATE_STARTED_ONCE } ;
  settings_defaults(&state->settings) ;
  if (!status->pid) return ;
  state->phase = status->flags & STATUS_FINISHING ? PHASE_FINISHING : PHASE_UP ;
  state->process.pid = state->group = status->pid ;
  if (!process_look(status->pid, &look) || (look.parent != getpid() && look.parent != getppid())) return ;
  state->process.after_ms = look.started_ms ;
  state->process.before_ms = look.started_ms + PROCESS_TICK_MS ;
}

int state_recover (char const *dir, struct state *state, struct birth *birth)
{
  struct status status ;
  if (state_read(dir, state, birth)) return 1 ;
  if (errno != EPROTO && errno != EPROTONOSUPPORT) return 0 ;
  if (!status_read(dir, &status)) return 0 ;
  from_status(state, &status) ;
  if (birth) birth->process.pid = 0 ;
  return 2 ;
}

int state_open (void)
{
  struct stat st ;
  int err ;
  int fd = file_open(STATE_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0644) ;
  if (fd == -1) return -1 ;
  if (fstat(fd, &st) == -1) err = errno ;
  else if (S_ISREG(st.st_mode)) return fd ;
  else err = EINVAL ;
  fd_close(fd) ;
  errno = err ;
  return -1 ;
}

static int write_all (int fd, char const *bytes, size_t len)
{
  ssize_t w ;
  do w = pwrite(fd, bytes, len, 0) ; while (w == -1 && errno == EINTR) ;
  if (w >= 0 && (size_t)w < len) errno = ENOSPC ;
  return w == (ssize_t)len ;
}

int state_write_first (int fd, struct state const *state)
{
  char records[STATE_SIZE + BIRTH_SIZE] = { 0 } ;
  state_pack(records, state) ;
  return write_all(fd, records, sizeof records) ;
}

int state_write (int fd, struct state const *state)
{
  char record[STATE_SIZE] ;
  state_pack(record, state) ;
  return write_all(fd, record, sizeof record) ;
}
