#include "fuzz.h"
#include "wire/state.h"

char const *PROG = "fuzz" ;

static uint32_t checksum (char const *s, size_t len)
{
  uint32_t sum = 2166136261u ;
  for (size_t i = 0 ; i < len ; i++) sum = (sum ^ (unsigned char)s[i]) * 16777619u ;
  return sum ;
}

static void big_endian (char *out, uint32_t n)
{
  for (int i = 3 ; i >= 0 ; i--, n >>= 8) out[i] = (char)n ;
}

static void check (struct state const *state)
{
  char packed[STATE_SIZE] ;
  struct state again ;
  CHECK(state->phase < PHASE_COUNT && state->reason < REASON_COUNT) ;
  CHECK(state->group >= 0 && state->process.pid >= 0 && state->status.pid >= 0) ;
  CHECK(strspn(state->events_due, "suUdDOxhn") == strlen(state->events_due) && strlen(state->events_due) < STATE_EVENTS_SIZE) ;
  state_pack(packed, state) ;
  CHECK(state_unpack(packed, &again, 0)) ;
  CHECK(again.flags == state->flags && again.deadline_ms == state->deadline_ms && again.process.pid == state->process.pid
    && again.status.pid == state->status.pid && again.births == state->births) ;
}

/* The input: whether to make it right what no fuzzer guesses (version and checksums),
   and the file. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  unsigned int mended = fuzz_byte(&data, &size) ;
  char *file = fuzz_copy(data, size) ;
  struct state state ;
  struct birth birth ;
  int differs = 7 ;
  int good ;
  if (size >= STATE_SIZE && mended & 1)
  {
    memcpy(file, "reeve" STATE_VERSION, 8) ;
    big_endian(file + 8, checksum(file + 12, STATE_SIZE - 12)) ;
  }
  if (size >= BIRTH_AT + BIRTH_SIZE && mended & 2) big_endian(file + BIRTH_AT, checksum(file + BIRTH_AT + 4, BIRTH_SIZE - 4)) ;
  good = size >= STATE_SIZE && state_unpack(file, &state, &differs) ;
  if (good) check(&state) ;
  if (size >= STATE_SIZE) CHECK(differs == 0 || differs == 1) ;
  if (size >= BIRTH_AT + BIRTH_SIZE && birth_unpack(file + BIRTH_AT, &birth))
  {
    char packed[BIRTH_SIZE] ;
    struct birth again ;
    CHECK((birth.what == 'r' || birth.what == 'f') && birth.process.pid >= 0) ;
    birth_pack(packed, &birth) ;
    CHECK(birth_unpack(packed, &again) && again.number == birth.number && again.process.pid == birth.process.pid) ;
  }
  if (good || differs == 1 || mended == 0xff) /* reading garbage takes its time: it may be a write in progress */
  {
    fuzz_enter() ;
    fuzz_directory("supervise") ;
    fuzz_file(STATE_FILE, file, size) ;
    if (state_read(".", &state, &birth)) check(&state) ;
    else CHECK(errno == EPROTO || errno == EPROTONOSUPPORT) ;
  }
  free(file) ;
  return 0 ;
}
