#include "fuzz.h"
#include "wire/status.h"

char const *PROG = "fuzz" ;

/* A pid is an int here and 64 bits in the file; s6's writers fill the upper half
   with its sign. */
static int pid_fits (char const *packed)
{
  return !packed[24] && !packed[25] && !packed[26] && !packed[27] && !(packed[28] & 0x80) ;
}

/* TAI64N's nanoseconds, which a tain holds only below one second. */
static int nano_fits (char const *packed)
{
  unsigned char const *s = (unsigned char const *)packed + 8 ;
  return ((uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | s[3]) < 1000000000 ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  struct status status ;
  char *packed = fuzz_copy(data, size) ;
  char again[STATUS_SIZE] ;
  if (size >= STATUS_SIZE)
  {
    status_unpack(packed, &status) ;
    CHECK(status.wstat <= 0xffff && status.flags <= 0xff) ;
    status_pack(again, &status) ;
    if (pid_fits(packed) && nano_fits(packed) && nano_fits(packed + 12)) CHECK(!memcmp(again, packed, STATUS_SIZE)) ;
  }
  fuzz_enter() ;
  fuzz_directory("supervise") ;
  fuzz_file(STATUS_FILE, packed, size) ;
  free(packed) ;
  if (size != STATUS_SIZE)
  {
    CHECK(!status_read(".", &status) && errno == EPROTO) ;
    return 0 ;
  }
  CHECK(status_read(".", &status)) ;
  CHECK(status_write(&status)) ;
  {
    struct status second ;
    CHECK(status_read(".", &second)) ;
    CHECK(second.pid == status.pid && second.wstat == status.wstat && second.flags == status.flags) ;
  }
  return 0 ;
}
