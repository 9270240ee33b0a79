#include "wire/state.h"

#include "temp.h"
#include "unit.h"

static struct state const sample =
{
  .phase = PHASE_FINISHING,
  .status =
  {
    .since = { .sec = { .x = 0x4000000012345678ULL }, .nano = 0x0a0b0c0d },
    .ready_since = { .sec = { .x = 0x400000009abcdef0ULL }, .nano = 999999999 },
    .pid = 0x01020304,
    .wstat = 0xfe0f,
    .flags = STATUS_FINISHING | STATUS_WANT_UP
  },
  .settings =
  {
    .notification_fd = 3, .lock_fd = SETTING_NO_FD, .timeout_kill_ms = 0x0e010203, .timeout_finish_ms = 0x0e040506, .max_death_tally = 0x0e07,
    .down_signal = 2, .reload_signal = 64, .restart_delay_min_ms = 0x0e08, .restart_delay_max_ms = 0x0e09, .restart = RESTART_ON_FAILURE,
    .restart_max = 0x0e0a, .kill_group = 1, .forks = 1, .down_group = 1, .health = 1, .oneshot = 1, .timeout_strays_ms = 0x0e0b0c0d
  },
  .flags = STATE_LEAVING | STATE_HAS_LEFT | STATE_HAS_DEADLINE | STATE_UNFIT | STATE_CHECKS_FAIL,
  .restarts = 0x11121314,
  .crashes = 0x15161718,
  .crash_row = 0x191a1b1c,
  .failures = 0x21222324,
  .births = 0x31323334,
  .upgrades = 0x41424344,
  .failed_upgrades = 0x51525354,
  .group = 0x61626364,
  .started_ms = 0x7172737475767778ULL,
  .up_ms = 0x8182838485868788ULL,
  .deadline_ms = 0x9192939495969798ULL,
  .ready_by_ms = 0xa9aaabacadaeafb0ULL,
  .next_delay_ms = 0xa1a2a3a4,
  .drain_restarts = 0xb1b2b3b4,
  .late_ms = 0x0a0b0c0d,
  .ending = END_LATE | END_NOT_EXECUTED,
  .end = END_ASKED | END_KILLED,
  .sent = 9,
  .lost = 0xe1e2e3e4e5e6e7e8ULL,
  .told_ms = 0x0102030405060709,
  .group_told_ms = 0x1102030405060709,
  .reason = REASON_FAILED_TOO_OFTEN,
  .undo_wstat = 0x0f03,
  .events_due = "sdODhn",
  .process = { .pid = 0x01020304, .after_ms = 0xc1c2c3c4c5c6c7c8ULL, .before_ms = 0xd1d2d3d4d5d6d7d8ULL },
  .check = { .pid = 0x01020305, .after_ms = 0xc2c2c3c4c5c6c7c8ULL, .before_ms = 0xd2d2d3d4d5d6d7d8ULL },
} ;

static struct birth const born = { .number = 0x31323335, .what = 'r', .process = { .pid = 77, .after_ms = 1, .before_ms = UINT64_MAX } } ;

static int same_process (struct process_birth const *a, struct process_birth const *b)
{
  return a->pid == b->pid && a->after_ms == b->after_ms && a->before_ms == b->before_ms ;
}

static int same_settings (struct settings const *a, struct settings const *b)
{
  return a->notification_fd == b->notification_fd && a->lock_fd == b->lock_fd && a->timeout_kill_ms == b->timeout_kill_ms
   && a->timeout_finish_ms == b->timeout_finish_ms && a->max_death_tally == b->max_death_tally && a->down_signal == b->down_signal
   && a->reload_signal == b->reload_signal && a->restart_delay_min_ms == b->restart_delay_min_ms
   && a->restart_delay_max_ms == b->restart_delay_max_ms && a->restart == b->restart && a->restart_max == b->restart_max
   && a->kill_group == b->kill_group && a->main_service == b->main_service && a->keep_strays == b->keep_strays && a->forks == b->forks
   && a->down_group == b->down_group && a->health == b->health && a->oneshot == b->oneshot && a->timeout_strays_ms == b->timeout_strays_ms ;
}

