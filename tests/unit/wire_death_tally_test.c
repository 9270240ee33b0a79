#include "wire/death_tally.h"

#include "temp.h"
#include "unit.h"

#define EXITED(code) ((code) << 8)
#define KILLED_BY(sig) (sig)
#define DUMPED_CORE 0x80

static char tally[(DEATH_TALLY_MAX + 1) * DEATH_TALLY_RECORD] ;

/* Death number `i` exits with the code `i`, `i` seconds after the epoch. */
static tain stamp_of (unsigned int i)
{
  return (tain) { .sec = { .x = TAI_MAGIC + i }, .nano = i } ;
}

static int add (unsigned int i, unsigned int max)
{
  tain stamp = stamp_of(i) ;
  return death_tally_add(&stamp, EXITED(i & 255), max) ;
}

static int record_is (unsigned int at, unsigned int i)
{
  char expected[DEATH_TALLY_RECORD] ;
  tain stamp = stamp_of(i) ;
  death_tally_pack(expected, &stamp, EXITED(i & 255)) ;
  return !memcmp(tally + at * DEATH_TALLY_RECORD, expected, DEATH_TALLY_RECORD) ;
}

/* Reads the tally: its records, -1 if it has a torn one or cannot be read. */
static int records (void)
{
  ssize_t n = temp_content(DEATH_TALLY_FILE, tally, sizeof tally) ;
  return n < 0 || n % DEATH_TALLY_RECORD ? -1 : (int)(n / DEATH_TALLY_RECORD) ;
}

static void enter (void)
{
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
}

TEST(a_record_is_the_stamp_the_code_and_the_signal)
{
  static unsigned char const expected[DEATH_TALLY_RECORD] = { 0x40, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0x0a, 0x0b, 0x0c, 0x0d, 111, 0 } ;
  tain const stamp = { .sec = { .x = 0x4000000012345678ULL }, .nano = 0x0a0b0c0d } ;
  char out[DEATH_TALLY_RECORD] ;
  death_tally_pack(out, &stamp, EXITED(111)) ;
  CHECK(!memcmp(out, expected, sizeof expected)) ;
}

TEST(a_signal_gives_the_code_128_and_the_signal)
{
  tain const stamp = TAIN_EPOCH ;
  char out[DEATH_TALLY_RECORD] ;
  death_tally_pack(out, &stamp, KILLED_BY(9)) ;
  CHECK((unsigned char)out[12] == 137 && out[13] == 9) ;
  death_tally_pack(out, &stamp, KILLED_BY(11) | DUMPED_CORE) ;
  CHECK((unsigned char)out[12] == 139 && out[13] == 11) ;
}

TEST(codes_from_0_to_255_are_kept)
{
  tain const stamp = TAIN_EPOCH ;
  char out[DEATH_TALLY_RECORD] ;
  for (int code = 0 ; code < 256 ; code++)
  {
    death_tally_pack(out, &stamp, EXITED(code)) ;
    CHECK((unsigned char)out[12] == code && out[13] == 0) ;
  }
}

TEST(the_first_death_makes_the_tally)
{
  enter() ;
  CHECK(add(1, 100)) ;
  CHECK(records() == 1 && record_is(0, 1)) ;
}

TEST(deaths_are_kept_the_oldest_first)
{
  enter() ;
  for (unsigned int i = 1 ; i <= 5 ; i++) CHECK(add(i, 5)) ;
  CHECK(records() == 5) ;
  for (unsigned int i = 0 ; i < 5 ; i++) CHECK(record_is(i, i + 1)) ;
}

TEST(beyond_max_the_oldest_is_forgotten)
{
  enter() ;
  for (unsigned int i = 1 ; i <= 7 ; i++) CHECK(add(i, 3)) ;
  CHECK(records() == 3) ;
  for (unsigned int i = 0 ; i < 3 ; i++) CHECK(record_is(i, i + 5)) ;
}

