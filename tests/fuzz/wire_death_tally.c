#include "fuzz.h"
#include "wire/death_tally.h"

char const *PROG = "fuzz" ;

/* Whatever the tally holds, adding a death keeps its last whole records, and ours
   is the last. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  static char after[DEATH_TALLY_MAX * DEATH_TALLY_RECORD + 1] ;
  char ours[DEATH_TALLY_RECORD] ;
  tain stamp = { .sec = { .x = TAI_MAGIC }, .nano = 1 } ;
  unsigned int max = fuzz_byte(&data, &size) ;
  int wstat = (int)(fuzz_byte(&data, &size) << 8 | fuzz_byte(&data, &size)) ;
  size_t kept ;
  ssize_t n ;
  int fd ;
  if (max >= 0xf0) max = DEATH_TALLY_MAX + (max - 0xf8) ;
  fuzz_enter() ;
  fuzz_directory("supervise") ;
  fuzz_file(DEATH_TALLY_FILE, data, size) ;
  CHECK(death_tally_add(&stamp, wstat, max)) ;
  fd = open(DEATH_TALLY_FILE, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1) fuzz_die(DEATH_TALLY_FILE) ;
  n = read(fd, after, sizeof after) ;
  close(fd) ;
  if (!max)
  {
    CHECK(!n) ;
    return 0 ;
  }
  kept = size / DEATH_TALLY_RECORD ;
  if (kept > max - 1) kept = max - 1 ;
  if (kept > DEATH_TALLY_MAX - 1) kept = DEATH_TALLY_MAX - 1 ;
  CHECK(n == (ssize_t)((kept + 1) * DEATH_TALLY_RECORD)) ;
  CHECK(!memcmp(after, data + (size / DEATH_TALLY_RECORD - kept) * DEATH_TALLY_RECORD, kept * DEATH_TALLY_RECORD)) ;
  death_tally_pack(ours, &stamp, wstat) ;
  CHECK(!memcmp(after + kept * DEATH_TALLY_RECORD, ours, sizeof ours)) ;
  return 0 ;
}