static int same (struct state const *a, struct state const *b)
{
  char x[STATUS_SIZE] ;
  char y[STATUS_SIZE] ;
  status_pack(x, &a->status) ;
  status_pack(y, &b->status) ;
  return !memcmp(x, y, STATUS_SIZE) && a->phase == b->phase && a->flags == b->flags && a->restarts == b->restarts && a->crashes == b->crashes && a->crash_row == b->crash_row && a->failures == b->failures
   && a->births == b->births && a->upgrades == b->upgrades && a->failed_upgrades == b->failed_upgrades && a->group == b->group
   && a->started_ms == b->started_ms && a->up_ms == b->up_ms && a->deadline_ms == b->deadline_ms && a->ready_by_ms == b->ready_by_ms && a->next_delay_ms == b->next_delay_ms
   && a->drain_restarts == b->drain_restarts && a->lost == b->lost && a->late_ms == b->late_ms && a->ending == b->ending && a->end == b->end && a->sent == b->sent && a->told_ms == b->told_ms && a->group_told_ms == b->group_told_ms && a->reason == b->reason && a->undo_wstat == b->undo_wstat && !strcmp(a->events_due, b->events_due)
   && same_process(&a->process, &b->process) && same_process(&a->check, &b->check) && same_settings(&a->settings, &b->settings) ;
}

static int comes_back (struct state const *state)
{
  char out[STATE_SIZE] ;
  struct state back ;
  int differs = 7 ;
  state_pack(out, state) ;
  return state_unpack(out, &back, &differs) && same(&back, state) && !differs ;
}

static uint32_t sum_of (char const *s, size_t len)
{
  uint32_t sum = 2166136261u ;
  for (size_t i = 0 ; i < len ; i++) sum = (sum ^ (unsigned char)s[i]) * 16777619u ;
  return sum ;
}

static void put32 (char *s, uint32_t n)
{
  for (unsigned int i = 0 ; i < 4 ; i++) s[i] = (char)(n >> (24 - 8 * i)) ;
}

/* Is the sample refused when the byte `at` is another one, though the checksum is right? */
static int refused_with (size_t at, unsigned char byte)
{
  char out[STATE_SIZE] ;
  struct state state = sample ;
  state_pack(out, &sample) ;
  out[at] = (char)byte ;
  put32(out + 8, sum_of(out + 12, STATE_SIZE - 12)) ;
  if (state_unpack(out, &state, 0)) return 0 ;
  CHECK(same(&state, &sample)) ;
  return 1 ;
}

static void make_file (void const *bytes, size_t len)
{
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  temp_file(STATE_FILE, bytes, len) ;
}

/* The errno of reading it; 0 if it can be. */
static int fault (void const *bytes, size_t len)
{
  struct state state ;
  make_file(bytes, len) ;
  errno = 0 ;
  return state_read(".", &state, 0) ? 0 : errno ;
}

TEST(every_field_is_at_its_offset)
{
  static unsigned char const expected[STATE_SIZE] =
  {
    'r', 'e', 'e', 'v', 'e', '0', '0', '3', 0, 0, 0, 0,
    0x40, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0x0a, 0x0b, 0x0c, 0x0d,
    0x40, 0, 0, 0, 0x9a, 0xbc, 0xde, 0xf0, 0x3b, 0x9a, 0xc9, 0xff,
    0, 0, 0, 0, 1, 2, 3, 4, 0xfe, 0x0f, 6,
    PHASE_FINISHING, 0x0a, 0x02, 0, 0x81,
    0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24, 0x31, 0x32, 0x33, 0x34, 0x41, 0x42, 0x43, 0x44, 0x51, 0x52, 0x53, 0x54,
    0x61, 0x62, 0x63, 0x64, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88,
    0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0xa1, 0xa2, 0xa3, 0xa4, 0xb1, 0xb2, 0xb3, 0xb4,
    0, REASON_FAILED_TOO_OFTEN, 0x0f, 3,
    1, 2, 3, 4, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8,
    's', 'd', 'O', 'D', 'h', 'n', 0, 0, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0, 0x0a, 0x0b, 0x0c, 0x0d, 0x84, 0x11, 9, 0, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c,
    0x0e, 1, 2, 3, 0x0e, 4, 5, 6, 0, 0, 0x0e, 7, 0, 0, 0x0e, 8, 0, 0, 0x0e, 9, 0, 0, 0x0e, 0x0a, 0, 0, 0, 3, 2, 64, RESTART_ON_FAILURE, 121,
    0x0e, 0x0b, 0x0c, 0x0d, 1, 2, 3, 4, 5, 6, 7, 9, 0x11, 2, 3, 4, 5, 6, 7, 9,
    0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8,
    1, 2, 3, 5, 0xc2, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xd2, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8
  } ;
  char wanted[STATE_SIZE] ;
  char out[STATE_SIZE] ;
  memcpy(wanted, expected, STATE_SIZE) ;
  put32(wanted + 8, sum_of(wanted + 12, STATE_SIZE - 12)) ;
  memset(out, 0x55, sizeof out) ;
  state_pack(out, &sample) ;
  for (size_t i = 0 ; i < STATE_SIZE ; i++) CHECK(out[i] == wanted[i]) ;
}