TEST(a_lower_max_forgets_more)
{
  enter() ;
  for (unsigned int i = 1 ; i <= 10 ; i++) CHECK(add(i, 10)) ;
  CHECK(add(11, 2)) ;
  CHECK(records() == 2 && record_is(0, 10) && record_is(1, 11)) ;
  CHECK(add(12, 1)) ;
  CHECK(records() == 1 && record_is(0, 12)) ;
}

TEST(max_0_keeps_none)
{
  enter() ;
  CHECK(add(1, 0)) ;
  CHECK(records() == 0) ;
  CHECK(add(2, 10) && records() == 1) ;
  CHECK(add(3, 0)) ;
  CHECK(records() == 0) ;
}

static ino_t inode (void)
{
  struct stat st ;
  return stat(DEATH_TALLY_FILE, &st) == -1 ? 0 : st.st_ino ;
}

TEST(a_death_is_added_to_the_file_while_there_is_room)
{
  int held ;
  ino_t before ;
  enter() ;
  CHECK(add(1, 2)) ;
  held = open(DEATH_TALLY_FILE, O_RDONLY | O_CLOEXEC) ; /* or another could get its number */
  before = inode() ;
  CHECK(add(2, 2) && inode() == before && records() == 2) ;
  CHECK(add(3, 2) && inode() != before && records() == 2 && record_is(0, 2) && record_is(1, 3)) ;
  close(held) ;
}

TEST(a_record_is_never_seen_by_halves)
{
  unsigned int page = 4096 / DEATH_TALLY_RECORD ;
  int held ;
  ino_t before ;
  enter() ;
  for (unsigned int i = 0 ; i < page ; i++) CHECK(add(i, DEATH_TALLY_MAX)) ;
  held = open(DEATH_TALLY_FILE, O_RDONLY | O_CLOEXEC) ;
  before = inode() ;
  CHECK(add(page, DEATH_TALLY_MAX) && inode() != before && records() == (int)page + 1 && record_is(page, page)) ;
  close(held) ;
}

TEST(max_is_bounded)
{
  enter() ;
  for (unsigned int i = 0 ; i < DEATH_TALLY_MAX ; i++)
    memset(tally + i * DEATH_TALLY_RECORD, (int)(i & 127), DEATH_TALLY_RECORD) ;
  temp_file(DEATH_TALLY_FILE, tally, DEATH_TALLY_MAX * DEATH_TALLY_RECORD) ;
  CHECK(add(1, DEATH_TALLY_MAX)) ;
  CHECK(records() == DEATH_TALLY_MAX && tally[0] == 1 && record_is(DEATH_TALLY_MAX - 1, 1)) ;
  CHECK(add(2, 4000000000u)) ;
  CHECK(records() == DEATH_TALLY_MAX && tally[0] == 2 && record_is(DEATH_TALLY_MAX - 1, 2)) ;
}

TEST(a_torn_record_at_the_end_is_dropped)
{
  enter() ;
  CHECK(add(1, 5) && add(2, 5) && records() == 2) ;
  temp_file(DEATH_TALLY_FILE, tally, 2 * DEATH_TALLY_RECORD + 5) ;
  CHECK(add(3, 5)) ;
  CHECK(records() == 3 && record_is(0, 1) && record_is(1, 2) && record_is(2, 3)) ;
}

TEST(a_failure_leaves_the_tally_as_it_was)
{
  enter() ;
  CHECK(add(1, 1)) ;
  CHECK(!mkdir(DEATH_TALLY_FILE ".new", 0700)) ;
  errno = 0 ;
  CHECK(!add(2, 1) && errno) ;
  CHECK(records() == 1 && record_is(0, 1)) ;
}

TEST(without_supervise_nothing_is_added)
{
  temp_enter() ;
  errno = 0 ;
  CHECK(!add(1, 5) && errno == ENOENT) ;
}

TEST(a_fifo_in_its_place_does_not_block)
{
  enter() ;
  CHECK(!mkfifo(DEATH_TALLY_FILE, 0600)) ;
  CHECK(add(1, 5)) ;
  CHECK(records() == 1 && record_is(0, 1)) ;
}
