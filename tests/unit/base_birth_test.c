#include "base/birth.h"

#include <stdint.h>
#include <string.h>

#include <skalibs/uint32.h>

#include "base/checksum.h"
#include "unit.h"

static struct birth const born = { .number = 0x31323335, .what = 'r', .process = { .pid = 77, .after_ms = 1, .before_ms = UINT64_MAX } } ;

static int is_same (struct process_birth const *a, struct process_birth const *b)
{
  return a->pid == b->pid && a->after_ms == b->after_ms && a->before_ms == b->before_ms ;
}

TEST(the_checksum_is_fnv_1a)
{
  CHECK(checksum("", 0) == 0x811c9dc5u) ;
  CHECK(checksum("a", 1) == 0xe40c292cu) ;
  CHECK(checksum("foobar", 6) == 0xbf9cf968u) ;
}

TEST(a_birth_is_packed_at_its_offsets_and_comes_back)
{
  static unsigned char const expected[BIRTH_SIZE - 4] =
    { 0x31, 0x32, 0x33, 0x35, 'r', 0, 0, 0, 0, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } ;
  char sum[4] ;
  char out[BIRTH_SIZE] ;
  struct birth back ;
  birth_pack(out, &born) ;
  uint32_pack_big(sum, checksum(out + 4, BIRTH_SIZE - 4)) ;
  CHECK(!memcmp(out, sum, 4) && !memcmp(out + 4, expected, BIRTH_SIZE - 4)) ;
  CHECK(birth_unpack(out, &back)) ;
  CHECK(back.number == born.number && back.what == 'r' && is_same(&back.process, &born.process)) ;
}

TEST(a_birth_of_something_else_is_refused)
{
  static char const zeros[BIRTH_SIZE] ;
  char out[BIRTH_SIZE] ;
  struct birth back ;
  struct birth other = born ;
  CHECK(!birth_unpack(zeros, &back)) ;
  other.what = 'f' ;
  birth_pack(out, &other) ;
  CHECK(birth_unpack(out, &back) && back.what == 'f') ;
  other.what = 'x' ;
  birth_pack(out, &other) ;
  CHECK(!birth_unpack(out, &back)) ;
  other = born ;
  other.process.pid = -1 ;
  birth_pack(out, &other) ;
  CHECK(!birth_unpack(out, &back)) ;
}

TEST(a_changed_byte_is_noticed)
{
  char record[BIRTH_SIZE] ;
  struct birth birth = born ;
  birth_pack(record, &born) ;
  for (size_t i = 0 ; i < BIRTH_SIZE ; i++)
  {
    record[i] ^= 0x10 ;
    CHECK(!birth_unpack(record, &birth) && birth.number == born.number) ;
    record[i] ^= 0x10 ;
  }
  CHECK(birth_unpack(record, &birth)) ;
}