TEST(packing_writes_its_record_and_no_more)
{
  char out[STATE_SIZE + 2] ;
  char record[BIRTH_SIZE + 2] ;
  memset(out, 0x55, sizeof out) ;
  memset(record, 0x55, sizeof record) ;
  state_pack(out + 1, &sample) ;
  birth_pack(record + 1, &born) ;
  CHECK(out[0] == 0x55 && out[STATE_SIZE + 1] == 0x55) ;
  CHECK(record[0] == 0x55 && record[BIRTH_SIZE + 1] == 0x55) ;
}

TEST(what_is_packed_comes_back)
{
  struct state empty = { .phase = PHASE_DOWN } ;
  struct state state = sample ;
  settings_defaults(&empty.settings) ;
  CHECK(comes_back(&sample) && comes_back(&empty)) ;
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (int reason = 0 ; reason < REASON_COUNT ; reason++)
    {
      state.phase = (enum phase)phase ;
      state.reason = (enum state_reason)reason ;
      CHECK(comes_back(&state)) ;
    }
  for (int bit = STATE_LEAVING ; bit <= STATE_HAS_LEFT ; bit <<= 1)
  {
    state.flags = (unsigned int)bit ;
    CHECK(comes_back(&state)) ;
  }
  for (char const *event = "suUdDOxhn" ; *event ; event++)
  {
    memcpy(state.events_due, (char[STATE_EVENTS_SIZE]){ *event }, STATE_EVENTS_SIZE) ;
    CHECK(comes_back(&state)) ;
  }
}

TEST(every_flag_is_a_bit_of_its_own)
{
  static unsigned int const flags[] =
  {
    STATE_LEAVING, STATE_ASKED, STATE_STARTED_ONCE, STATE_HAS_ENDED, STATE_CODE_UNKNOWN, STATE_RUNNING_DRY, STATE_HAD_QUICK_DEATH,
    STATE_HAS_DEADLINE, STATE_AWAITS_READINESS, STATE_IS_CHILD, STATE_ADOPTED, STATE_FORKED,
    STATE_EVENT_HEARD, STATE_END_NOTED, STATE_FORBIDDEN, STATE_HAS_LEFT,
    STATE_AT_ONCE, STATE_ABANDONED, STATE_KILL_DUE, STATE_UNHEARD
  } ;
  unsigned int all = 0 ;
  for (size_t i = 0 ; i < sizeof flags / sizeof *flags ; i++)
  {
    CHECK(!(all & flags[i])) ;
    all |= flags[i] ;
  }
}

TEST(a_changed_byte_is_noticed)
{
  char out[STATE_SIZE] ;
  struct state state = sample ;
  state_pack(out, &sample) ;
  for (size_t i = 0 ; i < STATE_SIZE ; i++)
  {
    out[i] ^= 0x10 ;
    CHECK(!state_unpack(out, &state, 0) && same(&state, &sample)) ;
    out[i] ^= 0x10 ;
  }
  CHECK(state_unpack(out, &state, 0)) ;
}

TEST(impossible_values_are_refused)
{
  CHECK(!refused_with(47, PHASE_UP)) ;
  CHECK(refused_with(47, PHASE_COUNT)) ;
  CHECK(refused_with(47, 0xff)) ;
  CHECK(refused_with(109, REASON_COUNT)) ;
  CHECK(refused_with(109, 0xff)) ;
  CHECK(refused_with(192, 0)) ;
  CHECK(refused_with(193, 65)) ;
  CHECK(refused_with(194, RESTART_ON_FAILURE + 1)) ;
  CHECK(refused_with(132, 'q')) ;
  CHECK(refused_with(139, 'u')) ;
  CHECK(refused_with(40, 0x80)) ; /* the pid of the status */
  CHECK(refused_with(72, 0x80)) ; /* the group */
  CHECK(refused_with(112, 0x80)) ; /* the process' pid */
}

TEST(another_version_is_told_apart_from_garbage)
{
  char out[STATE_SIZE] ;
  struct state state ;
  int differs = 7 ;
  state_pack(out, &sample) ;
  out[7] = '9' ;
  CHECK(!state_unpack(out, &state, &differs) && differs == 1) ;
  out[0] = 'x' ;
  CHECK(!state_unpack(out, &state, &differs) && differs == 0) ;
  state_pack(out, &sample) ;
  out[20] ^= 1 ;
  CHECK(!state_unpack(out, &state, &differs) && differs == 0) ;
}

TEST(what_is_written_is_read)
{
  char record[BIRTH_SIZE] ;
  struct stat st ;
  struct state state ;
  struct birth birth ;
  int fd ;
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  errno = 0 ;
  CHECK(!state_read(".", &state, &birth) && errno == ENOENT) ;
  fd = state_open() ;
  CHECK(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC && state_write_first(fd, &sample)) ;
  CHECK(!fstat(fd, &st) && st.st_size == STATE_SIZE + BIRTH_SIZE) ;
  CHECK(state_write(fd, &sample)) ;
  CHECK(state_read(".", &state, &birth) && same(&state, &sample) && !birth.process.pid) ;
  birth_pack(record, &born) ;
  CHECK(pwrite(fd, record, BIRTH_SIZE, BIRTH_AT) == BIRTH_SIZE) ;
  CHECK(state_read(temp_path, &state, &birth) && same(&state, &sample)) ;
  CHECK(birth.number == born.number && same_process(&birth.process, &born.process)) ;
  CHECK(!fstat(fd, &st) && st.st_size == STATE_SIZE + BIRTH_SIZE) ;
  close(fd) ;
}

TEST(opening_keeps_what_a_predecessor_has_written)
{
  struct state state ;
  struct birth birth ;
  char record[BIRTH_SIZE] ;
  int fd ;
  birth_pack(record, &born) ;
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  fd = state_open() ;
  CHECK(state_write_first(fd, &sample) && pwrite(fd, record, BIRTH_SIZE, BIRTH_AT) == BIRTH_SIZE) ;
  close(fd) ;
  fd = state_open() ;
  CHECK(fd >= 0 && state_read(".", &state, &birth) && same(&state, &sample) && birth.number == born.number) ;
  CHECK(state_write_first(fd, &sample) && state_read(".", &state, &birth) && !birth.process.pid) ;
  close(fd) ;
}

TEST(a_writer_that_cannot_says_so)
{
  int fd ;
  make_file("", 0) ;
  fd = open(STATE_FILE, O_RDONLY | O_CLOEXEC) ;
  errno = 0 ;
  CHECK(!state_write(fd, &sample) && errno == EBADF) ;
  CHECK(!state_write_first(fd, &sample) && errno == EBADF) ;
  close(fd) ;
  fd = open("/dev/full", O_RDWR | O_CLOEXEC) ;
  errno = 0 ;
  CHECK(!state_write(fd, &sample) && errno == ENOSPC) ;
  close(fd) ;
}

TEST(garbage_is_eproto_and_another_version_eprotonosupport)
{
  char record[STATE_SIZE + BIRTH_SIZE] = "" ;
  CHECK(fault("", 0) == EPROTO) ;
  CHECK(fault(record, sizeof record) == EPROTO) ; /* as it is made */
  state_pack(record, &sample) ;
  CHECK(!fault(record, sizeof record)) ;
  CHECK(fault(record, sizeof record - 1) == EPROTO) ;
  record[100] ^= 1 ;
  CHECK(fault(record, sizeof record) == EPROTO) ;
  record[7] = '9' ;
  CHECK(fault(record, sizeof record) == EPROTONOSUPPORT) ;
}

TEST(no_link_is_followed_and_no_fifo_waited_for)
{
  struct state state ;
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  temp_text("planted", "") ;
  CHECK(!symlink("../planted", STATE_FILE)) ;
  errno = 0 ;
  CHECK(state_open() == -1 && errno == ELOOP) ;
  errno = 0 ;
  CHECK(!state_read(".", &state, 0) && errno == ELOOP) ;
  CHECK(!unlink(STATE_FILE) && !mkfifo(STATE_FILE, 0600)) ;
  errno = 0 ;
  CHECK(state_open() == -1 && errno == EINVAL) ;
  CHECK(!state_read(".", &state, 0)) ;
}

TEST(a_path_that_is_too_long_is_refused)
{
  char path[8192] ;
  struct state state ;
  memset(path, 'p', sizeof path) ;
  path[sizeof path - 1] = 0 ;
  errno = 0 ;
  CHECK(!state_read(path, &state, 0) && errno == ENAMETOOLONG) ;
}
